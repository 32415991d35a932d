"""`Sửa kết quả`: corrects a meeting that was held; each change is written down, and an old one wants a leader's leave."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from bot.meetings.account import numbered_notes
from bot.meetings.attendance import counts_of_values
from bot.meetings.correcting import correct_counts, correct_day, figures_locked, unlock_figures
from bot.meetings.counts import counts_of
from bot.meetings.dialogs import AboutMeeting, about
from bot.meetings.joining import duties_of
from bot.meetings.meetings import last_place, lock_meeting
from bot.meetings.recounting import changed_counts
from bot.meetings.tasks import reviewed_tasks, tasks_of, to_review
from bot.meetings.votes import votes_of
from bot.meetings.walk import stamp_rules
from bot.people.roles import may_act
from bot.people.staff import secretaries_of
from bot.people.superiors import superiors_of
from bot.problems import Invalid
from bot.reading.moments import read_moment
from bot.reading.words import quoted_words
from bot.tables import Meeting, MeetingState, Membership, Person
from bot.talk.chat import Chat, row_id
from bot.talk.desk import Answer, Flow, FlowStep
from handlers.meetings import leading
from handlers.meetings.told import confirmed_counts

PLACE_LIMIT = 200
FAR = timedelta(days=180)


@dataclass
class Correcting(AboutMeeting):
    """The day or the place: each is one question."""


def show_correction(chat: Chat, meeting_id: str) -> None:
    """The card of a held meeting, with a button for each thing that may be corrected."""
    meeting = _own(chat, meeting_id)
    if meeting is not None:
        chat.end()
        chat.say(
            "meetings/result/fix",
            meeting=meeting,
            card=leading.meeting_card(chat, meeting),
            duties=duties_of(chat.session, meeting),
            notes=numbered_notes(chat.session, meeting),
            votes=votes_of(chat.session, meeting),
            tasks=tasks_of(chat.session, meeting),
            before=[*reviewed_tasks(chat.session, meeting), *to_review(chat.session, meeting)],
        )


def _own(chat: Chat, meeting_id: object) -> Meeting | None:
    """The held meeting with its unit locked before it, if it may be corrected; else says why not."""
    meeting = leading.own_with_unit(chat, meeting_id, held=True)
    if meeting is None or meeting.state == MeetingState.HELD:
        return meeting
    leading.show_standing(chat, meeting)
    return None


def begin_counts_correction(chat: Chat, meeting_id: str) -> None:
    """`Số liệu`: what changes, and nothing else."""
    if _own(chat, meeting_id) is not None:
        chat.open("recount", meeting_id)


def take_corrected_counts(chat: Chat, meeting_id: str) -> None:
    """Takes the confirmed counts."""
    entered = confirmed_counts(chat)
    meeting = _own(chat, meeting_id)
    if meeting is None:
        return
    before, new = counts_of(chat.session, meeting), counts_of_values(entered) if entered else None
    if new is None:
        show_correction(chat, meeting_id)
        return
    _log(chat, meeting, correct_counts(chat.session, meeting, new, chat.person.id, chat.at))
    after = counts_of(chat.session, meeting) or new
    leading.say_recounted(chat, meeting, changed_counts(before, after))


def _log(chat: Chat, meeting: Meeting, changes: list[str]) -> None:
    """One line for each number: old and new, without anything that was said."""
    for change in changes:
        chat.note("result corrected", f"meeting:{meeting.id} {change}"[:60])


def begin_day_correction(chat: Chat, meeting_id: str) -> None:
    _begin(chat, meeting_id, "day")


def begin_place_correction(chat: Chat, meeting_id: str) -> None:
    _begin(chat, meeting_id, "place")


def _begin(chat: Chat, meeting_id: str, step: str) -> None:
    meeting = _own(chat, meeting_id)
    if meeting is not None:
        chat.begin(Correcting(*about(meeting)), step)


def ask_corrected_day(chat: Chat) -> None:
    meeting = _own(chat, chat.answers(Correcting).meeting)
    if meeting is not None:
        chat.say("meetings/result/new_day", meeting=meeting)


def take_corrected_day(chat: Chat, answer: Answer) -> None:
    meeting = _own(chat, chat.answers(Correcting).meeting)
    if meeting is None:
        return
    text = f"ngay {answer.text.strip()}" if answer.text.strip().isdecimal() else answer.text
    found = read_moment(text, today=chat.today, past=True).day
    ahead = read_moment(text, today=chat.today).day
    if found is None:
        raise Invalid("date_unclear", said=quoted_words(answer.text))
    if ahead is not None and found < chat.today - FAR < chat.today < ahead:
        raise Invalid("date_future", day=ahead)  # "25/7" on 20 July is that of this year
    changes = correct_day(chat.session, meeting, found, chat.today, chat.moment)
    stamp_rules(meeting, leading.rules_on(chat, found))
    _log(chat, meeting, changes)
    show_correction(chat, str(meeting.id))


def ask_corrected_place(chat: Chat) -> None:
    meeting = _own(chat, chat.answers(Correcting).meeting)
    if meeting is not None:
        chat.say("meetings/result/new_place", meeting=meeting, last=last_place(chat.session, meeting.unit_id))


def take_corrected_place(chat: Chat, answer: Answer) -> None:
    meeting = _own(chat, chat.answers(Correcting).meeting)
    if meeting is None:
        return
    if answer.value not in ("", "last"):
        raise Invalid("choose_button")
    found = last_place(chat.session, meeting.unit_id) if answer.value else " ".join(answer.text.split())
    if not found:
        raise Invalid("text_empty")
    meeting.place = found[:PLACE_LIMIT]
    _log(chat, meeting, ["place"])
    show_correction(chat, str(meeting.id))


def ask_leave(chat: Chat, meeting_id: str) -> None:
    """`Xin sửa`: asks the leaders above to let an old meeting be corrected."""
    meeting = lock_meeting(chat.session, row_id(meeting_id))
    if meeting is None or meeting.rehearsal or not chat.may("lead", meeting.unit.path):
        chat.refuse()
        return
    if not figures_locked(meeting, chat.moment):
        leading.show_standing(chat, meeting)
        return
    leaders = _leaders(chat, meeting)
    key = f"unlock:{meeting.id}:{chat.today}"
    facts = {"meeting": meeting, "asker": chat.person.name}
    told = [
        one
        for one in leaders
        if chat.tell(one, "meetings/result/leave_asked", key=f"{key}:{one.id}", **facts)
    ]
    chat.note("leave asked", f"meeting:{meeting.id}")
    chat.end()
    chat.say("meetings/result/asked", meeting=meeting, told=told, leaders=leaders)


def _leaders(chat: Chat, meeting: Meeting) -> list[Person]:
    """The leaders of the nearest committee above that has some."""
    ids = superiors_of(chat.session, {meeting.unit_id: meeting.unit.path})[meeting.unit_id]
    people = [chat.session.get_one(Person, one) for one in ids]
    return [one for one in people if may_act(_roles(chat, one), "unlock", meeting.unit.path)]


def _roles(chat: Chat, person: Person) -> list[Membership]:
    return list(
        chat.session.scalars(
            select(Membership).where(Membership.person_id == person.id, Membership.ended_at.is_(None))
        )
    )


def give_leave(chat: Chat, meeting_id: str) -> None:
    """`Cho phép sửa 3 ngày`: a leader above; the secretaries are told."""
    meeting = lock_meeting(chat.session, row_id(meeting_id))
    if meeting is None or meeting.rehearsal or not chat.may("unlock", meeting.unit.path):
        chat.refuse()
        return
    if figures_locked(meeting, chat.moment):
        until = unlock_figures(meeting, chat.at)
        chat.note("leave given", f"meeting:{meeting.id}")
        for one in secretaries_of(chat.session, [meeting.unit_id]).get(meeting.unit_id, []):
            chat.tell(one, "meetings/result/leave_given", meeting=meeting, until=until)
    chat.say("meetings/result/allowed", meeting=meeting)


FLOW = Flow(
    "correct",
    FlowStep("day", ask_corrected_day, take_corrected_day, numbers=True),
    FlowStep("place", ask_corrected_place, take_corrected_place, numbers=True, words=True),
    answers=Correcting,
)
