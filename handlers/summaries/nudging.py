"""Many units reminded in a leader's name, outside of the talk: portion by portion, each told once, the leader when all are through."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from bot.calendar import Moment, next_allowed
from bot.duties.counting import missing_duties
from bot.people.nudging import Reach, reachable_secretaries
from bot.people.roles import within_subtree
from bot.reminders.later import nudge_person
from bot.tables import Demand, Duty, Errand, ErrandState, Membership, Unit
from bot.tables.asked import NudgedUnits
from bot.talk.desk import Desk
from bot.talk.errands import locked_errand, tell_asker

PORTION = 200
"""So many units are told in one transaction."""
NAMED = 12
"""So many units that cannot be told are named."""


def missing_rows(
    session: Session, roles: Sequence[Membership], demand_id: int, moment: Moment, *where: ColumnElement[bool]
) -> list[tuple[Duty, Unit]]:
    """The duties of a demand that are missing where these roles may remind, and their units."""
    scope = within_subtree(Duty.path, roles, "nudge")
    rows = session.execute(missing_duties(scope & (Duty.demand_id == demand_id), moment.today).where(*where))
    return [(duty, unit) for duty, unit in rows]


def nudge_reached(desk: Desk, session: Session, found: Reach, moment: Moment) -> int:
    """Reminds them; answers how many units were told."""
    return len(
        {
            one.duty.unit_id
            for one in found.nudges
            if [p for p in one.people if nudge_person(desk, session, p, one.duty, moment)]
        }
    )


def nudge_portions(desk: Desk, errand_id: int, at: datetime) -> None:
    """Goes on behind the last unit that was told: the errand knows it, and that in the transaction which told it. All are told
    as of the moment at which the leader asked."""
    while _nudge_portion(desk, errand_id, at):
        desk.wake()


def _nudge_portion(desk: Desk, errand_id: int, at: datetime) -> bool:
    """Whether there may be more."""
    with desk.db.write() as session:
        errand = locked_errand(session, errand_id, ErrandState.NEW)
        if errand is None:
            return False
        moment = desk.moment(errand.created_at)
        roles = _roles(session, errand)
        so_far = errand.about(NudgedUnits)
        units = _next_units(session, roles, so_far.demand, moment, so_far.after)
        if not units:
            _tell_all(desk, session, errand, roles, moment, at)
            return False
        rows = missing_rows(session, roles, so_far.demand, moment, Duty.unit_id.in_(units))
        found = reachable_secretaries(session, rows, moment.today)
        told = so_far.told + nudge_reached(desk, session, found, moment)
        again = so_far.again + len(found.again)
        errand.args = NudgedUnits(so_far.demand, units[-1], told, again)
        return True


def _roles(session: Session, errand: Errand) -> list[Membership]:
    its = select(Membership).where(Membership.person_id == errand.person_id, Membership.ended_at.is_(None))
    return list(session.scalars(its.order_by(Membership.id)))


def _next_units(
    session: Session, roles: Sequence[Membership], demand_id: int, moment: Moment, after: int
) -> list[int]:
    scope = within_subtree(Duty.path, roles, "nudge")
    missing = missing_duties(scope & (Duty.demand_id == demand_id), moment.today)
    units = missing.with_only_columns(Duty.unit_id).where(Duty.unit_id > after).order_by(None)
    return list(session.scalars(units.distinct().order_by(Duty.unit_id).limit(PORTION)))


def _tell_all(
    desk: Desk, session: Session, errand: Errand, roles: Sequence[Membership], moment: Moment, at: datetime
) -> None:
    """They are through: whoever asked hears how many were told, and who could not be."""
    done = errand.about(NudgedUnits)
    left = reachable_secretaries(session, missing_rows(session, roles, done.demand, moment), moment.today)
    errand.state, errand.done_at = ErrandState.DONE, at
    goes_at = next_allowed(moment)
    facts: dict[str, Any] = {"told": done.told, "again": done.again, "reach": left}
    later = goes_at if goes_at > at else None
    demand = session.get_one(Demand, done.demand)
    tell_asker(
        desk, session, errand, at, "summaries/nudged", demand=demand, later=later, named=NAMED, **facts
    )
