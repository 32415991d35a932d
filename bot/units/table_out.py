"""The units' table as an XLSX form: an empty one to fill in, and the present tree in the same form."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from bot.natural import in_tree_order
from bot.problems import Problem, Rejected
from bot.tables import Unit
from bot.units.form import LISTED, UnitsForm, read_units_form
from bot.units.rows import COLUMNS, MOST_MEMBERS, REQUIRED
from bot.workbooks.look import DAY_FORMAT, HINT, NUMBER_FORMAT, TEXT_FORMAT, Value
from bot.workbooks.page import Page
from bot.workbooks.table import ColumnHead, Lists, add_rule, write_table

Cells = Mapping[str, Value]

NUMBERS = {"members": (0, MOST_MEMBERS), "meeting_day": (1, 31)}
FORMATS = {**dict.fromkeys(NUMBERS, NUMBER_FORMAT), "closed_on": DAY_FORMAT}
LAST_ROW = 5000
HELP_WIDTHS = (28, 96)


def write_units_template(path: Path, *, templates: Path) -> None:
    """Writes an empty form with one example row. Raises Rejected: sheet_not_xlsx, sheet_exists, sheet_unwritable."""
    form = read_units_form(templates)
    book = _book(form, [form.sheet["example"]])
    for cell in book.worksheets[0][2]:
        cell.font = HINT
    _save(book, path)


def write_unit_list(
    units: Sequence[Unit], path: Path, *, templates: Path, above: Mapping[int, str] | None = None
) -> None:
    """Writes these units into the same form; read back, the file changes nothing. `above` holds the codes, by id, of
    superiors that are not among them: a part of the tree keeps its place by them.

    Raises Rejected: sheet_not_xlsx, sheet_exists, sheet_unwritable.
    """
    form = read_units_form(templates)
    codes = {**(above or {}), **{unit.id: unit.code for unit in units}}
    _save(_book(form, [_cells(form, unit, codes) for unit in units]), path)


def living_units(session: Session, within: ColumnElement[bool] | None = None) -> Sequence[Unit]:
    """The units that are not closed, those above first, siblings in natural order; `within` (a condition on Unit) narrows them."""
    where = Unit.closed_on.is_(None) if within is None else and_(Unit.closed_on.is_(None), within)
    units = {unit.id: unit for unit in session.scalars(select(Unit).where(where))}
    return [units[unit_id] for unit_id in in_tree_order(units.values())]


def _cells(form: UnitsForm, unit: Unit, codes: Mapping[int, str]) -> Cells:
    return {
        "code": unit.code,
        "name": unit.name,
        "kind": form.label("kind", unit.kind),
        "sector": form.label("sector", unit.sector) if unit.sector else None,
        "parent_code": codes[unit.parent_id] if unit.parent_id else None,
        "members": unit.members,
        "meeting_day": unit.meeting_day,
        "meeting_shift": form.label("meeting_shift", unit.meeting_shift),
    }


def _book(form: UnitsForm, rows: Sequence[Cells]) -> Workbook:
    book = Workbook()
    sheet: Any = book.worksheets[0]
    sheet.title = form.sheet["sheet"]
    labels, widths = form.labels["columns"], form.sheet["widths"]
    heads = [
        ColumnHead(labels[name], widths[name], name in REQUIRED, FORMATS.get(name, TEXT_FORMAT))
        for name in COLUMNS
    ]
    write_table(sheet, heads, ([row.get(name) for name in COLUMNS] for row in rows))
    lists = Lists(book.create_sheet(form.sheet["lists"]))
    for number, name in enumerate(COLUMNS, 1):
        if rule := _rule(form, name, lists):
            add_rule(sheet, rule, number, 2, max(len(rows) + 1, LAST_ROW))
    page = Page(book.create_sheet(form.sheet["help"]), HELP_WIDTHS)
    for name in COLUMNS:
        page.line([labels[name], form.sheet["about"][name]])
    for note in form.sheet["notes"]:
        page.across(note)
    return book


def _rule(form: UnitsForm, column: str, lists: Lists) -> DataValidation | None:
    if kind := LISTED.get(column):
        return DataValidation(
            type="list", formula1=lists.source(list(form.labels[kind].values())), allow_blank=True
        )
    if within := NUMBERS.get(column):
        least, most = (str(number) for number in within)
        return DataValidation(
            type="whole", operator="between", formula1=least, formula2=most, allow_blank=True
        )
    return None


def _save(book: Workbook, path: Path) -> None:
    if path.suffix.lower() != ".xlsx":
        raise Rejected([Problem(str(path), "sheet_not_xlsx")])
    if path.exists():
        raise Rejected([Problem(str(path), "sheet_exists")])
    try:
        book.save(path)
    except OSError as error:
        raise Rejected([Problem(str(path), "sheet_unwritable")]) from error
