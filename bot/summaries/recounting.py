"""By night the count of the summaries is compared with a plain count of the rows; where they differ, the admins are told."""

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, true
from sqlalchemy.orm import Session, joinedload

from bot.calendar import next_allowed, quiet_since
from bot.duties.standings import count_standings
from bot.people.reaching import reachable_contact
from bot.store.db import take_turns
from bot.tables import Constant, Demand, Duty, DutyState, Plan
from bot.talk import outbox
from bot.talk.desk import Desk
from bot.talk.failures import all_admins

log = logging.getLogger(__name__)

RECOUNTED = "duties_recounted"
NAMED = 5
Counts = Counter[tuple[int, DutyState, bool | None]]
"""Duties by demand, state and whether they were in time."""


@dataclass(frozen=True, slots=True)
class Miscount:
    """What the summaries say of a demand, and what its rows say: how many duties, how many of them done."""

    demand: Demand
    told: tuple[int, int]
    rows: tuple[int, int]


def check_counts(desk: Desk, at: datetime) -> int:
    """Once a night; answers how many messages were written."""
    if quiet_since(desk.moment(at)) is None:
        return 0
    night = str(quiet_since(desk.moment(at)))
    # One moment for both counts: what somebody does between them is no miscount.
    with desk.db.snapshot() as connection, Session(connection, expire_on_commit=False) as session:
        known = session.get(Constant, RECOUNTED)
        if known is not None and known.value == night:
            return 0
        found = miscounts(session)
    for one in found:
        log.error("summary.miscount demand=%s told=%s rows=%s", one.demand.id, one.told, one.rows)
    with desk.db.write() as session:
        take_turns(session, RECOUNTED)
        known = session.get(Constant, RECOUNTED)
        if known is not None and known.value == night:
            return 0
        session.merge(Constant(name=RECOUNTED, value=night))
        return _tell_admins(desk, session, found, at) if found else 0


def miscounts(session: Session) -> list[Miscount]:
    """The demands of which the summaries count otherwise than their rows are, in the order of their numbers."""
    told: Counts = Counter()
    for one in count_standings(session, true()):
        told[one.demand_id, one.state, one.on_time] += one.number
    rows = _plain_count(session)
    wrong = {key[0] for key in {*told, *rows} if told[key] != rows[key]}
    named = joinedload(Demand.plan).load_only(Plan.symbol, Plan.title)
    demands = session.scalars(select(Demand).where(Demand.id.in_(wrong)).options(named).order_by(Demand.id))
    return [Miscount(one, _of(told, one.id), _of(rows, one.id)) for one in demands]


def _plain_count(session: Session) -> Counts:
    """Row by row, on SQLite without any index: one that is damaged is found out."""
    keys = (Duty.demand_id, Duty.state, Duty.on_time)
    plain = select(*keys, func.count()).group_by(*keys).with_hint(Duty, "NOT INDEXED", "sqlite")
    return Counter({(row[0], row[1], row[2]): row[3] for row in session.execute(plain)})


def _of(counts: Counts, demand_id: int) -> tuple[int, int]:
    its = {key: number for key, number in counts.items() if key[0] == demand_id}
    return sum(its.values()), sum(number for key, number in its.items() if key[1] == DutyState.DONE)


def _tell_admins(desk: Desk, session: Session, found: list[Miscount], at: datetime) -> int:
    reply = desk.render.reply("summaries/miscounted", {"found": found, "named": NAMED})
    told = 0
    for person in all_admins(session):
        contact = reachable_contact(session, person.id)
        if contact is not None:
            outbox.post_message(session, contact, reply, at, bulk=True, due_at=next_allowed(desk.moment(at)))
            told += 1
    return told
