"""The topic ahead: every cell hears of it and of its documents before its usual day, and sets the meeting in one tap."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.duties.loading import load_plan
from bot.plans.deadlines import tight_meetings
from bot.plans.expected import expected_duties
from bot.plans.plan import PlanText
from bot.plans.who import UnitProfile
from bot.reminders.look_ahead import foresee_messages
from bot.tables import Duty, Meeting, Reminder, Unit
from schedules import reminders, summaries
from tests.kit.places import ZONE
from tests.kit.plans import plan_of, shipped
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.wording import labels, reads_well
from tests.kit.world import World

CELLS = ("CB1", "CB2", "CB3", "CB4", "CB5")
"""The cell of that number meets on that day of the month."""

MONTHLY = """
plan:
  symbol: 3-KH/CB
  date: 2021-12-20
  issuer: Đảng ủy mẫu
  title: Kế hoạch thử
  starts: 2022-01-01
  ends: 2022-12-31
topics:
  - key: hang-thang
    title: Sinh hoạt thường kỳ
    meeting: regular
    every: month
    documents: [{type: Kết luận, symbol: 21-KL/TW}]
"""


def begin_here(world: World) -> None:
    world.go("2022-04-15 09:00")
    world.units(
        ("DUK", "Đảng ủy Khối mẫu", "dang_uy", "", None),
        *((code, f"Chi bộ số {code[2:]}", "chi_bo", "co_quan", "DUK") for code in CELLS),
    )


pytestmark = begins(begin_here)


def live(world: World, last: str) -> Iterator[datetime]:
    """Every tick up to then, each at its own minute; stops after each so that people may act."""
    end: datetime = world.local(last)
    last_seen: datetime | None = None
    while True:
        with world.db.read() as session:
            moments = [reminders.next_reminder_moment(session), summaries.next_summary_moment(session)]
        coming = min((moment for moment in moments if moment), default=None)
        if coming is None or coming > end:
            break
        assert coming != last_seen, "the clock stands still"
        last_seen = coming
        world.at = max(world.at, coming)
        world.tick(reminders.say_reminders)
        world.tick(summaries.tell_leaders)
        yield world.at
    world.at = max(world.at, end)


def until(world: World, last: str, *people: Talker) -> None:
    for _ in live(world, last):
        pass
    for one in people:
        one.looks()


def heard(talker: Talker, about: str, before: int = 0) -> list[str]:
    """What the person was told of a topic and its documents, in order."""
    texts = [reply.text for reply in talker.got[before:]]
    return [text for text in texts if about in text and "Tài liệu" in text]


def said_on(world: World, key: str) -> list[str]:
    """The days on which rungs of the duty of that key were said, in order."""
    with world.db.read() as session:
        rows = session.scalars(
            select(Reminder.rung_at).join(Duty, Duty.id == Reminder.duty_id).where(Duty.key == key)
        ).all()
    moments = sorted(moment for moment in rows if moment)
    return [f"{moment.astimezone(ZONE).date()}" for moment in moments]


def planned(world: World, code: str) -> list[str]:
    with world.db.read() as session:
        rows = session.scalars(
            select(Meeting)
            .join(Unit, Unit.id == Meeting.unit_id)
            .where(Unit.code == code, Meeting.state.in_(("planned", "held")))
            .order_by(Meeting.planned_at)
        )
        return [
            f"{row.planned_at.astimezone(ZONE):%d/%m %H:%M} {row.place}" for row in rows if row.planned_at
        ]


def test_april_to_june_of_cells_that_meet_on_the_first_days_of_the_month(world: World) -> None:
    people = {
        code: world.registered(code, "secretary", meeting_day=number)
        for number, code in enumerate(CELLS, start=1)
    }
    leader = world.registered("DUK", "leader")
    welcomed = len(leader.got)
    world.go("2022-04-18 09:00")
    world.load(shipped("60-KH-DUK-2022.yaml"))
    until(world, "2022-04-18 10:00", *people.values())
    for one in people.values():
        one.says("/lichhop").says("20/4 19h30").says("Nhà văn hóa")
    world.go("2022-04-20 21:30")
    for one in people.values():
        one.says("/ketqua").taps("T4 ·").taps("Hôm nay").says("đủ").taps("Đúng")

    for month, told, days in (
        ("5", "2022-04-21", ["04/05", "04/05", "04/05", "04/05", "05/05"]),
        ("6", "2022-05-20", ["01/06", "02/06", "03/06", "06/06", "06/06"]),
    ):
        seen = {code: len(one.got) for code, one in people.items()}
        until(world, f"{told} 09:00", *people.values())
        for (code, one), day in zip(people.items(), days, strict=True):
            (first,) = heard(one, f"tháng {month}/2022", seen[code])
            assert "Chưa đặt lịch" not in first
            offer = one.find("Như mọi tháng")
            wanted = f"{day[:2]}/{int(day[3:])}"
            assert wanted in offer.label
            assert offer.label.endswith(", 19h30, Nhà văn hóa")
            one.taps("Như mọi tháng")
            assert "Đã đặt lịch họp" in one.last.text
            assert f"{day} 19:30 Nhà văn hóa" in planned(world, code)
        seen = {code: len(one.got) for code, one in people.items()}
        for day in sorted(set(days)):
            until(world, f"2022-{day[3:]}-{day[:2]} 20:45", *people.values())
            for code in (code for code, own in zip(people, days, strict=True) if own == day):
                words = heard(people[code], f"tháng {month}/2022", seen[code])
                heads = [re.sub(r"^[^<]*<b>", "", text)[:3] for text in words]
                assert heads == ["Sắp", "Họp"], (code, month)  # three days, one day before
                people[code].says("/ketqua").taps(f"T{month} ·").taps("Hôm nay").says("đủ").taps("Đúng")
    until(world, "2022-06-17 12:00", leader, *people.values())
    told_above = "\n".join(reply.text for reply in leader.got[welcomed:]).lower()
    assert "quá hạn" not in told_above
    assert "trễ" not in told_above.replace("0 trễ", "")
    assert "chưa nhắc được" not in told_above
    reads_well(*people.values())


def test_who_registers_on_the_28th_hears_of_may_and_sets_it(world: World) -> None:
    world.go("2022-04-18 09:00")
    world.load(shipped("60-KH-DUK-2022.yaml"))
    until(world, "2022-04-28 09:00")
    secretary = world.registered("CB3", "secretary", meeting_day=3)
    until(world, "2022-04-29 12:00", secretary)
    assert heard(secretary, "tháng 5/2022")
    secretary.taps("04/5")
    assert "lúc mấy giờ" in secretary.last.text
    secretary.taps("19h30").says("Nhà văn hóa")
    assert "tháng 5/2022" in secretary.last.text
    assert planned(world, "CB3") == ["04/05 19:30 Nhà văn hóa"]


def test_a_meeting_set_on_25_april_for_4_may_is_that_of_may(world: World) -> None:
    secretary = world.registered("CB4", "secretary", meeting_day=4)
    world.go("2022-04-18 09:00")
    world.load(shipped("60-KH-DUK-2022.yaml"))
    world.go("2022-04-20 21:00")
    secretary.says("/ketqua").taps("T4 ·").taps("Hôm nay").says("đủ").taps("Đúng")
    world.go("2022-04-25 09:00")
    secretary.says("/thangnay")
    assert "Sắp tới, từ" in secretary.last.text
    assert "tháng 5/2022" in secretary.last.text
    assert "Nghị quyết 06-NQ/TU" in secretary.last.text
    secretary.says("/lichhop").taps("04/5").says("19h30").says("Hội trường")
    assert "ngoài kế hoạch" not in secretary.last.text
    assert "Sinh hoạt chính trị tháng 5/2022" in secretary.last.text
    assert "Trợ lý sẽ nhắc" in secretary.last.text


def test_the_next_topic_is_shown_and_may_be_set_as_soon_as_this_month_s_is_done(world: World) -> None:
    secretary = world.registered("CB4", "secretary", meeting_day=4)
    world.go("2022-04-18 09:00")
    world.load(shipped("60-KH-DUK-2022.yaml"))
    secretary.says("/ketqua").taps("T4 ·").taps("Hôm nay").says("đủ").taps("Đúng").says("/thangnay")
    assert "Sắp tới, từ" in secretary.last.text
    assert "tháng 5/2022" in secretary.last.text
    assert secretary.last.text.endswith("👉 Việc tiếp theo: đặt lịch họp kỳ tới.")
    secretary.says("/lichhop").says("4/5 19h30").says("Hội trường")
    assert "Sinh hoạt chính trị tháng 5/2022" in secretary.last.text
    seen = len(secretary.got)
    until(world, "2022-04-21 09:00", secretary)
    (told,) = heard(secretary, "tháng 5/2022", seen)
    assert "Lịch họp 19h30" in told
    assert not [label for label in labels(secretary) if "mọi tháng" in label or "Đặt lịch" in label]
    reads_well(secretary)


def test_a_day_of_next_month_given_outside_of_the_plan_is_its_topic_s_all_the_same(world: World) -> None:
    secretary = world.registered("CB4", "secretary", meeting_day=4)
    world.go("2022-04-18 09:00")
    world.load(shipped("60-KH-DUK-2022.yaml"))
    secretary.says("/lichhop").taps("Buổi khác, ngoài kế hoạch").says("4/5 19h30").says("Hội trường")
    assert "Sinh hoạt chính trị tháng 5/2022" in secretary.last.text
    world.go("2022-04-25 09:00")
    secretary.says("/lichhop").taps("Buổi khác, ngoài kế hoạch").says("27/4 8h").says("Hội trường")
    assert "ngoài kế hoạch" in secretary.last.text  # April's stands in the list, and was passed over


def test_a_day_after_april_s_last_may_be_that_of_may(world: World) -> None:
    secretary = world.registered("CB4", "secretary", meeting_day=4)
    world.go("2022-04-18 09:00")
    world.load(shipped("60-KH-DUK-2022.yaml"))
    secretary.says("/lichhop").says("4/5 19h30")
    assert "sau hạn của kế hoạch" in secretary.last.text
    secretary.taps("Đây là buổi T5").says("Hội trường")
    assert "Sinh hoạt chính trị tháng 5/2022" in secretary.last.text
    secretary.says("/thangnay")
    assert "tháng 4/2022" in secretary.last.text
    reads_well(secretary)


def test_a_unit_without_a_usual_day_is_told_ahead_and_gets_one_in_a_tap(world: World) -> None:
    secretary = world.registered("CB5", "secretary")
    with world.db.write() as session:
        session.scalars(select(Unit).where(Unit.code == "CB5")).one().meeting_day = None
    world.go("2022-04-18 09:00")
    world.load(shipped("60-KH-DUK-2022.yaml"))
    seen = len(secretary.got)
    until(world, "2022-04-21 09:00", secretary)
    assert heard(secretary, "tháng 5/2022", seen)
    until(world, "2022-05-04 09:00", secretary)
    assert [text for text in heard(secretary, "tháng 5/2022", seen) if "Chưa đặt lịch họp" in text]
    secretary.says("/lichhop").taps("T5 ·").says("10/5 19h30").says("Hội trường")
    secretary.taps("Từ nay họp ngày 10 hằng tháng")
    assert "ngày 10" in secretary.last.text
    until(world, "2022-05-20 09:00", secretary)
    assert "10/6" in secretary.find("Như mọi tháng").label
    reads_well(secretary)


def test_somebody_else_may_have_set_it_before_the_tap(world: World) -> None:
    first = world.registered("CB4", "secretary", meeting_day=4)
    second = world.registered("CB4", "secretary")
    world.go("2022-04-18 09:00")
    world.load(shipped("60-KH-DUK-2022.yaml"))
    until(world, "2022-04-18 10:00", first)
    first.says("/lichhop").says("20/4 19h30").says("Nhà văn hóa")
    until(world, "2022-04-21 09:00", first)
    button = first.find("Như mọi tháng").payload
    second.says("/lichhop").taps("T5 ·").says("6/5 14h").says("Phòng 1")
    first.presses(button)
    assert "Đang đặt: 14h00" in first.last.text
    assert "06/05 14:00 Phòng 1" in planned(world, "CB4")
    for forged in (
        "plan.usual:x:20220504T1930",
        button.rpartition(":")[0],
        f"{button}9",
        f"{button[:-4]}9999",
    ):
        first.presses(forged)
        assert "mã <code>" not in first.last.text
    assert "06/05 14:00 Phòng 1" in planned(world, "CB4")


def test_a_meeting_held_in_the_last_days_before_its_month_counts(world: World) -> None:
    """It was announced, so it may be held; what it counts for is May."""
    secretary = world.registered("CB4", "secretary", meeting_day=4)
    world.go("2022-04-18 09:00")
    world.load(shipped("60-KH-DUK-2022.yaml"))
    secretary.says("/ketqua").taps("T4 ·").taps("Hôm nay").says("đủ").taps("Đúng")
    world.go("2022-04-28 21:00")
    secretary.says("/ketqua").taps("T5 ·").taps("Hôm nay").says("đủ").taps("Đúng")
    with world.db.read() as session:
        may = session.scalars(
            select(Duty).join(Unit, Unit.id == Duty.unit_id).where(Unit.code == "CB4", Duty.key == "2022-05")
        ).one()
        assert (may.state, may.on_time) == ("done", True)
    secretary.says("/thangnay")
    assert "tháng 6/2022" in secretary.last.text


@pytest.mark.parametrize(
    ("usual", "month", "told", "words"),
    [
        (3, 2, "2022-01-21", ["2022-01-28", "2022-02-06"]),  # Tết until 4/2: the meeting is on Monday 7/2
        (31, 4, "2022-03-22", ["2022-04-19", "2022-04-26", "2022-04-28"]),  # 30/4 is a holiday: 29/4
        (31, 6, "2022-05-20", ["2022-06-20", "2022-06-27", "2022-06-29"]),
        (5, 6, "2022-05-20", ["2022-06-03", "2022-06-05"]),  # a Sunday: Monday 6/6
        (
            2,
            9,
            "2022-08-22",
            ["2022-08-31", "2022-09-04"],
        ),  # the National day and Saturday, Sunday after it: Monday 5/9
    ],
)
def test_the_usual_day_off_the_rest_days(
    world: World, tmp_path: Path, usual: int, month: int, told: str, words: list[str]
) -> None:
    world.at = world.local(f"{told} 09:00") - timedelta(days=10)
    secretary = world.registered("CB1", "secretary", meeting_day=usual)
    world.load(plan_of(MONTHLY, tmp_path))
    until(world, f"2022-{month + 1:02}-01 06:00")
    days = said_on(world, f"hang-thang:2022-{month:02}")
    assert days[0] == told
    assert set(words) <= set(days)
    secretary.looks()
    assert [text for text in heard(secretary, "Sinh hoạt thường kỳ") if "21-KL/TW" in text]


def test_a_topic_of_the_quarter_is_told_before_the_quarter(world: World) -> None:
    world.go("2022-03-10 09:00")
    secretary = world.registered("CB5", "secretary", meeting_day=5)
    world.load(shipped("42-KH-DUK-2022.yaml"))
    seen = len(secretary.got)
    until(world, "2022-03-22 09:00", secretary)
    about = [reply.text for reply in secretary.got[seen:] if "ý chí tự lực" in reply.text]
    assert len(about) == 1
    assert "05/4" in secretary.find("Ngày thường lệ: ").label
    secretary.taps("05/4")
    assert "lúc mấy giờ" in secretary.last.text


def windowed() -> PlanText:
    return shipped("tu-soi-tu-sua-huyen-uy-2022.yaml")


def test_a_meeting_is_asked_for_in_time_for_the_report_on_it(world: World) -> None:
    (may,) = [one for one in tight_meetings(windowed()) if one.last == date(2022, 6, 30)]
    assert (may.due_on, may.by) == (date(2022, 6, 14), date(2022, 6, 13))
    world.go("2022-04-18 09:00")
    secretary = world.registered("CB5", "secretary")
    with world.db.write() as session:
        session.scalars(select(Unit).where(Unit.code == "CB5")).one().meeting_day = None
    with world.db.write() as session:
        owner = session.scalars(select(Unit).where(Unit.code == "DUK")).one()
        answers = {"dinh-ky": "none", "dot-cuoi-nam": "2022-12-10"}
        load_plan(session, windowed(), owner, world.moment, answers=answers)
    until(world, "2022-06-14 20:00")
    days = said_on(world, "dot-19-5")
    assert days[0] == "2022-04-21"
    assert {"2022-06-03", "2022-06-10", "2022-06-13"} <= set(days)
    secretary.looks()
    assert [reply for reply in secretary.got if "để kịp báo cáo, hạn" in reply.text]
    reads_well(secretary)


def test_a_look_ahead_plans_nothing_in_the_past(world: World) -> None:
    with world.db.write() as session:
        session.scalars(select(Unit).where(Unit.code == "CB3")).one().meeting_day = 3
    with world.db.read() as session:
        ids = [session.scalars(select(Unit.id).where(Unit.code == code)).one() for code in ("DUK", "CB3")]
    world.go("2022-04-18 08:00")
    found = foresee_messages(
        world.desk,
        shipped("60-KH-DUK-2022.yaml"),
        ids[0],
        ids[1],
        date(2022, 4, 18),
        date(2022, 6, 30),
        as_usual=True,
    )
    texts = [one.reply.text for one in found]
    assert texts
    assert not [text for text in texts if "nhật 03/4" in text or "thứ Hai 04/4" in text]
    assert all(one.at >= world.local("2022-04-18 00:00") for one in found)
    assert [text for text in texts if "Hôm nay họp" in text and "tháng 5/2022" in text]
    april = [text for text in texts if "tháng 4/2022" in text]
    assert not [text for text in april if "Chưa có kết quả" in text]


def test_a_plan_says_how_far_ahead(world: World, tmp_path: Path) -> None:
    text = plan_of(MONTHLY, tmp_path)
    for ahead, day in ((0, date(2022, 6, 1)), (3, date(2022, 5, 27)), (20, date(2022, 5, 12))):
        told = text.model_copy(update={"head": text.head.model_copy(update={"announce": ahead})})
        found = {one.key: one for one in expected_duties(told, UnitProfile("CB1", "chi_bo", None, True))}
        assert found["hang-thang:2022-06"].announced_on == day
