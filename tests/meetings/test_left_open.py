"""A meeting that nobody ended: weeks later it stands in nobody's way, and nothing of it is lost."""

from sqlalchemy import select

from bot.tables import Demand, Duty, Meeting, MeetingState, Note, Topic, Unit
from tests.kit.talker import Talker
from tests.kit.walking import counted, now_at, row
from tests.kit.wording import labels, reads_well
from tests.kit.world import World


def left_open(secretary: Talker, days: int = 30) -> Talker:
    """Has begun the meeting of April, noted something, and forgotten to end it."""
    secretary.world.go("2022-04-05 19:30")
    secretary.says("/hop").taps("Bắt đầu họp: T4").says("Nhất trí với báo cáo")
    secretary.world.later(days=days)
    return secretary


def duty_of(world: World, month: str) -> Duty:
    with world.db.read() as session:
        found = (
            select(Duty)
            .join(Demand)
            .join(Topic, Demand.topic_id == Topic.id)
            .join(Unit, Duty.unit_id == Unit.id)
        )
        wanted = Topic.key == month, Unit.code == "CB01", Duty.kind == "meeting"
        return session.scalars(found.where(*wanted)).one()


def test_weeks_later_it_is_asked_what_became_of_it(secretary: Talker) -> None:
    left_open(secretary).says("/hop")
    assert "bắt đầu trên máy thứ Ba 05/4, đến nay đã 30 ngày, chưa bấm “Kết thúc”." in secretary.last.text
    assert "Đã ghi: 1 ý kiến; chưa điểm danh." in secretary.last.text
    assert labels(secretary) == [
        "✅ Đã họp xong, kết thúc",
        "▶️ Chưa xong, họp tiếp",
        "Không tính buổi ấy",
        "🏠 Để sau",
    ]
    secretary.taps("họp tiếp")
    assert now_at(secretary).startswith("Bước 1/")
    assert "phút" not in secretary.last.text  # a month is no length of a meeting
    reads_well(secretary)


def test_some_days_later_it_just_goes_on(secretary: Talker) -> None:
    left_open(secretary, days=3).says("/hop")
    assert now_at(secretary).startswith("Bước 1/")


def test_it_was_held_and_is_ended_on_its_day(secretary: Talker) -> None:
    left_open(secretary).says("/hop").taps("Đã họp xong")
    assert "⚠️ Chưa có số liệu điểm danh." in secretary.last.text
    counted(secretary).taps("Kết thúc")
    assert "Buổi này họp ngày nào?" in secretary.last.text
    secretary.taps("thứ Ba 05/4")
    meeting, duty = row(secretary.world), duty_of(secretary.world, "2022-04")
    assert (meeting.state, duty.state) == (MeetingState.HELD, "done")
    assert duty.on_time
    assert meeting.started_at is not None
    assert meeting.started_at.date().isoformat() == "2022-04-05"
    reads_well(secretary)


def test_it_was_none_and_the_next_begins(secretary: Talker) -> None:
    world = secretary.world
    left_open(secretary).says("/hop").taps("Không tính buổi ấy")
    assert "1 ý kiến đã ghi vẫn được giữ và mở lại được." in secretary.last.text
    secretary.taps("Thôi")
    assert "Đã họp xong, kết thúc" in str(labels(secretary))
    secretary.taps("Không tính buổi ấy").taps("Không tính buổi ấy")
    assert secretary.last.text.startswith(
        "✅ Không tính buổi bắt đầu thứ Ba 05/4 nữa; 1 ý kiến đã ghi vẫn được giữ."
    )
    assert (row(world).state, duty_of(world, "2022-04").state) == (MeetingState.CANCELLED, "open")
    secretary.taps("Bắt đầu họp").taps("T4 ·")
    assert now_at(secretary).startswith("Bước 1/")
    with world.db.read() as session:
        states = list(session.scalars(select(Meeting.state).order_by(Meeting.id)))
        assert session.scalars(select(Note.text)).all() == ["Nhất trí với báo cáo"]
    assert states == [MeetingState.CANCELLED, MeetingState.RUNNING]
    reads_well(secretary)


def test_set_aside_by_mistake_it_is_opened_again(secretary: Talker) -> None:
    world = secretary.world
    left_open(secretary).says("/hop").taps("Không tính buổi ấy").taps("Không tính buổi ấy").taps(
        "Mở lại buổi ấy"
    )
    assert now_at(secretary).startswith("Bước 1/")
    assert "Nhất trí với báo cáo" in secretary.last.text
    assert row(world).state == MeetingState.RUNNING
    secretary.says("/hop").taps("Không tính buổi ấy").taps("Không tính buổi ấy")
    again = secretary.find("Mở lại buổi ấy").payload
    secretary.taps("Bắt đầu họp").taps("T4 ·")
    secretary.presses(again)
    assert secretary.last.text.startswith(
        "Đơn vị đang họp một buổi cùng loại, nên chưa bắt đầu buổi khác được."
    )
    secretary.says("/lichhop")


def test_replaced_by_one_that_is_set_it_stays_aside(secretary: Talker) -> None:
    left_open(secretary).says("/hop").taps("Không tính buổi ấy").taps("Không tính buổi ấy")
    again = secretary.find("Mở lại buổi ấy").payload
    secretary.says("/lichhop").taps("T4 ·").says("9/5 19h30").taps("Giữ").taps("Bỏ qua")
    secretary.presses(again)
    assert secretary.last.text.startswith("Buổi ấy đã có buổi khác thay, nên không mở lại được.")
    reads_well(secretary)


def test_it_does_not_stand_in_the_way_of_the_next_of_its_kind(secretary: Talker) -> None:
    """From the button of another month's meeting, which is of the same kind."""
    world = secretary.world
    left_open(secretary)
    may = duty_of(world, "2022-05")
    secretary.presses(f"meet.begin:{may.id}")
    assert secretary.last.text.startswith(
        "Đơn vị đang họp một buổi cùng loại, nên chưa bắt đầu buổi khác được.\n\n⚠️ Buổi"
    )
    secretary.taps("Không tính buổi ấy").taps("Không tính buổi ấy")
    secretary.presses(f"meet.begin:{may.id}")
    assert now_at(secretary).startswith("Bước 1/")
    reads_well(secretary)
