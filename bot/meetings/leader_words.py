"""Those above answer a meeting that is set: they agree, ask for another day, or say that they will come; the cell hears of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import ColumnElement, exists, select, update
from sqlalchemy.orm import Session, aliased, joinedload

from bot.calendar import ONE_DAY, Moment, at_local, next_allowed
from bot.meetings.joining import duties_of
from bot.people.reaching import reachable_contact
from bot.people.roles import MAY, may_act
from bot.people.staff import present_person, secretaries_of
from bot.problems import Invalid
from bot.tables import (
    Duty,
    DutyState,
    LeaderWord,
    Meeting,
    MeetingState,
    Membership,
    Message,
    MessageState,
    Person,
    Unit,
)
from bot.talk import outbox
from bot.talk.desk import Desk

REASON_LIMIT = 500
SHORTLY = timedelta(hours=2)
"""So long before the meeting who will come is reminded a second time."""
TAKES = timedelta(minutes=120)
"""So long a meeting may take: a regular one together with a thematic one, 120 minutes at least (42-HD/BTCTW of 28/10/2025)."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody above and what they have said, with the committee in whose name it counts."""

    word: LeaderWord
    person: Person
    committee: Unit


def still_reaches() -> ColumnElement[bool]:
    """That who has said a word (a condition on LeaderWord and Unit) still holds a role that allows it there."""
    above = aliased(Unit)
    reaching = exists().where(
        Membership.person_id == LeaderWord.person_id,
        Membership.role.in_(MAY["grade"]),
        Membership.ended_at.is_(None),
        above.id == Membership.unit_id,
        Unit.path.startswith(above.path),
    )
    return reaching.correlate(LeaderWord, Unit)


def speakers_of(session: Session, meeting: Meeting) -> list[Speaker]:
    """Who has said something of the meeting as it is set now, and may still say it; in the order of their words."""
    rows = session.scalars(
        select(LeaderWord)
        .where(LeaderWord.meeting_id == meeting.id, LeaderWord.planned_at == meeting.planned_at)
        .options(joinedload(LeaderWord.person))
        .order_by(LeaderWord.person_id)
    ).all()
    found = [(word, committee_of(session, word.person_id, meeting.unit)) for word in rows]
    return [Speaker(word, word.person, committee) for word, committee in found if committee is not None]


def committee_of(session: Session, person_id: int, unit: Unit) -> Unit | None:
    """In whose name a person decides about the unit: that of the nearest role which reaches it."""
    roles = session.scalars(
        select(Membership)
        .where(Membership.person_id == person_id, Membership.ended_at.is_(None))
        .options(joinedload(Membership.unit))
        .order_by(Membership.id)
    ).all()
    reaching = [one.unit for one in roles if may_act([one], "grade", unit.path)]
    return max(reaching, key=lambda one: len(one.path), default=None)


def words_on(session: Session, meeting_ids: Sequence[int]) -> Sequence[LeaderWord]:
    """What holds of these meetings."""
    return session.scalars(
        select(LeaderWord)
        .join(Meeting, Meeting.id == LeaderWord.meeting_id)
        .join(Unit, Unit.id == Meeting.unit_id)
        .where(Meeting.id.in_(meeting_ids), LeaderWord.planned_at == Meeting.planned_at, still_reaches())
        .order_by(LeaderWord.meeting_id, LeaderWord.person_id)
    ).all()


def day_stamp(meeting: Meeting) -> str:
    """The moment for which it is set, as a button carries it: nobody agrees to a day that they have not seen."""
    return str(int(meeting.planned_at.timestamp()) // 60) if meeting.planned_at else ""


def check_day(meeting: Meeting, stamp: str, at: datetime) -> datetime:
    """The moment for which it is set. Raises Invalid: meeting_not_waiting where its hour has come or it is off,
    meeting_day_other where it is set for another moment than that of `stamp`."""
    if meeting.state != MeetingState.PLANNED or meeting.planned_at is None or meeting.planned_at <= at:
        raise Invalid("meeting_not_waiting")
    if stamp != day_stamp(meeting):
        raise Invalid("meeting_day_other")
    return meeting.planned_at


def word_on(session: Session, meeting: Meeting, person_id: int, stamp: str, at: datetime) -> LeaderWord:
    """The person's word about the meeting, locked, to be filled in. Raises Invalid as `check_day` does."""
    planned_at = check_day(meeting, stamp, at)
    word = session.get(LeaderWord, (meeting.id, person_id))
    if word is None:
        word = LeaderWord(meeting_id=meeting.id, person_id=person_id, reason="")
        session.add(word)
    elif word.planned_at != planned_at:
        forget_word(session, word)
    word.planned_at = word.known_at = planned_at
    return word


def forget_word(session: Session, word: LeaderWord) -> bool:
    """Nothing of what was said holds any more; what waits to be told is taken back. Answers whether anything was."""
    word.agreed_at = word.asked_at = word.attends_at = word.day_told_at = word.hours_told_at = None
    word.reason = ""
    waiting = (Message.id == (word.message_id or 0), Message.state == MessageState.WAITING)
    taken = session.scalar(select(Message.id).where(*waiting)) is not None
    if taken:
        session.execute(update(Message).where(*waiting).values(state=MessageState.WITHDRAWN))
    word.message_id = None
    return taken


def reminder_moments(word: LeaderWord, moment: Moment) -> tuple[datetime, datetime]:
    """When who will come is reminded: on the day before at their own hour, and shortly before it begins."""
    day = moment.day_of(word.planned_at) - ONE_DAY
    return at_local(day, time(word.person.reminder_hour), moment.zone), word.planned_at - SHORTLY


def agree(word: LeaderWord, at: datetime) -> None:
    word.agreed_at, word.asked_at, word.reason = word.agreed_at or at, None, ""


def reason_from_text(text: str) -> str:
    """Why another day is wished for. Raises Invalid: other_day_reason, text_long."""
    said = " ".join(text.split())
    if not said:
        raise Invalid("other_day_reason")
    if len(said) > REASON_LIMIT:
        raise Invalid("text_long", most=REASON_LIMIT)
    return said


def ask_other_day(word: LeaderWord, reason: str, at: datetime) -> None:
    word.agreed_at, word.asked_at, word.reason = None, at, reason


def overlapping(session: Session, person_id: int, meeting: Meeting) -> Sequence[Meeting]:
    """The other meetings that the person will come to and that are not over when this one begins, or the other way round."""
    if meeting.planned_at is None:
        return []
    return session.scalars(
        select(Meeting)
        .join(LeaderWord, LeaderWord.meeting_id == Meeting.id)
        .where(
            LeaderWord.person_id == person_id,
            LeaderWord.attends_at.is_not(None),
            LeaderWord.planned_at == Meeting.planned_at,
            Meeting.id != meeting.id,
            Meeting.state == MeetingState.PLANNED,
            Meeting.planned_at > meeting.planned_at - TAKES,
            Meeting.planned_at < meeting.planned_at + TAKES,
        )
        .options(joinedload(Meeting.unit))
        .order_by(Meeting.planned_at, Meeting.id)
    ).all()


def before_meeting(moment: Moment, *starts: datetime) -> datetime:
    """When something about a meeting is told by itself: outside quiet hours and holidays; where that would not be before the
    first of these moments that is still to come, on a holiday too; where even that is too late, now."""
    coming = min((one for one in starts if one > moment.at), default=None)
    due_at = next_allowed(moment)
    if coming is not None and due_at >= coming:
        days = (moment.today, moment.today + ONE_DAY)
        due_at = min(next_allowed(moment, except_day=day) for day in days)
        return due_at if due_at < coming else moment.at
    return due_at


def _open_duty(session: Session, meeting: Meeting) -> Duty | None:
    """What its day is changed by, where a plan asks for it."""
    return next((one for one in duties_of(session, meeting) if one.state == DutyState.OPEN), None)


def tell_cell(
    desk: Desk, session: Session, meeting: Meeting, what: str, speaker: Speaker, at: datetime
) -> int:
    """Tells those who lead the cell and are there, at once within quiet hours; answers how many could be told."""
    moment = desk.moment(at)
    leads = secretaries_of(session, [meeting.unit_id]).get(meeting.unit_id, [])
    facts = {
        "meeting": meeting,
        "speaker": speaker,
        "today": moment.today,
        "duty": _open_duty(session, meeting),
    }
    due_at = before_meeting(moment, *([meeting.planned_at] if meeting.planned_at else []))
    told = 0
    for person in present_person(leads, moment.today):
        contact = reachable_contact(session, person.id) if person.id != speaker.person.id else None
        if contact is not None:
            reply = desk.render.reply(f"meetings/timetable/{what}", facts)
            outbox.post_message(session, contact, reply, at, bulk=True, due_at=due_at)
            told += 1
    return told
