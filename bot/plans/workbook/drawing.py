"""Draws a plan's workbook: headings that stay in sight, drop-downs, and the lines of the plan below them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from bot.plans.workbook.guide import draw_example, draw_guide
from bot.plans.workbook.look import (
    BOLD,
    BOX,
    CENTRED,
    DAY_FORMAT,
    HEADING,
    HEADING_FILL,
    HINT,
    INPUT_FILL,
    LABEL_FILL,
    NEEDED_FILL,
    NUMBER_FORMAT,
    TEXT_FORMAT,
    WRAP,
    WRAP_LEFT,
    height_of,
    put,
    style,
)
from bot.plans.workbook.shape import DUTIES, TABLES, TOPICS, VARIANTS, Column, Form, SheetTable, Words
from bot.plans.workbook.writing import Line

SPARE_ROWS = 40
LAST_ROW = 1000
WIDTHS: Mapping[Form, float] = {
    "text": 30, "prose": 60, "title": 50, "words": 60, "key": 16, "day": 14, "period": 24, "within": 20, "days": 10,
    "yes": 14, "moment": 34, "choice": 22, "choices": 24, "codes": 18, "texts": 30, "part": 26, "topic": 26,
    "topics": 26, "variant": 18, "thing": 24, "agenda": 32, "ladder": 22,
}  # fmt: skip
WIDE = {"title": 50, "symbol": 18, "type": 20, "why": 70, "field": 40, "phase": 16}
OPEN = ("choices", "agenda", "ladder")
LIMITS = {"title": 32, "prompt": 255}


def draw_workbook(path: Path, words: Words, lines: Mapping[str, Sequence[Line]]) -> None:
    """Writes the workbook to `path`: `lines` of each table by its name, and some empty ones to fill in."""
    book = Workbook()
    draw_guide(book.active, words)
    sheets = {table.name: book.create_sheet(words.sheets[table.name]) for table in TABLES}
    draw_example(book.create_sheet(words.sheets["example"]), words)
    lists = _Lists(book.create_sheet(words.sheets["lists"]), words)
    for table in TABLES:
        given = lines.get(table.name, ())
        if table.upright:
            _draw_upright(sheets[table.name], table, given[0] if given else {}, words, lists)
        else:
            _draw_table(sheets[table.name], table, given, words, lists)
    book.save(path)


def _draw_table(sheet: Any, table: SheetTable, lines: Sequence[Line], words: Words, lists: "_Lists") -> None:
    sheet.freeze_panes = "C2" if table in (TOPICS, DUTIES) else "A2"
    last = 1 + len(lines) + SPARE_ROWS
    for number, column in enumerate(table.columns, start=1):
        heading = words.heading(table, column.name)
        top = sheet.cell(1, number)
        put(top, heading + (" *" if column.needed else ""))
        top.font, top.alignment, top.border = HEADING, CENTRED, BOX
        top.fill = NEEDED_FILL if column.needed else HEADING_FILL
        letter = get_column_letter(number)
        _format(sheet.column_dimensions[letter], column)
        sheet.column_dimensions[letter].width = width_of(column)
        for row in range(2, last + 1):
            cell = sheet.cell(row, number)
            style(cell)
            cell.number_format = _number_format(column)
            if row - 2 < len(lines):
                put(cell, lines[row - 2].get(column.name), heading)
        _offer(sheet, table, column, f"{letter}2:{letter}{max(LAST_ROW, last)}", words, lists)
    sheet.row_dimensions[1].height = 52
    for row, line in enumerate(lines, start=2):
        texts = [(str(line.get(column.name, "")), width_of(column)) for column in table.columns]
        sheet.row_dimensions[row].height = height_of(*texts)
    _printed(sheet, rows="1:1")


def _draw_upright(sheet: Any, table: SheetTable, line: Line, words: Words, lists: "_Lists") -> None:
    for letter, width in (("A", 32), ("B", 62), ("C", 62)):
        sheet.column_dimensions[letter].width = width
    for row, column in enumerate(table.columns, start=1):
        heading, note = words.heading(table, column.name), words.help(table, column.name)
        cells = [sheet.cell(row, number) for number in (1, 2, 3)]
        put(cells[0], heading + (" *" if column.needed else ""))
        put(cells[1], line.get(column.name), heading)
        put(cells[2], note)
        style(cells[0], BOLD, LABEL_FILL)
        style(cells[1], fill=INPUT_FILL)
        style(cells[2], HINT, box=False)
        cells[1].number_format = _number_format(column)
        cells[1].alignment = WRAP_LEFT
        sheet.row_dimensions[row].height = height_of(
            (note, 62), (str(line.get(column.name, "")), 62), ("\n", 32)
        )
        _offer(sheet, table, column, f"B{row}", words, lists)
    sheet.freeze_panes = "B1"
    _printed(sheet)


def width_of(column: Column) -> float:
    return WIDE.get(column.name, WIDTHS[column.form])


def _number_format(column: Column) -> str:
    return {"day": DAY_FORMAT, "days": NUMBER_FORMAT}.get(column.form, TEXT_FORMAT)


def _format(dimension: Any, column: Column) -> None:
    dimension.number_format = _number_format(column)
    dimension.alignment = WRAP


def _printed(sheet: Any, rows: str | None = None) -> None:
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    if rows:
        sheet.print_title_rows = rows


def _offer(sheet: Any, table: SheetTable, column: Column, cells: str, words: Words, lists: "_Lists") -> None:
    """The column's help when one of its cells is chosen, and what may be chosen in it."""
    source = lists.source(table, column)
    offer = DataValidation(type="list" if source else None, formula1=source, allow_blank=True)
    offer.showInputMessage = True
    offer.promptTitle = words.heading(table, column.name)[: LIMITS["title"]]
    offer.prompt = words.help(table, column.name)[: LIMITS["prompt"]]
    offer.showErrorMessage = bool(source) and column.form in ("choice", "part", "yes")
    offer.errorTitle = offer.promptTitle
    offer.error = str(words.texts["choose"])[: LIMITS["prompt"]]
    offer.add(cells)
    sheet.add_data_validation(offer)


class _Lists:
    """The hidden sheet with what the drop-downs offer, a column for each list."""

    def __init__(self, sheet: Any, words: Words) -> None:
        self.sheet = sheet
        self.words = words
        self.sources: dict[tuple[str, ...], str] = {}
        sheet.sheet_state = "hidden"

    def source(self, table: SheetTable, column: Column) -> str | None:
        if column.form in ("topic", "topics"):
            return f"='{self.words.sheets['topics']}'!$B$2:$B${LAST_ROW}"
        if column.form == "variant":
            letter = get_column_letter(VARIANTS.columns.index(VARIANTS.column("key")) + 1)
            return f"='{self.words.sheets['variants']}'!${letter}$2:${letter}${LAST_ROW}"
        offered = self._offered(table, column)
        return self._written(tuple(offered)) if offered else None

    def _offered(self, table: SheetTable, column: Column) -> Sequence[str]:
        if column.form == "yes":
            return list(self.words.lists["yes"].values())
        suggested = self.words.suggested.get(table.name, {}).get(column.name)
        return suggested or list(self.words.labels(column).values())

    def _written(self, offered: tuple[str, ...]) -> str:
        if offered not in self.sources:
            number = len(self.sources) + 1
            letter = get_column_letter(number)
            for row, label in enumerate(offered, start=1):
                put(self.sheet.cell(row, number), label)
            name = self.words.sheets["lists"]
            self.sources[offered] = f"='{name}'!${letter}$1:${letter}${len(offered)}"
        return self.sources[offered]
