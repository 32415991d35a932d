"""The units' table as an XLSX form: an empty one to fill in, and the present tree in the same form."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation
from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from bot.natural import in_tree_order
from bot.problems import Problem, Rejected
from bot.reading.words import fold, plain_words
from bot.tables import Unit
from bot.units.rows import COLUMNS, MOST_MEMBERS, REQUIRED

Cells = Mapping[str, str | int | date | None]

LISTED = {"kind": "kinds", "sector": "sectors", "meeting_shift": "shifts"}
NUMBERS = {"members": (0, MOST_MEMBERS), "meeting_day": (1, 31)}
LAST_ROW = 5000
_HEAD_FONT, _HEAD_FILL = Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor="A4161A")
_EXAMPLE_FONT = Font(italic=True, color="808080")
_WRAP = Alignment(wrap_text=True, vertical="top")


@dataclass(frozen=True)
class UnitsForm:
    """The words of the form: `labels` of columns and of values (words.yaml, `units`), `sheet` (units/workbook.yaml)."""

    labels: Mapping[str, Mapping[str, str]]
    sheet: Mapping[str, Any]

    @cached_property
    def headings(self) -> dict[str, str]:
        """The column that each fixed name and each label means, folded."""
        return {fold(name): name for name in COLUMNS} | {
            fold(label): name for name, label in self.labels["columns"].items()
        }

    def values(self, column: str) -> Mapping[str, str]:
        """What may stand in a cell of this column, folded, and the code that it means."""
        return self._listed.get(column, {})

    @cached_property
    def _listed(self) -> dict[str, dict[str, str]]:
        return {column: self._values(column) for column in LISTED}

    def _values(self, column: str) -> dict[str, str]:
        labels = self.labels[LISTED[column]]
        known = {fold(word): code for word, code in self.sheet["also"].get(column, {}).items()}
        known |= {fold(code): code for code in labels}
        return known | {fold(label): code for code, label in labels.items()}

    def example(self, code: str) -> bool:
        """Whether a row with this code is the form's example."""
        return plain_words(code).startswith(plain_words(self.sheet["mark"]))

    def label(self, column: str, code: str) -> str:
        return self.labels[LISTED[column]].get(code, code)


def read_units_form(templates: Path) -> UnitsForm:
    words = yaml.safe_load((templates / "words.yaml").read_text("utf-8"))
    return UnitsForm(
        words["units"], yaml.safe_load((templates / "units" / "workbook.yaml").read_text("utf-8"))
    )


def write_units_template(path: Path, *, templates: Path) -> None:
    """Writes an empty form with one example row. Raises Rejected: sheet_not_xlsx, sheet_exists, sheet_unwritable."""
    form = read_units_form(templates)
    book = _book(form, [form.sheet["example"]])
    for cell in book.worksheets[0][2]:
        cell.font = _EXAMPLE_FONT
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


def _book(form: UnitsForm, rows: Iterable[Cells]) -> Workbook:
    book = Workbook()
    sheet: Any = book.worksheets[0]
    sheet.title = form.sheet["sheet"]
    sheet.freeze_panes = "A2"
    last = 1
    for number, name in enumerate(COLUMNS, 1):
        mark = f" {form.sheet['required']}" if name in REQUIRED else ""
        _head(sheet.cell(1, number), form.labels["columns"][name] + mark)
        sheet.column_dimensions[get_column_letter(number)].width = form.sheet["widths"][name]
    for last, row in enumerate(rows, 2):
        for number, name in enumerate(COLUMNS, 1):
            _write(sheet.cell(last, number), name, row.get(name))
    _add_lists(book, form, max(last, LAST_ROW))
    _add_help(book, form)
    return book


def _head(cell: Any, text: str) -> None:
    cell.value, cell.font, cell.fill = text, _HEAD_FONT, _HEAD_FILL


def _write(cell: Any, column: str, value: str | int | date | None) -> None:
    if isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
        # What a person has named must not be run: "=1+1" stays text, also after it has been edited in the sheet.
        cell.data_type = "s"
        cell.quotePrefix = value[:1] in "=+-@" and bool(value)
    elif value is not None:
        cell.value = value
    if column not in NUMBERS and column != "closed_on":
        cell.number_format = "@"  # the code 007 keeps its noughts


def _add_lists(book: Workbook, form: UnitsForm, last: int) -> None:
    """The drop-downs, from lists on a sheet of their own: a list inside of a rule may have but 255 characters."""
    lists: Any = book.create_sheet(form.sheet["lists"])
    sheet: Any = book.worksheets[0]
    for number, (column, kind) in enumerate(LISTED.items(), 1):
        letter = get_column_letter(number)
        labels = list(form.labels[kind].values())
        _head(lists.cell(1, number), form.labels["columns"][column])
        for row, label in enumerate(labels, 2):
            lists.cell(row, number, label)
        lists.column_dimensions[letter].width = 24
        cells = f"{quote_sheetname(lists.title)}!${letter}$2:${letter}${len(labels) + 1}"
        _rule(sheet, column, last, DataValidation(type="list", formula1=cells, allow_blank=True))
    for column, (least, most) in NUMBERS.items():
        whole = DataValidation(
            type="whole", operator="between", formula1=str(least), formula2=str(most), allow_blank=True
        )
        _rule(sheet, column, last, whole)


def _rule(sheet: Any, column: str, last: int, rule: DataValidation) -> None:
    letter = get_column_letter(COLUMNS.index(column) + 1)
    rule.add(f"{letter}2:{letter}{last}")
    sheet.add_data_validation(rule)


def _add_help(book: Workbook, form: UnitsForm) -> None:
    sheet: Any = book.create_sheet(form.sheet["help"])
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 28, 96
    about: Sequence[tuple[str, str]] = [
        (form.labels["columns"][name], form.sheet["about"][name]) for name in COLUMNS
    ]
    for row, (label, text) in enumerate(about, 1):
        sheet.cell(row, 1, label).font = Font(bold=True)
        sheet.cell(row, 2, text).alignment = _WRAP
    for row, note in enumerate(form.sheet["notes"], len(about) + 2):
        sheet.cell(row, 2, note).alignment = _WRAP


def _save(book: Workbook, path: Path) -> None:
    if path.suffix.lower() != ".xlsx":
        raise Rejected([Problem(str(path), "sheet_not_xlsx")])
    if path.exists():
        raise Rejected([Problem(str(path), "sheet_exists")])
    try:
        book.save(path)
    except OSError as error:
        raise Rejected([Problem(str(path), "sheet_unwritable")]) from error
