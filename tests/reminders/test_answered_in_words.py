"""A reminder is answered in words, as busy people do: another day, later, tomorrow, or that the meeting was held."""

import pytest
from sqlalchemy import select

from bot.reading.put_off_words import read_put_off
from bot.tables import Meeting
from tests.kit.plans import plan_of
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.ticking import tick_through
from tests.kit.world import World

PLAN = """
plan: {symbol: 12-KH/ĐU, date: 2026-02-20, issuer: Đảng ủy xã mẫu, title: Kế hoạch, starts: 2026-03-01, ends: 2026-12-31}
topics:
  - {key: t3, title: Học tập Quy định, meeting: regular, period: 2026-03, who: {kinds: [chi_bo]}}
duties:
  - {key: bc, do: report, title: Báo cáo tháng Tư, who: {kinds: [chi_bo]}, due: {by: 2026-04-20}, opens: 2026-04-01}
"""


def begin_here(world: World) -> None:
    world.go("2026-02-25 09:00")
    world.units(
        ("DU", "Đảng ủy xã mẫu", "dang_uy", "", None),
        ("CB02", "Chi bộ Thôn Tây", "chi_bo", "nong_thon", "DU"),
    )
    world.load(plan_of(PLAN), "DU")


pytestmark = begins(begin_here)


@pytest.fixture
def secretary(world: World) -> Talker:
    """Has just been reminded that the meeting of March has no day yet: its usual day is tomorrow, a Tuesday."""
    secretary = world.registered("CB02", "secretary", members=28, meeting_day=3)
    tick_through(world, "2026-03-02 08:30", secretary)
    assert "Chưa đặt lịch họp" in secretary.last.text
    return secretary


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("mai họp", "thứ Ba 03/3"),
        ("mai hop", "thứ Ba 03/3"),
        ("Hôm nay chi bộ họp", "thứ Hai 02/3"),
        ("thứ 5 mới họp nhé", "thứ Năm 05/3"),
        ("mùng 5", "thứ Năm 05/3"),
        ("chủ nhật này", "Chủ nhật 08/3"),
        ("thứ Năm tuần sau", "thứ Năm 12/3"),
    ],
)
def test_the_day_alone_answers_a_reminder_of_a_meeting(secretary: Talker, said: str, day: str) -> None:
    assert secretary.says(said).last.text.startswith(f"📅 Họp {day}, lúc mấy giờ?")


def test_the_day_that_was_said_is_set(world: World, secretary: Talker) -> None:
    secretary.says("mai họp").says("19h30").says("nhà văn hóa")
    with world.db.read() as session:
        meeting = session.scalars(select(Meeting)).one()
    assert meeting.planned_at == world.local("2026-03-03 19:30")


@pytest.mark.parametrize(
    "said", ["tuần sau", "hoãn", "chưa họp", "chua hop duoc", "dời lại 2 ngày", "không họp được vì mưa bão"]
)
def test_another_day_is_asked_for(secretary: Talker, said: str) -> None:
    secretary.says(said)
    assert "📅" in secretary.last.text
    assert "Học tập Quy định" in secretary.last.text
    assert secretary.says("thứ Năm 19h30").last.text.startswith("📍 Họp 19h30 thứ Năm 05/3, ở đâu?")


@pytest.mark.parametrize("said", ["để sau", "De sau nhe", "nhắc sau", "đang bận", "lát nữa nhắc lại"])
def test_what_is_put_off_is_asked_until_when(secretary: Talker, said: str) -> None:
    assert secretary.says(said).last.text.startswith("⏰ <b>Nhắc lại lúc nào?</b>\nHọc tập Quy định")


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        ("mai nhắc lại", "8h00 thứ Ba 03/3"),
        ("nhac lai mai", "8h00 thứ Ba 03/3"),
        ("để mai", "8h00 thứ Ba 03/3"),
        ("chiều nhắc tôi nhé", "14h00 thứ Hai 02/3"),
        ("nhắc tối nay", "19h00 thứ Hai 02/3"),
    ],
)
def test_it_is_said_again_when_it_was_asked_for(
    world: World, secretary: Talker, said: str, moment: str
) -> None:
    assert secretary.says(said).last.text.startswith(f"✅ Sẽ nhắc lại lúc {moment}.")


def test_after_a_reminder_of_a_report_no_day_is_one_of_a_meeting(world: World, secretary: Talker) -> None:
    secretary.says("họp rồi hôm qua, đủ 28/28")
    secretary.says("/huy")
    tick_through(world, "2026-04-13 08:30", secretary)
    assert "Báo cáo tháng Tư" in secretary.last.text
    assert secretary.says("mai nộp").last.text.startswith("✅ Sẽ nhắc lại lúc 8h00 thứ Ba 14/4.")
    assert secretary.says("tuần sau").last.text.startswith("⏰ <b>Nhắc lại lúc nào?</b>\nBáo cáo tháng Tư")


@pytest.mark.parametrize("said", ["mai họp", "để sau", "tuần sau", "thứ Năm"])
def test_without_a_reminder_lately_only_what_speaks_of_a_meeting_is_taken(world: World, said: str) -> None:
    world.go("2026-03-09 20:00")
    secretary = world.registered("CB02", "secretary", members=28, meeting_day=3)
    world.go("2026-03-15 09:00")
    taken = "Họp thứ Hai 16/3, lúc mấy giờ?" in secretary.says(said).last.text
    assert taken == (said == "mai họp")
    assert taken or "chưa hiểu" in secretary.last.text


def test_an_hour_that_was_never_said_holds_up_no_result(world: World, secretary: Talker) -> None:
    secretary.says("hoãn sang thứ 5")
    assert "lúc mấy giờ?" in secretary.last.text
    tick_through(world, "2026-03-06 09:00", secretary)
    secretary.says("họp rồi")
    assert "Nhập kết quả" in secretary.last.text
    assert "Đã họp ngày nào?" in secretary.last.text


def test_counts_after_a_reminder_are_no_hour(world: World, secretary: Talker) -> None:
    secretary.says("hoãn sang thứ 5")
    tick_through(world, "2026-03-06 09:00", secretary)
    secretary.says("25/28, vắng 3 có phép")
    assert "25/28" in secretary.last.text
    assert "Đã họp ngày nào?" in secretary.last.text


def test_an_open_hour_yields_to_putting_off_after_a_reminder(world: World, secretary: Talker) -> None:
    secretary.says("hoãn sang thứ 5")
    assert "lúc mấy giờ?" in secretary.says("để sau").last.text
    tick_through(world, "2026-03-04 09:00", secretary)
    assert "Nhắc lại lúc nào?" in secretary.says("để sau").last.text


@pytest.mark.parametrize(
    "said",
    [
        "mai là ngày gì",
        "tuần sau có lịch gì?",
        "để sau này con cháu nhớ",
        "đồng chí Mai",
        "chưa họp thì sao?",
        "chưa họp bao giờ mà bảo quá hạn",
        "sáng mai đi công tác",
        "nhắc các đồng chí nộp đảng phí",
    ],
)
def test_what_else_is_said_puts_nothing_off(said: str) -> None:
    assert read_put_off(said) == ""
