"""`python -m bot units …`: a form, the tree in it, a unit closed, merged and opened again; what is refused writes nothing."""

from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import select
from typer.testing import CliRunner

from bot import __main__ as main
from bot.store.db import connect_database
from bot.tables import Unit
from tests.kit.places import ROOT

UNITS = ROOT / "templates/demo/units.csv"


@pytest.fixture
def url(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("FILES_URL", str(tmp_path / "files"))
    monkeypatch.delenv("TELEGRAM_TOKEN", raising=False)
    return database_url


def run(*words: str | Path, code: int = 0) -> str:
    result = CliRunner().invoke(main.app, ["units", *(str(word) for word in words)])
    assert result.exit_code == code, f"{result.output}\n{result.exception!r}"
    return result.output


def closed(url: str) -> list[str]:
    db = connect_database(url)
    with db.read() as session:
        found = list(
            session.scalars(select(Unit.code).where(Unit.closed_on.is_not(None)).order_by(Unit.code))
        )
    db.close()
    return found


def test_the_form_and_the_tree_in_it(url: str) -> None:
    run("import", UNITS)
    assert "Đã ghi 14 đơn vị vào cay.xlsx." in run("export", "cay.xlsx")
    assert "thêm 0, sửa 0, giữ nguyên 14." in run("import", "cay.xlsx")
    assert "cay.xlsx: Tệp này đã có." in run("export", "cay.xlsx", code=1)
    assert "mau.csv: Tên tệp phải kết thúc bằng .xlsx." in run("template", "mau.csv", code=1)
    assert "python -m bot units import mau.xlsx" in run("template", "mau.xlsx")
    assert "Bảng chưa có đơn vị nào" in run("import", "mau.xlsx", code=1)


def test_a_unit_is_closed_and_opened_again(url: str) -> None:
    run("import", UNITS)
    assert "Đã giải thể Chi bộ Thanh tra từ " in run("close", "CB02")
    assert closed(url) == ["CB02"]
    assert "giữ nguyên 13, bỏ qua 1 đơn vị đã giải thể." in run("import", UNITS)
    assert "Đã mở lại Chi bộ Thanh tra: 0 người giữ lại vai trò." in run("reopen", "CB02")
    printed = run("close", "CB02", "--into", "CB01", "--on", "15/9/2022")
    assert "Đã sáp nhập Chi bộ Thanh tra vào Chi bộ Văn phòng Sở từ 15/9/2022:" in printed
    assert "python -m bot units reopen CB02" in printed
    assert closed(url) == ["CB02"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("close", "CB99"), "Không có đơn vị mã “CB99”"),
        (("close", "CB01", "--into", "CB99"), "Không có đơn vị mã “CB99”"),
        (("close", "CB01", "--into", "CB01"), "không sáp nhập vào chính nó được"),
        (("close", "CB01", "--on", "mai"), "“mai” chưa phải một ngày."),
        (("close", "CB01", "--on", "2099-01-01"), "chưa đến."),
        (("close", "DUK"), "còn đơn vị trực thuộc:"),
        (("reopen", "CB01"), "đang hoạt động, không cần mở lại."),
    ],
)
def test_what_is_refused(url: str, words: tuple[str, ...], sentence: str) -> None:
    run("import", UNITS)
    assert sentence in run(*words, code=1)
    assert closed(url) == []


def test_a_table_that_closes(url: str) -> None:
    run("import", UNITS)
    run("export", "cay.xlsx")
    book = load_workbook("cay.xlsx")
    sheet = book.worksheets[0]
    line = next(row for row in sheet.iter_rows() if row[0].value == "CB02")
    line[8].value, line[9].value = "15/9/2022", "CB01"
    book.save("sua.xlsx")
    assert "CB02 Chi bộ Thanh tra: sáp nhập vào CB01, bỏ 0 việc" in run("import", "sua.xlsx")
    line[8].value = "15/9/2099"
    book.save("sai.xlsx")
    printed = run("import", "sai.xlsx", code=1)
    assert f"sai.xlsx I{line[0].row}: Ngày giải thể" in printed
