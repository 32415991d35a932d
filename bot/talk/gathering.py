"""Waiting events, gathered into one transaction; each is kept as a whole, or goes alone."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from weakref import WeakValueDictionary

from bot.channels.waiting import run_in_thread
from bot.messages import Address, Incoming
from bot.store.again import database_gave_way, lock_held
from bot.talk.ahead import read_ahead
from bot.talk.desk import Desk
from bot.talk.receive import receive, take_event

log = logging.getLogger(__name__)

MOST = 32
SLOW = 0.2
"""What takes more seconds, as a leader's figures of a whole province, goes alone the next time."""
MOST_KINDS = 100
"""Anybody can type what looks like a command: so many slow kinds are kept in mind at most."""
SPAN = 0.05
"""So many seconds a transaction takes more events: whoever came first waits for the commit of all."""
SERVER_SPAN = 0.15
"""The same where the database is a server: most of that time goes to the ways there and back, and a commit costs more."""
ALONE = 4
AT_SERVER = 2
"""So many transactions are at work on a server, while one of them waits. Where other processes have theirs there too, each has one: more
and smaller ones cost all of them a quarter more. SQLite takes one at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    event: Incoming
    taken: asyncio.Future[bool | None]


class Gathering:
    """Where every channel brings its events; all from one event loop.

    While a transaction is at work the next one gathers. What has files, or was slow the last time, goes alone at once, in a
    thread of its own; so does what raises, or meets a row that another transaction holds.
    """

    def __init__(self, desk: Desk, alone: Callable[[], bool] = lambda: True) -> None:
        """`alone`: whether no other process works on the same database."""
        self._desk = desk
        self._by_itself = alone
        self._waiting: deque[_Waiting] = deque()
        self._working: list[asyncio.Task[None]] = []
        self._slow: set[str] = set()
        """The kinds of what took long the last time."""
        self._lanes: WeakValueDictionary[Address, asyncio.Lock] = WeakValueDictionary()
        self._together = ThreadPoolExecutor(AT_SERVER, thread_name_prefix="gathering")
        self._alone = ThreadPoolExecutor(ALONE, thread_name_prefix="alone")

    async def receive(self, event: Incoming) -> bool:
        """As `receive`, when the event has been committed; those of one place in the order in which they came."""
        async with self._lanes.setdefault(event.address, asyncio.Lock()):
            alone = event.files or event.refused or kind_of(event) in self._slow
            fresh = None if alone else await self._gathered(event)
            if fresh is None:
                return await run_in_thread(self._alone, partial(self._receive_alone, event))
            return fresh

    def close(self) -> None:
        for threads in (self._together, self._alone):
            threads.shutdown(wait=False, cancel_futures=True)

    def _receive_alone(self, event: Incoming) -> bool:
        with _noted(self._slow, event):
            return receive(self._desk, event)

    async def _gathered(self, event: Incoming) -> bool | None:
        waiting = _Waiting(event, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._at_work() < self._most_at_once:
            self._working.append(asyncio.create_task(self._work()))
        try:
            return await asyncio.shield(waiting.taken)
        except asyncio.CancelledError:
            # As in `run_in_thread`: what has been begun is let finish.
            if waiting in self._waiting:
                self._waiting.remove(waiting)
            else:
                await asyncio.wait([waiting.taken])
            raise

    @property
    def _most_at_once(self) -> int:
        return AT_SERVER if not self._desk.db.sqlite and self._by_itself() else 1

    def _at_work(self) -> int:
        self._working = [task for task in self._working if not task.done()]
        return len(self._working)

    async def _work(self) -> None:
        while self._waiting and self._at_work() <= self._most_at_once:
            batch = [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]
            events = [one.event for one in batch]
            try:
                taken = await run_in_thread(
                    self._together, partial(receive_together, self._desk, events, self._slow)
                )
            except BaseException:  # the program ends: nobody may wait for ever
                for one in (*batch, *self._waiting):
                    one.taken.cancel()
                raise
            self._waiting.extendleft(reversed(batch[len(taken) :]))
            for one, fresh in zip(batch, taken, strict=False):
                one.taken.set_result(fresh)


def kind_of(event: Incoming) -> str:
    """What is asked for: the command, or the action of a button; empty for words."""
    return event.payload.partition(":")[0] or (event.text.split() or [""])[0] * event.text.startswith("/")


@contextmanager
def _noted(slow: set[str], event: Incoming) -> Iterator[None]:
    began = time.monotonic()
    yield
    if kind := kind_of(event):
        if len(slow) > MOST_KINDS:
            slow.clear()
        (slow.add if time.monotonic() - began > SLOW else slow.discard)(kind)


def receive_together(
    desk: Desk, events: Sequence[Incoming], slow: set[str] | None = None
) -> list[bool | None]:
    """Handles events in one transaction; answers of the first so many for which there was time, but of one at least, whether
    they had not been handled before. None for one that is to go alone: nothing of it is kept. In `slow` the kinds of what took long
    are noted."""
    slow = set() if slow is None else slow
    try:
        try:
            taken = _take_all(desk, events, slow, apart=False)
        except Exception as error:
            if database_gave_way(error) and not lock_held(error):
                raise
            # Whichever it was, it is found at the second try.
            taken = _take_all(desk, events, slow, apart=True)
    except Exception as error:  # noqa: BLE001 - whatever it was, each is tried by itself
        log.warning("gathering.failed events=%s error=%s", len(events), type(error).__name__)
        return [None] * len(events)
    desk.wake()
    return taken


def _take_all(desk: Desk, events: Sequence[Incoming], slow: set[str], *, apart: bool) -> list[bool | None]:
    """With `apart` each has a savepoint, to which it is rolled back where it raises. That is two ways to the database more for each, so
    it is tried without before: hardly ever does anything raise."""
    taken: list[bool | None] = []
    ends = time.monotonic() + (SPAN if desk.db.sqlite else SERVER_SPAN)
    with desk.db.write_each(apart=apart) as parts:
        ahead = None if apart else read_ahead(parts, events)
        for event in events:
            try:
                with _noted(slow, event), parts.begin() as session:
                    taken.append(take_event(desk, session, event, ahead))
            except Exception as error:
                if not apart or (database_gave_way(error) and not lock_held(error)):
                    raise
                taken.append(None)
            if time.monotonic() > ends:
                break
    return taken
