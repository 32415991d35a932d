"""Day, hour and place in one line, as an invitation says them: the place is kept, and not asked for."""

from datetime import date, time

import pytest
from sqlalchemy import select

from bot.reading.moment_places import split_place
from bot.tables import Meeting
from tests.kit.plans import PLAN_OF_2026, plan_of
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.world import World

PLAN = (
    PLAN_OF_2026
    + """topics:
  - {key: t11, title: Học tập Quy định, meeting: regular, period: {from: 2026-11-01, to: 2026-11-30}}
"""
)


def begin_here(world: World) -> None:
    world.go("2026-11-20 09:00")
    world.units(
        ("DU", "Đảng ủy xã mẫu", "dang_uy", "", None),
        ("CB02", "Chi bộ Thôn Tây", "chi_bo", "nong_thon", "DU"),
    )
    world.load(plan_of(PLAN), "DU")


pytestmark = begins(begin_here)


@pytest.fixture
def secretary(world: World) -> Talker:
    return world.registered("CB02", "secretary", members=12, meeting_day=3)


def planned(world: World) -> list[tuple[str, str]]:
    with world.db.read() as session:
        found = session.scalars(select(Meeting).where(Meeting.state == "planned"))
        return [
            (f"{one.planned_at.astimezone(world.moment.zone):%d/%m %H:%M}", one.place)
            for one in found
            if one.planned_at
        ]


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("25/11 lúc 19h30 ở nhà văn hóa", "nhà văn hóa"),
        ("25/11 luc 19h30 o nha van hoa thon tay", "nha van hoa thon tay"),
        ("họp tại hội trường tầng 2 lúc 19h30 ngày 25/11 nhé", "hội trường tầng 2"),
        ("thứ Tư tuần sau 19h30, nhà văn hóa thôn", "nhà văn hóa thôn"),
        ("Kính mời các đồng chí dự họp 19h30 ngày 25/11 tại Nhà văn hóa thôn Tây", "Nhà văn hóa thôn Tây"),
        ("19h30 25/11, địa điểm: phòng họp số 2", "phòng họp số 2"),
    ],
)
def test_all_in_one_line(world: World, secretary: Talker, said: str, place: str) -> None:
    secretary.says(said)
    assert "✅ <b>Đã đặt lịch họp</b>" in secretary.last.text
    assert f"📍 {place}\n" in secretary.last.text
    assert planned(world) == [("25/11 19:30", place)]


def test_the_same_where_the_day_is_asked(world: World, secretary: Talker) -> None:
    secretary.says("/lichhop").says("25/11 19h30 ở nhà văn hóa")
    assert planned(world) == [("25/11 19:30", "nhà văn hóa")]


def test_the_place_said_with_the_day_holds_when_the_hour_follows(world: World, secretary: Talker) -> None:
    secretary.says("/lichhop").says("25/11 tại hội trường xã")
    assert "lúc mấy giờ" in secretary.last.text
    secretary.says("19h30")
    assert planned(world) == [("25/11 19:30", "hội trường xã")]


def test_the_place_said_with_the_hour(world: World, secretary: Talker) -> None:
    secretary.says("/lichhop").says("25/11").says("19h30 tại hội trường xã")
    assert planned(world) == [("25/11 19:30", "hội trường xã")]


def test_moved_with_its_place(world: World, secretary: Talker) -> None:
    secretary.says("25/11 19h30 ở nhà văn hóa").says("dời họp sang 19h30 26/11 tại hội trường xã")
    assert planned(world) == [("26/11 19:30", "hội trường xã")]


@pytest.mark.parametrize(
    "said",
    [
        *("dời họp sang 26/11", "hoan hop sang 26/11", "Chi bộ hoãn họp đến thứ Năm 26/11 vì mưa to"),
        *("buổi họp dời sang 26/11 ạ", "xin hoãn lại sang ngày 26/11", "hop doi sang 26/11"),
    ],
)
def test_put_off_in_words_hour_and_place_stay(world: World, secretary: Talker, said: str) -> None:
    secretary.says("25/11 19h30 ở nhà văn hóa").says(said)
    assert planned(world) == [("26/11 19:30", "nhà văn hóa")], secretary.last.text
    assert "📍 nhà văn hóa\n" in secretary.last.text


def test_another_day_where_the_hour_is_asked(world: World, secretary: Talker) -> None:
    secretary.says("/lichhop").says("25/11").says("thôi để 26/11")
    assert secretary.last.text.startswith("📅 Họp thứ Năm 26/11, lúc mấy giờ?")
    secretary.says("họp lúc 19h30 tại hội trường xã")
    assert planned(world) == [("26/11 19:30", "hội trường xã")]


@pytest.mark.parametrize(
    "said", ["5/4", "nhà văn hóa", "ở nhà", "xong chưa", "19h30 thứ Tư", "ở đâu họp 5/4 vậy"]
)
def test_what_holds_no_place_stays_as_it_is(said: str) -> None:
    assert split_place(said, today=date(2026, 11, 20), now=time(9)) == (said, "")
