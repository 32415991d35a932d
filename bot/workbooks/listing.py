"""A sheet that lists: its title, as of which day, the table with its filters, and last the sums. It is only written, row by row."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from xml.sax.saxutils import escape

from openpyxl.cell import WriteOnlyCell
from openpyxl.xml.functions import fromstring

from bot.workbooks.book import CALENDAR_START
from bot.workbooks.letters import column_letter
from bot.workbooks.look import (
    BOLD,
    CENTRED,
    HEADING,
    HEADING_FILL,
    HINT,
    LABEL_FILL,
    PLAIN,
    QUOTED,
    TITLE,
    TOP_CENTRED,
    WRAP_LEFT,
    Value,
    clean_text,
    height_of_lines,
    lines_of,
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
    _write_titles(sheet, titles, columns)
    lines = _Lines(sheet, words["widths"])
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
    """Writes each line as XML of its own: the library would build, dress and look at every cell, which takes many times as long."""

    def __init__(self, sheet: Any, widths: Sequence[float]) -> None:
        self.sheet = sheet
        self.widths = widths
        self.letters = [column_letter(number) for number in range(1, len(widths) + 1)]
        self.styles: dict[tuple[type, bool], int] = {}
        """By what a value is, and whether it begins as a formula would."""
        library = sheet._writer.write_row
        sheet._writer.write_row = lambda out, row, number: (
            out.write(fromstring(row)) if isinstance(row, str) else library(out, row, number)
        )

    def append(self, number: int, row: Sequence[Value]) -> None:
        values = [clean_text(value) if isinstance(value, str) else value for value in row]
        lines = lines_of(values, self.widths)
        height = f' ht="{height_of_lines(lines)}" customHeight="1"' if lines > 1 else ""
        cells = "".join(
            f'<c r="{letter}{number}" s="{self._style(value)}"{_content(value)}</c>'
            for letter, value in zip(self.letters, values, strict=True)
        )
        self.sheet._rows.send(f'<row r="{number}"{height}>{cells}</row>')

    def _style(self, value: Value) -> int:
        key = (type(value), isinstance(value, str) and value[:1] in QUOTED)
        if key not in self.styles:
            self.styles[key] = _cell(self.sheet, value).style_id
        return self.styles[key]


def _content(value: Value) -> str:
    """The rest of a cell's tag, and what stands in it."""
    if value is None or value == "":
        return ">"
    if isinstance(value, str):
        kept = ' xml:space="preserve"' if value != value.strip() else ""
        return f' t="inlineStr"><is><t{kept}>{escape(value)}</t></is>'
    number = (value - CALENDAR_START).days if isinstance(value, date) else value
    return f' t="n"><v>{number!r}</v>'


def _as_they_are(row: Any, number: int) -> Any:
    """Instead of the library's own look at each value of a row: they are cells, all of them, or the XML of a line."""
    return row if isinstance(row, str) else _numbered(row, number)


def _numbered(cells: Iterable[Any], row: int) -> Iterator[Any]:
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
