"""Counts over what was due in a period: by demand and day, by committee, by sector; sums over sums.

A period is told as of today: what had its last day in it, and what of that was done on time, late, or not yet. It stays with the
committee below which the unit stood then; what lapsed when a unit or a plan ended stays as not done.
"""

import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.duties.counting import UNDONE, asked_within, last_day, sum_of
from bot.periods import Period
from bot.tables import Duty, DutyState, Unit

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Count:
    """So many duties; expected = on_time + late + open, and `open` includes `overdue`."""

    expected: int = 0
    on_time: int = 0
    late: int = 0
    open: int = 0
    overdue: int = 0

    @property
    def done(self) -> int:
        return self.on_time + self.late

    def __add__(self, other: "Count") -> "Count":
        return Count(
            self.expected + other.expected,
            self.on_time + other.on_time,
            self.late + other.late,
            self.open + other.open,
            self.overdue + other.overdue,
        )


@dataclass(frozen=True, slots=True)
class DemandCount:
    """What of one demand was due on one day."""

    demand_id: int
    due_on: date
    count: Count


class Box(StrEnum):
    """Where a duty of a period stands."""

    ON_TIME = "ontime"
    LATE = "late"
    OPEN = "open"


def sum_counts(counts: Iterable[Count]) -> Count:
    total = Count()
    for one in counts:
        total += one
    return total


def count_by_day(
    session: Session, scope: ColumnElement[bool], first: date, last: date, today: date
) -> list[DemandCount]:
    """By demand and last day, in the order of days. `scope` is a condition on Duty."""
    keys = (Duty.due_on, Duty.demand_id, Duty.state, Duty.on_time, Duty.again_on)
    rows = session.execute(
        select(*keys, func.count()).where(asked_within(first, last, today), scope).group_by(*keys)
    )
    found: dict[tuple[date, int], Count] = {}
    for due_on, demand_id, state, on_time, again_on, number in rows:
        if due_on is None:
            continue
        if state in UNDONE:
            one = Count(number, open=number, overdue=number if (again_on or due_on) < today else 0)
        else:
            one = Count(number, on_time=number) if on_time else Count(number, late=number)
        key = (due_on, demand_id)
        found[key] = found.get(key, Count()) + one
    return [DemandCount(demand_id, due_on, found[due_on, demand_id]) for due_on, demand_id in sorted(found)]


def within(counts: Iterable[DemandCount], period: Period) -> list[DemandCount]:
    """Those of the period."""
    return [one for one in counts if period.first <= one.due_on <= period.last]


def count_by_place(
    session: Session,
    scope: ColumnElement[bool],
    period: Period,
    today: date,
    place: Callable[[str], int],
) -> dict[int, Count]:
    """By what `place` makes of the path at which the units stood."""
    sums: dict[int, list[int]] = {}
    for path, *numbers in session.execute(_counted(Duty.path, scope, period, today)):
        own = sums.setdefault(place(path), [0] * len(numbers))
        own[:] = map(operator.add, own, numbers)
    return {key: Count(*numbers) for key, numbers in sums.items()}


def count_by_sector(
    session: Session, scope: ColumnElement[bool], period: Period, today: date
) -> dict[str, Count]:
    """By the sector that the units have today; "" for those that have none."""
    counted = _counted(Duty.unit_id, scope, period, today).subquery()
    sums = [func.sum(column) for column in list(counted.c)[1:]]
    rows = session.execute(
        select(Unit.sector, *sums).join(counted, counted.c.unit_id == Unit.id).group_by(Unit.sector)
    )
    return {sector: Count(*map(int, numbers)) for sector, *numbers in rows}


def _counted(
    key: InstrumentedAttribute[K], scope: ColumnElement[bool], period: Period, today: date
) -> Select[K, int, int, int, int, int]:
    """By this column: the fields of a Count."""
    undone = Duty.state.in_(UNDONE)
    return (
        select(
            key,
            func.count().label("expected"),
            sum_of(in_box(Box.ON_TIME)).label("on_time"),
            sum_of(in_box(Box.LATE)).label("late"),
            sum_of(undone).label("open"),
            sum_of(and_(undone, last_day() < today)).label("overdue"),
        )
        .where(asked_within(period.first, period.last, today), scope)
        .group_by(key)
    )


def names_in_box(
    session: Session, where: ColumnElement[bool], box: Box, first: int, most: int
) -> tuple[list[tuple[Unit, int]], int]:
    """The units, with how many of their duties (those that `where` lets through) stand in the box: so many from the place
    `first` (0 for the first) on, in the natural order of their codes; and how many units there are in all."""
    counted = (
        select(Duty.unit_id, func.count().label("duties")).where(where, in_box(box)).group_by(Duty.unit_id)
    ).subquery()
    rows = session.execute(
        select(Unit, counted.c.duties)
        .join(counted, counted.c.unit_id == Unit.id)
        .order_by(Unit.listed_as, Unit.id)
        .offset(first)
        .limit(most)
    )
    total = session.scalar(select(func.count()).select_from(counted)) or 0
    return [(unit, duties) for unit, duties in rows], total


def in_box(box: Box) -> ColumnElement[bool]:
    if box == Box.OPEN:
        return Duty.state.in_(UNDONE)
    return and_(Duty.state == DutyState.DONE, Duty.on_time.is_(box == Box.ON_TIME))
