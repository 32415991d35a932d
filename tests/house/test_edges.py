"""The edges that a careful reader found: what happens late, twice, at night, or by somebody whose role is gone."""

import logging
import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from bot.calendar import Moment, quiet_since
from bot.duties.loading import load_plan
from bot.messages import Reply
from bot.people.people import CONSENT_VERSION, end_role
from bot.problems import Invalid
from bot.store.db import Database
from bot.tables import Contact, Duty, DutyState, Meeting, Membership, Message, Person, Reminder, Unit
from bot.talk import delivery, outbox
from bot.talk.chat import Chat
from bot.talk.settling import SendOutcome, SendResult, settle_messages
from bot.units.rows import UnitRow
from bot.units.tree import write_units
from schedules import cleanup, reminders
from tests.kit.places import ZONE
from tests.kit.plans import shipped
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.world import World, morning

PLAN = "60-KH-DUK-2022.yaml"


def begin_here(world: World) -> None:
    world.units(
        ("DUK", "Đảng ủy Khối mẫu", "dang_uy", "", None),
        ("CB01", "Chi bộ Văn phòng", "chi_bo", "co_quan", "DUK"),
        ("CB02", "Chi bộ Thanh tra", "chi_bo", "co_quan", "DUK"),
    )
    world.load(shipped(PLAN))


pytestmark = begins(begin_here)


def april(world: World, code: str = "CB01") -> Duty:
    with world.db.read() as session:
        unit = session.scalars(select(Unit).where(Unit.code == code)).one()
        return session.scalars(select(Duty).where(Duty.unit_id == unit.id, Duty.key == "2022-04")).one()


def to_the_end(talker: Talker) -> Talker:
    """Walks the agenda up to its closing card."""
    for _ in range(40):
        if any("Kết thúc" in choice.label for choice in talker.choices):
            return talker
        if any(choice.label == "👥 Điểm danh" for choice in talker.choices):
            talker.taps("Điểm danh").says("28/28").taps("Đúng")
        else:
            talker.taps("Tiếp")
    raise AssertionError(talker.last.text)


def entered(world: World, talker: Talker) -> Talker:
    """Has entered the meeting of April as held today."""
    talker.presses(f"result.duty:{april(world).id}").taps("Hôm nay").says("28/28").taps("Đúng")
    assert "Đã ghi kết quả" in talker.last.text
    return talker


def waiting_reminders(world: World) -> list[datetime]:
    """When each message that reminds of a duty, and has not gone out, is to do so."""
    waiting = select(Message.due_at).where(
        Message.id.in_(select(Reminder.message_id)), Message.state == "waiting"
    )
    with world.db.read() as session:
        return list(session.scalars(waiting))


# A meeting that was begun on another day than it was held


def test_a_meeting_begun_days_ago_is_asked_for_its_day(world: World, secretary: Talker) -> None:
    secretary.says("/hop").taps("Bắt đầu họp")
    world.go("2022-05-12 15:00")
    to_the_end(secretary.says("/hop")).taps("Kết thúc")
    assert "Buổi này họp ngày nào?" in secretary.last.text
    secretary.says("1/3")
    assert "Xin chọn một ngày từ" in secretary.last.text
    secretary.says("ngày mai")
    assert "Đã kết thúc" not in secretary.last.text
    secretary.taps("Hôm nay")
    assert "trễ hạn" in secretary.last.text
    assert (april(world).state, april(world).on_time) == ("done", False)
    with world.db.read() as session:
        held = session.scalars(select(Meeting)).one()
        assert held.started_at is not None
        assert held.started_at.astimezone(ZONE).date() == date(2022, 5, 12)


def test_the_day_it_was_begun_on_counts_when_that_is_said(world: World, secretary: Talker) -> None:
    secretary.says("/hop").taps("Bắt đầu họp")
    world.go("2022-05-12 15:00")
    to_the_end(secretary.says("/hop")).taps("Kết thúc").taps("thứ Sáu 01/4")
    assert "đúng hạn" in secretary.last.text
    assert april(world).on_time


def test_a_start_by_mistake_is_taken_back(world: World, secretary: Talker) -> None:
    secretary.says("/hop").taps("Bắt đầu họp").taps("Thêm").taps("Tạm dừng")
    mistake = secretary.find("Chọn nhầm, chưa họp").payload
    secretary.taps("Chọn nhầm, chưa họp")
    assert "tính là chưa họp" in secretary.last.text
    with world.db.read() as session:
        meeting = session.scalars(select(Meeting)).one()
        assert (meeting.state, meeting.started_at, meeting.planned_at, meeting.steps) == (
            "planned",
            None,
            None,
            (),
        )
    assert april(world).next_reminder_at is not None
    secretary.presses(mistake)
    assert "Đã hủy" not in secretary.last.text


def test_a_meeting_with_a_note_is_not_taken_back(world: World, secretary: Talker) -> None:
    secretary.says("/hop").taps("Bắt đầu họp").says("Nhất trí").taps("Thêm").taps("Tạm dừng").taps(
        "Chọn nhầm"
    )
    assert "nên không hủy được" in secretary.last.text
    with world.db.read() as session:
        assert session.scalars(select(Meeting)).one().state == "running"


def test_a_date_that_passed_while_nobody_answered(world: World, secretary: Talker) -> None:
    secretary.says("/lichhop").says("5/4 19h30")
    world.go("2022-04-08 09:00")
    secretary.says("Hội trường")
    assert "đã qua" in secretary.last.text
    assert "Họp ngày nào?" in secretary.last.text


# Reminders to whom they belong


def test_a_nudge_is_taken_back_when_the_duty_is_done(world: World, secretary: Talker) -> None:
    leader = world.registered("DUK", "leader")
    world.go("2022-04-05 21:30")
    leader.says("/chuanop").taps("1.").taps("Nhắc")
    entered(world, secretary)
    assert "Đã ghi kết quả" in secretary.last.text
    world.go("2022-04-06 08:00")
    assert secretary.looks() == []


def test_who_is_away_is_not_nudged_while_another_is_there(world: World, secretary: Talker) -> None:
    second, leader = world.registered("CB01", "secretary"), world.registered("DUK", "leader")
    secretary.says("/caidat").taps("Đi vắng").says("15/4").taps("Không ủy quyền")
    leader.says("/chuanop").taps("1.").taps("Nhắc")
    assert any("Cấp ủy cấp trên nhắc" in reply.text for reply in second.looks())
    assert not any("Cấp ủy cấp trên nhắc" in reply.text for reply in secretary.looks())


def test_an_ended_role_takes_its_waiting_reminders_along(world: World, secretary: Talker) -> None:
    office = world.registered("DUK", "admin")
    secretary.says("/caidat").taps("Giờ nhắc").taps("20h")
    world.go("2022-04-20 07:05")
    assert world.tick(reminders.say_reminders) >= 1
    assert waiting_reminders(world) == [world.local("2022-04-20 20:00")]
    office.says("/quantri").taps("Cấp mã mời").says("CB01").taps("✖️ Kết thúc vai trò").taps(
        "Kết thúc vai trò"
    )
    assert waiting_reminders(world) == []
    world.go("2022-04-20 20:05")
    (told,) = secretary.looks()
    assert told.text.startswith(
        "Văn phòng đã kết thúc vai trò <b>Bí thư, người phụ trách đơn vị</b> của đồng chí"
    )


def test_a_done_duty_is_never_reminded(world: World, secretary: Talker) -> None:
    """Even if something has left it a moment for its next reminder; the other unit's is said by the same tick."""
    world.registered("CB02", "secretary")
    theirs = april(world, "CB02").id
    with world.db.write() as session:
        duty = session.get_one(Duty, april(world).id)
        duty.state, duty.done_at, duty.on_time = DutyState.DONE, world.at, True
        duty.next_reminder_at = world.at - timedelta(hours=1)
        session.get_one(Duty, theirs).next_reminder_at = world.at - timedelta(hours=1)
    assert world.tick(reminders.say_reminders) == 1
    with world.db.read() as session:
        assert set(session.scalars(select(Reminder.duty_id))) & {duty.id, theirs} == {theirs}
    world.go("2022-04-01 09:00")
    assert not any("tháng 4/2022" in reply.text for reply in secretary.looks())


def test_what_could_not_go_out_is_overtaken_by_what_is_said_next(world: World, secretary: Talker) -> None:
    """The channel is down for two days: one message of the meeting is left, in the words of now."""
    secretary.says("/lichhop").says("14/4 14h").says("Hội trường")
    for moment in (
        "2022-04-11 08:00",
        "2022-04-13 08:00",
        "2022-04-14 08:00",
        "2022-04-14 14:05",
        "2022-04-14 17:30",
    ):
        world.go(moment)
        world.tick(reminders.say_reminders)
        with world.db.write() as session:  # and every send of it fails
            delivery.claim_messages(session, world.at, ["telegram"], 10)
    with world.db.read() as session:
        waiting = session.scalars(
            select(Message)
            .join(Reminder, Reminder.message_id == Message.id)
            .where(Message.state == "waiting", Reminder.duty_id == april(world).id)
        ).all()
        assert len(waiting) == 1
        assert "kết quả" in waiting[0].body["text"]


def test_bulk_of_the_evening_waits_for_the_morning(world: World, secretary: Talker) -> None:
    night, morning = world.local("2022-04-05 23:30"), world.local("2022-04-06 07:00")
    with world.db.write() as session:
        contact = session.scalars(select(Contact)).one()
        outbox.post_message(
            session, contact, Reply("evening"), night, bulk=True, due_at=world.local("2022-04-05 20:00")
        )
        outbox.post_message(
            session, contact, Reply("night"), night, bulk=True, due_at=world.local("2022-04-05 22:00")
        )
        outbox.post_message(session, contact, Reply("answer"), night)
    for at, expected in ((night, {"answer"}), (morning, {"evening"})):
        with world.db.write() as session:
            claimed = delivery.claim_messages(
                session, at, ["telegram"], 10, quiet_from=quiet_since(Moment(at, ZONE))
            )
            settle_messages(session, [SendOutcome(c, SendResult.SENT) for c in claimed], at)
            assert {c.reply.text for c in claimed} == expected


@pytest.mark.parametrize(
    ("moment", "since"),
    [
        ("2022-04-05 12:00", None),
        ("2022-04-05 21:00", "2022-04-05 21:00"),
        ("2022-04-06 06:59", "2022-04-05 21:00"),
        ("2022-05-01 10:00", "2022-04-29 21:00"),
        ("2022-04-30 06:00", "2022-04-29 21:00"),
        ("2022-05-04 06:00", "2022-04-29 21:00"),
        ("2022-05-04 07:00", None),
    ],
)
def test_when_the_quiet_began(moment: str, since: str | None) -> None:
    world = World.local
    found = quiet_since(Moment(world(None, moment), ZONE))  # type: ignore[arg-type]
    assert found == (world(None, since) if since else None)  # type: ignore[arg-type]


# Plans and units


def test_a_unit_founded_later_owes_nothing_of_before(world: World) -> None:
    world.go("2022-06-10 09:00")
    row = UnitRow("units.csv:2", "CB03", "Chi bộ mới", "chi_bo", "co_quan", "DUK", 12, 5)
    with world.db.write() as session:
        write_units(session, [row], morning(date(2022, 6, 10)))
    world.load(shipped(PLAN))
    with world.db.read() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "CB03")).one()
        keys = set(session.scalars(select(Duty.key).where(Duty.unit_id == unit.id)))
    assert "2022-06" in keys
    assert not keys & {"2022-04", "2022-05"}


def test_a_duty_that_is_added_after_the_meeting_gets_its_day(world: World, secretary: Talker) -> None:
    entered(world, secretary)
    plan = shipped(PLAN)
    extra = shipped("42-KH-DUK-2022.yaml").duties[-1]
    assert extra.due.after_meeting is not None
    added = extra.model_copy(update={"due": extra.due.model_copy(update={"topics": ("2022-04",)})})
    with world.db.write() as session:
        owner = session.scalars(select(Unit).where(Unit.code == "DUK")).one()
        load_plan(session, plan.model_copy(update={"duties": (*plan.duties, added)}), owner, world.moment)
    with world.db.read() as session:
        duty = session.scalars(
            select(Duty).where(Duty.key.startswith(added.key), Duty.unit_id == april(world).unit_id)
        ).one()
        assert duty.due_on == date(2022, 4, 1) + timedelta(days=extra.due.after_meeting)


# Roles, consent, logs, growth


def test_an_edit_after_the_role_is_gone_changes_no_note(
    world: World, secretary: Talker, db: Database
) -> None:
    secretary.says("/hop").taps("Bắt đầu họp").says("Nhất trí", message_ref="7")
    with db.write() as session:
        end_role(session, session.scalars(select(Membership)).one(), world.at)
    secretary.edits("7", "Không nhất trí")
    assert "Đã sửa" not in secretary.last.text


def test_old_buttons_cannot_be_typed_past_the_notice(
    world: World, secretary: Talker, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("register", "admission"):
        monkeypatch.setattr(f"handlers.people.{module}.CONSENT_VERSION", CONSENT_VERSION + 1)
    secretary.says("xin chào")
    assert "đồng ý không" in secretary.last.text
    secretary.says("Việc tháng này")
    assert "Tháng 4" not in secretary.last.text


def test_a_word_after_a_command_is_no_unit(secretary: Talker) -> None:
    secretary.says("/thangnay nhé")
    assert "Chi bộ Văn phòng" in secretary.last.text


def test_database_errors_do_not_quote_what_was_said(db: Database, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(SQLAlchemyError) as caught, db.write() as session:
        session.execute(text("INSERT INTO nowhere (a) VALUES (:said)"), {"said": "ý kiến riêng"})
    assert "ý kiến riêng" not in str(caught.value)


def test_old_reminders_of_done_duties_are_forgotten(world: World, secretary: Talker) -> None:
    world.tick(reminders.say_reminders)
    secretary.looks()
    entered(world, secretary)
    done = april(world).id
    world.later(days=500)
    world.tick(cleanup.clean_up)
    with world.db.read() as session:
        assert session.scalars(select(Reminder).where(Reminder.duty_id == done)).all() == []


def test_the_demo_empties_only_its_own_folder(tmp_path: Path) -> None:
    from bot.service.demo import prepare_demo

    (tmp_path / "chibo.db").write_text("a year of work", "utf-8")
    with pytest.raises(Invalid, match="demo_folder"):
        prepare_demo(tmp_path, "127.0.0.1:8080", keep=False)
    assert (tmp_path / "chibo.db").exists()
    own = tmp_path / "demo"
    prepare_demo(own, "127.0.0.1:8080", keep=False)
    (own / "demo.db").write_text("x", "utf-8")
    prepare_demo(own, "127.0.0.1:8080", keep=False)
    assert not (own / "demo.db").exists()


def test_people_are_told_apart_by_who_is_there(world: World) -> None:
    from bot.people.staff import present_person

    here = Person(created_at=world.at)
    gone = Person(created_at=world.at, away_until=date(2022, 4, 10))
    assert present_person([here, gone], date(2022, 4, 5)) == [here]
    assert present_person([gone], date(2022, 4, 5)) == [gone]
    assert present_person([here, gone], date(2022, 4, 11)) == [here, gone]


def test_a_closed_database_opens_nothing_more(db: Database) -> None:
    """A thread that comes late must not open a connection that nobody closes."""
    with db.read() as session:
        assert session.scalar(select(1)) == 1
    db.close()
    with pytest.raises(RuntimeError, match="closed"), db.read():
        pass
    with pytest.raises(RuntimeError, match="closed"), db.write():
        pass


@pytest.mark.logs_errors
def test_a_fault_is_apologised_for_and_the_office_hears(world: World, secretary: Talker) -> None:
    office = world.registered("DUK", "admin")

    def broken(chat: Chat, *_words: str) -> None:
        chat.person.name = "never kept"
        raise ZeroDivisionError

    routes = replace(world.desk.routes, commands={**world.desk.routes.commands, "/thangnay": broken})
    world.desk = replace(world.desk, routes=routes)
    secretary.says("/thangnay")
    code = re.search(r"<code>(\w+)</code>", secretary.last.text)
    assert secretary.last.text.startswith("Xin lỗi đồng chí")
    assert code is not None
    assert any(code[1] in reply.text for reply in office.looks())
    with world.db.read() as session:
        assert "never kept" not in session.scalars(select(Person.name)).all()
    secretary.taps("Trang chính")
    assert "Chi bộ Văn phòng" in secretary.last.text
