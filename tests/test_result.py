"""`/ketqua`: a meeting that was held without the walk; days that cannot be, two people at once."""

from datetime import date

import pytest
from sqlalchemy import func, select

from bot.db import Database
from bot.domain.attendance import Counts
from bot.domain.meetings import held_before
from bot.domain.problems import Invalid
from bot.models import Attendance, Duty, Meeting, Message, Unit
from schedules import reminders
from tests.kit import Talker, World, shipped
from tests.test_month import committee, labels, reads_well


@pytest.fixture
def world(db: Database) -> World:
    world = World(db)
    committee(world)
    world.load(shipped("60-KH-DUK-2022.yaml"))
    return world


@pytest.fixture
def secretary(world: World) -> Talker:
    return world.registered("CB01", "secretary")


def april(world: World) -> Duty:
    with world.db.read() as session:
        return session.scalars(select(Duty).where(Duty.key == "2022-04", Duty.unit.has(code="CB01"))).one()


def held(world: World) -> list[Meeting]:
    with world.db.read() as session:
        return list(session.scalars(select(Meeting).where(Meeting.state == "held")))


def asks_day(talker: Talker) -> bool:
    return "👉 Chi bộ đã họp ngày nào?" in talker.last.text


def test_a_day_by_button_then_the_counts(world: World, secretary: Talker) -> None:
    world.go("2022-04-06 09:00")
    secretary.says("/ketqua")
    assert "⏰ Hạn đến hết thứ Bảy, 30/4/2022" in secretary.last.text
    secretary.taps("T4 ·")
    assert labels(secretary) == [
        *("Hôm nay, thứ 4 06/4", "Hôm qua, thứ 3 05/4", "Thứ 2 04/4", "CN 03/4"),
        "⬅️ Quay lại",
    ]
    secretary.taps("Hôm qua").says("25/28, 2 có phép, 1 không").taps("Đúng")
    text = secretary.last.text
    assert text.startswith("✅ <b>Đã ghi kết quả buổi họp thứ Ba, 05/4/2022</b>\nChi bộ Văn phòng\nTổng số")
    assert "hệ thống chính trị: đúng hạn\n\n👉 Việc tiếp theo: Báo cáo kết quả" in text
    assert text.endswith("quý II/2022 (hạn thứ 5 30/6).")
    assert (april(world).state, april(world).on_time) == ("done", True)
    (meeting,) = held(world)
    assert meeting.started_at == world.local("2022-04-05 08:00")
    secretary.says("/ketqua")
    assert "Kế hoạch không còn buổi nào đang chờ kết quả." in secretary.last.text
    reads_well(secretary)


@pytest.mark.parametrize(
    ("said", "began"),
    [
        ("5/4 19h30", "2022-04-05 19:30"),
        ("5", "2022-04-05 08:00"),
        ("thứ năm", "2022-04-07 08:00"),
        ("hôm qua", "2022-04-11 08:00"),
        ("hôm nay 7h", "2022-04-12 07:00"),
        ("hôm nay", "2022-04-12 07:30"),
    ],
)
def test_a_typed_day_is_the_last_such_day(world: World, secretary: Talker, said: str, began: str) -> None:
    world.go("2022-04-12 07:30")
    secretary.says("/ketqua").taps("T4 ·").says(said).says("đủ").taps("Đúng")
    (meeting,) = held(world)
    assert meeting.started_at is not None
    assert meeting.started_at.replace(second=0) == world.local(began)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("15/4", "thứ Sáu, 15/4/2022 chưa đến."),
        ("ngày mai", "thứ Tư, 13/4/2022 chưa đến."),
        ("31/3", "bắt đầu từ thứ Sáu, 01/4/2022, nên ngày thứ Năm, 31/3/2022 chưa tính được."),
        ("20", "chưa đến."),
        ("hôm nào đó", "chưa hiểu “hôm nào đó”"),
        ("31/2", "Không có ngày nào như “31/2”"),
        ("19h30", "chưa hiểu “19h30”"),
    ],
)
def test_a_day_that_cannot_be_is_asked_again(world: World, secretary: Talker, said: str, why: str) -> None:
    world.go("2022-04-12 08:00")
    secretary.says("/ketqua").taps("T4 ·").says(said)
    assert why in secretary.last.text
    assert asks_day(secretary)
    assert held(world) == []
    reads_well(secretary)


def test_days_before_the_topic_opens_are_not_offered_and_not_taken(world: World, secretary: Talker) -> None:
    secretary.says("/ketqua").taps("T4 ·")
    assert labels(secretary) == ["Hôm nay, thứ 6 01/4", "⬅️ Quay lại"]
    question = secretary.find("Hôm nay").payload.split(":")[0]
    for value in ("2022-03-31", "2022-04-02", "x"):
        secretary.presses(f"{question}:{value}")
        assert asks_day(secretary), value
        question = secretary.find("Hôm nay").payload.split(":")[0]
    secretary.taps("Quay lại")
    assert "Chi bộ đã họp buổi nào?" in secretary.last.text
    assert held(world) == []
    reads_well(secretary)


def test_back_from_the_counts_and_leaving_write_nothing(world: World, secretary: Talker) -> None:
    secretary.says("/ketqua").taps("T4 ·").taps("Hôm nay").taps("Quay lại")
    assert asks_day(secretary)
    secretary.taps("Hôm nay").says("đủ").says("/huy")
    assert held(world) == []
    assert april(world).state == "open"
    secretary.presses("result.counted")
    assert "🏠" in secretary.last.text
    assert held(world) == []


def test_the_planned_day_is_offered_and_the_set_meeting_becomes_the_held_one(
    world: World, secretary: Talker
) -> None:
    secretary.says("/lichhop").says("5/4 19h30").says("Phòng 1")
    world.go("2022-04-14 08:00")
    secretary.says("/ketqua")
    assert "🗓 Lịch họp 19h30 thứ Ba, 05/4/2022, tại Phòng 1" in secretary.last.text
    secretary.taps("T4 ·")
    assert "Thứ 3 05/4" in labels(secretary)
    secretary.taps("Thứ 3 05/4").says("đủ").taps("Đúng")
    (meeting,) = held(world)
    assert meeting.place == "Phòng 1"
    assert april(world).next_reminder_at is None


def test_late_is_said(world: World, secretary: Talker) -> None:
    world.go("2022-05-05 09:00")
    secretary.says("/ketqua").taps("T4 ·").taps("Hôm nay").says("đủ").taps("Đúng")
    assert "hệ thống chính trị: trễ hạn" in secretary.last.text
    assert "👉 Việc tiếp theo: đặt lịch họp Sinh hoạt chính trị tháng 5/2022" in secretary.last.text
    assert labels(secretary)[0] == "🗓 Đặt lịch họp"
    reads_well(secretary)


def test_held_in_time_but_entered_later_is_on_time(world: World, secretary: Talker) -> None:
    world.go("2022-05-05 09:00")
    secretary.says("/ketqua").taps("T4 ·").says("28/4").says("đủ").taps("Đúng")
    assert "hệ thống chính trị: đúng hạn" in secretary.last.text


def test_a_plain_meeting(world: World, secretary: Talker) -> None:
    secretary.says("/ketqua").taps("ngoài kế hoạch")
    assert "Họp thường kỳ ngoài kế hoạch\n\n👉 Chi bộ đã họp ngày nào?" in secretary.last.text
    secretary.says("31/3").says("đủ").taps("Đúng")
    assert "Đã ghi kết quả buổi họp thứ Năm, 31/3/2022" in secretary.last.text
    assert "✔️" not in secretary.last.text
    assert april(world).state == "open"
    (meeting,) = held(world)
    assert meeting.topic_id is None
    reads_well(secretary)


def test_the_follow_up_counts_from_the_day_it_was_held(db: Database) -> None:
    world = World(db)
    world.go("2022-07-20 08:00")
    committee(world)
    world.load(shipped("42-KH-DUK-2022.yaml"))
    secretary = world.registered("CB01", "secretary")
    secretary.says("/ketqua").taps("Quý 3").says("19/7").says("đủ").taps("Đúng")
    with db.read() as session:
        after = session.scalars(select(Duty).where(Duty.due_on == date(2022, 7, 21))).one()
        assert (after.key, after.opens_on) == ("gui-chuyen-de:cd-3", date(2022, 7, 19))


def test_two_people_enter_it_once(world: World, secretary: Talker) -> None:
    other = world.registered("CB01", "secretary")
    secretary.says("/ketqua").taps("T4 ·").taps("Hôm nay").says("đủ")
    other.says("/ketqua").taps("T4 ·").taps("Hôm nay").says("27/28, 1 có phép").taps("Đúng")
    secretary.taps("Đúng")
    assert "✅ Việc này đã xong" in secretary.last.text
    with world.db.read() as session:
        assert session.scalar(select(func.count()).select_from(Meeting)) == 1
        assert session.scalars(select(Attendance)).one().present == 27
    reads_well(secretary, other)


def test_a_duty_that_was_closed_in_another_transaction_is_not_closed_twice(
    world: World, secretary: Talker
) -> None:
    """The domain itself looks again once it holds the unit's lock."""
    counts = Counts(28, 28, 0, 0, 0)
    with world.db.read() as stale:
        duty = stale.scalars(select(Duty).where(Duty.key == "2022-04", Duty.unit.has(code="CB01"))).one()
        unit = stale.get_one(Unit, duty.unit_id)
    secretary.says("/ketqua").taps("T4 ·").taps("Hôm nay").says("đủ").taps("Đúng")
    with world.db.write() as session:
        session.add_all([unit, duty])
        with pytest.raises(Invalid) as refused:
            held_before(session, unit, duty, world.at, counts, 1, world.at, world.desk.zone)
    assert refused.value.code == "duty_done"
    assert len(held(world)) == 1


def test_a_running_meeting_may_be_entered_as_held(world: World, secretary: Talker) -> None:
    other = world.registered("CB01", "secretary")
    other.says("/hop").taps("T4 ·").says("Một ý kiến")
    secretary.says("/ketqua")
    assert "họp dở\n" in secretary.last.text
    secretary.taps("T4 ·").taps("Hôm nay").says("đủ").taps("Đúng")
    other.says("Ý kiến nữa")
    assert "Buổi họp này đã kết thúc" in other.last.text
    assert len(held(world)) == 1
    reads_well(secretary, other)


def test_waiting_reminders_are_withdrawn(world: World, secretary: Talker) -> None:
    world.go("2022-04-19 07:10")
    world.tick(reminders.tick)
    secretary.says("/ketqua").taps("T4 ·").taps("Hôm nay").says("đủ").taps("Đúng")
    with world.db.read() as session:
        assert session.scalar(select(func.count()).where(Message.state == "waiting")) == 0
    world.go("2022-04-19 09:00")
    assert secretary.looks() == []
