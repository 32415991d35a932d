"""Who stands above a unit that is late and from when on they may hear of it, what its own people were told, and where nobody
can be reached."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session

from bot.calendar import Moment, next_working_day
from bot.duties.counting import asking_now
from bot.duties.withdrawing import to_own_people
from bot.people.staff import secretaries_of
from bot.tables import (
    Contact,
    Demand,
    Duty,
    Membership,
    Message,
    MessageState,
    Reminder,
    Role,
    Unit,
)

NOON = time(12)
"""Who is told in the afternoon has the next working day for it."""
ONE_DAY = timedelta(days=1)


def told_own(session: Session, duty_ids: Collection[int]) -> dict[int, list[datetime]]:
    """When (UTC) messages about these duties have gone out to the units' own people."""
    rows = session.execute(
        select(Reminder.duty_id, Message.sent_at)
        .join(Message, Message.id == Reminder.message_id)
        .where(
            Reminder.duty_id.in_(duty_ids),
            Message.state == MessageState.SENT,
            to_own_people(),
        )
    )
    found: dict[int, list[datetime]] = {}
    for duty_id, sent_at in rows:
        if sent_at is not None:
            found.setdefault(duty_id, []).append(sent_at)
    return found


def may_climb_on(duty: Duty, told: Iterable[datetime], zone: ZoneInfo) -> date | None:
    """The local day from which on who is above may hear that the duty is late: its own people were told that it is late
    (where its ladder does not say that, were told of it) and have had a working day. None while they have not been told."""
    says_late = any(line["say"] == "late" and line.get("to") != "above" for line in duty.demand.rungs)
    moments = [
        moment.astimezone(zone)
        for moment in told
        if not says_late or duty.last_day is None or Moment(moment, zone).today > duty.last_day
    ]
    if not moments:
        return None
    first = min(moments)
    worked = next_working_day(first.date() if first.time() < NOON else first.date() + ONE_DAY)
    return next_working_day(worked + ONE_DAY)


@dataclass(frozen=True, slots=True)
class Reminded:
    """What a unit's own people have been told of a duty, as far as it has gone out: how many messages to its first
    secretary, to those who stand in, to people who led it before. `led`: it has a secretary; `near`: one can be reached.
    `first_got`, `others_got`: the first secretary, and each of those who stand in and were told, has said that the latest
    of these messages has come."""

    first: int
    others: int
    former: int
    led: bool
    near: bool
    first_got: bool = False
    others_got: bool = False


def how_often(session: Session, duties: Sequence[Duty]) -> dict[int, Reminded]:
    """For each of these duties (by id) what has been said of it to the unit's own people."""
    leads = secretaries_of(session, {duty.unit_id for duty in duties})
    near = _near(session, {person.id for people in leads.values() for person in people})
    rows = session.execute(
        select(Reminder.duty_id, Reminder.person_id, Reminder.message_id, Message.sent_at, Reminder.got_at)
        .join(Message, Message.id == Reminder.message_id)
        .where(
            Reminder.duty_id.in_([duty.id for duty in duties]),
            Message.state == MessageState.SENT,
            to_own_people(),
        )
        .distinct()
        .order_by(Message.sent_at, Reminder.message_id)
    )
    said: dict[int, dict[int, list[bool]]] = {}
    for duty_id, person_id, _, _, got_at in rows:
        said.setdefault(duty_id, {}).setdefault(person_id, []).append(got_at is not None)
    return {
        duty.id: _reminded([p.id for p in leads.get(duty.unit_id, [])], said.get(duty.id, {}), near)
        for duty in duties
    }


def _near(session: Session, people: Collection[int]) -> set[int]:
    query = select(Contact.person_id).where(Contact.person_id.in_(people), Contact.lost_at.is_(None))
    return set(session.scalars(query))


def _reminded(ids: Sequence[int], said: Mapping[int, Sequence[bool]], near: Collection[int]) -> Reminded:
    """`ids`: the secretaries in their order; `said`: for each person's messages, the latest last, whether it was received."""
    first = said.get(ids[0], ()) if ids else ()
    others = [said[number] for number in ids[1:] if number in said]
    beside = sum(map(len, others))
    return Reminded(
        len(first),
        beside,
        sum(map(len, said.values())) - len(first) - beside,
        bool(ids),
        any(number in near for number in ids),
        bool(first) and first[-1],
        bool(others) and all(messages[-1] for messages in others),
    )


def out_of_touch(
    session: Session, where: ColumnElement[bool], today: date, most: int
) -> tuple[int, list[str]]:
    """How many units have secretaries of whom none can be reached, and the names of the first `most` of them.

    Units with open duties alone, those that `where` (a condition on Duty) lets through and that are asked on the local
    day `today`.
    """
    leads = and_(
        Membership.unit_id == Unit.id, Membership.role == Role.SECRETARY, Membership.ended_at.is_(None)
    )
    reached_by = Contact.person_id == Membership.person_id
    near = exists().where(leads, reached_by, Contact.lost_at.is_(None))
    lost = select(Membership.unit_id).join(Contact, reached_by).where(Contact.lost_at.is_not(None))
    asks = select(Duty.id).join(Demand, Demand.id == Duty.demand_id)
    asking = asks.where(Duty.unit_id == Unit.id, asking_now(today), where)
    rows = session.execute(
        select(Unit.name, func.count().over())
        .where(Unit.id.in_(lost), exists().where(leads), ~near, asking.exists())
        .order_by(Unit.listed_as)
        .limit(most)
    ).all()
    return (rows[0][1] if rows else 0), [row[0] for row in rows]
