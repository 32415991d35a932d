"""How what takes its time is waited for: calls that fail are tried again, threads and tasks are let finish."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, repeat
from typing import TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")

PAUSES = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
LANDING_SECONDS = 10.0


async def insist_on(
    action: str,
    call: Callable[[], Awaitable[T]],
    fatal: type[Exception] | None = None,
    wait_of: Callable[[Exception], float] = lambda _error: 0.0,
) -> T:
    """Calls until it succeeds or fails with `fatal`, with growing pauses; `wait_of`: the seconds that an error asks for."""
    for pause in chain(PAUSES, repeat(PAUSES[-1])):
        try:
            return await call()
        except Exception as error:
            if fatal is not None and isinstance(error, fatal):
                raise
            wait = max(pause, wait_of(error))
            # The kind alone: what a database error says holds the words of the person.
            log.warning("%s failed error=%s pause=%s", action, type(error).__name__, wait)
        await asyncio.sleep(wait)
    raise AssertionError("unreachable")


async def try_once(action: str, call: Callable[[], Awaitable[T]], fatal: type[Exception] | None = None) -> T:
    return await call()


async def run_in_thread(threads: ThreadPoolExecutor, call: Callable[[], T]) -> T:
    job = threads.submit(call)
    done = asyncio.wrap_future(job)
    try:
        return await asyncio.shield(done)
    except asyncio.CancelledError:
        # What runs is let finish: the transaction ends in any case, and the temporary file is still read.
        if not job.cancel():
            await asyncio.wait([done])
        raise


async def land_tasks(tasks: Collection[asyncio.Task[None]], *, patience: bool = False) -> None:
    """Ends what is still at work; with `patience` it may finish first."""
    waiting = set(tasks)
    if waiting and patience:
        _, waiting = await asyncio.wait(waiting, timeout=LANDING_SECONDS)
    for task in waiting:
        task.cancel()
    if waiting:
        await asyncio.wait(waiting, timeout=LANDING_SECONDS)
