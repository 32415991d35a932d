"""Reminders: takes the duties whose next rung has come, writes one message to each person, moves the duties on."""

import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from bot import outbox
from bot.chat import Desk
from bot.db import take_turns
from bot.domain.calendar import at_local, local_day, next_allowed
from bot.domain.duties import LIVE_MEETING, Outlook, anchors_of, days_left, overdue, rungs_of
from bot.domain.ladder import Timed, next_at, timetable, worth_saying
from bot.domain.people import present, secretaries_of
from bot.models import Contact, Demand, Duty, Meeting, MeetingDuty, Membership, Message, Person, Reminder

log = logging.getLogger(__name__)

BATCH = 500
URGENCY = ("start", "today", "late", "last_day", "result", "due", "upload", "ready", "set_date", "topic")
COMING = ("topic", "set_date", "ready", "upload", "today", "start")
"""What is not said of a meeting that has begun."""
LONG_MEETING = timedelta(hours=3)
"""A meeting that has run so long has probably been left standing: it is asked after."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A rung of a duty that is to be said."""

    duty: Duty
    meeting: Meeting | None
    timed: Timed


def tick(desk: Desk, at: datetime) -> int:
    """Says what has come by `at`; answers how many messages were written."""
    written = 0
    while True:
        with desk.db.write() as session:
            # Rows locked one by one would let two replicas share a unit's morning: two messages instead of one.
            take_turns(session, "reminders")
            duties = _take(session, at)
            if not duties:
                return written
            written += _say(desk, session, duties, at)
        desk.wake()


def _take(session: Session, at: datetime) -> list[Duty]:
    """Due duties, locked; whole units together, so that one morning makes one message."""
    units = (
        select(Duty.unit_id)
        .where(Duty.next_reminder_at <= at, Duty.state == "open")
        .order_by(Duty.next_reminder_at, Duty.unit_id)
        .limit(BATCH)
    )
    return list(
        session.scalars(
            select(Duty)
            .where(Duty.next_reminder_at <= at, Duty.state == "open", Duty.unit_id.in_(units))
            .options(joinedload(Duty.demand).joinedload(Demand.topic), joinedload(Duty.unit))
            .with_for_update(skip_locked=True, of=Duty)
        )
    )


def _say(desk: Desk, session: Session, duties: list[Duty], at: datetime) -> int:
    """Moves the duties on and writes one message to each person; answers how many."""
    meetings = _meetings(session, [duty.id for duty in duties])
    spoken = [s for duty in duties if (s := _move_on(duty, meetings.get(duty.id), at, desk.zone))]
    people = secretaries_of(session, {s.duty.unit_id for s in spoken})
    contacts = _contacts(session, people.values())
    told = _told(session, [s.duty.id for s in spoken])
    today = local_day(at, desk.zone)
    by_person: dict[int, list[Spoken]] = {}
    for one in spoken:
        recipients = present(people.get(one.duty.unit_id, []), today)
        if not recipients:
            log.info("reminder.nobody duty=%s unit=%s", one.duty.id, one.duty.unit_id)
        for person in recipients:
            if (one.duty.id, one.timed.name, person.id) not in told:
                by_person.setdefault(person.id, []).append(one)
    units = _units_led(session, by_person)
    _overtake(session, by_person)
    written = 0
    for person_id, items in by_person.items():
        contact = contacts.get(person_id) or outbox.reachable(session, person_id)
        if contact is None:
            log.warning("reminder.unreachable person=%s duties=%s", person_id, [i.duty.id for i in items])
            continue
        about = {item.duty.unit_id for item in items}
        named = len(about) > 1 or about != units.get(person_id)
        written += _write(desk, session, contact, items, at, named=named)
    return written


def _move_on(duty: Duty, meeting: Meeting | None, at: datetime, zone: ZoneInfo) -> Spoken | None:
    """Moves the duty to its next rung; answers the rung that is worth saying now, if any.

    What a late tick would say at night or on a holiday stays where it is until it may be said, in the words of that day.
    """
    anchors = anchors_of(duty, meeting)
    timed = timetable(rungs_of(duty.demand), anchors, zone)
    chosen, passed = worth_saying(timed, duty.reminded_until, at, anchors, zone)
    running = meeting is not None and meeting.state == "running"
    if chosen is not None and running and chosen.rung.say in COMING:
        passed, chosen = [*passed, chosen], None
    if chosen is not None and (allowed := _allowed(chosen, meeting, at, zone)) > at:
        duty.next_reminder_at = allowed
        return None
    duty.reminded_until, duty.next_reminder_at = at, next_at(timed, at)
    for one in passed:
        log.info("reminder.skipped duty=%s rung=%s", duty.id, one.rung.key)
    return Spoken(duty, meeting, chosen) if chosen else None


def _allowed(timed: Timed, meeting: Meeting | None, at: datetime, zone: ZoneInfo) -> datetime:
    """From when on the rung may be said: neither in quiet hours nor in the middle of the meeting."""
    own_day = None
    if meeting is not None and meeting.planned_at and timed.rung.anchor == "meeting":
        own_day = local_day(meeting.planned_at, zone)
    if meeting is not None and meeting.state == "running" and meeting.started_at:
        at = max(at, meeting.started_at + LONG_MEETING)
    return next_allowed(at, zone, except_day=own_day)


def _meetings(session: Session, duty_ids: list[int]) -> dict[int, Meeting]:
    rows = session.execute(
        select(MeetingDuty.duty_id, Meeting)
        .join(Meeting, Meeting.id == MeetingDuty.meeting_id)
        .where(MeetingDuty.duty_id.in_(duty_ids), Meeting.state.in_(LIVE_MEETING))
        .order_by(Meeting.id)
    )
    return {row[0]: row[1] for row in rows}


def _contacts(session: Session, people: Iterable[list[Person]]) -> dict[int, Contact]:
    """The contact each person used last, for many at once."""
    ids = {person.id for group in people for person in group}
    rows = session.scalars(
        select(Contact)
        .where(Contact.person_id.in_(ids), Contact.lost_at.is_(None))
        .order_by(Contact.used_at, Contact.id)
    )
    return {contact.person_id: contact for contact in rows}


def _told(session: Session, duty_ids: Collection[int]) -> set[tuple[int, str, int]]:
    """Which rungs of these duties have been said to whom."""
    rows = session.execute(
        select(Reminder.duty_id, Reminder.rung, Reminder.person_id).where(Reminder.duty_id.in_(duty_ids))
    )
    return {(row.duty_id, row.rung, row.person_id) for row in rows}


def _overtake(session: Session, by_person: Mapping[int, list[Spoken]]) -> None:
    """A message that was tried in vain and speaks of nothing but what is said anew is taken back."""
    fresh = {(one.duty.id, person) for person, items in by_person.items() for one in items}
    stuck = (
        select(Reminder.message_id)
        .join(Message, Message.id == Reminder.message_id)
        .where(
            Message.state == "waiting",
            Message.attempts > 0,
            Reminder.duty_id.in_({duty for duty, _ in fresh}),
        )
    )
    rows = session.execute(
        select(Reminder.message_id, Reminder.duty_id, Reminder.person_id).where(
            Reminder.message_id.in_(stuck)
        )
    ).all()
    kept = {row.message_id for row in rows if (row.duty_id, row.person_id) not in fresh}
    gone = {row.message_id for row in rows} - kept
    if gone:
        session.execute(
            update(Message).where(Message.id.in_(gone), Message.state == "waiting").values(state="withdrawn")
        )
        log.info("reminder.overtaken messages=%s", sorted(gone))


def _units_led(session: Session, people: Collection[int]) -> Mapping[int, set[int]]:
    """The units each person leads: who leads another than the message is about must read which one it is."""
    led: dict[int, set[int]] = {}
    rows = session.execute(
        select(Membership.person_id, Membership.unit_id).where(
            Membership.person_id.in_(people), Membership.role == "secretary", Membership.ended_at.is_(None)
        )
    )
    for person_id, unit_id in rows:
        led.setdefault(person_id, set()).add(unit_id)
    return led


def _write(
    desk: Desk, session: Session, contact: Contact, items: list[Spoken], at: datetime, *, named: bool
) -> bool:
    """Writes the message; what cannot be put into words is logged and silences nobody else."""
    items = sorted(
        items, key=lambda s: (URGENCY.index(s.timed.rung.say), s.duty.due_on or date.max, s.duty.id)
    )
    views = [(_outlook(s, at, desk.zone), s.timed.rung.say) for s in items]
    context = {"items": views, "today": local_day(at, desk.zone), "named": named}
    try:
        reply = desk.render.reply("reminders/reminder", context)
    except Exception:
        log.exception(
            "reminder.unwritable person=%s duties=%s", contact.person_id, [i.duty.id for i in items]
        )
        return False
    due_at = min(_hour_of(contact.person, item, at, desk.zone) for item in items)
    message = outbox.post(session, contact, reply, at, bulk=True, due_at=due_at)
    session.flush()
    for one in items:
        session.add(
            Reminder(
                duty_id=one.duty.id,
                rung=one.timed.name,
                person_id=contact.person_id,
                message_id=message.id,
                at=at,
            )
        )
    session.flush()
    return True


def _outlook(spoken: Spoken, at: datetime, zone: ZoneInfo) -> Outlook:
    duty = spoken.duty
    return Outlook(duty, spoken.meeting, days_left(duty, at, zone), overdue(duty, at, zone))


def _hour_of(person: Person, spoken: Spoken, at: datetime, zone: ZoneInfo) -> datetime:
    """A rung of the day waits for the person's own hour; one with a clock time does not."""
    rung = spoken.timed.rung
    if rung.clock is not None or (rung.anchor == "meeting" and not rung.days):
        return at
    return max(at, at_local(local_day(at, zone), time(person.reminder_hour), zone))


def next_moment(session: Session) -> datetime | None:
    """The moment of the next rung of all, for a clock that can be moved."""
    return session.scalar(
        select(Duty.next_reminder_at)
        .where(Duty.next_reminder_at.is_not(None))
        .order_by(Duty.next_reminder_at)
        .limit(1)
    )
