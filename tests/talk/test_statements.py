"""What an update costs the database: how many statements each kind asks, and that none of them is built anew."""

import dis
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest
from sqlalchemy import event

from tests.kit.places import ROOT
from tests.kit.talker import Talker
from tests.kit.world import World

NOTE = "Nhất trí với báo cáo; đề nghị chi bộ phân công đồng chí phụ trách theo dõi, hạn cuối tháng"
BUILDS = {"select", "insert", "update", "delete", "exists", "union"}


def asks_nothing(talker: Talker) -> object:
    return talker.says("/trogiup")


def before_a_meeting(talker: Talker) -> object:
    return talker.says("/hop")


def in_a_meeting(talker: Talker) -> object:
    talker.says("/hop").taps("Bắt đầu họp: T4")
    return talker.taps("Tiếp").taps("Bỏ qua").taps("Tiếp")


def beside_a_meeting(talker: Talker) -> object:
    in_a_meeting(talker)
    return talker.says("/thangnay")


@dataclass(frozen=True)
class Kind:
    """An update of this kind, what comes before it, and the most statements that it may ask."""

    comes: Callable[[Talker], object]
    after: Callable[[Talker], object]
    most: int


KINDS = {
    "note": Kind(lambda talker: talker.says(NOTE), in_a_meeting, 8),
    "next": Kind(lambda talker: talker.taps("Tiếp"), in_a_meeting, 10),
    "begin": Kind(lambda talker: talker.taps("Bắt đầu họp: T4"), before_a_meeting, 19),
    "go on": Kind(lambda talker: talker.taps("Họp tiếp"), beside_a_meeting, 11),
    "month": Kind(lambda talker: talker.says("/thangnay"), in_a_meeting, 12),
    "unit": Kind(lambda talker: talker.says("/tinhhinh"), in_a_meeting, 10),
    "home": Kind(lambda talker: talker.says("/start"), asks_nothing, 10),
}
every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())


def handled(world: World, comes: Callable[[], object], stop: Callable[[], None]) -> None:
    """Lets an update come, and stops watching when its transaction has ended."""
    before, world.desk = world.desk, replace(world.desk, wake=stop)
    try:
        comes()
    finally:
        stop()
        world.desk = before


def statements(world: World, comes: Callable[[], object]) -> list[str]:
    """What it asks of the database, but for where its transaction begins and ends."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        asked.append(" ".join(statement.split()))

    its = world.db.engine, "before_cursor_execute", note

    def stop() -> None:
        if event.contains(*its):
            event.remove(*its)

    event.listen(*its)
    handled(world, comes, stop)
    return [one for one in asked if not one.startswith(("BEGIN", "SAVEPOINT", "RELEASE", "SET LOCAL"))]


@every_kind
def test_an_update_asks_few_statements(world: World, secretary: Talker, kind: Kind) -> None:
    secretary.looks()
    world.later(minutes=2)
    kind.after(secretary)
    asked = statements(world, lambda: kind.comes(secretary))
    repeated = [one for one, times in Counter(asked).items() if times > 1]
    assert asked
    assert repeated == []
    assert len(asked) <= kind.most, "\n".join(one[:200] for one in asked)


def test_that_a_place_is_used_is_noted_once_a_minute(world: World, secretary: Talker) -> None:
    in_a_meeting(secretary)
    world.later(minutes=2)
    first = statements(world, lambda: secretary.says(NOTE))
    second = statements(world, lambda: secretary.says(NOTE))
    assert [one for one in first if one not in second] == [
        one for one in first if one.startswith("UPDATE contacts")
    ]
    assert len(first) == len(second) + 1


def functions_run(world: World, comes: Callable[[], object]) -> set[CodeType]:
    """Our own functions that were run while it was handled."""
    found: set[CodeType] = set()
    ours = tuple(str(ROOT / folder) for folder in ("bot", "handlers"))

    def note(frame: FrameType, what: str, _arg: Any) -> None:
        if what == "call" and frame.f_code.co_filename.startswith(ours):
            found.add(frame.f_code)

    before = sys.getprofile()
    sys.setprofile(note)
    handled(world, comes, lambda: sys.setprofile(before))
    return found


def built_in(code: CodeType) -> set[str]:
    """What a function builds statements with."""
    return {
        str(step.argval)
        for step in dis.get_instructions(code)
        if step.opname == "LOAD_GLOBAL" and step.argval in BUILDS
    }


@every_kind
def test_no_statement_is_built_while_an_update_is_handled(
    world: World, secretary: Talker, kind: Kind
) -> None:
    """What is built once and kept (`@cache`) has been by the same of another unit."""
    other = world.registered("CB02", "secretary")
    for talker in (other, secretary):
        talker.looks()
        kind.after(talker)
        run = functions_run(world, lambda who=talker: kind.comes(who))  # type: ignore[misc]
    builds = {f"{Path(one.co_filename).relative_to(ROOT)}:{one.co_qualname}": built_in(one) for one in run}
    assert len(builds) > 50
    assert {where: names for where, names in builds.items() if names} == {}
