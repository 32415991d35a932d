"""Notes of a meeting: the next words, who has spoken, who chairs and writes, reading back, correcting."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select

from bot.meetings.account import account_pages, meeting_account, numbered_notes
from bot.meetings.dialogs import AboutMeeting, about
from bot.meetings.meetings import lock_meeting
from bot.meetings.notes import change_note, parts_of_text
from bot.meetings.preparing import known_names, name_from_text
from bot.meetings.questions import present_question
from bot.meetings.questions.officers import NameOf
from bot.meetings.questions.read_back import note_minutes_passed as note_passed
from bot.meetings.questions.speakers import SpeakersQuestion, count_speakers, speakers_at
from bot.meetings.walk import current_place
from bot.problems import Invalid
from bot.reading.words import read_number
from bot.tables import Meeting, MeetingState, Note
from bot.talk.chat import Chat
from bot.talk.desk import Answer, Flow, FlowStep
from handlers.meetings import leading, noting, overhearing
from handlers.meetings.noting import Noting

ORDER: tuple[NameOf, ...] = ("clerk", "chair", "presenter")


@dataclass
class NamingOfficers(AboutMeeting):
    """Each name is written down at once."""


@dataclass
class FixingNotes(AboutMeeting):
    note: int = 0


def ask_note(chat: Chat, meeting_id: str, step: str) -> None:
    """`Ghi ý kiến`: says that the next words are noted."""
    meeting = leading.at_step(chat, meeting_id, step)
    if meeting is not None:
        chat.begin(Noting(*about(meeting)))


def add_later(chat: Chat, meeting_id: str) -> None:
    """`Ghi nội dung` of a meeting that was held."""
    meeting = leading.own_meeting(chat, meeting_id, held=True)
    if meeting is not None:
        chat.begin(Noting(*about(meeting), later=meeting.state == MeetingState.HELD))


def say_note(chat: Chat) -> None:
    meeting = leading.present_meeting(chat, held=chat.answers(Noting).later)
    if meeting is not None:
        leading.say_of_meeting(chat, "meetings/note", meeting, place=current_place(meeting))


def edit_note(chat: Chat) -> bool:
    """An edited chat message edits the note it made, while the meeting runs; nothing is said where its words are the same, as when
    the messenger has drawn a link. False when it made none."""
    if not chat.event.message_ref:
        return False
    ref = f"{chat.contact.id}:{chat.event.message_ref}"
    note = chat.session.scalar(select(Note).where(Note.message_ref == ref))
    if note is None:
        return False
    meeting = lock_meeting(chat.session, note.meeting_id)
    if meeting is None or meeting.state != MeetingState.RUNNING or not chat.event.text.strip():
        return False
    if not chat.may("lead", meeting.unit.path):
        return False
    if parts_of_text(chat.event.text) == [note.text]:
        return True
    more = change_note(chat.session, note, chat.event.text)
    leading.say_of_meeting(chat, "meetings/edited", meeting, note=note, parts=1 + len(more))
    return True


def one_spoke(chat: Chat, meeting_id: str, step: str, more: str = "1") -> None:
    """`➕ 1 ý kiến`: somebody has spoken and nothing was noted; `Bớt 1` takes that back."""
    meeting = leading.at_step(chat, meeting_id, step)
    if meeting is None:
        return
    if not isinstance(present_question(meeting), SpeakersQuestion):
        leading.show_standing(chat, meeting)
        return
    count_speakers(meeting, meeting.step, -1 if more == "0" else 1)
    leading.say_of_meeting(chat, "meetings/spoke", meeting, speakers=speakers_at(meeting, meeting.step))


def ask_officers(chat: Chat, meeting_id: str) -> None:
    """`Thư ký, chủ trì`: asks who writes, who chairs, who presents; each may be passed over."""
    meeting = leading.own_meeting(chat, meeting_id, held=True)
    if meeting is not None:
        chat.begin(NamingOfficers(*about(meeting)))


def _ask_person(role: str) -> Callable[[Chat], None]:
    def ask(chat: Chat) -> None:
        meeting = leading.present_meeting(chat, held=True)
        if meeting is not None:
            known = known_names(chat.session, meeting, role)
            leading.say_of_meeting(
                chat, "meetings/people", meeting, role=role, now=getattr(meeting, role), known=known
            )

    return ask


def _take_person(role: NameOf) -> Callable[[Chat, Answer], None]:
    def take(chat: Chat, answer: Answer) -> None:
        meeting = leading.present_meeting(chat, held=True)
        if meeting is None:
            return
        if answer.value and answer.value != "skip":
            names = {str(one): name for one, name in known_names(chat.session, meeting, role)}
            if answer.value not in names:
                raise Invalid("choose_button")
            setattr(meeting, role, names[answer.value])
        elif not answer.value:
            before = getattr(meeting, role)
            setattr(meeting, role, name_from_text(answer.text))
            overhearing.note_written(chat, role, instead_of=before)
        if role == ORDER[-1]:
            leading.show_standing(chat, meeting)
        else:
            chat.goto(ORDER[ORDER.index(role) + 1])

    return take


def read_back(chat: Chat, meeting_id: str) -> None:
    """`Đọc lại biên bản`: everything that was noted, in order, in as many messages as it takes."""
    meeting = leading.own_meeting(chat, meeting_id, held=True)
    if meeting is None:
        return
    chat.end()
    found = list(account_pages(meeting_account(chat.session, meeting))) or [[]]
    for place, page in enumerate(found, 1):
        leading.say_of_meeting(
            chat,
            "meetings/read_back",
            meeting,
            page=page,
            place=place,
            last=place == len(found),
            first=place == 1,
            card=leading.meeting_card(chat, meeting) if place == 1 else None,
        )


def pass_minutes(chat: Chat, meeting_id: str) -> None:
    """`Đúng, đã thông qua`: the minutes were read back and passed."""
    meeting = leading.own_meeting(chat, meeting_id)
    if meeting is None:
        return
    note_passed(meeting, chat.at)
    leading.show_standing(chat, meeting)


def fix_notes(chat: Chat, meeting_id: str) -> None:
    """`Sửa`: which note, by its number; the other parts have buttons of their own."""
    meeting = leading.own_meeting(chat, meeting_id, held=True)
    if meeting is not None:
        chat.begin(FixingNotes(*about(meeting)))


def ask_which_note(chat: Chat) -> None:
    meeting = leading.present_meeting(chat, held=True)
    if meeting is not None:
        notes = numbered_notes(chat.session, meeting)
        leading.say_of_meeting(chat, "meetings/fix", meeting, notes=notes)


def take_which_note(chat: Chat, answer: Answer) -> None:
    meeting = leading.present_meeting(chat, held=True)
    if meeting is None:
        return
    wanted = read_number(answer.value or answer.text)
    found = [one for one in numbered_notes(chat.session, meeting) if one.number == wanted]
    if not found:
        raise Invalid("note_unknown", number=wanted)
    chat.answers(FixingNotes).note = found[0].note.id
    chat.goto("text")


def _note(chat: Chat, meeting: Meeting) -> Note | None:
    """The note that is being corrected, if it is still there."""
    note = chat.session.get(Note, chat.answers(FixingNotes).note)
    return note if note is not None and note.meeting_id == meeting.id else None


def ask_text(chat: Chat) -> None:
    meeting = leading.present_meeting(chat, held=True)
    if meeting is not None:
        leading.say_of_meeting(chat, "meetings/fix_text", meeting, note=_note(chat, meeting))


def take_text(chat: Chat, answer: Answer) -> None:
    meeting = leading.present_meeting(chat, held=True)
    if meeting is None:
        return
    note = _note(chat, meeting)
    if answer.value and answer.value != "drop":
        raise Invalid("choose_button")
    if note is not None and answer.value:
        chat.session.delete(note)
    elif note is not None:
        change_note(chat.session, note, chat.event.text or answer.text)
    chat.session.flush()
    overhearing.note_written(chat, "note", note.id if note is not None else None)
    if note is not None:
        what = "note dropped" if answer.value else "note corrected"
        chat.note(what, f"meeting:{meeting.id} note {note.id}")
    read_back(chat, str(meeting.id))


NOTE_FLOW = Flow(
    "note",
    FlowStep("note", say_note, noting.take_note, numbers=True, files=True, sounds=True),
    answers=Noting,
)
PEOPLE_FLOW = Flow(
    "people",
    *(
        FlowStep(role, _ask_person(role), _take_person(role), numbers=True, words=True, who=True)
        for role in ORDER
    ),
    answers=NamingOfficers,
)
FIX_FLOW = Flow(
    "fix",
    FlowStep("which", ask_which_note, take_which_note, numbers=True),
    FlowStep("text", ask_text, take_text, numbers=True, words=True),
    answers=FixingNotes,
)
