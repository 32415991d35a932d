"""What is due so many days before a meeting that is set nearer than that, or that was over when it became known.

"Tự soi, tự sửa", 2022: the report five days before the meeting, the committee's own word three days before.
"""

from datetime import timedelta

from sqlalchemy import select

from bot.duties.loading import load_plan
from bot.plans.questions import plan_questions
from bot.tables import Duty, Unit
from schedules import reminders, summaries
from tests.kit.files import stored
from tests.kit.plans import ANSWERS, shipped
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.wording import reads_well
from tests.kit.world import World

REPORT = "Báo cáo chuyên đề “Tự soi, tự sửa”"


def begin_here(world: World) -> None:
    world.go("2022-09-01 08:00")
    world.units(
        ("DU", "Đảng ủy xã", "dang_uy", "", None),
        ("TPT3", "Chi bộ Tân Phúc Thành 3", "chi_bo", "nong_thon", "DU"),
        ("HP", "Chi bộ Hải Phong", "chi_bo", "nong_thon", "DU"),
    )
    text = shipped("tu-soi-tu-sua-ky-loi-2022.yaml")
    with world.db.write() as session:
        owner = session.scalars(select(Unit).where(Unit.code == "DU")).one()
        load_plan(
            session,
            text,
            owner,
            world.moment,
            answers={one.key: ANSWERS[one.open] for one in plan_questions(text)},
        )


pytestmark = begins(begin_here)


def report_of(world: World, code: str = "HP") -> Duty:
    with world.db.read() as session:
        return session.scalars(
            select(Duty)
            .join(Unit, Unit.id == Duty.unit_id)
            .where(Unit.code == code, Duty.key.startswith("bao-cao-chuyen-de"), Duty.due_on.is_not(None))
        ).one()


def sets(secretary: Talker, when: str) -> None:
    secretary.says("/lichhop")
    if "buổi nào" in secretary.last.text:
        secretary.taps("1.")
    secretary.says(when)


def keeps(secretary: Talker) -> None:
    secretary.taps("Giữ ngày này")
    if "Tính chung" in str([choice.label for choice in secretary.choices]):
        secretary.taps("Họp riêng")
    secretary.taps("Bỏ qua")


def entered(secretary: Talker) -> None:
    """The meeting of 15 September, entered afterwards."""
    secretary.says("/ketqua")
    secretary.taps("T9 ·" if "T9 ·" in str(secretary.choices) else "T8 ·").says("15/9")
    secretary.says("đủ").taps("Đúng")


def lives(world: World, until: str, *talkers: Talker) -> None:
    """Every day up to then at the hours at which something may come by itself."""
    end = world.local(until)
    day = world.at.astimezone(world.desk.zone).date()
    while world.at < end:
        for clock in ("07:00", "08:00", "08:15", "12:00", "17:30"):
            moment = world.local(f"{day} {clock}")
            if not world.at < moment <= end:
                continue
            world.at = moment
            world.tick(reminders.say_reminders)
            world.tick(summaries.tell_leaders)
            for talker in talkers:
                talker.looks()
        day += timedelta(days=1)
        if world.local(f"{day} 07:00") > end:
            world.at = end


def texts(talker: Talker, since: int = 0) -> list[str]:
    return [reply.text for reply in talker.got[since:]]


def test_it_is_said_while_the_day_is_being_chosen(world: World) -> None:
    secretary = world.registered("HP", "secretary")
    world.go("2022-09-10 09:00")  # a Saturday
    sets(secretary, "15/9 14h")
    assert (
        "– Kế hoạch cần xong trước buổi họp 5 ngày (chậm nhất thứ Bảy 10/9): " + REPORT
    ) in secretary.last.text
    assert "Giữ ngày này thì phải làm ngay." in secretary.last.text
    secretary.taps("Chọn ngày khác").says("19/9 14h")
    assert REPORT not in secretary.last.text
    reads_well(secretary)


def test_kept_it_is_due_at_once_and_nobody_above_hears_before_its_own_people_had_a_day(world: World) -> None:
    secretary = world.registered("HP", "secretary")
    deputy = world.registered("HP", "secretary")
    leader = world.registered("DU", "leader")
    lives(world, "2022-09-10 09:00", secretary, deputy, leader)
    for talker in (secretary, deputy, leader):
        talker.looks()
    sets(secretary, "15/9 14h")
    keeps(secretary)
    assert "⚠️ <b>Gấp</b>: " + REPORT in secretary.last.text
    assert report_of(world).due_on == world.local("2022-09-12 12:00").date()  # Monday, before the meeting
    secretary.says("/thangnay")
    assert "<b>gấp</b>: hạn đến hết thứ Hai 12/9" in secretary.last.text
    since = len(secretary.got), len(deputy.got), len(leader.got)
    lives(world, "2022-09-12 20:00", secretary, deputy, leader)
    about = [text for text in texts(secretary, since[0]) if REPORT in text]
    assert len(about) == 1
    assert "⏰ <b>Gấp, phải xong trước buổi họp</b>" in about[0]
    assert "Quá hạn" not in about[0]
    above = texts(deputy, since[1]) + texts(leader, since[2])
    assert not [text for text in above if REPORT in text and text[:1] in "⚠️⚠️"]
    lives(world, "2022-09-14 20:00", secretary, deputy, leader)
    assert any("Quá hạn 1 ngày" in text for text in texts(secretary, since[0]))
    climbed = [text for text in texts(leader, since[2]) if text.startswith("⚠️") and REPORT in text]
    assert climbed == []
    reads_well(secretary, deputy, leader)


def test_handed_in_on_the_day_it_is_in_time(world: World) -> None:
    secretary = world.registered("HP", "secretary")
    world.go("2022-09-12 09:00")
    sets(secretary, "15/9 14h")
    keeps(secretary)
    duty = report_of(world)
    secretary.presses(f"report.duty:{duty.id}").hands(stored("a.pdf")).taps("Xong")
    with world.db.read() as session:
        done = session.get_one(Duty, duty.id)
        assert (done.state, done.on_time) == ("done", True)


def test_setting_the_same_day_again_makes_nothing_younger(world: World) -> None:
    secretary = world.registered("HP", "secretary")
    sets(secretary, "15/9 14h")
    if "lưu ý" in secretary.last.text:
        keeps(secretary)
    else:
        secretary.taps("Bỏ qua")
    assert report_of(world).due_on == world.local("2022-09-10 12:00").date()
    world.go("2022-09-13 09:00")
    secretary.says("/lichhop")
    if "buổi nào" in secretary.last.text:
        secretary.taps("1.")
    secretary.says("15/9 15h")
    keeps(secretary)
    assert report_of(world).due_on == world.local("2022-09-10 12:00").date()


def test_what_had_to_come_before_a_meeting_entered_afterwards_is_asked_once_and_lapses(world: World) -> None:
    secretary, leader = world.registered("HP", "secretary"), world.registered("DU", "leader")
    deputy = world.registered("HP", "secretary")
    lives(world, "2022-09-16 09:00", secretary, deputy, leader)
    entered(secretary)
    duty = report_of(world)
    assert duty.hurry == "after"
    since = len(secretary.got), len(deputy.got), len(leader.got)
    lives(world, "2022-10-20 09:00", secretary, deputy, leader)
    asked = [text for text in texts(secretary, since[0]) if REPORT in text]
    assert len(asked) == 1, asked
    assert "Buổi họp đã xong; nếu có thì nộp đến hết thứ Sáu 23/9" in asked[0]
    above = texts(deputy, since[1]) + texts(leader, since[2])
    assert not [text for text in above if REPORT in text and text[:1] in "⚠️⚠️"]
    with world.db.read() as session:
        assert session.get_one(Duty, duty.id).state == "lapsed"
    leader.says("/tonghop")
    assert REPORT not in leader.last.text
    reads_well(secretary, leader)


def test_handed_in_after_all_it_is_late(world: World) -> None:
    secretary = world.registered("HP", "secretary")
    world.go("2022-09-16 09:00")
    entered(secretary)
    duty = report_of(world)
    secretary.presses(f"report.duty:{duty.id}").hands(stored("a.pdf")).taps("Xong")
    with world.db.read() as session:
        done = session.get_one(Duty, duty.id)
        assert (done.state, done.on_time) == ("done", False)


def test_what_counts_from_a_meeting_entered_late_is_not_first_heard_of_as_late(world: World) -> None:
    """The completed paper is due two days after the meeting; the meeting is entered two weeks later."""
    secretary, leader = world.registered("HP", "secretary"), world.registered("DU", "leader")
    lives(world, "2022-09-28 09:00", secretary, leader)
    entered(secretary)
    since = len(secretary.got), len(leader.got)
    lives(world, "2022-09-28 12:00", secretary, leader)
    first = next(text for text in texts(secretary, since[0]) if "sau khi hoàn thiện" in text)
    assert "⚠️" not in first
    assert "⏰ <b>Chuyên đề “Tự soi, tự sửa” sau khi hoàn thiện" in first
    assert not [text for text in texts(leader, since[1]) if "sau khi hoàn thiện" in text]
    reads_well(secretary)
