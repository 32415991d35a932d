"""Which duties have a rung that has come, and what is to be said of each."""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, selectinload

from bot.domain.calendar import at_local, local_day, next_allowed
from bot.domain.duties import LIVE_MEETING, Outlook, anchors_of, days_left, overdue, rungs_of
from bot.domain.ladder import Anchors, Timed, next_at, said_at, timetable, worth_saying
from bot.domain.plan_ladders import Rung
from bot.domain.preparing import MATERIALS
from bot.models import Contact, Demand, Duty, Meeting, MeetingDuty, Message, Person, Reminder

log = logging.getLogger(__name__)

COMING = ("topic", "set_date", "ready", "upload", "today", "start")
"""What is not said of a meeting that has begun."""
LONG_MEETING = timedelta(hours=3)
"""A meeting that has run so long has probably been left standing: it is asked after."""
LOST_LATELY = timedelta(days=3)
LONG_AGO = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A rung of a duty that is to be said."""

    duty: Duty
    meeting: Meeting | None
    timed: Timed

    @property
    def say(self) -> str:
        """What it is worded by: that a duty is late is said to those who stand in with other words."""
        rung = self.timed.rung
        return "deputy" if rung.to == "deputy" and rung.say == "late" else rung.say


def outlook_of(duty: Duty, meeting: Meeting | None, at: datetime, zone: ZoneInfo) -> Outlook:
    return Outlook(duty, meeting, days_left(duty, at, zone), overdue(duty, at, zone))


def take(session: Session, at: datetime, most: int, unit_id: int | None = None) -> list[Duty]:
    """Due duties, locked; whole units together, so that one morning makes one message. About `most` of them."""
    due = (Duty.next_reminder_at <= at, Duty.state == "open")
    units = {unit_id}
    if unit_id is None:
        first = select(Duty.unit_id).where(*due).order_by(Duty.next_reminder_at).limit(most)
        units = set(session.scalars(first))
    return list(
        session.scalars(
            select(Duty)
            .where(*due, Duty.unit_id.in_(units))
            .order_by(Duty.id)
            .options(
                selectinload(Duty.demand).selectinload(Demand.topic),
                selectinload(Duty.unit),
                selectinload(Duty.about),
                selectinload(Duty.chosen),
            )
            .with_for_update(skip_locked=True, of=Duty)
        )
    )


def give_back(session: Session, at: datetime, unit_id: int | None = None) -> None:
    """What was written to somebody whose last contact was lost before it went out is to be said to the next one."""
    query = (
        select(Duty, Reminder)
        .join(Reminder, Reminder.duty_id == Duty.id)
        .join(Message, Message.id == Reminder.message_id)
        .join(Contact, Contact.id == Message.contact_id)
        .where(
            Message.failed_at > at - LOST_LATELY,
            Message.failed_at <= at,
            Message.state == "failed",
            Contact.lost_at.is_not(None),
            Duty.state == "open",
        )
    )
    rows = session.execute(query if unit_id is None else query.where(Duty.unit_id == unit_id)).all()
    for duty, said in rows:
        if moment := said_at(said.rung):
            duty.reminded_until, duty.next_reminder_at = moment - LONG_AGO, at
    spent = {said.message_id for _, said in rows}
    if spent:
        session.execute(delete(Reminder).where(Reminder.message_id.in_(spent)))
        log.info("reminder.unheard messages=%s", sorted(spent))


def come(session: Session, duties: Collection[Duty], at: datetime, zone: ZoneInfo) -> list[Spoken]:
    """Moves the duties to their next rungs; answers those that are worth saying now."""
    meetings = meetings_of(session, [duty.id for duty in duties])
    tables = _Timetables(zone)
    return [one for duty in duties for one in _move_on(duty, meetings.get(duty.id), at, tables)]


class _Timetables:
    """The timetables of one batch: that of one demand and the same days is reckoned once."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self._rungs: dict[int, list[Rung]] = {}
        self._timed: dict[tuple[int, Anchors], list[Timed]] = {}

    def of(self, demand: Demand, anchors: Anchors) -> list[Timed]:
        if demand.id not in self._rungs:
            self._rungs[demand.id] = rungs_of(demand)
        key = demand.id, anchors
        if key not in self._timed:
            self._timed[key] = timetable(self._rungs[demand.id], anchors, self.zone)
        return self._timed[key]


def _move_on(duty: Duty, meeting: Meeting | None, at: datetime, tables: _Timetables) -> list[Spoken]:
    """Moves the duty to its next rung; answers the rungs that are worth saying now, to whomever they speak.

    What a late tick would say at night or on a holiday stays where it is until it may be said, in the words of that day.
    """
    anchors = anchors_of(duty, meeting)
    timed = tables.of(duty.demand, anchors)
    said, passed = worth_saying(timed, duty.reminded_until, at, anchors, tables.zone)
    if meeting is not None and meeting.state == "running":
        passed += [one for one in said if one.rung.say in COMING]
        said = [one for one in said if one.rung.say not in COMING]
    if meeting is not None and MATERIALS in meeting.ready:
        passed += [one for one in said if one.rung.say == "upload"]
        said = [one for one in said if one.rung.say != "upload"]
    allowed = max((_allowed(one, meeting, at, tables.zone) for one in said), default=at)
    if allowed > at:
        duty.next_reminder_at = allowed
        return []
    duty.reminded_until, duty.next_reminder_at = at, next_at(timed, at)
    for one in passed:
        log.info("reminder.skipped duty=%s rung=%s", duty.id, one.rung.key)
    return [Spoken(duty, meeting, one) for one in said]


def _allowed(timed: Timed, meeting: Meeting | None, at: datetime, zone: ZoneInfo) -> datetime:
    """From when on the rung may be said: neither in quiet hours nor in the middle of the meeting."""
    own_day = None
    if meeting is not None and meeting.planned_at and timed.rung.anchor == "meeting":
        own_day = local_day(meeting.planned_at, zone)
    if meeting is not None and meeting.state == "running" and meeting.started_at:
        at = max(at, meeting.started_at + LONG_MEETING)
    return next_allowed(at, zone, except_day=own_day)


def meetings_of(session: Session, duty_ids: Collection[int]) -> dict[int, Meeting]:
    """The meeting that is set or running for each of these duties."""
    rows = session.execute(
        select(MeetingDuty.duty_id, Meeting)
        .join(Meeting, Meeting.id == MeetingDuty.meeting_id)
        .where(MeetingDuty.duty_id.in_(duty_ids), Meeting.state.in_(LIVE_MEETING))
        .order_by(Meeting.id)
    )
    return {row[0]: row[1] for row in rows}


def contacts_of(session: Session, people: Collection[int]) -> dict[int, Contact]:
    """The contact each of these persons used last, of those that are not lost."""
    rows = session.scalars(
        select(Contact)
        .where(Contact.person_id.in_(people), Contact.lost_at.is_(None))
        .options(selectinload(Contact.person))
        .order_by(Contact.used_at, Contact.id)
    )
    return {contact.person_id: contact for contact in rows}


def told(session: Session, spoken: Collection[Spoken]) -> set[tuple[int, str, int]]:
    """Which rungs of these duties have been said to whom: (duty, rung, person)."""
    rows = session.execute(
        select(Reminder.duty_id, Reminder.rung, Reminder.person_id).where(
            Reminder.duty_id.in_({one.duty.id for one in spoken})
        )
    )
    return {(row.duty_id, row.rung, row.person_id) for row in rows}


def hour_of(person: Person, one: Spoken, at: datetime, zone: ZoneInfo) -> datetime:
    """A rung of the day waits for the person's own hour; one with a clock time does not."""
    rung = one.timed.rung
    if rung.clock is not None or (rung.anchor == "meeting" and not rung.days):
        return at
    return max(at, at_local(local_day(at, zone), time(person.reminder_hour), zone))
