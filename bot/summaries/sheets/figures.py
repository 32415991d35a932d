"""The sheet of the leader's workbook on the figures that plans ask for: a row for each unit, a column for each figure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from bot.summaries.sheets.asked import AskedTable, unit_portions
from bot.tables import AskedFigure, Demand, Duty, Figure, FigureKind, Unit
from bot.workbooks.look import Value

WIDTH = 18


@dataclass(frozen=True, slots=True)
class AskedColumn:
    """A figure of a demand, in a column of its own."""

    demand_id: int
    heading: str
    asked: AskedFigure


def asked_columns(session: Session, table: AskedTable) -> list[AskedColumn]:
    """The figures that are asked for by today, in the order of their days."""
    asking = select(Duty.demand_id).join(Demand, Demand.id == Duty.demand_id).where(table.asked)
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


def with_figures(words: Mapping[str, Any], asked: Sequence[AskedColumn]) -> dict[str, Any]:
    """The words of the sheet, with a heading for each figure; numbers are summed up."""
    first = len(words["columns"])
    columns = [*words["columns"], *(column.heading for column in asked)]
    sums = [at for at, column in enumerate(asked, start=first) if column.asked.kind == FigureKind.NUMBER]
    return {**words, "columns": columns, "widths": [*words["widths"], *[WIDTH] * len(asked)], "sums": sums}


def asked_rows(session: Session, table: AskedTable, columns: Sequence[AskedColumn]) -> Iterator[list[Value]]:
    """Unit by unit in the order of the tree, so many at a time. An empty cell was not answered."""
    place = {(column.demand_id, column.asked.key): at for at, column in enumerate(columns)}
    its = Duty.demand_id.in_({column.demand_id for column in columns})
    for units in unit_portions(session, and_(table.asked, its)):
        cells = _answers(session, table, units, place)
        named = session.execute(select(Unit.id, Unit.code, Unit.name).where(Unit.id.in_(units)))
        names = {unit.id: (unit.code, unit.name) for unit in named}
        for unit_id in units:
            yield [*names[unit_id], *cells.get(unit_id, [None] * len(columns))]


def _answers(
    session: Session, table: AskedTable, units: Sequence[int], place: Mapping[tuple[int, str], int]
) -> dict[int, list[Value]]:
    """By unit its answers by column. What a unit owes about several others is added up, and texts stand behind each other."""
    cells: dict[int, list[Value]] = {}
    rows = session.execute(
        select(Duty.unit_id, Duty.demand_id, Figure.key, Figure.number, Figure.text)
        .join(Demand, Demand.id == Duty.demand_id)
        .join(Figure, Figure.duty_id == Duty.id)
        .where(table.asked, Duty.unit_id.in_(units), Figure.replaced_at.is_(None))
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
    return before + said if isinstance(before, int) and isinstance(said, int) else said
