"""Opens a workbook that anybody may have sent, and gives its cells as text; refuses what is none, or too large to be one."""

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile, is_zipfile

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from bot.domain.problems import Problem, Rejected

MOST_BYTES = 160 * 1024**2
MOST_ROWS = 1_048_576
OLD_OR_LOCKED = bytes.fromhex("d0cf11e0a1b11ae1")
LAST_SERIAL = 73415  # the end of 2100
CALENDAR_START = date(1899, 12, 30)


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell, as a clerk sees it. `fault` is the code of what keeps it from being read.

    `month`: the first day of it, where a spreadsheet has made a day of "4/2022". `serial`: the day that its number would be.
    """

    row: int
    column: int
    text: str
    month: date | None = None
    serial: date | None = None
    fault: str | None = None

    @property
    def place(self) -> str:
        return f"{get_column_letter(self.column)}{self.row}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet's rows that hold anything, by number; each with its cells that hold anything, by column from 1."""

    title: str
    rows: dict[int, dict[int, Cell]]


def read_book(path: Path) -> list[Sheet]:
    """The sheets of the XLSX file. Raises Rejected: sheet_unreadable, sheet_locked or sheet_too_large."""
    try:
        with path.open("rb") as file:
            if file.read(len(OLD_OR_LOCKED)) == OLD_OR_LOCKED:
                raise Rejected([Problem(path.name, "sheet_locked")])
        check_parts(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl tells of drawings and styles that it leaves out
            return _sheets(path)
    except Rejected:
        raise
    except Exception as error:
        raise Rejected([Problem(path.name, "sheet_unreadable")]) from error


def check_parts(path: Path) -> None:
    """Looks at an archive before anything of it is unpacked: its size, a password, a DTD. Raises Rejected as `read_book`."""
    if not is_zipfile(path):
        raise Rejected([Problem(path.name, "sheet_unreadable")])
    with ZipFile(path) as archive:
        parts = archive.infolist()
        if sum(part.file_size for part in parts) > MOST_BYTES:
            raise Rejected([Problem(path.name, "sheet_too_large")])
        if any(part.flag_bits & 1 for part in parts):
            raise Rejected([Problem(path.name, "sheet_locked")])
        for part in parts:
            if part.filename.lower().endswith((".xml", ".rels")):
                with archive.open(part) as opened:
                    if b"<!DOCTYPE" in opened.read(4096).replace(b"\0", b"").upper():
                        raise Rejected([Problem(path.name, "sheet_unreadable")])


def _sheets(path: Path) -> list[Sheet]:
    shown = _contents(path, computed=False)
    if any(cell.data_type == "f" for _, rows in shown for row in rows.values() for cell in row.values()):
        results = dict(_contents(path, computed=True))
    else:
        results = {}
    return [
        Sheet(title, {n: dict(_cells(row, results.get(title, {}).get(n, {}))) for n, row in rows.items()})
        for title, rows in shown
    ]


def _contents(path: Path, *, computed: bool) -> list[tuple[str, dict[int, dict[int, Any]]]]:
    with path.open("rb") as file:
        book = load_workbook(file, read_only=True, data_only=computed, keep_links=False)
        found = []
        for sheet in book.worksheets:
            sheet.reset_dimensions()
            rows: dict[int, dict[int, Any]] = {}
            for number, row in enumerate(sheet.iter_rows(), start=1):
                if number > MOST_ROWS:
                    raise Rejected([Problem(path.name, "sheet_too_large")])
                kept: dict[int, Any] = {int(cell.column or 0): cell for cell in row if _holds(cell.value)}
                if kept:
                    rows[number] = kept
            found.append((str(sheet.title), rows))
        return found


def _holds(value: object) -> bool:
    return bool(value.strip()) if isinstance(value, str) else value is not None


def _cells(row: Mapping[int, Any], results: Mapping[int, Any]) -> Iterator[tuple[int, Cell]]:
    for column, cell in row.items():
        place = (cell.row, column)
        if cell.data_type == "f":
            cell = results.get(column)
            if cell is None:
                yield column, Cell(*place, "", fault="sheet_formula_without_value")
                continue
        if cell.data_type == "e":
            yield column, Cell(*place, str(cell.value), fault="sheet_cell_error")
        else:
            value = cell.value
            yield column, Cell(*place, _text(value), _month(value, cell.number_format), _serial(value))


def _text(value: object) -> str:
    """A value as it looks; a spreadsheet may keep 28 as 28.0, and a day as its midnight."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        day = f"{value.day}/{value.month}/{value.year}"
        return f"{day} {value:%H:%M}" if value.time() != time.min else day
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, timedelta):
        return f"{int(value.total_seconds()) // 3600}:{int(value.total_seconds()) // 60 % 60:02}"
    return str(value).strip()


def _month(value: object, number_format: object) -> date | None:
    """The month that a day stands for when it is shown without its day."""
    if isinstance(value, datetime) and value.day == 1 and "d" not in str(number_format).lower():
        return value.date()
    return None


def _serial(value: object) -> date | None:
    if isinstance(value, int | float) and not isinstance(value, bool) and 1 < value < LAST_SERIAL:
        return CALENDAR_START + timedelta(days=int(value))
    return None
