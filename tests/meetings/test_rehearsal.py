"""`Họp thử`: the whole meeting walked, every card says so, and nothing of it is left anywhere."""

import pytest
from sqlalchemy import func, select

from bot.calendar import Moment
from bot.meetings.concerns import setting_concerns
from bot.meetings.meetings import live_meeting
from bot.meetings.rehearsing import forget_rehearsal
from bot.tables import Attendance, Audit, Duty, Meeting, MeetingDuty, Message, Note, Plan, Task, Unit, Vote
from bot.units.ends import close_unit
from tests.kit.plans import shipped
from tests.kit.talker import Talker
from tests.kit.walking import counted, to_the_end
from tests.kit.wording import labels, reads_well
from tests.kit.world import World

BANNER = "<b>HỌP THỬ</b> – không vào số liệu"


def rehearsing(talker: Talker) -> Talker:
    return tapped(talker.says("/hop"), "Họp thử")


def tapped(talker: Talker, label: str) -> Talker:
    """By the whole label: "Họp thử" begins "Họp thường kỳ" as well."""
    return talker.presses(next(choice.payload for choice in talker.choices if choice.label == label))


def figures(world: World) -> list[object]:
    """All that a rehearsal may not touch."""
    with world.db.read() as session:
        return [
            session.execute(
                select(Duty.id, Duty.state, Duty.on_time, Duty.next_reminder_at).order_by(Duty.id)
            ).all(),
            session.execute(select(Unit.code, Unit.members).order_by(Unit.id)).all(),
            session.execute(select(Task.id, Task.state, Task.outcome, Task.reviewed_id)).all(),
            session.execute(select(Meeting.id, Meeting.state, Meeting.place).order_by(Meeting.id)).all(),
            session.scalar(select(func.count()).select_from(MeetingDuty)),
            session.scalar(select(func.count()).select_from(Plan)),
        ]


def left_over(world: World) -> list[int]:
    with world.db.read() as session:
        tables = (Meeting, Note, Vote, Task, Attendance)
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def test_the_whole_meeting_is_walked_and_leaves_nothing(world: World, secretary: Talker) -> None:
    before = figures(world)
    rehearsing(secretary)
    start = len(secretary.got) - 1
    assert secretary.last.text.startswith(f"{BANNER}\n\n<b>Bước 1/8 · Tuyên bố lý do")
    secretary.says("Một ý kiến").taps("Tiếp")
    counted(secretary, "26/30, 4 có phép").taps("Thêm").taps("Biểu quyết").taps("Nghị quyết")
    secretary.says("25").says("25").says("tất cả").taps("Sửa 1").says("24, 1 không").taps("Về bước họp")
    secretary.taps("Thêm").taps("Phân công").says("Việc A – bí thư – 25/5").taps("Về bước họp")
    secretary.taps("Thêm").taps("đến muộn").taps("Họp tiếp").taps("Thêm").taps("Đọc lại")
    secretary.taps("Đúng, đã thông qua").says("tiếp").taps("Thêm").taps("Tạm dừng").taps("Họp tiếp")
    with world.db.read() as session:
        assert session.scalar(select(func.count()).select_from(MeetingDuty)) == 0
        assert session.scalars(select(Meeting)).one().rehearsal
    to_the_end(secretary).taps("Kết thúc")
    assert "Đã kết thúc buổi họp thử của Chi bộ Văn phòng: đi 8/8 bước" in secretary.last.text
    assert "đã được xóa, không vào số liệu nào" in secretary.last.text
    unmarked = [reply.text for reply in secretary.got[start:] if not reply.text.startswith(BANNER)]
    assert unmarked == []
    assert left_over(world) == [0, 0, 0, 0, 0]
    assert figures(world) == before
    reads_well(secretary)


def test_among_several_it_is_asked_which(world: World, secretary: Talker) -> None:
    world.load(shipped("42-KH-DUK-2022.yaml"))
    rehearsing(secretary)
    assert secretary.last.text.startswith("<b>Họp thử – Chi bộ Văn phòng</b>")
    secretary.taps("Quý 2")
    assert "Bước 1/8 · Tuyên bố lý do, giới thiệu đại biểu (nếu có)" in secretary.last.text
    secretary.taps("Thêm").taps("Tạm dừng").taps("Chọn nhầm")
    assert "Đã kết thúc buổi họp thử" in secretary.last.text
    rehearsing(secretary).taps("Họp thường kỳ")
    assert "Bước 1/15" in secretary.last.text
    secretary.presses("meet.try:2:99999")
    assert "không thuộc phạm vi" in secretary.last.text
    reads_well(secretary)


def test_from_the_card_of_the_month(world: World, secretary: Talker) -> None:
    tapped(secretary.says("/thangnay"), "Họp thử")
    assert "Bước 1/8" in secretary.last.text


def test_a_real_meeting_knows_nothing_of_a_rehearsal_that_is_open(world: World, secretary: Talker) -> None:
    rehearsing(secretary).taps("Tiếp")
    counted(secretary, "27/27")
    secretary.says("/hop")
    assert "Họp thử tiếp" in labels(secretary)
    secretary.taps("Họp thử tiếp")
    assert "Bước 3/8" in secretary.last.text
    with world.db.read() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "CB01")).one()
        assert unit.members == 28
        assert live_meeting(session, unit.id, None) is None
        assert setting_concerns(session, unit.id, None, world.at, Moment(world.at, world.desk.zone)) == []
    secretary.says("/hop").taps("T4 ·")
    assert secretary.last.text.startswith("<b>Bước 1/8")
    secretary.says("/hop")
    assert secretary.last.text.startswith("<b>Bước 1/8")
    to_the_end(secretary).taps("Kết thúc")
    with world.db.read() as session:
        found = session.scalars(select(Meeting).order_by(Meeting.id)).all()
        assert [(row.state, row.rehearsal) for row in found] == [("running", True), ("held", False)]
    reads_well(secretary)


def test_a_new_rehearsal_forgets_the_one_left_open(world: World, secretary: Talker) -> None:
    rehearsing(secretary).says("Một")
    rehearsing(secretary)
    assert "Bước 1/8" in secretary.last.text
    assert "Đã ghi" not in secretary.last.text
    assert left_over(world)[:2] == [1, 0]


def test_tasks_of_real_meetings_are_shown_and_stay_as_they_are(world: World, secretary: Talker) -> None:
    secretary.says("/hop").taps("ngoài kế hoạch").taps("Thêm").taps("Phân công")
    secretary.says("Việc A – bí thư – 25/5").taps("Về bước họp")
    to_the_end(secretary).taps("Kết thúc")
    before = figures(world)
    world.later(days=20)
    rehearsing(secretary).taps("T4 ·").taps("Thêm").taps("Việc đã giao").says("xong, đã nộp")
    assert secretary.last.text.startswith(BANNER)
    secretary.taps("Họp tiếp")
    to_the_end(secretary).taps("Kết thúc")
    assert figures(world) == before
    secretary.says("/thangnay")
    assert "Việc đã giao chưa xong: 1" in secretary.last.text
    reads_well(secretary)


def test_the_other_phone_is_told_that_it_is_over(world: World, secretary: Talker) -> None:
    other = world.registered("CB01", "secretary")
    rehearsing(secretary)
    other.says("/hop").taps("Họp thử tiếp")
    to_the_end(secretary).taps("Kết thúc")
    other.says("Muộn rồi")
    assert "Buổi họp thử này đã kết thúc; không có gì được giữ lại." in other.last.text
    other.taps("Tiếp")
    assert "không thuộc phạm vi" in other.last.text
    assert left_over(world) == [0, 0, 0, 0, 0]
    reads_well(secretary, other)


def test_it_ends_without_counts_and_another_day_and_no_reminder_goes_out(
    world: World, secretary: Talker
) -> None:
    rehearsing(secretary)
    world.later(days=3)
    with world.db.read() as session:
        waiting = session.scalar(select(func.count()).where(Message.state == "waiting"))
    secretary.presses(f"meet.end:{_rehearsal(world)}")
    assert "Đã kết thúc buổi họp thử" in secretary.last.text
    with world.db.read() as session:
        assert session.scalar(select(func.count()).where(Message.state == "waiting")) == waiting
        held = session.scalars(select(Audit.action).where(Audit.action == "meeting held")).all()
        assert held == []


def _rehearsal(world: World) -> int:
    with world.db.read() as session:
        return session.scalars(select(Meeting.id).where(Meeting.rehearsal.is_(True))).one()


def test_a_unit_with_an_open_rehearsal_may_be_closed(world: World, secretary: Talker) -> None:
    rehearsing(secretary)
    with world.db.write() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "CB01")).one()
        close_unit(session, unit, world.at.date(), Moment(world.at, world.desk.zone))
        assert unit.closed_on is not None


def test_a_meeting_that_counts_is_never_forgotten(world: World, secretary: Talker) -> None:
    secretary.says("/hop").taps("T4 ·")
    with world.db.write() as session, pytest.raises(ValueError, match="not a rehearsal"):
        forget_rehearsal(session, session.scalars(select(Meeting)).one())
    assert left_over(world)[0] == 1
