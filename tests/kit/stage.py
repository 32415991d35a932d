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
"""Brings a world somewhere, perhaps with somebody in it; it stands at the top of a module, for it is known by its name."""


def begins(*builds: Build) -> pytest.MarkDecorator:
    """`pytestmark = begins(build)`: the fixture `world` of this file stands where these have brought it."""
    return pytest.mark.begins.with_args(*builds)


@dataclass(frozen=True)
class Kept:
    """What of a world does not stand in its database."""

    at: datetime
    next_id: int
    files: dict[str, bytes]
    screens: dict[Address, Screen]
    somebody: Address | None


KEPT: dict[tuple[str, str], Kept] = {}
"""By the kind of database and the name of the state."""


class Stage:
    """One test's way from an empty database to where it begins, step by step."""

    def __init__(self, world: World, ground: Ground) -> None:
        self.world = world
        self.ground = ground
        self.steps: tuple[str, ...] = ()
        self.since = self._now()

    def _now(self) -> tuple[int, datetime, str]:
        return self.ground.commits, self.world.at, repr(self.world.ids)

    def reach(self, build: Build) -> Talker | None:
        """Does what `build` does. Once a test has written anything of its own, that is done in earnest."""
        if self._now() != self.since:
            return build(self.world)
        self.steps += (f"{build.__module__}.{build.__qualname__}",)
        name = " ".join(self.steps)
        key = (type(self.ground).__name__, name)
        if key in KEPT:
            self.ground.put_back(name)
        else:
            somebody = build(self.world)
            self.ground.keep(name)
            KEPT[key] = self._keep(somebody)
        self._put_back(KEPT[key])
        self.since = self._now()
        somewhere = KEPT[key].somebody
        return self.world.talkers[somewhere] if somewhere else None

    def _keep(self, somebody: Talker | None) -> Kept:
        world = self.world
        screens = {address: talker.screen.again() for address, talker in world.talkers.items()}
        return Kept(
            world.at,
            next(world.ids),
            dict(world.shelf.files),
            screens,
            somebody.address if somebody else None,
        )

    def _put_back(self, kept: Kept) -> None:
        world = self.world
        world.at, world.ids, world.shelf.files = kept.at, count(kept.next_id), dict(kept.files)
        for address, screen in kept.screens.items():
            talker = world.talkers.setdefault(address, Talker(world, address))
            talker.screen = screen.again()
