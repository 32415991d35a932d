"""`/ketqua`: a meeting that was held without the walk; days that cannot be, two people at once."""

from datetime import date

import pytest
from sqlalchemy import func, select

from bot.calendar import Moment
from bot.duties.counting import tally_demands
from bot.meetings.attendance import AttendanceCounts
from bot.meetings.meetings import held_before
from bot.problems import Invalid
from bot.store.db import Database
from bot.summaries.recounting import miscounts
from bot.tables import Attendance, Audit, Duty, Meeting, Message, Note, Unit
from schedules import reminders
from tests.kit.committees import committee
from tests.kit.plans import shipped
from tests.kit.talker import Talker
from tests.kit.wording import labels, reads_well
from tests.kit.world import World


def april(world: World) -> Duty:
    with world.db.read() as session:
        return session.scalars(select(Duty).where(Duty.key == "2022-04", Duty.unit.has(code="CB01"))).one()


def held(world: World) -> list[Meeting]:
    with world.db.read() as session:
        return list(session.scalars(select(Meeting).where(Meeting.state == "held")))


def asks_day(talker: Talker) -> bool:
    return "👉 Đã họp ngày nào?" in talker.last.text


def test_a_day_by_button_then_the_counts(world: World, secretary: Talker) -> None:
    world.go("2022-04-06 09:00")
    secretary.says("/ketqua")
    assert "⏰ Hạn đến hết thứ Bảy 30/4" in secretary.last.text
    secretary.taps("T4 ·")
    assert labels(secretary) == [
        *("Hôm nay, thứ Tư 06/4", "Hôm qua, thứ Ba 05/4", "Thứ Hai 04/4", "Chủ nhật 03/4"),
        "⬅️ Quay lại",
    ]
    secretary.taps("Hôm qua").says("25/28, 2 có phép, 1 không").taps("Đúng")
    text = secretary.last.text
    assert text.startswith("✅ <b>Đã ghi kết quả buổi họp thứ Ba 05/4</b>\nChi bộ Văn phòng\nTổng số")
    assert "hệ thống chính trị: đúng hạn\n\n👉 Việc tiếp theo: Báo cáo kết quả" in text
    assert text.endswith("quý II/2022 (hạn thứ Năm 30/6).")
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
        ("15/4", "thứ Sáu 15/4 chưa đến."),
        ("ngày mai", "thứ Tư 13/4 chưa đến."),
        ("21/3", "bắt đầu từ thứ Ba 22/3, nên ngày thứ Hai 21/3 chưa tính được."),
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


def test_days_before_the_topic_is_told_are_not_offered_and_not_taken(world: World, secretary: Talker) -> None:
    """It was told on 22/3: a meeting of the last days of March may have been about it."""
    secretary.says("/ketqua").taps("T4 ·")
    assert labels(secretary)[0] == "Hôm nay, thứ Sáu 01/4"
    assert len(labels(secretary)) == 5
    question = secretary.find("Hôm nay").payload.split(":")[0]
    for value in ("2022-03-21", "2022-04-02", "x"):
        secretary.presses(f"{question}:{value}")
        assert asks_day(secretary), value
        question = secretary.find("Hôm nay").payload.split(":")[0]
    secretary.taps("Quay lại")
    assert "Đã họp buổi nào?" in secretary.last.text
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
    assert "📅 Lịch họp 19h30 thứ Ba 05/4, tại Phòng 1" in secretary.last.text
    secretary.taps("T4 ·")
    assert "Thứ Ba 05/4" in labels(secretary)
    secretary.taps("Thứ Ba 05/4").says("đủ").taps("Đúng")
    (meeting,) = held(world)
    assert meeting.place == "Phòng 1"
    assert april(world).next_reminder_at is None


def test_the_counts_are_asked_of_the_day_of_the_meeting(world: World, secretary: Talker) -> None:
    world.go("2022-04-12 07:30")
    secretary.says("/ketqua").taps("T4 ·").taps("Hôm qua")
    assert "tổng số 28 đảng viên, buổi thứ Hai 11/4 có mặt thế nào?" in secretary.last.text
    secretary.taps("Quay lại").taps("Hôm nay")
    assert "tổng số 28 đảng viên, hôm nay có mặt thế nào?" in secretary.last.text
    reads_well(secretary)


def test_late_is_said(world: World, secretary: Talker) -> None:
    world.go("2022-05-05 09:00")
    secretary.says("/ketqua").taps("T4 ·").taps("Hôm nay").says("đủ").taps("Đúng")
    assert "hệ thống chính trị: trễ hạn" in secretary.last.text
    assert "👉 Việc tiếp theo: đặt lịch họp Sinh hoạt chính trị tháng 5/2022" in secretary.last.text
    assert labels(secretary)[0] == "📅 Đặt lịch họp"
    reads_well(secretary)


def test_held_in_time_but_entered_later_is_on_time(world: World, secretary: Talker) -> None:
    world.go("2022-05-05 09:00")
    secretary.says("/ketqua").taps("T4 ·").says("28/4").says("đủ").taps("Đúng")
    assert "hệ thống chính trị: đúng hạn" in secretary.last.text


def test_a_plain_meeting(world: World, secretary: Talker) -> None:
    secretary.says("/ketqua").taps("ngoài kế hoạch")
    assert "Họp thường kỳ ngoài kế hoạch\n\n👉 Đã họp ngày nào?" in secretary.last.text
    secretary.says("31/3").says("đủ").taps("Đúng")
    assert "Đã ghi kết quả buổi họp thứ Năm 31/3" in secretary.last.text
    assert "Sinh hoạt chính trị tháng 4/2022 về xây" not in secretary.last.text.partition("👉")[0]
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
    counts = AttendanceCounts(28, 28, 0, 0, 0)
    with world.db.read() as stale:
        duty = stale.scalars(select(Duty).where(Duty.key == "2022-04", Duty.unit.has(code="CB01"))).one()
        unit = stale.get_one(Unit, duty.unit_id)
    secretary.says("/ketqua").taps("T4 ·").taps("Hôm nay").says("đủ").taps("Đúng")
    with world.db.write() as session:
        session.add_all([unit, duty])
        with pytest.raises(Invalid) as refused:
            held_before(session, unit, duty, world.at, counts, 1, Moment(world.at, world.desk.zone))
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
    world.tick(reminders.say_reminders)
    secretary.says("/ketqua").taps("T4 ·").taps("Hôm nay").says("đủ").taps("Đúng")
    with world.db.read() as session:
        assert session.scalar(select(func.count()).where(Message.state == "waiting")) == 0
    world.go("2022-04-19 09:00")
    assert secretary.looks() == []


# One card, and what is added to it


def test_the_card_has_day_place_and_counts_and_each_may_be_changed(world: World, secretary: Talker) -> None:
    world.go("2022-04-06 09:00")
    secretary.says("/ketqua").taps("T4 ·").taps("Hôm qua").says("25/28, 2 có phép, 1 không")
    assert secretary.last.text.startswith(
        "📝 <b>Kết quả buổi họp – Chi bộ Văn phòng</b>\nSinh hoạt chính trị tháng 4/2022 về xây dựng, chỉnh đốn Đảng "
        "và hệ thống chính trị\n📅 Thứ Ba 05/4\n📍 Chưa ghi địa điểm\nTổng số: <b>28</b>\n"
    )
    assert labels(secretary)[:4] == ["✅ Đúng", "✏️ Sửa số liệu", "📅 Đổi ngày", "📍 Địa điểm"]
    secretary.taps("Địa điểm").says("Hội trường tầng 2")
    assert "📍 Hội trường tầng 2\n" in secretary.last.text
    secretary.taps("Đổi ngày").says("4/4")
    assert (
        "📅 Thứ Hai 04/4\n📍 Hội trường tầng 2\nTổng số: <b>28</b>\nCó mặt: <b>25</b>" in secretary.last.text
    )
    secretary.taps("Sửa số liệu").says("26/28, 2 có phép")
    assert (
        "📅 Thứ Hai 04/4\n📍 Hội trường tầng 2\nTổng số: <b>28</b>\nCó mặt: <b>26</b>" in secretary.last.text
    )
    assert held(world) == []
    secretary.taps("Đúng")
    (meeting,) = held(world)
    assert (meeting.place, meeting.started_at) == ("Hội trường tầng 2", world.local("2022-04-04 08:00"))
    assert meeting.rules == "12-HD/BTCTW"
    reads_well(secretary)


def test_a_button_of_the_card_out_of_place_leads_home(world: World, secretary: Talker) -> None:
    secretary.presses("result.change:day")
    assert "🏠" in secretary.last.text
    secretary.says("/ketqua").taps("T4 ·").taps("Hôm nay").says("đủ").taps("Địa điểm").taps("Không ghi")
    secretary.presses("result.change:else")
    assert "🏠" in secretary.last.text
    assert held(world) == []


def test_votes_tasks_and_notes_are_added_afterwards(world: World, secretary: Talker) -> None:
    secretary.says("/ketqua").taps("T4 ·").taps("Hôm nay").says("đủ").taps("Đúng").taps("Ghi thêm")
    assert "✏️ <b>Kết quả buổi họp thứ Sáu 01/4</b>" in secretary.last.text
    secretary.taps("Biểu quyết").taps("Nghị quyết").taps("Cả 28").taps("Tất cả 28")
    secretary.taps("Về kết quả").taps("Phân công").says("Việc A – bí thư – 25/5").taps("Về kết quả")
    secretary.taps("Ghi thêm ý kiến")
    assert "📝 <b>Ghi thêm cho buổi họp thứ Sáu 01/4</b>" in secretary.last.text
    secretary.says("Ý kiến một").says("tiếp").taps("Về kết quả")
    text = secretary.last.text
    assert (
        "Ý kiến đã ghi: 2\n🗳 Thông qua nghị quyết của buổi họp: tán thành 28/28\nĐã phân công: 1 việc" in text
    )
    secretary.taps("Sửa ý kiến").says("2").says("Ý kiến hai").taps("Về kết quả")
    with world.db.read() as session:
        found = session.scalars(select(Note).order_by(Note.id)).all()
        assert [(note.text, note.step) for note in found] == [("Ý kiến một", 0), ("Ý kiến hai", 0)]
        actions = session.scalars(
            select(Audit.action).where(Audit.subject.like("meeting:1 note%")).order_by(Audit.id)
        ).all()
        assert actions == ["result corrected", "result corrected", "note corrected"]
    reads_well(secretary)


# Correcting what was sent


def entered(world: World, talker: Talker, line: str = "25/28, 2 có phép, 1 không") -> Talker:
    return talker.says("/ketqua").taps("T4 ·").taps("Hôm nay").says(line).taps("Đúng")


def changes(world: World) -> list[str]:
    with world.db.read() as session:
        return list(
            session.scalars(
                select(Audit.subject).where(Audit.action == "result corrected").order_by(Audit.id)
            )
        )


def test_counts_are_corrected_logged_and_counted_at_once(world: World, secretary: Talker) -> None:
    leader = world.registered("DUK", "leader")
    entered(world, secretary)
    assert "25/28" in _share(world, leader)
    world.later(days=5)
    secretary.taps("Ghi thêm, sửa kết quả").taps("Số liệu").says("27/28, 1 có phép").taps("Đúng")
    assert "Có mặt: <b>27</b>" in secretary.last.text
    assert changes(world) == [
        "meeting:1 present 25>27",
        "meeting:1 absent_excused 2>1",
        "meeting:1 absent_unexcused 1>0",
    ]
    assert "27/28" in _share(world, leader)
    reads_well(secretary, leader)


def _share(world: World, leader: Talker) -> str:
    """What the summaries say of April, which is what its rows say."""
    with world.db.read() as session:
        assert miscounts(session) == []
        (tally,) = [t for t in tally_demands(session, Duty.key == "2022-04", world.at.date()) if t.present]
        return f"{tally.present}/{tally.obliged}"


def test_those_elsewhere_need_not_come_in_the_figures_too(world: World, secretary: Talker) -> None:
    entered(world, secretary, "25/28, 1 có phép, 2 ở nơi khác")
    with world.db.read() as session:
        (tally,) = [t for t in tally_demands(session, Duty.key == "2022-04", world.at.date()) if t.present]
        assert (tally.present, tally.obliged) == (25, 26)


def test_another_day_changes_the_verdict_and_what_follows(db: Database) -> None:
    world = World(db)
    world.go("2022-07-20 08:00")
    committee(world)
    world.load(shipped("42-KH-DUK-2022.yaml"))
    secretary = world.registered("CB01", "secretary")
    secretary.says("/ketqua").taps("Quý 3").says("19/7").says("đủ").taps("Đúng").taps("Ghi thêm, sửa")
    secretary.taps("Ngày họp").says("25/7")
    assert "thứ Hai 25/7 chưa đến" in secretary.last.text
    secretary.says("1/3")
    assert "chưa tính được" in secretary.last.text
    secretary.says("18/7")
    assert "Kết quả buổi họp thứ Hai 18/7" in secretary.last.text
    assert changes(world) == ["meeting:1 day 2022-07-19>2022-07-18"]
    with db.read() as session:
        after = session.scalars(
            select(Duty).where(Duty.key == "gui-chuyen-de:cd-3", Duty.unit.has(code="CB01"))
        ).one()
        assert (after.opens_on, after.due_on) == (date(2022, 7, 18), date(2022, 7, 20))
    secretary.taps("Địa điểm").says("Nhà văn hóa thôn")
    assert " · Nhà văn hóa thôn\n" in secretary.last.text
    reads_well(secretary)


def test_a_late_meeting_was_in_time_after_all(world: World, secretary: Talker) -> None:
    world.go("2022-05-05 09:00")
    entered(world, secretary)
    assert not april(world).on_time
    secretary.taps("Ghi thêm, sửa kết quả").taps("Ngày họp").says("28/4")
    assert "hệ thống chính trị: đúng hạn" in secretary.last.text
    assert april(world).on_time
    secretary.taps("Ngày họp").says("28/4")
    assert changes(world) == ["meeting:1 day 2022-05-05>2022-04-28"]
    reads_well(secretary)


def test_after_thirty_days_a_leader_must_let_it_be(world: World, secretary: Talker) -> None:
    leader, follower = world.registered("DUK", "leader"), world.registered("DUK", "follower")
    entered(world, secretary)
    world.go("2022-05-01 09:00")
    secretary.says("/ketqua").presses("result.fix:1")
    assert "Kết quả buổi họp" in secretary.last.text
    world.go("2022-05-02 09:00")
    secretary.presses("result.fix:1")
    assert "Buổi họp thứ Sáu 01/4 đã quá 30 ngày" in secretary.last.text
    for payload in ("result.count:1", "result.day:1", "result.recounted:1", "vote.add:1", "task.add:1"):
        secretary.presses(payload)
        assert "đã quá 30 ngày" in secretary.last.text, payload
    world.go("2022-05-05 09:00")
    secretary.taps("Xin sửa")
    assert "Đã gửi lời xin sửa buổi họp thứ Sáu 01/4 tới lãnh đạo cấp trên (1 đồng chí)" in (
        secretary.last.text
    )
    secretary.presses("result.leave:1")
    assert "Hôm nay đồng chí đã xin sửa buổi này rồi" in secretary.last.text
    assert follower.looks() == []
    follower.presses("result.unlock:1")
    assert "không thuộc phạm vi" in follower.last.text
    leader.looks()
    assert "<b>Chi bộ Văn phòng</b> xin sửa kết quả buổi họp thứ Sáu 01/4" in leader.last.text
    leader.taps("Cho phép sửa 3 ngày")
    assert "sửa được kết quả buổi họp thứ Sáu 01/4 đến 9h00 Chủ nhật 08/5" in leader.last.text
    world.later(minutes=31)
    secretary.looks()
    assert "Lãnh đạo cấp trên đã cho phép sửa kết quả" in secretary.last.text
    secretary.taps("Sửa kết quả").taps("Số liệu").says("28/28").taps("Đúng")
    assert "Có mặt: <b>28</b>" in secretary.last.text
    world.later(days=3)
    secretary.presses("result.fix:1")
    assert "Buổi họp thứ Sáu 01/4 đã quá 30 ngày" in secretary.last.text
    with world.db.read() as session:
        actions = session.scalars(
            select(Audit.action).where(Audit.action.startswith("leave")).order_by(Audit.id)
        ).all()
        assert actions == ["leave asked", "leave asked", "leave given"]
    reads_well(secretary, leader, follower)


def test_without_a_leader_above_it_is_said(world: World, secretary: Talker) -> None:
    entered(world, secretary)
    secretary.presses("result.leave:1")
    assert "Kết quả buổi họp" in secretary.last.text
    world.later(days=40)
    secretary.presses("result.leave:1")
    assert "Cấp trên chưa có lãnh đạo nào dùng trợ lý" in secretary.last.text
    other = world.registered("CB02", "secretary")
    for payload in ("result.leave:1", "result.fix:1", "result.count:1", "result.unlock:1", "result.fix:99"):
        other.presses(payload)
        assert "không thuộc phạm vi" in other.last.text, payload
    reads_well(secretary, other)


def test_a_running_meeting_is_not_corrected_but_led(world: World, secretary: Talker) -> None:
    secretary.says("/hop").taps("T4 ·").presses("result.fix:1")
    assert secretary.last.text.startswith("<b>Bước 1/8")
    secretary.presses("result.day:1")
    assert secretary.last.text.startswith("<b>Bước 1/8")


def members(world: World) -> int | None:
    with world.db.read() as session:
        return session.scalars(select(Unit.members).where(Unit.code == "CB01")).one()


def test_what_was_said_of_a_held_meeting_stays_and_only_the_rest_is_asked(
    world: World, secretary: Talker
) -> None:
    world.go("2022-04-06 09:00")
    secretary.says("/ketqua").taps("T4 ·").taps("Hôm qua").says("hai lăm, 2 vắng có lý do")
    assert secretary.last.text.startswith("25/28, vắng 3: 2 có lý do.\nĐồng chí thứ ba?")
    secretary.says("có mặt 26")
    assert "• có mặt: trước <b>25</b>, nay <b>26</b>" in secretary.last.text
    secretary.taps("Giữ số cũ").taps("Được miễn")
    assert "Vắng có lý do: 2\nVắng không lý do: 0\nĐược miễn sinh hoạt: 1\n" in secretary.last.text
    secretary.taps("Đúng")
    assert len(held(world)) == 1
    assert members(world) == 28
    reads_well(secretary)


def test_another_number_of_members_is_agreed_to_once_and_kept_while_the_day_changes(
    world: World, secretary: Talker
) -> None:
    world.go("2022-04-06 09:00")
    secretary.says("/ketqua").taps("T4 ·").taps("Hôm qua").says("13/13")
    assert "Tổng số nay là 13?" in secretary.last.text
    secretary.taps("Đúng, nay là 13").taps("Đổi ngày").says("4/4")
    assert "Tổng số: <b>13</b>" in secretary.last.text
    assert "✅ Đúng" in labels(secretary)
    assert members(world) == 28
    secretary.taps("Đúng")
    assert members(world) == 13
    secretary.says("/ketqua").taps("ngoài kế hoạch").taps("Hôm nay").says("14/14")
    assert "✅ Đúng, nay là 14" in labels(secretary)
    assert "⚠️ Tổng số đang ghi là 13; đúng thì nay là 14." in secretary.last.text
    secretary.taps("Sửa số liệu").says("đủ").taps("Đúng")
    assert members(world) == 13
    reads_well(secretary)
