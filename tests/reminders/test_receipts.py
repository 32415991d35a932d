"""`Đã nhận`: one tap says that a reminder has come; who is above is told so, of the latest one alone."""

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.reminders.escalation import how_often
from bot.reminders.later import nudge_person
from bot.tables import Contact, DutyState, Message, Person, Reminder
from tests.kit.duties import duty_of
from tests.kit.plans import plan_of
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.ticking import tick_through
from tests.kit.wording import labels, reads_well
from tests.kit.world import World

PLAN = """
plan: {symbol: 1-KH/A, date: 2022-06-01, issuer: A, title: B, starts: 2022-06-01, ends: 2022-12-31}
duties:
  - {key: bao-cao, do: report, title: Báo cáo giữa năm, due: {by: 2022-06-10}, opens: 2022-06-06}
"""
QUARTER = """
plan: {symbol: 1-KH/A, date: 2022-06-01, issuer: A, title: B, starts: 2022-06-01, ends: 2022-12-31}
topics:
  - {key: he, title: Chuyên đề hè, meeting: regular, period: {from: 2022-06-01, to: 2022-07-31}}
"""
TWO = PLAN + "  - {key: dang, do: confirm, title: Đăng biên bản, due: {by: 2022-06-10}, opens: 2022-06-06}\n"


def begin_here(world: World) -> None:
    world.go("2022-06-06 07:30")
    world.units(
        ("DUA", "Đảng ủy Sở A", "dang_bo_co_so", "", None),
        ("A01", "Chi bộ A01", "chi_bo", "co_quan", "DUA"),
    )


pytestmark = begins(begin_here)


def receipts(world: World, talker: Talker) -> list[tuple[str, datetime | None]]:
    """(duty, when it was said to have come) of what the talker was reminded of, in the order in which it went out."""
    query = (
        select(Reminder)
        .join(Message, Message.id == Reminder.message_id)
        .join(Contact, Contact.person_id == Reminder.person_id)
        .where(Contact.place == talker.address.place)
        .order_by(Message.sent_at, Reminder.duty_id)
    )
    with world.db.read() as session:
        return [(one.rung.partition("@")[0], one.got_at) for one in session.scalars(query)]


def nudged(world: World, talker: Talker, duty_key: str) -> None:
    with world.db.write() as session:
        place = Contact.place == talker.address.place
        person = session.scalars(
            select(Person).join(Contact, Contact.person_id == Person.id).where(place)
        ).one()
        duty = session.merge(duty_of(world, duty_key, "A01"), load=False)
        assert nudge_person(world.desk, session, person, duty, world.moment)
    talker.looks()


def test_one_tap_is_noted_for_all_that_the_message_spoke_of(world: World, tmp_path: Path) -> None:
    world.load(plan_of(TWO, tmp_path), owner="DUA")
    secretary = world.registered("A01", "secretary", meeting_day=20)
    tick_through(world, "2022-06-07 08:30", secretary)
    assert labels(secretary)[0] == "Đã nhận"
    assert [one.label for one in secretary.last.quick] == ["Đã nhận"]
    world.go("2022-06-07 09:00")
    at = world.at
    secretary.taps("Đã nhận")
    assert secretary.last.text == (
        "✅ Đã ghi: đồng chí đã nhận.\n\n👉 Còn 2 việc; khi làm, đồng chí bấm “Việc tháng này”."
    )
    assert receipts(world, secretary)[-2:] == [("due-3", at), ("due-3", at)]
    earlier = [got for rung, got in receipts(world, secretary) if rung != "due-3"]
    assert earlier
    assert not any(earlier)
    secretary.says("đã nhận")  # once more is harmless
    assert secretary.last.text.startswith("✅ Đã ghi: đồng chí đã nhận.")
    assert receipts(world, secretary)[-2:] == [("due-3", at), ("due-3", at)]
    reads_well(secretary)


def test_the_answer_leads_to_the_work_that_is_left(world: World, tmp_path: Path) -> None:
    world.load(plan_of(PLAN, tmp_path), owner="DUA")
    secretary = world.registered("A01", "secretary", meeting_day=20)
    tick_through(world, "2022-06-07 08:30", secretary)
    assert labels(secretary) == ["📎 Nộp báo cáo", "Đã nhận", "⏰ Nhắc lại sau"]
    secretary.taps("Đã nhận")
    assert secretary.last.text.endswith("👉 Khi làm, đồng chí chọn một việc dưới đây.")
    assert labels(secretary) == ["📎 Nộp báo cáo", "⏰ Nhắc lại sau"]
    receipt = secretary.got[-2].choices[1][0].payload
    with world.db.write() as session:
        duty = session.merge(duty_of(world, "bao-cao", "A01"), load=False)
        duty.state = DutyState.DONE
    secretary.presses(receipt)
    assert "Lời nhắc này không còn việc nào" in secretary.last.text
    reads_well(secretary)


def test_who_is_above_hears_of_the_latest_message_alone(world: World, tmp_path: Path) -> None:
    world.load(plan_of(PLAN, tmp_path), owner="DUA")
    first, deputy = (world.registered("A01", "secretary", meeting_day=20) for _ in range(2))
    follower = world.registered("A01", "follower")
    tick_through(world, "2022-06-13 08:30", first)
    first.taps("Đã nhận")
    tick_through(world, "2022-06-14 08:30", deputy)
    tick_through(world, "2022-06-15 08:30", follower)
    assert "đã nhắc người phụ trách 5 lần (đã nhận), người cùng phụ trách 1 lần\n" in follower.last.text
    nudged(world, first, "bao-cao")
    deputy.taps("Đã nhận")
    with world.db.read() as session:
        (reminded,) = how_often(session, [duty_of(world, "bao-cao", "A01")]).values()
    assert (reminded.first, reminded.first_got, reminded.others, reminded.others_got) == (6, False, 1, True)
    reads_well(first, deputy, follower)


def test_a_nudge_and_what_is_said_again_have_it_too(world: World, tmp_path: Path) -> None:
    world.load(plan_of(PLAN, tmp_path), owner="DUA")
    secretary = world.registered("A01", "secretary", meeting_day=20)
    nudged(world, secretary, "bao-cao")
    assert secretary.last.text.startswith("🔔 <b>Cấp ủy cấp trên nhắc</b>")
    assert [one.label for one in secretary.last.quick] == ["Đã nhận", "Nhắc chiều"]
    secretary.taps("Đã nhận").taps("Nhắc lại sau").taps("Chiều nay")
    assert "✅ Sẽ nhắc lại lúc 14h00 thứ Hai 06/6." in secretary.last.text
    world.go("2022-06-06 14:01")
    secretary.looks()
    assert secretary.last.text.startswith("🔔 <b>Nhắc lại: ")
    secretary.taps("Đã nhận")
    assert [bool(got) for _, got in receipts(world, secretary)] == [True, True]
    reads_well(secretary)


def test_this_afternoon_is_tomorrow_morning_when_it_has_passed(world: World, tmp_path: Path) -> None:
    world.load(plan_of(PLAN, tmp_path), owner="DUA")
    secretary = world.registered("A01", "secretary", meeting_day=20)
    nudged(world, secretary, "bao-cao")
    later = secretary.last.quick[1].payload
    world.go("2022-06-06 13:59")
    secretary.presses(later)
    assert "lúc 14h00 thứ Hai 06/6" in secretary.last.text
    world.go("2022-06-06 14:00")
    secretary.looks()
    secretary.presses(later)
    assert "lúc 8h00 thứ Ba 07/6" in secretary.last.text
    secretary.taps("Trang chính").presses("snooze:" + later.split(":")[1])
    assert labels(secretary) == ["Sau 1 giờ", "Tối nay", "Sáng mai"]


def test_on_a_phone_without_buttons_it_is_one_more_line(world: World, tmp_path: Path) -> None:
    world.load(plan_of(PLAN, tmp_path), owner="DUA")
    secretary = world.registered("A01", "secretary", meeting_day=20, channel="zalo")
    tick_through(world, "2022-06-07 08:30", secretary)
    secretary.says("2")
    assert secretary.last.text.startswith("✅ Đã ghi: đồng chí đã nhận.")
    assert receipts(world, secretary)[-1] == ("due-3", receipts(world, secretary)[-1][1])
    assert receipts(world, secretary)[-1][1] is not None


def test_where_a_phone_shows_but_four_of_the_buttons_it_is_among_them(world: World, tmp_path: Path) -> None:
    world.load(plan_of(QUARTER, tmp_path), owner="DUA")
    secretary = world.registered("A01", "secretary", meeting_day=20)
    tick_through(world, "2022-06-21 08:30", secretary)
    assert labels(secretary) == [
        "📝 Đã họp, nhập kết quả",
        "Ngày thường lệ: thứ Tư 20/7",
        "📅 Ngày khác",
        "Đã nhận",
        "▶️ Bắt đầu họp",
        "⏰ Nhắc lại sau",
    ]
    reads_well(secretary)


@pytest.mark.parametrize("said", ["nhận rồi", "Đã nhận được ạ", "rõ", "đã rõ, cảm ơn", "tôi đã nhận rồi nhé"])
def test_said_in_words_it_has_come_too(world: World, tmp_path: Path, said: str) -> None:
    world.load(plan_of(TWO, tmp_path), owner="DUA")
    secretary = world.registered("A01", "secretary", meeting_day=20)
    tick_through(world, "2022-06-07 08:30", secretary)
    secretary.says(said)
    assert secretary.last.text.startswith("✅ Đã ghi: đồng chí đã nhận.")
    assert receipts(world, secretary)[-1][1] is not None


def test_where_nothing_asks_whether_it_has_come_such_words_say_nothing(world: World, tmp_path: Path) -> None:
    world.load(plan_of(TWO, tmp_path), owner="DUA")
    secretary = world.registered("A01", "secretary", meeting_day=20)
    tick_through(world, "2022-06-07 08:30", secretary)
    secretary.says("/thangnay").says("nhận rồi")
    assert secretary.last.text.startswith("Vâng, thưa đồng chí.")
    assert not any(got for _, got in receipts(world, secretary))
