"""A sheet that lists: its title, as of which day, the table with its filters, and last the sums. It is only written, row by row."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from openpyxl.cell import WriteOnlyCell

from bot.workbooks.letters import column_letter
from bot.workbooks.look import (
    BOLD,
    CENTRED,
    HEADING,
    HEADING_FILL,
    HINT,
    LABEL_FILL,
    LETTER,
    PLAIN,
    QUOTED,
    TITLE,
    TOP_CENTRED,
    WRAP_LEFT,
    Value,
    clean_text,
    height_of,
    put,
    set_paper,
    set_widths,
    style,
)

HEAD_ROW = 3
HEAD_HEIGHT, TITLE_HEIGHT = 52.0, 24.0


def write_listing(
    sheet: Any, titles: tuple[str, str], words: Mapping[str, Any], total: str, rows: Iterable[Sequence[Value]]
) -> int:
    """Fills the sheet of a workbook that is only written; answers the row of the last line (HEAD_ROW where there is none), behind
    which the sums stand.

    `words`: `columns` and their `widths`; `sums`, the columns (names or places) that are summed up; `share`, where one is a share: it, of what, of
    which whole. What is held of the rows is a line and the sums. Raises Invalid as `put` does.
    """
    columns: list[str] = words["columns"]
    sheet.freeze_panes, sheet.print_title_rows = f"A{HEAD_ROW + 1}", f"{HEAD_ROW}:{HEAD_ROW}"
    set_paper(sheet)
    set_widths(sheet, words["widths"])
    sheet._values_to_row = _as_they_are
    lines = _Lines(sheet, words["widths"])
    _write_titles(sheet, titles, columns)
    sums = _Sums(columns, words.get("sums", ()), words.get("share"))
    last = HEAD_ROW
    for last, row in enumerate(rows, start=HEAD_ROW + 1):
        lines.append(last, row)
        sums.add(row)
    sheet.auto_filter.ref = f"A{HEAD_ROW}:{column_letter(len(columns))}{last}"
    if last > HEAD_ROW and words.get("sums"):
        sheet.append([_cell(sheet, value, BOLD, LABEL_FILL) for value in sums.line(total)])
    return last


def _write_titles(sheet: Any, titles: tuple[str, str], columns: Sequence[str]) -> None:
    for number, (text, font) in enumerate(zip(titles, (TITLE, HINT), strict=True), start=1):
        cell: Any = WriteOnlyCell(sheet)
        put(cell, text)
        cell.font = font
        sheet.row_dimensions[number].height = TITLE_HEIGHT
        sheet.append([cell])
    sheet.row_dimensions[HEAD_ROW].height = HEAD_HEIGHT
    heads = [WriteOnlyCell(sheet) for _ in columns]
    for cell, text in zip(heads, columns, strict=True):
        put(cell, text)
        style(cell, HEADING, HEADING_FILL, CENTRED)
    sheet.append(heads)


def _cell(sheet: Any, value: Value, font: Any = PLAIN, fill: Any = None) -> Any:
    cell: Any = WriteOnlyCell(sheet)
    put(cell, value)
    style(cell, font, fill, WRAP_LEFT if isinstance(value, str) else TOP_CENTRED)
    return cell


class _Lines:
    """Writes the lines. A cell that has been written is used again for the next value that looks the same: to dress one takes
    longer than to write it."""

    def __init__(self, sheet: Any, widths: Sequence[float]) -> None:
        self.sheet = sheet
        self.widths = widths
        self.dressed: dict[tuple[int, type, bool], Any] = {}

    def append(self, number: int, row: Sequence[Value]) -> None:
        """A line whose texts fit is as high as any; the height of another is forgotten when it is written: thousands would be held."""
        heights, long = self.sheet.row_dimensions, self._is_long(row)
        if long:
            heights[number].height = height_of((v if isinstance(v, str) else "" for v in row), self.widths)
        self.sheet.append([self._dressed(at, value) for at, value in enumerate(row)])
        if long:
            del heights[number]

    def _is_long(self, row: Sequence[Value]) -> bool:
        pairs = zip(row, self.widths, strict=True)
        return any(isinstance(v, str) and (len(v) * LETTER > width or "\n" in v) for v, width in pairs)

    def _dressed(self, at: int, value: Value) -> Any:
        if isinstance(value, str):
            value = clean_text(value)
        key = (at, type(value), isinstance(value, str) and value[:1] in QUOTED)
        cell = self.dressed.get(key)
        if cell is None:
            cell = self.dressed[key] = _cell(self.sheet, value)
        else:
            cell._value = value  # setting `value` would look anew at what kind it is, which the key tells
        return cell


def _as_they_are(cells: Iterable[Any], row: int) -> Iterator[Any]:
    """Instead of the library's own look at each value of a row, which takes as long as writing it: they are cells, all of them."""
    for column, cell in enumerate(cells, start=1):
        cell.row, cell.column = row, column
        yield cell


class _Sums:
    def __init__(
        self, columns: Sequence[str], summed: Sequence[str | int], share: Sequence[str] | None
    ) -> None:
        self.width = len(columns)
        self.sums = {name if isinstance(name, int) else columns.index(name): 0 for name in summed}
        self.share = tuple(columns.index(name) for name in share or ())

    def add(self, row: Sequence[Value]) -> None:
        for at in self.sums:
            value = row[at]
            if isinstance(value, int):
                self.sums[at] += value

    def line(self, total: str) -> list[Value]:
        cells: list[Value] = [total, *(self.sums.get(at) for at in range(1, self.width))]
        if self.share:
            at, part, whole = self.share
            cells[at] = self.sums[part] / self.sums[whole] if self.sums[whole] else None
        return cells
