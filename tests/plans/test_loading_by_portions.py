"""A plan is loaded portion by portion: each is kept, people are answered between them, and who dies in the middle goes on there."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from bot.calendar import Moment
from bot.duties.changes import Changes
from bot.duties.loading import load_by_portions, load_plan, load_portion
from bot.duties.reloading import reload_all
from bot.duties.taking_back import withdraw_by_portions, withdraw_portion
from bot.messages import File
from bot.plans.plan import PlanText, plan_from_json
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
    monkeypatch.setattr("bot.duties.loading.bulk_span", lambda _bind: -1.0)


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


def portions_die(of: str, after: int) -> Any:
    """So many portions are kept, and the next one dies."""
    left = [after]
    real: Any = {"load_portion": load_portion, "withdraw_portion": withdraw_portion}[of]

    def die(*facts: Any) -> Any:
        done = real(*facts)
        if not left[0]:
            raise Killed
        left[0] -= 1
        return done

    return die


def load_by_command(world: World, text: PlanText) -> Changes:
    with world.db.read() as session:
        owner = session.scalars(select(Unit.id).where(Unit.code == "DUK")).one()
    return load_by_portions(world.db, text, owner, world.desk.moment(world.at), {})[1]


def killed_command(world: World, text: PlanText) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.duties.loading.load_portion", portions_die("load_portion", 2))
        with pytest.raises(Killed):
            load_by_command(world, text)


def as_one(world: World, text: PlanText) -> list[tuple[Any, ...]]:
    with world.db.trial() as session:
        owner = session.scalars(select(Unit).where(Unit.code == "DUK")).one()
        load_plan(session, text, owner, world.desk.moment(world.at))
        return rows(session)
    raise AssertionError


def test_the_command_line_loads_by_portions_too_and_goes_on_when_it_is_given_again(world: World) -> None:
    text = shipped("60-KH-DUK-2022.yaml")
    people = [world.registered(code, "secretary") for code in ("CB01", "CB02", "CB03")]
    world.go("2022-04-01 09:00")
    expected = as_one(world, text)
    killed_command(world, text)
    assert set() < owing(world) < {unit for unit, *_ in expected}
    world.tick(reminders.say_reminders)
    assert [len(one.looks()) for one in people] == [0, 0, 0], "nobody hears of a part"
    changes = load_by_command(world, text)
    assert 0 < changes.added < len(expected)
    assert changes.moved == 0, "what had been loaded before is as it was"
    assert changes.added + changes.kept == len(expected), "those of before follow what the demands say by now"
    assert owed(world) == expected
    world.tick(reminders.say_reminders)
    assert [len(one.looks()) for one in people] == [1, 1, 1]


def test_a_command_that_never_comes_back_keeps_nobody_silent_for_ever(world: World) -> None:
    first = world.registered("CB01", "secretary")
    world.go("2022-04-01 09:00")
    killed_command(world, shipped("60-KH-DUK-2022.yaml"))
    assert "CB01" in owing(world)
    world.tick(reminders.say_reminders)
    assert first.looks() == []
    world.go("2022-04-01 09:11")
    world.tick(reminders.say_reminders)
    assert first.looks()


def test_what_had_changed_before_a_kill_reaches_the_rest_afterwards(world: World) -> None:
    """The demands are as the plan wants them since the first portion; the duties of the others are still to follow."""
    text = shipped("60-KH-DUK-2022.yaml")
    load_by_command(world, text)
    other = tuple(duty.model_copy(update={"ladder": "undated"}) for duty in text.duties)
    changed = text.model_copy(update={"duties": other})
    before, expected = owed(world), as_one(world, changed)
    with world.db.trial() as session:
        owner = session.scalars(select(Unit).where(Unit.code == "DUK")).one()
        moved = load_plan(session, changed, owner, world.desk.moment(world.at))[1].moved
    killed_command(world, changed)
    assert owed(world) not in (before, expected)
    assert 0 < load_by_command(world, changed).moved < moved, "the rest alone is told as moved"
    assert owed(world) == expected
    with world.db.read() as session:
        plan = session.scalars(select(Plan)).one()
    assert (plan.unfinished, plan.loading_until) == ([], None)


def office_with_plan(world: World, office: Talker, tmp_path: Path) -> None:
    agreed(office, workbook(world, shipped("60-KH-DUK-2022.yaml"), tmp_path))
    runs(office)
    office.says("/quantri").taps("Kế hoạch").taps("1. 60-KH/ĐUK").taps("Rút kế hoạch").taps("🗑 Rút kế hoạch")


def states(world: World) -> list[str]:
    return sorted({row[2] for row in owed(world)})


def test_a_plan_is_taken_back_by_portions_and_goes_on_where_it_died(
    world: World, office: Talker, tmp_path: Path
) -> None:
    people = [world.registered(code, "secretary") for code in ("CB01", "CB02", "CB03")]
    office_with_plan(world, office, tmp_path)
    count = len(owed(world))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("handlers.plans.errands.withdraw_portion", portions_die("withdraw_portion", 2))
        with pytest.raises(Killed):
            plans.do_plan_errands(world.desk, world.at)
    assert states(world) == ["open", "withdrawn"]
    world.go("2022-04-01 09:00")
    world.tick(reminders.say_reminders)
    assert [len(one.looks()) for one in people] == [0, 0, 0], "nobody hears of what is being taken back"
    runs(office)
    assert f"Thôi nhắc {count} việc" in office.last.text
    assert states(world) == ["withdrawn"]
    with world.db.read() as session:
        assert session.scalars(select(Plan.withdrawn_at)).one() is not None


@pytest.mark.logs_errors
def test_a_fault_while_a_plan_is_taken_back_is_told_as_it_is(
    world: World, office: Talker, tmp_path: Path
) -> None:
    office_with_plan(world, office, tmp_path)
    dying = portions_die("withdraw_portion", 2)

    def fail(*facts: Any) -> Any:
        try:
            return dying(*facts)
        except Killed:
            raise ZeroDivisionError from None

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("handlers.plans.errands.withdraw_portion", fail)
        runs(office)
    assert office.last.text.startswith("⚠️ Kế hoạch mới rút được một phần")
    office.taps("Kế hoạch").taps("1. 60-KH/ĐUK").taps("Rút kế hoạch").taps("🗑 Rút kế hoạch")
    runs(office)
    assert states(world) == ["withdrawn"]


def test_what_a_changed_tree_has_asked_again_meanwhile_is_taken_back_too(world: World) -> None:
    load_by_command(world, shipped("60-KH-DUK-2022.yaml"))
    with world.db.read() as session:
        number = session.scalars(select(Plan.id)).one()
    moment = world.desk.moment(world.at)
    disturbed: list[Any] = []

    def disturb(session: Session, plan: Plan, at: Moment, changes: Changes, after: str = "") -> str | None:
        if after and not disturbed:
            disturbed.append(reload_all(session, at))
        return withdraw_portion(session, plan, at, changes, after)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.duties.taking_back.withdraw_portion", disturb)
        withdraw_by_portions(world.db, number, moment)
    assert disturbed
    assert states(world) == ["withdrawn"]
