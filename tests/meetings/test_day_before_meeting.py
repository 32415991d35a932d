"""A day is said before it is known of which meeting: it stays in sight, another one takes its place, and counts are no day."""

import pytest
from sqlalchemy import select

from bot.tables import Meeting
from tests.kit.plans import plan_of
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.world import World

PLAN = """
plan: {symbol: 12-KH/ĐU, date: 2026-05-05, issuer: Đảng ủy xã mẫu, title: Kế hoạch, starts: 2026-06-01, ends: 2026-12-31}
topics:
  - {key: a, title: Học tập Nghị quyết, meeting: regular, period: 2026-06}
  - {key: b, title: Học tập Chỉ thị, meeting: regular, period: 2026-06}
"""


def begin_here(world: World) -> None:
    world.go("2026-06-02 20:00")
    world.units(
        ("DU", "Đảng ủy xã mẫu", "dang_uy", "", None),
        ("C1", "Chi bộ thôn 1", "chi_bo", "nong_thon", "DU"),
    )
    world.load(plan_of(PLAN), "DU")


pytestmark = begins(begin_here)


@pytest.fixture
def asked(world: World) -> Talker:
    secretary = world.registered("C1", "secretary", members=28, meeting_day=3)
    secretary.says("họp 19h30 3/6 tại nhà văn hóa")
    assert "19h30 3/6 tại nhà văn hóa”" in secretary.last.text
    return secretary


def planned(world: World) -> list[tuple[str, str]]:
    with world.db.read() as session:
        found = session.scalars(select(Meeting).where(Meeting.state == "planned"))
        zone = world.moment.zone
        return [
            (f"{one.planned_at.astimezone(zone):%d/%m %H:%M}", one.place) for one in found if one.planned_at
        ]


def test_another_day_takes_its_place(world: World, asked: Talker) -> None:
    asked.says("hoãn sang thứ 6 19h30")
    assert "⏰ “thứ 6 19h30”" in asked.last.text
    asked.taps("Học tập Chỉ thị").taps("Tính chung").says("hội trường")
    assert planned(world) == [("05/06 19:30", "hội trường")]


def test_what_is_no_day_is_asked_again(asked: Talker) -> None:
    assert "chọn một trong các nút" in asked.says("nhà văn hóa").last.text
    assert "19h30 3/6 tại nhà văn hóa”" in asked.last.text


def test_counts_are_those_of_a_meeting(world: World, asked: Talker) -> None:
    world.go("2026-06-03 21:30")
    assert "Đây là số liệu của buổi nào?" in asked.says("25/28, vắng 3 có phép").last.text
