"""What many tests begin with is kept and put back: it cannot be told from what is done in earnest, and nothing else comes with it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.store.db import Database
from bot.tables import Person
from tests.kit.committees import committee
from tests.kit.databases import Ground
from tests.kit.plans import MONTHLY, shipped
from tests.kit.rows import rows_of
from tests.kit.stage import Stage
from tests.kit.talker import Talker
from tests.kit.world import World

Anew = Callable[[], World]
BY_CHANCE = ("invites",)
"""Codes are made up anew each time."""


@pytest.fixture
def anew(db: Database, ground: Ground, tmp_path: Path) -> Anew:
    """An empty world with the way of a test, as often as it is asked for."""

    def begin() -> World:
        ground.clear(tmp_path)
        world = World(db)
        world.take = Stage(world, ground).reach
        return world

    return begin


def settle(world: World) -> Talker:
    committee(world)
    world.load(shipped(MONTHLY))
    world.go("2022-04-02 09:00")
    return world.registered("CB01", "secretary", members=31)


def names(world: World) -> list[str]:
    with world.db.read() as session:
        return list(session.scalars(select(Person.name).order_by(Person.id)))


def test_put_back_it_stands_as_if_done_in_earnest(anew: Anew) -> None:
    in_earnest = anew()
    in_earnest.take = lambda step: step(in_earnest)
    said = settle(in_earnest).got
    rows = rows_of(in_earnest.db, BY_CHANCE)
    assert rows["duties"]
    for _ in range(2):  # kept, then put back
        world = anew()
        secretary = settle(world)
        assert (secretary.got, world.at) == (said, in_earnest.at)
        assert rows_of(world.db, BY_CHANCE) == rows


def test_what_a_test_does_goes_with_it(anew: Anew) -> None:
    for _ in range(3):
        world = anew()
        secretary = settle(world)
        assert names(world) == [""]
        with world.db.write() as session:
            session.scalars(select(Person)).one().name = "Lan"
        secretary.says("/caidat")
        world.registered("CB02", "secretary")
        assert names(world) == ["Lan", ""]


def test_another_time_another_way_is_another_state(anew: Anew) -> None:
    for day in ("2022-04-05 09:00", "2022-05-06 09:00") * 2:
        world = anew()
        committee(world)
        world.go(day)
        world.registered("CB01", "secretary")
        with world.db.read() as session:
            assert session.scalars(select(Person.created_at)).one() == world.local(day)
