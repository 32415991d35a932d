"""The sheet of the leader's workbook on the figures that plans ask for: a row for each unit, a column for each figure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from bot.duties.counting import asked_for
from bot.natural import in_tree_order
from bot.tables import AskedFigure, Demand, Duty, Figure, FigureKind, Unit
from bot.workbooks.look import Value

_FETCH = 500


@dataclass(frozen=True, slots=True)
class AskedColumn:
    """A figure of a demand, in a column of its own."""

    demand_id: int
    heading: str
    asked: AskedFigure


def asked_columns(session: Session, scope: ColumnElement[bool], today: date) -> list[AskedColumn]:
    """The figures that are asked for by today, in the order of their days; `scope` is a condition on Duty."""
    asking = select(Duty.demand_id).join(Demand, Demand.id == Duty.demand_id).where(asked_for(today), scope)
    demands = session.scalars(
        select(Demand)
        .where(Demand.id.in_(asking))
        .order_by(Demand.due_on.is_(None), Demand.due_on, Demand.key, Demand.variant)
    )
    return [
        AskedColumn(demand.id, f"{one.title} ({demand.title.replace('{unit}', '…')})", one)
        for demand in demands
        for one in demand.asks
    ]


def asked_rows(
    session: Session, scope: ColumnElement[bool], today: date, columns: Sequence[AskedColumn], total: str
) -> Iterator[list[Value]]:
    """Unit by unit in the order of the tree, so many at a time; last the sums of the numbers. An empty cell was not answered."""
    place = {(column.demand_id, column.asked.key): at for at, column in enumerate(columns)}
    demands = {column.demand_id for column in columns}
    asking = (
        select(Duty.unit_id)
        .join(Demand, Demand.id == Duty.demand_id)
        .where(asked_for(today), scope, Duty.demand_id.in_(demands))
    )
    units = session.execute(
        select(Unit.id, Unit.parent_id, Unit.code, Unit.name).where(Unit.id.in_(asking))
    ).all()
    named = {unit.id: (unit.code, unit.name) for unit in units}
    order = in_tree_order(units)
    sums: list[Value] = [0 if column.asked.kind == FigureKind.NUMBER else None for column in columns]
    for start in range(0, len(order), _FETCH):
        portion = order[start : start + _FETCH]
        cells = _answers(session, scope, today, portion, place)
        for unit_id in portion:
            row = cells.get(unit_id, [None] * len(columns))
            sums = [_added(one, cell) for one, cell in zip(sums, row, strict=True)]
            yield [*named[unit_id], *row]
    yield [None, total, *sums]


def _answers(
    session: Session,
    scope: ColumnElement[bool],
    today: date,
    units: Sequence[int],
    place: Mapping[tuple[int, str], int],
) -> dict[int, list[Value]]:
    """By unit its answers by column. What a unit owes about several others is added up, and texts stand behind each other."""
    cells: dict[int, list[Value]] = {}
    rows = session.execute(
        select(Duty.unit_id, Duty.demand_id, Figure.key, Figure.number, Figure.text)
        .join(Demand, Demand.id == Duty.demand_id)
        .join(Figure, Figure.duty_id == Duty.id)
        .where(asked_for(today), scope, Duty.unit_id.in_(units), Figure.replaced_at.is_(None))
        .order_by(Figure.id)
    )
    for unit_id, demand_id, key, number, text in rows:
        at = place.get((demand_id, key))
        if at is None:
            continue
        row = cells.setdefault(unit_id, [None] * len(place))
        row[at] = _joined(row[at], number if number is not None else text or None)
    return cells


def _joined(before: Value, said: Value) -> Value:
    if isinstance(before, str) and isinstance(said, str):
        return f"{before}; {said}"
    return _added(before, said) if isinstance(before, int) and isinstance(said, int) else said


def _added(before: Any, said: Value) -> Value:
    """The sum so far with another number; of what is no number nothing is added."""
    return before + said if isinstance(before, int) and isinstance(said, int) else before
