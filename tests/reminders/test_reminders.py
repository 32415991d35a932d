"""Reminders over whole months with a moved clock: who hears what when, and what is never said."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.store.db import Database
from bot.tables import Contact, Duty, Person
from schedules import reminders
from tests.kit.committees import committee
from tests.kit.files import stored
from tests.kit.moments import moments, only_in_may, said, waiting
from tests.kit.plans import plan_of, shipped
from tests.kit.stage import begins
from tests.kit.ticking import tick_through
from tests.kit.wording import labels, reads_well
from tests.kit.world import World


def begin_here(world: World) -> None:
    committee(world)
    world.load(shipped("60-KH-DUK-2022.yaml"))
    with world.db.write() as session:  # what has no day is told in tests/reminders/test_escalation.py
        session.execute(update(Duty).where(Duty.key == "ke-hoach").values(next_reminder_at=None))


pytestmark = begins(begin_here)


def test_a_meeting_that_is_never_set(world: World) -> None:
    secretary = only_in_may(world)
    tick_through(world, "2022-07-01 00:00")
    assert said(world) == [
        ("21/04 08:00", 1, "topic"),  # ten days before May
        ("29/04 08:00", 1, "usual-3"),  # the usual day is the 5th; 30/4 to 3/5 are holidays
        ("04/05 08:00", 1, "usual-1"),
        ("06/05 08:00", 1, "usual-past"),
        ("23/05 08:00", 1, "set-date-10"),
        ("30/05 08:00", 1, "set-date-3"),
        ("31/05 08:00", 1, "last-day"),
        ("01/06 08:00", 1, "late"),
    ]
    secretary.looks()
    assert "Sinh hoạt chính trị tháng 5/2022" in secretary.got[-8].text
    assert secretary.got[-7].text.startswith("📅 <b>Chưa đặt lịch họp</b>\nHọp thường kỳ: ")
    assert "📄 Tài liệu (4): Nghị quyết 06-NQ/TU" in secretary.got[-6].text
    assert "Họp rồi thì đồng chí trả lời ngay ở đây" in secretary.got[-5].text
    assert secretary.got[-5].text.split("\n\n")[0].endswith("; chưa thì đặt lịch họp.")
    assert secretary.got[-4].text.startswith("📅 <b>Chưa đặt lịch họp</b>\nHọp thường kỳ: ")
    assert "Hạn đến hết thứ Ba 31/5, còn 1 ngày" in secretary.got[-3].text
    assert secretary.got[-2].text.startswith("⏰ <b>Hôm nay là hạn cuối</b>")
    assert secretary.got[-1].text.startswith("⚠️ <b>Quá hạn 1 ngày</b>")
    assert "📝 Đã họp, nhập kết quả" in labels(secretary)
    reads_well(secretary)


def test_a_meeting_that_is_set_and_not_held(world: World) -> None:
    secretary = only_in_may(world)
    tick_through(world, "2022-05-04 10:00")
    secretary.looks()
    secretary.says("/lichhop").taps("2. T5").says("12/5 14h").says("Phòng 1")
    tick_through(world, "2022-07-01 00:00")
    assert moments(world) == [
        ("21/04 08:00", "topic"),
        ("29/04 08:00", "usual-3"),
        ("04/05 08:00", "usual-1"),
        ("09/05 08:00", "ready"),
        ("11/05 08:00", "upload"),
        ("12/05 07:00", "today"),
        ("12/05 14:00", "start"),
        ("12/05 17:00", "result"),
        ("13/05 08:00", "result-1"),
        ("01/06 08:00", "late"),
    ]
    before = len(secretary.got)
    secretary.looks()
    texts = [reply.text for reply in secretary.got[before:]]
    assert texts[0].startswith("<b>Sắp họp: 14h00 thứ Năm 12/5</b>\nHọp thường kỳ: ")
    assert texts[1].startswith("📤 <b>Họp 14h00 thứ Năm 12/5</b>")
    assert texts[2].startswith("🔔 <b>Hôm nay họp lúc 14h00</b>, tại Phòng 1\n")
    assert texts[3].startswith("▶️ <b>Đã đến giờ họp</b>, tại Phòng 1\n")
    assert texts[3].endswith("👉 Đồng chí bấm “Bắt đầu họp”.")
    assert texts[4].startswith("📝 <b>Chưa có kết quả buổi họp</b>")
    assert texts[5].startswith("📝 <b>Chưa có kết quả buổi họp</b>")
    assert "Lịch đã đặt: 14h00 thứ Năm 12/5. Làm sau hạn vẫn được ghi nhận." in texts[6]
    reads_well(secretary)


def test_held_early_ends_the_ladder(world: World) -> None:
    secretary = only_in_may(world)
    tick_through(world, "2022-05-04 10:00")
    secretary.looks()
    secretary.says("/lichhop").taps("2. T5").says("20/5 14h").taps("Bỏ qua")
    world.go("2022-05-12 08:00")
    secretary.says("/ketqua").taps("2. T5").taps("Hôm nay").says("đủ").taps("Đúng")
    tick_through(world, "2022-07-01 00:00")
    assert [rungs for _, rungs in moments(world)] == ["topic", "usual-3", "usual-1"]


def test_a_report_and_the_hour_of_each_person(world: World) -> None:
    late, early = world.registered("CB01", "secretary"), world.registered("CB02", "secretary")
    second = world.registered("CB01", "secretary")
    late.says("/caidat").taps("Giờ nhắc").taps("19")
    with world.db.write() as session:
        session.execute(update(Duty).where(~Duty.key.contains("2022-Q2")).values(next_reminder_at=None))
    for evening in ("2022-06-23 20:00", "2022-06-27 20:00"):
        tick_through(world, evening)
        assert early.looks()
        assert late.looks()
    assert late.last.text.endswith("👉 Đồng chí bấm “Nộp báo cáo” rồi gửi tệp.")
    assert second.looks() == []  # the first secretary is spoken to, the second may do it all the same
    for secretary in (early, second):
        secretary.says("/nop").taps("Báo cáo").hands(stored("a.pdf")).taps("Xong")
    tick_through(world, "2022-08-01 00:00")
    assert said(world) == [
        ("23/06 08:00", 2, "due-7"),
        ("23/06 19:00", 1, "due-7"),
        ("27/06 08:00", 2, "due-3"),
        ("27/06 19:00", 1, "due-3"),
    ]
    reads_well(early, late)


def test_a_report_that_nobody_hands_in(world: World) -> None:
    secretary = world.registered("CB01", "secretary")
    tick_through(world, "2022-08-01 00:00")
    assert moments(world, "bao-cao-quy:2022-Q2") == [
        ("23/06 08:00", "due-7"),
        ("27/06 08:00", "due-3"),
        ("29/06 08:00", "due-1"),
        ("30/06 08:00", "last-day"),
        ("01/07 08:00", "late"),
    ]
    secretary.looks()
    reads_well(secretary)


def test_several_duties_on_one_morning_are_one_message_most_urgent_first(world: World) -> None:
    secretary = world.registered("CB01", "secretary")
    tick_through(world, "2022-06-30 12:00")
    secretary.looks()
    assert moments(world)[-1] == ("30/06 08:00", "last-day last-day")
    assert secretary.last.text.count("⏰ <b>Hôm nay là hạn cuối</b>") == 2
    assert labels(secretary)[0] == "Đã nhận"
    assert labels(secretary)[1].startswith("1. ▶️ Họp: T6 · Sinh hoạt")
    assert labels(secretary)[2].startswith("2. 📎 Báo cáo kết quả")
    tick_through(world, "2022-07-01 12:00")
    secretary.looks()
    parts = secretary.last.text.split("\n\n")
    assert [part.split()[0] for part in parts] == ["⚠️", "⚠️", "📅", "👉"]  # July's usual day is near
    assert "3 việc, việc gấp nhất ở trên cùng" in parts[-1]
    assert [label[:2] for label in labels(secretary)] == ["Đã", "1.", "2.", "3.", "3.", "📅 "]
    secretary.taps("1. 📝 Kết quả")
    assert "tháng 6/2022" in secretary.last.text
    reads_well(secretary)


def test_holidays_and_quiet_hours_are_left_in_peace(world: World) -> None:
    world.registered("CB01", "secretary")
    tick_through(world, "2022-05-10 00:00")
    days = [moment[:5] for moment, _ in moments(world)]
    assert not {"30/04", "01/05", "02/05", "03/05"} & set(days)
    assert ("04/05 08:00", "late usual-1") in moments(world)
    tick_through(world, "2022-06-19 12:00")
    for quiet in ("2022-06-20 21:00", "2022-06-20 23:59", "2022-06-21 06:59"):
        world.go(quiet)
        assert world.tick(reminders.say_reminders) == 0, quiet
    world.go("2022-06-21 07:00")
    assert world.tick(reminders.say_reminders) == 1
    assert moments(world)[-1] == ("21/06 08:00", "set-date-10 topic")  # July's topic comes ten days ahead


def test_tet(db: Database, tmp_path: Path) -> None:
    world = World(db)
    world.go("2026-02-02 08:00")
    committee(world)
    text = (
        "plan: {symbol: 1-KH/CB, date: 2026-01-20, issuer: A, title: B, starts: 2026-02-01, ends: 2026-03-31}\n"
        "duties:\n"
        "  - {key: bao-cao, do: report, title: Báo cáo, due: {by: 2026-02-18}}\n"
    )
    world.load(plan_of(text, tmp_path))
    world.registered("CB01", "secretary")
    tick_through(world, "2026-03-31 00:00")
    assert moments(world) == [
        ("06/02 08:00", "due-7"),
        ("10/02 08:00", "due-3"),
        ("12/02 08:00", "due-1"),
        ("13/02 08:00", "last-day"),
        ("23/02 08:00", "late"),
    ]


def test_the_meeting_s_own_morning_is_told_even_on_a_holiday(world: World) -> None:
    secretary = world.registered("CB01", "secretary")
    tick_through(world, "2022-04-20 12:00")
    secretary.looks()
    secretary.says("/lichhop").says("30/4 8h").taps("Giữ ngày này").taps("Bỏ qua")
    tick_through(world, "2022-04-30 12:00")
    assert moments(world)[-3:] == [
        ("30/04 07:00", "today"),
        ("30/04 08:00", "start"),
        ("30/04 11:00", "result"),
    ]


def test_after_an_outage_of_ten_days_it_is_said_once(world: World, caplog: pytest.LogCaptureFixture) -> None:
    secretary = only_in_may(world)
    tick_through(world, "2022-05-04 10:00")
    secretary.looks()
    secretary.says("/lichhop").taps("2. T5").says("20/5 14h").taps("Bỏ qua")
    world.go("2022-05-19 09:30")
    caplog.set_level("INFO", "bot.reminders")
    assert world.tick(reminders.say_reminders) == 1
    assert world.tick(reminders.say_reminders) == 0
    assert moments(world)[3:] == [("19/05 09:30", "upload")]
    assert {record.message.split()[0] for record in caplog.records} == {"reminder.skipped"}
    assert [record.message.rpartition("=")[2] for record in caplog.records] == ["topic-10", "ready"]

    world.go("2022-05-30 22:00")
    assert world.tick(reminders.say_reminders) == 0
    world.go("2022-05-31 07:00")
    assert world.tick(reminders.say_reminders) == 1
    assert moments(world)[4:] == [("31/05 08:00", "result-1")]
    reads_well(secretary)


def test_an_outage_over_the_last_day_speaks_of_the_day_it_is(world: World) -> None:
    secretary = only_in_may(world)
    tick_through(world, "2022-05-29 10:00")
    secretary.looks()
    world.go("2022-05-31 23:00")
    assert world.tick(reminders.say_reminders) == 0
    world.go("2022-06-01 07:00")
    assert world.tick(reminders.say_reminders) == 1
    world.go("2022-06-01 08:00")
    secretary.looks()
    assert secretary.last.text.startswith("⚠️ <b>Quá hạn 1 ngày</b>")


@pytest.mark.parametrize(
    ("days", "says"),
    [
        (3, "📝 <b>Chưa có kết quả buổi họp</b>"),
        (10, "📝 <b>Chưa có kết quả buổi họp</b>"),
        (40, "⚠️ <b>Quá hạn 13 ngày</b>"),
    ],
)
def test_a_clock_that_jumps_forward_is_followed_by_one_true_word(world: World, days: int, says: str) -> None:
    """The rungs of the days passed over: the last that is still worth saying is said, once, of the day that it is."""
    secretary = only_in_may(world)
    tick_through(world, "2022-05-03 10:00")
    secretary.looks()
    before = len(secretary.got)
    world.later(days=days)
    for _ in range(3):
        world.tick(reminders.say_reminders)
        world.later(minutes=1)
    secretary.looks()
    if days == 40:  # a Sunday, which is left in peace
        assert len(secretary.got) == before
        world.later(days=1)
        world.tick(reminders.say_reminders)
        secretary.looks()
    assert len(secretary.got) == before + 1
    assert secretary.last.text.startswith(says)
    assert not re.search(r"còn \d+ ngày", secretary.last.text) or days < 28
    tick_through(world, "2022-07-01 00:00")
    rungs = [rung for _, _, rung in said(world)]
    assert len(rungs) == len(set(rungs))
    mornings = [at for at, _, _ in said(world)]
    assert len(mornings) == len(set(mornings))
    reads_well(secretary)


def test_nobody_registered(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "bot.reminders")
    assert world.tick(reminders.say_reminders) == 0
    assert {record.message.split()[0] for record in caplog.records} == {"reminder.nobody"}
    secretary = world.registered("CB01", "secretary")
    tick_through(world, "2022-04-20 00:00")
    assert moments(world)[0] == ("01/04 08:00", "topic")
    assert moments(world)[-1] == ("19/04 08:00", "set-date-10")
    reads_well(secretary)


def test_who_cannot_be_reached_is_logged(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.registered("CB01", "secretary")
    with world.db.write() as session:
        session.execute(update(Contact).values(lost_at=world.at, lost_reason="blocked"))
    assert world.tick(reminders.say_reminders) == 0
    assert [record.message.split()[0] for record in caplog.records] == ["reminder.unreachable"]


def test_away_with_and_without_a_delegate(world: World) -> None:
    first, second = world.registered("CB01", "secretary"), world.registered("CB01", "secretary")
    other = world.registered("CB02", "secretary")
    with world.db.write() as session:
        people = session.scalars(select(Person).order_by(Person.id)).all()
        people[0].away_until = world.local("2022-04-20 00:00").date()
        people[0].delegate_id = people[2].id
        session.execute(update(Duty).where(Duty.unit_id != 2).values(next_reminder_at=None))
    tick_through(world, "2022-04-19 08:00")
    before = said(world)
    assert {person for _, person, _ in before} == {2}
    assert (before[0][0], before[-1][0]) == ("01/04 08:00", "19/04 08:00")
    assert other.looks() == []  # no secretary of that unit: the buttons would be of no use there
    second.looks()
    assert "Chi bộ Văn phòng" not in second.last.text
    with world.db.write() as session:
        session.execute(update(Person).values(away_until=world.local("2022-04-27 00:00").date()))
        session.execute(update(Person).values(delegate_id=None))
    tick_through(world, "2022-04-26 12:00")
    assert {person for _, person, _ in said(world)[len(before) :]} == {1}
    tick_through(world, "2022-05-04 12:00")
    assert first.looks()
    reads_well(first, second, other)


def test_who_leads_two_units_reads_which_is_meant(world: World) -> None:
    secretary = world.registered("CB01", "secretary")
    secretary.says(f"/start {world.invite('CB02', 'secretary')}").says("40").says("10")
    world.tick(reminders.say_reminders)
    world.later(hours=1)
    assert len(secretary.looks()) == 1
    assert secretary.last.text.count("Chi bộ Văn phòng\n⏰") == 1
    assert secretary.last.text.count("Chi bộ Công ty Nước sạch\n⏰") == 1
    reads_well(secretary)


def test_a_reminder_waits_for_a_dialog_half_an_hour_at_most(world: World) -> None:
    secretary = world.registered("CB01", "secretary")
    world.go("2022-04-01 08:10")
    secretary.says("/nop").taps("Báo cáo")
    world.tick(reminders.say_reminders)
    for number in range(3):
        world.later(minutes=9)
        secretary.hands(stored("a.pdf", f"{number}".encode()))
        assert "🔔" not in secretary.got[-1].text
    world.later(minutes=4)
    secretary.hands(stored("b.pdf", b"b"))
    assert [reply.text[:1] for reply in secretary.got[-2:]] == ["Đ", "🔔"]


def test_while_the_meeting_runs_nothing_is_said_of_it(world: World) -> None:
    secretary = world.registered("CB01", "secretary")
    secretary.says("/hop").taps("T4 ·")
    assert world.tick(reminders.say_reminders) == 0
    assert waiting(world) == 0


def test_a_reminder_is_let_through_when_the_dialog_ends(world: World) -> None:
    secretary = world.registered("CB01", "secretary")
    world.go("2022-04-01 08:10")
    secretary.says("/nop").taps("Báo cáo")
    world.tick(reminders.say_reminders)
    assert secretary.looks() == []
    secretary.says("/huy")
    assert "🔔" in secretary.got[-1].text


def test_two_ticks_write_nothing_twice(world: World) -> None:
    world.registered("CB01", "secretary")
    assert world.tick(reminders.say_reminders) == 1
    assert world.tick(reminders.say_reminders) == 0
    with world.db.write() as session:
        session.execute(
            update(Duty).where(Duty.key == "2022-04").values(next_reminder_at=world.at, reminded_until=None)
        )
    assert world.tick(reminders.say_reminders) == 0
    assert len(said(world)) == 1


def test_ticks_of_several_replicas_at_once_write_each_message_once(world: World) -> None:
    for code in ("CB01", "CB02", "CB03"):
        world.registered(code, "secretary")
    with ThreadPoolExecutor(4) as replicas:
        written = list(replicas.map(lambda _: world.tick(reminders.say_reminders), range(4)))
    assert sum(written) == 3
    assert sorted(person for _, person, _ in said(world)) == [1, 2, 3]


@pytest.mark.logs_errors
def test_what_cannot_be_written_silences_nobody_else(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.registered("CB01", "secretary")
    other = world.registered("CB02", "secretary")
    with world.db.write() as session:
        broken = session.scalars(select(Duty).where(Duty.key == "2022-04", Duty.unit_id == 2)).one()
        demand = broken.demand
        session.execute(update(Duty).where(Duty.unit_id == 3).values(next_reminder_at=None))
        session.flush()
        assert demand.topic is not None
        demand.topic.documents = [{"symbol": "1"}]
    assert world.tick(reminders.say_reminders) == 0
    assert [r.message.split()[0] for r in caplog.records] == ["reminder.unwritable"]
    with world.db.write() as session:
        session.execute(
            update(Duty)
            .where(Duty.key == "bao-cao-quy:2022-Q2", Duty.unit_id == 3)
            .values(next_reminder_at=world.local("2022-06-23 07:00"))
        )
    tick_through(world, "2022-06-23 10:00")
    assert other.looks()


UNSET = """
plan: {symbol: 5-KH/A, date: 2022-03-01, issuer: A, title: B, starts: 2022-04-01, ends: 2022-04-30}
duties:
  - {key: bao-cao, do: report, title: Báo cáo riêng, due: {by: 2022-04-22}, who: {kinds: [chi_bo]}, ladder: rieng}
ladders:
  rieng:
    - {key: a, at: safe-4d, say: ready}
    - {key: b, at: safe-3d, say: upload}
    - {key: c, at: safe-2d, say: today}
    - {key: d, at: safe-1d, say: start}
"""


def test_a_ladder_that_speaks_of_a_meeting_where_none_is_set_says_what_is_due(
    world: World, tmp_path: Path
) -> None:
    secretary = only_in_may(world)
    world.load(plan_of(UNSET, tmp_path))
    tick_through(world, "2022-04-22 20:00")
    (*_, a, b, c, d) = secretary.looks()
    for reply, left in ((a, 4), (b, 3), (c, 2), (d, 1)):
        assert "Báo cáo riêng" in reply.text
        assert f"còn {left} ngày" in reply.text
        assert not re.search("Sắp họp|📤|Hôm nay họp|Đã đến giờ họp", reply.text)
    reads_well(secretary)


UNSET_MEETINGS = """
plan: {symbol: 6-KH/A, date: 2022-03-01, issuer: A, title: B, starts: 2022-04-01, ends: 2022-04-30}
topics:
  - {key: mot, title: Chuyên đề một, period: 2022-04, meeting: regular, ladder: rieng}
  - {key: hai, title: Chuyên đề hai, period: 2022-04, meeting: regular, ladder: rieng}
ladders:
  rieng:
    - {key: a, at: safe-4d, say: ready}
    - {key: b, at: safe-3d, say: upload}
    - {key: c, at: safe-2d, say: start}
"""


def test_meetings_that_nobody_has_set_are_reminded_of_all_the_same(world: World, tmp_path: Path) -> None:
    secretary = only_in_may(world)
    world.load(plan_of(UNSET_MEETINGS, tmp_path))
    tick_through(world, "2022-04-28 20:00")
    (*_, a, b, c) = secretary.looks()
    for reply in (a, b, c):
        assert "Chuyên đề một" in reply.text
        assert "Chuyên đề hai" in reply.text
        assert [choice for row in reply.choices for choice in row if "Đặt lịch" in choice.label]
    reads_well(secretary)


def test_snooze(world: World) -> None:
    secretary = world.registered("CB01", "secretary")
    world.go("2022-04-19 08:05")
    world.tick(reminders.say_reminders)
    secretary.looks()
    secretary.taps("Nhắc lại sau").taps("Sau 1 giờ")
    assert "✅ Sẽ nhắc lại lúc 9h05 thứ Ba 19/4." in secretary.last.text
    world.go("2022-04-19 09:06")
    assert len(secretary.looks()) == 1
    assert secretary.last.text.startswith("🔔 <b>Nhắc lại: Họp thường kỳ: ")
    secretary.taps("Nhắc lại sau").taps("Tối nay")
    assert "19h00 thứ Ba 19/4" in secretary.last.text
    world.go("2022-04-19 19:01")
    assert "🔔" in secretary.looks()[-1].text
    secretary.taps("Nhắc lại sau")
    assert labels(secretary) == ["Sau 1 giờ", "Sáng mai"]  # neither afternoon nor evening is left of the day
    secretary.taps("Sáng mai")
    assert "8h00 thứ Tư 20/4" in secretary.last.text
    assert waiting(world) == 1
    secretary.says("/ketqua").taps("T4 ·").taps("Hôm nay").says("đủ").taps("Đúng")
    assert waiting(world) == 0
    world.go("2022-04-20 09:00")
    assert secretary.looks() == []
    reads_well(secretary)


def test_a_snoozed_reminder_goes_when_the_meeting_is_set(world: World) -> None:
    secretary = world.registered("CB01", "secretary")
    world.go("2022-04-19 08:05")
    world.tick(reminders.say_reminders)
    secretary.looks()
    secretary.taps("Nhắc lại sau").taps("Sáng mai")
    secretary.says("/lichhop").says("25/4 14h").taps("Bỏ qua")
    assert waiting(world) == 0


def test_of_two_duties_in_one_waiting_message_the_open_one_is_said_anew(world: World) -> None:
    secretary = world.registered("CB01", "secretary")
    tick_through(world, "2022-06-27 07:20")
    secretary.looks()
    assert sorted(moments(world)[-1][1].split()) == ["due-3", "set-date-3"]
    secretary.says("/nop").taps("Báo cáo").hands(stored("a.pdf")).taps("Xong")
    assert waiting(world) == 0
    assert world.tick(reminders.say_reminders) == 1
    assert moments(world)[-1] == ("27/06 08:00", "set-date-3")
    world.go("2022-06-27 08:01")
    assert len(secretary.looks()) == 1
    assert "Báo cáo" not in secretary.last.text
    assert world.tick(reminders.say_reminders) == 0
    reads_well(secretary)


def test_what_the_unit_has_read_is_told_once_to_who_stands_in(world: World) -> None:
    """The one has heard of June's meeting and report, the other of neither."""
    first, second = world.registered("CB01", "secretary"), world.registered("CB01", "secretary")
    tick_through(world, "2022-06-27 09:00")
    first.looks()
    first.says("/caidat").taps("Đi vắng").says("30/6").taps("1. Đồng chí đăng ký")
    second.looks()
    assert world.tick(reminders.say_reminders) == 1
    assert world.tick(reminders.say_reminders) == 0
    (told,) = second.looks()
    assert told.text.startswith("<b>Việc đang chờ đồng chí</b>\n\n🔔 <b>Họp thường kỳ: ")
    assert "tháng 6/2022" in told.text
    assert "– Kế hoạch 07-KH/TU" in told.text
    assert "⏰ <b>Báo cáo kết quả" in told.text
    tick_through(world, "2022-06-29 09:00")
    second.looks()
    assert "Báo cáo kết quả" in second.last.text
    assert [(m, p) for m, p, _ in said(world)][-3:] == [
        ("27/06 08:00", 1),
        ("27/06 09:00", 2),
        ("29/06 08:00", 2),
    ]
    reads_well(second)


def test_a_meeting_left_running_is_asked_after(world: World) -> None:
    secretary = world.registered("CB01", "secretary")
    world.go("2022-04-05 08:00")
    world.tick(reminders.say_reminders)
    secretary.looks()
    secretary.says("/lichhop").says("8/4 14h").taps("Bỏ qua")
    world.go("2022-04-08 14:10")
    world.tick(reminders.say_reminders)
    secretary.says("/hop").taps("T4 ·").taps("Tiếp").says("/huy")
    before = len(said(world))
    tick_through(world, "2022-04-08 17:05")
    assert len(said(world)) == before
    tick_through(world, "2022-04-08 17:15")
    secretary.looks()
    assert secretary.last.text.startswith("<b>Buổi họp đang dở ở bước 2/8</b>\n")
    assert secretary.last.text.endswith("👉 Đồng chí bấm “Họp tiếp”.")
    secretary.taps("Họp tiếp")
    assert "Bước 2/8" in secretary.last.text
    reads_well(secretary)


def test_many_units_in_one_tick(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """More due duties than one batch holds: everybody is told once."""
    monkeypatch.setattr("bot.reminders.saying.BATCH", 4)
    world = World(db)
    committee(world)
    world.units(*((f"M{n}", f"Chi bộ {n}", "chi_bo", "co_quan", "DUK") for n in range(9)))
    world.load(shipped("60-KH-DUK-2022.yaml"))
    people = [world.registered(f"M{n}", "secretary") for n in range(9)]
    assert world.tick(reminders.say_reminders) == 9
    world.later(hours=1)
    for talker in people:
        assert len(talker.looks()) == 1


def test_next_moment_is_that_of_the_next_rung(world: World) -> None:
    with world.db.read() as session:
        assert reminders.next_reminder_moment(session) == world.local("2022-04-01 08:00")
    world.tick(reminders.say_reminders)
    with world.db.read() as session:
        assert reminders.next_reminder_moment(session) == world.local(
            "2022-04-04 07:00"
        )  # no day is set, none is usual
    with world.db.write() as session:
        session.execute(update(Duty).values(next_reminder_at=None))
    with world.db.read() as session:
        assert reminders.next_reminder_moment(session) is None
