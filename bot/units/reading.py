"""Reads the rows of the tables that were found in an office's file: units, the groups that they stand in, what is passed over."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.problems import Problem
from bot.reading.unit_lines import (
    group_words,
    is_foot,
    is_total,
    names_no_superior,
    running_mark,
    without_mark,
    without_number,
)
from bot.reading.unit_words import EMPTIES, folded, kind_of_name, names_several, one_line
from bot.units.columns import EITHER, ORDER
from bot.units.form import LISTED, UnitsForm
from bot.units.rows import COLUMNS, Entry, UnitSpot
from bot.units.tables import FoundTable, Passed, TableLine, texts_of
from bot.workbooks.book import Cell

CELL_KIND, TOP_KIND = "chi_bo", "dang_uy"


@dataclass(slots=True)
class _Group:
    """Where the reader stands in a table: the committee and the sector that the rows below a heading belong to, the units by
    the running number and by the indent under which they came, and whether the foot of the page has begun."""

    parent: str = ""
    sector: str = ""
    top: str = ""
    tops: int = 0
    by_mark: dict[str, str] = field(default_factory=dict)
    by_indent: dict[int, str] = field(default_factory=dict)
    foot: bool = False


@dataclass(slots=True)
class LinesRead:
    entries: list[Entry] = field(default_factory=list)
    passed: list[Passed] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_lines(table: FoundTable, form: UnitsForm, sheet: str) -> LinesRead:
    """The units of a table; `sheet` is its name in places ("" where the file has but one).

    Problems: sheet_formula_without_value and sheet_cell_error, of cells in columns that are read.
    """
    found = LinesRead()
    letters = _letters(table, form)
    group = _Group()
    for line in table.lines:
        spot = UnitSpot(sheet, line.number, letters)
        cells = {_named(name, letters, table): cell for name, cell in line.cells.items()}
        _read_line(_Read(table, form, line, spot, cells), group, found)
    return found


@dataclass(frozen=True, slots=True)
class _Read:
    table: FoundTable
    form: UnitsForm
    line: TableLine
    spot: UnitSpot
    cells: Mapping[str, Cell]

    def text(self, column: str) -> str:
        return one_line(self.cells[column].text) if column in self.cells else ""


def _letters(table: FoundTable, form: UnitsForm) -> dict[str, str]:
    """The letters of the columns; a column "Loại hình" is what most of its values are, or is not read."""
    letters = dict(table.letters)
    letter = letters.pop(EITHER, "")
    if not letter:
        return letters
    said = [line.cells[EITHER].text for line in table.lines if EITHER in line.cells]
    for column in ("kind", "sector"):
        known = sum(word_code(form, column, text) is not None for text in said)
        if column not in letters and said and 2 * known >= len(said):
            return letters | {column: letter}
    return letters


def _named(meaning: str, letters: Mapping[str, str], table: FoundTable) -> str:
    if meaning != EITHER:
        return meaning
    letter = table.letters[EITHER]
    return next((name for name, at in letters.items() if at == letter), "")


def word_code(form: UnitsForm, column: str, text: str) -> str | None:
    """The code of a listed value as people write it; None where it is none."""
    known = form.values(column)
    if folded(text) in known:
        return known[folded(text)]
    if column == "kind":
        return kind_of_name(text) or None
    if column == "sector":
        rest = group_words(text)
        near = {code for word, code in known.items() if f" {word} " in f" {rest} "}
        return known.get(rest) or (near.pop() if len(near) == 1 else None)
    return None


def _read_line(read: _Read, group: _Group, found: LinesRead) -> None:
    texts = texts_of(read.line.row)
    why = _why_passed(read, texts, group)
    if why:
        found.passed.append(Passed(read.line.sheet, read.line.number, why, one_line(" ".join(texts))[:80]))
        return
    name, mark = without_mark(read.text("name") or _lone(read, texts))
    mark = running_mark(read.text(ORDER)) or mark
    kind = kind_of_name(name)
    listed = {column: word_code(read.form, column, read.text(column)) for column in LISTED}
    cells = {column: listed.get(column) or read.text(column) for column in COLUMNS if read.text(column)}
    cells |= {"name": name} if name else {}
    if group.sector and "sector" not in cells:
        cells["sector"] = group.sector
    if read.table.names_cells and not kind and read.text("members") + mark:
        kind = CELL_KIND
    parent = _place_in_groups(read, group, name, listed["kind"] or kind, mark)
    found.problems += _bad_cells(read)
    bad = {column for column, cell in read.cells.items() if cell.fault}
    cells = {column: text for column, text in cells.items() if column not in bad}
    found.entries.append(Entry(read.spot, cells, kind, "" if "parent_code" in cells else parent))


def _bad_cells(read: _Read) -> Iterator[Problem]:
    for column, cell in read.cells.items():
        if cell.fault and column in COLUMNS:
            yield Problem(read.spot.cell(column), cell.fault, {"value": cell.text})


def _lone(read: _Read, texts: Sequence[str]) -> str:
    """The one text of a row that names a unit across its columns, as a merged heading does."""
    if not read.text("code") and len(texts) == 1 and kind_of_name(without_mark(texts[0])[0]):
        return one_line(texts[0])
    return ""


def _why_passed(read: _Read, texts: Sequence[str], group: _Group) -> str:
    """Why the row is no unit, as a key of the sheet's words; "" for a unit."""
    listed = list(texts)
    name = read.text("name")
    if read.form.example(read.text("code")) or read.form.example(name):
        return "example"
    if is_total(listed) and not read.text("code"):
        return "total"
    unit = kind_of_name(without_mark(name or _lone(read, texts))[0])
    if is_foot(listed) and not unit:
        group.foot = True
    if group.foot and not unit and not read.text("code"):
        return "foot"
    data = [
        c for c in COLUMNS if c in read.cells and c not in ("name", "code") and read.text(c) not in EMPTIES
    ]
    faults = any(cell.fault for cell in read.cells.values())
    if read.text("code") or unit or faults:
        return ""
    mark = running_mark(read.text(ORDER))
    if name and (names_several(without_number(name)) or (mark == "group" and not read.table.names_cells)):
        return _heads([name], read, group)
    if not name and not data:
        return _heads(texts, read, group) if len(texts) <= 2 else "no_name"
    if not name:
        return "no_name"
    if not data and not mark and (len(texts) <= 2 or not read.table.names_cells):
        return _heads(texts, read, group)
    return ""


def _heads(texts: Sequence[str], read: _Read, group: _Group) -> str:
    """What a row of a few words is: a heading of those below, of which "Khối nông thôn" says their sector; or unclear."""
    text = max(texts, key=len)
    sector = read.form.values("sector").get(group_words(text), "")
    if not sector and not names_several(without_number(text)) and not _has_group_mark(read):
        return "unclear"
    group.sector = "" if "sector" in read.spot.letters else sector
    if names_no_superior(text):
        group.parent = ""
    return "group"


def _has_group_mark(read: _Read) -> bool:
    return running_mark(read.text(ORDER)) == "group"


def _place_in_groups(read: _Read, group: _Group, name: str, kind: str, mark: str) -> str:
    """The name of the unit that this one stands below by number, indent or heading; "" where the table does not say it."""
    if "parent_code" in read.spot.letters or not name:
        return ""
    indent = read.cells["name"].indent if "name" in read.cells else 0
    committee = kind not in ("", CELL_KIND)
    parent = group.by_mark.get(mark.rpartition(".")[0], "") if "." in mark else ""
    parent = parent or next(
        (group.by_indent[at] for at in sorted(group.by_indent, reverse=True) if at < indent), ""
    )
    if committee and _is_heading(read, mark):
        parent, group.parent, group.sector = parent or group.top, name, ""
    elif not parent and kind != TOP_KIND:
        parent = group.parent or group.top
    if kind == TOP_KIND:
        # Below two of them it is not plain whose the rest is.
        group.top = name if group.tops == 0 and not group.by_mark and not group.by_indent else ""
        group.tops += 1
    if mark and mark != "group":
        group.by_mark[mark] = name
    if committee:
        group.by_indent = {at: one for at, one in group.by_indent.items() if at < indent} | {indent: name}
    return parent if parent != name else ""


def _is_heading(read: _Read, mark: str) -> bool:
    """Whether a committee's row heads those below: numbered by "I" or "A", or with nothing but its name."""
    told = [c for c in read.cells if c in COLUMNS and c != "name" and read.text(c)]
    return mark == "group" or (not told and not mark)
