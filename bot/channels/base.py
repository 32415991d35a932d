"""What every channel is to the rest: something that sends replies to a place and brings events in."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from bot.messages import File, Incoming, Refusal, Reply

Receive = Callable[[Incoming], bool]
"""Handles one event in one transaction; called in a thread. Raises when the event could not be handled: no acknowledgement."""

TakeIn = Callable[[str, Path], File | Refusal]
"""Checks a file that came in and stores it; called in a thread."""

ReadFile = Callable[[File], bytes]
"""The bytes of a stored file; called in a thread."""


class Channel(Protocol):
    """`send` returns when the channel has taken the message; else it raises Undeliverable, Unsendable, TryLater, or
    anything else for a passing fault. `rate` is the channel's limit in messages a second, None without one."""

    name: str
    rate: float | None

    async def send(self, place: str, reply: Reply) -> None: ...
