"""The leader of forty cells, and a follower who is a leader too, reading what comes by itself every morning for two months."""

from collections import Counter
from datetime import date, timedelta

from sqlalchemy import select

from bot.duties.life import close_duty
from bot.tables import Contact, Duty, Membership, Message, MessageState, Person, Unit
from schedules import reminders, summaries
from tests.kit.places import ZONE
from tests.kit.plans import shipped
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.wording import reads_well
from tests.kit.world import World

CELLS = 40


def begin_here(world: World) -> None:
    world.units(
        ("DUK", "Đảng ủy Khối mẫu", "dang_uy", "", None),
        *[(f"A{n:02}", f"Chi bộ A{n:02}", "chi_bo", "co_quan", "DUK") for n in range(1, CELLS + 1)],
    )
    with world.db.write() as session:
        for unit in session.scalars(select(Unit).where(Unit.kind == "chi_bo")).all():
            if unit.code != "A40":
                person = Person(created_at=world.at, consent_version=1)
                place = Contact(person=person, channel="telegram", place=unit.code, used_at=world.at)
                session.add_all([person, place])
                session.flush()
                session.add(
                    Membership(person_id=person.id, unit_id=unit.id, role="secretary", since=world.at)
                )
    for name in ("60-KH-DUK-2022.yaml", "42-KH-DUK-2022.yaml"):
        world.load(shipped(name))


pytestmark = begins(begin_here)


def finish(world: World, key: str, *codes: str) -> None:
    with world.db.write() as session:
        duties = session.scalars(
            select(Duty).join(Unit, Unit.id == Duty.unit_id).where(Unit.code.in_(codes), Duty.key == key)
        ).all()
        for duty in duties:
            close_duty(session, duty, world.at.astimezone(ZONE).date(), world.moment)


def waited_for(world: World) -> set[str]:
    """The places for which something waits."""
    with world.db.read() as session:
        waits = select(Contact.place).join(Message, Message.contact_id == Contact.id)
        return set(session.scalars(waits.where(Message.state == MessageState.WAITING)))


def mornings(world: World, last: str, *talkers: Talker) -> dict[date, list[str]]:
    """What the first of the talkers reads on each day; the secretaries read too."""
    cells = [Talker(world, type(talkers[0].address)("telegram", f"A{n:02}")) for n in range(1, CELLS)]
    found: dict[date, list[str]] = {}
    day, end = world.at.astimezone(ZONE).date(), date.fromisoformat(last)
    while day <= end:
        for clock in ("07:00", "08:00", "08:11", "17:00"):
            world.at = max(world.at, world.local(f"{day} {clock}"))
            world.tick(reminders.say_reminders)
            world.tick(summaries.tell_leaders)
            spoken_to = waited_for(world)
            for other in (*cells, *talkers[1:]):
                if other.address.place in spoken_to:
                    other.looks()
            for reply in talkers[0].looks():
                found.setdefault(day, []).append(reply.text)
        day += timedelta(days=1)
    return found


def test_a_leader_of_forty_cells_reads_one_true_message_a_morning(world: World) -> None:
    leader = world.registered("DUK", "leader")
    leader.says(world.invite("DUK", "follower"))
    early = [f"A{n:02}" for n in range(1, 36)]
    finish(world, "2022-04", *early)
    first = mornings(world, "2022-05-11", leader)
    assert all(len(texts) == 1 for texts in first.values()), Counter(map(len, first.values()))
    assert all(day.weekday() < 5 for day in first)
    late = [
        (day, text)
        for day, texts in first.items()
        for text in texts
        if any("T4" in line and "quá hạn" in line for line in text.split("\n"))
    ]
    assert min(day for day, _ in late) == date(2022, 5, 5), "told on the 4th, after the holidays"
    assert any("Chi bộ A40" in text and "chưa có người đăng ký phụ trách" in text for _, text in late)
    for _, text in late:
        assert " 0 " not in text
        assert ": 0/" not in text.replace("tháng 3/2022: 0/", ""), (
            "only of the month before, which is compared"
        )
    finish(world, "2022-04", "A36", "A37")
    after = mornings(world, "2022-05-20", leader)
    told = [text for texts in after.values() for text in texts if "Đã xong, trước đây báo chưa xong" in text]
    assert len(told) == 1, "once"
    assert "– Chi bộ A36: " in told[0]
    assert "– Chi bộ A37: " in told[0]
    assert all(len(texts) == 1 for texts in after.values())
    reads_well(leader)


def test_who_was_not_told_that_it_was_late_is_not_told_that_it_is_done(world: World) -> None:
    leader = world.registered("DUK", "leader")
    mornings(world, "2022-05-09", leader)
    newcomer = world.registered("DUK", "leader")
    finish(world, "2022-04", "A01")
    heard = mornings(world, "2022-05-11", newcomer, leader)
    assert not any("trước đây báo chưa xong" in text for texts in heard.values() for text in texts)
    assert any("trước đây báo chưa xong" in reply.text for reply in leader.got)
