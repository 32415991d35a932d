"""Reads the units' table from CSV or XLSX."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from bot.domain.problems import Problem, Rejected
from bot.domain.units import COLUMNS, REQUIRED, Row, read_rows

DELIMITERS = ",;\t"

Line = tuple[str, dict[str, str]]


def read_units(path: Path) -> list[Row]:
    """The rows of the file. Raises Rejected: every fault with its line, or sheet and cells.

    A `.xlsx` file gives its first sheet; any other is read as CSV in UTF-8, parted by commas, semicolons or tabs.
    """
    return read_rows(_xlsx(path) if path.suffix.lower() == ".xlsx" else _csv(path))


def _csv(path: Path) -> list[Line]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
        first = text.partition("\n")[0]
        reader = csv.reader(StringIO(text, newline=""), delimiter=max(DELIMITERS, key=first.count))
        lines = [(reader.line_num, cells) for cells in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Rejected([Problem(path.name, "units_unreadable")]) from error
    header = _header(path.name, lines[0][1] if lines else [])
    return [
        (f"{path.name}:{number}", dict(zip(header, cells, strict=False)))
        for number, cells in lines[1:]
        if any(cell.strip() for cell in cells)
    ]


def _xlsx(path: Path) -> list[Line]:
    try:
        with path.open("rb") as file:
            book = load_workbook(file, read_only=True, data_only=True)
            sheet = book.worksheets[0]
            return list(_rows(f"{path.name} {sheet.title}", sheet.iter_rows(values_only=True)))
    except (OSError, BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise Rejected([Problem(path.name, "units_unreadable")]) from error


def _rows(place: str, rows: Iterable[Sequence[Any]]) -> Iterator[Line]:
    numbered = enumerate(rows, start=1)
    _, first = next(numbered, (1, ()))
    header = _header(place, [_text(cell) for cell in first])
    last = get_column_letter(len(header))
    for number, row in numbered:
        cells = [_text(cell) for cell in row]
        if any(cells):
            yield f"{place}!A{number}:{last}{number}", dict(zip(header, cells, strict=False))


def _text(cell: Any) -> str:
    """A cell as it looks; a spreadsheet may keep 28 as 28.0."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


def _header(place: str, cells: Sequence[str]) -> list[str]:
    header = [cell.strip().lower() for cell in cells]
    missing = [name for name in REQUIRED if name not in header]
    if missing:
        facts = {"missing": ", ".join(missing), "columns": ", ".join(COLUMNS)}
        raise Rejected([Problem(place, "units_header", facts)])
    return header
