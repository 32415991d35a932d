"""What is typed or pressed about one unit, as the row of a list that says the same: read by what reads lists."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.problems import Invalid
from bot.reading.unit_words import name_key
from bot.tables import Unit
from bot.units.form import LISTED, UnitsForm
from bot.units.reading import word_code
from bot.units.rows import Entry, UnitRow, UnitSpot, read_rows

EMPTIED = "–"
"""Said of a cell it takes away what is known, as in a list."""
SPOT = UnitSpot("", 1, {})


def typed_row(form: UnitsForm, cells: Mapping[str, str]) -> UnitRow:
    """The row of these cells, by column. Raises Invalid with the first of the faults that `rows.read_rows` finds."""
    said = {column: _code(form, column, text) for column, text in cells.items() if text}
    known = {column: list(form.labels[listed].values()) for column, listed in LISTED.items()}
    read = read_rows([Entry(SPOT, said)], known)
    for problem in read.problems:
        raise Invalid(problem.code, **problem.facts)
    return read.rows[0]


def _code(form: UnitsForm, column: str, text: str) -> str:
    return (word_code(form, column, text) or text) if column in LISTED else text


def check_code_free(session: Session, code: str) -> None:
    """Raises Invalid(unit_code_taken): a code is never given twice, not even after its unit has gone."""
    folded = code.casefold()
    if any(taken.casefold() == folded for taken in session.scalars(select(Unit.code))):
        raise Invalid("unit_code_taken", code=code)


def check_name_free(session: Session, name: str, above: Unit | None, but: int | None = None) -> None:
    """Raises Invalid(unit_name_here) where another unit of that name stands right below `above`."""
    beside = select(Unit).where(
        Unit.parent_id == (above.id if above else None), Unit.closed_on.is_(None), Unit.id != (but or 0)
    )
    for unit in session.scalars(beside.order_by(Unit.id)):
        if name_key(unit.name) == name_key(name):
            raise Invalid(
                "unit_name_here", name=unit.name, known=unit.code, above=above.name if above else ""
            )
