"""A sheet that is one table: headings that stay in sight, the rows below them, and what may be chosen in a column."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl.cell import WriteOnlyCell
from openpyxl.utils import quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation

from bot.workbooks.letters import column_letter
from bot.workbooks.look import (
    CENTRED,
    HEADING,
    HEADING_FILL,
    NEEDED_FILL,
    TEXT_FORMAT,
    WRAP,
    Value,
    height_of,
    put,
    set_paper,
    set_widths,
    style,
)

HEAD_HEIGHT = 52


@dataclass(frozen=True, slots=True)
class ColumnHead:
    """A column's heading; its width in characters; the number format of what is typed below it."""

    text: str
    width: float
    needed: bool = False
    number_format: str = TEXT_FORMAT


def write_table(
    sheet: Any, heads: Sequence[ColumnHead], rows: Iterable[Sequence[Value]], pinned: str = "A2"
) -> int:
    """Fills an empty sheet, also one of a workbook that is only written; gives the number of its last row.

    Raises Invalid as `put` does. A row of nothing is drawn to be filled in, and grows by itself.
    """
    sheet.freeze_panes, sheet.print_title_rows = pinned, "1:1"
    set_paper(sheet)
    widths = [head.width for head in heads]
    set_widths(sheet, widths)
    for number, head in enumerate(heads, start=1):
        dimension = sheet.column_dimensions[column_letter(number)]
        dimension.number_format, dimension.alignment = head.number_format, WRAP
    sheet.row_dimensions[1].height = HEAD_HEIGHT
    sheet.append([_heading(sheet, head) for head in heads])
    last = 1
    for last, row in enumerate(rows, start=2):
        if any(value is not None for value in row):
            sheet.row_dimensions[last].height = height_of(("" if v is None else v for v in row), widths)
        sheet.append([_cell(sheet, head, value) for head, value in zip(heads, row, strict=True)])
    return last


def _heading(sheet: Any, head: ColumnHead) -> Any:
    cell: Any = WriteOnlyCell(sheet)
    put(cell, f"{head.text} *" if head.needed else head.text)
    style(cell, HEADING, NEEDED_FILL if head.needed else HEADING_FILL, CENTRED)
    return cell


def _cell(sheet: Any, head: ColumnHead, value: Value) -> Any:
    cell: Any = WriteOnlyCell(sheet)
    style(cell)
    cell.number_format = head.number_format
    put(cell, value, head.text)
    return cell


class Lists:
    """The hidden sheet with what drop-downs offer, a column for each list: a list inside of a rule may have but 255 characters."""

    def __init__(self, sheet: Any) -> None:
        self.sheet = sheet
        self.sources: dict[tuple[str, ...], str] = {}
        sheet.sheet_state = "hidden"

    def source(self, offered: Sequence[str]) -> str:
        """Where these stand, as a rule names it."""
        known = tuple(offered)
        if known not in self.sources:
            number = len(self.sources) + 1
            for row, label in enumerate(known, start=1):
                put(self.sheet.cell(row, number), label)
            self.sources[known] = cells_of(self.sheet.title, number, 1, len(known))
        return self.sources[known]


def cells_of(title: str, column: int, first: int, last: int) -> str:
    """The cells of a column of the sheet of this title, as a rule names them."""
    letter = column_letter(column)
    return f"{quote_sheetname(title)}!${letter}${first}:${letter}${last}"


def add_rule(sheet: Any, rule: DataValidation, column: int, first: int, last: int) -> None:
    """Holds these cells of a column to the rule."""
    letter = column_letter(column)
    rule.add(f"{letter}{first}:{letter}{last}")
    sheet.add_data_validation(rule)
