"""The duties of a plan that are there when it is loaded."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, and_, or_, select

from bot.duties.changes import Loading
from bot.plans.expected import Expected
from bot.tables import Demand, Duty, DutyState

ROWS = 5000
"""So many are written at once."""
ASKING = (DutyState.OPEN, DutyState.WAITING)
GONE = (DutyState.WITHDRAWN, DutyState.LAPSED)

Present = Row[*tuple[Any, ...]]
"""What is read of each duty that is there: too many for whole objects."""


def present_duties(loading: Loading, unit_ids: Sequence[int]) -> dict[tuple[int, str], Present]:
    """Locked: one that is closed meanwhile must not be written over."""
    own = and_(Duty.unit_id.in_(unit_ids), Duty.about_id.is_(None))
    rows = loading.session.execute(
        select(
            Duty.id,
            Duty.unit_id,
            Duty.about_id,
            Duty.key,
            Duty.state,
            Duty.demand_id,
            Duty.announced_on,
            Duty.opens_on,
            Duty.due_on,
            Duty.safe_on,
            Duty.done_at,
            Duty.waits,
            Duty.added,
            Demand.base,
        )
        .join(Demand, Demand.id == Duty.demand_id)
        .where(Duty.plan_id == loading.plan.id, or_(own, Duty.about_id.in_(unit_ids)))
        .with_for_update(of=Duty)
    )
    return {(row.unit_id, row.key): row for row in rows}


def done_before(present: Mapping[tuple[int, str], Present], unit_id: int, want: Expected) -> Present | None:
    """What the new duty waits for, if that has been done already."""
    there = present.get((unit_id, want.waits)) if want.waits else None
    return there if there is not None and there.state == DutyState.DONE else None
