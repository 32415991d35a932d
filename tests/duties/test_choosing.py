"""What a unit chooses for itself: another topic of the pool, one more, the documents of a topic; and a choice taken back."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.duties.counting import tally_demands
from bot.duties.life import meeting_of
from bot.meetings.choosing import (
    add_topic,
    addable_topics,
    pick_documents,
    replace_topic,
    replacement_topics,
    take_topic_back,
)
from bot.meetings.meetings import set_meeting
from bot.problems import Invalid
from bot.tables import Demand, Duty, Meeting, MeetingState, Message, Plan, Reminder, Unit
from schedules import reminders
from tests.kit.committees import committee
from tests.kit.duties import duty_of
from tests.kit.plans import plan_of, shipped
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.wording import labels, reads_well
from tests.kit.world import World

OWN = "Học tập và làm theo tư tưởng, đạo đức, phong cách Hồ Chí Minh về ý chí tự lực tự cường"
DIGITAL = "Thực hiện việc chuyển đổi số trong cơ quan, đơn vị, doanh nghiệp"
COVID = "Sản xuất kinh doanh trong tình hình dịch bệnh Covid-19"

POOL = """
plan:
  symbol: 7-KH/ĐU
  date: 2022-03-25
  issuer: Đảng ủy mẫu
  title: Kế hoạch chuyên đề
  starts: 2022-04-01
  ends: 2022-06-15
  choosing: [add, replace]
topics:
  - key: goc
    title: Chuyên đề gốc
    meeting: thematic
    period: {from: 2022-04-01, to: 2022-05-31}
    documents:
      - {type: Kết luận, symbol: 1-KL/TW}
      - {type: Kết luận, symbol: 2-KL/TW}
  - key: rieng
    title: Chuyên đề của doanh nghiệp
    meeting: thematic
    who: {kinds: [chi_bo], sectors: [doanh_nghiep]}
  - key: cd-van-ban
    title: Chuyên đề có văn bản
    meeting: thematic
    agenda: monthly-documents
    choose: true
    guests: [Đại diện cấp trên]
    documents:
      - {type: Quy định, symbol: 5-QĐ/TW}
      - {type: Quy định, symbol: 6-QĐ/TW}
      - {type: Quy định, symbol: 7-QĐ/TW}
""" + "".join(
    f"  - {{key: cd-{n}, title: Chuyên đề tự chọn số {n}, meeting: thematic}}\n" for n in range(1, 9)
)


pytestmark = begins(committee)


def live(world: World) -> list[Meeting]:
    with world.db.read() as session:
        return list(session.scalars(select(Meeting).where(Meeting.state == "planned").order_by(Meeting.id)))


def press(talker: Talker, action: str, row: int) -> Talker:
    return talker.presses(f"{action}:{row}")


def test_another_topic_in_the_place_of_the_plans(world: World) -> None:
    text = shipped("42-KH-DUK-2022.yaml")
    world.load(text)
    secretary = world.registered("CB01", "secretary")
    secretary.says("/lichhop").taps("Quý 2").says("12/4 8h").says("Phòng 1").says("/thangnay")
    secretary.taps("Chọn chuyên đề khác Quý 2")
    assert secretary.last.text.startswith(
        f"🔁 <b>Chọn chuyên đề khác – Chi bộ Văn phòng</b>\nHiện nay: {OWN}"
    )
    assert labels(secretary)[2] == "3. Thực hiện việc chuyển đổi số trong cơ quan…"
    assert len(labels(secretary)) == 7
    secretary.says("3")
    assert f"Đổi thành: <b>{DIGITAL}</b>" in secretary.last.text
    assert "📅 Lịch họp 8h00 thứ Ba 12/4 giữ nguyên" in secretary.last.text
    yes = secretary.find("Đồng ý").payload
    secretary.presses(yes)
    assert secretary.last.text.startswith(f"✅ <b>Đã đổi chuyên đề</b>\nChi bộ Văn phòng\n{DIGITAL}\n")
    secretary.presses(yes)
    assert secretary.last.text.startswith("Nút đó là của việc đã qua.")
    (meeting,) = live(world)
    assert (meeting.planned_at, meeting.topic_id) == (
        world.local("2022-04-12 08:00"),
        duty_of(world, "cd-2").chosen_id,
    )
    world.load(text)
    assert duty_of(world, "cd-2").title == DIGITAL
    assert duty_of(world, "cd-2", "CB02").title.startswith(OWN)

    secretary.says("/thangnay")
    assert f"Sinh hoạt chuyên đề: {DIGITAL}" in secretary.last.text
    assert f"🔁 Đơn vị chọn thay cho: {OWN[:60]}" in secretary.last.text
    world.go("2022-04-12 08:00")
    secretary.presses(f"meet.duty:{duty_of(world, 'cd-2').id}")
    assert f"tổ chức sinh hoạt chuyên đề “{DIGITAL}”" in secretary.last.text
    secretary.presses(f"choice.topic:{duty_of(world, 'cd-2').id}")
    assert secretary.last.text.startswith("Buổi này đang họp nên chưa đổi được.")
    assert duty_of(world, "cd-2").title == DIGITAL
    reads_well(secretary)


def test_back_to_the_plans_own_topic(world: World) -> None:
    world.load(shipped("42-KH-DUK-2022.yaml"))
    secretary = world.registered("CB01", "secretary").says("/thangnay")
    secretary.taps("Chọn chuyên đề khác Quý 2").taps("4. Sản xuất").says("đồng ý")
    assert "👉 Việc tiếp theo: đặt lịch họp." in secretary.last.text
    assert duty_of(world, "cd-2").title == COVID
    secretary.says("/thangnay").taps("Chọn chuyên đề khác Quý 2")
    assert COVID in secretary.last.text.split("\n\n")[0]
    assert not [label for label in labels(secretary) if "Covid" in label]
    secretary.taps("Về chuyên đề của kế hoạch").says("để xem đã")
    assert "đồng ý đổi chứ?" in secretary.last.text
    secretary.taps("Quay lại").taps("Về chuyên đề").says("không")
    assert secretary.last.text.startswith("📅 <b>Tháng 4/2022")
    assert duty_of(world, "cd-2").title == COVID
    secretary.taps("Chọn chuyên đề khác Quý 2").taps("Về chuyên đề").taps("Đồng ý")
    assert "<b>Đã về chuyên đề của kế hoạch</b>" in secretary.last.text
    assert duty_of(world, "cd-2").title.startswith(OWN)
    assert duty_of(world, "cd-2").chosen_id is None
    reads_well(secretary)


def test_a_reminder_that_still_waits_is_said_in_the_words_of_now(world: World) -> None:
    world.load(shipped("42-KH-DUK-2022.yaml"))
    secretary = world.registered("CB01", "secretary").says("/lichhop").taps("Quý 2").says("15/4 8h")
    secretary.taps("Bỏ qua")
    world.go("2022-04-12 08:01")  # three days before
    world.tick(reminders.say_reminders)
    duty = duty_of(world, "cd-2")
    with world.db.read() as session:
        said = select(Message).join(Reminder, Reminder.message_id == Message.id)
        waiting = session.scalars(said.where(Reminder.duty_id == duty.id, Message.state == "waiting")).one()
        assert OWN[:60] in waiting.body["text"]
    secretary.presses(f"choice.topic:{duty.id}").says("3").taps("Đồng ý")
    world.later(minutes=5)
    world.tick(reminders.say_reminders)
    world.later(minutes=40)
    texts = [reply.text for reply in secretary.looks()]
    assert not [text for text in texts if OWN[:60] in text]
    assert [text for text in texts if DIGITAL in text and "Sắp họp: 8h00 thứ Sáu 15/4" in text]
    reads_well(secretary)


def test_an_extra_topic_and_the_same_of_another_unit(world: World) -> None:
    text = shipped("42-KH-DUK-2022.yaml")
    world.load(text)
    world.go("2022-05-10 09:00")
    secretary = world.registered("CB01", "secretary").says("/thangnay").taps("Thêm chuyên đề")
    assert secretary.last.text.startswith("➕ <b>Thêm chuyên đề – Chi bộ Văn phòng</b>\n\n1. Giải pháp")
    secretary.taps("3. Thực hiện").taps("Đồng ý")
    assert secretary.last.text.startswith(
        f"✅ <b>Đã thêm chuyên đề</b>\nChi bộ Văn phòng\n{DIGITAL}\n⏰ Hạn đến hết thứ Năm 30/6"
    )
    other = world.registered("CB02", "secretary").says("/thangnay").taps("Thêm chuyên đề").says("3").says("ừ")
    one, two = duty_of(world, "cd-7+2022-Q2"), duty_of(world, "cd-7+2022-Q2", "CB02")
    assert one.demand_id == two.demand_id
    assert one.added
    assert (f"{one.opens_on}", f"{one.due_on}", f"{one.safe_on}") == (
        "2022-05-10",
        "2022-06-30",
        "2022-06-30",
    )
    assert one.next_reminder_at is not None
    with world.db.read() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "CB01")).one()
        assert one.path == unit.path

    secretary.says("/thangnay").taps("Thêm chuyên đề")
    assert DIGITAL not in secretary.last.text
    world.load(text)
    assert duty_of(world, "cd-7+2022-Q2").state == "open"
    secretary.says("/thangnay")
    assert "➕ Chuyên đề đơn vị tự thêm" in secretary.last.text
    assert (
        len([label for label in labels(secretary) if label.startswith("📅 Đặt lịch họp Quý 2 (việc ")]) == 2
    )
    secretary.presses(f"result.duty:{one.id}").says("hôm nay").says("đủ").taps("Đúng")
    assert "chuyển đổi số" in secretary.last.text
    assert duty_of(world, "cd-7+2022-Q2").on_time
    world.load(text)
    with world.db.read() as session:
        found = {
            t.key: t
            for t in tally_demands(
                session, Duty.plan_id == one.plan_id, world.local("2022-05-11 00:00").date()
            )
        }
    tally = found["cd-7+2022-Q2"]
    assert (tally.expected, tally.on_time, tally.open) == (2, 1, 1)
    assert found["cd-2"].on_time == 0
    reads_well(secretary, other)


def test_an_extra_topic_is_taken_back_and_added_again(world: World) -> None:
    text = shipped("42-KH-DUK-2022.yaml")
    world.load(text)
    secretary = (
        world.registered("CB01", "secretary").says("/thangnay").taps("Thêm chuyên đề").says("3").says("có")
    )
    duty = duty_of(world, "cd-7+2022-Q2")
    secretary.taps("Đặt lịch họp").says("12/4 8h").taps("Bỏ qua")
    press(secretary, "choice.drop", duty.id)
    assert "📅 Lịch họp 8h00 thứ Ba 12/4 cũng được hủy" in secretary.last.text
    secretary.taps("Giữ lại")
    assert duty_of(world, "cd-7+2022-Q2").state == "open"
    secretary.taps("Bỏ chuyên đề đã thêm")
    drop = secretary.find("✖️ Bỏ").payload
    secretary.presses(drop)
    assert "Đã bỏ chuyên đề đã thêm" in secretary.last.text
    secretary.presses(drop)
    assert secretary.last.text.startswith("Nút đó là của việc đã qua.")
    assert live(world) == []
    assert duty_of(world, "cd-7+2022-Q2").state == "withdrawn"
    world.load(text)
    assert duty_of(world, "cd-7+2022-Q2").state == "withdrawn"
    press(secretary, "choice.drop", duty.id)
    assert "không còn trong kế hoạch" in secretary.last.text
    world.go("2022-04-20 09:00")
    secretary.says("/thangnay").taps("Thêm chuyên đề").says("3").says("có")
    again = duty_of(world, "cd-7+2022-Q2")
    assert (again.id, again.state, f"{again.opens_on}") == (duty.id, "open", "2022-04-20")
    reads_well(secretary)


def test_what_is_held_or_running_is_not_taken_back(world: World) -> None:
    world.load(shipped("42-KH-DUK-2022.yaml"))
    secretary = (
        world.registered("CB01", "secretary").says("/thangnay").taps("Thêm chuyên đề").says("3").says("có")
    )
    other = world.registered("CB01", "secretary")
    duty = duty_of(world, "cd-7+2022-Q2")
    press(other, "choice.drop", duty.id)
    secretary.presses(f"meet.duty:{duty.id}")
    other.taps("✖️ Bỏ")
    assert other.last.text.startswith("Buổi này đang họp nên chưa đổi được.")
    assert duty_of(world, "cd-7+2022-Q2").state == "open"
    secretary.says("/ketqua").taps("chuyển đổi số").says("hôm nay").says("đủ").taps("Đúng")
    press(other, "choice.drop", duty.id)
    assert "✅ Việc này đã xong" in other.last.text
    press(other, "choice.drop", duty_of(world, "cd-2").id)
    assert other.last.text.startswith("Hiện không có gì khác để chọn.")
    assert duty_of(world, "cd-2").state == "open"
    reads_well(secretary, other)


def test_nothing_is_chosen_for_a_meeting_that_is_running(world: World, tmp_path: Path) -> None:
    """Whatever way it comes: the walk was made of what was chosen before it."""
    world.load(plan_of(POOL, tmp_path))
    with world.db.write() as session:
        own = session.get_one(Duty, duty_of(world, "goc").id)
        topic = next(one for one in replacement_topics(session, own) if one.key == "cd-van-ban")
        added = add_topic(session, own.unit, topic, world.moment)
        for duty in (own, added):
            set_meeting(session, duty.unit, duty, world.local("2022-04-12 08:00"), "", world.moment)
            meeting = meeting_of(session, duty)
            assert meeting is not None
            meeting.state = MeetingState.RUNNING
        other = next(one for one in replacement_topics(session, own) if one.key == "cd-1")
        for change in (
            lambda: replace_topic(session, own, other, world.moment),
            lambda: replace_topic(session, own, None, world.moment),
            lambda: take_topic_back(session, added, world.moment),
            lambda: pick_documents(session, added, [0]),
        ):
            with pytest.raises(Invalid) as refused:
                change()
            assert refused.value.code == "choice_running"
        assert (own.chosen_id, added.state, added.picks) == (None, "open", [])


def test_two_plans_that_call_their_topics_alike_are_chosen_from_apart(world: World, tmp_path: Path) -> None:
    world.load(plan_of(POOL, tmp_path))
    world.load(plan_of(POOL.replace("7-KH/ĐU", "8-KH/ĐU"), tmp_path))
    with world.db.write() as session:
        first, second = session.scalars(select(Plan).order_by(Plan.id)).all()
        for plan in (first, second):
            own = session.scalars(
                select(Duty).where(Duty.key == "goc", Duty.plan_id == plan.id, Duty.unit.has(code="CB01"))
            ).one()
            assert {one.plan_id for one in replacement_topics(session, own)} == {plan.id}
        unit = own.unit
        found = [one for one in addable_topics(session, unit, date(2022, 4, 1)) if one.key == "cd-1"]
        assert [one.plan_id for one in found] == [first.id, second.id]
        added = [add_topic(session, unit, topic, world.moment) for topic in found]
        assert [(one.plan_id, one.demand.plan_id, one.demand.topic_id) for one in added] == [
            (topic.plan_id, topic.plan_id, topic.id) for topic in found
        ]
        left = {(one.plan_id, one.key) for one in addable_topics(session, unit, date(2022, 4, 1))}
        assert not left & {(first.id, "cd-1"), (second.id, "cd-1")}
        assert {(first.id, "cd-2"), (second.id, "cd-2")} <= left


def test_two_add_the_same_and_two_replace_at_once(world: World) -> None:
    world.load(shipped("42-KH-DUK-2022.yaml"))
    one, two = world.registered("CB01", "secretary"), world.registered("CB01", "secretary")
    for talker in (one, two):
        talker.says("/thangnay").taps("Thêm chuyên đề").says("3")
    one.taps("Đồng ý")
    two.taps("Đồng ý")
    assert two.last.text.startswith("Lựa chọn này không còn nữa.")
    for talker in (one, two):
        press(talker, "choice.topic", duty_of(world, "cd-2").id).says("1")
    one.taps("Đồng ý")
    two.taps("Đồng ý")
    assert two.last.text.startswith("Lựa chọn này không còn nữa.")
    with world.db.read() as session:
        assert len(session.scalars(select(Demand).where(Demand.key.contains("+"))).all()) == 1
    reads_well(one, two)


def test_pages_kinds_of_units_guests_and_the_end_of_the_plan(world: World, tmp_path: Path) -> None:
    world.load(plan_of(POOL, tmp_path))
    secretary = world.registered("CB01", "secretary").says("/thangnay").taps("Chọn chuyên đề khác")
    assert "Chuyên đề của doanh nghiệp" not in secretary.last.text
    assert labels(secretary)[7:] == ["8. Chuyên đề tự chọn số 7", "Trang sau ➡️", "📅 Việc tháng này"]
    secretary.taps("Trang sau")
    assert labels(secretary) == ["9. Chuyên đề tự chọn số 8", "⬅️ Trang trước", "📅 Việc tháng này"]
    secretary.says("10")
    assert secretary.last.text.startswith("Xin đồng chí chọn một trong các nút dưới đây.")
    secretary.says("9")
    assert "Đổi thành: <b>Chuyên đề tự chọn số 8</b>" in secretary.last.text
    secretary.taps("Quay lại").taps("Trang trước").taps("1. Chuyên đề có văn bản")
    assert "📄 Tài liệu (3):\n– Quy định 5-QĐ/TW\n" in secretary.last.text
    assert "👥 Mời: Đại diện cấp trên" in secretary.last.text
    secretary.taps("Đồng ý").taps("Đặt lịch họp").says("12/4 8h").taps("Bỏ qua")
    assert "Chuyên đề có văn bản\n👥 Mời: Đại diện cấp trên" in secretary.last.text
    secretary.says("/thangnay")
    assert "👥 Mời: Đại diện cấp trên" in secretary.last.text

    enterprise = world.registered("CB02", "secretary").says("/thangnay").taps("Thêm chuyên đề")
    assert labels(enterprise)[0] == "1. Chuyên đề của doanh nghiệp"
    enterprise.taps("1. Chuyên đề").taps("Đồng ý")
    added = duty_of(world, "rieng+2022-Q2", "CB02")
    assert (f"{added.due_on}", f"{added.safe_on}") == ("2022-06-15", "2022-06-15")
    world.go("2022-06-16 09:00")
    enterprise.says("/thangnay")
    assert "➕ Thêm chuyên đề" not in labels(enterprise)
    press(enterprise, "choice.add", added.unit_id)
    assert enterprise.last.text.startswith("Hiện không có gì khác để chọn.")
    reads_well(secretary, enterprise)


def test_nothing_left_to_choose_but_the_plans_own(world: World, tmp_path: Path) -> None:
    few = POOL[: POOL.index("  - {key: cd-2")]
    world.load(plan_of(few, tmp_path))
    secretary = world.registered("CB01", "secretary").says("/thangnay")
    secretary.taps("Chọn chuyên đề khác").says("1").taps("Đồng ý")
    secretary.says("/thangnay").taps("Thêm chuyên đề").says("1").taps("Đồng ý").says("/thangnay")
    assert "➕ Thêm chuyên đề" not in labels(secretary)
    secretary.taps("Chọn chuyên đề khác")
    assert labels(secretary) == ["↩️ Về chuyên đề của kế hoạch", "📅 Việc tháng này"]
    reads_well(secretary)


def test_a_topic_that_leaves_the_pool_takes_the_choice_along(world: World, tmp_path: Path) -> None:
    world.load(plan_of(POOL, tmp_path))
    secretary = world.registered("CB01", "secretary").says("/thangnay")
    secretary.taps("Chọn chuyên đề khác").taps("2. Chuyên đề").taps("Đồng ý")
    secretary.says("/thangnay").taps("Thêm chuyên đề").taps("2. Chuyên đề").taps("Đồng ý")
    assert duty_of(world, "goc").title == "Chuyên đề tự chọn số 1"
    text = POOL.replace("  - {key: cd-1, title: Chuyên đề tự chọn số 1, meeting: thematic}\n", "")
    secretary.says("/thangnay").taps("Chọn chuyên đề khác").says("2")
    offered = secretary.find("Đồng ý").payload
    world.load(
        plan_of(
            text.replace("  - {key: cd-3, title: Chuyên đề tự chọn số 3, meeting: thematic}\n", ""), tmp_path
        )
    )
    assert duty_of(world, "goc").title == "Chuyên đề gốc"
    assert duty_of(world, "cd-2+2022-Q2").state == "open"
    secretary.presses(offered)
    assert secretary.last.text.startswith("Lựa chọn này không còn nữa.")
    assert duty_of(world, "goc").title == "Chuyên đề gốc"
    reads_well(secretary)


def test_documents_are_ticked_shown_and_led_through(world: World) -> None:
    text = shipped("60-KH-DUK-2022.yaml")
    world.load(text)
    secretary = world.registered("CB01", "secretary").says("/thangnay").taps("Chọn văn bản")
    assert "Đã chọn 4 trong 4 văn bản:\n\n1. ✅ Nghị quyết 03-NQ/TW (26/6/1992)" in secretary.last.text
    for number in ("1", "2", "3", "4"):
        secretary.says(number)
    assert "Đã chọn 0 trong 4 văn bản" in secretary.last.text
    secretary.taps("Xong")
    assert secretary.last.text.startswith("Phải chọn ít nhất một văn bản.")
    secretary.taps("⬜ 4. Nghị quyết 03-NQ/TU").says("2").says("7")
    assert secretary.last.text.startswith("Xin đồng chí chọn một trong các nút dưới đây.")
    done = secretary.find("Xong").payload
    secretary.presses(done)
    assert "📄 Tài liệu (2):\n– Nghị quyết 10-NQ/TW" in secretary.last.text
    secretary.presses(done)
    assert secretary.last.text.startswith("Nút đó là của việc đã qua.")
    assert duty_of(world, "2022-04").picks == [1, 3]
    assert duty_of(world, "2022-04", "CB02").picks == []
    world.load(text)
    secretary.says("/thangnay")
    assert "📄 Đơn vị đã chọn 2 trong 4 văn bản" in secretary.last.text
    assert "26/6/1992" not in secretary.last.text

    secretary.taps("Bắt đầu họp")
    with world.db.read() as session:
        (meeting,) = session.scalars(select(Meeting)).all()
        titles = [step.title for step in meeting.steps]
    assert [title for title in titles if "NQ/T" in title] == [
        "Bí thư cấp ủy báo cáo văn bản: Nghị quyết 10-NQ/TW (02/02/1999)",
        "Bí thư cấp ủy báo cáo văn bản: Nghị quyết 03-NQ/TU (12/12/2001)",
    ]
    press(secretary, "choice.documents", duty_of(world, "2022-04").id)
    assert secretary.last.text.startswith("Buổi này đang họp nên chưa đổi được.")
    reads_well(secretary)


def test_all_documents_again_and_those_of_a_chosen_topic(world: World, tmp_path: Path) -> None:
    world.load(plan_of(POOL, tmp_path))
    secretary = world.registered("CB01", "secretary")
    duty = duty_of(world, "goc")
    press(secretary, "choice.documents", duty.id)
    assert secretary.last.text.startswith("Hiện không có gì khác để chọn.")  # its topic leaves no choice
    press(secretary, "choice.topic", duty.id).says("1").taps("Đồng ý").taps("Chọn văn bản").says("1").taps(
        "Xong"
    )
    assert duty_of(world, "goc").picks == [1, 2]
    secretary.taps("Chọn lại văn bản").says("1").taps("Xong")
    assert duty_of(world, "goc").picks == []
    secretary.taps("Chọn lại văn bản").says("2").taps("Xong")
    press(secretary, "meet.duty", duty.id)
    with world.db.read() as session:
        (meeting,) = session.scalars(select(Meeting)).all()
        led = [step.title.split()[-1] for step in meeting.steps if "QĐ/TW" in step.title]
    assert led == ["5-QĐ/TW", "7-QĐ/TW"]
    reads_well(secretary)


def test_another_units_secretary_chooses_nothing(world: World) -> None:
    world.load(shipped("42-KH-DUK-2022.yaml"))
    world.load(shipped("60-KH-DUK-2022.yaml"))
    owner = (
        world.registered("CB01", "secretary").says("/thangnay").taps("Thêm chuyên đề").says("3").says("có")
    )
    added = duty_of(world, "cd-7+2022-Q2")
    stranger, leader = world.registered("CB02", "secretary"), world.registered("DUK", "leader")
    for talker in (stranger, leader):
        for action, row in (
            ("choice.topic", duty_of(world, "cd-2").id),
            ("choice.add", added.unit_id),
            ("choice.documents", duty_of(world, "2022-04").id),
            ("choice.drop", added.id),
            ("choice.apart", added.id),
        ):
            press(talker, action, row)
            assert talker.last.text.startswith("⚠️"), (action, talker.last.text)
    assert duty_of(world, "cd-7+2022-Q2").state == "open"
    reads_well(owner, stranger, leader)
