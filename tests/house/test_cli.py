"""The command line: what it prints, what it refuses, and that nothing is half done."""

import re
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.people.invitations import hashed_code
from bot.store.db import connect_database
from bot.tables import Duty, Invite, Unit
from tests.kit.cli import UNITS, count, run
from tests.kit.places import ROOT

PLAN = ROOT / "schedules/plans/60-KH-DUK-2022.yaml"


def test_from_an_empty_database_to_an_invitation(url: str) -> None:
    assert "thêm 14, sửa 0" in run("units", "import", UNITS).output
    assert "thêm 0, sửa 0, giữ nguyên 14" in run("units", "import", UNITS).output
    first = run("plan", "load", PLAN).output
    assert "thêm 146 việc" in first
    assert "+ Sinh hoạt chính trị tháng 4/2022" in first
    assert "Không có gì thay đổi: 146 việc đang mở" in run("plan", "load", PLAN).output
    assert "60-KH/ĐUK | 18/4/2022" in run("plan", "list").output
    printed = run("invite", "CB01", "--role", "secretary").output
    code = re.match(r"code: ([A-Z2-9]{4}-[A-Z2-9]{4})\n", printed)
    assert code is not None
    assert f"web: http://127.0.0.1:8080/w/new/{code[1]}" in printed
    db = connect_database(url)
    with db.read() as session:
        assert session.scalars(select(Invite)).one().code_hash == hashed_code(code[1])
    db.close()
    assert "Mọi thứ đều đúng" in run("check").output


def test_what_is_refused_is_said_on_a_line_each(url: str, tmp_path: Path) -> None:
    bad = tmp_path / "units.csv"
    bad.write_text(
        "code,name,kind,sector,parent_code,members\nA,,chi_bo,,,\nB,Chi bộ B,hoi,,X,many\n", "utf-8"
    )
    printed = run("units", "import", bad, code=1).output
    assert "units.csv C3: Chưa hiểu “hoi”; xin ghi một trong: Chi bộ," in printed
    assert "units.csv F3: “many” chưa phải một số đảng viên" in printed
    assert "2 lỗi; chưa ghi gì." in printed
    bad.write_text(bad.read_text("utf-8").replace("hoi", "chi_bo").replace("many", "9"), "utf-8")
    printed = run("units", "import", bad, code=1).output
    assert "units.csv B2: Thiếu tên đơn vị; xin ghi vào." in printed
    assert "units.csv E3: Chưa có đơn vị cấp trên “X”" in printed
    assert count(url, Unit) == 0


def test_a_plan_with_faults_is_not_loaded(url: str, tmp_path: Path) -> None:
    run("units", "import", UNITS)
    text = PLAN.read_text("utf-8").replace("date: 2022-04-18", "date: 2022-04-31", 1)
    bad = tmp_path / "plan.yaml"
    bad.write_text(text, "utf-8")
    for command in ("check", "load"):
        printed = run("plan", command, bad, code=1).output
        assert re.search(r"plan\.yaml:\d+ plan\.date: ", printed)
    assert count(url, Duty) == 0


def test_a_plan_needs_an_owner(url: str, tmp_path: Path) -> None:
    assert "Chưa có đơn vị nào" in run("plan", "load", PLAN, code=1).output
    two = tmp_path / "two.csv"
    two.write_text("code,name,kind\nA,Đảng ủy A,dang_uy\nB,Đảng ủy B,dang_uy\n", "utf-8")
    run("units", "import", two)
    assert "Có 2 đơn vị gốc" in run("plan", "load", PLAN, code=1).output
    assert "Không có đơn vị mã" in run("plan", "load", PLAN, "--unit", "C", code=1).output
    run("plan", "load", PLAN, "--unit", "A")


def test_invitations_that_cannot_be(url: str) -> None:
    assert "Không có vai trò" in run("invite", "CB01", "--role", "boss", code=1).output
    assert "Không có đơn vị mã" in run("invite", "CB01", "--role", "leader", code=1).output
    assert count(url, Invite) == 0


def test_files_that_are_not_there(url: str) -> None:
    for words in (("plan", "load"), ("plan", "check"), ("units", "import")):
        assert "Không có tệp này" in run(*words, "nowhere.yaml", code=1).output


def test_check_says_all_that_is_wrong(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/none.db")
    blocker = tmp_path / "file"
    blocker.write_text("x", "utf-8")
    monkeypatch.setenv("FILES_URL", str(blocker / "below"))
    printed = run("check", code=1).output
    assert "DATABASE_URL: Cơ sở dữ liệu chưa ở bản mới nhất" in printed
    assert "FILES_URL: Không ghi được vào kho tệp" in printed


def test_a_database_that_does_not_answer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
    assert "Không kết nối được" in run("migrate", code=1).output
    assert "Không kết nối được" in run("check", code=1).output


def test_settings_are_wrong(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LISTEN", "x")
    monkeypatch.setenv("TIMEZONE", "y")
    printed = run("run", code=1).output
    assert "LISTEN: " in printed
    assert "TIMEZONE: " in printed


def test_the_demo_stays_on_this_machine(tmp_path: Path) -> None:
    printed = run("demo", "--listen", "0.0.0.0:8080", "--folder", tmp_path / "demo", code=1).output
    assert "chỉ mở trên máy này" in printed
    assert not (tmp_path / "demo").exists()
