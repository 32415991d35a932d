"""Reads the units' table from CSV or XLSX."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from io import StringIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, is_zipfile

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from bot.domain.problems import Problem, Rejected
from bot.domain.reading import fold
from bot.domain.unit_rows import COLUMNS, REQUIRED, Row, read_rows
from bot.plan_sheet_book import check_parts
from bot.units_sheet import LISTED, Form, read_form

DELIMITERS = ",;\t"
TEMPLATES = Path(__file__).resolve().parent.parent / "templates"

Line = tuple[str, dict[str, str]]


def read_units(path: Path, *, templates: Path = TEMPLATES) -> list[Row]:
    """The rows of the file. Raises Rejected: every fault with its line, or sheet and cells.

    A `.xlsx` file gives its first sheet; any other is read as CSV in UTF-8, parted by commas, semicolons or tabs. The
    first line names the columns, by their fixed names or by the labels of the form (`templates`: words.yaml and
    sheets/units.yaml); values from a list may be codes or labels in any case, with or without diacritics.
    """
    form = read_form(templates)
    lines = _xlsx(path, form) if path.suffix.lower() == ".xlsx" else _csv(path, form)
    return read_rows(
        _plain_words(form, [line for line in lines if not form.example(line[1].get("code", ""))])
    )


def _plain_words(form: Form, lines: Iterable[Line]) -> Iterator[Line]:
    """The same lines with the code of each listed value that is known; of the others as they are."""
    known = {column: form.values(column) for column in LISTED}
    for place, cells in lines:
        yield place, {name: known.get(name, {}).get(fold(cell), cell) for name, cell in cells.items()}


def _csv(path: Path, form: Form) -> list[Line]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
        first = text.partition("\n")[0]
        reader = csv.reader(StringIO(text, newline=""), delimiter=max(DELIMITERS, key=first.count))
        lines = [(reader.line_num, cells) for cells in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Rejected([Problem(path.name, "units_unreadable")]) from error
    header = _header(path.name, form, lines[0][1] if lines else [])
    return [
        (f"{path.name}:{number}", dict(zip(header, cells, strict=False)))
        for number, cells in lines[1:]
        if any(cell.strip() for cell in cells)
    ]


def _xlsx(path: Path, form: Form) -> list[Line]:
    try:
        if is_zipfile(path):
            check_parts(path)
        with path.open("rb") as file:
            book = load_workbook(file, read_only=True, data_only=True)
            sheet = book.worksheets[0]
            return list(_rows(f"{path.name} {sheet.title}", form, sheet.iter_rows(values_only=True)))
    except (OSError, BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise Rejected([Problem(path.name, "units_unreadable")]) from error


def _rows(place: str, form: Form, rows: Iterable[Sequence[Any]]) -> Iterator[Line]:
    numbered = enumerate(rows, start=1)
    _, first = next(numbered, (1, ()))
    header = _header(place, form, [_text(cell) for cell in first])
    last = get_column_letter(len(header))
    for number, row in numbered:
        cells = [_text(cell) for cell in row]
        if any(cells):
            yield f"{place}!A{number}:{last}{number}", dict(zip(header, cells, strict=False))


def _text(cell: Any) -> str:
    """A cell as it looks; a spreadsheet may keep 28 as 28.0, and a day with a clock time."""
    if isinstance(cell, datetime):
        cell = cell.date()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


def _header(place: str, form: Form, cells: Sequence[str]) -> list[str]:
    header = [form.column(cell) for cell in cells]
    missing = [name for name in REQUIRED if name not in header]
    if missing:
        facts = {"missing": ", ".join(missing), "columns": ", ".join(COLUMNS)}
        raise Rejected([Problem(place, "units_header", facts)])
    return header
