"""The two sheets of a plan's workbook that are only read: how to fill it in, and a small plan filled in."""

from collections.abc import Sequence
from typing import Any

from bot.plans.workbook.shape import TABLES, SheetTable, Words
from bot.plans.workbook.writing import Line, rows_of_example
from bot.workbooks.look import SUBTITLE, TITLE
from bot.workbooks.page import Page

GUIDE_WIDTHS = (30.0, 34.0, 44.0, 62.0)
EXAMPLE_WIDTHS = (34.0, 40.0, 40.0, 40.0, 40.0)


def draw_guide(sheet: Any, words: Words) -> None:
    texts = words.texts["guide"]
    sheet.title = words.sheets["guide"]
    page = Page(sheet, GUIDE_WIDTHS)
    page.across(texts["title"], TITLE)
    page.across(texts["about"])
    for part in ("steps", "rules"):
        page.across(texts[f"{part}_title"], SUBTITLE)
        for one in texts[part]:
            page.across(one)
    page.across(texts["due_title"], SUBTITLE)
    page.line(texts["due_headings"], heading=True)
    for operator, *rest in texts["due"]:
        page.line([words.lists["operators"][operator], *rest])
    page.across(texts["columns_title"], SUBTITLE)
    page.line(texts["columns_headings"], heading=True, spread=True)
    for table in TABLES:
        for column in table.columns:
            heading = words.heading(table, column.name) + (" *" if column.needed else "")
            page.line([words.sheets[table.name], heading, words.help(table, column.name)], spread=True)


def draw_example(sheet: Any, words: Words) -> None:
    """Each table lies on its side: its headings down the first column, a line of it in each column beside."""
    texts = words.texts["example"]
    lines = rows_of_example(words)
    page = Page(sheet, EXAMPLE_WIDTHS)
    page.across(texts["title"], TITLE)
    page.across(texts["about"])
    for table in TABLES:
        if shown := lines[table.name][: len(EXAMPLE_WIDTHS) - 1]:
            page.across(words.sheets[table.name], SUBTITLE)
            _draw_lines(page, table, shown, words)


def _draw_lines(page: Page, table: SheetTable, shown: Sequence[Line], words: Words) -> None:
    texts = words.texts["example"]
    if table.upright:
        numbers = [texts["value"]]
    else:
        numbers = [texts["entry"].format(number=number) for number in range(1, len(shown) + 1)]
    page.line(["", *numbers], heading=True)
    for column in table.columns:
        if any(column.name in line for line in shown):
            page.line([words.heading(table, column.name), *(line.get(column.name, "") for line in shown)])
