"""By night the count of the summaries is compared with a plain count of the rows; where they differ, the admins are told."""

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select, true
from sqlalchemy.orm import Session, joinedload

from bot.calendar import next_allowed, quiet_since
from bot.duties.standings import count_standings
from bot.people.reaching import reachable_contact
from bot.store.db import take_turns
from bot.tables import Attendance, Constant, Demand, Duty, DutyState, Meeting, MeetingDuty, MeetingState, Plan
from bot.talk import outbox
from bot.talk.desk import Desk
from bot.talk.failures import all_admins

log = logging.getLogger(__name__)

RECOUNTED = "duties_recounted"
NAMED = 5
Stand = tuple[DutyState, bool | None]
"""The state of duties and whether they were in time."""
Counts = Counter[tuple[int, Stand | str]]
"""By demand: duties by how they stand; "present" and "obliged" at their meetings."""


@dataclass(frozen=True, slots=True)
class Miscount:
    """What the summaries say of a demand, and what its rows say."""

    demand: Demand
    told: "Counted"
    rows: "Counted"


class Counted(NamedTuple):
    """How many duties, how many of them done, how many people at their meetings of how many obliged."""

    duties: int
    done: int
    present: int
    obliged: int


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
    told = Counts()
    for one in count_standings(session, true()):
        told[one.demand_id, (one.state, one.on_time)] += one.number
        told[one.demand_id, "present"] += one.present
        told[one.demand_id, "obliged"] += one.obliged
    rows = _plain_count(session) + _plain_heads(session)
    wrong = {key[0] for key in {*told, *rows} if told[key] != rows[key]}
    named = joinedload(Demand.plan).load_only(Plan.symbol, Plan.title)
    demands = session.scalars(select(Demand).where(Demand.id.in_(wrong)).options(named).order_by(Demand.id))
    return [Miscount(one, _of(told, one.id), _of(rows, one.id)) for one in demands]


def _plain_count(session: Session) -> Counts:
    """Row by row, on SQLite without any index: one that is damaged is found out."""
    keys = (Duty.demand_id, Duty.state, Duty.on_time)
    plain = select(*keys, func.count()).group_by(*keys).with_hint(Duty, "NOT INDEXED", "sqlite")
    return Counts({(row[0], (row[1], row[2])): row[3] for row in session.execute(plain)})


def _plain_heads(session: Session) -> Counts:
    """By the counts of each meeting."""
    obliged = Attendance.total - Attendance.exempt - Attendance.elsewhere
    held = (
        select(Duty.demand_id, func.sum(Attendance.present), func.sum(obliged))
        .join(MeetingDuty, MeetingDuty.duty_id == Duty.id)
        .join(Meeting, Meeting.id == MeetingDuty.meeting_id)
        .join(Attendance, Attendance.meeting_id == Meeting.id)
        .where(Meeting.state == MeetingState.HELD)
        .group_by(Duty.demand_id)
    )
    rows = session.execute(held).all()
    return Counts(
        {(row[0], "present"): row[1] for row in rows} | {(row[0], "obliged"): row[2] for row in rows}
    )


def _of(counts: Counts, demand_id: int) -> Counted:
    its = {key: number for (its, key), number in counts.items() if its == demand_id}
    stands = {key: number for key, number in its.items() if isinstance(key, tuple)}
    done = sum(number for (state, _), number in stands.items() if state == DutyState.DONE)
    return Counted(sum(stands.values()), done, its.get("present", 0), its.get("obliged", 0))


def _tell_admins(desk: Desk, session: Session, found: list[Miscount], at: datetime) -> int:
    reply = desk.render.reply("summaries/miscounted", {"found": found, "named": NAMED})
    told = 0
    for person in all_admins(session):
        contact = reachable_contact(session, person.id)
        if contact is not None:
            outbox.post_message(session, contact, reply, at, bulk=True, due_at=next_allowed(desk.moment(at)))
            told += 1
    return told
