"""What is typed, spoken or photographed while a meeting runs: read first as what its present step asks for, else noted there."""

import re
from dataclasses import dataclass, replace

from bot.meetings.dialogs import AboutMeeting
from bot.meetings.notes import add_note, kind_of_file
from bot.meetings.questions import meant_as, present_question
from bot.meetings.questions.attendance import asks_clerk
from bot.meetings.questions.speakers import speakers_at
from bot.meetings.walk import at_closing, ends_round, mark_step, next_member, step_back
from bot.meetings.written import written_at
from bot.messages import File
from bot.problems import Invalid
from bot.reading.courtesy import Courtesy, may_be_name, read_courtesy
from bot.reading.words import fold, quoted_words, read_yes_no
from bot.store.known import at_hand
from bot.tables import Meeting, MeetingState
from bot.tables.walked import StepMark
from bot.talk.albums import album_refusals, say_once, upload_link
from bot.talk.chat import Chat
from bot.talk.desk import Answer
from handlers.meetings import leading, overhearing, step_answers

SAYS_NEXT = (
    *("tiep", "tiep tuc", "tiep theo", "buoc tiep", "buoc tiep theo", "buoc sau", "xong buoc nay"),
    *(
        "sang buoc",
        "sang buoc sau",
        "sang buoc khac",
        "sang buoc tiep theo",
        "qua buoc sau",
        "qua buoc tiep theo",
    ),
)
SAYS_DONE = ("xong", "xong roi", "da xong")
"""Only where they answer nothing that the step asks."""
SAYS_BACK = (
    "lui",
    "lui lai",
    "lui mot buoc",
    "quay lai",
    "quay lai buoc truoc",
    "tro lai",
    "buoc truoc",
    "ve buoc truoc",
)
SAYS_END = ("ket thuc", "ket thuc hop", "ket thuc cuoc hop", "ket thuc buoi hop")
SAYS_COUNT = ("diem danh", "sua diem danh")
SAYS_VOTE = ("bieu quyet", "lay bieu quyet")
SAYS_TASK = ("phan cong", "giao viec", "phan cong nhiem vu")
SAYS_PEOPLE = ("thu ky", "chu tri", "thu ky chu tri")
SAYS_READ = ("doc lai bien ban", "xem bien ban", "xem lai bien ban")
SAYS_MORE = ("con", "van con", "dong chi tiep theo", "con dong chi nua")
AGREED = re.compile(r"\b(?:nhat tri|dong y)\b")
"""What a cell says of what was proposed, and a minute holds."""
TAIL = re.compile(r" (?:a|nhe|di|thoi|dong chi)$")
SAYS_OVER = ("het", "het roi", "khong con", "khong con ai")


@dataclass
class Noting(AboutMeeting):
    """`later`: of a meeting that was held; `noted`: something has been noted, and more may follow."""

    later: bool = False
    noted: bool = False


def asks_number(chat: Chat) -> bool:
    """Whether a number alone answers the present step."""
    walking = chat.answers_if(AboutMeeting)
    meeting = at_hand(chat.session, Meeting, walking.meeting) if walking else None
    return meeting is not None and present_question(meeting).counted


def take_words_at_step(chat: Chat, answer: Answer) -> None:
    """At the present step: words that lead on, then what the step asks for, then a note."""
    meeting = leading.present_meeting(chat)
    if meeting is None:
        return
    if answer.files or chat.event.refused:
        _take_files(chat, meeting, answer)
    elif (courtesy := read_courtesy(answer.text)) and courtesy != "assent":
        overhearing.answer_courtesy(chat, meeting, courtesy)
    elif not _leads_on(chat, meeting, _bare(answer.text)) and not step_answers.take_step_answer(
        chat, meeting
    ):
        _take_other_words(chat, meeting, chat.event.text or answer.text, courtesy)


def _take_other_words(chat: Chat, meeting: Meeting, text: str, courtesy: Courtesy | None) -> None:
    """What neither leads on nor answers the step: an opinion, unless it says nothing by itself."""
    if courtesy and asks_clerk(meeting, open_only=True) and may_be_name(text):
        raise Invalid("courtesy_or_name", said=quoted_words(text))
    if courtesy:
        overhearing.answer_courtesy(chat, meeting, courtesy)
    elif _bare(text) in SAYS_DONE and _leads_on(chat, meeting, SAYS_NEXT[0]):
        return
    elif read_yes_no(text) is not None and not AGREED.search(fold(text)):
        raise Invalid("yes_no_at_step", said=quoted_words(text))
    else:
        _note(chat, meeting, text, None)


def take_note(chat: Chat, answer: Answer) -> None:
    """After `Ghi ý kiến`: a note, whatever the step asks for. A courtesy is one only where somebody says so."""
    noting = chat.answers(Noting)
    meeting = leading.present_meeting(chat, held=noting.later)
    if meeting is None:
        return
    if answer.files or chat.event.refused:
        _take_files(chat, meeting, answer)
    elif courtesy := read_courtesy(answer.text):
        if noting.noted and meeting.state == MeetingState.RUNNING:
            overhearing.answer_courtesy(chat, meeting, courtesy)
        else:
            overhearing.offer_as_note(chat, meeting)
            raise Invalid("courtesy_no_note", courtesy=courtesy, said=quoted_words(answer.text))
    elif not _leads_on(chat, meeting, _bare(answer.text)):
        _note(chat, meeting, chat.event.text or answer.text, None)


def _bare(text: str) -> str:
    """The words without what is only polite at their end."""
    return TAIL.sub("", fold(text))


def _leads_on(chat: Chat, meeting: Meeting, said: str) -> bool:
    if meeting.state != MeetingState.RUNNING:
        return False
    if _opens(chat, str(meeting.id), said):
        return True
    if at_closing(meeting):
        if said in SAYS_END:
            chat.open("meet.end", str(meeting.id))
        return said in SAYS_END
    if said in SAYS_BACK:
        _lead_back(chat, meeting)
        return True
    if ends_round(meeting, meeting.step):
        return _in_round(chat, meeting, said)
    if said not in SAYS_NEXT and said not in SAYS_END:
        return False
    if said in SAYS_NEXT or meeting.step == len(meeting.steps) - 1:
        mark_step(meeting, StepMark.DONE, chat.at)
    leading.show_standing(chat, meeting)
    return True


def _opens(chat: Chat, meeting_id: str, said: str) -> bool:
    """What may be done at any step, by its name alone: it stands under “Thêm”, which need not be on the screen."""
    if said in SAYS_COUNT:
        chat.open("meet.count", meeting_id)
    elif said in SAYS_VOTE:
        chat.open("vote", meeting_id)
    elif said in SAYS_TASK:
        chat.open("task", meeting_id)
    elif said in SAYS_PEOPLE:
        chat.open("meet.people", meeting_id)
    elif said in SAYS_READ:
        chat.open("meet.read", meeting_id)
    else:
        return False
    return True


def _lead_back(chat: Chat, meeting: Meeting) -> None:
    """From a note back to the step, from a step to the one before."""
    if chat.answers_if(Noting) is None and meeting.step:
        step_back(meeting)
    leading.show_standing(chat, meeting)


def _in_round(chat: Chat, meeting: Meeting, said: str) -> bool:
    if said in SAYS_NEXT or said in SAYS_MORE:
        next_member(meeting)
        leading.show_standing(chat, meeting)
    elif said in SAYS_OVER or said in SAYS_END:
        chat.open("meet.next", str(meeting.id), str(meeting.step))
    else:
        return False
    return True


def _take_files(chat: Chat, meeting: Meeting, answer: Answer) -> None:
    files = [file for file in answer.files if kind_of_file(file)]
    others = tuple(file for file in answer.files if file not in files)
    words = chat.event.text
    for file in files:
        _note(chat, meeting, words, file)
        words = ""
    if others:  # a report that comes in the middle of a meeting is still a report
        chat.event = replace(chat.event, files=others, text=words)
        chat.desk.routes.files(chat)
    elif not files:
        leading.say_of_meeting(
            chat, "meetings/refused", meeting, refused=album_refusals(chat), upload=upload_link(chat)
        )
        if words.strip():
            overhearing.offer_note(chat)


def _note(chat: Chat, meeting: Meeting, text: str, file: File | None) -> None:
    note = add_note(chat.session, meeting, chat.person.id, text, chat.at, leading.message_ref(chat), file)
    if meeting.state == MeetingState.HELD:
        chat.note("result corrected", f"meeting:{meeting.id} note {note.ids[0]}")
    if asked := chat.answers_if(Noting):
        asked.noted = True
    what = meant_as(chat.session, meeting, text) if not file and text.strip() else None
    leading.say_of_meeting(
        chat,
        "meetings/noted",
        meeting,
        note=note,
        count=written_at(chat.session, meeting, note.step).notes,
        speakers=speakers_at(meeting, note.step),
        meant=chat.desk.render.sentence(f"meant_{what}", {}) if what else "",
        **say_once(chat, f"note:{meeting.id}"),
    )
