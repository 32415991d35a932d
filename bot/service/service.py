"""Runs everything in one process: the channels, the web app, the clock, the sender; and stops them in order."""

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import uvicorn

from bot.channels.base import Channel
from bot.talk.sender import Sender
from bot.web.guard import Limits, protocol_of

log = logging.getLogger(__name__)

REACH_SECONDS = 10
"""After so long a channel that cannot be reached is spoken of; it is tried on."""


class RunningClock(Protocol):
    def start(self) -> None: ...
    def stop(self) -> None: ...


class Server(uvicorn.Server):
    """Leaves the signals to the service: uvicorn's own way ends the process before the rest has stopped."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@dataclass
class Service:
    app: Any
    sender: Sender
    clock: RunningClock
    host: str
    port: int
    channels: Sequence[Channel] = ()
    proxies: Sequence[str] = ()
    """Addresses of reverse proxies, which say whom they speak for."""
    closing: Callable[[], None] = lambda: None
    stopped: Callable[[], None] = lambda: None
    ready: Callable[[], None] = lambda: None
    watching: Callable[[], Coroutine[Any, Any, None]] | None = None
    """Runs beside the rest; what it raises ends all of it."""
    unreached: Callable[[str], None] = lambda _channel: None
    """Hears of a channel whose other side has not answered since the start."""
    tasks: list[asyncio.Task[Any]] = field(default_factory=list)

    async def run(self) -> None:
        """Serves until SIGINT or SIGTERM."""
        config = uvicorn.Config(
            self.app,
            host=self.host,
            port=self.port,
            log_config=None,
            access_log=False,  # paths bear personal tokens
            timeout_graceful_shutdown=5,
            server_header=False,
            http=protocol_of(Limits(trusted=self.proxies)),
            proxy_headers=bool(self.proxies),
            forwarded_allow_ips=list(self.proxies),
        )
        server = Server(config)
        self._stop_on_signals(server)
        self.tasks.append(asyncio.create_task(self.sender.run(), name="sender"))
        self.clock.start()
        listening = [asyncio.create_task(self._listen(one, server), name=one.name) for one in self.channels]
        self.tasks += listening
        self.tasks.append(asyncio.create_task(self._announce(server), name="announce"))
        if self.watching is not None:
            self.tasks.append(asyncio.create_task(self.watching(), name="watch"))
        for task in self.tasks:
            task.add_done_callback(lambda done: self._ended(done, server))
        try:
            await server.serve()
        finally:
            await self._stop(listening)
        for task in self.tasks:
            if task.done() and not task.cancelled() and (error := task.exception()) is not None:
                raise error

    def _ended(self, task: asyncio.Task[Any], server: Server) -> None:
        """A part that has failed for good takes the rest down: a service that is half dead would not be noticed."""
        if not task.cancelled() and task.exception() is not None:
            log.error("%s failed error=%s", task.get_name(), type(task.exception()).__name__)
            self.closing()
            server.should_exit = True

    def _stop_on_signals(self, server: Server) -> None:
        def stop() -> None:
            self.closing()  # open event streams would hold the shutdown up
            server.should_exit = True

        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            if sys.platform == "win32":  # its loop takes no signals
                signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop))
            else:
                loop.add_signal_handler(number, stop)

    async def _listen(self, channel: Channel, server: uvicorn.Server) -> None:
        late = asyncio.get_running_loop().call_later(REACH_SECONDS, self.unreached, channel.name)
        try:
            await channel.start()
        finally:
            late.cancel()
        await _serving(server)  # the other side may try the address of a webhook as soon as it hears of it
        await channel.listen()

    async def _announce(self, server: uvicorn.Server) -> None:
        await _serving(server)
        self.ready()

    async def _stop(self, listening: Sequence[asyncio.Task[None]]) -> None:
        for task in self.tasks:
            if task.get_name() == "watch":
                task.cancel()
        self.clock.stop()
        for task, channel in zip(listening, self.channels, strict=True):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await task
            await channel.stop()
        self.sender.stop()
        sending = next(task for task in self.tasks if task.get_name() == "sender")
        await sending
        self.stopped()
        log.info("stopped")


async def _serving(server: uvicorn.Server) -> None:
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.05)
