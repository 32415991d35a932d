"""Counts over what was due in a period: by demand and day, by committee, by sector; sums over sums.

A period is told as of today: what had its last day in it, and what of that was done on time, late, or not yet. It stays with the
committee below which the unit stood then; what lapsed when a unit or a plan ended stays as not done.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cache
from typing import TypeVar

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from bot.duties.standings import UNDONE, Standing, count_standings, duty_rows, place_standings
from bot.periods import Period
from bot.tables import Duty, DutyState, Unit

K = TypeVar("K", bound=Hashable)
Place = Callable[[str], tuple[K, str]]
"""What a path lies in, and the first text that is behind all paths which lie there."""


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
    found: dict[tuple[date, int], Count] = {}
    for one in count_standings(session, scope, days=(first, last), heads=False):
        if one.due_on is not None and one.asked(today):
            key = (one.due_on, one.demand_id)
            found[key] = found.get(key, Count()) + count_of(one, today)
    return [DemandCount(demand_id, due_on, found[due_on, demand_id]) for due_on, demand_id in sorted(found)]


def count_of(one: Standing, today: date) -> Count:
    """Of what is asked for."""
    number = one.number
    if one.state in UNDONE:
        return Count(number, open=number, overdue=number if one.overdue(today) else 0)
    return Count(number, on_time=number) if one.on_time else Count(number, late=number)


def within(counts: Iterable[DemandCount], period: Period) -> list[DemandCount]:
    """Those of the period."""
    return [one for one in counts if period.first <= one.due_on <= period.last]


def count_by_place(
    session: Session, scope: ColumnElement[bool], period: Period, today: date, place: Place[K]
) -> dict[K, Count]:
    """By where the units stood."""

    def numbers(paths: list[str]) -> Iterator[tuple[K, int]]:
        at = 0
        while at < len(paths):
            key, behind = place(paths[at])
            upto = bisect_left(paths, behind, at)
            yield key, upto - at
            at = upto

    return _count_by(session, scope, period, today, numbers)


def count_by_sector(
    session: Session, scope: ColumnElement[bool], period: Period, today: date
) -> dict[str, Count]:
    """By the sector that the units have today; "" for those that have none."""
    known = session.execute(select(Unit.id, Unit.sector).where(Unit.sector != ""))
    sectors: dict[str, str] = {str(number): sector for number, sector in known}

    @cache
    def sector(path: str) -> str:
        return sectors.get(path.rsplit("/", 2)[1], "")

    return _count_by(session, scope, period, today, lambda paths: Counter(map(sector, paths)).items())


def _count_by(
    session: Session,
    scope: ColumnElement[bool],
    period: Period,
    today: date,
    numbers: Callable[[list[str]], Iterable[tuple[K, int]]],
) -> dict[K, Count]:
    """By what `numbers` makes of paths in order: how many of them belong to what."""
    found: dict[K, Count] = {}
    for one, paths in place_standings(session, scope, (period.first, period.last)):
        if one.asked(today):
            for key, number in numbers(paths):
                found[key] = found.get(key, Count()) + count_of(replace(one, number=number), today)
    return found


def names_in_box(
    session: Session, where: ColumnElement[bool], box: Box, first: int, most: int
) -> tuple[list[tuple[Unit, int]], int]:
    """The units, with how many of their duties (those that `where` lets through) stand in the box: so many from the place
    `first` (0 for the first) on, in the natural order of their codes; and how many units there are in all."""
    mine = duty_rows(session, where, Duty.unit_id, func.count().label("duties")).where(in_box(box))
    counted = mine.group_by(Duty.unit_id).subquery()
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
