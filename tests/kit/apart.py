"""One other process for what many tests have done apart: to start it takes longer than most of what it is started for."""

from bot.service.workshop import MEMORY
from bot.store.aside import Inspector


class KeptProcess(Inspector):
    """In the place of the one that each installation has for itself. It has a desk for each of them, and ends after the last test."""

    def __init__(self) -> None:
        super().__init__(workers=1, memory=MEMORY, speaks=True)

    def close(self) -> None:
        """An installation ends; the process does not."""

    def end(self) -> None:
        super().close()
