"""Opens a workbook that anybody may have sent, and gives its cells as text; refuses what is none, or too large to be one."""

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from typing import IO, Any
from zipfile import ZipFile, is_zipfile

from bot.problems import Invalid, Problem, Rejected
from bot.store.compound import Compound
from bot.workbooks.letters import column_letter
from bot.workbooks.package import is_strict, merged_ranges, transitional_package

MOST_BYTES = 160 * 1024**2
MOST_ROWS = 1_048_576
OLD_OR_LOCKED = bytes.fromhex("d0cf11e0a1b11ae1")
LAST_SERIAL = 73415  # the end of 2100
CALENDAR_START = date(1899, 12, 30)


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell, as a clerk sees it. `fault` is the code of what keeps it from being read.

    `month`: the first day of it, where a spreadsheet has made a day of "4/2022". `serial`: the day that its number would be.
    `indent`: how far it is moved in, in steps of the spreadsheet or in spaces typed before it.
    """

    row: int
    column: int
    text: str
    month: date | None = None
    serial: date | None = None
    fault: str | None = None
    indent: int = 0

    @property
    def place(self) -> str:
        return f"{column_letter(self.column)}{self.row}"


@dataclass(frozen=True, slots=True)
class WorkSheet:
    """A sheet's rows that hold anything, by number; each with its cells that hold anything, by column from 1.

    `merged`: first row, first column, last row, last column of each place where several cells are one.
    """

    title: str
    rows: dict[int, dict[int, Cell]]
    hidden: bool = False
    merged: tuple[tuple[int, int, int, int], ...] = field(default=(), repr=False)


def read_book(path: Path) -> list[WorkSheet]:
    """The sheets of the XLSX file (transitional or strict), those with charts left out. Raises Rejected: sheet_unreadable,
    sheet_old (.xls), sheet_locked (a password) or sheet_too_large."""
    try:
        with path.open("rb") as file:
            if file.read(len(OLD_OR_LOCKED)) == OLD_OR_LOCKED:
                raise Rejected([Problem(path.name, _old_or_locked(path))])
        check_parts(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl tells of drawings and styles that it leaves out
            return _sheets(path)
    except Rejected:
        raise
    except Exception as error:
        raise Rejected([Problem(path.name, "sheet_unreadable")]) from error


def _old_or_locked(path: Path) -> str:
    """A workbook under a password lies in the same container as one of before 2007."""
    try:
        with path.open("rb") as file:
            names = Compound(file).names
    except Invalid:
        return "sheet_old"
    return "sheet_locked" if names & {"EncryptedPackage", "EncryptionInfo"} else "sheet_old"


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


@dataclass(frozen=True, slots=True)
class _Content:
    title: str
    rows: dict[int, dict[int, Any]]
    hidden: bool
    merged: tuple[tuple[int, int, int, int], ...]


def _sheets(path: Path) -> list[WorkSheet]:
    with path.open("rb") as file:
        source: IO[bytes] = BytesIO(transitional_package(file)) if is_strict(file) else file
        shown = _contents(path.name, source, computed=False)
        formulas = (c.data_type == "f" for one in shown for row in one.rows.values() for c in row.values())
        computed = _contents(path.name, source, computed=True) if any(formulas) else []
    results = {one.title: one.rows for one in computed}
    return [
        WorkSheet(
            one.title,
            {n: dict(_cells(row, results.get(one.title, {}).get(n, {}))) for n, row in one.rows.items()},
            one.hidden,
            one.merged,
        )
        for one in shown
    ]


def _contents(name: str, source: IO[bytes], *, computed: bool) -> list[_Content]:
    from openpyxl import load_workbook  # its libraries take memory that most days need not

    source.seek(0)
    book = load_workbook(source, read_only=True, data_only=computed, keep_links=False)
    found = []
    with ZipFile(source) as archive:
        for sheet in book.worksheets:
            sheet.reset_dimensions()
            rows: dict[int, dict[int, Any]] = {}
            for number, row in enumerate(sheet.iter_rows(), start=1):
                if number > MOST_ROWS:
                    raise Rejected([Problem(name, "sheet_too_large")])
                kept: dict[int, Any] = {int(cell.column or 0): cell for cell in row if _holds(cell.value)}
                if kept:
                    rows[number] = kept
            part = str(getattr(sheet, "_worksheet_path", ""))
            merged = () if computed else merged_ranges(archive, part)
            found.append(_Content(str(sheet.title), rows, sheet.sheet_state != "visible", merged))
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
            month, serial = _month(value, cell.number_format), _serial(value)
            yield column, Cell(*place, _text(value), month, serial, indent=_indent(cell, value))


def _indent(cell: Any, value: object) -> int:
    if not isinstance(value, str):
        return 0
    return typed_indent(value) + (int(cell.alignment.indent or 0) if cell.has_style else 0)


def typed_indent(text: str) -> int:
    """How many spaces stand before the first word."""
    return len(text) - len(text.lstrip(" \u00a0\t"))


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
