"""One meeting for several plans: offered once, counted in each plan, parted where a day does not suit; the pilot first."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.duties.counting import tally_demands
from bot.meetings.joining import joinable_duties, may_join, takes_long, unlink_duty
from bot.meetings.meetings import set_meeting
from bot.tables import Duty, Meeting, MeetingDuty
from tests.kit.committees import committee
from tests.kit.duties import duty_of
from tests.kit.joining import CHUYEN_DE, THANG, joint_plan
from tests.kit.plans import plan_of
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.wording import labels, reads_well
from tests.kit.world import World

DOT = """
  - key: dot
    title: Đợt sinh hoạt chính trị
    meeting: regular
    period: {from: 2022-04-01, to: 2022-05-31}
    agenda: monthly-documents
    documents:
      - {type: Nghị quyết, symbol: 2-NQ/TW}
      - {type: Kết luận, symbol: 3-KL/TW}
"""
REPORTS = """
duties:
  - {key: truoc, do: report, title: "Dự thảo: {topic}", due: {before_meeting: 5}}
  - {key: sau, do: report, title: "Báo cáo: {topic}", due: {after_meeting: 2}}
"""
THEME = """
  - key: soi
    title: Tự soi, tự sửa theo {symbol}
    meeting: {meeting}
    period: {period}
    theme: tu-soi-tu-sua
"""


def soi(symbol: str, period: str, meeting: str = "thematic") -> str:
    return THEME.format(symbol=symbol, period=period, meeting=meeting)


pytestmark = begins(committee)


@pytest.fixture
def put(world: World, tmp_path: Path):  # type: ignore[no-untyped-def]
    """Loads plans that are written here."""

    def load(*texts: str) -> None:
        for text in texts:
            world.load(plan_of(text, tmp_path))

    return load


def states(world: World, *keys: str) -> dict[str, tuple[str, bool | None]]:
    return {key: (duty_of(world, key).state, duty_of(world, key).on_time) for key in keys}


def meetings(world: World, *wanted: str) -> list[tuple[Meeting, list[str]]]:
    """The unit's meetings in these states, each with the keys of what it answers."""
    with world.db.read() as session:
        rows = session.scalars(select(Meeting).where(Meeting.state.in_(wanted)).order_by(Meeting.id)).all()
        keys: Mapping[int, list[str]] = {row.id: [] for row in rows}
        for link in session.scalars(select(MeetingDuty)):
            if link.meeting_id in keys:
                keys[link.meeting_id].append(session.get_one(Duty, link.duty_id).key)
        return [(row, sorted(keys[row.id])) for row in rows]


def sets(talker: Talker, world: World, key: str, when: str, symbol: str = "") -> Talker:
    return talker.presses(f"plan.duty:{duty_of(world, key, symbol=symbol).id}").says(when)


def offered(talker: Talker) -> bool:
    return "có thể tính chung cho" in talker.last.text


def test_a_thematic_part_after_the_regular_one(world: World, put) -> None:  # type: ignore[no-untyped-def]
    put(joint_plan("1-KH", THANG), joint_plan("2-KH", CHUYEN_DE, "sequential", REPORTS))
    secretary = world.registered("CB01", "secretary")
    sets(secretary, world, "thang", "12/4 8h")
    assert secretary.last.text == (
        "🔗 Buổi thứ Ba 12/4 có thể tính chung cho: Chuyên đề quý Hai"
        " (kế hoạch 2-KH; hai phần nối tiếp trong một buổi).\n\n"
        "👉 Một buổi cho cả hai, hay họp riêng?"
    )
    join = secretary.find("Tính chung").payload
    secretary.says("tinh chung")
    assert "ở đâu?" in secretary.last.text
    secretary.presses(join)
    assert secretary.last.text.startswith("Nút đó là của câu hỏi đã qua.")
    secretary.taps("Bỏ qua")
    assert "Sinh hoạt tháng Tư\n🔗 Tính chung: Chuyên đề quý Hai (kế hoạch 2-KH)\n" in secretary.last.text
    assert "120 phút" not in secretary.last.text
    (meeting, keys) = meetings(world, "planned")[0]
    assert (keys, meeting.kind) == (["cd", "thang"], "regular")
    assert duty_of(world, "truoc:cd").due_on == date(2022, 4, 7)
    secretary.says("/thangnay")
    assert "🔗 Họp chung với: Chuyên đề quý Hai" in secretary.last.text
    assert "🔗 Họp chung với: Sinh hoạt tháng Tư" in secretary.last.text

    world.go("2022-04-12 08:00")
    secretary.presses(f"meet.duty:{duty_of(world, 'cd').id}")
    assert "Bước 1/" in secretary.last.text  # asked once, when it was set
    (meeting, _) = meetings(world, "running")[0]
    parts = [(step.key, step.phase) for step in meeting.steps]
    assert parts == [
        ("opening", "Mở đầu"),
        ("attendance", "Mở đầu"),
        ("document:1", "Sinh hoạt tháng Tư · Báo cáo văn bản"),
        ("document:2", "Sinh hoạt tháng Tư · Báo cáo văn bản"),
        ("discussion", "Sinh hoạt tháng Tư · Thảo luận"),
        ("conclusion", "Sinh hoạt tháng Tư · Kết thúc"),
        ("purpose", "Chuyên đề quý Hai"),
        ("paper", "Chuyên đề quý Hai"),
        ("prompts", "Chuyên đề quý Hai"),
        ("discussion", "Chuyên đề quý Hai"),
        ("conclusion", "Chuyên đề quý Hai"),
    ]
    assert len(meeting.marks.homework) == 1
    secretary.taps("Tiếp").taps("Điểm danh").says("đủ").taps("Đúng").taps("Tiếp")
    for _ in meeting.steps[2:]:
        secretary.taps("Tiếp")
    secretary.taps("Kết thúc")
    assert "✅ Sinh hoạt tháng Tư: đúng hạn\n✅ Chuyên đề quý Hai: đúng hạn\n" in secretary.last.text
    assert states(world, "thang", "cd") == {"thang": ("done", True), "cd": ("done", True)}
    assert duty_of(world, "sau:cd").due_on == date(2022, 4, 14)
    with world.db.read() as session:
        found = {
            (t.key, t.expected, t.on_time, t.present)
            for t in tally_demands(
                session, Duty.unit.has(code="CB01"), world.local("2022-04-12 00:00").date()
            )
            if t.kind == "meeting"
        }
    assert found == {("thang", 1, 1, 28), ("cd", 1, 1, 28)}
    reads_well(secretary)


def test_a_meeting_called_off_takes_the_days_of_its_own_unit_alone(world: World, put) -> None:  # type: ignore[no-untyped-def]
    put(joint_plan("1-KH", THANG), joint_plan("2-KH", CHUYEN_DE, "sequential", REPORTS))
    with world.db.write() as session:
        for code in ("CB01", "CB02"):
            duty = session.get_one(Duty, duty_of(world, "cd", unit=code).id)
            set_meeting(session, duty.unit, duty, world.local("2022-04-12 08:00"), "Phòng 1", world.moment)
    days = {code: duty_of(world, "truoc:cd", unit=code).due_on for code in ("CB01", "CB02", "CB03")}
    assert days == {"CB01": date(2022, 4, 7), "CB02": date(2022, 4, 7), "CB03": None}
    with world.db.write() as session:
        duty = session.get_one(Duty, duty_of(world, "cd").id)
        (meeting,) = session.scalars(select(Meeting).where(Meeting.unit_id == duty.unit_id))
        unlink_duty(session, meeting, duty, world.moment)
    assert duty_of(world, "truoc:cd").due_on is None
    theirs = duty_of(world, "truoc:cd", unit="CB02")
    assert theirs.due_on == theirs.safe_on == date(2022, 4, 7)
    assert theirs.next_reminder_at is not None


def test_apart_is_not_asked_again(world: World, put) -> None:  # type: ignore[no-untyped-def]
    put(joint_plan("1-KH", THANG), joint_plan("2-KH", CHUYEN_DE, "embedded"))
    secretary = world.registered("CB01", "secretary")
    sets(secretary, world, "thang", "12/4 8h")
    assert "là một nội dung của kỳ họp thường kỳ" in secretary.last.text
    secretary.says("để xem đã")
    assert offered(secretary)
    assert secretary.last.text.startswith("Xin đồng chí chọn một trong các nút dưới đây.")
    secretary.taps("Họp riêng").taps("Quay lại")
    assert offered(secretary)
    secretary.says("không").taps("Bỏ qua")
    assert "🔗" not in secretary.last.text
    sets(secretary, world, "thang", "13/4 8h")
    assert not offered(secretary)
    secretary.taps("Bỏ qua")
    world.go("2022-04-13 08:00")
    secretary.presses(f"meet.duty:{duty_of(world, 'thang').id}")
    assert "Bước 1/" in secretary.last.text
    assert meetings(world, "planned", "running")[0][1] == ["thang"]
    reads_well(secretary)


def test_begun_without_a_date_it_is_asked_then(world: World, put) -> None:  # type: ignore[no-untyped-def]
    put(joint_plan("1-KH", THANG), joint_plan("2-KH", CHUYEN_DE, "embedded"))
    secretary = world.registered("CB01", "secretary")
    other = world.registered("CB01", "secretary")
    secretary.presses(f"meet.duty:{duty_of(world, 'cd').id}")
    assert offered(secretary)
    other.presses(f"meet.duty:{duty_of(world, 'cd').id}")
    join = secretary.find("Tính chung").payload
    secretary.presses(join)
    assert "Bước 1/" in secretary.last.text
    secretary.presses(join)
    assert secretary.last.text.startswith("Nút đó là của câu hỏi đã qua.")
    other.taps("Họp riêng")
    assert "Bước 1/" in other.last.text
    ((meeting, keys),) = meetings(world, "planned", "running")
    assert keys == ["cd", "thang"]
    assert meeting.steps[2].phase == "Sinh hoạt tháng Tư · Báo cáo văn bản"
    reads_well(secretary, other)


def test_two_monthly_topics_are_one_monthly_meeting(world: World, put) -> None:  # type: ignore[no-untyped-def]
    put(joint_plan("1-KH", THANG), joint_plan("2-KH", DOT))
    secretary = world.registered("CB01", "secretary")
    secretary.presses(f"meet.duty:{duty_of(world, 'thang').id}")
    assert "cùng kỳ họp tháng" in secretary.last.text
    secretary.taps("Tính chung")
    ((meeting, _),) = meetings(world, "running")
    assert [step.title.rpartition(": ")[2] for step in meeting.steps if step.key[0:3] == "doc"] == [
        "Nghị quyết 1-NQ/TW",
        "Nghị quyết 2-NQ/TW",
        "Kết luận 3-KL/TW",
    ]
    assert [step.key for step in meeting.steps][-2:] == ["discussion", "conclusion"]
    assert meeting.steps[4].phase == "Đợt sinh hoạt chính trị · Báo cáo văn bản"
    reads_well(secretary)


def test_a_monthly_meeting_of_another_month_is_another_meeting(world: World, put) -> None:  # type: ignore[no-untyped-def]
    put(
        joint_plan("1-KH", THANG),
        joint_plan("2-KH", DOT),
        joint_plan("3-KH", soi("3-KH", "2022-Q2"), "sequential"),
    )
    world.go("2022-05-03 08:00")
    secretary = world.registered("CB01", "secretary")
    sets(secretary, world, "dot", "12/5 8h")
    assert "Sinh hoạt tháng Tư" not in secretary.last.text
    secretary.taps("Họp riêng").taps("Bỏ qua")
    with world.db.read() as session:
        thang, dot = (session.get_one(Duty, duty_of(world, key).id) for key in ("thang", "dot"))
        assert may_join(dot, thang, date(2022, 5, 12)) is None
        assert may_join(dot, thang, date(2022, 4, 12)) == "month"
        assert not takes_long([thang, dot], date(2026, 4, 1))
        soi_duty = session.get_one(Duty, duty_of(world, "soi").id)
        assert takes_long([thang, soi_duty], date(2026, 4, 1))
        assert not takes_long([thang, soi_duty], date(2022, 4, 1))
    reads_well(secretary)


def test_one_theme_of_several_plans_is_ticked(world: World, put) -> None:  # type: ignore[no-untyped-def]
    put(
        joint_plan("1-KH", soi("1-KH", "2022-04")),
        joint_plan("2-KH", soi("2-KH", "2022-Q2")),
        joint_plan("3-KH", soi("3-KH", "2022-H1")),
        joint_plan("4-KH", CHUYEN_DE),
        joint_plan("5-KH", soi("5-KH", "2022-05")),
    )
    secretary = world.registered("CB01", "secretary")
    sets(secretary, world, "soi", "12/4 8h", "1-KH")
    assert "1. Tự soi, tự sửa theo 2-KH (kế hoạch 2-KH; cùng chủ đề)\n2. Tự soi" in secretary.last.text
    assert labels(secretary) == [
        "⬜ 1. Tự soi, tự sửa theo 2-KH",
        "⬜ 2. Tự soi, tự sửa theo 3-KH",
        "Họp riêng",
        "⬅️ Quay lại",
    ]
    secretary.says("1").says("2").says("1")
    assert labels(secretary)[:3] == [
        "⬜ 1. Tự soi, tự sửa theo 2-KH",
        "✅ 2. Tự soi, tự sửa theo 3-KH",
        "Xong",
    ]
    secretary.taps("Xong").taps("Bỏ qua")
    assert secretary.last.text.count("🔗 Tính chung:") == 1
    ((meeting, keys),) = meetings(world, "planned")
    assert (meeting.kind, len(keys)) == ("thematic", 2)

    # What was not taken is offered no more; what is linked goes along and is not asked about.
    sets(secretary, world, "soi", "14/4 8h", "1-KH")
    assert "ở đâu?" in secretary.last.text
    reads_well(secretary)


def test_two_that_are_no_one_meeting_are_not_ticked_together(world: World, put) -> None:  # type: ignore[no-untyped-def]
    put(
        joint_plan("1-KH", THANG),
        joint_plan("2-KH", CHUYEN_DE, "sequential"),
        joint_plan("3-KH", soi("3-KH", "2022-Q2"), "sequential"),
    )
    secretary = world.registered("CB01", "secretary")
    sets(secretary, world, "thang", "12/4 8h")
    secretary.says("1").says("2")
    assert "không tính chung một buổi được. Xin đồng chí chọn một trong hai." in secretary.last.text
    secretary.taps("Xong").taps("Bỏ qua")
    assert meetings(world, "planned")[0][1] == ["cd", "thang"]
    reads_well(secretary)


def test_forbidden_is_never_offered_and_close_by_is_questioned(world: World, put) -> None:  # type: ignore[no-untyped-def]
    put(joint_plan("1-KH", THANG), joint_plan("42-KH/ĐUK", CHUYEN_DE))
    secretary = world.registered("CB01", "secretary")
    sets(secretary, world, "thang", "12/4 8h").taps("Bỏ qua")
    sets(secretary, world, "cd", "12/4 10h01")
    assert "ở đâu?" in secretary.last.text
    sets(secretary, world, "cd", "12/4 9h30")
    assert (
        "– Kế hoạch 42-KH/ĐUK không cho lồng ghép sinh hoạt chuyên đề với họp thường kỳ, mà buổi thường kỳ"
        " của đơn vị là lúc 8h00 cùng ngày." in secretary.last.text
    )
    secretary.taps("Giữ ngày này")
    assert "ở đâu?" in secretary.last.text
    secretary.taps("Bỏ qua")
    assert [keys for _, keys in meetings(world, "planned")] == [["thang"], ["cd"]]
    sets(secretary, world, "thang", "12/4 9h")
    assert "mà buổi chuyên đề của đơn vị là lúc 9h30 cùng ngày." in secretary.last.text
    secretary.taps("Chọn ngày khác").taps("Buổi khác, ngoài kế hoạch").says("12/4 9h")
    assert "mà buổi chuyên đề" in secretary.last.text
    reads_well(secretary)


def test_a_shared_theme_does_not_lift_the_prohibition(world: World, put) -> None:  # type: ignore[no-untyped-def]
    put(joint_plan("1-KH", soi("1-KH", "2022-04", "regular")), joint_plan("42-KH", soi("42-KH", "2022-Q2")))
    secretary = world.registered("CB01", "secretary")
    sets(secretary, world, "soi", "12/4 8h", "1-KH")
    assert "ở đâu?" in secretary.last.text
    put(joint_plan("42-KH", soi("42-KH", "2022-Q2"), "sequential"))
    sets(secretary, world, "soi", "12/4 8h", "1-KH")
    assert "cùng chủ đề" in secretary.last.text
    reads_well(secretary)


def test_moved_out_of_the_others_window_it_is_parted(world: World, put) -> None:  # type: ignore[no-untyped-def]
    put(
        joint_plan("1-KH", soi("1-KH", "2022-04"), duties=REPORTS), joint_plan("2-KH", soi("2-KH", "2022-Q2"))
    )
    secretary = world.registered("CB01", "secretary")
    sets(secretary, world, "soi", "12/4 8h", "2-KH").taps("Tính chung").says("Phòng 1")
    assert duty_of(world, "truoc:soi").due_on == date(2022, 4, 7)
    sets(secretary, world, "soi", "19/4 8h", "2-KH").taps("Vẫn ở")
    assert "🔗 Tính chung: Tự soi, tự sửa theo 1-KH" in secretary.last.text
    assert duty_of(world, "truoc:soi").due_on == date(2022, 4, 14)
    sets(secretary, world, "soi", "5/5 8h", "2-KH").taps("Vẫn ở")
    assert secretary.last.text.startswith(
        "Ngày thứ Năm 05/5 không hợp với thời gian của “Tự soi, tự sửa theo 1-KH”, nên buổi này không còn"
        " tính chung cho việc đó. Xin đồng chí đặt lịch riêng cho việc ấy.\n\n✅ <b>Đã đổi lịch họp</b>"
    )
    assert "🔗" not in secretary.last.text
    ((meeting, keys),) = meetings(world, "planned")
    assert keys == ["soi"]
    with world.db.read() as session:
        assert (
            meeting.topic_id == session.get_one(Duty, duty_of(world, "soi", symbol="2-KH").id).demand.topic_id
        )
    assert duty_of(world, "truoc:soi").due_on is None
    secretary.says("/thangnay")
    assert "Chưa đặt lịch họp" in secretary.last.text
    reads_well(secretary)


def test_a_joint_meeting_is_taken_apart_by_hand(world: World, put) -> None:  # type: ignore[no-untyped-def]
    put(joint_plan("1-KH", THANG), joint_plan("2-KH", CHUYEN_DE, "sequential"))
    secretary = world.registered("CB01", "secretary")
    sets(secretary, world, "thang", "12/4 8h").taps("Tính chung").taps("Bỏ qua")
    secretary.presses(f"plan.duty:{duty_of(world, 'thang').id}")
    assert "🔗 Họp chung với: Chuyên đề quý Hai" in secretary.last.text
    secretary.taps("Tách ra, họp riêng")
    assert secretary.last.text.startswith(
        "Đã tách riêng. Xin đồng chí chọn ngày họp cho việc này.\n\n📅 <b>Đặt"
    )
    ((meeting, keys),) = meetings(world, "planned")
    assert (keys, meeting.kind) == (["cd"], "thematic")
    secretary.says("14/4 8h").taps("Bỏ qua")
    assert [keys for _, keys in meetings(world, "planned")] == [["cd"], ["thang"]]
    secretary.presses(f"choice.apart:{duty_of(world, 'thang').id}")
    assert secretary.last.text.startswith("📅 <b>Đổi lịch họp")
    reads_well(secretary)


def test_two_meetings_set_for_one_day_become_one(world: World, put) -> None:  # type: ignore[no-untyped-def]
    put(joint_plan("1-KH", THANG), joint_plan("2-KH", DOT))
    secretary = world.registered("CB01", "secretary")
    sets(secretary, world, "thang", "12/4 8h").taps("Họp riêng").taps("Bỏ qua")
    sets(secretary, world, "dot", "13/4 8h")
    assert "đã có một buổi cùng loại, vào thứ Ba 12/4." in secretary.last.text
    sets(secretary, world, "dot", "12/4 14h")
    assert offered(secretary)
    secretary.taps("Tính chung").taps("Bỏ qua")
    ((meeting, keys),) = meetings(world, "planned")
    assert (keys, meeting.planned_at) == (["dot", "thang"], world.local("2022-04-12 14:00"))
    assert len(meetings(world, "cancelled")) == 1
    reads_well(secretary)


def test_that_it_is_right_says_neither_one_nor_the_other(world: World, put) -> None:  # type: ignore[no-untyped-def]
    put(joint_plan("1-KH", THANG), joint_plan("2-KH", CHUYEN_DE, "sequential", REPORTS))
    secretary = world.registered("CB01", "secretary")
    sets(secretary, world, "thang", "12/4 8h")
    for said in ("dung roi", "đúng", "Đúng rồi ạ"):
        secretary.says(said)
        assert secretary.last.text.startswith("Xin đồng chí chọn một trong các nút dưới đây."), said
    secretary.says("họp riêng")
    assert "ở đâu?" in secretary.last.text


def test_a_result_entered_for_two_plans(world: World, put) -> None:  # type: ignore[no-untyped-def]
    put(joint_plan("1-KH", THANG), joint_plan("2-KH", CHUYEN_DE, "sequential", REPORTS))
    world.go("2022-05-04 09:00")
    secretary = world.registered("CB01", "secretary")
    secretary.presses(f"result.duty:{duty_of(world, 'cd').id}").says("28/4")
    assert offered(secretary)
    secretary.taps("Quay lại").says("3/5")
    assert offered(secretary)  # overdue anyway: late is better than never
    secretary.taps("Quay lại").says("28/4").taps("Tính chung").says("25/28, 3 có phép")
    assert "🔗 Tính chung: Sinh hoạt tháng Tư\n" in secretary.last.text
    confirm = secretary.find("Đúng").payload
    secretary.presses(confirm)
    assert "✅ Sinh hoạt tháng Tư: đúng hạn\n✅ Chuyên đề quý Hai: đúng hạn\n" in secretary.last.text
    secretary.presses(confirm)
    ((meeting, keys),) = meetings(world, "held")
    assert keys == ["cd", "thang"]
    assert meeting.started_at == world.local("2022-04-28 08:00")
    assert states(world, "thang", "cd") == {"thang": ("done", True), "cd": ("done", True)}
    assert duty_of(world, "sau:cd").due_on == date(2022, 4, 30)
    reads_well(secretary)


def test_a_result_on_a_day_that_does_not_suit_the_other(world: World, put) -> None:  # type: ignore[no-untyped-def]
    put(joint_plan("1-KH", soi("1-KH", "2022-Q2")), joint_plan("2-KH", soi("2-KH", "2022-05")))
    secretary = world.registered("CB01", "secretary")
    sets(secretary, world, "soi", "12/5 8h", "1-KH").taps("Tính chung").taps("Bỏ qua")
    world.go("2022-04-20 09:00")
    secretary.presses(f"result.duty:{duty_of(world, 'soi', symbol='1-KH').id}").says("hôm nay")
    assert not offered(secretary)
    secretary.says("đủ").taps("Đúng")
    assert secretary.last.text.startswith("Ngày thứ Tư 20/4 không hợp với thời gian của “Tự soi")
    assert duty_of(world, "soi", symbol="1-KH").state == "done"
    assert duty_of(world, "soi", symbol="2-KH").state == "open"

    sets(secretary, world, "soi", "12/5 8h", "2-KH")
    assert not offered(secretary)
    reads_well(secretary)


def test_begun_before_the_others_window_it_is_parted(world: World, put) -> None:  # type: ignore[no-untyped-def]
    put(joint_plan("1-KH", soi("1-KH", "2022-Q2")), joint_plan("2-KH", soi("2-KH", "2022-05")))
    secretary = world.registered("CB01", "secretary")
    sets(secretary, world, "soi", "12/5 8h", "1-KH").taps("Tính chung").taps("Bỏ qua")
    secretary.presses(f"meet.begin:{duty_of(world, 'soi', symbol='1-KH').id}")
    assert secretary.last.text.startswith("Ngày thứ Sáu 01/4 không hợp với thời gian của “Tự soi")
    assert "Bước 1/" in secretary.last.text
    assert len(meetings(world, "running")[0][1]) == 1
    reads_well(secretary)


def test_another_topic_parts_what_only_the_theme_had_joined(world: World, put) -> None:  # type: ignore[no-untyped-def]
    pool = "  - {key: khac, title: Chuyên đề khác hẳn, meeting: thematic}\n"
    free = joint_plan("1-KH", soi("1-KH", "2022-Q2") + pool).replace(
        "merging:", "choosing: [replace]\n  merging:"
    )
    put(free, joint_plan("2-KH", soi("2-KH", "2022-Q2")))
    secretary = world.registered("CB01", "secretary")
    sets(secretary, world, "soi", "12/4 8h", "1-KH").taps("Tính chung").taps("Bỏ qua")
    secretary.presses(f"choice.topic:{duty_of(world, 'soi', symbol='1-KH').id}").says("1").taps("Đồng ý")
    assert secretary.last.text.startswith(
        "Vì đã đổi chuyên đề, buổi họp không còn tính chung cho “Tự soi, tự sửa theo 2-KH”."
    )
    assert len(meetings(world, "planned")[0][1]) == 1
    reads_well(secretary)


def test_a_joint_extra_topic_is_taken_back_and_the_meeting_stays(world: World, put) -> None:  # type: ignore[no-untyped-def]
    pool = soi("2-KH", "2022-Q2").replace("    period: 2022-Q2\n", "")
    free = joint_plan("2-KH", pool).replace("merging:", "choosing: [add]\n  merging:")
    put(joint_plan("1-KH", soi("1-KH", "2022-Q2")), free)
    secretary = (
        world.registered("CB01", "secretary").says("/thangnay").taps("Thêm chuyên đề").says("1").says("có")
    )
    sets(secretary, world, "soi", "12/4 8h", "1-KH").taps("Tính chung").taps("Bỏ qua")
    secretary.presses(f"choice.drop:{duty_of(world, 'soi+2022-Q2').id}")
    assert "📅 Lịch họp 8h00 thứ Ba 12/4 vẫn giữ cho: Tự soi, tự sửa theo 1-KH" in secretary.last.text
    secretary.taps("✖️ Bỏ")
    assert [keys for _, keys in meetings(world, "planned")] == [["soi"]]
    reads_well(secretary)


def test_what_runs_or_is_set_for_another_day_is_left_alone(world: World, put) -> None:  # type: ignore[no-untyped-def]
    put(joint_plan("1-KH", THANG), joint_plan("2-KH", CHUYEN_DE, "sequential"))
    secretary = world.registered("CB01", "secretary")
    sets(secretary, world, "thang", "12/4 8h").taps("Họp riêng").taps("Bỏ qua")
    sets(secretary, world, "cd", "14/4 8h")
    assert "ở đâu?" in secretary.last.text
    secretary.presses(f"meet.begin:{duty_of(world, 'thang').id}")
    with world.db.read() as session:
        duty = session.get_one(Duty, duty_of(world, "cd").id)
        assert joinable_duties(session, duty, date(2022, 4, 12), world.moment) == []
    reads_well(secretary)


PILOT = """
  - key: diem
    title: Sinh hoạt điểm
    meeting: thematic
    period: {from: 2022-04-01, to: 2022-04-20}
    who: {units: [CB03]}
    guests: [Đại diện Ban Tuyên giáo]
  - key: con-lai
    title: Các chi bộ còn lại
    meeting: thematic
    period: {from: 2022-04-01, to: 2022-04-29}
    who: {kinds: [chi_bo], except: [CB03]}
    follows: diem
"""


def test_the_pilot_comes_first(world: World, put) -> None:  # type: ignore[no-untyped-def]
    put(joint_plan("1-KH", PILOT))
    pilot, secretary = world.registered("CB03", "secretary"), world.registered("CB01", "secretary")
    sets(secretary, world, "con-lai", "14/4 8h")
    assert "– Sinh hoạt điểm chưa họp (Chi bộ Thôn Đông, chưa đặt lịch);" in secretary.last.text
    pilot.says("/thangnay")
    assert "👥 Mời: Đại diện Ban Tuyên giáo" in pilot.last.text
    pilot.says("/lichhop").says("14/4 8h").taps("Bỏ qua")
    assert "👥 Mời: Đại diện Ban Tuyên giáo" in pilot.last.text
    sets(secretary, world, "con-lai", "14/4 14h")
    assert "– Sinh hoạt điểm chưa họp (Chi bộ Thôn Đông, thứ Năm 14/4);" in secretary.last.text
    secretary.taps("Giữ ngày này")
    assert "ở đâu?" in secretary.last.text
    sets(secretary, world, "con-lai", "15/4 8h")
    assert "ở đâu?" in secretary.last.text
    world.go("2022-04-13 09:00")
    pilot.says("/ketqua").taps("Sinh hoạt điểm").says("hôm nay").says("đủ").taps("Đúng")
    sets(secretary, world, "con-lai", "14/4 8h")
    assert "ở đâu?" in secretary.last.text
    reads_well(pilot, secretary)


def test_a_committee_that_is_to_meet_first(world: World, put) -> None:  # type: ignore[no-untyped-def]
    put(
        joint_plan(
            "1-KH",
            PILOT.replace("units: [CB03]", "kinds: [dang_uy]").replace(
                "    guests: [Đại diện Ban Tuyên giáo]\n", ""
            ),
        )
    )
    secretary = world.registered("CB01", "secretary")
    sets(secretary, world, "con-lai", "14/4 8h")
    assert "– Buổi phải họp trước thì chưa họp (Đảng ủy Khối mẫu, chưa đặt lịch)." in secretary.last.text
    reads_well(secretary)


def test_another_units_secretary_joins_nothing(world: World, put) -> None:  # type: ignore[no-untyped-def]
    put(joint_plan("1-KH", THANG), joint_plan("2-KH", CHUYEN_DE, "sequential"))
    secretary, stranger = world.registered("CB01", "secretary"), world.registered("CB02", "secretary")
    sets(secretary, world, "thang", "12/4 8h")
    join = secretary.find("Tính chung").payload
    stranger.presses(join)
    assert stranger.last.text.startswith("Nút đó là của việc đã qua.")
    for action in ("plan.duty", "meet.duty", "meet.begin", "result.duty", "choice.apart"):
        stranger.presses(f"{action}:{duty_of(world, 'thang').id}")
        assert stranger.last.text.startswith("⚠️"), action
    question = join.partition(":")[0]
    for forged in (f"{question}:{duty_of(world, 'cd', unit='CB02').id}", f"{question}:x", f"{question}:-1"):
        secretary.presses(forged)
        assert offered(secretary), forged
        question = secretary.find("Tính chung").payload.partition(":")[0]
    secretary.taps("Tính chung").taps("Bỏ qua")
    assert [keys for _, keys in meetings(world, "planned")] == [["cd", "thang"]]
    reads_well(secretary, stranger)
