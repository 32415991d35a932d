"""A plan is loaded portion by portion: each is kept, people are answered between them, and who dies in the middle goes on there."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from bot.duties.loading import load_plan, load_portion
from bot.messages import File
from bot.plans.plan import plan_from_json
from bot.tables import Demand, Duty, Errand, ErrandState, Membership, Plan, Role, Unit
from bot.tables.asked import GivenWorkbook
from schedules import plans, reminders
from tests.kit.committees import committee
from tests.kit.plans import shipped
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.ticking import runs
from tests.kit.workbooks import workbook
from tests.kit.world import World

pytestmark = begins(committee)


class Killed(BaseException):
    """The process ends here, whatever it is doing."""


@pytest.fixture(autouse=True)
def small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.duties.portions.UNITS", 1)
    monkeypatch.setattr("bot.duties.portions.ROWS", 1)
    monkeypatch.setattr("bot.duties.loading.SPAN", -1.0)


def agreed(office: Talker, given: File) -> None:
    office.hands(given).taps("Nạp kế hoạch")
    runs(office).taps("Áp dụng")


def rows(session: Session) -> list[tuple[Any, ...]]:
    """What each unit owes, and when it is next reminded of it."""
    found = session.execute(
        select(Unit.code, Duty.key, Duty.state, Duty.due_on, Duty.next_reminder_at, Duty.waits, Demand.title)
        .join(Unit, Unit.id == Duty.unit_id)
        .join(Demand, Demand.id == Duty.demand_id)
    )
    return sorted(map(tuple, found), key=repr)


def owed(world: World) -> list[tuple[Any, ...]]:
    with world.db.read() as session:
        return rows(session)


def at_once(world: World) -> list[tuple[Any, ...]]:
    """What would be owed if the plan that the office has agreed to were loaded in one transaction."""
    with world.db.trial() as session:
        errand = session.scalars(select(Errand).where(Errand.state == ErrandState.AGREED)).one()
        text = plan_from_json(errand.about(GivenWorkbook).plan)
        load_plan(session, text, session.get_one(Unit, errand.unit_id), world.desk.moment(world.at))
        return rows(session)
    raise AssertionError


def dies_after(world: World, portions: int) -> None:
    """The clock loads so many portions, and dies in the middle of the next."""
    left = [portions]

    def die(*facts: Any) -> Any:
        done = load_portion(*facts)
        if not left[0]:
            raise Killed
        left[0] -= 1
        return done

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("handlers.plans.errands.load_portion", die)
        with pytest.raises(Killed):
            plans.do_plan_errands(world.desk, world.at)


def owing(world: World) -> set[str]:
    with world.db.read() as session:
        codes = select(Unit.code).join(Duty, Duty.unit_id == Unit.id).distinct()
        return set(session.scalars(codes))


def test_each_portion_is_kept_by_itself(world: World, office: Talker, tmp_path: Path) -> None:
    agreed(office, workbook(world, shipped("60-KH-DUK-2022.yaml"), tmp_path))
    expected = at_once(world)
    commits: list[int] = []
    event.listen(world.db.engine, "commit", lambda _: commits.append(1))
    runs(office)
    assert len(commits) >= len({unit for unit, *_ in expected})
    assert owed(world) == expected
    assert f"Thêm {len(expected)} việc" in office.last.text


@pytest.mark.parametrize("portions", [1, 2, 3])
def test_who_dies_in_the_middle_goes_on_there(
    world: World, office: Talker, tmp_path: Path, portions: int
) -> None:
    people = {code: world.registered(code, "secretary") for code in ("CB01", "CB02", "CB03")}
    agreed(office, workbook(world, shipped("60-KH-DUK-2022.yaml"), tmp_path))
    expected = at_once(world)
    dies_after(world, portions)
    assert owing(world) < {unit for unit, *_ in expected}
    world.go("2022-04-01 09:00")
    world.tick(reminders.say_reminders)
    assert [len(one.looks()) for one in people.values()] == [0, 0, 0], "nobody hears of a part"
    runs(office)
    assert f"Thêm {len(expected)} việc" in office.last.text
    assert [row[:3] for row in owed(world)] == [row[:3] for row in expected]
    with world.db.read() as session:
        assert session.scalar(select(func.count(Plan.id))) == 1
    world.tick(reminders.say_reminders)
    world.tick(reminders.say_reminders)
    assert [len(one.looks()) for one in people.values()] == [1, 1, 1], "each hears of it once"


def test_what_has_changed_in_the_plan_reaches_every_portion(
    world: World, office: Talker, tmp_path: Path
) -> None:
    """The demand is brought up to date by the first of them; the duties of the others follow all the same."""
    text = shipped("60-KH-DUK-2022.yaml")
    other = tuple(duty.model_copy(update={"ladder": "undated"}) for duty in text.duties)
    agreed(office, workbook(world, text, tmp_path))
    runs(office)
    agreed(office, workbook(world, text.model_copy(update={"duties": other}), tmp_path))
    before = owed(world)
    expected = at_once(world)
    assert len({row[0] for row in set(expected) - set(before)}) > 1, "more than one unit has to follow"
    runs(office)
    assert "Đã áp dụng" in office.last.text
    assert owed(world) == expected


def test_what_has_begun_is_brought_to_its_end(world: World, office: Talker, tmp_path: Path) -> None:
    """Whoever agreed to it is no admin any more: nobody would be served by a plan of which only some cells have heard."""
    agreed(office, workbook(world, shipped("60-KH-DUK-2022.yaml"), tmp_path))
    expected = at_once(world)
    dies_after(world, 1)
    with world.db.write() as session:
        for role in session.scalars(select(Membership).where(Membership.role == Role.ADMIN)):
            role.ended_at = world.at
    runs(office)
    assert owed(world) == expected


@pytest.mark.logs_errors
def test_a_fault_in_the_middle_is_told_as_it_is(
    world: World, office: Talker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    agreed(office, workbook(world, shipped("60-KH-DUK-2022.yaml"), tmp_path))
    expected = at_once(world)
    dies_after(world, 1)

    def fail(*facts: Any) -> Any:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr("handlers.plans.errands.load_portion", fail)
        runs(office)
    assert office.last.text.startswith("⚠️ Kế hoạch mới nạp được một phần")
    agreed(office, workbook(world, shipped("60-KH-DUK-2022.yaml"), tmp_path))
    runs(office)
    assert [row[:4] for row in owed(world)] == [row[:4] for row in expected]
