"""Who comes after something was said: the present topic, its documents and what is due, in one message at the next allowed time."""

from pathlib import Path

import pytest
from sqlalchemy import select

from bot.materials.materials import tie_materials
from bot.meetings.meetings import set_meeting
from bot.messages import Reply
from bot.people.people import end_role
from bot.store.db import Database
from bot.tables import Contact, Duty, Membership, Person, Topic, Unit
from bot.talk import outbox
from schedules import reminders
from tests.kit.committees import committee
from tests.kit.duties import duty_of
from tests.kit.files import stored
from tests.kit.plans import plan_of, shipped
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.ticking import tick_through
from tests.kit.wording import reads_well
from tests.kit.world import World

APRIL = "Sinh hoạt chính trị tháng 4/2022"
MAY = "Sinh hoạt chính trị tháng 5/2022"
CHASED = """
plan: {symbol: 1-KH/A, date: 2022-06-01, issuer: A, title: B, starts: 2022-06-01, ends: 2022-12-31}
duties:
  - {key: bao-cao, do: report, title: Báo cáo giữa năm, due: {by: 2022-06-10}, opens: 2022-06-06}
"""


def begin_here(world: World) -> None:
    """The order of the README: units, the plan, then people."""
    committee(world)
    world.load(shipped("60-KH-DUK-2022.yaml"))
    world.tick(reminders.say_reminders)


pytestmark = begins(begin_here)


def told(world: World, talker: Talker, moment: str) -> list[Reply]:
    """What comes by itself up to that moment."""
    before = len(talker.got)
    tick_through(world, moment, talker)
    return list(talker.got[before:])


def member(world: World, talker: Talker) -> Membership:
    with world.db.read() as session:
        place = select(Contact.person_id).where(Contact.place == talker.address.place)
        return session.scalars(
            select(Membership).where(Membership.person_id == place.scalar_subquery())
        ).one()


def leaves(world: World, talker: Talker) -> None:
    role = member(world, talker)
    with world.db.write() as session:
        end_role(session, session.get_one(Membership, role.id), world.at)


def is_lost(world: World, talker: Talker) -> None:
    with world.db.write() as session:
        contact = session.scalars(select(Contact).where(Contact.place == talker.address.place)).one()
        outbox.lose_contact(session, contact, "blocked", world.at)


def test_registered_on_the_28th_hears_of_the_topic_its_documents_and_what_is_due(world: World) -> None:
    tick_through(world, "2022-04-28 14:00")
    secretary = world.registered("CB01", "secretary")
    (first,) = told(world, secretary, "2022-04-28 14:30")
    assert APRIL in first.text
    assert "📄 Tài liệu (4):\n– Nghị quyết 03-NQ/TW" in first.text
    assert "hạn đến hết thứ Bảy 30/4" in first.text.replace("Hạn", "hạn")
    assert "Quá hạn" not in first.text
    assert told(world, secretary, "2022-04-29 07:00") == []
    reads_well(secretary)


@pytest.mark.parametrize(
    ("registers", "hears"),
    [
        ("2022-04-23 23:00", "2022-04-25 08:00"),  # Saturday night: Monday morning
        ("2022-04-20 22:00", "2022-04-21 08:00"),
        ("2022-04-21 06:10", "2022-04-21 08:00"),
        ("2022-04-30 09:00", "2022-05-04 08:00"),  # a holiday, with its substitutes
        ("2022-04-22 20:30", "2022-04-22 20:31"),
    ],
)
def test_at_the_next_allowed_time_and_once(world: World, registers: str, hears: str) -> None:
    tick_through(world, registers)
    secretary = world.registered("CB01", "secretary")
    moment = world.local(hears)
    early = f"{hears[:10]} 07:59" if hears.endswith("08:00") else registers
    assert told(world, secretary, early) == []
    (message,) = told(world, secretary, hears[:11] + ("08:01" if hears.endswith("08:00") else "20:31"))
    assert "Sinh hoạt chính trị tháng" in message.text
    assert world.at >= moment
    reads_well(secretary)


@pytest.mark.parametrize(("meets", "hears"), [("2022-05-08 14:00", True), ("2022-05-12 14:00", False)])
def test_who_registers_on_a_saturday_is_told_then_only_of_a_meeting_of_these_days(
    world: World, meets: str, hears: bool
) -> None:
    tick_through(world, "2022-05-06 22:00")  # a Friday
    with world.db.write() as session:
        duty = session.get_one(Duty, duty_of(world, "2022-05").id)
        set_meeting(session, duty.unit, duty, world.local(meets), "", world.moment)
    secretary = world.registered("CB01", "secretary")
    assert bool(told(world, secretary, "2022-05-08 20:00")) is hears
    assert hears or told(world, secretary, "2022-05-09 09:00")


def test_who_takes_over_in_the_middle_of_an_overdue_month(world: World) -> None:
    first, leader = world.registered("CB01", "secretary"), world.registered("DUK", "leader")
    tick_through(world, "2022-06-02 10:00", first, leader)
    leaves(world, first)
    second = world.registered("CB01", "secretary")
    before = len(leader.got)
    (message,) = told(world, second, "2022-06-02 10:30")
    assert message.text.startswith("<b>Việc đang chờ đồng chí</b>")
    june, may = message.text.index("tháng 6/2022"), message.text.index(MAY)
    assert june < may, "the present topic comes before what is overdue"
    assert "06-NQ/TU" in message.text  # of May's documents
    assert "Quá hạn 2 ngày</b> (hạn thứ Ba 31/5)" in message.text
    tick_through(world, "2022-06-06 12:00", first, second, leader)
    climbed = [reply.text for reply in leader.got[before:] if reply.text.startswith("⚠️")]
    (told_above,) = [text for text in climbed if "Chi bộ Văn phòng" in text]
    line = next(line for line in told_above.split("\n") if line.startswith("– Chi bộ Văn phòng"))
    assert "đã nhắc người phụ trách 1 lần, người phụ trách trước" in line
    reads_well(second, leader)


def test_of_two_secretaries_the_second_who_comes_later_is_told_once(world: World) -> None:
    first = world.registered("CB01", "secretary")
    assert len(told(world, first, "2022-04-05 12:00")) == 2  # the topic, and that the usual day is tomorrow
    second = world.registered("CB01", "secretary")
    (message,) = told(world, second, "2022-04-05 13:00")
    assert APRIL in message.text
    (past,) = told(world, first, "2022-04-06 12:00")
    assert past.text.startswith("📝")  # the usual day is over
    leaves(world, first)
    assert told(world, second, "2022-04-07 12:00") == [], "it is the same that this person has read"
    later = [reply.text for reply in told(world, second, "2022-04-19 12:00")]
    assert [text[:1] for text in later] == ["📎", "📅"], "what comes next goes to who is left"


def test_two_secretaries_from_the_beginning_hear_as_before(db: Database) -> None:
    world = World(db)
    committee(world)
    first, second = world.registered("CB01", "secretary"), world.registered("CB01", "secretary")
    world.load(shipped("60-KH-DUK-2022.yaml"))
    assert len(told(world, first, "2022-04-10 12:00")) == 3
    assert told(world, second, "2022-04-10 12:00") == []


def test_who_leads_two_cells_reads_one_message(world: World) -> None:
    tick_through(world, "2022-04-28 14:00")
    secretary = world.registered("CB01", "secretary")
    secretary.says(world.invite("CB02", "secretary")).says("20").says("3")
    (message,) = told(world, secretary, "2022-04-28 15:00")
    assert message.text.count(APRIL) == 2
    assert "Chi bộ Văn phòng" in message.text
    assert "Chi bộ Công ty Nước sạch" in message.text
    reads_well(secretary)


def test_out_of_touch_and_found_again(world: World) -> None:
    secretary = world.registered("CB01", "secretary")
    assert len(told(world, secretary, "2022-04-05 12:00")) == 2
    is_lost(world, secretary)
    tick_through(world, "2022-05-24 21:30")
    secretary.says("/thangnay")
    assert told(world, secretary, "2022-05-25 07:30") == []
    (message,) = told(world, secretary, "2022-05-25 08:30")
    assert MAY in message.text
    assert "06-NQ/TU" in message.text
    assert told(world, secretary, "2022-05-26 12:00") == []


def test_what_was_said_to_nobody_is_said_when_somebody_is_back(world: World) -> None:
    """Of April's topic this person has heard; the last days were said to nobody."""
    secretary = world.registered("CB01", "secretary")
    assert len(told(world, secretary, "2022-04-05 12:00")) == 2
    is_lost(world, secretary)
    tick_through(world, "2022-04-28 09:00")
    secretary.says("/trogiup")
    (message,) = told(world, secretary, "2022-04-28 09:30")
    assert message.text.startswith("📅 <b>Chưa đặt lịch họp</b>")
    assert APRIL in message.text


def test_back_from_away(world: World) -> None:
    first, second = world.registered("CB01", "secretary"), world.registered("CB01", "secretary")
    tick_through(world, "2022-04-20 09:00", first, second)
    first.says("/caidat").taps("Đi vắng").says("10/5").taps("Không ủy quyền")
    heard = told(world, second, "2022-05-10 12:00")
    assert any(MAY in reply.text for reply in heard)
    (message,) = told(world, first, "2022-05-11 12:00")
    assert MAY in message.text
    assert "06-NQ/TU" in message.text
    assert told(world, second, "2022-05-11 12:00") == []


def test_the_files_of_the_topic_come_along(world: World) -> None:
    first = world.registered("CB01", "secretary")
    with world.db.write() as session:
        topic = session.scalars(select(Topic).where(Topic.key.contains("2022-04"))).first()
        topic = topic or session.scalars(select(Topic).join(Duty.demand).where(Duty.key == "2022-04")).first()
        assert topic is not None
        owner = session.scalars(select(Unit).where(Unit.code == "DUK")).one()
        person = session.scalars(select(Person.id)).first()
        assert person is not None
        tie_materials(session, topic, "", [owner.path], [stored("de-cuong.pdf")], person, world.at)
    tick_through(world, "2022-04-28 14:00", first)
    leaves(world, first)
    second = world.registered("CB01", "secretary")
    (message,) = told(world, second, "2022-04-28 15:00")
    assert [file.name for file in message.files] == ["de-cuong.pdf"]
    assert "📎" in message.text


def test_a_plan_that_came_later_speaks_for_itself(world: World, tmp_path: Path) -> None:
    secretary = world.registered("CB01", "secretary")
    tick_through(world, "2022-06-06 09:00", secretary)
    world.load(plan_of(CHASED, tmp_path))
    (message,) = told(world, secretary, "2022-06-06 10:00")
    assert "Báo cáo giữa năm" in message.text
    assert "tháng 6/2022" not in message.text, "that has been said"


def test_many_old_debts_are_lines_and_the_present_is_told_in_full(world: World) -> None:
    tick_through(world, "2022-10-12 09:00")
    secretary = world.registered("CB01", "secretary")
    (message,) = told(world, secretary, "2022-10-12 10:00")
    assert message.text.index("tháng 10/2022") < message.text.index("tháng 9/2022")
    assert "việc khác:\n– T" in message.text
    assert len(message.text) < 4096
    assert told(world, secretary, "2022-10-13 12:00") == []
    reads_well(secretary)


def test_a_follower_who_comes_late_hears_what_was_told_to_nobody(world: World, tmp_path: Path) -> None:
    world.load(plan_of(CHASED, tmp_path))
    secretary = world.registered("CB01", "secretary")
    tick_through(world, "2022-06-20 09:00", secretary)
    follower = world.registered("DUK", "follower")
    (message,) = told(world, follower, "2022-06-20 10:00")
    assert "– Chi bộ Văn phòng: quá hạn 10 ngày; đã nhắc người phụ trách 5 lần" in message.text
    assert "– Chi bộ Thôn Đông: hạn thứ Sáu 10/6; chưa có người đăng ký phụ trách" in message.text
    assert told(world, follower, "2022-06-21 12:00") == []
    reads_well(follower)
