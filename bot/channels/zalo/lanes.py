"""From an event to a commit: those of one person in order, one at a time; a second delivery waits for the first."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from weakref import WeakValueDictionary

from bot.channels.base import Known, Receive
from bot.channels.waiting import insist_on, land_tasks, run_in_thread, try_once
from bot.channels.zalo.fetching import Attached, Fetcher
from bot.messages import Incoming, Refusal

WORKERS = 8
ALBUM_MS = 5000
"""Zalo sends the pictures that somebody picks together one by one, within a moment of each other."""


class EventLanes:
    """What a channel of Zalo has heard on its way to `receive`. An event's `message_ref` is when it was sent, in ms."""

    def __init__(self, receive: Receive, known: Known, files: Fetcher) -> None:
        self._receive, self._known, self._files = receive, known, files
        self.threads = ThreadPoolExecutor(WORKERS, thread_name_prefix="zalo")
        self._lanes: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._taking: dict[str, asyncio.Task[None]] = {}
        self._albums: dict[str, tuple[str, int]] = {}

    async def land(self) -> None:
        """Waits for what is just being received."""
        await land_tasks(self._taking.values(), patience=True)

    async def stop(self) -> None:
        await self.land()
        self._files.stop()
        self.threads.shutdown(wait=False, cancel_futures=True)

    def begin(self, event: Incoming, attached: Sequence[Attached], *, patient: bool) -> asyncio.Task[None]:
        """Takes an event; `patient`: tries until it is received, else the task raises what failed."""
        task = self._taking.get(event.id)
        if task is None:
            task = asyncio.create_task(self._take(event, attached, patient=patient))
            self._taking[event.id] = task
            task.add_done_callback(lambda done: self._end(event.id, done))
        return task

    def _end(self, event_id: str, task: asyncio.Task[None]) -> None:
        self._taking.pop(event_id, None)
        if not task.cancelled():
            task.exception()  # seen here: whoever waited may be gone

    async def _take(self, event: Incoming, attached: Sequence[Attached], *, patient: bool) -> None:
        attempt = insist_on if patient else try_once
        # Nothing is awaited before this: tasks line up here in the order in which they were made.
        async with self._lanes.setdefault(event.address.place, asyncio.Lock()):
            if attached and not event.group:
                known = partial(run_in_thread, self.threads, partial(self._known, event.address.place))
                if await attempt("zalo.known", known):
                    event = await self._files.with_files(self._in_album(event), attached)
                else:
                    event = replace(event, refused=tuple(Refusal.of_stranger(one.name) for one in attached))
            await attempt("zalo.receive", partial(self._receive, event))

    def _in_album(self, event: Incoming) -> Incoming:
        """The picture as a piece of the album that it may belong to, so that what is said of all is said once."""
        place, sent = event.address.place, int(event.message_ref or 0)
        album, last = self._albums.get(place, (event.id, sent))
        if not sent or abs(sent - last) > ALBUM_MS:
            album = event.id
        self._albums[place] = album, sent
        return replace(event, album=album)
