"""Counts over duties: expected, on time, late, open, overdue; attendance as sum over sum; whose duties are counted."""

from datetime import date, timedelta
from fractions import Fraction

from sqlalchemy import select, true

from bot.duties.counting import (
    Tally,
    asked_for,
    count_unstaffed,
    missing_duties,
    tally_demands,
    tally_now,
    urgent_first,
)
from bot.duties.life import close_duty
from bot.meetings.attendance import AttendanceCounts
from bot.meetings.meetings import held_before
from bot.people.roles import units_below
from bot.tables import Demand, Duty, DutyState, Membership, Person, Role, Unit
from tests.kit.duties import duty_of
from tests.kit.plans import plan_of
from tests.kit.stage import begins
from tests.kit.world import World

PLAN = """\
plan:
  symbol: 01-KH/ĐU
  date: 2022-03-25
  issuer: Đảng ủy Khối mẫu
  title: Kế hoạch thử
  starts: 2022-01-01
  ends: 2022-12-31
topics:
  - {key: t4, title: Chủ đề tháng Tư, meeting: regular, period: 2022-04, who: {kinds: [chi_bo]}}
  - {key: t5, title: Chủ đề tháng Năm, meeting: regular, period: 2022-05, who: {kinds: [chi_bo]}}
duties:
  - {key: bc, do: report, title: Báo cáo, who: {kinds: [chi_bo]}, due: {by: 2022-04-20}, opens: 2022-04-01}
  - {key: sau, do: report, title: "Báo cáo sau: {topic}", who: {kinds: [chi_bo]}, due: {after_meeting: 2}}
"""
APRIL_15 = date(2022, 4, 15)


def begin_here(world: World) -> None:
    world.units(
        ("DUK", "Đảng ủy Khối mẫu", "dang_uy", "", None),
        ("DUA", "Đảng ủy Sở A", "dang_bo_co_so", "", "DUK"),
        ("DUB", "Đảng ủy Sở B", "dang_bo_co_so", "", "DUK"),
        ("A1", "Chi bộ A1", "chi_bo", "co_quan", "DUA"),
        ("A2", "Chi bộ A2", "chi_bo", "co_quan", "DUA"),
        ("A3", "Chi bộ A3", "chi_bo", "co_quan", "DUA"),
        ("B1", "Chi bộ B1", "chi_bo", "co_quan", "DUB"),
    )
    world.load(plan_of(PLAN))
    with world.db.write() as session:
        session.add(Person(created_at=world.at))


pytestmark = begins(begin_here)


def figures(world: World, today: date, code: str = "DUK") -> dict[str, Tally]:
    with world.db.read() as session:
        unit = session.scalars(select(Unit).where(Unit.code == code)).one()
        return {t.key: t for t in tally_demands(session, units_below(Duty.path, unit.path), today)}


def numbers(tally: Tally) -> tuple[int, int, int, int, int]:
    return tally.expected, tally.on_time, tally.late, tally.open, tally.overdue


def finish(world: World, code: str, key: str, day: date) -> None:
    with world.db.write() as session:
        close_duty(session, session.get_one(Duty, duty_of(world, key, code).id), day, world.moment)


def hold(world: World, code: str, key: str, when: str, counts: AttendanceCounts) -> None:
    with world.db.write() as session:
        unit = session.scalars(select(Unit).where(Unit.code == code)).one()
        duty = session.get_one(Duty, duty_of(world, key, code).id)
        person = session.scalars(select(Person.id)).first()
        assert person is not None
        world.go(when)
        held_before(session, unit, duty, world.at, counts, person, world.moment)


def test_on_time_late_open_and_overdue(world: World) -> None:
    assert numbers(figures(world, APRIL_15)["bc"]) == (4, 0, 0, 4, 0)
    finish(world, "A1", "bc", date(2022, 4, 20))
    finish(world, "A2", "bc", date(2022, 4, 21))
    assert numbers(figures(world, date(2022, 4, 20))["bc"]) == (4, 1, 1, 2, 0)
    assert numbers(figures(world, date(2022, 4, 21))["bc"]) == (4, 1, 1, 2, 2)
    for tally in figures(world, date(2022, 4, 21)).values():
        assert tally.expected == tally.on_time + tally.late + tally.open
        assert tally.overdue <= tally.open
        assert tally.done == tally.on_time + tally.late


def test_what_has_not_opened_or_was_withdrawn_is_not_counted(world: World) -> None:
    assert set(figures(world, date(2022, 3, 31))) == set()
    assert set(figures(world, APRIL_15)) == {"t4", "bc"}
    assert set(figures(world, date(2022, 5, 1))) == {"t4", "t5", "bc"}
    with world.db.write() as session:
        session.get_one(Duty, duty_of(world, "bc", "A1").id).state = DutyState.WITHDRAWN
    assert numbers(figures(world, APRIL_15)["bc"]) == (3, 0, 0, 3, 0)


def test_the_units_that_nobody_leads_are_counted_once_and_only_where_something_is_open(world: World) -> None:
    def unstaffed(code: str = "DUK") -> int:
        with world.db.read() as session:
            top = session.scalars(select(Unit).where(Unit.code == code)).one()
            return count_unstaffed(session, units_below(Duty.path, top.path), APRIL_15)

    assert (unstaffed(), unstaffed("DUA"), unstaffed("DUB")) == (4, 3, 1)
    with world.db.write() as session:
        ids = {unit.code: unit.id for unit in session.scalars(select(Unit))}
        person = session.scalars(select(Person.id)).one()
        session.add_all(
            Membership(person_id=person, unit_id=ids[code], role=role, since=world.at, ended_at=ended)
            for code, role, ended in (
                ("A1", Role.SECRETARY, None),
                ("A2", Role.SECRETARY, world.at),
                ("A3", Role.LEADER, None),
            )
        )
    assert (unstaffed(), unstaffed("DUA"), unstaffed("DUB")) == (3, 2, 1)
    finish(world, "B1", "bc", APRIL_15)
    assert unstaffed("DUB") == 1
    finish(world, "B1", "t4", APRIL_15)
    assert unstaffed("DUB") == 0
    with world.db.write() as session:
        for key in ("bc", "t4"):
            session.get_one(Duty, duty_of(world, key, "A2").id).state = DutyState.LAPSED
    assert unstaffed("DUA") == 1, "of what has lapsed nobody needs to be told any more"


def test_what_is_done_before_it_opens_counts(world: World) -> None:
    finish(world, "A1", "t5", APRIL_15)
    assert numbers(figures(world, APRIL_15)["t5"]) == (1, 1, 0, 0, 0)


def test_a_report_after_the_meeting_is_asked_once_the_meeting_was_held(world: World) -> None:
    hold(world, "A1", "t4", "2022-04-10 19:00", AttendanceCounts(10, 10, 0, 0, 0))
    after = figures(world, APRIL_15)["sau:t4"]
    assert numbers(after) == (1, 0, 0, 1, 1)
    with world.db.read() as session:
        rows = session.execute(missing_duties(true(), APRIL_15)).all()
        assert [unit.code for duty, unit in rows if duty.key == "sau:t4"] == ["A1"]


def test_attendance_is_sum_over_sum(world: World) -> None:
    hold(world, "A1", "t4", "2022-04-10 19:00", AttendanceCounts(100, 50, 50, 0, 0))
    hold(world, "A2", "t4", "2022-04-11 19:00", AttendanceCounts(10, 10, 0, 0, 0))
    tally = figures(world, APRIL_15)["t4"]
    assert (tally.present, tally.obliged) == (60, 110)
    assert tally.attendance == Fraction(60, 110)
    assert (
        tally.attendance != (Fraction(50, 100) + Fraction(10, 10)) / 2
    )  # the mean of the ratios is another figure
    assert figures(world, APRIL_15)["bc"].attendance is None


def test_who_is_exempt_is_not_obliged(world: World) -> None:
    hold(world, "A1", "t4", "2022-04-10 19:00", AttendanceCounts(10, 7, 1, 0, 2))
    assert figures(world, APRIL_15)["t4"].attendance == Fraction(7, 8)
    hold(world, "A2", "t4", "2022-04-10 19:30", AttendanceCounts(3, 0, 0, 0, 3))
    assert figures(world, APRIL_15)["t4"].attendance == Fraction(7, 8)


def test_nobody_counted_is_no_ratio(world: World) -> None:
    assert figures(world, APRIL_15)["t4"].attendance is None
    hold(world, "A1", "t4", "2022-04-10 19:00", AttendanceCounts(3, 0, 0, 0, 3))
    assert figures(world, APRIL_15)["t4"].attendance is None


def test_a_subtree_counts_its_own_alone(world: World) -> None:
    hold(world, "A1", "t4", "2022-04-10 19:00", AttendanceCounts(10, 9, 1, 0, 0))
    hold(world, "B1", "t4", "2022-04-10 19:30", AttendanceCounts(20, 10, 10, 0, 0))
    assert numbers(figures(world, APRIL_15, "DUA")["t4"]) == (3, 1, 0, 2, 0)
    assert figures(world, APRIL_15, "DUA")["t4"].attendance == Fraction(9, 10)
    assert numbers(figures(world, APRIL_15, "DUB")["t4"]) == (1, 1, 0, 0, 0)
    assert numbers(figures(world, APRIL_15, "A2")["t4"]) == (1, 0, 0, 1, 0)


def test_no_units_no_figures(world: World) -> None:
    world.units(("DUC", "Đảng ủy Sở C", "dang_bo_co_so", "", "DUK"))
    assert figures(world, APRIL_15, "DUC") == {}
    with world.db.read() as session:
        assert session.execute(missing_duties(Duty.path == "/none/", APRIL_15)).all() == []


def current_keys(world: World, today: date) -> dict[str, tuple[int, int, int, int, int]]:
    with world.db.read() as session:
        return {t.key: numbers(t) for t in tally_now(session, true(), today)}


def test_the_current_figures_are_whole(world: World) -> None:
    """Long after its day a demand that one unit still owes shows all of its units, not the owing one alone."""
    for code in ("A1", "A2", "A3"):
        finish(world, code, "bc", APRIL_15)
    for today in (APRIL_15, date(2022, 4, 21), date(2022, 9, 1)):
        assert current_keys(world, today)["bc"][:4] == (4, 3, 0, 1)
    finish(world, "B1", "bc", date(2022, 4, 22))
    assert current_keys(world, date(2022, 5, 21))["bc"] == (4, 3, 1, 0, 0)
    assert "bc" not in current_keys(world, date(2022, 5, 22))


def test_what_one_has_done_ahead_of_its_time_is_not_told_as_all_that_was_asked(world: World) -> None:
    """Announced in March, to be held in April, and held by one unit at once."""
    march = date(2022, 3, 25)
    finish(world, "A1", "t4", march)
    assert "t4" not in current_keys(world, march)
    assert current_keys(world, date(2022, 4, 1))["t4"] == (4, 1, 0, 3, 0)


def test_a_demand_without_a_day_is_current_for_a_month_after_it_was_done(world: World) -> None:
    with world.db.write() as session:
        for duty in session.scalars(select(Duty).where(Duty.key == "bc")):
            duty.due_on = duty.safe_on = duty.demand.due_on = None
    world.go("2022-04-15 09:00")
    for code in ("A1", "A2", "A3", "B1"):
        finish(world, code, "bc", APRIL_15)
    assert current_keys(world, APRIL_15 + timedelta(days=20))["bc"] == (4, 4, 0, 0, 0)
    assert "bc" not in current_keys(world, APRIL_15 + timedelta(days=40))


def test_current_stays_inside_its_scope(world: World) -> None:
    with world.db.read() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "DUB")).one()
        found = tally_now(session, units_below(Duty.path, unit.path), APRIL_15)
        assert {t.expected for t in found} == {1}


def test_missing_names_the_most_overdue_first(world: World) -> None:
    finish(world, "A1", "bc", APRIL_15)
    with world.db.read() as session:
        rows = session.execute(missing_duties(true(), date(2022, 4, 21))).all()
    assert [(duty.key, unit.code) for duty, unit in rows] == [
        ("bc", "A2"),
        ("bc", "A3"),
        ("bc", "B1"),
        ("t4", "A1"),
        ("t4", "A2"),
        ("t4", "A3"),
        ("t4", "B1"),
    ]


def test_the_urgent_comes_first() -> None:
    def tally(key: str, kind: str, due: date | None, overdue: int) -> Tally:
        return Tally(1, key, "", kind, key, date(2022, 1, 1), due, 9, 0, 0, 9, overdue, 0, 0)

    today = date(2022, 5, 10)
    mixed = [
        tally("undated", "report", None, 0),
        tally("report", "report", date(2022, 5, 9), 3),
        tally("january", "meeting", date(2022, 1, 31), 9),
        tally("may", "meeting", date(2022, 5, 31), 0),
        tally("april", "meeting", date(2022, 4, 30), 2),
        tally("june", "meeting", date(2022, 6, 30), 0),
    ]
    assert [t.key for t in urgent_first(mixed, today)] == [
        "april",
        "may",
        "june",
        "january",
        "report",
        "undated",
    ]


def test_asked_agrees_with_the_tallies(world: World) -> None:
    """Whoever lists single duties by `asked` sees as many as the tallies count."""
    hold(world, "A1", "t4", "2022-04-10 19:00", AttendanceCounts(10, 10, 0, 0, 0))
    for today in (date(2022, 3, 1), APRIL_15, date(2022, 5, 2)):
        with world.db.read() as session:
            rows = session.scalars(
                select(Duty.id).join(Demand, Demand.id == Duty.demand_id).where(asked_for(today))
            ).all()
        assert len(rows) == sum(t.expected for t in figures(world, today).values())
