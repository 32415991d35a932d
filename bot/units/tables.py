"""Finds the tables of units in a sheet, wherever they stand, and parts their rows; no row that holds anything is lost."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from bot.reading.unit_lines import is_numbering, lists_cells
from bot.reading.unit_words import folded, kind_of_name, one_line
from bot.units.columns import WITHIN, Heading, read_headings
from bot.units.form import UnitsForm
from bot.workbooks.book import Cell, WorkSheet
from bot.workbooks.letters import column_letter

HEADER_WITHIN = 300
"""So many rows with content are looked through for a heading."""
MOST_HEADER_ROWS = 4
SPREAD = ("parent_code", "kind", "sector", "meeting_day", "meeting_shift")
"""One cell merged over several rows stands for each of them in these columns; a number of members would be a sum."""


@dataclass(frozen=True, slots=True)
class Passed:
    """A row that holds something and is not read as a unit: `why` is a key of the sheet's words, `text` what it begins with."""

    sheet: str
    number: int
    why: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class TableLine:
    """A row below a heading; its cells by what their columns mean, and all that stands in it."""

    sheet: str
    number: int
    cells: Mapping[str, Cell]
    row: Mapping[int, Cell]


@dataclass(slots=True)
class FoundTable:
    """The rows below one heading. `letters` says where each column stands, `unread` names columns with content that mean
    nothing here, `above` holds the texts over the table, `names_cells` whether the heading, or the title, says that they are chi bộ."""

    sheet: str
    headings: Sequence[Heading]
    above: list[str]
    lines: list[TableLine] = field(default_factory=list)

    @property
    def letters(self) -> dict[str, str]:
        return {h.meaning: column_letter(h.column) for h in self.headings if h.meaning}

    @property
    def names_cells(self) -> bool:
        named = [folded(h.text) for h in self.headings if h.meaning == "name"]
        if not named or "dang bo" in named[0]:
            return False
        return "chi bo" in named[0] or any(lists_cells(text) for text in self.above)

    @property
    def unread(self) -> list[str]:
        read = {h.column for h in self.headings if h.meaning}
        texts = {h.column: one_line(h.text) for h in self.headings}
        used = {column for line in self.lines for column in line.row}
        return [texts.get(column) or column_letter(column) for column in sorted(used - read)]


@dataclass(frozen=True, slots=True)
class _Header:
    first: int
    last: int
    headings: list[Heading]


def find_tables(sheet: WorkSheet, form: UnitsForm) -> tuple[list[FoundTable], list[Passed]]:
    """The tables of the sheet, and its rows that belong to none of their bodies. A heading that comes again, as on each
    printed page, goes on with its table."""
    tables: list[FoundTable] = []
    passed: list[Passed] = []
    above: list[str] = []
    numbers, looked = sorted(sheet.rows), 0
    at = 0
    while at < len(numbers):
        number = numbers[at]
        header = _header(sheet, numbers[at:], form) if looked < HEADER_WITHIN or tables else None
        if header is not None and tables and not _is_another(tables[-1].headings, header.headings):
            header = None
        looked += 1
        if header is not None:
            again = bool(tables) and _texts(tables[-1].headings) == _texts(header.headings)
            for one in (n for n in numbers[at:] if n <= header.last):
                passed.append(_passed(sheet, one, "header"))
                at += 1
            if not again:
                tables.append(FoundTable(sheet.title, header.headings, above))
        elif not tables:
            above.extend(texts_of(sheet.rows[number]))
            passed.append(_passed(sheet, number, "title"))
            at += 1
        elif is_numbering(texts_of(sheet.rows[number])):
            passed.append(_passed(sheet, number, "numbering"))
            at += 1
        else:
            tables[-1].lines.append(_line(sheet, number, tables[-1].headings))
            at += 1
    _spread(sheet, tables)
    return tables, passed


def _is_another(old: Sequence[Heading], new: Sequence[Heading]) -> bool:
    """Below a table a row must say more to be a heading: a unit may be called "Đơn vị" and be of the kind "Đảng bộ"."""
    return _texts(old) == _texts(new) or sum(bool(h.meaning) for h in new) > 2


def _passed(sheet: WorkSheet, number: int, why: str) -> Passed:
    return Passed(sheet.title, number, why, one_line(" ".join(texts_of(sheet.rows[number])))[:80])


def _texts(headings: Sequence[Heading]) -> list[tuple[int, str]]:
    return [(h.column, folded(h.text)) for h in headings]


def _line(sheet: WorkSheet, number: int, headings: Sequence[Heading]) -> TableLine:
    row = sheet.rows[number]
    return TableLine(
        sheet.title,
        number,
        {h.meaning: row[h.column] for h in headings if h.meaning and h.column in row},
        row,
    )


def _header(sheet: WorkSheet, numbers: Sequence[int], form: UnitsForm) -> _Header | None:
    """The heading that begins with the first of these rows, of one row or of several."""
    first, *following = numbers[:MOST_HEADER_ROWS]
    if _holds_data(sheet.rows[first]):
        return None
    rows = [first]
    found: _Header | None = None
    while True:
        headings = read_headings(_heading_texts(sheet, rows), form)
        if headings is not None:
            found = _better(found, _Header(first, rows[-1], headings))
        if not following or not _continues(sheet, rows, following[0]):
            return found
        rows.append(following.pop(0))


def _better(old: _Header | None, new: _Header) -> _Header:
    if old is None:
        return new
    count = [sum(bool(h.meaning) for h in one.headings) for one in (old, new)]
    return replace(new, first=old.first) if count[1] >= count[0] else old


def _holds_data(row: Mapping[int, Cell]) -> bool:
    """Headings are words: a number, or a name that goes on after "Chi bộ" beside one, is a unit's row."""
    texts = texts_of(row)
    return any(cell.serial is not None and len(texts) > 1 for cell in row.values()) and not is_numbering(
        texts
    )


def _continues(sheet: WorkSheet, rows: Sequence[int], number: int) -> bool:
    """Whether this row is the lower part of a heading: it lies within cells merged with it, or holds only words below
    columns that the upper part leaves open or shares out."""
    if number != rows[-1] + 1:
        return False
    row, upper = sheet.rows[number], sheet.rows[rows[-1]]
    if _holds_data(row) or any(_is_unit(cell.text) for cell in row.values()):
        return False
    tall = [m for m in sheet.merged if m[0] <= rows[-1] and m[2] >= number and m[0] >= rows[0]]
    if tall:
        return True
    wide = {c for m in sheet.merged if m[0] == rows[-1] and m[3] > m[1] for c in range(m[1], m[3] + 1)}
    if len(upper) == 1 and len(row) > 1:
        return bool(wide) and len(wide) < len(row) + 1
    return all(
        column in wide or column not in upper or (column + 1 in row and column + 1 not in upper)
        for column in row
    )


def _is_unit(text: str) -> bool:
    return bool(kind_of_name(text)) and len(folded(text).split()) > 3


def _heading_texts(sheet: WorkSheet, rows: Sequence[int]) -> dict[int, str]:
    """The text of each column: its own words after those above it, where a cell is shared out among several columns."""
    texts: dict[int, str] = {}
    columns = sorted({column for number in rows for column in sheet.rows[number]})
    for number in rows:
        row = {column: cell.text for column, cell in sheet.rows[number].items()}
        for top, left, _, right in sheet.merged:
            if top == number and left in row:
                row |= {c: row[left] for c in range(left, right + 1) if c not in row and c in columns}
        if number != rows[-1]:
            row = _shared_out(row, columns, sheet.rows[rows[-1]])
        for column, text in row.items():
            old = texts.get(column, "")
            texts[column] = text if not old or old == text else f"{old}{WITHIN}{text}"
    return texts


def _shared_out(row: dict[int, str], columns: Sequence[int], below: Mapping[int, Cell]) -> dict[int, str]:
    """Cells left empty beside a word above stand under it, if both have words below them."""
    whole = dict(row)
    for left, column in pairwise(columns):
        if column not in whole and left in whole and left in below and column in below:
            whole[column] = whole[left]
    return whole


def _spread(sheet: WorkSheet, tables: Sequence[FoundTable]) -> None:
    """Gives a cell that is merged over several rows to each of them."""
    for table in tables:
        places = {h.column: h.meaning for h in table.headings if h.meaning in SPREAD}
        lent: dict[int, dict[str, Cell]] = {}
        for top, left, bottom, right in sheet.merged:
            cell = sheet.rows.get(top, {}).get(left)
            if left == right and left in places and bottom > top and cell is not None:
                for number in range(top + 1, bottom + 1):
                    lent.setdefault(number, {})[places[left]] = cell
        if lent:
            table.lines = [
                replace(line, cells={**lent.get(line.number, {}), **line.cells}) for line in table.lines
            ]


def rows_of(sheet: WorkSheet, why: str) -> Iterator[Passed]:
    """Every row of a sheet that is not read."""
    for number in sorted(sheet.rows):
        yield _passed(sheet, number, why)


def texts_of(row: Mapping[int, Cell]) -> list[str]:
    """What stands in the cells of a row, from the left."""
    return [cell.text for _, cell in sorted(row.items()) if cell.text]
