"""A plan that is changed or taken back in the middle of the year: the office is told that the cells do not hear of that by themselves."""

from pathlib import Path

from tests.kit.committees import committee
from tests.kit.plans import plan_of
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.ticking import runs
from tests.kit.wording import labels, reads_well
from tests.kit.workbooks import workbook
from tests.kit.world import World

pytestmark = begins(committee)
PLAN = """
plan: {{symbol: 8-KH/ĐU, date: 2022-03-20, issuer: Đảng ủy mẫu, title: Kế hoạch thử, starts: 2022-01-01, ends: 2022-12-31}}
topics:
  - {{key: so, title: Chuyển đổi số, meeting: thematic, period: {period}}}
"""
WRITE = "✏️ Soạn thông báo"


def applied(world: World, office: Talker, folder: Path, period: str) -> Talker:
    office.says("/quantri").taps("Kế hoạch").taps("Nạp kế hoạch")
    office.hands(workbook(world, plan_of(PLAN.format(period=period), folder), folder))
    runs(runs(office).taps("Áp dụng"))
    reads_well(office)
    return office


def test_a_moved_topic_is_to_be_told(world: World, office: Talker, tmp_path: Path) -> None:
    applied(world, office, tmp_path, "2022-05")
    assert "đồng chí không phải làm gì thêm" in office.last.text
    assert WRITE not in labels(office)
    applied(world, office, tmp_path, "2022-06")
    assert "dời 3" in office.last.text
    assert "không báo riêng cho đơn vị là kế hoạch đã đổi" in office.last.text
    assert "thông báo" in office.taps(WRITE).last.text.lower()


def test_so_is_a_plan_that_is_taken_back(world: World, office: Talker, tmp_path: Path) -> None:
    applied(world, office, tmp_path, "2022-05")
    office.says("/quantri").taps("Kế hoạch").taps("8-KH").taps("Rút kế hoạch").taps("Rút")
    runs(office)
    assert "Đã rút kế hoạch 8-KH/ĐU" in office.last.text
    assert "Trợ lý không báo riêng cho đơn vị" in office.last.text
    assert WRITE in labels(office)
    reads_well(office)
