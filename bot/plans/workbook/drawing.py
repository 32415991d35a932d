"""Draws a plan's workbook: headings that stay in sight, drop-downs, and the lines of the plan below them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.datavalidation import DataValidation

from bot.plans.workbook.guide import draw_example, draw_guide
from bot.plans.workbook.shape import DUTIES, TABLES, TOPICS, VARIANTS, Column, Form, SheetTable, Words
from bot.plans.workbook.writing import Line
from bot.workbooks.look import (
    BOLD,
    DAY_FORMAT,
    HINT,
    INPUT_FILL,
    LABEL_FILL,
    NUMBER_FORMAT,
    TEXT_FORMAT,
    WRAP_LEFT,
    height_of,
    put,
    set_paper,
    set_widths,
    style,
)
from bot.workbooks.table import ColumnHead, Lists, add_rule, cells_of, write_table

SPARE_ROWS = 40
LAST_ROW = 1000
WIDTHS: Mapping[Form, float] = {
    "text": 30, "prose": 60, "title": 50, "words": 60, "key": 16, "day": 14, "period": 24, "within": 20, "days": 10,
    "yes": 14, "moment": 34, "choice": 22, "choices": 24, "codes": 18, "texts": 30, "part": 26, "topic": 26,
    "topics": 26, "variant": 18, "thing": 24, "agenda": 32, "ladder": 22,
}  # fmt: skip
WIDE = {"title": 50, "symbol": 18, "type": 20, "why": 70, "field": 40, "phase": 16}
UPRIGHT_WIDTHS = (32, 62, 62)
FORMATS: Mapping[Form, str] = {"day": DAY_FORMAT, "days": NUMBER_FORMAT}
LIMITS = {"title": 32, "prompt": 255}


def draw_workbook(path: Path, words: Words, lines: Mapping[str, Sequence[Line]]) -> None:
    """Writes the workbook to `path`: `lines` of each table by its name, and some empty ones to fill in."""
    book = Workbook()
    draw_guide(book.active, words)
    sheets = {table.name: book.create_sheet(words.sheets[table.name]) for table in TABLES}
    draw_example(book.create_sheet(words.sheets["example"]), words)
    lists = Lists(book.create_sheet(words.sheets["lists"]))
    for table in TABLES:
        draw = _draw_upright if table.upright else _draw_table
        draw(sheets[table.name], table, lines.get(table.name, ()), words, lists)
    book.save(path)


def _draw_table(sheet: Any, table: SheetTable, lines: Sequence[Line], words: Words, lists: Lists) -> None:
    heads = [
        ColumnHead(words.heading(table, column.name), _width(column), column.needed, _number_format(column))
        for column in table.columns
    ]
    rows = [[line.get(column.name) for column in table.columns] for line in [*lines, *[{}] * SPARE_ROWS]]
    last = write_table(sheet, heads, rows, pinned="C2" if table in (TOPICS, DUTIES) else "A2")
    for number, column in enumerate(table.columns, start=1):
        add_rule(sheet, _offer(table, column, words, lists), number, 2, max(LAST_ROW, last))


def _draw_upright(sheet: Any, table: SheetTable, lines: Sequence[Line], words: Words, lists: Lists) -> None:
    """A heading and its one value beside it, and what is meant by it."""
    line = lines[0] if lines else {}
    sheet.freeze_panes = "B1"
    set_widths(sheet, UPRIGHT_WIDTHS)
    set_paper(sheet)
    for row, column in enumerate(table.columns, start=1):
        heading, note = words.heading(table, column.name), words.help(table, column.name)
        label, value, hint = (sheet.cell(row, number) for number in (1, 2, 3))
        style(label, BOLD, LABEL_FILL)
        style(value, fill=INPUT_FILL, alignment=WRAP_LEFT)
        style(hint, HINT, box=False)
        value.number_format = _number_format(column)
        put(label, heading + (" *" if column.needed else ""))
        put(value, line.get(column.name), heading)
        put(hint, note)
        sheet.row_dimensions[row].height = height_of(("\n", line.get(column.name, ""), note), UPRIGHT_WIDTHS)
        add_rule(sheet, _offer(table, column, words, lists), 2, row, row)


def _width(column: Column) -> float:
    return WIDE.get(column.name, WIDTHS[column.form])


def _number_format(column: Column) -> str:
    return FORMATS.get(column.form, TEXT_FORMAT)


def _offer(table: SheetTable, column: Column, words: Words, lists: Lists) -> DataValidation:
    """The column's help when one of its cells is chosen, and what may be chosen in it."""
    source = _source(table, column, words, lists)
    title = words.heading(table, column.name)[: LIMITS["title"]]
    return DataValidation(
        type="list" if source else None,
        formula1=source,
        allow_blank=True,
        showInputMessage=True,
        promptTitle=title,
        prompt=words.help(table, column.name)[: LIMITS["prompt"]],
        showErrorMessage=bool(source) and column.form in ("choice", "part", "yes"),
        errorTitle=title,
        error=str(words.texts["choose"])[: LIMITS["prompt"]],
    )


def _source(table: SheetTable, column: Column, words: Words, lists: Lists) -> str | None:
    if column.form in ("topic", "topics"):
        return cells_of(words.sheets["topics"], 2, 2, LAST_ROW)
    if column.form == "variant":
        key = VARIANTS.columns.index(VARIANTS.column("key")) + 1
        return cells_of(words.sheets["variants"], key, 2, LAST_ROW)
    offered = words.suggested.get(table.name, {}).get(column.name) or list(words.labels(column).values())
    if column.form == "yes":
        offered = list(words.lists["yes"].values())
    return lists.source(offered) if offered else None
