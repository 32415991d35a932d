"""Runs everything in one process: the channels, the web app, the clock, the sender; and stops them in order."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import uvicorn

from bot.outbox import Sender

log = logging.getLogger(__name__)


class Ticking(Protocol):
    def start(self) -> None: ...
    def stop(self) -> None: ...


class Polling(Protocol):
    """A channel that fetches by itself."""

    async def start(self) -> None: ...
    async def poll(self) -> None: ...
    async def stop(self) -> None: ...


@dataclass
class Service:
    app: Any
    sender: Sender
    clock: Ticking
    host: str
    port: int
    telegram: Polling | None = None
    webhook: Callable[[], Awaitable[None]] | None = None
    """Sets the channel's webhook instead of polling."""
    closing: Callable[[], None] = lambda: None
    ready: Callable[[], None] = lambda: None
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
        )
        server = uvicorn.Server(config)
        self.tasks.append(asyncio.create_task(self.sender.run(), name="sender"))
        self.clock.start()
        if self.telegram is not None:
            self.tasks.append(asyncio.create_task(self._telegram(self.telegram), name="telegram"))
        self.tasks.append(asyncio.create_task(self._announce(server), name="announce"))
        try:
            await server.serve()
        finally:
            await self._stop()

    async def _telegram(self, telegram: Polling) -> None:
        await telegram.start()
        if self.webhook is not None:
            await self.webhook()
        else:
            await telegram.poll()

    async def _announce(self, server: uvicorn.Server) -> None:
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.05)
        self.closing_on_exit(server)
        self.ready()

    def closing_on_exit(self, server: uvicorn.Server) -> None:
        """Open event streams would hold the shutdown up: they are closed as soon as it begins."""
        shutdown = server.shutdown

        async def close_first(*args: Any, **kwargs: Any) -> None:
            self.closing()
            await shutdown(*args, **kwargs)

        server.shutdown = close_first  # type: ignore[method-assign]

    async def _stop(self) -> None:
        self.clock.stop()
        if self.telegram is not None:
            polling = next(task for task in self.tasks if task.get_name() == "telegram")
            polling.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await polling
            await self.telegram.stop()
        self.sender.stop()
        sending = next(task for task in self.tasks if task.get_name() == "sender")
        await sending
        log.info("stopped")
