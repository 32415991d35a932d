"""What stands in the place of the program behind a channel."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from bot.channels.base import Receive
from bot.channels.waiting import run_in_thread
from bot.messages import Incoming


def in_thread(receive: Callable[[Incoming], bool], workers: int = 8) -> Receive:
    """Receives in threads, which may be made to wait; so many events at once."""
    threads = ThreadPoolExecutor(workers)

    async def received(event: Incoming) -> bool:
        return await run_in_thread(threads, partial(receive, event))

    return received
