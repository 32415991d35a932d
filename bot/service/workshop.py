"""Another process with a desk of its own: for what takes long, or needs libraries that take more memory than all the rest."""

import logging
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from bot.settings import Settings
from bot.store.aside import Inspector

T = TypeVar("T")

MEMORY = 3 * 2**30
"""Of address space: the workbook of ten thousand units takes far less."""
SECONDS = 1800.0
"""What takes longer hangs."""


class OwnProcess:
    """Does one piece of work after the other with `run(opening, work, args)`, which opens its own desk by these settings and channels. The
    process is started when it is needed, and ends when it has had nothing to do for a while."""

    def __init__(self, run: Callable[..., Any], settings: Settings, channels: tuple[str, ...]) -> None:
        self._run = run
        level = logging.getLevelName(logging.getLogger().level)
        self._opening = pickle.dumps((dict(settings), channels, level, Path.cwd()))
        self._processes = Inspector(workers=1, memory=MEMORY, speaks=True)

    def call(self, work: Callable[..., T], *args: Any) -> T:
        """As `Workshop.call`."""
        found: T = self._processes.call(self._run, self._opening, work, args, seconds=SECONDS)
        return found

    def close(self) -> None:
        self._processes.close()
