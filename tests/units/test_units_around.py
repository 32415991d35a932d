"""One unit that is added, changed or moved in chat: all that hangs together with it is asked anew, and nothing else is read."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, func, select

from bot.duties.reloading import Standing, reload_all, reload_around
from bot.tables import Demand, Duty, Unit
from bot.units.applying import Applied, apply_unit, try_unit
from bot.units.ends import close_unit, reopen_unit
from bot.units.rows import UnitRow
from tests.kit.plans import plan_of
from tests.kit.stage import begins
from tests.kit.world import World

HEAD = """
plan:
  symbol: {symbol}
  date: 2022-03-25
  issuer: Đảng ủy
  title: Kế hoạch {symbol}
  starts: 2022-04-01
  ends: 2022-06-30
"""
CELLS = """
duties:
  - {key: bc, do: report, title: Báo cáo tháng, who: {kinds: [chi_bo]}, due: {every: month}}
  - {key: nt, do: report, title: Nông thôn, who: {kinds: [chi_bo], sectors: [nong_thon]}, due: {by: 2022-05-20}}
  - {key: tt, do: report, title: Trực thuộc, who: {direct: true}, due: {by: 2022-05-25}}
"""
EACH = """
duties:
  - {key: goc, do: report, title: Báo cáo gốc, who: {kinds: [chi_bo]}, due: {by: 2022-05-10}}
  - {key: xem, do: confirm, title: "Xem báo cáo của {unit}", who: {kinds: [dang_bo_bo_phan, ban_tuyen_giao]}, for_each: unit, waits: goc, due: {by: 2022-05-20}}
"""


def plan(symbol: str, duties: str) -> str:
    return HEAD.format(symbol=symbol) + duties


def grown(world: World) -> None:
    world.units(
        ("DUK", "Đảng ủy xã Mẫu", "dang_uy", "", None),
        ("DUA", "Đảng ủy bộ phận A", "dang_bo_bo_phan", "", "DUK"),
        ("DUB", "Đảng ủy bộ phận B", "dang_bo_bo_phan", "", "DUK"),
        ("TG", "Ban Tuyên giáo", "ban_tuyen_giao", "", "DUA"),
        *((f"A{n}", f"Chi bộ A{n}", "chi_bo", "co_quan", "DUA") for n in range(1, 6)),
        *((f"B{n}", f"Chi bộ B{n}", "chi_bo", "nong_thon", "DUB") for n in range(1, 6)),
    )
    world.load(plan_of(plan("1-KH/ĐU", CELLS)))
    world.load(plan_of(plan("2-KH/ĐU", EACH)))
    world.load(plan_of(plan("3-KH/ĐU", CELLS)), owner="DUB")


pytestmark = begins(grown)


def row(code: str, name: str, kind: str, above: str, sector: str = "") -> UnitRow:
    return UnitRow(code, code, name, kind, sector, above, None, None)


CHANGES = {
    "a cell is added": row("A9", "Chi bộ A9", "chi_bo", "DUA", "nong_thon"),
    "a cell is added to the other part": row("B9", "Chi bộ B9", "chi_bo", "DUB"),
    "an office is added": row("TG2", "Ban Tuyên giáo B", "ban_tuyen_giao", "DUB"),
    "a committee is added": row("DUC", "Đảng ủy bộ phận C", "dang_bo_bo_phan", "DUK"),
    "a cell is renamed": row("A1", "Chi bộ Một", "chi_bo", "DUA", "co_quan"),
    "a cell changes its sector": row("A1", "Chi bộ A1", "chi_bo", "DUA", "nong_thon"),
    "a cell moves": row("A1", "Chi bộ A1", "chi_bo", "DUB", "co_quan"),
    "a cell moves out of a committee with a plan": row("B1", "Chi bộ B1", "chi_bo", "DUA", "nong_thon"),
    "a cell moves to the top": row("B1", "Chi bộ B1", "chi_bo", "DUK", "nong_thon"),
    "an office moves": row("TG", "Ban Tuyên giáo", "ban_tuyen_giao", "DUB"),
    "an office becomes a committee": row("TG", "Đảng ủy TG", "dang_bo_bo_phan", "DUA"),
    "a committee becomes an office": row("DUA", "Ban A", "ban_to_chuc", "DUK"),
    "a committee moves with all below it": row("DUB", "Đảng ủy bộ phận B", "dang_bo_bo_phan", "DUA"),
}


def asked(world: World) -> list[tuple[str, str, str, str]]:
    """(plan's key, unit, duty's key, state) of all duties."""
    with world.db.read() as session:
        rows = session.execute(
            select(Duty.plan_id, Unit.code, Duty.key, Duty.state).join(Unit, Unit.id == Duty.unit_id)
        )
        return sorted((str(row[0]), row[1], row[2], row[3]) for row in rows)


@pytest.mark.parametrize("change", CHANGES)
def test_what_hangs_together_with_the_unit_follows_and_a_whole_loading_finds_nothing_left(
    world: World, change: str
) -> None:
    with world.db.write() as session:
        apply_unit(session, CHANGES[change], world.moment)
    around = asked(world)
    with world.db.write() as session:
        assert [made for _, made in reload_all(session, world.moment) if not made.nothing] == []
    assert asked(world) == around


@pytest.mark.parametrize("change", ["a cell moves", "an office is added", "a cell is renamed"])
def test_what_is_shown_before_is_what_is_done(world: World, change: str) -> None:
    before = asked(world)
    with world.db.write() as session:
        shown = try_unit(session, CHANGES[change], world.moment, inside="")
    assert asked(world) == before
    with world.db.write() as session:
        done = apply_unit(session, CHANGES[change], world.moment)
    assert done.mark == shown.mark
    assert bool(done.plans) == (change != "a cell is renamed")


def test_a_unit_that_is_opened_again_owes_what_it_owed(world: World) -> None:
    before = asked(world)
    with world.db.write() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "A1")).one()
        close_unit(session, unit, world.moment.today, world.moment)
    assert asked(world) != before
    with world.db.write() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "A1")).one()
        reopen_unit(session, unit, world.moment)
        reload_around(session, [Standing(unit.path, unit.kind)], world.moment)
    assert asked(world) == before


def test_a_plan_that_says_something_else_by_now_is_loaded_for_everybody(world: World) -> None:
    """As after an update of the program that reads the same plan otherwise."""
    with world.db.write() as session:
        session.scalars(select(Demand).where(Demand.key == "nt").order_by(Demand.id)).all()[0].title = "Cũ"
        made = apply_unit(session, CHANGES["a cell changes its sector"], world.moment)
    assert "Nông thôn" in [title for _, one in made.plans for title in one.changed]
    with world.db.write() as session:
        assert [one for _, one in reload_all(session, world.moment) if not one.nothing] == []


@contextmanager
def counting(world: World) -> Iterator[dict[str, int]]:
    """How many statements were sent."""
    found = {"statements": 0}

    def note(*_: Any) -> None:
        found["statements"] += 1

    event.listen(world.db.engine, "after_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(world.db.engine, "after_cursor_execute", note)


def locked_duties(applied: Applied) -> int:
    """So many duties the loading has looked at one by one."""
    return sum(one.added + one.moved + one.kept + one.done + one.withdrawn for _, one in applied.plans)


def more_cells(world: World, number: int) -> None:
    world.units(*((f"X{n}", f"Chi bộ X{n}", "chi_bo", "co_quan", "DUA") for n in range(number)))
    with world.db.write() as session:
        reload_all(session, world.moment)


@pytest.mark.parametrize(
    "change", ["a cell is added", "a cell is renamed", "a cell moves", "a cell changes its sector"]
)
def test_how_much_is_read_does_not_grow_with_the_tree(world: World, change: str) -> None:
    def apply() -> tuple[int, int, int]:
        with world.db.write() as session, counting(world) as found:
            applied = try_unit(session, CHANGES[change], world.moment, inside="")
        return found["statements"], sum(one.units for _, one in applied.plans), locked_duties(applied)

    few = apply()
    more_cells(world, 300)
    with world.db.read() as session:
        assert (session.scalar(select(func.count()).select_from(Duty)) or 0) > 1500
    statements, units, duties = apply()
    assert (units, duties) == few[1:]
    assert statements < few[0] + 10  # some rows are still in memory, or are read once more; 300 cells are not
    assert units <= 3  # the one unit, by each of the plans that it owes something to
