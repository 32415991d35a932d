"""A list of units given as a plan, a plan given as a list of units, a plan as a document: what it seems to be, and where it belongs."""

from pathlib import Path

import pytest
from openpyxl import Workbook

from bot.plans.workbook import write_template
from bot.units.table_out import write_units_template
from tests.kit.cli import run
from tests.kit.committees import committee
from tests.kit.files import stored
from tests.kit.places import ROOT
from tests.kit.plans import shipped
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.ticking import runs
from tests.kit.wording import labels, reads_well
from tests.kit.workbooks import on_the_shelf, workbook
from tests.kit.world import World

pytestmark = begins(committee)
TEMPLATES = ROOT / "templates"
IS_UNITS = "có vẻ là danh sách đơn vị, không phải kế hoạch"
IS_PLAN = "có vẻ là kế hoạch, không phải danh sách đơn vị"
UNITS = (
    ("DANH SÁCH CHI BỘ TRỰC THUỘC",),
    ("TT", "Tên chi bộ", "Số đảng viên"),
    (1, "Chi bộ thôn 1", 25),
    (2, "Chi bộ thôn 2", "không rõ"),
)
OWN_PLAN = (
    ("KẾ HOẠCH SINH HOẠT CHUYÊN ĐỀ NĂM 2027",),
    ("TT", "Nội dung", "Đơn vị thực hiện", "Thời gian"),
    (1, "Chuyển đổi số", "Các chi bộ", "Quý II"),
)


def book(path: Path, rows: tuple[tuple[object, ...], ...]) -> Path:
    made = Workbook()
    assert made.active is not None
    for row in rows:
        made.active.append(list(row))
    made.save(path)
    return path


def given(office: Talker, kind: str) -> Talker:
    return office.says("/quantri").taps("Kế hoạch").taps(kind)


@pytest.mark.parametrize("empty", [False, True])
def test_a_list_of_units_is_no_plan(world: World, office: Talker, tmp_path: Path, empty: bool) -> None:
    path = tmp_path / "ds.xlsx"
    write_units_template(path, templates=TEMPLATES) if empty else book(path, UNITS)
    runs(given(office, "Nạp kế hoạch").hands(on_the_shelf(world, path)))
    assert IS_UNITS in office.last.text
    assert labels(office) == ["📥 Nạp danh sách đơn vị", "📄 Kế hoạch"]
    reads_well(office)
    assert "Nạp danh sách đơn vị" in office.taps("Nạp danh sách đơn vị").last.text


def test_the_form_of_a_plan_is_no_list_of_units(world: World, office: Talker, tmp_path: Path) -> None:
    filled = workbook(world, shipped("60-KH-DUK-2022.yaml"), tmp_path)
    runs(given(office, "Nạp danh sách đơn vị").hands(filled))
    assert IS_PLAN in office.last.text
    assert "1." in office.last.text
    assert "2." not in office.last.text
    assert labels(office) == ["📥 Nạp kế hoạch", "📄 Kế hoạch"]
    reads_well(office)


def test_an_office_s_own_plan_is_no_list_of_units(world: World, office: Talker, tmp_path: Path) -> None:
    own = on_the_shelf(world, book(tmp_path / "kh.xlsx", OWN_PLAN))
    runs(given(office, "Nạp danh sách đơn vị").hands(own))
    assert IS_PLAN in office.last.text
    runs(office.taps("Nạp kế hoạch").hands(own))
    assert "không theo mẫu kế hoạch" in office.last.text
    assert IS_UNITS not in office.last.text


@pytest.mark.parametrize("name", ["ke-hoach.docx", "ke-hoach.pdf"])
def test_a_document_is_no_workbook_of_a_plan(world: World, office: Talker, name: str) -> None:
    given(office, "Nạp kế hoạch").hands(stored(name))
    assert f"“{name}” không phải tệp mẫu kế hoạch" in office.last.text
    assert "📝 Tệp mẫu" in labels(office)
    reads_well(office)


def test_the_command_line_says_which_command(tmp_path: Path, url: str) -> None:
    table = tmp_path / "ds.csv"
    table.write_text("Tên chi bộ,Số đảng viên\nChi bộ thôn 1,25\n", "utf-8")
    for units in (table, book(tmp_path / "ds.xlsx", UNITS)):
        refused = run("plan", "check", units, code=1).output
        assert f"{units.name}: Tệp này {IS_UNITS}. Đồng chí nạp tệp bằng lệnh units import." in refused
    form = tmp_path / "mau.xlsx"
    write_template(form, agendas=TEMPLATES / "agendas", templates=TEMPLATES)
    for plan in (form, ROOT / "schedules" / "plans" / "60-KH-DUK-2022.yaml"):
        refused = run("units", "import", plan, code=1).output
        assert f"{plan.name}: Tệp này {IS_PLAN}. Đồng chí nạp tệp bằng lệnh plan load." in refused
    text = tmp_path / "ke-hoach.txt"
    text.write_text("KẾ HOẠCH\nSinh hoạt chuyên đề: tự soi, tự sửa\n", "utf-8")
    assert "không tự đọc kế hoạch từ văn bản" in run("plan", "check", text, code=1).output
