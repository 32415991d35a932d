"""Saturdays and Sundays are left in peace, but for the meeting of that day or the next; a person may choose otherwise."""

from datetime import date, time, timedelta
from pathlib import Path

import pytest

from bot.calendar import Moment, at_local, is_weekend, next_allowed
from schedules import reminders, summaries
from tests.kit.committees import committee
from tests.kit.moments import moments, only_in_may
from tests.kit.places import ZONE
from tests.kit.plans import plan_of, shipped
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.ticking import tick_through
from tests.kit.wording import labels, reads_well
from tests.kit.world import World

REPORT = """
plan: {symbol: 1-KH/A, date: 2022-06-01, issuer: A, title: B, starts: 2022-06-01, ends: 2022-12-31}
duties:
  - {key: bao-cao, do: report, title: Báo cáo giữa năm, due: {by: 2022-06-18}, opens: 2022-06-06}
"""
LAST_DAY = (
    REPORT.replace("opens: 2022-06-06", "opens: 2022-06-06, ladder: gap")
    + """ladders:
  gap:
    - {key: cuoi, at: due+0d, say: last_day}
    - {key: tre, at: due+1d, say: late}
"""
)


pytestmark = begins(committee)


@pytest.mark.parametrize(
    ("moment", "allowed"),
    [
        ("2022-06-11 09:00", "2022-06-13 09:00"),  # Saturday
        ("2022-06-12 22:00", "2022-06-13 07:00"),
        ("2022-06-10 21:00", "2022-06-13 07:00"),  # Friday night
        ("2022-06-10 20:59", "2022-06-10 20:59"),
        ("2022-04-30 10:00", "2022-05-04 10:00"),  # a holiday on a Saturday, and its substitutes
        ("2026-01-10 09:00", "2026-01-10 09:00"),  # a Saturday that is worked
    ],
)
def test_the_next_time_on_a_working_day(moment: str, allowed: str) -> None:
    def at(text: str):  # type: ignore[no-untyped-def]
        return at_local(date.fromisoformat(text[:10]), time.fromisoformat(text[11:]), ZONE)

    assert next_allowed(Moment(at(moment), ZONE), weekends=False) == at(allowed)


def test_the_day_before_and_the_morning_of_a_meeting_are_told_on_a_weekend(world: World) -> None:
    world.load(shipped("60-KH-DUK-2022.yaml"))
    secretary = only_in_may(world)
    tick_through(world, "2022-05-04 10:00", secretary)
    secretary.says("/lichhop").taps("2. T5").says("15/5 14h").taps("Giữ ngày này").taps("Bỏ qua")  # a Sunday
    assert "thứ Năm 12/5, thứ Bảy 14/5 và sáng hôm họp" in secretary.last.text
    tick_through(world, "2022-05-17 10:00", secretary)
    assert moments(world)[-6:] == [
        ("12/05 08:00", "ready"),
        ("14/05 08:00", "upload"),
        ("15/05 07:00", "today"),
        ("15/05 14:00", "start"),
        ("15/05 17:00", "result"),
        ("16/05 08:00", "result-1"),
    ]
    reads_well(secretary)


def test_what_is_to_be_prepared_for_a_tuesday_is_said_on_friday(world: World) -> None:
    world.load(shipped("60-KH-DUK-2022.yaml"))
    secretary = only_in_may(world)
    tick_through(world, "2022-05-09 10:00", secretary)
    secretary.says("/lichhop").taps("2. T5").says("17/5 14h").taps("Bỏ qua")
    tick_through(world, "2022-05-17 08:00", secretary)
    assert moments(world)[-3:] == [
        ("13/05 08:00", "ready"),
        ("16/05 08:00", "upload"),
        ("17/05 07:00", "today"),
    ]


def test_a_last_day_on_a_saturday_is_said_on_friday_and_late_on_monday(world: World, tmp_path: Path) -> None:
    world.go("2022-06-06 07:30")
    world.load(plan_of(LAST_DAY, tmp_path))
    secretary = world.registered("CB01", "secretary")
    tick_through(world, "2022-06-30 00:00", secretary)
    assert moments(world) == [("17/06 08:00", "cuoi"), ("20/06 08:00", "tre")]
    assert "Nên xong trong hôm nay" in secretary.got[-2].text
    assert secretary.got[-1].text.startswith("⚠️ <b>Quá hạn 2 ngày</b>")
    reads_well(secretary)


def test_who_wants_weekends_too(world: World, tmp_path: Path) -> None:
    world.go("2022-06-06 07:30")
    world.load(plan_of(REPORT.replace("2022-06-18", "2022-06-21"), tmp_path))
    eager, other = world.registered("CB01", "secretary"), world.registered("CB02", "secretary")
    eager.says("/caidat")
    assert "Giờ nhận lời nhắc: 8h, ngày làm việc" in eager.last.text
    eager.taps("Cuối tuần")
    assert labels(eager) == ["Ngày làm việc", "Cả cuối tuần", "⬅️ Quay lại"]
    eager.says("chắc là không")
    assert "Xin đồng chí chọn một trong các nút" in eager.last.text
    eager.says("ca cuoi tuan")
    assert eager.last.text.startswith("✅ Từ nay trợ lý nhắc cả vào thứ Bảy, Chủ nhật.")
    assert "8h, cả cuối tuần" in eager.says("/caidat").last.text
    tick_through(world, "2022-06-17 12:00", eager, other)
    before = len(eager.got), len(other.got)
    tick_through(world, "2022-06-19 23:00", eager, other)  # three days before: a Saturday
    assert len(eager.got) == before[0] + 1
    assert len(other.got) == before[1]
    eager.says("/caidat").taps("Cuối tuần").taps("Ngày làm việc")
    tick_through(world, "2022-06-20 12:00", eager, other)
    assert "còn 1 ngày" in other.last.text
    reads_well(eager, other)


def test_no_leader_is_told_anything_on_a_weekend(world: World) -> None:
    """Three months of a committee in which nobody does anything."""
    world.load(shipped("60-KH-DUK-2022.yaml"))
    people: list[Talker] = [world.registered(code, "secretary") for code in ("CB01", "CB02", "CB03")]
    leader, follower = world.registered("DUK", "leader"), world.registered("DUK", "follower")
    told_on: set[date] = set()
    clock = [
        world.local(f"2022-04-01 {c}") + timedelta(n) for n in range(92) for c in ("07:00", "08:00", "08:15")
    ]
    while world.at < world.local("2022-07-01 00:00"):
        for talker in people:
            talker.looks()
        world.tick(reminders.say_reminders)
        world.tick(summaries.tell_leaders)
        if leader.looks() + follower.looks():
            told_on.add(world.at.astimezone(ZONE).date())
        world.at = next(at for at in clock if at > world.at)
    assert len(told_on) > 10
    assert not [day for day in told_on if is_weekend(day)]
