"""A row of a plan's workbook as an entry of the plan: each cell by the form of its column, the deadline by its operator."""

from typing import Any

from bot.plans.faults import Loc
from bot.plans.workbook.names import key_typed
from bot.plans.workbook.rows import SheetFindings, SheetRow
from bot.plans.workbook.shape import DUE_COLUMNS, DUTIES, NEEDED_WITH, TOPICS, WITH_OPERATOR, Column, Words
from bot.plans.workbook.values import (
    FOR_CODES,
    FOR_TEXTS,
    blanks_typed,
    day_typed,
    days_typed,
    moment_typed,
    period_typed,
    split_cell,
    within_typed,
    yes_typed,
)
from bot.reading.words import fold
from bot.workbooks.book import Cell

Values = dict[str, Any]
ANY = "any"


def values_of(row: SheetRow, found: SheetFindings) -> Values:
    """What the cells mean, by column; a cell that cannot be read is None and has been reported, a blank one is left out."""
    values: Values = {}
    year = found.year if row.table in (TOPICS, DUTIES) else None
    for name, cell in row.cells.items():
        if cell.fault:
            found.blame_once(row.spots[name], cell.fault, {"value": cell.text})
            values[name] = None
        elif (value := _meant(row.table.column(name), cell, found.words, year)) is not None:
            values[name] = value
    return values


def _meant(column: Column, cell: Cell, words: Words, year: int | None) -> object:
    text = cell.text
    match column.form:
        case "day":
            return cell.serial.isoformat() if cell.serial else day_typed(text, year)
        case "period":
            return f"{cell.month:%Y-%m}" if cell.month else period_typed(text, year)
        case "within":
            return f"{cell.serial:%m-%d}" if cell.serial else within_typed(text)
        case "days":
            return days_typed(text)
        case "yes":
            return yes_typed(text)
        case "moment":
            return moment_typed(text, words)
        case "key":
            return key_typed(text)
        case "title" | "words":
            return blanks_typed(text, words)
        case "choice" | "part":
            return _code(text, column, words)
        case "choices":
            codes = [_code(part, column, words) for part in split_cell(text, FOR_CODES)]
            return [] if ANY in codes and ANY in words.labels(column) else codes
        case "codes":
            return split_cell(text, FOR_CODES)
        case "texts":
            return split_cell(text, FOR_TEXTS)
    return text


def _code(text: str, column: Column, words: Words) -> str:
    """The code that a label stands for; what is neither comes back as it is."""
    labels = words.labels(column)
    said = fold(text)
    return next((code for code, label in labels.items() if said in (fold(label), fold(code))), text)


def entry_of(row: SheetRow, values: Values, loc: Loc, found: SheetFindings) -> dict[str, Any]:
    """The values at their places in the entry; `found` learns the cell of each, of the blank ones too."""
    entry: dict[str, Any] = {}
    for column in row.table.columns:
        if column.name not in row.spots or not column.path:
            continue
        spot = row.spots[column.name]
        for length in range(len(column.path) + 1):
            found.spots.setdefault((*loc, *column.path[:length]), spot)
        found.spots[(*loc, *column.path)] = spot
        if column.name in values:
            inside = entry
            for name in column.path[:-1]:
                inside = inside.setdefault(name, {})
            inside[column.path[-1]] = values[column.name]
    return entry


def due_of(row: SheetRow, values: Values, loc: Loc, found: SheetFindings) -> dict[str, Any] | None:
    """The deadline as the plan's format has it; empty without an operator, None where it has been reported as broken."""
    operator = values.get("due", "")
    if operator not in WITH_OPERATOR:
        if operator:
            labels = list(found.words.lists["operators"].values())
            found.blame(row.spots["due"], "plan_choice", {"value": operator, "allowed": labels})
        return {} if operator == "" else None
    given = {name: values[name] for name in DUE_COLUMNS if name in values}
    if given.get("due_count") == "calendar" and "due_count" not in WITH_OPERATOR[operator]:
        del given["due_count"]
    sound = not _blamed(row, operator, set(given), found) and None not in given.values()
    due = dict(_fields(operator, given))
    for name in due:
        column = NEEDED_WITH.get(operator, "due_every") if name == operator else f"due_{name}"
        if column in row.spots:
            found.spots[(*loc, "due", name)] = row.spots[column]
    return due if sound else None


def _blamed(row: SheetRow, operator: str, given: set[str], found: SheetFindings) -> bool:
    labels = found.words.lists["operators"]
    extra = given - WITH_OPERATOR[operator]
    for name in sorted(extra):
        allowed = [labels[one] for one, names in WITH_OPERATOR.items() if name in names]
        facts = {"value": row.spots[name].heading, "allowed": allowed}
        found.blame(row.spots[name], "plan_due_extra", facts)
    needed = NEEDED_WITH.get(operator)
    missing = needed is not None and needed not in given
    if needed and missing:
        spot = row.spots.get(needed, row.spots["due"])
        found.blame(spot, "plan_missing", {"field": found.words.heading(row.table, needed)})
    return bool(extra) or missing


def _fields(operator: str, given: Values) -> list[tuple[str, object]]:
    value = {"undated": "true", "every": given.get("due_every", "ask")}.get(operator)
    own = value if value is not None else given.get(NEEDED_WITH.get(operator, ""))
    rest = [(n[4:], v) for n, v in given.items() if n not in ("due_every", "due_day", "due_days")]
    return [(operator, own), *rest]
