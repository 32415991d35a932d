"""A period summed up for a leader: the whole against the period before, month by month, and by committee, sector, plan, topic."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session, joinedload

from bot.duties.period_counts import (
    Count,
    DemandCount,
    count_by_day,
    count_by_place,
    count_by_sector,
    sum_counts,
    within,
)
from bot.periods import Period, period_before, period_named, periods_within, span_of
from bot.plans.deadlines import undated_title
from bot.problems import Invalid
from bot.tables import Demand, DutyKind, Plan, Unit

K = TypeVar("K", bound=Hashable)
KINDS = (DutyKind.MEETING, DutyKind.REPORT, DutyKind.CONFIRM)


@dataclass(frozen=True, slots=True)
class PeriodSummary:
    """`before`: the whole of the period before; `kinds` and `months` without those of which nothing was expected."""

    period: Period
    running: bool
    """It has not ended: what is due later in it may not have opened yet."""
    count: Count
    before: Count
    kinds: list[tuple[DutyKind, Count]]
    months: list[tuple[Period, Count]]

    @property
    def span(self) -> str:
        return span_of(self.period)

    @property
    def earlier(self) -> Period:
        return period_before(self.period)

    @property
    def kind(self) -> DutyKind | None:
        """Of which all of it is; None where there are several."""
        return self.kinds[0][0] if len(self.kinds) == 1 else None


@dataclass(frozen=True, slots=True)
class PartCount:
    """What one part of the whole comes to. `turns`: how often its topic came; `unit`: the unit that it is, `below`: others
    stand under it."""

    name: str
    count: Count
    turns: int = 1
    unit: Unit | None = None
    below: bool = False


def sum_period(session: Session, scope: ColumnElement[bool], period: Period, today: date) -> PeriodSummary:
    """`scope` is a condition on Duty; all of it as of the local day `today`."""
    earlier = period_before(period)
    both = count_by_day(session, scope, earlier.first, period.last, today)
    its = within(both, period)
    demands = _demands(session, its)
    kinds = _summed(its, lambda one: demands[one.demand_id].kind)
    return PeriodSummary(
        period,
        period.last >= today,
        _total(its),
        _total(within(both, earlier)),
        [(kind, kinds[kind]) for kind in KINDS if kind in kinds],
        count_months(its, periods_within("month", period.first, period.last)),
    )


def count_months(counts: Sequence[DemandCount], months: Iterable[Period]) -> list[tuple[Period, Count]]:
    """The months in which something was expected."""
    found = [(month, _total(within(counts, month))) for month in months]
    return [(month, count) for month, count in found if count.expected]


def sum_by_plan(session: Session, scope: ColumnElement[bool], period: Period, today: date) -> list[PartCount]:
    """By the symbol of the plan, or its title; in the order of loading."""
    its = count_by_day(session, scope, period.first, period.last, today)
    demands = _demands(session, its)
    found = _summed(its, lambda one: demands[one.demand_id].plan_id)
    plans = {demand.plan_id: demand.plan for demand in demands.values()}
    return [PartCount(plans[key].symbol or plans[key].title, found[key]) for key in sorted(found)]


def sum_by_topic(
    session: Session, scope: ColumnElement[bool], period: Period, today: date
) -> list[PartCount]:
    """By what the plans ask for, however often it came and in which wording; in the order of the days on which it was due."""
    its = count_by_day(session, scope, period.first, period.last, today)
    demands = _demands(session, its)

    def asked(one: DemandCount) -> tuple[int, str]:
        demand = demands[one.demand_id]
        return demand.plan_id, demand.base

    first: dict[tuple[int, str], Demand] = {}
    turns: dict[tuple[int, str], set[str]] = {}
    for one in its:
        first.setdefault(asked(one), demands[one.demand_id])
        turns.setdefault(asked(one), set()).add(demands[one.demand_id].period)
    found = _summed(its, asked)
    return [
        PartCount(title_over(demand.title, demand.period, len(turns[key])), found[key], len(turns[key]))
        for key, demand in first.items()
    ]


def title_over(title: str, period: str, turns: int) -> str:
    """Of what a plan asks for, by the title and the period of its first turn: the key of a period, or of a meeting, or empty."""
    title = title.replace("{unit}", "…")
    if turns == 1:
        return title
    try:
        return undated_title(title, period_named(period))
    except Invalid:  # its turns are told apart by their meetings
        return title


def sum_by_sector(
    session: Session, scope: ColumnElement[bool], period: Period, today: date
) -> list[PartCount]:
    """By the sector that a unit has today; `name` is its code, empty where a unit has none."""
    found = count_by_sector(session, scope, period, today)
    return [PartCount(sector, found[sector]) for sector in sorted(found, key=lambda one: (not one, one))]


def sum_by_unit(
    session: Session, scope: ColumnElement[bool], roots: Sequence[Unit], period: Period, today: date
) -> list[PartCount]:
    """By the units that stand right below the one root, or by the roots themselves, in natural order; what a root owes itself
    stands first. Units of today are there although nothing was expected of them, closed ones where something was."""
    found = _counted_below(session, scope, roots, period, today)
    units = {unit.id: unit for unit in session.scalars(_shown_units(roots, found))}
    parents = set(session.scalars(select(Unit.parent_id).where(Unit.parent_id.in_(units)).distinct()))
    own = {root.id for root in roots} if len(roots) == 1 else set()
    order = sorted(units.values(), key=lambda unit: (unit.id not in own, unit.listed_as, unit.id))
    return [
        PartCount(
            unit.name, found.get(unit.id, Count()), unit=unit, below=unit.id in parents and unit.id not in own
        )
        for unit in order
        if unit.id not in own or unit.id in found
    ]


def _counted_below(
    session: Session, scope: ColumnElement[bool], roots: Sequence[Unit], period: Period, today: date
) -> dict[int, Count]:
    """By the ids of those units."""
    start, own = len(roots[0].path), roots[0].id
    tops = {root.path: root.id for root in roots}

    def below(path: str) -> tuple[int, str]:
        end = path.find("/", start)
        return (own, path + " ") if end < 0 else (int(path[start:end]), path[:end] + "0")

    def top(path: str) -> tuple[int, str]:
        found = next((one for one in tops if path.startswith(one)), None)
        return (0, path + " ") if found is None else (tops[found], found[:-1] + "0")

    return count_by_place(session, scope, period, today, below if len(roots) == 1 else top)


def _shown_units(roots: Sequence[Unit], counted: Iterable[int]) -> Select[Unit]:
    ids = set(counted)
    if len(roots) == 1:
        below = and_(Unit.parent_id == roots[0].id, Unit.closed_on.is_(None))
        return select(Unit).where(or_(below, Unit.id.in_(ids)))
    return select(Unit).where(Unit.id.in_(ids | {root.id for root in roots}))


def _demands(session: Session, counts: Iterable[DemandCount]) -> dict[int, Demand]:
    ids = {one.demand_id for one in counts}
    found = (
        select(Demand)
        .where(Demand.id.in_(ids))
        .options(joinedload(Demand.plan).load_only(Plan.symbol, Plan.title))
    )
    return {demand.id: demand for demand in session.scalars(found)}


def _summed(counts: Iterable[DemandCount], key: Callable[[DemandCount], K]) -> dict[K, Count]:
    found: dict[K, Count] = {}
    for one in counts:
        found[key(one)] = found.get(key(one), Count()) + one.count
    return found


def _total(counts: Iterable[DemandCount]) -> Count:
    return sum_counts(one.count for one in counts)
