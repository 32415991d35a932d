"""Whatever stands in a workbook of ours is what was put there: no text becomes a formula, one look, drop-downs from a hidden sheet."""

import ast
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.datavalidation import DataValidation

from bot.problems import Invalid
from bot.workbooks.book import read_book
from bot.workbooks.look import DAY_FORMAT, LONGEST, NUMBER_FORMAT, SHARE_FORMAT, TEXT_FORMAT, Value
from bot.workbooks.page import Page
from bot.workbooks.table import ColumnHead, Lists, add_rule, write_table
from tests.kit.places import ROOT

HEADS = [
    ColumnHead("Tên", 20, needed=True),
    ColumnHead("Ngày", 12, number_format=DAY_FORMAT),
    ColumnHead("Tỷ lệ", 10),
]
DAY = date(2022, 4, 30)


def written(path: Path, rows: list[list[Value]], *, write_only: bool) -> Any:
    book = Workbook(write_only=write_only)
    sheet = book.create_sheet("Bảng") if write_only else book.worksheets[0]
    assert write_table(sheet, HEADS, rows) == 1 + len(rows)
    book.save(path)
    return load_workbook(path).worksheets[0]


@pytest.mark.parametrize("write_only", [True, False])
def test_no_text_is_run_and_none_is_lost(tmp_path: Path, write_only: bool) -> None:
    texts = [
        "=1+1",
        '=HYPERLINK("http://x")',
        "+84",
        "-5",
        "@ai",
        "'nháy",
        "#REF!",
        "007",
        "Chi bo\u0323^\x07",
    ]
    sheet = written(tmp_path / "a.xlsx", [[text, None, None] for text in texts], write_only=write_only)
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert [cell.value for cell in cells] == [*texts[:-1], "Chi bọ^"]
    assert {cell.data_type for cell in cells} == {"s"}
    assert {cell.number_format for cell in cells} == {TEXT_FORMAT}
    assert [bool(cell.quotePrefix) for cell in cells] == [True] * 6 + [False] * 3
    (read,) = read_book(tmp_path / "a.xlsx")
    assert [read.rows[row][1].text for row in range(2, 2 + len(texts))] == [*texts[:-1], "Chi bọ^"]


@pytest.mark.parametrize("write_only", [True, False])
def test_values_look_like_what_they_are_and_blanks_wait_for_theirs(tmp_path: Path, write_only: bool) -> None:
    sheet = written(tmp_path / "a.xlsx", [["A", DAY, 0.5], [3, None, None]], write_only=write_only)
    shown = [[cell.number_format for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert shown == [[TEXT_FORMAT, DAY_FORMAT, SHARE_FORMAT], [NUMBER_FORMAT, DAY_FORMAT, TEXT_FORMAT]]
    assert [cell.value for cell in sheet[1]] == ["Tên *", "Ngày", "Tỷ lệ"]
    assert sheet["A1"].fill.fgColor.rgb != sheet["B1"].fill.fgColor.rgb
    assert (sheet.freeze_panes, sheet.print_title_rows) == ("A2", "$1:$1")
    assert [sheet.column_dimensions[letter].width for letter in "ABC"] == [20, 12, 10]
    assert sheet.page_setup.fitToHeight == 0


def test_a_long_text_has_the_height_it_takes_and_an_empty_row_grows_by_itself(tmp_path: Path) -> None:
    sheet = written(tmp_path / "a.xlsx", [["dài " * 40, None, None], [None] * 3], write_only=False)
    assert sheet.row_dimensions[2].height > 4 * 15
    assert sheet.row_dimensions[3].height is None


def test_more_than_a_cell_holds_is_refused_by_its_heading(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as caught:
        written(tmp_path / "a.xlsx", [["x" * (LONGEST + 1), None, None]], write_only=False)
    assert (caught.value.code, caught.value.facts) == (
        "sheet_cell_too_long",
        {"field": "Tên", "limit": LONGEST},
    )


def test_a_drop_down_offers_from_a_hidden_sheet_each_list_once(tmp_path: Path) -> None:
    book = Workbook()
    lists = Lists(book.create_sheet("Danh mục"))
    for column in (1, 2):
        source = lists.source(["Có", "=Không"])
        add_rule(book.active, DataValidation(type="list", formula1=source), column, 2, 9)
    book.save(tmp_path / "a.xlsx")
    read = load_workbook(tmp_path / "a.xlsx")
    hidden = read["Danh mục"]
    assert hidden.sheet_state == "hidden"
    assert [[cell.value for cell in row] for row in hidden.iter_rows()] == [["Có"], ["=Không"]]
    assert hidden["A2"].data_type == "s"
    rules = read.worksheets[0].data_validations.dataValidation
    assert {str(rule.sqref): rule.formula1 for rule in rules} == {
        "A2:A9": "'Danh mục'!$A$1:$A$2",
        "B2:B9": "'Danh mục'!$A$1:$A$2",
    }


def test_a_page_is_as_wide_as_its_columns() -> None:
    sheet: Any = Workbook().active
    page = Page(sheet, (10, 20, 30))
    page.across("=Tiêu đề")
    page.line(["a", DAY, "c"])
    page.line(["a", "b"], spread=True)
    assert sheet["A1"].data_type == "s"
    assert sheet["B2"].number_format == DAY_FORMAT
    assert {str(one) for one in sheet.merged_cells.ranges} == {"A1:C1", "B3:C3"}


def test_cells_are_written_and_drawn_in_one_room_alone() -> None:
    """Whoever sets a value or a look past it may let a text be run."""
    found = {
        path.relative_to(ROOT).as_posix()
        for top in ("bot", "handlers", "schedules")
        for path in (ROOT / top).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith(("openpyxl.cell", "openpyxl.styles"))
    }
    assert found == {f"bot/workbooks/{name}.py" for name in ("listing", "look", "table")}
