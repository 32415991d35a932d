"""“Đồng chí đặt lịch họp”, answered in words: “19h30 thứ Tư”, “chi bộ họp tối mai 19h30”, “dời họp sang 23/11”."""

import pytest
from sqlalchemy import select

from bot.tables import Meeting
from tests.kit.plans import PLAN_OF_2026, plan_of
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.ticking import tick_through
from tests.kit.wording import reads_well
from tests.kit.world import World

PLAN = (
    PLAN_OF_2026
    + """topics:
  - {key: t11, title: Học tập Quy định, meeting: regular, period: {from: 2026-11-01, to: 2026-11-25}}
"""
)
THEMATIC = PLAN.replace("35-KH", "36-KH").replace("{key: t11, title: Học tập Quy định, meeting: regular, period: {from: 2026-11-01, to: 2026-11-25}}", "{key: cd4, title: Chuyển đổi số, meeting: thematic, period: 2026-Q4}")  # fmt: skip


def begin_here(world: World) -> None:
    world.go("2026-11-20 09:00")
    world.units(
        ("DU", "Đảng ủy xã mẫu", "dang_uy", "", None),
        ("CB02", "Chi bộ Thôn Tây", "chi_bo", "nong_thon", "DU"),
    )
    world.load(plan_of(PLAN), "DU")


def secretary_here(world: World) -> Talker:
    return world.registered("CB02", "secretary", members=12, meeting_day=3)


pytestmark = begins(begin_here, secretary_here)


def planned(world: World) -> list[str]:
    with world.db.read() as session:
        rows = session.scalars(select(Meeting.planned_at).where(Meeting.state == "planned"))
        return [f"{at.astimezone(world.moment.zone):%d/%m %H:%M}" for at in rows if at]


@pytest.fixture
def secretary(world: World) -> Talker:
    return next(iter(world.talkers.values()))


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("19h30 25/11", "25/11 19:30"),
        ("thứ 4 tuần sau 19h30", "25/11 19:30"),
        ("Chi bộ họp 19h30 ngày 23", "23/11 19:30"),
        ("đặt lịch họp 19h30 25/11", "25/11 19:30"),
        ("dạ chi bộ họp tối thứ Hai lúc 7 rưỡi", "23/11 19:30"),
        ("hop 19h30 25/11", "25/11 19:30"),
    ],
)
def test_the_day_and_the_hour_set_the_meeting_that_waits(
    world: World, secretary: Talker, said: str, at: str
) -> None:
    secretary.says(said).taps("Bỏ qua")
    assert secretary.last.text.startswith("✅ <b>Đã đặt lịch họp</b>")
    assert planned(world) == [at]
    reads_well(secretary)


def test_without_an_hour_the_hour_is_asked(world: World, secretary: Talker) -> None:
    secretary.says("họp thứ Tư 25/11")
    assert "📅 Họp thứ Tư 25/11, lúc mấy giờ?" in secretary.last.text
    secretary.says("19h30").taps("Bỏ qua")
    assert planned(world) == ["25/11 19:30"]


def test_what_has_its_day_is_moved(world: World, secretary: Talker) -> None:
    secretary.says("19h30 25/11").taps("Bỏ qua").says("dời họp sang 19h 23/11").taps("Bỏ qua")
    assert planned(world) == ["23/11 19:00"]
    reads_well(secretary)


def test_of_two_meetings_it_is_asked_which_and_the_day_is_kept(world: World, secretary: Talker) -> None:
    world.load(plan_of(THEMATIC), "DU")
    secretary.says("19h30 23/11")
    assert planned(world) == []
    secretary.taps("Chuyển đổi số")
    assert "📍 Họp 19h30 thứ Hai 23/11, ở đâu?" in secretary.last.text
    secretary.taps("Bỏ qua")
    assert planned(world) == ["23/11 19:30"]
    secretary.says("19h30 25/11").taps("Bỏ qua")
    assert sorted(planned(world)) == ["23/11 19:30", "25/11 19:30"]
    reads_well(secretary)


@pytest.mark.parametrize(
    "said", ["mai", "thứ Tư", "19h30", "họp 19h30 25/11?", "họp 3/11 không", "tôi đi vắng đến 25/11"]
)
def test_what_is_no_day_of_a_meeting_sets_nothing(world: World, secretary: Talker, said: str) -> None:
    secretary.says(said)
    assert planned(world) == []
    assert "Đã đặt lịch" not in secretary.last.text


def test_one_meeting_for_two_things_is_spoken_of_once(world: World, secretary: Talker) -> None:
    merged = plan_of(
        PLAN.replace("35-KH", "37-KH").replace("ends: 2027-03-31", "ends: 2027-03-31\n  merging: sequential")
        + "  - {key: cd4, title: Chuyển đổi số, meeting: thematic, period: 2026-Q4}\n"
    )
    world.load(merged, "DU")
    secretary.says("/lichhop").taps("Chuyển đổi số").says("19h30 25/11")
    secretary.taps("1. Học tập Quy định").taps("Xong").taps("Bỏ qua")
    assert planned(world) == ["25/11 19:30"]
    seen = len(secretary.got)
    tick_through(world, "2026-11-25 23:00", secretary)
    today = [one for one in secretary.got[seen:] if "Hôm nay họp lúc 19h30" in one.text]
    begun = [one for one in secretary.got[seen:] if "Đã đến giờ họp" in one.text]
    for told in (today, begun):
        assert [one.text.count("19h30") + one.text.count("Đã đến giờ") for one in told] == [1]
        assert "Học tập Quy định\n🔗 Tính chung: Chuyển đổi số" in told[0].text
    assert next(choice.label for row in begun[0].choices for choice in row) == "▶️ Bắt đầu họp"
    reads_well(secretary)
