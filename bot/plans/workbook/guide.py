"""The two sheets of a plan's workbook that are only read: how to fill it in, and a small plan filled in."""

from collections.abc import Sequence
from typing import Any

from openpyxl.utils import get_column_letter

from bot.plans.workbook.look import (
    BOLD,
    CENTRED,
    DAY_FORMAT,
    HEADING,
    HEADING_FILL,
    LABEL_FILL,
    PLAIN,
    SUBTITLE,
    TITLE,
    WRAP,
    WRAP_LEFT,
    height_of,
    put,
    style,
)
from bot.plans.workbook.shape import TABLES, SheetTable, Words
from bot.plans.workbook.writing import Line, rows_of_example

GUIDE_WIDTHS = (30.0, 34.0, 44.0, 62.0)
EXAMPLE_WIDTHS = (34.0, 40.0, 40.0, 40.0, 40.0)


def draw_guide(sheet: Any, words: Words) -> None:
    texts = words.texts["guide"]
    sheet.title = words.sheets["guide"]
    paper = _Paper(sheet, GUIDE_WIDTHS)
    paper.across(texts["title"], TITLE)
    paper.across(texts["about"])
    for part in ("steps", "rules"):
        paper.across(texts[f"{part}_title"], SUBTITLE)
        for one in texts[part]:
            paper.across(one)
    paper.across(texts["due_title"], SUBTITLE)
    paper.line(texts["due_headings"], heading=True)
    for operator, *rest in texts["due"]:
        paper.line([words.lists["operators"][operator], *rest])
    paper.across(texts["columns_title"], SUBTITLE)
    paper.line(texts["columns_headings"], heading=True, spread=True)
    for table in TABLES:
        for column in table.columns:
            heading = words.heading(table, column.name) + (" *" if column.needed else "")
            paper.line([words.sheets[table.name], heading, words.help(table, column.name)], spread=True)
    paper.printed()


def draw_example(sheet: Any, words: Words) -> None:
    """Each table lies on its side: its headings down the first column, a line of it in each column beside."""
    texts = words.texts["example"]
    lines = rows_of_example(words)
    paper = _Paper(sheet, EXAMPLE_WIDTHS)
    paper.across(texts["title"], TITLE)
    paper.across(texts["about"])
    for table in TABLES:
        if shown := lines[table.name][: len(EXAMPLE_WIDTHS) - 1]:
            paper.across(words.sheets[table.name], SUBTITLE)
            _draw_lines(paper, table, shown, words)
    paper.printed()


def _draw_lines(paper: "_Paper", table: SheetTable, shown: Sequence[Line], words: Words) -> None:
    texts = words.texts["example"]
    if table.upright:
        numbers = [texts["value"]]
    else:
        numbers = [texts["entry"].format(number=number) for number in range(1, len(shown) + 1)]
    paper.line(["", *numbers], heading=True)
    for column in table.columns:
        if any(column.name in line for line in shown):
            paper.line([words.heading(table, column.name), *(line.get(column.name, "") for line in shown)])


class _Paper:
    """A sheet that is written from the top down."""

    def __init__(self, sheet: Any, widths: Sequence[float]) -> None:
        self.sheet = sheet
        self.widths = widths
        self.row = 0
        sheet.sheet_view.showGridLines = False
        for number, width in enumerate(widths, start=1):
            sheet.column_dimensions[get_column_letter(number)].width = width

    def across(self, text: str, font: Any = PLAIN) -> None:
        self.row += 1 if font is not SUBTITLE else 2
        cell = self.sheet.cell(self.row, 1)
        put(cell, text)
        cell.font, cell.alignment = font, WRAP
        self.sheet.merge_cells(
            start_row=self.row, end_row=self.row, start_column=1, end_column=len(self.widths)
        )
        size = 1.4 if font in (TITLE, SUBTITLE) else 1.0
        self.sheet.row_dimensions[self.row].height = size * height_of((text, sum(self.widths)))

    def line(self, values: Sequence[Any], *, heading: bool = False, spread: bool = False) -> None:
        """A row of a table; the last of `spread` values takes the rest of the width."""
        self.row += 1
        widths = list(self.widths)
        if spread:
            widths = [*widths[: len(values) - 1], sum(widths[len(values) - 1 :])]
        for number, value in enumerate(values, start=1):
            cell = self.sheet.cell(self.row, number)
            put(cell, value)
            style(cell, HEADING if heading else BOLD if number == 1 else PLAIN)
            if heading:
                cell.fill, cell.alignment = HEADING_FILL, CENTRED
            elif number == 1:
                cell.fill = LABEL_FILL
            if cell.is_date:
                cell.number_format, cell.alignment = DAY_FORMAT, WRAP_LEFT
        texts = [(str(value), width) for value, width in zip(values, widths, strict=False)]
        if spread:
            at = {"start_row": self.row, "end_row": self.row, "start_column": len(values)}
            self.sheet.merge_cells(**at, end_column=len(self.widths))
        self.sheet.row_dimensions[self.row].height = height_of(*texts)

    def printed(self) -> None:
        self.sheet.page_setup.orientation = "landscape"
        self.sheet.page_setup.paperSize = self.sheet.PAPERSIZE_A4
        self.sheet.page_setup.fitToHeight = 0
        self.sheet.sheet_properties.pageSetUpPr.fitToPage = True
