"""Reads the units' table from CSV or XLSX."""

import csv
from collections.abc import Iterator
from pathlib import Path
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from bot.domain.problems import Problem, Rejected
from bot.domain.units import COLUMNS, REQUIRED, Row, read_rows


def read_units(path: Path) -> list[Row]:
    """The rows of the file. Raises Rejected: every fault with its line, or sheet and row."""
    lines = list(_xlsx(path) if path.suffix.lower() == ".xlsx" else _csv(path))
    return read_rows(lines)


def _csv(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Rejected([Problem(path.name, "units_unreadable")]) from error
    first = text.partition("\n")[0]
    reader = csv.reader(text.splitlines(), delimiter=";" if first.count(";") > first.count(",") else ",")
    header = _header(path.name, next(reader, []))
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield f"{path.name}:{reader.line_num}", dict(zip(header, cells, strict=False))


def _xlsx(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (OSError, BadZipFile, InvalidFileException, KeyError) as error:
        raise Rejected([Problem(path.name, "units_unreadable")]) from error
    sheet = book.worksheets[0]
    rows = sheet.iter_rows(values_only=True)
    header = _header(f"{path.name} {sheet.title}", [str(cell or "") for cell in next(rows, ())])
    last = get_column_letter(max(1, len(header)))
    found = [
        (f"{path.name} {sheet.title}!A{number}:{last}{number}", row)
        for number, row in enumerate(rows, start=2)
        if any(cell is not None for cell in row)
    ]
    book.close()
    for place, row in found:
        yield (
            place,
            {name: "" if cell is None else str(cell) for name, cell in zip(header, row, strict=False)},
        )


def _header(place: str, cells: list[str]) -> list[str]:
    header = [cell.strip().lower() for cell in cells]
    missing = [name for name in REQUIRED if name not in header]
    if missing:
        facts = {"missing": ", ".join(missing), "columns": ", ".join(COLUMNS)}
        raise Rejected([Problem(place, "units_header", facts)])
    return header
