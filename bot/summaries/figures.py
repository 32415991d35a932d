"""What units have answered to the figures of a demand: numbers summed, texts beside the unit's name."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from bot.duties.counting import asked_for, asked_within, sum_of
from bot.periods import Period
from bot.summaries.period import title_over
from bot.tables import AskedFigure, Demand, Duty, DutyKind, DutyState, Figure, Unit


@dataclass(frozen=True, slots=True)
class FigureSum:
    """One figure of one demand: `total` of the numbers; `answered` of `expected` duties, those included that passed it over;
    `said` of them said something."""

    asked: AskedFigure
    total: int
    said: int
    answered: int
    expected: int

    def __add__(self, other: "FigureSum") -> "FigureSum":
        return FigureSum(
            other.asked,
            self.total + other.total,
            self.said + other.said,
            self.answered + other.answered,
            self.expected + other.expected,
        )


def sum_figures(
    session: Session, demand_ids: Collection[int], where: ColumnElement[bool], today: date
) -> dict[int, list[FigureSum]]:
    """By demand, in the order of its plan, over the duties that `where` (a condition on Duty) lets through and that are
    `asked_for`; nothing of a demand that asks for no figures."""
    rows = session.execute(select(Demand.id, Demand.asks).where(Demand.id.in_(demand_ids)))
    asking = {row.id: row.asks for row in rows if row.asks}
    return _summed(session, asking, and_(asked_for(today), where))


def _summed(
    session: Session, asking: Mapping[int, Sequence[AskedFigure]], where: ColumnElement[bool]
) -> dict[int, list[FigureSum]]:
    if not asking:
        return {}
    scope = and_(Duty.demand_id.in_(asking), where)
    expected, sums = _expected(session, scope), _sums(session, scope)
    return {
        demand_id: [
            FigureSum(one, *sums.get((demand_id, one.key), (0, 0, 0)), expected[demand_id]) for one in asks
        ]
        for demand_id, asks in asking.items()
        if demand_id in expected
    }


@dataclass(frozen=True, slots=True)
class PeriodFigure:
    """One figure that a plan asks for in a period, over all the turns of what asks for it: `sum` is sum over sum, and its
    `expected` are reports; `title` is that of what asks, `demands` its turns in the order of their days, `place` its own among what the first asks."""

    title: str
    demands: tuple[int, ...]
    place: int
    sum: FigureSum

    @property
    def turns(self) -> int:
        return len(self.demands)


def sum_period_figures(
    session: Session, scope: ColumnElement[bool], period: Period, today: date
) -> list[PeriodFigure]:
    """In the order of the days on which they were due, then of their plans. `scope` is a condition on Duty; what is counted
    is what `asked_within` lets through. Two plans that ask the same are two figures: a unit answers both alike."""
    asked = and_(scope, asked_within(period.first, period.last, today))
    its = select(Duty.id).where(Duty.demand_id == Demand.id, asked).correlate(Demand).exists()
    rows = session.execute(
        select(Demand.id, Demand.plan_id, Demand.base, Demand.title, Demand.period, Demand.asks)
        .where(Demand.kind == DutyKind.REPORT, its)
        .order_by(Demand.due_on.is_(None), Demand.due_on, Demand.id)
    )
    asking = {row.id: row for row in rows if row.asks}
    summed = _summed(session, {key: row.asks for key, row in asking.items()}, asked)
    found: dict[tuple[int, str, str, str], PeriodFigure] = {}
    for demand_id, sums in summed.items():
        row = asking[demand_id]
        for place, one in enumerate(sums):
            key = (row.plan_id, row.base, one.asked.key, one.asked.kind)
            before = found.get(key)
            turns = (*(before.demands if before else ()), demand_id)
            first = asking[turns[0]]
            found[key] = PeriodFigure(
                title_over(first.title, first.period, len(turns)),
                turns,
                before.place if before else place,
                before.sum + one if before else one,
            )
    return list(found.values())


def _expected(session: Session, scope: ColumnElement[bool]) -> dict[int, int]:
    rows = session.execute(
        select(Duty.demand_id, func.count())
        .join(Demand, Demand.id == Duty.demand_id)
        .where(scope)
        .group_by(Duty.demand_id)
    )
    return {row[0]: row[1] for row in rows}


def _sums(session: Session, scope: ColumnElement[bool]) -> dict[tuple[int, str], tuple[int, int, int]]:
    """By demand and key: the sum, how many said something, how many answered."""
    said = sum_of(Figure.number.is_not(None) | (Figure.text != ""))
    rows = session.execute(
        select(Duty.demand_id, Figure.key, func.sum(Figure.number), said, func.count())
        .join(Figure, Figure.duty_id == Duty.id)
        .join(Demand, Demand.id == Duty.demand_id)
        .where(scope, Figure.replaced_at.is_(None))
        .group_by(Duty.demand_id, Figure.key)
    )
    return {(row[0], row[1]): (int(row[2] or 0), int(row[3]), int(row[4])) for row in rows}


def lacking_figures(demand: Demand, today: date) -> Select[Duty, Unit]:
    """The duties of the demand, done or open, that have not answered all it asks for, and their units, in the order of these."""
    keys = [one.key for one in demand.asks]
    answered = (
        select(func.count())
        .where(Figure.duty_id == Duty.id, Figure.replaced_at.is_(None), Figure.key.in_(keys))
        .correlate(Duty)
        .scalar_subquery()
    )
    return (
        select(Duty, Unit)
        .join(Unit, Unit.id == Duty.unit_id)
        .join(Demand, Demand.id == Duty.demand_id)
        .where(Duty.demand_id == demand.id, Duty.state != DutyState.LAPSED, asked_for(today))
        .where(answered < len(keys))
        .order_by(Unit.listed_as)
    )


@dataclass(frozen=True, slots=True)
class AskedTexts:
    """The short texts under `key` of these demands, of the duties that `where` (a condition on Duty joined to Demand) lets through."""

    demands: tuple[int, ...]
    key: str
    where: ColumnElement[bool]

    def rows(self) -> Select[Unit, str]:
        return (
            select(Unit, Figure.text)
            .join(Duty, Duty.unit_id == Unit.id)
            .join(Demand, Demand.id == Duty.demand_id)
            .join(Figure, Figure.duty_id == Duty.id)
            .where(Duty.demand_id.in_(self.demands), self.where)
            .where(Figure.key == self.key, Figure.replaced_at.is_(None), Figure.text != "")
        )


def texts_of_units(
    session: Session, asked: AskedTexts, page: int, size: int
) -> tuple[Sequence[tuple[Unit, str]], int]:
    """One page of the texts, by the units' codes in natural order, and how many there are in all."""
    total = session.scalar(select(func.count()).select_from(asked.rows().subquery())) or 0
    in_order = asked.rows().order_by(Unit.listed_as, Duty.due_on, Duty.id)
    rows = session.execute(in_order.offset(page * size).limit(size))
    return [(unit, text) for unit, text in rows], total


def latest_texts(session: Session, asked: AskedTexts, most: int) -> Sequence[str]:
    """The newest of the texts, without the names of the units."""
    newest = asked.rows().with_only_columns(Figure.text).order_by(Figure.at.desc(), Figure.id.desc())
    return session.scalars(newest.limit(most)).all()
