"""Reads the units' table from a workbook or from text, wherever it stands in the file."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from zipfile import is_zipfile

from bot.problems import Problem, Rejected
from bot.reading.old_letters import OLD_LETTERS
from bot.reading.unit_lines import committee_of
from bot.reading.words import fold
from bot.units.form import LISTED, UnitsForm, read_units_form
from bot.units.reading import read_lines
from bot.units.rows import Entry, UnitRow, UnitsReading, read_rows
from bot.units.seeming import is_plan_form, is_titled_plan
from bot.units.tables import FoundTable, Passed, find_tables, rows_of
from bot.workbooks.book import OLD_OR_LOCKED, WorkSheet, read_book
from bot.workbooks.text_tables import read_text_table

TEMPLATES = Path(__file__).resolve().parent.parent.parent / "templates"
OTHER_SHEETS = ("hidden", "no_table")
_WEB_PAGE = (b"<!doctype", b"<html", b"<table", b"<?xml")


@dataclass(frozen=True, slots=True)
class UnitsTable:
    """What a file says: its units; every row beside them that holds anything (`passed`); columns that are not read; cells
    that were read otherwise than as they stand (`notes`); the committee that its title names, "" if none."""

    rows: list[UnitRow]
    passed: tuple[Passed, ...] = ()
    unread: tuple[str, ...] = ()
    notes: tuple[Problem, ...] = ()
    title: str = ""


def read_units(path: Path, templates: Path = TEMPLATES) -> UnitsTable:
    """The units of the file: an XLSX workbook by whatever name, or text in columns (comma, semicolon, tab).

    The table may stand anywhere in any sheet that is shown; its columns are known by the labels of the form (`templates`:
    words.yaml and units/workbook.yaml), by their fixed names, or by other words for them. Raises Rejected: units_is_plan alone, or
    with every fault, placed by its cell: units_header, units_empty, units_hidden, those of `unit_rows.read_rows`, `units_reading.read_lines`,
    `book.read_book` and `text_tables.read_text_table`.
    """
    form = read_units_form(templates)
    sheets = _sheets(path)
    if is_plan_form(sheets, templates):
        raise Rejected([Problem("", "units_is_plan")])
    try:
        return _read(sheets, form)
    except Rejected as rejected:
        hidden = any(one.code == "units_hidden" for one in rejected.problems)
        if is_titled_plan(sheets) and not hidden:
            raise Rejected([Problem("", "units_is_plan")]) from None
        raise


def _read(sheets: list[WorkSheet], form: UnitsForm) -> UnitsTable:
    found = [(sheet, *find_tables(sheet, form)) for sheet in sheets if not _is_help(form, sheet)]
    for letters in OLD_LETTERS:
        if any(tables for sheet, tables, _ in found if not sheet.hidden):
            break
        old = [_from_old_letters(sheet, letters) for sheet in sheets]
        again = [(sheet, *find_tables(sheet, form)) for sheet in old if not _is_help(form, sheet)]
        found = again if any(tables for _, tables, _ in again) else found
    tables = [table for sheet, some, _ in found if not sheet.hidden for table in some]
    if not tables:
        raise Rejected([_no_table(sheet for sheet, some, _ in found if some)])
    several = len({table.sheet for table in tables}) > 1
    passed = [one for sheet, some, left in found for one in _left(sheet, some, left)]
    entries: list[Entry] = []
    faults: list[Problem] = []
    for table in tables:
        lines = read_lines(table, form, table.sheet if several else "")
        entries += lines.entries
        passed += lines.passed
        faults += lines.problems
    reading = read_rows(entries, {column: list(form.labels[LISTED[column]].values()) for column in LISTED})
    if faults or reading.problems:
        raise Rejected(_in_order([*faults, *reading.problems], faults))
    if not reading.rows:
        raise Rejected([Problem("", "units_empty")])
    return _table(tables, reading, passed, several)


def _table(
    tables: Sequence[FoundTable], reading: UnitsReading, passed: list[Passed], several: bool
) -> UnitsTable:
    passed += [Passed(spot.sheet, spot.number, "same") for spot in reading.same]
    shown = (
        passed
        if several
        else [replace(one, sheet="") if one.why not in OTHER_SHEETS else one for one in passed]
    )
    shown = sorted(shown, key=lambda one: (one.sheet, one.number))
    unread = tuple(dict.fromkeys(column for table in tables for column in table.unread))
    return UnitsTable(reading.rows, tuple(shown), unread, tuple(reading.notes), _title(tables[0].above))


def _sheets(path: Path) -> list[WorkSheet]:
    try:
        with path.open("rb") as file:
            head = file.read(512)
        if head.startswith((OLD_OR_LOCKED, b"PK")) or is_zipfile(path):
            return read_book(path)
        if head.startswith((b"%PDF", b"\xff\xd8", b"\x89PNG")) or head.lstrip().lower().startswith(_WEB_PAGE):
            raise Rejected([Problem(path.name, "sheet_unreadable")])
        return [read_text_table(path)]
    except OSError as error:
        raise Rejected([Problem(path.name, "units_unreadable")]) from error


def _is_help(form: UnitsForm, sheet: WorkSheet) -> bool:
    return fold(sheet.title) in (fold(form.sheet["lists"]), fold(form.sheet["help"]))


def _left(sheet: WorkSheet, tables: Sequence[FoundTable], passed: Iterable[Passed]) -> Iterable[Passed]:
    if sheet.hidden:
        return rows_of(sheet, "hidden")
    return passed if tables else rows_of(sheet, "no_table")


def _no_table(hidden: Iterable[WorkSheet]) -> Problem:
    for sheet in hidden:
        return Problem("", "units_hidden", {"sheet": sheet.title})
    return Problem("", "units_header")


def _in_order(problems: list[Problem], faults: Sequence[Problem]) -> list[Problem]:
    """What follows from a cell that cannot be read is not said beside it."""
    broken = {fault.place for fault in faults}
    return [one for one in problems if one in faults or one.place not in broken]


def _from_old_letters(sheet: WorkSheet, letters: Callable[[str], str]) -> WorkSheet:
    return replace(
        sheet,
        rows={
            number: {column: replace(cell, text=letters(cell.text)) for column, cell in row.items()}
            for number, row in sheet.rows.items()
        },
    )


def _title(above: Sequence[str]) -> str:
    """The committee that the texts over the table name, the last of them: a letterhead names the superior one first."""
    named = [name for text in above if (name := committee_of(text))]
    return named[-1][:200] if named else ""
