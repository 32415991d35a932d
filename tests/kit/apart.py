"""Other processes that stay for many tests: to start one takes longer than most of what it is started for."""

import atexit
from functools import cache

from bot.service.workshop import MEMORY
from bot.store.aside import Inspector


class KeptProcess(Inspector):
    """In the place of the ones that each installation has for itself; it ends after the last test."""

    def close(self) -> None:
        """An installation ends; the process does not."""

    def end(self) -> None:
        super().close()


@cache
def kept_workshop() -> KeptProcess:
    """It has a desk for each installation whose work it does."""
    return _kept(KeptProcess(workers=1, memory=MEMORY, speaks=True))


@cache
def kept_inspector() -> KeptProcess:
    """It reads files."""
    return _kept(KeptProcess())


def _kept(process: KeptProcess) -> KeptProcess:
    atexit.register(process.end)
    return process
