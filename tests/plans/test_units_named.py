"""A plan that names units which are not there says so before it is applied: by it nobody would be asked for anything."""

from pathlib import Path

from tests.kit.cli import UNITS, run
from tests.kit.committees import committee
from tests.kit.plans import plan_of
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.ticking import runs
from tests.kit.wording import reads_well
from tests.kit.workbooks import workbook
from tests.kit.world import World

pytestmark = begins(committee)
PLAN = """
plan: {{symbol: 8-KH/ĐU, date: 2022-03-20, issuer: Đảng ủy mẫu, title: Kế hoạch thử, starts: 2022-01-01, ends: 2022-12-31}}
topics:
  - {{key: so, title: Chuyển đổi số, meeting: thematic, period: 2022-04, who: {{units: [{units}]}}}}
"""


def shown(world: World, office: Talker, folder: Path, units: str) -> str:
    office.says("/quantri").taps("Kế hoạch").taps("Nạp kế hoạch")
    office.hands(workbook(world, plan_of(PLAN.format(units=units), folder), folder))
    said = runs(office).last.text
    reads_well(office)
    return said


def test_a_code_that_there_is_not_is_named(world: World, office: Talker, tmp_path: Path) -> None:
    said = shown(world, office, tmp_path, "CB01, CB99")
    assert "⚠️ Không có đơn vị nào mã “CB99”, nên phần ấy không giao cho ai." in said
    assert "CB01" not in said
    assert "áp dụng cho 1 chi bộ" in said


def test_of_a_name_the_code_is_said(world: World, office: Talker, tmp_path: Path) -> None:
    said = shown(world, office, tmp_path, "Chi bộ Văn phòng, cb03")
    assert "“Chi bộ Văn phòng”, nên phần ấy không giao cho ai; đơn vị tên như vậy có mã CB01." in said
    assert "“cb03”, nên phần ấy không giao cho ai; đơn vị tên như vậy có mã CB03." in said
    assert "⚠️ Chưa đơn vị nào có việc phải làm theo kế hoạch này." in said
    assert "kế hoạch đang áp dụng" not in said


def test_where_all_are_there_nothing_is_said(world: World, office: Talker, tmp_path: Path) -> None:
    assert "⚠️" not in shown(world, office, tmp_path, "CB01, CB03")


def test_the_command_line_says_it_too(url: str, tmp_path: Path) -> None:
    run("units", "import", UNITS)
    file = tmp_path / "kh.yaml"
    file.write_text(PLAN.format(units="CB99"), "utf-8")
    assert "! Không có đơn vị nào mã “CB99”: xin ghi đúng mã rồi nạp lại." in run("plan", "load", file).output
