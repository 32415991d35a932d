"""Plans on the command line: workbooks, another year, a look ahead, answers, taking back; and that refusals write nothing."""

import re
from pathlib import Path

import pytest

from bot.plans.yaml_in import read_plan
from bot.tables import Duty, Message, Person, Plan
from tests.kit.cli import UNITS, count, run
from tests.kit.places import ROOT

PLANS = ROOT / "schedules" / "plans"
MONTHLY, THEMES = PLANS / "60-KH-DUK-2022.yaml", PLANS / "42-KH-DUK-2022.yaml"
AGENDAS = ROOT / "templates" / "agendas"
VAGUE = """
plan: {issuer: Đảng ủy mẫu, title: Kế hoạch thử, starts: 2026-01-01, ends: 2026-12-31}
topics:
  - {key: cd, title: Tự soi, meeting: thematic, period: 2026-Q2}
duties:
  - {key: bc, do: report, title: Báo cáo tình hình, due: {every: ask}}
"""


def test_a_workbook_is_as_good_as_yaml(url: str, tmp_path: Path) -> None:
    run("units", "import", UNITS)
    book = tmp_path / "ke-hoach-2027.xlsx"
    printed = run("plan", "clone", THEMES, "--year", "2027", "--out", book).output
    assert f"Đã ghi {book}: 11 chuyên đề, từ 01/01/2027 đến 31/12/2027" in printed
    assert "chưa xong thì chưa nạp được" in printed
    checked = run("plan", "check", book).output
    assert "11 chuyên đề" in checked
    assert "? Cần quyết định" in checked
    refused = run("plan", "load", book, code=1).output
    assert "Còn một điểm chờ quyết định" in refused
    assert count(url, Plan) == 0
    again = run("plan", "clone", THEMES, "--year", "2027", "--out", book, code=1).output
    assert "để không ghi đè" in again


def test_a_template_is_read_as_it_is_filled_in(tmp_path: Path, url: str) -> None:
    book = tmp_path / "mau.xlsx"
    assert f"Đã ghi tệp mẫu {book}" in run("plan", "template", book).output
    refused = run("plan", "check", book, code=1).output
    assert "mau.xlsx Kế hoạch!B" in refused


def test_a_plan_goes_to_another_year_as_yaml(url: str, tmp_path: Path) -> None:
    out = tmp_path / "2027.yaml"
    before = MONTHLY.read_bytes()
    run("plan", "clone", MONTHLY, "--year", "2027", "--out", out)
    assert MONTHLY.read_bytes() == before
    moved = read_plan(out, agendas=AGENDAS)
    assert [topic.key for topic in moved.topics][:2] == ["2027-04", "2027-05"]
    assert moved.head.symbol is None
    assert moved.decide


def test_what_is_asked_now_and_then_wants_an_answer(url: str, tmp_path: Path) -> None:
    file = tmp_path / "dinh-ky.yaml"
    file.write_text(VAGUE, "utf-8")
    run("units", "import", UNITS)
    assert "--answer bc=quarter" in run("plan", "check", file).output
    refused = run("plan", "load", file, code=1).output
    assert "--answer bc=month" in refused
    assert count(url, Duty) == 0
    wrong = run("plan", "load", file, "--answer", "bc=sometimes", code=1).output
    assert "“sometimes” không phải là kỳ. Đồng chí ghi month (tháng), quarter (quý)" in wrong
    astray = run("plan", "load", file, "--answer", "cb=quarter", code=1).output
    assert "“cb=quarter” không trả lời câu nào của kế hoạch. Đồng chí ghi" in astray
    assert "khóa là một trong: bc." in astray
    loaded = run("plan", "load", file, "--answer", "bc=half_year").output
    assert "Kế hoạch Kế hoạch thử cho" in loaded
    assert "Không có gì thay đổi" in run("plan", "load", file).output, "the answer holds"


def test_a_replaced_document_is_told_when_a_plan_is_loaded(url: str) -> None:
    run("units", "import", UNITS)
    printed = run("plan", "load", MONTHLY).output
    assert re.search(r"! 37-QĐ/TW đã được thay thế bằng 207-QĐ/TW từ 26/7/2026", printed)


def test_a_look_ahead_prints_every_message_and_sends_none(url: str) -> None:
    run("units", "import", UNITS)
    printed = run(
        "plan", "preview", MONTHLY, "--unit", "CB01", "--from", "2022-04-01", "--to", "2022-05-31"
    ).output
    moments = re.findall(r"^\d{1,2}h\d{2} .* (\d{2})/(\d{1,2})(?:/2022)? → Bí thư", printed, re.M)
    assert moments[0] == ("01", "4")
    assert moments == sorted(moments, key=lambda found: (int(found[1]), int(found[0])))
    assert "Sinh hoạt chính trị tháng 4/2022" in printed
    assert printed.rstrip().endswith(f"{len(moments)} tin.")
    assert count(url, Plan) == count(url, Duty) == count(url, Message) == count(url, Person) == 0
    assert (
        "không phải là ngày"
        in run("plan", "preview", MONTHLY, "--unit", "CB01", "--from", "mai", code=1).output
    )
    assert run("plan", "preview", MONTHLY, "--unit", "XX", code=1)


@pytest.mark.parametrize("number", ["7", "0"])
def test_taking_back_what_is_not_there(url: str, number: str) -> None:
    run("migrate")
    assert f"Không có kế hoạch số {number}" in run("plan", "withdraw", number, code=1).output


def test_a_plan_is_taken_back_and_loaded_again(url: str) -> None:
    run("units", "import", UNITS)
    run("plan", "load", MONTHLY)
    assert "1. 60-KH/ĐUK" in run("plan", "list").output
    assert "Đã rút kế hoạch 60-KH/ĐUK" in run("plan", "withdraw", "1").output
    assert "Chưa có kế hoạch nào" in run("plan", "list").output
    assert "Không có kế hoạch số 1" in run("plan", "withdraw", "1", code=1).output
    run("plan", "load", MONTHLY)
    assert "1. 60-KH/ĐUK" in run("plan", "list").output


WINDOW = """
plan: {symbol: 5-KH/HU, date: 2027-01-04, issuer: Huyện ủy mẫu, title: Kế hoạch, starts: 2027-01-01, ends: 2027-12-31}
topics:
  - {key: dot-1, title: Tự soi dịp 19/5, meeting: regular, period: {from: 2027-05-01, to: 2027-06-30}}
duties:
  - {key: bc, do: report, title: Báo cáo đợt 1, due: {before: 2027-06-15}, reports_on: dot-1}
"""


def test_a_meeting_that_may_be_held_too_late_for_its_report_is_said(url: str, tmp_path: Path) -> None:
    run("units", "import", UNITS)
    path = tmp_path / "plan.yaml"
    path.write_text(WINDOW, "utf-8")
    for command in ("check", "load"):
        printed = run("plan", command, path).output
        assert "! Báo cáo “Báo cáo đợt 1” hạn 14/6/2027 đến trước ngày họp cuối cùng" in printed.replace(
            "/06/", "/6/"
        )
        assert "trợ lý nhắc họp chậm nhất" in printed
    path.write_text(WINDOW.replace("reports_on: dot-1", "reports_on: dot-2"), "utf-8")
    assert "plan.yaml:6 duties[0].reports_on" in run("plan", "check", path, code=1).output
