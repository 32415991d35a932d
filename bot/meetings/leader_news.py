"""By the clock: whoever above has said something of a meeting hears that it has moved or fallen away; who will come is reminded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session, joinedload

from bot.calendar import ONE_DAY, Moment, next_allowed
from bot.meetings.leader_words import (
    Speaker,
    before_meeting,
    forget_word,
    overlapping,
    reminder_moments,
    still_reaches,
    tell_cell,
)
from bot.people.reaching import reachable_contact
from bot.store.db import take_turns
from bot.tables import LeaderWord, Meeting, MeetingState
from bot.talk import outbox
from bot.talk.desk import Desk

PORTION = 200
BEGUN = (MeetingState.RUNNING, MeetingState.HELD)


@dataclass(frozen=True, slots=True)
class _Said:
    """What somebody had said of the meeting while it was set for another moment."""

    agreed: bool
    asked: bool
    coming: bool

    @classmethod
    def of(cls, word: LeaderWord) -> "_Said":
        return cls(word.agreed_at is not None, word.asked_at is not None, word.attends_at is not None)


def tell_leaders_of_meetings(desk: Desk, at: datetime) -> int:
    """Answers how many messages were written."""
    with desk.db.write() as session:
        take_turns(session, "leader_words")
        told = sum(_drop_word(desk, session, word, at) for word in _without_role(session, at))
        session.flush()
        told += sum(_tell_change(desk, session, word, at) for word in _changed(session, at))
        session.flush()
        return told + sum(_remind(desk, session, word, at) for word in _coming(session, at))


def _without_role(session: Session, at: datetime) -> Sequence[LeaderWord]:
    """Of meetings that are still to come: who may not speak of them any more."""
    out_of_reach = LeaderWord.meeting.has(Meeting.unit.has(~still_reaches()))
    return session.scalars(_words().where(LeaderWord.planned_at > at, out_of_reach)).all()


def _drop_word(desk: Desk, session: Session, word: LeaderWord, at: datetime) -> int:
    """The cell hears of it where it expects a guest."""
    meeting, person, coming = word.meeting, word.person, word.attends_at is not None
    stands = meeting.state == MeetingState.PLANNED and meeting.planned_at == word.planned_at
    forget_word(session, word)
    session.delete(word)
    if not coming or not stands:
        return 0
    speaker = Speaker(word, person, meeting.unit)
    return tell_cell(desk, session, meeting, "absent_told", speaker, at)


def _words() -> Select[LeaderWord]:
    return (
        select(LeaderWord)
        .options(joinedload(LeaderWord.meeting).joinedload(Meeting.unit), joinedload(LeaderWord.person))
        .order_by(LeaderWord.meeting_id, LeaderWord.person_id)
        .limit(PORTION)
    )


def _changed(session: Session, at: datetime) -> Sequence[LeaderWord]:
    """Whose meeting is set for another moment, is off, or has begun although the moment is still to come."""
    open_still = Meeting.state == MeetingState.PLANNED
    moved = and_(open_still, or_(Meeting.planned_at.is_(None), Meeting.planned_at != LeaderWord.planned_at))
    begun = and_(Meeting.state.in_(BEGUN), LeaderWord.planned_at > at)
    changed = or_(moved, begun, Meeting.state == MeetingState.CANCELLED)
    return session.scalars(_words().where(LeaderWord.meeting.has(changed))).all()


def _tell_change(desk: Desk, session: Session, word: LeaderWord, at: datetime) -> int:
    meeting, moment = word.meeting, desk.moment(at)
    if meeting.state == MeetingState.PLANNED and meeting.planned_at is not None:
        return _tell_moved(desk, session, word, meeting.planned_at, moment)
    began = meeting.started_at if meeting.state in BEGUN else None
    if began is not None and moment.day_of(began) == moment.day_of(word.planned_at):
        return 0
    had = _Said.of(word)
    forget_word(session, word)
    session.delete(word)
    if word.planned_at <= at:
        return 0
    facts = {"said": had, "was": word.known_at, "began": began}
    return _post(desk, session, word, "off", facts, before_meeting(moment, word.planned_at), at)


def _tell_moved(desk: Desk, session: Session, word: LeaderWord, planned_at: datetime, moment: Moment) -> int:
    had, first = _Said.of(word), min(word.planned_at, planned_at)
    unheard = forget_word(session, word)
    word.known_at = word.known_at if unheard else word.planned_at
    word.planned_at = planned_at
    facts = {"said": had, "was": word.known_at}
    return _post(desk, session, word, "moved", facts, before_meeting(moment, first, planned_at), moment.at)


def _coming(session: Session, at: datetime) -> Sequence[LeaderWord]:
    """Who will come to a meeting of these two days and has not been reminded of it twice."""
    return session.scalars(
        _words().where(
            LeaderWord.attends_at.is_not(None),
            LeaderWord.meeting.has(
                and_(Meeting.planned_at == LeaderWord.planned_at, Meeting.state == MeetingState.PLANNED)
            ),
            LeaderWord.planned_at > at,
            LeaderWord.planned_at < at + 2 * ONE_DAY,
            or_(LeaderWord.day_told_at.is_(None), LeaderWord.hours_told_at.is_(None)),
        )
    ).all()


def _remind(desk: Desk, session: Session, word: LeaderWord, at: datetime) -> int:
    """On the day before at the reader's hour, and two hours before; once each, and not just after they have said it."""
    moment = desk.moment(at)
    day = moment.day_of(word.planned_at)
    ahead, shortly = reminder_moments(word, moment)
    attends_at = word.attends_at or at
    if at >= shortly and word.hours_told_at is None:
        word.hours_told_at = word.day_told_at = at
        due_at = next_allowed(moment, except_day=day)
        if attends_at >= shortly or due_at >= word.planned_at:
            return 0
    elif ahead <= at < shortly and word.day_told_at is None and moment.today < day:
        word.day_told_at = at
        due_at = next_allowed(moment, near=[day])
        if attends_at >= ahead or moment.day_of(due_at) >= day:
            return 0
    else:
        return 0
    clash = overlapping(session, word.person_id, word.meeting)
    return _post(desk, session, word, "remind", {"clash": clash}, due_at, at)


def _post(
    desk: Desk,
    session: Session,
    word: LeaderWord,
    what: str,
    facts: Mapping[str, Any],
    due_at: datetime,
    at: datetime,
) -> int:
    contact = reachable_contact(session, word.person_id)
    if contact is None:
        return 0
    told = {"meeting": word.meeting, "today": desk.moment(due_at).today, **facts}
    reply = desk.render.reply(f"meetings/timetable/{what}", told)
    message = outbox.post_message(session, contact, reply, at, bulk=True, due_at=due_at)
    session.flush()
    if what != "off":  # that row is gone
        word.message_id = message.id
    return 1
