"""What one morning's message tells who is above: which units are late with what, and which of them are done after all."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Result, exists, func, select, update
from sqlalchemy.orm import Session, aliased

from bot.calendar import Moment
from bot.duties.life import meetings_of
from bot.duties.outlook import WORDED_WITH, Outlook, outlook_of
from bot.duties.withdrawing import TOLD_ABOVE
from bot.people.superiors import ABOVE
from bot.reminders.escalation import Reminded, how_often
from bot.tables import (
    Demand,
    Duty,
    DutyState,
    Membership,
    Message,
    MessageKind,
    MessageState,
    Reminder,
    ReminderKind,
    Unit,
)

NAMED = 12
"""So many duties are told of by their units."""


@dataclass(frozen=True, slots=True)
class ClimbedLine:
    """A unit's duty as it is told above."""

    view: Outlook
    reminded: Reminded


@dataclass(frozen=True, slots=True)
class Group:
    """One demand in a message: of how many duties it speaks, and the first of them."""

    demand: Demand
    total: int
    lines: list[ClimbedLine]


@dataclass(frozen=True, slots=True)
class News:
    """What one message tells: what is late, the longest first, and what has been done since it was told as late."""

    groups: list[Group]
    done: list[Duty]


def climbed_news(session: Session, message_ids: Collection[int], moment: Moment) -> Mapping[int, News]:
    """What each of these messages tells, as of `at`."""
    named = _named(session, message_ids)
    duties = list({duty.id: duty for found in named.values() for duty in found}.values())
    meetings = meetings_of(session, [duty.id for duty in duties])
    reminded = how_often(session, duties)
    lines = {
        duty.id: ClimbedLine(outlook_of(duty, meetings.get(duty.id), moment), reminded[duty.id])
        for duty in duties
    }
    totals, done = _totals(session, message_ids), _done(session, message_ids)
    return {
        message_id: News(
            [
                Group(demand, total, [lines[d.id] for d in named[message_id] if d.demand_id == demand.id])
                for demand, total in totals.get(message_id, [])
            ],
            done.get(message_id, []),
        )
        for message_id in {*totals, *done}
    }


def waiting_above(session: Session, people: Collection[int]) -> dict[int, int]:
    """The message to each of these persons that has not been tried yet, by person."""
    rows = session.execute(
        select(Message.person_id, Message.id)
        .where(
            Message.person_id.in_(people),
            Message.state == MessageState.WAITING,
            Message.attempts == 0,
            Message.kind == MessageKind.ABOVE,
        )
        .with_for_update()
    )
    return {row.person_id: row.id for row in rows}


def told_above(session: Session, people: Collection[int], since: datetime) -> set[int]:
    """Those of these persons who have had a message about what units owe since that moment."""
    rows = session.scalars(
        select(Message.person_id).where(
            Message.person_id.in_(people),
            Message.created_at >= since,
            Message.state.in_((MessageState.WAITING, MessageState.SENT)),
            Message.kind.in_(TOLD_ABOVE),
        )
    )
    return set(rows)


def told_late(session: Session, duty_ids: Collection[int]) -> set[tuple[int, int]]:
    """(duty, person) of those who stand above and have read that it is late, and not yet that it is done."""
    again = aliased(Reminder)
    since = exists().where(
        again.duty_id == Reminder.duty_id,
        again.person_id == Reminder.person_id,
        again.kind == ReminderKind.DONE,
        again.at >= Reminder.at,
    )
    watches = exists().where(
        Membership.person_id == Reminder.person_id,
        Membership.role.in_(ABOVE),
        Membership.ended_at.is_(None),
    )
    rows = session.execute(
        select(Reminder.duty_id, Reminder.person_id)
        .join(Message, Message.id == Reminder.message_id)
        .where(
            Reminder.duty_id.in_(duty_ids),
            Reminder.kind != ReminderKind.DONE,
            Message.state == MessageState.SENT,
            Message.kind.in_(TOLD_ABOVE),
            ~since,
            watches,
        )
        .distinct()
    )
    return {(row.duty_id, row.person_id) for row in rows}


def hand_to(session: Session, message_id: int, other_id: int) -> None:
    """What a waiting message tells is told by another one: it is taken back itself."""
    moved = update(Reminder).where(Reminder.message_id == message_id).values(message_id=other_id)
    session.execute(moved.execution_options(synchronize_session=False))
    taken = update(Message).where(Message.id == message_id, Message.state == MessageState.WAITING)
    session.execute(taken.values(state=MessageState.WITHDRAWN).execution_options(synchronize_session=False))


def _late() -> ColumnElement[bool]:
    return Reminder.kind.not_in((ReminderKind.DONE, ReminderKind.SUMMARY))


def _named(session: Session, message_ids: Collection[int]) -> dict[int, list[Duty]]:
    """The first duties that each message speaks of."""
    said = (
        select(Reminder.message_id, Reminder.duty_id)
        .where(Reminder.message_id.in_(message_ids), _late())
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
        .options(*WORDED_WITH)
    )
    return _by_message(rows)


def _totals(session: Session, message_ids: Collection[int]) -> dict[int, list[tuple[Demand, int]]]:
    """The demands that each message speaks of, with the number of their duties."""
    total = func.count(Duty.id.distinct())
    earliest = func.min(Duty.due_on)
    rows = session.execute(
        select(Reminder.message_id, Duty.demand_id, total)
        .join(Duty, Duty.id == Reminder.duty_id)
        .where(Reminder.message_id.in_(message_ids), _late())
        .group_by(Reminder.message_id, Duty.demand_id)
        .order_by(Reminder.message_id, earliest.is_(None), earliest, Duty.demand_id)
    ).all()
    ids = {row[1] for row in rows}
    demands = {demand.id: demand for demand in session.scalars(select(Demand).where(Demand.id.in_(ids)))}
    found: dict[int, list[tuple[Demand, int]]] = {}
    for message_id, demand_id, number in rows:
        found.setdefault(message_id, []).append((demands[demand_id], number))
    return found


def _done(session: Session, message_ids: Collection[int]) -> dict[int, list[Duty]]:
    rows = session.execute(
        select(Reminder.message_id, Duty)
        .join(Duty, Duty.id == Reminder.duty_id)
        .join(Unit, Unit.id == Duty.unit_id)
        .where(
            Reminder.message_id.in_(message_ids),
            Reminder.kind == ReminderKind.DONE,
            Duty.state == DutyState.DONE,
        )
        .order_by(Reminder.message_id, Unit.listed_as, Duty.id)
        .options(*WORDED_WITH)
    )
    return _by_message(rows)


def _by_message(rows: Result[int, Duty]) -> dict[int, list[Duty]]:
    found: dict[int, list[Duty]] = {}
    for message_id, duty in rows:
        found.setdefault(message_id, []).append(duty)
    return found
