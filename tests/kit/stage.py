"""Where a test begins: what many tests do first is done once in a run, and put back for each of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import count

import pytest

from bot.messages import Address
from tests.kit.databases import Ground
from tests.kit.screens import Screen
from tests.kit.talker import Talker
from tests.kit.world import World

Build = Callable[[World], Talker | None]
"""Brings a world somewhere, perhaps with somebody in it; two that are equal bring it to the same place."""


def begins(*builds: Build) -> pytest.MarkDecorator:
    """`pytestmark = begins(build)`: the fixture `world` of this file stands where these have brought it."""
    return pytest.mark.begins.with_args(*builds)


@dataclass(frozen=True)
class Kept:
    """Where a step has brought a world, and the number of what then stands in its database."""

    rows: int
    at: datetime
    next_id: int
    files: dict[str, bytes]
    screens: dict[Address, Screen]
    somebody: Address | None


KEPT: dict[tuple[type[Ground], tuple[object, ...]], Kept] = {}
"""By the kind of database and the way there: each step, and the time at which it was taken."""


class Stage:
    """One test's way from an empty database to where it begins, step by step."""

    def __init__(self, world: World, ground: Ground) -> None:
        self.world = world
        self.ground = ground
        self.way: tuple[object, ...] = ()
        self.desk = world.desk
        self.is_under_way = False
        self.since = self._traces()

    def _traces(self) -> tuple[object, ...]:
        """What differs as soon as anybody has done anything; that the clock goes on is seen by the next step's time."""
        screens = {address: talker.screen.again() for address, talker in self.world.talkers.items()}
        return self.ground.commits, repr(self.world.ids), dict(self.world.shelf.files), screens

    @property
    def _is_untouched(self) -> bool:
        return self.world.desk is self.desk and self.ground.is_at_rest and self._traces() == self.since

    def reach(self, build: Build) -> Talker | None:
        """Does what `build` does. Once a test has done anything of its own, and within another step, that is done in earnest."""
        if self.is_under_way or not self._is_untouched:
            return build(self.world)
        way = (*self.way, (build, self.world.at))
        key = type(self.ground), way
        if key in KEPT:
            self.ground.put_back(KEPT[key].rows)
        else:
            KEPT[key] = self._take(build)
        self._put_back(KEPT[key])
        self.way, self.since = way, self._traces()
        somewhere = KEPT[key].somebody
        return self.world.talkers[somewhere] if somewhere else None

    def _take(self, build: Build) -> Kept:
        self.is_under_way = True
        try:
            somebody = build(self.world)
        finally:
            self.is_under_way = False
        world = self.world
        return Kept(
            self.ground.keep(),
            world.at,
            next(world.ids),
            dict(world.shelf.files),
            {address: talker.screen.again() for address, talker in world.talkers.items()},
            somebody.address if somebody else None,
        )

    def _put_back(self, kept: Kept) -> None:
        world = self.world
        world.at, world.ids, world.shelf.files = kept.at, count(kept.next_id), dict(kept.files)
        for address, screen in kept.screens.items():
            talker = world.talkers.setdefault(address, Talker(world, address))
            talker.screen = screen.again()
