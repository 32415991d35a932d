"""What is not done in time climbs: to the first secretary, to who stands in, to who is above; and who is spoken to at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select, update

from bot.messages import Reply
from bot.people.staff import spoken_to, stand_ins
from bot.people.superiors import superiors_of
from bot.reminders.escalation import how_often, out_of_touch
from bot.reminders.saying import say_due
from bot.store.db import Database
from bot.tables import Contact, Duty, Membership, Message, MessageState, Person, Reminder, Unit
from bot.talk import outbox
from schedules import reminders, summaries
from tests.kit.duties import duty_of
from tests.kit.files import stored
from tests.kit.moments import moments, said
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
UNDATED = """
plan: {symbol: 2-KH/A, date: 2022-06-01, issuer: A, title: B, starts: 2022-06-01, ends: 2022-12-31}
duties:
  - {key: ke-hoach, do: confirm, title: Lập kế hoạch của chi bộ, due: {undated: true}}
  - {key: dang, do: confirm, title: Đăng biên bản tháng 6, due: {undated: true}, opens: 2022-06-05, ladder: minutes}
"""
HAND_ON = """
plan: {symbol: 3-KH/A, date: 2022-06-01, issuer: A, title: B, starts: 2022-06-01, ends: 2022-12-31}
duties:
  - key: nhan-xet
    do: report
    title: "Nhận xét về {unit}"
    for_each: unit
    of: {kinds: [chi_bo]}
    who: {kinds: [dang_uy]}
    due: {by: 2022-06-10}
    opens: 2022-06-06
"""


def tree(world: World, cells: int = 2) -> None:
    """Sở A with some cells below the Khối, and one cell directly below it."""
    world.units(
        ("DUK", "Đảng ủy Khối mẫu", "dang_uy", "", None),
        ("DUA", "Đảng ủy Sở A", "dang_bo_co_so", "", "DUK"),
        ("B01", "Chi bộ Thanh tra", "chi_bo", "co_quan", "DUK"),
        *[(f"A{n:02}", f"Chi bộ A{n:02}", "chi_bo", "co_quan", "DUA") for n in range(1, cells + 1)],
    )


def begin_here(world: World) -> None:
    world.go("2022-06-06 07:30")
    tree(world)


pytestmark = begins(begin_here)


def person_id(world: World, talker: Talker) -> int:
    with world.db.read() as session:
        return session.scalars(select(Contact.person_id).where(Contact.place == talker.address.place)).one()


def lose(world: World, talker: Talker) -> None:
    with world.db.write() as session:
        contact = session.scalars(select(Contact).where(Contact.place == talker.address.place)).one()
        outbox.lose_contact(session, contact, "blocked", world.at)


def heard(world: World, talker: Talker) -> list[tuple[str, str]]:
    mine = person_id(world, talker)
    return [(moment, rungs) for moment, person, rungs in said(world) if person == mine]


def test_a_report_climbs_step_by_step(world: World, tmp_path: Path) -> None:
    world.load(plan_of(PLAN, tmp_path))
    first, deputy = world.registered("A01", "secretary"), world.registered("A01", "secretary")
    third = world.registered("A01", "secretary")
    follower, leader = world.registered("A01", "follower"), world.registered("DUA", "leader")
    top = world.registered("DUK", "leader")
    tick_through(world, "2022-07-30 00:00", first, deputy, third)
    assert heard(world, first) == [
        ("06/06 08:00", "due-7"),
        ("07/06 08:00", "due-3"),
        ("09/06 08:00", "due-1"),
        ("10/06 08:00", "last-day"),
        ("13/06 08:00", "late"),  # the 11th is a Saturday
    ]
    assert heard(world, deputy) == heard(world, third) == [("14/06 08:00", "deputy")]
    assert heard(world, follower) == [("15/06 08:00", "above")]
    assert heard(world, leader) == [
        ("15/06 08:10", "above above")
    ]  # of the other cell, too; a summary could take it in
    for talker in (first, deputy, third, follower, leader, top):
        talker.looks()
    assert deputy.last.text.startswith(
        "⚠️ <b>Quá hạn 4 ngày</b>\nBáo cáo giữa năm\nĐồng chí phụ trách đã được"
    )
    assert follower.last.text.splitlines()[:4] == [
        "⚠️ <b>Việc chưa xong, đề nghị đồng chí đôn đốc</b>",
        "",
        "<b>Báo cáo giữa năm</b>: 1 đơn vị",
        "– Chi bộ A01: quá hạn 5 ngày; đã nhắc người phụ trách 5 lần, người cùng phụ trách 2 lần",
    ]
    assert labels(follower)[0] == "⏰ Chưa: Báo cáo giữa năm"
    follower.taps("Chưa")
    assert "Còn 1 đơn vị chưa xong" in follower.last.text
    assert not any("⚠️" in reply.text and "A01" in reply.text for reply in top.got)
    reads_well(first, deputy, follower, leader, top)


def test_a_unit_without_a_second_secretary_is_passed_over(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    world.load(plan_of(PLAN, tmp_path))
    only = world.registered("B01", "secretary")
    caplog.set_level("INFO", "bot.reminders")
    tick_through(world, "2022-07-30 00:00", only)
    assert heard(world, only)[-1] == ("13/06 08:00", "late")
    assert {r.message.split()[0] for r in caplog.records if "unit=3" in r.message} == {
        "reminder.no_deputy",
        "reminder.nobody_above",
    }


def test_one_message_above_for_all_units_of_a_morning(db: Database, tmp_path: Path) -> None:
    world = World(db)
    world.go("2022-06-06 07:30")
    tree(world, cells=15)
    world.load(plan_of(PLAN, tmp_path))
    world.load(plan_of(PLAN.replace("1-KH/A", "9-KH/A").replace("giữa năm", "chuyên đề"), tmp_path))
    secretary, leader = world.registered("A01", "secretary"), world.registered("DUA", "leader")
    tick_through(world, "2022-06-15 12:00", secretary)
    leader.looks()
    climbed = [reply for reply in leader.got if reply.text.startswith("⚠️")]
    assert len(climbed) == 1
    text = climbed[0].text
    assert (
        "1. <b>Báo cáo giữa năm</b>: 15 đơn vị\n– Chi bộ A01: quá hạn 5 ngày; đã nhắc người phụ trách 5 lần\n"
        in text
    )
    assert "– Chi bộ A12: hạn thứ Sáu 10/6; chưa có người đăng ký phụ trách\n… và 3 đơn vị nữa\n" in text
    assert "2. <b>Báo cáo chuyên đề</b>: 15 đơn vị" in text
    assert "Chi bộ A13" not in text
    assert labels(leader)[:2] == ["1. ⏰ Chưa: Báo cáo giữa năm", "2. ⏰ Chưa: Báo cáo chuyên đề"]
    reads_well(leader)


def test_batches_of_one_morning_make_one_message_above(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.reminders.saying.BATCH", 4)
    world = World(db)
    world.go("2022-06-06 07:30")
    tree(world, cells=15)
    world.load(plan_of(PLAN, tmp_path))
    leader = world.registered("DUA", "leader")
    tick_through(world, "2022-06-15 09:00")
    leader.looks()
    assert [reply.text.count("15 đơn vị") for reply in leader.got if reply.text.startswith("⚠️")] == [1]
    with world.db.read() as session:
        assert session.scalar(select(func.count()).where(Reminder.rung.startswith("above"))) == 15


def test_what_is_done_before_it_went_out_is_not_told_above(world: World, tmp_path: Path) -> None:
    world.load(plan_of(PLAN, tmp_path))
    one, leader = world.registered("A01", "secretary"), world.registered("DUA", "leader")
    tick_through(world, "2022-06-15 07:10")
    one.looks()
    one.presses(f"report.duty:{duty_of(world, 'bao-cao', 'A01').id}")
    one.hands(stored("a.pdf")).taps("Xong")
    world.tick(reminders.say_reminders)
    world.go("2022-06-15 08:30")
    leader.looks()
    climbed = [reply.text for reply in leader.got if reply.text.startswith("⚠️")]
    assert len(climbed) == 1
    assert "A01" not in climbed[0]
    assert "Chi bộ A02" in climbed[0]


def test_the_top_committee_s_own_duties_go_to_its_own_leaders(world: World, tmp_path: Path) -> None:
    world.load(plan_of(HAND_ON, tmp_path))
    secretary, leader = world.registered("DUK", "secretary"), world.registered("DUK", "leader")
    tick_through(world, "2022-06-15 12:00", secretary)
    assert "Nhận xét về Chi bộ A01" in " ".join(reply.text for reply in secretary.got)
    assert "{unit}" not in " ".join(reply.text for reply in secretary.got)
    leader.looks()
    assert "<b>Nhận xét về …</b>: 3 việc\n– Đảng ủy Khối mẫu (về Chi bộ " in leader.last.text
    reads_well(secretary)


def test_without_a_day_there_is_no_word_of_one(world: World, tmp_path: Path) -> None:
    world.load(plan_of(UNDATED, tmp_path))
    secretary = world.registered("A01", "secretary")
    tick_through(world, "2022-07-30 00:00")
    assert heard(world, secretary) == [
        ("06/06 08:00", "minutes-1 opens"),
        ("07/06 08:00", "minutes-2"),
        ("15/06 08:00", "again-14"),
        ("29/06 08:00", "again-28"),
    ]
    secretary.looks()
    asked = [reply for reply in secretary.got if "đã đăng lên Sổ tay chưa?" in reply.text]
    assert asked
    assert "Đăng biên bản tháng 6" in asked[1].text
    assert labels(secretary)[0] == "✅ Đã làm"
    secretary.find("Đã đăng")
    secretary.taps("Đã làm")
    assert "Đã ghi nhận: Lập kế hoạch của chi bộ." in secretary.last.text
    undated = [reply.text for reply in secretary.got if "Cần làm: <b>Lập kế hoạch" in reply.text]
    assert undated
    assert all("hưa ấn định hạn" in text and text.count("hạn") == 1 for text in undated)
    reads_well(secretary)


# Who is spoken to.


def test_the_lowest_rank_is_the_first(world: World, tmp_path: Path) -> None:
    world.load(plan_of(PLAN, tmp_path))
    deputy, first = world.registered("A01", "secretary"), world.registered("A01", "secretary")
    with world.db.write() as session:
        mine = Membership.person_id == person_id(world, deputy)
        session.execute(update(Membership).where(mine).values(rank=1))
    world.tick(reminders.say_reminders)
    assert heard(world, first)
    assert not heard(world, deputy)


def test_a_lost_contact_falls_back_to_another_then_to_the_next_secretary(
    world: World, tmp_path: Path
) -> None:
    world.load(plan_of(PLAN, tmp_path))
    first, second = world.registered("A01", "secretary"), world.registered("A01", "secretary")
    with world.db.write() as session:
        web = Contact(person_id=person_id(world, first), channel="web", place="w", used_at=world.at)
        session.add(web)
    lose(world, first)
    world.tick(reminders.say_reminders)
    with world.db.read() as session:
        written = session.scalars(select(Message).join(Reminder, Reminder.message_id == Message.id)).one()
        assert (written.channel, written.person_id) == ("web", person_id(world, first))
    with world.db.write() as session:
        session.execute(update(Contact).where(Contact.channel == "web").values(lost_at=world.at))
    tick_through(world, "2022-06-07 12:00")
    assert heard(world, second) == [("07/06 08:00", "due-3")]


def test_what_could_not_reach_the_first_is_said_to_the_next(world: World, tmp_path: Path) -> None:
    """The first secretary blocks the assistant when the message goes out."""
    world.load(plan_of(PLAN, tmp_path))
    first, second = world.registered("A01", "secretary"), world.registered("A01", "secretary")
    world.tick(reminders.say_reminders)
    assert heard(world, first) == [("06/06 08:00", "due-7")]
    world.go("2022-06-06 08:00")
    lose(world, first)
    assert world.tick(reminders.say_reminders) == 1
    assert world.tick(reminders.say_reminders) == 0
    assert heard(world, second) == [("06/06 08:00", "due-7")]


def test_nobody_left_is_tried_once(world: World, tmp_path: Path) -> None:
    world.load(plan_of(PLAN, tmp_path))
    only = world.registered("A01", "secretary")
    world.tick(reminders.say_reminders)
    lose(world, only)
    assert world.tick(reminders.say_reminders) == 0
    assert duty_of(world, "bao-cao", "A01").next_reminder_at == world.local("2022-06-07 07:00")


def people(*away: str | None) -> list[Person]:
    return [
        Person(id=number, away_until=date.fromisoformat(until) if until else None)
        for number, until in enumerate(away, 1)
    ]


@pytest.mark.parametrize(
    ("away", "delegates", "near", "spoken", "others"),
    [
        ((None, None, None), {}, {1, 2, 3}, 1, [2, 3]),
        (("2022-06-06", None, None), {}, {1, 2, 3}, 2, [3]),
        (("2022-06-06", None, None), {1: 3}, {1, 2, 3}, 3, [2]),
        (("2022-06-06", None, None), {1: 9}, {1, 2, 3}, 2, [3]),
        (("2022-06-06", None, "2022-06-09"), {1: 3}, {1, 2, 3}, 2, []),
        (("2022-06-05", None, None), {1: 3}, {1, 2, 3}, 1, [2, 3]),
        ((None, None, None), {}, {2, 3}, 2, [3]),
        (("2022-06-06", None), {}, {1}, 1, []),
        (("2022-06-06", "2022-06-06"), {}, {1, 2}, 1, []),
        ((None,), {}, set(), None, []),
        ((), {}, {1}, None, []),
    ],
)
def test_who_speaks_for_a_unit(
    away: tuple[str | None, ...],
    delegates: dict[int, int],
    near: set[int],
    spoken: int | None,
    others: list[int],
) -> None:
    group, today = people(*away), date(2022, 6, 6)
    for number, delegate in delegates.items():
        group[number - 1].delegate_id = delegate
    chosen = spoken_to(group, near, today)
    assert (chosen.id if chosen else None) == spoken
    assert [person.id for person in stand_ins(group, near, today)] == others


def test_the_nearest_from_above(world: World) -> None:
    top, middle = world.registered("DUK", "leader"), world.registered("DUA", "leader")
    follower, both = world.registered("DUK", "follower"), world.registered("A02", "follower")
    both.says(world.invite("DUA", "leader"))
    ids = [person_id(world, talker) for talker in (top, middle, follower, both)]
    with world.db.read() as session:
        units = {unit.code: unit for unit in session.scalars(select(Unit))}
        found = superiors_of(session, {unit.id: unit.path for unit in units.values()})
    assert {code: set(found[unit.id]) for code, unit in units.items()} == {
        "DUK": {ids[2], ids[0]},
        "DUA": {ids[2], ids[0]},
        "B01": {ids[2], ids[0]},
        "A01": {ids[2], ids[1], ids[3]},
        "A02": {ids[3], ids[1]},
    }
    assert len(found[units["A02"].id]) == 2
    for talker in (middle, both):
        lose(world, talker)
    with world.db.read() as session:
        assert superiors_of(session, {units["A01"].id: units["A01"].path})[units["A01"].id] == [
            ids[2],
            ids[0],
        ]


def test_how_often_counts_what_has_gone_out(world: World, tmp_path: Path) -> None:
    world.load(plan_of(PLAN, tmp_path))
    first, second = world.registered("A01", "secretary"), world.registered("A01", "secretary")
    leader = world.registered("DUA", "leader")
    tick_through(world, "2022-06-15 12:00", first, second)
    with world.db.write() as session:
        duty = session.get_one(Duty, duty_of(world, "bao-cao", "A01").id)
        assert (how_often(session, [duty])[duty.id].first, how_often(session, [duty])[duty.id].others) == (
            5,
            1,
        )
        contact = session.scalars(select(Contact).where(Contact.person_id == person_id(world, second))).one()
        taken = outbox.post_message(session, contact, Reply("x"), world.at, bulk=True)
        session.flush()
        taken.state = MessageState.WITHDRAWN
        session.add(
            Reminder(
                duty_id=duty.id, rung="a@1", person_id=contact.person_id, message_id=taken.id, at=world.at
            )
        )
        session.flush()
        assert how_often(session, [duty])[duty.id].others == 1
    assert leader.looks()


def test_units_out_of_touch_are_named_to_their_leader_alone(world: World, tmp_path: Path) -> None:
    world.load(plan_of(PLAN, tmp_path))
    lost, half, other = (world.registered(code, "secretary") for code in ("A01", "A02", "A02"))
    top, leader = world.registered("DUK", "leader"), world.registered("DUA", "leader")
    stranger = world.registered("B01", "secretary")
    for talker in (lost, half, stranger):
        lose(world, talker)
    leader.says("/tonghop")
    assert "⚠️ Mất liên lạc 1 đơn vị: Chi bộ A01.\n" in leader.last.text
    top.says("/tonghop")
    assert "⚠️ Mất liên lạc 2 đơn vị: Chi bộ A01, Chi bộ Thanh tra.\n" in top.last.text
    world.go("2022-06-13 08:00")
    world.tick(summaries.tell_leaders)
    top.looks()
    assert "⚠️ Mất liên lạc 2 đơn vị: Chi bộ A01, Chi bộ Thanh tra.\n" in top.last.text
    with world.db.read() as session:
        assert out_of_touch(session, Duty.path.startswith("/1/"), date(2022, 6, 13), 1) == (2, ["Chi bộ A01"])
        assert out_of_touch(session, Duty.path.startswith("/1/"), date(2022, 6, 5), 5) == (0, [])
    reads_well(leader, top)
    assert other.looks() == []


def test_statements_do_not_grow_with_the_units_of_a_batch(db: Database, tmp_path: Path) -> None:
    """Mornings of 5 and of 60 units, with steps to the secretary, to who stands in and to who is above."""
    often = []
    for number, cells in enumerate((5, 60)):
        world = World(db)
        world.go("2022-06-06 07:30")
        top = f"T{number}"
        world.units(
            (top, top, "dang_uy", "", None),
            *((f"{top}-{n}", f"Chi bộ {n}", "chi_bo", "", top) for n in range(cells)),
        )
        world.load(plan_of(PLAN.replace("1-KH/A", f"{number}-KH/A"), tmp_path), owner=top)
        staff(world, top)
        with db.write() as session:
            session.execute(
                update(Duty)
                .where(Duty.state == "open")
                .values(
                    next_reminder_at=world.local("2022-06-15 07:00"),
                    reminded_until=world.local("2022-06-10 08:00"),
                )
            )
        statements = 0
        for day, told in (("15", cells), ("16", cells), ("17", 1)):
            world.go(f"2022-06-{day} 08:00")
            with db.write() as session, counted(db) as seen:
                assert say_due(world.desk, session, world.at)[1] == told
            statements += len(seen)
            with db.write() as session:
                session.execute(update(Message).values(state="sent", sent_at=world.at))
        with db.write() as session:
            session.execute(update(Duty).values(state="done", next_reminder_at=None))
        often.append(statements)
    assert often[0] == often[1] < 110


@contextmanager
def counted(db: Database) -> Iterator[list[str]]:
    """The statements that run inside."""
    seen: list[str] = []

    def note(*facts: Any) -> None:
        seen.append(str(facts[2]))

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)


def staff(world: World, top: str) -> None:
    with world.db.write() as session:
        for unit in session.scalars(select(Unit).where(Unit.code.startswith(top))).all():
            for role in ("secretary", "secretary") if unit.parent_id else ("leader",):
                person = Person(created_at=world.at)
                session.add(
                    Contact(person=person, channel="web", place=f"{next(world.ids)}-{top}", used_at=world.at)
                )
                session.flush()
                session.add(Membership(person_id=person.id, unit_id=unit.id, role=role, since=world.at))


def test_one_unit_can_be_said_for_alone_and_nothing_is_kept(world: World, tmp_path: Path) -> None:
    world.load(plan_of(PLAN, tmp_path))
    world.registered("A01", "secretary")
    world.registered("A02", "secretary")
    unit = duty_of(world, "bao-cao", "A01").unit_id
    with world.db.write() as session:
        assert say_due(world.desk, session, world.at, unit_id=unit)[1] == 1
        assert say_due(world.desk, session, world.at, unit_id=unit)[1] == 0
        session.rollback()
    assert moments(world) == []
    assert world.tick(reminders.say_reminders) == 2
