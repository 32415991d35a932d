"""What is due so many days before a meeting is said with the first word of the meeting: once its day is set it may be too late."""

import pytest

from tests.kit.plans import plan_of
from tests.kit.stage import begins
from tests.kit.ticking import tick_through
from tests.kit.world import World

PLAN = """
plan: {symbol: 7-KH/ĐU, date: 2022-08-05, issuer: Đảng ủy xã mẫu, title: Tự soi, starts: 2022-08-05, ends: 2022-12-31}
topics:
  - {key: cd, title: Tự soi tự sửa, meeting: thematic, period: {from: 2022-08-05, to: 2022-09-19}}
duties:
  - {key: bc, do: report, title: Báo cáo chuyên đề, to: Đảng ủy, due: {before_meeting: 5, topics: [cd]}}
"""
LINE = "📎 Trước buổi họp 5 ngày: Báo cáo chuyên đề; họp vào hạn cuối thì chậm nhất thứ Tư 14/9"


def begin_here(world: World) -> None:
    world.go("2022-08-05 07:30")
    world.units(
        ("DU", "Đảng ủy xã mẫu", "dang_uy", "", None),
        ("C1", "Chi bộ thôn 1", "chi_bo", "nong_thon", "DU"),
        ("C2", "Chi bộ thôn 2", "chi_bo", "nong_thon", "DU"),
        ("C3", "Chi bộ thôn 3", "chi_bo", "nong_thon", "DU"),
    )


pytestmark = begins(begin_here)


@pytest.mark.parametrize("cells", [("C1",), ("C1", "C2", "C3")])
def test_the_first_word_and_those_that_ask_for_a_day_say_it(world: World, cells: tuple[str, ...]) -> None:
    people = [world.registered(code, "secretary", meeting_day=3) for code in cells]
    world.load(plan_of(PLAN), "DU")
    tick_through(world, "2022-08-05 09:00", *people)
    for one in people:
        assert one.last.text.startswith("🔔")
        assert LINE in one.last.text
    tick_through(world, "2022-09-04 09:00", *people)
    for one in people:
        assert "Chưa đặt lịch họp" in one.last.text
        assert LINE in one.last.text


def test_a_meeting_that_has_its_day_does_not_say_it_twice(world: World) -> None:
    secretary = world.registered("C1", "secretary", meeting_day=3)
    world.load(plan_of(PLAN), "DU")
    tick_through(world, "2022-08-05 09:00", secretary)
    secretary.says("đặt lịch họp 19h30 15/9").says("Nhà văn hóa")
    said = len(secretary.got)
    tick_through(world, "2022-09-14 09:00", secretary)
    later = [one.text for one in secretary.got[said:]]
    assert any("Báo cáo chuyên đề" in text for text in later)  # a duty of its own, with its own day
    assert not any("Trước buổi họp" in text for text in later)
