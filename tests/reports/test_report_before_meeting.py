"""A report on a meeting is asked for when that has been held; one handed in before is kept, and counts from then on."""

from datetime import date

import pytest
from sqlalchemy import select

from bot.duties.counting import tally_demands
from bot.tables import Duty, DutyState, Submission
from schedules import reminders
from tests.kit.files import stored
from tests.kit.plans import plan_of
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.ticking import tick_through
from tests.kit.wording import labels, reads_well
from tests.kit.world import World

PLAN = """
plan:
  symbol: 3-HD/BTG
  date: 2022-03-23
  issuer: Ban Tuyên giáo
  title: Hướng dẫn
  starts: 2022-04-01
  ends: 2022-12-31
  merging: embedded
topics:
  - {key: dot, title: Tự soi dịp 19/5, meeting: regular, period: {from: 2022-05-01, to: 2022-06-30}}
duties:
  - {key: bc, do: report, title: Báo cáo đợt 19/5, to: Ban Tuyên giáo, due: {before: 2022-06-15}, reports_on: dot}
  - {key: gui, do: report, title: "Chuyên đề hoàn thiện: {topic}", to: Cấp trên, due: {after_meeting: 2}}
"""
FILE = stored("bao-cao.pdf", b"bao cao")


def begin_here(world: World) -> None:
    world.go("2022-05-10 09:00")
    world.units(("DU", "Đảng ủy", "dang_uy", "", None), ("CB1", "Chi bộ 1", "chi_bo", "nong_thon", "DU"))
    world.load(plan_of(PLAN), "DU")


pytestmark = begins(begin_here)


@pytest.fixture
def secretary(world: World) -> Talker:
    talker = world.registered("CB1", "secretary")
    world.go("2022-05-20 09:00")
    return talker


def duty(world: World, key: str) -> Duty:
    with world.db.read() as session:
        return session.scalars(select(Duty).where(Duty.key == key)).one()


def counted(world: World, key: str) -> tuple[int, int, int]:
    """In time, late, open, as a leader is told."""
    with world.db.read() as session:
        one = next(
            t for t in tally_demands(session, Duty.path.startswith("/1/"), world.at.date()) if t.key == key
        )
        return one.on_time, one.late, one.open


def early(world: World, talker: Talker) -> Talker:
    """The report is sent though the cell has not met."""
    talker.says("/nop").taps("Báo cáo đợt 19/5").hands(FILE).says("xong")
    return talker


def hold(talker: Talker, day: str) -> Talker:
    return talker.says("/ketqua").taps("Tự soi").says(day).says("28/28").taps("Đúng")


def test_the_month_asks_for_the_meeting_first(secretary: Talker) -> None:
    secretary.says("/thangnay")
    text = secretary.last.text
    assert text.index("Tự soi dịp 19/5") < text.index("Báo cáo đợt 19/5")
    assert "↪️ Sau buổi họp: Tự soi dịp 19/5" in text
    assert "Việc tiếp theo: nộp báo cáo" not in text
    assert not [label for label in labels(secretary) if "Nộp" in label]
    hold(secretary, "19/5").says("/thangnay")
    assert "Sau buổi họp" not in secretary.last.text
    assert [label for label in labels(secretary) if "Nộp" in label]
    reads_well(secretary)


def test_what_is_handed_in_early_is_kept_and_not_in_time(world: World, secretary: Talker) -> None:
    early(world, secretary)
    assert secretary.last.text.startswith("📥 <b>Đã giữ: Báo cáo đợt 19/5</b>")
    assert "“Tự soi dịp 19/5” chưa được ghi là đã tổ chức" in secretary.last.text
    assert "đúng hạn" not in secretary.last.text
    assert duty(world, "bc").state == "open"
    assert counted(world, "bc") == (0, 0, 1)
    hold(secretary, "20/5")
    report = duty(world, "bc")
    assert (report.state, report.on_time) == ("done", True)
    assert counted(world, "bc") == (1, 0, 0)
    with world.db.read() as session:
        assert session.scalars(select(Submission.on_time)).one() is True
    secretary.says("/thangnay")
    assert "✅ Báo cáo đợt 19/5" in secretary.last.text
    reads_well(secretary)


def test_a_meeting_after_the_last_day_makes_the_report_late(world: World, secretary: Talker) -> None:
    early(world, secretary)
    world.go("2022-06-21 09:00")
    assert counted(world, "bc") == (0, 0, 1)
    hold(secretary, "20/6")
    assert duty(world, "bc").on_time is False
    assert counted(world, "bc") == (0, 1, 0)


def test_a_kept_report_is_not_asked_for_again(world: World, secretary: Talker) -> None:
    early(world, secretary)
    before = len(secretary.got)
    tick_through(world, "2022-06-14 20:00")
    secretary.looks()
    assert not [reply for reply in secretary.got[before:] if "Báo cáo đợt 19/5" in reply.text]
    assert world.tick(reminders.say_reminders) == 0


def test_a_kept_report_is_taken_back_or_sent_anew(world: World, secretary: Talker) -> None:
    early(world, secretary).taps("Chọn nhầm")
    with world.db.read() as session:
        assert session.scalars(select(Submission.version).where(Submission.state == "handed")).all() == []
    assert duty(world, "bc").next_reminder_at is not None
    secretary.taps("✅ Nộp")
    assert "Đã giữ" in secretary.last.text
    secretary.taps("Nộp lại bản khác").hands(stored("moi.pdf", b"moi")).says("xong")
    assert "Đã giữ" in secretary.last.text
    hold(secretary, "20/5")
    assert counted(world, "bc") == (1, 0, 0)
    with world.db.read() as session:
        rows = session.execute(
            select(Submission.version, Submission.on_time)
            .where(Submission.version.is_not(None))
            .order_by(Submission.version)
        ).all()
    assert rows[-1].on_time is True


def test_a_kept_report_that_is_asked_for_no_more_is_not_counted_after_the_meeting(
    world: World, secretary: Talker
) -> None:
    early(world, secretary)
    with world.db.write() as session:
        session.get_one(Duty, duty(world, "bc").id).state = DutyState.WITHDRAWN
    hold(secretary, "20/5")
    assert (duty(world, "bc").state, duty(world, "bc").done_at) == ("withdrawn", None)


def test_after_the_meeting_a_report_is_in_time_as_ever(world: World, secretary: Talker) -> None:
    hold(secretary, "19/5")
    assert duty(world, "gui:dot").due_on == date(2022, 5, 21)
    early(world, secretary)
    assert secretary.last.text.startswith("✅ <b>Đã nộp: Báo cáo đợt 19/5</b>")
    assert "đúng hạn" in secretary.last.text


def test_a_report_that_counts_from_the_meeting_waits_for_it_too(world: World, secretary: Talker) -> None:
    its = duty(world, "gui:dot")
    secretary.says("/nop")
    assert "Chuyên đề hoàn thiện" not in secretary.last.text
    secretary.presses(f"report.duty:{its.id}").hands(FILE).says("xong")
    assert secretary.last.text.startswith("📥 <b>Đã giữ: Chuyên đề hoàn thiện: Tự soi dịp 19/5</b>")
    assert duty(world, "gui:dot").state == "open"
    hold(secretary, "20/5")
    assert (duty(world, "gui:dot").state, duty(world, "gui:dot").on_time) == ("done", True)


def test_no_reminder_asks_for_the_report_before_the_meeting(world: World, secretary: Talker) -> None:
    before = len(secretary.got)
    tick_through(world, "2022-06-14 20:00")
    secretary.looks()
    asked = [reply.text for reply in secretary.got[before:]]
    assert asked
    assert not [text for text in asked if "Báo cáo đợt 19/5" in text]
    hold(secretary, "14/6")
    world.go("2022-06-16 09:00")
    world.tick(reminders.say_reminders)
    secretary.looks()
    assert "Báo cáo đợt 19/5" in secretary.last.text
