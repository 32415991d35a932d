"""A reminder that waits for its hour goes to whoever speaks for the unit by then: a role that ends, a person who leaves or is forgotten."""

from datetime import date

from sqlalchemy import select

from bot.people.people import end_role
from bot.tables import Contact, Duty, Membership, Person, Unit
from schedules import reminders
from tests.kit.talker import Talker
from tests.kit.world import World


def of(world: World, talker: Talker) -> Person:
    with world.db.read() as session:
        place = select(Contact.person_id).where(Contact.place == talker.address.place)
        return session.get_one(Person, session.scalars(place).one())


def in_the_evening(world: World, talker: Talker) -> None:
    with world.db.write() as session:
        session.get_one(Person, of(world, talker).id).reminder_hour = 19


def morning(world: World) -> None:
    world.go("2022-05-04 07:05")
    world.tick(reminders.say_reminders)


def evening(world: World, *talkers: Talker) -> None:
    world.go("2022-05-04 19:30")
    world.tick(reminders.say_reminders)


def test_the_unit_that_stays_is_still_heard_of_and_the_other_hears_its_own(world: World) -> None:
    both = world.registered("CB01", "secretary")
    both.says(world.invite("CB02", "secretary")).taps("Bỏ qua").taps("Không cố định")
    deputy = world.registered("CB01", "secretary")
    in_the_evening(world, both)
    world.tick(reminders.say_reminders)
    for talker in (both, deputy):
        talker.looks()
    morning(world)
    with world.db.write() as session:
        roles = session.scalars(select(Membership).where(Membership.person_id == of(world, both).id)).all()
        (first,) = [m for m in roles if session.get_one(Unit, m.unit_id).code == "CB01"]
        end_role(session, first, world.at)
    evening(world)
    texts = [reply.text for reply in both.looks()]
    assert any("Sinh hoạt chính trị tháng 5/2022" in text for text in texts), texts
    said = [reply.text for reply in deputy.looks()]
    assert any("Sinh hoạt chính trị tháng 5/2022" in text for text in said), said


def test_who_leaves_hands_what_waits_to_the_one_who_stands_in(world: World) -> None:
    first = world.registered("CB01", "secretary")
    second = world.registered("CB01", "secretary")
    in_the_evening(world, first)
    world.tick(reminders.say_reminders)
    for talker in (first, second):
        talker.looks()
    morning(world)
    first.says("/caidat").taps("Đi vắng").says("10/5").taps("1.")
    assert of(world, first).away_until == date(2022, 5, 10)
    evening(world)
    assert not any("tháng 5/2022 về" in reply.text and "🔔" in reply.text for reply in first.looks())
    said = [reply.text for reply in second.looks()]
    assert any("Sinh hoạt chính trị tháng 5/2022" in text for text in said), said


def test_whose_role_the_office_ends_reads_nothing_more_of_what_waited(world: World) -> None:
    first, office = world.registered("CB01", "secretary"), world.registered("DUK", "admin")
    in_the_evening(world, first)
    world.tick(reminders.say_reminders)
    first.looks()
    morning(world)
    office.says("/quantri").taps("Cấp mã mời").says("CB01").taps("✖️ Kết thúc").taps("Kết thúc vai trò")
    assert "Văn phòng đã kết thúc vai trò" in first.looks()[-1].text
    world.go("2022-05-04 19:30")
    assert first.looks() == []


def test_who_is_forgotten_leaves_nothing_unsaid(world: World) -> None:
    first = world.registered("CB01", "secretary")
    second = world.registered("CB01", "secretary")
    in_the_evening(world, first)
    world.tick(reminders.say_reminders)
    for talker in (first, second):
        talker.looks()
    morning(world)
    first.says("/xoadulieu").taps("Xóa")
    assert of(world, first).anonymised_at is not None
    evening(world)
    said = [reply.text for reply in second.looks()]
    assert any("Sinh hoạt chính trị tháng 5/2022" in text for text in said), said
    with world.db.read() as session:
        assert session.scalars(select(Duty.state).where(Duty.key == "2022-05").distinct()).all() == ["open"]
