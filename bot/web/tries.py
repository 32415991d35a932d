"""How often each client address has brought a wrong code lately; in this process's memory alone."""

from collections import deque
from datetime import datetime, timedelta

import anyio

WRONG_TRIES, WRONG_WINDOW, ADDRESSES_KEPT = 10, timedelta(hours=1), 10_000
PAUSE_SECONDS = 1.0


class WrongTries:
    def __init__(self) -> None:
        self._tries: dict[str, deque[datetime]] = {}
        self._turn = anyio.Lock()

    def too_many(self, client: str, at: datetime) -> bool:
        tries = self._tries.get(client, deque())
        while tries and at - tries[0] >= WRONG_WINDOW:
            tries.popleft()
        return len(tries) >= WRONG_TRIES

    def note(self, client: str, at: datetime) -> None:
        tries = self._tries.pop(client, deque())
        self._tries[client] = deque([*tries, at], WRONG_TRIES)
        if len(self._tries) > ADDRESSES_KEPT:
            del self._tries[next(iter(self._tries))]

    async def wait_turn(self) -> None:
        """Others behind the same address still get in; guesses come one after another."""
        async with self._turn:
            await anyio.sleep(PAUSE_SECONDS)
