"""The sheets of a plan's workbook as rows of its tables, and what is wrong with it by sheet and cell."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from bot.plans.faults import Loc
from bot.plans.workbook.shape import HEAD, TABLES, UNREAD, Column, SheetTable, Words
from bot.plans.yaml_in import Findings
from bot.problems import Problem, Rejected
from bot.reading.words import fold
from bot.workbooks.book import Cell, WorkSheet
from bot.workbooks.letters import column_letter

HEADER_WITHIN = 15
OWN_SENTENCE = {
    "plan_bad_key", "plan_duplicate_key", "plan_not_yes_no", "plan_document_unnamed", "plan_bad_period",
    "plan_opens_not_here", "plan_bad_rung", "plan_outside_window", "plan_variant_otherwise",
    "plan_variant_unreachable", "plan_variant_nobody", "plan_ladder_needs_meeting", "plan_bad_within",
    "plan_waits_missing", "plan_waits_ring", "plan_unknown_topic", "plan_unknown_waits", "plan_due_never",
}  # fmt: skip
"""Faults whose sentence for a YAML file would name what a workbook does not have."""
STANDS_AT = {
    "plan_waits_missing": "waits",
    "plan_document_unnamed": "title",
    "plan_period_order": "ends",
    "plan_variant_unreachable": "who",
}


@dataclass(frozen=True, slots=True)
class SheetSpot:
    """A place in the workbook that a fault can be laid to; `rank` grows from its top to its end."""

    sheet: str
    place: str
    rank: int
    heading: str = ""
    column: Column | None = None


@dataclass(frozen=True, eq=False)
class SheetRow:
    """A row of a table: the cells that hold anything, and the spots of all of its columns, by the column's name."""

    table: SheetTable
    number: int
    cells: Mapping[str, Cell]
    spots: Mapping[str, SheetSpot]

    def text(self, name: str) -> str:
        return self.cells[name].text if name in self.cells else ""

    @property
    def contents(self) -> str:
        return "\n".join(f"{name}={fold(cell.text)}" for name, cell in sorted(self.cells.items()))


@dataclass
class SheetFindings(Findings):
    """What is wrong with a workbook. `spots` says where each value of the plan stands; a silent one has been reported."""

    words: Words = field(kw_only=True)
    year: int | None = None
    """The year that all of the plan lies in, if it is one: a period or a day without a year is of that year."""
    spots: dict[Loc, SheetSpot] = field(default_factory=dict)
    silent: set[SheetSpot] = field(default_factory=set)

    def report(
        self, loc: Loc, code: str, given: Mapping[str, object] | None = None, line: int | None = None
    ) -> None:
        facts = dict(given or {})
        aimed = (*loc, STANDS_AT.get(code) or str(facts.get("value", "")))
        known = aimed if aimed in self.spots and code in {*STANDS_AT, "plan_due_extra"} else loc
        while known not in self.spots:
            known = known[:-1]
        spot = self.spots[known]
        if spot not in self.silent:
            self.blame(spot, code, self._in_labels(spot, code, facts))

    def blame(self, spot: SheetSpot, code: str, facts: Mapping[str, object] | None = None) -> None:
        """A fault of this very cell; facts are in the workbook's words already."""
        shown: dict[str, object] = {"field": spot.heading, **(facts or {})}
        if isinstance(known := shown.get("known"), list):
            shown["hint"] = closest_known(str(shown.get("value", "")), known)
        own = code.replace("plan_", "sheet_", 1) if code in OWN_SENTENCE else code
        place = f"{spot.sheet}!{spot.place}" if spot.place else spot.sheet
        problem = spot.rank, Problem(f"{self.name} {place}".rstrip(), own, shown)
        if problem not in self.problems:
            self.problems.append(problem)

    def blame_once(self, spot: SheetSpot, code: str, facts: Mapping[str, object] | None = None) -> None:
        """A fault that makes the cell unreadable, so that nothing else needs to be said of it."""
        self.blame(spot, code, facts)
        self.silent.add(spot)

    def _in_labels(self, spot: SheetSpot, code: str, facts: Mapping[str, object]) -> dict[str, object]:
        labels = dict(self.words.texts["terms"])
        if code == "plan_placeholder":
            labels |= self.words.lists["placeholders"]
        if spot.column:
            labels |= self.words.labels(spot.column)
        shown = dict(facts)
        for name in ("allowed", "known"):
            if isinstance(listed := shown.get(name), list):
                shown[name] = [labels.get(one, one) for one in listed]
        if code in {"plan_due_extra", "plan_placeholder"}:
            shown["value"] = labels.get(str(shown["value"]), shown["value"])
        return shown


def closest_known(value: str, known: Sequence[str]) -> str:
    """The one of `known` that may have been meant; empty if none is near."""
    folded = {fold(one): one for one in known}
    return next((folded[near] for near in get_close_matches(fold(value), list(folded), 1)), "")


def rows_of_tables(sheets: Sequence[WorkSheet], found: SheetFindings) -> dict[str, list[SheetRow]]:
    """The rows of each table, by its name; a table without a sheet has none. Raises Rejected for a workbook of another kind."""
    names = {fold(name): key for key, name in found.words.sheets.items()}
    placed: dict[str, tuple[int, WorkSheet]] = {}
    strangers = []
    for index, sheet in enumerate(sheets):
        if key := names.get(fold(sheet.title)):
            placed.setdefault(key, (index, sheet))
        elif sheet.rows and not sheet.hidden:
            strangers.append((index, sheet))
    if not placed.keys() - set(UNREAD):
        raise Rejected([Problem(found.name, "sheet_not_ours", {"known": _read_sheets(found.words)})])
    for index, sheet in strangers:
        facts = {"value": sheet.title, "known": _read_sheets(found.words)}
        found.blame(_spot(index, sheet, 0, 0), "sheet_unknown_sheet", facts)
    if HEAD.name not in placed:
        title = found.words.sheets[HEAD.name]
        found.problems.append((0, Problem(found.name, "sheet_absent", {"value": title})))
    return {
        table.name: list(_rows(table, *placed[table.name], found)) if table.name in placed else []
        for table in TABLES
    }


def _read_sheets(words: Words) -> list[str]:
    return [words.sheets[table.name] for table in TABLES]


def _spot(
    index: int, sheet: WorkSheet, row: int, column: int, heading: str = "", of: Column | None = None
) -> SheetSpot:
    place = f"{column_letter(column)}{row}" if row else ""
    return SheetSpot(sheet.title, place, (index * 10**7 + row) * 10**5 + column, heading, of)


def _rows(table: SheetTable, index: int, sheet: WorkSheet, found: SheetFindings) -> Iterator[SheetRow]:
    if table.upright:
        yield _upright(table, index, sheet, found)
        return
    if not sheet.rows:
        return
    headings = _headings(table, found.words)
    first = sorted(sheet.rows)[:HEADER_WITHIN]
    header = max(first, key=lambda n: sum(fold(c.text) in headings for c in sheet.rows[n].values()))
    places = _columns(table, index, sheet, header, found)
    if not places:
        return
    spots = {name: (number, found.words.heading(table, name)) for name, number in places.items()}
    for number, cells in sorted(sheet.rows.items()):
        if number <= header:
            continue
        at = {
            name: _spot(index, sheet, number, column, heading, table.column(name))
            for name, (column, heading) in spots.items()
        }
        for column in table.columns:
            if column.needed and column.name not in at:
                at[column.name] = _spot(index, sheet, header, 1, column.name, column)
                found.silent.add(at[column.name])
        kept = {name: cells[column] for name, column in places.items() if column in cells}
        if kept:
            yield SheetRow(table, number, kept, at)


def _headings(table: SheetTable, words: Words) -> dict[str, str]:
    return {fold(words.heading(table, column.name)): column.name for column in table.columns}


def _columns(
    table: SheetTable, index: int, sheet: WorkSheet, header: int, found: SheetFindings
) -> dict[str, int]:
    """Which column of the sheet is which of the table, by its heading."""
    headings, words = _headings(table, found.words), found.words
    known = [words.heading(table, column.name) for column in table.columns]
    places: dict[str, int] = {}
    if not any(fold(cell.text) in headings for cell in sheet.rows[header].values()):
        found.blame(_spot(index, sheet, header, 1), "sheet_no_header", {"known": known})
        return {}
    for number, cell in sorted(sheet.rows[header].items()):
        name = headings.get(fold(cell.text))
        spot = _spot(index, sheet, header, number)
        if name is None:
            found.blame(spot, "sheet_unknown_column", {"value": cell.text, "known": known})
        elif name in places:
            found.blame(spot, "sheet_column_twice", {"value": cell.text})
        else:
            places[name] = number
    missing = [c.name for c in table.columns if c.needed and c.name not in places]
    for name in missing:
        found.blame(
            _spot(index, sheet, header, 1), "sheet_column_missing", {"value": words.heading(table, name)}
        )
    _blame_unnamed(index, sheet, header, found)
    return places


def _blame_unnamed(index: int, sheet: WorkSheet, header: int, found: SheetFindings) -> None:
    named = set(sheet.rows[header])
    for number, cells in sorted(sheet.rows.items()):
        if number > header:
            for column in sorted(set(cells) - named):
                found.blame(_spot(index, sheet, number, column), "sheet_column_unnamed")
            named |= set(cells)


def _upright(table: SheetTable, index: int, sheet: WorkSheet, found: SheetFindings) -> SheetRow:
    """The one entry of a sheet whose headings stand in the first column and its values in the second."""
    headings, words = _headings(table, found.words), found.words
    known = [words.heading(table, column.name) for column in table.columns]
    cells: dict[str, Cell] = {}
    spots: dict[str, SheetSpot] = {}
    for number, row in sorted(sheet.rows.items()):
        label = row[1].text if 1 in row else ""
        name = headings.get(fold(label))
        if name is None:
            if 2 in row:
                facts = {"value": label, "known": known}
                found.blame(_spot(index, sheet, number, 1), "sheet_unknown_row", facts)
        elif name in spots:
            found.blame(_spot(index, sheet, number, 1), "sheet_column_twice", {"value": label})
        else:
            spots[name] = _spot(index, sheet, number, 2, words.heading(table, name), table.column(name))
            cells |= {name: row[2]} if 2 in row else {}
    for column in table.columns:
        if column.needed and column.name not in spots:
            spots[column.name] = _spot(index, sheet, 1, 1, column.name, column)
            found.silent.add(spots[column.name])
            facts = {"value": words.heading(table, column.name)}
            found.blame(_spot(index, sheet, 1, 1), "sheet_column_missing", facts)
    return SheetRow(table, 0, cells, spots)
