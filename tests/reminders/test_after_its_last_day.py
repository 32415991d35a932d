"""A plan that is corrected may leave a meeting set after its last day: its people read so, and it is still one to be held."""

import pytest

from tests.kit.plans import plan_of
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.ticking import tick_through
from tests.kit.wording import labels
from tests.kit.world import World

PLAN = """
plan: {symbol: 12-KH/ĐU, date: 2026-05-05, issuer: Đảng ủy xã mẫu, title: Kế hoạch, starts: 2026-06-01, ends: 2026-12-31}
topics:
  - {key: a, title: Học tập Nghị quyết, meeting: regular, period: {from: 2026-06-01, to: 2026-06-30}}
"""


def begin_here(world: World) -> None:
    world.go("2026-05-25 08:00")
    world.units(
        ("DU", "Đảng ủy xã mẫu", "dang_uy", "", None),
        ("C1", "Chi bộ thôn 1", "chi_bo", "nong_thon", "DU"),
    )
    world.load(plan_of(PLAN), "DU")


pytestmark = begins(begin_here)


@pytest.fixture
def corrected(world: World) -> Talker:
    """Has set the meeting for 26/6; on 12/6 its last day becomes 20/6, a Saturday."""
    secretary = world.registered("C1", "secretary", members=28, meeting_day=3)
    tick_through(world, "2026-06-02 09:00", secretary)
    secretary.says("họp 19h30 26/6 tại nhà văn hóa")
    tick_through(world, "2026-06-12 09:00", secretary)
    world.load(plan_of(PLAN.replace("to: 2026-06-30", "to: 2026-06-20")), "DU")
    return secretary


def test_the_meeting_is_said_to_be_after_its_last_day(world: World, corrected: Talker) -> None:
    tick_through(world, "2026-06-16 09:00", corrected)
    assert "📅 Lịch họp 19h30 thứ Sáu 26/6, tại nhà văn hóa\n⚠️ Lịch này sau hạn, hạn là thứ Bảy 20/6" in (
        corrected.last.text
    )
    assert "📅 Đổi lịch họp" in labels(corrected)


def test_before_it_is_held_it_is_prepared_late_as_it_is(world: World, corrected: Talker) -> None:
    tick_through(world, "2026-06-23 09:00", corrected)
    assert "Sắp họp: 19h30 thứ Sáu 26/6" in corrected.last.text
    assert labels(corrected)[0] == "Chuẩn bị"
    assert "📝 Đã họp, nhập kết quả" not in labels(corrected)
    tick_through(world, "2026-06-26 19:31", corrected)
    assert "👉 Đồng chí bấm “Bắt đầu họp”." in corrected.last.text
    assert "📝 Đã họp, nhập kết quả" not in labels(corrected)
