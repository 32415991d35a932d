"""Tells who is above: one message to each follower and leader, for all units whose duties have climbed that morning."""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session, selectinload

from bot import outbox
from bot.chat import Desk
from bot.domain.calendar import at_local, local_day, next_allowed
from bot.domain.duties import Outlook
from bot.domain.escalation import Reminded, above, how_often
from bot.messages import Reply
from bot.models import Contact, Demand, Duty, Message, Reminder, Unit
from schedules.reminders.due import Spoken, contacts_of, hour_of, meetings_of, outlook_of, told
from schedules.reminders.own import note

log = logging.getLogger(__name__)

KEY = "above:"
NAMED = 12
GATHERING = timedelta(minutes=10)
"""So long a message waits for the units of the batches that follow."""


@dataclass(frozen=True, slots=True)
class Line:
    """A unit's duty as it is told above."""

    view: Outlook
    reminded: Reminded


@dataclass(frozen=True, slots=True)
class Group:
    """One demand in a message: of how many duties it speaks, and the first of them."""

    demand: Demand
    total: int
    lines: list[Line]


def tell(desk: Desk, session: Session, spoken: Sequence[Spoken], at: datetime, *, more: bool) -> int:
    """Writes one message to each person, or adds to the one that still waits from this morning; answers how many are new.

    `more`: units of other batches may follow.
    """
    by_person = _hearers(session, spoken)
    if not by_person:
        return 0
    contacts = contacts_of(session, by_person)
    waiting = _waiting(desk, session, by_person, at)
    posts = [
        outbox.Post(
            contacts[person_id], Reply(""), _due_at(desk, contacts[person_id], items, at, more=more), key
        )
        for person_id, items in by_person.items()
        if person_id not in waiting
        for key in [f"{KEY}{person_id}:{items[0].duty.id}:{at:%Y%m%d%H%M%S}"]
    ]
    written = outbox.post_many(session, posts, at)
    waiting |= written
    note(session, [(waiting[person_id], person_id, items) for person_id, items in by_person.items()], at)
    _word(desk, session, list(waiting.values()), at)
    return len(written)


def _hearers(session: Session, spoken: Sequence[Spoken]) -> dict[int, list[Spoken]]:
    by_person: dict[int, list[Spoken]] = {}
    if not spoken:
        return by_person
    over = above(session, {one.duty.unit_id: one.duty.unit.path for one in spoken})
    heard = told(session, spoken)
    for one in spoken:
        duty = one.duty
        if not over[duty.unit_id]:
            log.info("reminder.nobody_above duty=%s unit=%s", duty.id, duty.unit_id)
        for person_id in over[duty.unit_id]:
            if (duty.id, one.timed.name, person_id) not in heard:
                by_person.setdefault(person_id, []).append(one)
    return by_person


def _waiting(desk: Desk, session: Session, people: Collection[int], at: datetime) -> dict[int, int]:
    """The message of this morning that has not been tried yet, by person."""
    midnight = at_local(local_day(at, desk.zone), time.min, desk.zone)
    rows = session.execute(
        select(Message.person_id, Message.id)
        .where(
            Message.person_id.in_(people),
            Message.state == "waiting",
            Message.attempts == 0,
            Message.key.startswith(KEY),
            Message.created_at >= midnight,
            Message.created_at <= at,
        )
        .with_for_update()
    )
    return {row.person_id: row.id for row in rows}


def _due_at(desk: Desk, contact: Contact, items: list[Spoken], at: datetime, *, more: bool) -> datetime:
    hour = min(hour_of(contact.person, one, at, desk.zone) for one in items)
    return next_allowed(max(hour, at + GATHERING), desk.zone) if more else hour


def _word(desk: Desk, session: Session, message_ids: Collection[int], at: datetime) -> None:
    """Puts the messages into words; what cannot be is logged, taken back and silences nobody else."""
    bodies, broken = [], []
    for message_id, groups in _groups(desk, session, message_ids, at).items():
        try:
            reply = desk.render.reply(
                "reminders/above", {"groups": groups, "today": local_day(at, desk.zone), "named": NAMED}
            )
        except Exception:
            log.exception("reminder.unwritable message=%s", message_id)
            broken.append(message_id)
        else:
            bodies.append({"number": message_id, "words": outbox.to_body(reply)})
    if bodies:
        table = Message.__table__
        worded = update(table).where(table.c.id == bindparam("number")).values(body=bindparam("words"))  # type: ignore[arg-type]
        session.connection().execute(worded, bodies)
    if broken:
        session.execute(update(Message).where(Message.id.in_(broken)).values(state="withdrawn"))


def _groups(
    desk: Desk, session: Session, message_ids: Collection[int], at: datetime
) -> Mapping[int, list[Group]]:
    """What each message tells: its demands, the longest overdue first, and of all of them the first units by name."""
    named = _named(session, message_ids)
    duties = list({duty.id: duty for found in named.values() for duty in found}.values())
    meetings = meetings_of(session, [duty.id for duty in duties])
    reminded = how_often(session, duties)
    lines = {
        duty.id: Line(outlook_of(duty, meetings.get(duty.id), at, desk.zone), reminded[duty.id])
        for duty in duties
    }
    return {
        message_id: [
            Group(demand, total, [lines[d.id] for d in named[message_id] if d.demand_id == demand.id])
            for demand, total in found
        ]
        for message_id, found in _totals(session, message_ids).items()
    }


def _named(session: Session, message_ids: Collection[int]) -> dict[int, list[Duty]]:
    """The first duties that each message speaks of."""
    said = (
        select(Reminder.message_id, Reminder.duty_id)
        .where(Reminder.message_id.in_(message_ids))
        .distinct()
        .subquery()
    )
    order = (Duty.due_on.is_(None), Duty.due_on, Duty.demand_id, Unit.listed_as, Duty.id)
    place = func.row_number().over(partition_by=said.c.message_id, order_by=order)
    ranked = (
        select(said.c.message_id, said.c.duty_id, place.label("place"))
        .join(Duty, Duty.id == said.c.duty_id)
        .join(Unit, Unit.id == Duty.unit_id)
        .subquery()
    )
    rows = session.execute(
        select(ranked.c.message_id, Duty)
        .join(Duty, Duty.id == ranked.c.duty_id)
        .where(ranked.c.place <= NAMED)
        .order_by(ranked.c.message_id, ranked.c.place)
        .options(
            selectinload(Duty.demand).selectinload(Demand.topic),
            selectinload(Duty.unit),
            selectinload(Duty.about),
            selectinload(Duty.chosen),
        )
    )
    found: dict[int, list[Duty]] = {}
    for message_id, duty in rows:
        found.setdefault(message_id, []).append(duty)
    return found


def _totals(session: Session, message_ids: Collection[int]) -> dict[int, list[tuple[Demand, int]]]:
    """The demands that each message speaks of, with the number of their duties."""
    total = func.count(Duty.id.distinct())
    earliest = func.min(Duty.due_on)
    rows = session.execute(
        select(Reminder.message_id, Duty.demand_id, total)
        .join(Duty, Duty.id == Reminder.duty_id)
        .where(Reminder.message_id.in_(message_ids))
        .group_by(Reminder.message_id, Duty.demand_id)
        .order_by(Reminder.message_id, earliest.is_(None), earliest, Duty.demand_id)
    ).all()
    ids = {row[1] for row in rows}
    demands = {demand.id: demand for demand in session.scalars(select(Demand).where(Demand.id.in_(ids)))}
    found: dict[int, list[tuple[Demand, int]]] = {}
    for message_id, demand_id, number in rows:
        found.setdefault(message_id, []).append((demands[demand_id], number))
    return found
