"""A meeting held without the program is told in four actions, each an answer to the message that asked; and nothing else that
is typed or sent becomes a result or a report by itself."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.plans.guidance.rules import with_minutes
from bot.store.db import Database
from bot.tables import Attendance, Duty, Meeting, Submission, Unit
from schedules import reminders
from tests.kit.committees import committee
from tests.kit.desk import rules
from tests.kit.files import stored
from tests.kit.plans import plan_of
from tests.kit.talker import Talker
from tests.kit.ticking import tick_through
from tests.kit.wording import labels, reads_well
from tests.kit.world import World

LINE = "25/28, vắng 2 có phép 1 không"


def set_for(talker: Talker, moment: str = "5/4 19h30", place: str = "Hội trường tầng 2") -> Talker:
    return talker.says("/lichhop").says(moment).says(place)


def reminded(world: World, talker: Talker, until: str) -> Talker:
    """All reminders up to that moment go out, each at its own time, and are read."""
    tick_through(world, until, talker)
    world.tick(reminders.say_reminders)
    talker.looks()
    return talker


def held(world: World) -> list[tuple[str, int, int, str]]:
    """(unit, present, total, place) of the meetings that are held."""
    with world.db.read() as session:
        rows = session.execute(
            select(Unit.code, Attendance.present, Attendance.total, Meeting.place)
            .join(Meeting, Meeting.unit_id == Unit.id)
            .join(Attendance, Attendance.meeting_id == Meeting.id)
            .where(Meeting.state == "held")
            .order_by(Meeting.id)
        ).all()
        return [(code, present, total, place) for code, present, total, place in rows]


def handed(world: World) -> list[str]:
    with world.db.read() as session:
        rows = session.scalars(select(Submission).where(Submission.state == "handed").order_by(Submission.id))
        return [file.name for row in rows for file in row.files]


def test_four_actions_from_the_reminder_to_done(world: World, secretary: Talker) -> None:
    reminded(world, set_for(secretary), "2022-04-06 09:00")
    asked = secretary.last.text
    assert "Chưa có kết quả buổi họp" in asked
    assert LINE.split(",")[0] in asked  # it says how to answer
    actions: tuple[Callable[[], Talker], ...] = (
        lambda: secretary.says(LINE),
        lambda: secretary.taps("Đúng"),
        lambda: secretary.hands(stored("bao-cao-quy-II.pdf")),
        lambda: secretary.taps("✅ Nộp"),
    )
    said = []
    for action in actions:
        action()
        said.append(secretary.last.text)
    card, done, question, receipt = said
    assert card.startswith("📝 <b>Kết quả buổi họp – Chi bộ Văn phòng</b>\nSinh hoạt chính trị tháng 4/2022")
    assert "\n📅 Thứ Ba 05/4\n📍 Hội trường tầng 2\nTổng số: <b>28</b>\nCó mặt: <b>25</b>\n" in card
    assert done.startswith("✅ <b>Đã ghi kết quả buổi họp thứ Ba 05/4</b>")
    assert question.startswith("📎 Đã nhận 1 tệp: bao-cao-quy-II.pdf.\n\n👉 Nộp làm “Báo cáo kết quả")
    assert "quý II/2022”? Hạn đến hết thứ Năm 30/6, còn " in question
    assert receipt.startswith("✅ <b>Đã nộp: Báo cáo kết quả")
    assert held(world) == [("CB01", 25, 28, "Hội trường tầng 2")]
    assert handed(world) == ["bao-cao-quy-II.pdf"]
    reads_well(secretary)


@pytest.mark.parametrize("at", ["2022-04-05 22:00", "2022-04-07 11:00", "2022-04-09 20:00"])
def test_answered_an_hour_or_days_later(world: World, secretary: Talker, at: str) -> None:
    reminded(world, set_for(secretary), at)
    secretary.says(LINE).taps("Đúng")
    assert held(world) == [("CB01", 25, 28, "Hội trường tầng 2")]
    with world.db.read() as session:
        (meeting,) = session.scalars(select(Meeting).where(Meeting.state == "held"))
        assert meeting.started_at == world.local("2022-04-05 19:30")


@pytest.mark.parametrize(
    "between",
    [
        ["/thangnay"],
        ["/trogiup", "cảm ơn"],
        ["/lichhop"],  # a dialog that is left open
        ["/caidat", "/nop"],
    ],
)
def test_answered_after_other_messages(world: World, secretary: Talker, between: list[str]) -> None:
    reminded(world, set_for(secretary), "2022-04-06 09:00")
    for text in between:
        secretary.says(text)
    world.later(hours=5)
    secretary.says(LINE)
    assert secretary.last.text.startswith("📝 <b>Kết quả buổi họp")
    secretary.taps("Đúng")
    assert held(world) == [("CB01", 25, 28, "Hội trường tầng 2")]


def test_a_place_that_was_asked_for_is_not_a_line_of_counts(world: World, secretary: Talker) -> None:
    reminded(world, set_for(secretary), "2022-04-06 09:00")
    secretary.presses(f"plan.duty:{_duty(world, 'CB01')}").says("28/4 19h30")
    assert "ở đâu" in secretary.last.text
    secretary.says(LINE)
    with world.db.read() as session:
        assert LINE not in session.scalars(select(Meeting.place)).all()


def _duty(world: World, code: str) -> int:
    with world.db.read() as session:
        return session.scalars(select(Duty.id).where(Duty.key == "2022-04", Duty.unit.has(code=code))).one()


def test_what_is_missing_is_asked_and_the_card_follows(world: World, secretary: Talker) -> None:
    reminded(world, set_for(secretary), "2022-04-06 09:00")
    secretary.says("25/28")
    assert secretary.last.text.startswith("25/28, vắng 3.")
    secretary.says("2").says("1").taps("Đúng")
    assert held(world) == [("CB01", 25, 28, "Hội trường tầng 2")]


def test_figures_that_do_not_add_up_are_asked_again_and_nothing_is_written(
    world: World, secretary: Talker
) -> None:
    reminded(world, set_for(secretary), "2022-04-06 09:00")
    secretary.says("25/28, vắng 2 có phép 2 không")
    assert "👉" in secretary.last.text
    assert held(world) == []
    secretary.says(LINE).taps("Đúng")
    assert held(world) == [("CB01", 25, 28, "Hội trường tầng 2")]


def test_a_lone_number_is_asked_about(world: World, secretary: Talker) -> None:
    reminded(world, set_for(secretary), "2022-04-06 09:00")
    secretary.says("25")
    assert secretary.last.text == "👥 “25”\n\n👉 Đây là số liệu của buổi nào?"
    secretary.taps("thứ Ba 05/4")
    assert secretary.last.text.startswith("25/28, vắng 3.")
    assert held(world) == []
    reads_well(secretary)


def test_nothing_is_set_so_the_day_is_asked_first(world: World, secretary: Talker) -> None:
    world.go("2022-04-12 09:00")
    secretary.says(LINE)
    assert "👉 Đã họp ngày nào?" in secretary.last.text
    assert f"Số liệu: “{LINE}”" in secretary.last.text
    secretary.taps("Hôm qua")
    assert "📅 Thứ Hai 11/4\n📍 Chưa ghi địa điểm\nTổng số: <b>28</b>" in secretary.last.text
    secretary.taps("Đúng")
    assert held(world) == [("CB01", 25, 28, "")]
    reads_well(secretary)


def test_counts_typed_where_the_day_is_asked_are_kept(world: World, secretary: Talker) -> None:
    world.go("2022-04-12 09:00")
    secretary.says("/ketqua").taps("T4 ·").says(LINE)
    assert "👉 Đã họp ngày nào?" in secretary.last.text
    secretary.says("11/4")
    assert "Có mặt: <b>25</b>" in secretary.last.text


def test_the_meeting_was_entered_already(world: World, secretary: Talker) -> None:
    reminded(world, set_for(secretary), "2022-04-06 09:00")
    secretary.says(LINE).taps("Đúng")
    world.later(hours=1)
    secretary.says("26/28, vắng 1 có phép 1 không")
    assert secretary.last.text == ("👥 “26/28, vắng 1 có phép 1 không”\n\n👉 Đây là số liệu của buổi nào?")
    assert labels(secretary) == ["✏️ Sửa buổi thứ Ba 05/4", "Buổi ngoài kế hoạch", "🏠 Trang chính"]
    assert held(world) == [("CB01", 25, 28, "Hội trường tầng 2")]
    secretary.taps("Sửa buổi").taps("Đúng")
    assert held(world) == [("CB01", 26, 28, "Hội trường tầng 2")]
    reads_well(secretary)


def test_nothing_waits_at_all(db: Database) -> None:
    world = World(db)
    committee(world)
    secretary = world.registered("CB01", "secretary").says(LINE)
    assert labels(secretary) == ["Buổi ngoài kế hoạch", "🏠 Trang chính"]
    secretary.taps("Buổi ngoài kế hoạch").taps("Hôm nay").taps("Đúng")
    assert held(world) == [("CB01", 25, 28, "")]


def test_a_running_meeting_takes_the_line(world: World, secretary: Talker) -> None:
    set_for(secretary)
    world.go("2022-04-05 19:30")
    secretary.presses(f"meet.begin:{_duty(world, 'CB01')}").taps("Thêm").taps("Tạm dừng")
    secretary.says(LINE)
    assert secretary.last.text.startswith("👥 <b>Số liệu điểm danh</b>")
    secretary.taps("Đúng")
    assert "Bước" in secretary.last.text
    with world.db.read() as session:
        (meeting,) = session.scalars(select(Meeting))
        assert meeting.state == "running"
        assert session.get_one(Attendance, meeting.id).present == 25


@pytest.fixture
def both(world: World, secretary: Talker) -> Talker:
    """Leads two cells, of 28 and of 40 members."""
    secretary.says(f"/start {world.invite('CB02', 'secretary')}").says("40").says("10")
    return secretary


def test_who_leads_two_cells_is_understood_by_the_membership(world: World, both: Talker) -> None:
    with world.db.write() as session:
        session.execute(update(Duty).where(Duty.key == "2022-04").values(next_reminder_at=None))
    for code, moment in (("CB01", "5/4 19h30"), ("CB02", "5/4 14h00")):
        both.presses(f"plan.duty:{_duty(world, code)}").says(moment).says("Phòng họp")
    world.go("2022-04-06 09:00")
    both.says("38/40, vắng 2 có phép")
    assert both.last.text.startswith("📝 <b>Kết quả buổi họp – Chi bộ Công ty Nước sạch</b>")
    both.taps("Đúng")
    both.says("đủ")
    assert both.last.text.startswith("📝 <b>Kết quả buổi họp – Chi bộ Văn phòng</b>")
    both.taps("Đúng")
    assert held(world) == [("CB01", 28, 28, "Phòng họp"), ("CB02", 38, 40, "Phòng họp")]


def test_who_leads_two_cells_chooses_in_one_tap(world: World, both: Talker) -> None:
    for code, moment in (("CB01", "5/4 19h30"), ("CB02", "5/4 14h00")):
        both.presses(f"plan.duty:{_duty(world, code)}").says(moment).says("Phòng họp")
    world.go("2022-04-06 09:00")
    both.says("đủ")
    assert len([label for label in labels(both) if label.startswith("Thứ Ba 05/4") or "05/4: " in label]) == 2
    both.taps("Chi bộ Công ty").taps("Đúng")
    assert held(world) == [("CB02", 40, 40, "Phòng họp")]
    reads_well(both)


@pytest.mark.parametrize("said", ["4/5", "5 / 4", "30/4", "4/12"])
def test_a_day_is_not_taken_for_counts(world: World, secretary: Talker, said: str) -> None:
    reminded(world, set_for(secretary), "2022-04-06 09:00")
    secretary.says(said)
    assert secretary.last.text == f"“{said}” là ngày hay số người?\n\n👉 Đồng chí chọn một."
    assert held(world) == []
    secretary.says("ừ")
    assert secretary.last.text.startswith("Xin đồng chí chọn một trong các nút")
    secretary.taps("Ngày họp")
    assert "họp" in secretary.last.text
    secretary.says("/huy").says(said).taps("Số có mặt")
    assert "👉" in secretary.last.text
    assert held(world) == []
    reads_well(secretary)


@pytest.mark.parametrize("said", ["25", "hai lăm", "không", "ok", "0912345678", "19h30"])
def test_words_without_a_meeting_that_waits_are_not_a_result(world: World, said: str) -> None:
    secretary = world.registered("CB03", "secretary", members=13)
    secretary.says(said)
    assert secretary.last.text.startswith(("Trợ lý chưa hiểu ý đồng chí.", "Vâng, thưa đồng chí."))
    assert held(world) == []


def test_who_leads_nothing_is_not_asked_for_a_meeting(world: World) -> None:
    leader = world.registered("DUK", "leader").says(LINE)
    assert leader.last.text.startswith("Trợ lý chưa hiểu ý đồng chí.")


def test_the_buttons_of_other_units_meetings_do_nothing(world: World, secretary: Talker) -> None:
    set_for(world.registered("CB02", "secretary"))
    with world.db.read() as session:
        meeting = session.scalars(select(Meeting)).one()
    theirs, unit = meeting.id, meeting.unit_id
    set_for(secretary)
    world.go("2022-04-06 09:00")
    for value in (
        f"m{theirs}",
        f"d{_duty(world, 'CB02')}",
        f"h{theirs}",
        f"r{theirs}",
        f"u{unit}",
        "r0",
        "x",
    ):
        question = secretary.says("/huy").says("25").find("05/4").payload.partition(":")[0]
        secretary.presses(f"{question}:{value}")
        assert "👉" in secretary.last.text, value
        assert "lỗi" not in secretary.last.text, value
    assert held(world) == []


def test_one_open_report_takes_the_file_in_one_tap_and_gives_it_back(world: World, secretary: Talker) -> None:
    secretary.hands(stored("a.pdf")).taps("✅ Nộp")
    assert handed(world) == ["a.pdf"]
    secretary.taps("Chọn nhầm")
    assert handed(world) == []
    with world.db.read() as session:
        report = session.scalars(
            select(Duty).where(Duty.key == "bao-cao-quy:2022-Q2", Duty.unit.has(code="CB01"))
        ).one()
        assert (report.state, report.done_at, report.on_time) == ("open", None, None)
    assert secretary.last.text.startswith("📎 Đã nhận 1 tệp: a.pdf.")
    secretary.taps("✅ Nộp")
    assert handed(world) == ["a.pdf"]
    reads_well(secretary)


def test_a_report_handed_in_again_is_not_taken_back_by_the_old_receipt(
    world: World, secretary: Talker
) -> None:
    secretary.hands(stored("a.pdf")).taps("✅ Nộp")
    undo = secretary.find("Chọn nhầm").payload
    secretary.taps("Nộp lại bản khác").hands(stored("b.pdf", b"b")).taps("Xong")
    secretary.presses(undo)
    assert handed(world) == ["a.pdf", "b.pdf"]
    stranger = world.registered("CB02", "secretary").presses(undo)
    assert "không thuộc phạm vi" in stranger.last.text
    assert handed(world) == ["a.pdf", "b.pdf"]


def test_a_draft_that_was_left_is_shown_before_it_goes_along(world: World, secretary: Talker) -> None:
    secretary.says("/nop").taps("Báo cáo").hands(stored("cu.pdf", b"cu")).says("/huy")
    secretary.hands(stored("moi.pdf", b"moi")).taps("✅ Nộp")
    assert handed(world) == []
    assert "Đã nhận 2 tệp:\n📎 cu.pdf (1 KB)\n📎 moi.pdf (1 KB)" in secretary.last.text


MONTHLY = """
plan:
  symbol: 9-KH/ĐU
  date: 2026-08-20
  issuer: Đảng ủy mẫu
  title: Kế hoạch thử
  starts: 2026-09-01
  ends: 2026-12-31
topics:
  - key: thang
    title: Sinh hoạt tháng
    meeting: regular
    every: month
    agenda: regular
"""


def test_the_minutes_upload_is_asked_in_one_line_and_answered_in_one_tap(
    db: Database, tmp_path: Path
) -> None:
    world = World(db, datetime(2026, 9, 7, 1, 0, tzinfo=UTC))
    committee(world)
    world.load(with_minutes(plan_of(MONTHLY, tmp_path), rules()))
    secretary = world.registered("CB01", "secretary")
    secretary.says("/ketqua").taps("T9 ·").taps("Hôm nay").says(LINE).taps("Đúng")
    reminded(world, secretary, "2026-09-08 12:00")
    question = next(reply for reply in reversed(secretary.got) if "Sổ tay chưa?" in reply.text)
    assert question.text == (
        "📤 <b>Biên bản buổi thứ Hai 07/9 đã đăng lên Sổ tay chưa?</b> Hạn thứ Tư 09/9.\n\n"
        "👉 Đồng chí bấm “Đã đăng” hoặc “Chưa”."
    )
    assert [choice.label for row in question.choices for choice in row] == ["✅ Đã đăng", "Chưa", "Đã nhận"]
    secretary.taps("Chưa")
    assert secretary.last.text.startswith("✅ Sẽ nhắc lại lúc 8h00 thứ ")
    reads_well(secretary)


def test_who_is_eight_meetings_behind_can_choose_each_of_them(world: World, secretary: Talker) -> None:
    world.go("2022-12-02 09:00")
    secretary.says(LINE)
    waiting = [label for label in labels(secretary) if " · " in label]
    assert [label.split(" · ")[0] for label in waiting] == ["T4", "T5", "T6", "T7", "T8", "T9", "T10", "T11"]
    secretary.taps("T11 ·").says("30/11").taps("Đúng")
    assert held(world) == [("CB01", 25, 28, "")]
    for command in ("/hop", "/ketqua"):
        secretary.says(command)
        assert len([label for label in labels(secretary) if " · " in label]) == 7, command
    reads_well(secretary)
