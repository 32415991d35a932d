"""The end of a unit: what it owes lapses or falls away, the figures of the past stay, its people are left alone; and back."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from bot.duties.counting import tally_demands
from bot.duties.reloading import reload_all
from bot.meetings.attendance import AttendanceCounts
from bot.meetings.meetings import held_before, set_meeting
from bot.people.roles import units_below
from bot.plans.yaml_in import read_plan
from bot.problems import Invalid
from bot.tables import (
    Audit,
    Demand,
    Duty,
    Errand,
    Invite,
    Meeting,
    MeetingState,
    Membership,
    Message,
    Person,
    Reminder,
    Unit,
    UnitSpan,
)
from bot.tables.asked import GivenWorkbook, Nothing
from bot.tables.walked import MeetingMarks
from bot.units.ends import CLOSED, REOPENED, Closed, close_unit, foresee_closing, reopen_unit
from bot.units.lookup import promote_secretary, unit_card
from bot.units.news import tell_closed
from bot.units.rows import UnitRow
from bot.units.table_in import read_units
from bot.units.table_out import write_unit_list
from bot.units.tree import write_units
from schedules import plans as errands
from tests.kit.places import ROOT, ZONE
from tests.kit.plans import plan_of, shipped
from tests.kit.stage import begins
from tests.kit.ticking import tick_through
from tests.kit.world import World

Figures = dict[str, tuple[int, int, int, int, int]]
HALF = date(2022, 6, 30)


def begin_here(world: World) -> None:
    world.go("2022-02-10 08:00")
    world.units(
        ("DUK", "Đảng ủy Khối mẫu", "dang_uy", "", None),
        ("DUA", "Đảng ủy Sở A", "dang_bo_co_so", "", "DUK"),
        ("DUB", "Đảng ủy Sở B", "dang_bo_co_so", "", "DUK"),
        ("A1", "Chi bộ Văn phòng", "chi_bo", "co_quan", "DUA"),
        ("A2", "Chi bộ Thanh tra", "chi_bo", "co_quan", "DUA"),
        ("B1", "Chi bộ Kế hoạch", "chi_bo", "co_quan", "DUB"),
    )
    world.load(shipped("42-KH-DUK-2022.yaml"))
    with world.db.write() as session:
        session.add(Person(created_at=world.at))


pytestmark = begins(begin_here)


def unit(world: World, code: str) -> Unit:
    with world.db.read() as session:
        return session.scalars(select(Unit).where(Unit.code == code)).one()


def hold(world: World, code: str, key: str, when: str) -> None:
    with world.db.write() as session:
        found = session.scalars(select(Unit).where(Unit.code == code)).one()
        duty = session.scalars(select(Duty).where(Duty.unit_id == found.id, Duty.key == key)).one()
        person = session.scalars(select(Person.id).order_by(Person.id)).first()
        assert person is not None
        world.go(when)
        held_before(session, found, duty, world.at, AttendanceCounts(20, 18, 2, 0, 0), person, world.moment)


def plan_meeting(world: World, code: str, key: str, when: str) -> int:
    with world.db.write() as session:
        found = session.scalars(select(Unit).where(Unit.code == code)).one()
        duty = session.scalars(select(Duty).where(Duty.unit_id == found.id, Duty.key == key)).one()
        set_meeting(session, found, duty, world.local(when), "Phòng 1", world.moment)
        return session.scalars(select(func.max(Meeting.id))).one()


def figures(world: World, code: str, until: date = date.max) -> Figures:
    """Of each demand that is due by then: expected, on time, late, open, overdue in this subtree, today."""
    with world.db.read() as session:
        top = session.scalars(select(Unit).where(Unit.code == code)).one()
        found = tally_demands(session, units_below(Duty.path, top.path), world.moment.today)
        return {
            t.key: (t.expected, t.on_time, t.late, t.open, t.overdue)
            for t in found
            if t.due_on is not None and t.due_on <= until
        }


def states(world: World, code: str) -> dict[str, str]:
    with world.db.read() as session:
        rows = session.execute(
            select(Duty.key, Duty.state).join(Unit, Unit.id == Duty.unit_id).where(Unit.code == code)
        )
        return {row.key: row.state for row in rows}


def close(world: World, code: str, on: date | None = None, into: str = "") -> Closed:
    with world.db.write() as session:
        by_code = {u.code: u for u in session.scalars(select(Unit))}
        day = on or world.moment.today
        closed = close_unit(session, by_code[code], day, world.moment, into=by_code.get(into))
        tell_closed(session, world.desk.render, closed, world.moment)
        return closed


def reopen(world: World, code: str) -> list[Membership]:
    with world.db.write() as session:
        found = session.scalars(select(Unit).where(Unit.code == code)).one()
        roles = reopen_unit(session, found, world.moment)
        reload_all(session, world.moment)
        return roles


def reload(world: World) -> None:
    with world.db.write() as session:
        reload_all(session, world.moment)


def middle_of_the_third_quarter(world: World) -> None:
    """A1 and A2 have held the first topic, A2 and B1 the second."""
    for code in ("A1", "A2"):
        hold(world, code, "cd-1", "2022-03-10 19:30")
    for code in ("A2", "B1"):
        hold(world, code, "cd-2", "2022-05-10 19:30")
    world.go("2022-08-15 09:00")


def test_a_unit_closed_in_the_middle_of_a_quarter(world: World) -> None:
    middle_of_the_third_quarter(world)
    before = {code: figures(world, code, HALF) for code in ("DUK", "DUA")}
    third = figures(world, "DUA")["cd-3"]
    assert before["DUA"]["cd-1"] == (2, 2, 0, 0, 0)
    assert before["DUA"]["cd-2"] == (2, 1, 0, 1, 1)
    assert third[0] == 2
    with world.db.read() as session:
        seen = foresee_closing(session, unit(world, "A1"), date(2022, 8, 15), ZONE)
    closed = close(world, "A1")
    assert (closed.lapsed, closed.withdrawn) == (seen.lapsed, seen.withdrawn)
    assert {code: figures(world, code, HALF) for code in ("DUK", "DUA")} == before
    assert figures(world, "DUA")["cd-3"] == (1, 0, 0, 1, 0)
    world.go("2022-12-01 09:00")
    reload(world)  # nothing of it comes back
    assert {code: figures(world, code, HALF) for code in ("DUK", "DUA")} == before
    assert figures(world, "DUA")["cd-4"] == (1, 0, 0, 1, 0)
    after = states(world, "A1")
    assert {key: after[key] for key in ("cd-1", "cd-2", "cd-3", "cd-4")} == {
        "cd-1": "done",
        "cd-2": "lapsed",
        "cd-3": "withdrawn",
        "cd-4": "withdrawn",
    }
    assert after["gui-chuyen-de:cd-1"] == "lapsed"  # it was due two days after the meeting of March
    assert after["gui-chuyen-de:cd-2"] == "withdrawn"  # it never had a day
    assert closed.lapsed == list(after.values()).count("lapsed")
    assert closed.withdrawn == list(after.values()).count("withdrawn")


def test_nobody_is_reminded_of_a_closed_unit(world: World) -> None:
    secretary, other = world.registered("A1", "secretary"), world.registered("A2", "secretary")
    middle_of_the_third_quarter(world)
    tick_through(world, "2022-08-15 09:00")
    secretary.looks()
    other.looks()
    close(world, "A1")
    told = secretary.looks()
    assert len(told) == 1
    assert told[0].text.startswith("<b>Chi bộ Văn phòng</b> đã giải thể từ thứ Hai 15/8.")
    tick_through(world, "2022-12-31 20:00")
    assert secretary.looks() == []
    assert other.looks()
    with world.db.read() as session:
        left = select(Duty).join(Unit, Unit.id == Duty.unit_id).where(Unit.code == "A1")
        assert not session.scalars(left.where(Duty.next_reminder_at.is_not(None))).all()


def test_a_reminder_that_waits_is_taken_back_and_what_else_it_said_is_said_anew(world: World) -> None:
    """One secretary of two cells: the message that spoke of both now speaks of the other."""
    secretary = world.registered("A1", "secretary")
    secretary.says(world.invite("A2", "secretary"))
    if "bao nhiêu đảng viên" in secretary.last.text:
        secretary.says("20").says("5")
    with world.db.write() as session:
        session.execute(update(Person).values(reminder_hour=19))
    tick_through(world, "2022-04-01 08:30")
    with world.db.read() as session:
        waiting = session.scalars(select(Message).where(Message.state == "waiting")).all()
        about = select(Unit.code).join(Duty, Duty.unit_id == Unit.id)
        about = about.join(Reminder, Reminder.duty_id == Duty.id).where(
            Reminder.message_id.in_([m.id for m in waiting])
        )
        assert set(session.scalars(about)) >= {"A1", "A2"}
        assert any("Chi bộ Văn phòng" in message.body["text"] for message in waiting)
    close(world, "A1")
    with world.db.read() as session:
        states = {session.get_one(Message, message.id).state for message in waiting}
        assert states == {"withdrawn"}
        assert set(session.scalars(about)) == set(), "what was said in them counts as not said"
    secretary.looks()
    tick_through(world, "2022-04-01 20:00")
    said = " ".join(reply.text for reply in secretary.looks())
    assert "Chi bộ Văn phòng" not in said
    assert "ý chí tự lực" in said


LATE = """
plan: {symbol: 1-KH/A, date: 2022-06-01, issuer: A, title: B, starts: 2022-06-01, ends: 2022-12-31}
duties:
  - {key: bao-cao, do: report, title: Báo cáo giữa năm, due: {by: 2022-06-10}, opens: 2022-06-06, who: {kinds: [chi_bo]}}
"""


def test_a_leader_does_not_hear_of_a_cell_that_has_been_closed_since(world: World, tmp_path: Path) -> None:
    """What waits for somebody whose role goes on is taken back, too; of the other cell it is said in time."""
    world.load(plan_of(LATE, tmp_path))
    leader = world.registered("DUA", "leader")
    tick_through(
        world, "2022-06-15 08:00", world.registered("A1", "secretary"), world.registered("A2", "secretary")
    )
    about = (
        select(Message.body)
        .join(Reminder, Reminder.message_id == Message.id)
        .join(Duty, Duty.id == Reminder.duty_id)
        .where(Message.state == "waiting", Duty.unit_id == unit(world, "A1").id)
    )
    with world.db.read() as session:
        assert [
            body["text"] for body in session.scalars(about) if "– Chi bộ Văn phòng: quá hạn" in body["text"]
        ]
    close(world, "A1")
    with world.db.read() as session:
        assert session.scalars(about).all() == []
    tick_through(world, "2022-06-16 08:30", leader)
    said = " ".join(reply.text for reply in leader.looks())
    assert "Chi bộ Văn phòng" not in said
    assert "– Chi bộ Thanh tra: quá hạn 5 ngày" in " ".join(reply.text for reply in leader.got)


def test_meetings_of_a_closed_unit(world: World) -> None:
    middle_of_the_third_quarter(world)
    early = plan_meeting(world, "A1", "cd-3", "2022-08-20 19:30")
    world.go("2022-08-25 09:00")
    late = plan_meeting(world, "A1", "cd-4", "2022-10-20 19:30")
    with world.db.write() as session:
        session.get_one(Meeting, late).marks = MeetingMarks(offered=(1,))
    closed = close(world, "A1", date(2022, 8, 22))
    assert closed.meetings == 1
    with world.db.read() as session:
        found = {m.id: m.state for m in session.scalars(select(Meeting).where(Meeting.id.in_([early, late])))}
        held = select(func.count()).where(Meeting.state == "held", Meeting.unit_id == closed.unit.id)
        assert found == {early: "planned", late: "cancelled"}
        assert session.scalar(held) == 1
    reopen(world, "A1")
    with world.db.read() as session:
        assert session.get_one(Meeting, late).state == "planned"
        assert session.get_one(Meeting, late).marks == MeetingMarks(offered=(1,))


def refusal(world: World, act: Callable[[], Any]) -> str:
    """The code with which something is refused; the unit stays as it was, and the refusal has a sentence."""
    with pytest.raises(Invalid) as caught:
        act()
    assert world.desk.render.sentence(caught.value.code, caught.value.facts)
    return caught.value.code


def test_what_cannot_be_closed(world: World) -> None:
    today = world.moment.today
    codes = {
        "A1": refusal(world, lambda: close(world, "A1", today + timedelta(days=1))),
        "DUA": refusal(world, lambda: close(world, "DUA")),
        "into itself": refusal(world, lambda: close(world, "A1", into="A1")),
    }
    assert codes == {"A1": "unit_close_future", "DUA": "unit_has_below", "into itself": "unit_merge_itself"}
    close(world, "B1")
    assert refusal(world, lambda: close(world, "B1")) == "unit_closed_already"
    assert refusal(world, lambda: close(world, "A1", into="B1")) == "unit_merge_closed"
    with world.db.write() as session:
        session.execute(update(Unit).where(Unit.code == "A1").values(opened_on=today))
    before = refusal(world, lambda: close(world, "A1", today - timedelta(days=1)))
    assert before == "unit_close_before_opening"
    meeting = plan_meeting(world, "A1", "cd-1", "2022-03-10 19:30")
    with world.db.write() as session:
        session.get_one(Meeting, meeting).state = MeetingState.RUNNING
    assert refusal(world, lambda: close(world, "A1")) == "unit_meeting_running"
    assert unit(world, "A1").closed_on is None
    assert "lapsed" not in states(world, "A1").values()


def test_the_units_that_stand_below_are_named(world: World) -> None:
    world.units(*[(f"X{n}", f"Chi bộ X{n}", "chi_bo", "", "DUB") for n in range(4)])
    with pytest.raises(Invalid) as caught:
        close(world, "DUB")
    assert world.desk.render.sentence(caught.value.code, caught.value.facts) == (
        "Đảng ủy Sở B còn đơn vị trực thuộc: Chi bộ Kế hoạch, Chi bộ X0, Chi bộ X1 và 2 đơn vị khác. "
        "Xin chuyển hoặc giải thể các đơn vị đó trước."
    )


@pytest.mark.parametrize(("own", "other", "sum_"), [(12, 20, 32), (None, 20, 20), (12, None, None)])
def test_a_merger(world: World, own: int | None, other: int | None, sum_: int | None) -> None:
    secretary = world.registered("A1", "secretary")
    follower = world.registered("A1", "follower")
    code = world.invite("A1", "secretary")
    with world.db.write() as session:
        session.execute(update(Unit).where(Unit.code == "A1").values(members=own))
        session.execute(update(Unit).where(Unit.code == "A2").values(members=other))
    closed = close(world, "A1", into="A2")
    assert unit(world, "A2").members == sum_
    assert unit(world, "A1").merged_into_id == unit(world, "A2").id
    assert len(closed.ended) == 2
    for person in (secretary, follower):
        assert [r.text.splitlines()[0] for r in person.looks()] == [
            "<b>Chi bộ Văn phòng</b> nay là một phần của <b>Chi bộ Thanh tra</b>, từ thứ Năm 10/02."
        ]
    assert "mã mời" in secretary.says("/thangnay").last.text
    world.later(minutes=1)
    assert "hết hạn" in world.person().says(code).last.text
    with world.db.read() as session:
        noted = session.scalars(select(Audit).where(Audit.action == CLOSED)).one()
        assert noted.subject == f"unit:{closed.unit.id}"
        assert session.scalars(select(Invite).where(Invite.used_at.is_(None))).one().expires_at < world.at


def snapshot(world: World) -> list[object]:
    """What a closing changes of A1 and its neighbours."""
    with world.db.read() as session:
        duties = select(Duty.unit_id, Duty.key, Duty.state, Duty.path, Duty.due_on).order_by(Duty.id)
        return [
            session.execute(duties).all(),
            session.execute(select(Meeting.id, Meeting.state).order_by(Meeting.id)).all(),
            session.execute(select(Membership.id, Membership.ended_at).order_by(Membership.id)).all(),
            session.execute(
                select(Unit.id, Unit.members, Unit.closed_on, Unit.merged_into_id).order_by(Unit.id)
            ).all(),
            session.execute(select(UnitSpan.unit_id, UnitSpan.until_on).order_by(UnitSpan.id)).all(),
        ]


def test_a_closing_by_mistake_is_taken_back(world: World) -> None:
    secretary, leader = world.registered("A1", "secretary", members=12), world.registered("A1", "leader")
    old = world.registered("A1", "follower")
    with world.db.write() as session:
        cell = session.scalars(select(Unit).where(Unit.code == "A1")).one()
        shape = {"unit_id": cell.id, "parent_id": cell.parent_id, "name": cell.name, "kind": cell.kind}
        session.add(UnitSpan(**shape, sector="", from_on=date(2022, 1, 1)))
        session.execute(update(Unit).where(Unit.code == "A2").values(members=20))
        role = session.scalars(select(Membership).where(Membership.role == "follower")).one()
        role.ended_at = world.at
    world.later(seconds=5)
    middle_of_the_third_quarter(world)
    plan_meeting(world, "A1", "cd-3", "2022-09-20 19:30")
    before = snapshot(world)
    close(world, "A1", date(2022, 8, 10), into="A2")
    assert snapshot(world) != before
    world.later(hours=2)
    roles = reopen(world, "A1")
    assert {role.role for role in roles} == {"secretary", "leader"}
    assert snapshot(world) == before
    assert old.looks() == []
    secretary.looks()
    leader.looks()
    tick_through(world, "2022-09-21 09:00")
    assert secretary.looks()  # reminded again
    with world.db.read() as session:
        assert session.scalars(select(Audit).where(Audit.action == REOPENED)).one()


def test_what_cannot_be_opened_again(world: World) -> None:
    assert refusal(world, lambda: reopen(world, "A1")) == "unit_not_closed"
    close(world, "B1")
    close(world, "DUB")
    assert refusal(world, lambda: reopen(world, "B1")) == "unit_parent_gone"
    reopen(world, "DUB")
    reopen(world, "B1")
    assert set(states(world, "B1").values()) >= {"open"}
    close(world, "B1", date(2022, 2, 1))
    world.later(days=1)
    assert refusal(world, lambda: reopen(world, "B1")) == "unit_reopen_late"


ABOUT = """\
plan:
  symbol: 09-KH/ĐU
  date: 2022-01-05
  issuer: Đảng ủy Khối mẫu
  title: Kế hoạch dự họp
  starts: 2022-01-01
  ends: 2022-12-31
topics:
  - {key: t2, title: Chủ đề tháng Hai, meeting: regular, period: 2022-02}
  - {key: t9, title: Chủ đề tháng Chín, meeting: regular, period: 2022-09}
duties:
  - {key: du-hop, do: confirm, title: "Dự họp tại {unit}", who: {kinds: [dang_uy]}, for_each: unit, of: {kinds: [chi_bo]}, due: {by: 2022-02-20}}
  - {key: kiem-tra, do: report, title: "Kiểm tra {unit}", who: {kinds: [dang_uy]}, for_each: unit, of: {kinds: [chi_bo]}, due: {by: 2022-10-20}}
"""


def test_what_a_committee_owes_about_a_closed_unit(world: World, tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(ABOUT, "utf-8")
    world.load(read_plan(path, agendas=ROOT / "templates" / "agendas"))
    world.go("2022-08-15 09:00")
    close(world, "A1")
    owed = states(world, "DUK")
    assert (owed["du-hop@A1"], owed["kiem-tra@A1"]) == ("lapsed", "withdrawn")
    assert (owed["du-hop@A2"], owed["kiem-tra@A2"]) == ("open", "open")
    reopen(world, "A1")
    assert set(states(world, "DUK").values()) == {"open"}


def row_of(world: World, code: str, parent: str) -> UnitRow:
    one = unit(world, code)
    return UnitRow("units.csv:2", one.code, one.name, one.kind, one.sector, parent, None, None)


def test_a_move_leaves_the_figures_of_the_past_where_they_were(world: World) -> None:
    middle_of_the_third_quarter(world)
    before = {code: figures(world, code, HALF) for code in ("DUA", "DUB", "DUK")}
    assert before["DUA"]["cd-2"] == (2, 1, 0, 1, 1)  # that of A1 is overdue
    with world.db.write() as session:
        write_units(session, [row_of(world, "A1", "DUB")], world.moment)
        reload_all(session, world.moment)
    assert {code: figures(world, code, HALF) for code in ("DUA", "DUB", "DUK")} == before
    assert figures(world, "DUA")["cd-3"] == (1, 0, 0, 1, 0)
    assert figures(world, "DUB")["cd-3"] == (2, 0, 0, 2, 0)
    world.go("2022-10-05 09:00")
    assert figures(world, "DUB")["cd-3"] == (2, 0, 0, 2, 2)
    assert figures(world, "DUB")["cd-4"] == (2, 0, 0, 2, 0)


def test_what_had_been_taken_back_is_asked_again_where_the_unit_stands_now(world: World) -> None:
    """Closed by mistake, opened again, and moved the same morning."""
    middle_of_the_third_quarter(world)
    close(world, "A1")
    with world.db.write() as session:
        found = session.scalars(select(Unit).where(Unit.code == "A1")).one()
        reopen_unit(session, found, world.moment)
        write_units(session, [row_of(world, "A1", "DUB")], world.moment)
        reload_all(session, world.moment)
    moved = unit(world, "A1").path
    with world.db.read() as session:
        rows = session.scalars(select(Duty).where(Duty.unit.has(code="A1"))).all()
        assert {duty.key: duty.path == moved for duty in rows if duty.key.startswith("cd-")} == {
            "cd-1": False,
            "cd-2": True,
            "cd-3": True,
            "cd-4": True,
        }
    assert figures(world, "DUB")["cd-2"] == (2, 1, 0, 1, 1)


def test_three_parents_in_eighteen_months_and_the_end(world: World) -> None:
    cell = unit(world, "A1").id
    for moment, parent in (
        ("2022-04-05 09:00", "DUB"),
        ("2022-07-05 09:00", "DUK"),
        ("2022-10-05 09:00", "DUA"),
    ):
        world.go(moment)
        with world.db.write() as session:
            write_units(session, [row_of(world, "A1", parent)], world.moment)
            reload_all(session, world.moment)
    world.go("2022-11-01 09:00")
    close(world, "A1")
    counted = {
        key: [code for code in ("DUA", "DUB") if figures(world, code).get(key, (0,))[0] > others[code]]
        for key, others in {
            "cd-1": {"DUA": 1, "DUB": 1},
            "cd-2": {"DUA": 1, "DUB": 1},
            "cd-3": {"DUA": 1, "DUB": 1},
            "cd-4": {"DUA": 1, "DUB": 1},
        }.items()
    }
    assert counted == {"cd-1": ["DUA"], "cd-2": ["DUB"], "cd-3": [], "cd-4": []}
    assert figures(world, "DUK")["cd-3"][0] == 3
    with world.db.read() as session:
        spans = session.scalars(select(UnitSpan).where(UnitSpan.unit_id == cell).order_by(UnitSpan.id)).all()
    assert [(span.from_on, span.until_on) for span in spans] == [
        (date(2022, 4, 5), date(2022, 7, 5)),
        (date(2022, 7, 5), date(2022, 10, 5)),
        (date(2022, 10, 5), date(2022, 11, 1)),
    ]


def test_thousands_of_duties_end_in_a_few_statements(world: World) -> None:
    with world.db.write() as session:
        cell = session.scalars(select(Unit).where(Unit.code == "A1")).one()
        demand = session.scalars(select(Demand)).first()
        assert demand is not None
        fixed = {"plan_id": demand.plan_id, "demand_id": demand.id, "unit_id": cell.id, "path": cell.path}
        rows = [
            {
                **fixed,
                "key": f"x{n}",
                "kind": "report",
                "state": "open",
                "opens_on": date(2022, 1, 1),
                "due_on": date(2022, 1, 31) if n % 2 else None,
                "next_reminder_at": world.at,
                "picks": [],
            }
            for n in range(6000)
        ]
        session.execute(insert(Duty), rows)
    closed = close(world, "A1")
    assert closed.lapsed >= 3000
    assert closed.withdrawn >= 3000
    assert "open" not in states(world, "A1").values()


def test_who_of_several_secretaries_is_spoken_to_first(world: World) -> None:
    people = [world.registered("A1", "secretary") for _ in range(3)]
    with world.db.write() as session:
        cell = session.scalars(select(Unit).where(Unit.code == "A1")).one()
        first, second, third = unit_card(session, cell, world.moment.today).secretaries
        for promoted, order in ((third, [third, first, second]), (second, [second, third, first])):
            promote_secretary(session, promoted)
            session.flush()
            assert unit_card(session, cell, world.moment.today).secretaries == order
    assert len(people) == 3


@pytest.mark.parametrize(("shift", "offered"), [("before", "08/4"), ("keep", "11/4"), ("after", "12/4")])
def test_the_usual_day_that_is_offered_follows_the_units_shift(
    world: World, shift: str, offered: str
) -> None:
    """Giỗ Tổ fell on Sunday, 10 April 2022, and was made up for on Monday; the Saturday before is no day to meet either."""
    secretary = world.registered("A1", "secretary", meeting_day=11)
    with world.db.write() as session:
        session.execute(update(Unit).where(Unit.code == "A1").values(meeting_shift=shift))
    world.go("2022-04-01 09:00")
    secretary.says("/lichhop")
    while not any("01/4" in choice.label for choice in secretary.choices):
        secretary.sends(secretary._event(payload=secretary.choices[0].payload))
    usual = [
        c.label
        for c in secretary.choices
        if any(d in c.label for d in ("08/4", "09/4", "10/4", "11/4", "12/4"))
    ]
    assert [offered in label for label in usual] == [True]


def test_an_offices_workbooks_hold_its_own_part_of_the_tree(world: World, tmp_path: Path) -> None:
    world.registered("DUA", "admin")
    cell = row_of(world, "B1", "DUB")
    foreign = tmp_path / "units.xlsx"
    with world.db.read() as session:
        write_unit_list(
            session.scalars(select(Unit).where(Unit.code.in_(["DUK", cell.code]))).all(),
            foreign,
            templates=ROOT / "templates",
            above={unit(world, "DUB").id: "DUB"},
        )
    file = world.shelf.keep("units.xlsx", foreign)
    with world.db.write() as session:
        person = session.scalars(select(Membership.person_id)).one()
        home = session.scalars(select(Unit.id).where(Unit.code == "DUA")).one()
        for kind, args in (("unit_export", Nothing()), ("units", GivenWorkbook(file.name, file.digest))):
            session.add(Errand(person_id=person, unit_id=home, kind=kind, args=args, created_at=world.at))
    world.tick(errands.do_plan_errands)
    with world.db.read() as session:
        said = [m.body["text"] for m in session.scalars(select(Message).order_by(Message.id))]
    assert "“B1” không thuộc văn phòng của đồng chí" in said[-1]
    (digest,) = set(world.shelf.files) - {file.digest}
    given = tmp_path / "given.xlsx"
    given.write_bytes(world.shelf.read(digest))
    assert [(row.code, row.parent_code) for row in read_units(given).rows] == [
        ("DUA", "DUK"),
        ("A1", "DUA"),
        ("A2", "DUA"),
    ]
