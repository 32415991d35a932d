"""A sheet that is only read, written from the top down: titles, sentences, lines of small tables."""

from collections.abc import Sequence
from typing import Any

from openpyxl.worksheet.cell_range import CellRange

from bot.workbooks.look import (
    BOLD,
    CENTRED,
    HEADING,
    HEADING_FILL,
    LABEL_FILL,
    PLAIN,
    SUBTITLE,
    TITLE,
    WRAP_LEFT,
    Value,
    height_of,
    put,
    set_paper,
    set_widths,
    style,
)


class Page:
    """`widths`: of its columns, in characters."""

    def __init__(self, sheet: Any, widths: Sequence[float]) -> None:
        self.sheet = sheet
        self.widths = widths
        self.row = 0
        sheet.sheet_view.showGridLines = False
        set_paper(sheet)
        set_widths(sheet, widths)

    def across(self, text: str, font: Any = PLAIN) -> None:
        """A sentence as wide as the page."""
        self.row += 1 if font is not SUBTITLE else 2
        cell = self.sheet.cell(self.row, 1)
        put(cell, text)
        style(cell, font, alignment=WRAP_LEFT, box=False)
        self._join(1, box=False)
        size = 1.4 if font in (TITLE, SUBTITLE) else 1.0
        self.sheet.row_dimensions[self.row].height = size * height_of((text,), (sum(self.widths),))

    def line(self, values: Sequence[Value], *, heading: bool = False, spread: bool = False) -> None:
        """A row of a table; the last of `spread` values takes the rest of the width."""
        self.row += 1
        widths = list(self.widths)
        if spread:
            widths = [*widths[: len(values) - 1], sum(widths[len(values) - 1 :])]
        for number, value in enumerate(values, start=1):
            cell = self.sheet.cell(self.row, number)
            put(cell, value)
            if heading:
                style(cell, HEADING, HEADING_FILL, CENTRED)
            elif number == 1:
                style(cell, BOLD, LABEL_FILL, WRAP_LEFT)
            else:
                style(cell, alignment=WRAP_LEFT)
        if spread:
            self._join(len(values), box=True)
        self.sheet.row_dimensions[self.row].height = height_of(values, widths)

    def _join(self, first: int, *, box: bool) -> None:
        """From this column on they are one cell, boxed as a whole. The library's own way would put every border together anew."""
        last = len(self.widths)
        if box:
            for number in range(first + 1, last + 1):
                style(self.sheet.cell(self.row, number))
        self.sheet.merged_cells.add(CellRange(None, first, self.row, last, self.row))
