"""What units have answered to the figures of a demand: numbers summed, texts beside the unit's name."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from bot.duties.counting import asked_for, sum_of
from bot.tables import AskedFigure, Demand, Duty, Figure, Unit


@dataclass(frozen=True, slots=True)
class FigureSum:
    """One figure of one demand: `total` of the numbers; `answered` of `expected` duties, those included that passed it over;
    `said` of them said something."""

    asked: AskedFigure
    total: int
    said: int
    answered: int
    expected: int


def sum_figures(
    session: Session, demand_ids: Collection[int], where: ColumnElement[bool], today: date
) -> dict[int, list[FigureSum]]:
    """By demand, in the order of its plan, over the duties that `where` (a condition on Duty) lets through and that are
    `asked_for`; nothing of a demand that asks for no figures."""
    rows = session.execute(select(Demand.id, Demand.asks).where(Demand.id.in_(demand_ids)))
    asking = {row.id: row.asks for row in rows if row.asks}
    if not asking:
        return {}
    scope = and_(Duty.demand_id.in_(asking), asked_for(today), where)
    expected, sums = _expected(session, scope), _sums(session, scope)
    return {
        demand_id: [
            FigureSum(one, *sums.get((demand_id, one.key), (0, 0, 0)), expected[demand_id]) for one in asks
        ]
        for demand_id, asks in asking.items()
        if demand_id in expected
    }


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


def texts_of_units(
    session: Session, demand_id: int, key: str, where: ColumnElement[bool], today: date, page: int, size: int
) -> tuple[Sequence[tuple[Unit, str]], int]:
    """One page of the texts, by the units' codes in natural order, and how many there are in all."""
    asked = (
        select(Unit, Figure.text)
        .join(Duty, Duty.unit_id == Unit.id)
        .join(Demand, Demand.id == Duty.demand_id)
        .join(Figure, Figure.duty_id == Duty.id)
        .where(Duty.demand_id == demand_id, asked_for(today), where)
        .where(Figure.key == key, Figure.replaced_at.is_(None), Figure.text != "")
    )
    total = session.scalar(select(func.count()).select_from(asked.subquery())) or 0
    rows = session.execute(asked.order_by(Unit.listed_as, Duty.id).offset(page * size).limit(size))
    return [(unit, text) for unit, text in rows], total
