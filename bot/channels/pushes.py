"""What is to be said to devices by push services: a push, what becomes of it, and the book in which both are written down."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Push:
    """One word to one device. `payload` is what its browser is to read (JSON); nobody on the way may."""

    id: int
    endpoint: str = field(repr=False)
    p256dh: str = field(repr=False)
    auth: str = field(repr=False)
    payload: bytes = field(repr=False)
    topic: str
    """Of two with the same the push service keeps the newer, while the device is off."""
    urgent: bool
    life: timedelta
    """For so long it waits for a device that is off."""


class PushResult(StrEnum):
    """GONE: the device; REFUSED: this push; LATER: the push service asks to wait, or cannot be reached."""

    TAKEN = "taken"
    LATER = "later"
    REFUSED = "refused"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Pushed:
    """What became of one push; `wait`: the seconds that the service asks for, if it does."""

    push: Push
    result: PushResult
    wait: float | None = None


class PushBook(Protocol):
    """The pushes of this installation, over all replicas; called in a thread."""

    def claim(self) -> Sequence[Push]:
        """Takes some that are due: nobody else gets them before a lease is over."""

    def settle(self, outcome: Pushed) -> None:
        """Writes down what became of one."""
