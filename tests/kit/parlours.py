"""A channel of the tests whose other side takes messages only for a while after a person has spoken."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from bot.messages import Carried, Knock, Reply, WindowClosed
from bot.store.db import Database
from bot.tables import Message, Priority
from bot.talk.delivery import FILE_LEASE, LEASE, claimable_messages
from bot.talk.knocking import Veil
from bot.talk.sender import Outdated, Sender
from tests.kit.places import ZONE
from tests.kit.talker import Talker
from tests.kit.world import World

SECONDS = 120
WINDOW = timedelta(days=7)
NEVER = datetime(2000, 1, 1, tzinfo=UTC)


class Parlour:
    """Takes what comes within a week after somebody has spoken, at `price` VND each; else its window is closed. For a knock it may
    have `faults` to raise first, for a text what is `failing`."""

    def __init__(
        self, name: str = "telegram", price: int = 55, *, knocks: bool = False, closes: bool = True
    ) -> None:
        self.name, self.price, self.knocks = name, price, knocks
        self.closes = closes
        self.rate: float | None = None
        self.spoken: dict[str, datetime] = {}
        self.taken: list[tuple[str, str]] = []
        self.replies: list[Reply] = []
        self.refused: list[tuple[str, str]] = []
        self.knocked: list[tuple[str, Knock]] = []
        self.faults: list[Exception] = []
        self.failing: dict[str, list[Exception]] = {}
        self.on_refusal: Callable[[], None] = lambda: None
        self.now: Callable[[], datetime] = lambda: NEVER

    window: timedelta | None = None
    """What the program knows of it."""

    def texts(self, place: str) -> list[str]:
        return [text for where, text in self.taken if where == place]

    async def send(self, place: str, reply: Reply) -> Carried | None:
        if self.closes and self.now() - self.spoken.get(place, NEVER) > WINDOW:
            self.refused.append((place, reply.text))
            self.on_refusal()
            raise WindowClosed("-230")
        if failing := self.failing.get(reply.text):
            raise failing.pop(0)
        self.taken.append((place, reply.text))
        self.replies.append(reply)
        return Carried(self.price)

    async def knock(self, place: str, knock: Knock) -> Carried | None:
        if self.faults:
            raise self.faults.pop(0)
        self.knocked.append((place, knock))
        return Carried(200)


def sends_what_is_due(world: World, *parlours: Parlour, outdated: Outdated | None = None) -> None:
    """The sender works until nothing is left that it can do now. Without `outdated` it sends what days ago was due as well."""
    for parlour in parlours:
        parlour.now = lambda: world.at
    asyncio.run(_send(world, parlours, outdated))


async def _send(world: World, parlours: tuple[Parlour, ...], outdated: Outdated | None) -> None:
    veil = Veil(world.desk.render, world.desk.links)
    windows = {one.name: one.window for one in parlours if one.window}
    sender = Sender(
        world.db,
        parlours,
        lambda: world.at,
        idle=0.01,
        zone=ZONE,
        veil=veil,
        windows=windows,
        outdated=outdated,
    )
    task = asyncio.create_task(sender.run())
    try:
        async with asyncio.timeout(SECONDS):
            while True:
                turned = sender.turned_at
                while sender.turned_at == turned:  # noqa: ASYNC110 - a turn has no event
                    await asyncio.sleep(0.005)
                if not _busy(world.db, [one.name for one in parlours], world.at):
                    break
    finally:
        sender.stop()
        await task


def _busy(db: Database, channels: list[str], at: datetime) -> bool:
    """Something can be claimed, or is on its way."""
    leases = [at + LEASE, at + FILE_LEASE]
    with db.read() as session:
        flying = select(Message.id).where(Message.state == "waiting", Message.due_at.in_(leases))
        claimable = claimable_messages(session, at, channels, dict.fromkeys(Priority, 1))
        return bool(claimable or session.execute(flying).first())


def speaks(talker: Talker, parlour: Parlour, text: str = "Chào đồng chí") -> list[Reply]:
    """Says something there; what came, that was not there before."""
    before = len(talker.got)
    parlour.spoken[talker.address.place] = talker.world.at
    talker.says(text)
    return list(talker.got[before:])
