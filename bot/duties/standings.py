"""How the duties of each demand stand: one pass over one index, from which every summary is summed up (docs/decisions/0011)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from bot.tables import Demand, Duty, DutyState, Hurry

FEW = 2000
BY_STANDING = "INDEXED BY ix_duties_standing"
UNDONE = (DutyState.OPEN, DutyState.LAPSED)
KEYS = (Demand.id, Duty.due_on, Duty.state, Duty.on_time, Duty.again_on, Duty.opens_on, Duty.hurry)
"""In the order of the index ix_duties_standing: neither database sorts, and SQLite reads no row beside the index."""


@dataclass(frozen=True, slots=True)
class Standing:
    """`number` duties of one demand that stand alike."""

    demand_id: int
    due_on: date | None
    state: DutyState
    on_time: bool | None
    again_on: date | None
    opens_on: date
    hurry: Hurry
    number: int

    def asked(self, today: date, *, without_day: bool = False) -> bool:
        """Whether they are counted, as `asked_for`; what is open without a last day only where it has none for ever."""
        if self.state == DutyState.LAPSED:
            return self.hurry != Hurry.AFTER
        if self.state == DutyState.OPEN:
            return self.opens_on <= today and (self.due_on is not None or without_day)
        return self.state == DutyState.DONE

    def current(self, since: date, today: date) -> bool:
        """Whether they have opened and are open, or were due from `since` on."""
        if self.state == DutyState.OPEN:
            return self.opens_on <= today
        return self.due_on is not None and self.due_on >= since

    def overdue(self, before: date) -> bool:
        """Not done, and their last day was before this one."""
        last = self.again_on or self.due_on
        return self.state in UNDONE and last is not None and last < before


def count_standings(
    session: Session,
    scope: ColumnElement[bool],
    *,
    days: tuple[date, date] | None = None,
    demand_ids: Collection[int] | None = None,
) -> Sequence[Standing]:
    """Of the duties that `scope` (a condition on Duty) lets through: those with their last day within `days` (both included), those
    of these demands."""
    asked = standing_rows(session, scope, *KEYS, func.count()).group_by(*KEYS)
    if days is not None:
        asked = asked.where(Duty.due_on.between(*days))
    if demand_ids is not None:
        asked = asked.where(Demand.id.in_(demand_ids))
    return [Standing(*row) for row in session.execute(asked)]


def standing_rows(session: Session, scope: ColumnElement[bool], *columns: Any) -> Select[*tuple[Any, ...]]:
    """Duties joined to their demands: of each demand, however many years there are, its part of the index."""
    few = _holds_few(session, scope)
    joined = (Duty.demand_id + 0 if few else Duty.demand_id) == Demand.id
    rows = select(*columns).select_from(Demand).join(Duty, joined).where(scope)
    return rows if few else rows.with_hint(Duty, BY_STANDING, "sqlite")


def duty_rows(session: Session, scope: ColumnElement[bool], *columns: Any) -> Select[*tuple[Any, ...]]:
    """Duties alone, in the same way, for what is not grouped by demand."""
    rows = select(*columns).select_from(Duty).where(scope)
    if _holds_few(session, scope):
        return rows
    return rows.where(Duty.demand_id.in_(select(Demand.id))).with_hint(Duty, BY_STANDING, "sqlite")


def _holds_few(session: Session, scope: ColumnElement[bool]) -> bool:
    """SQLite does not know how much a subtree holds, and is told: of a small one its own rows are read, of a large one the index
    alone. PostgreSQL knows."""
    if session.get_bind().dialect.name != "sqlite":
        return False
    some = select(Duty.id).where(scope).limit(FEW).subquery()
    return (session.scalar(select(func.count()).select_from(some)) or 0) < FEW
