"""Calls to the Bot API are tried again after what a 429 asks for."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.channels import waiting
from bot.channels.telegram.sending import wait_of

T = TypeVar("T")


async def insist_on(action: str, call: Callable[[], Awaitable[T]], fatal: type[Exception] | None = None) -> T:
    """Calls until it succeeds or fails with `fatal`, with growing pauses."""
    return await waiting.insist_on(f"telegram.{action}", call, fatal, wait_of)
