"""Carries one message out by its channel, and knows what became of it."""

import asyncio
import logging
import random
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

from bot.messages import (
    Carried,
    FilesLater,
    Knock,
    Reply,
    TextLater,
    TryLater,
    Undeliverable,
    Unsendable,
    WindowClosed,
)
from bot.talk.delivery import Claimed
from bot.talk.pace import Pace
from bot.talk.settling import SendOutcome, SendResult

log = logging.getLogger(__name__)

MARGIN = timedelta(seconds=15)
"""A send is given up this long before its lease ends, so that nobody else can have begun it."""
GIVE_UP = timedelta(days=3)


class Outlet(Protocol):
    """What the sender needs of a channel; `rate` is its messages a second in all, None for no limit."""

    @property
    def name(self) -> str: ...
    @property
    def rate(self) -> float | None: ...
    @property
    def knocks(self) -> bool: ...

    async def send(self, place: str, reply: Reply) -> Carried | None: ...
    async def knock(self, place: str, knock: Knock) -> Carried | None: ...


async def carry_message(outlet: Outlet, pace: Pace, claimed: Claimed) -> SendOutcome:
    """Where the channel asks to wait with everything, its `pace` is closed."""
    try:
        async with asyncio.timeout((claimed.lease - MARGIN).total_seconds()):
            if claimed.knock:
                carried = await outlet.knock(claimed.address.place, claimed.knock)
            else:
                carried = await outlet.send(claimed.address.place, claimed.reply)
    except Undeliverable as error:
        return SendOutcome(claimed, SendResult.LOST, reason=str(error) or "undeliverable")
    except Unsendable as error:
        return SendOutcome(claimed, SendResult.FAILED, reason=str(error))
    except WindowClosed as error:
        return SendOutcome(claimed, SendResult.CLOSED, reason=str(error) or "window closed")
    except FilesLater as error:
        parts = bool(claimed.reply.text) + error.files_gone
        return replace(_begun(pace, claimed, error), parts=parts)
    except TextLater as error:
        return replace(_begun(pace, claimed, error), pieces=error.pieces_gone)
    except TryLater as error:
        return _waited(pace, claimed, error)
    except Exception as error:  # noqa: BLE001 - whatever it was, the message is tried again
        return _failed(claimed, error)
    return SendOutcome(claimed, SendResult.SENT, cost=carried.cost if carried else 0)


def _begun(pace: Pace, claimed: Claimed, error: FilesLater | TextLater) -> SendOutcome:
    outcome = _waited(pace, claimed, error.wait) if error.wait else _failed(claimed, error)
    return replace(outcome, cost=error.cost)


def _waited(pace: Pace, claimed: Claimed, error: TryLater) -> SendOutcome:
    if error.everyone:
        pace.close(error.seconds)
    return SendOutcome(claimed, SendResult.AGAIN, timedelta(seconds=error.seconds), "asked to wait")


def _failed(claimed: Claimed, error: Exception) -> SendOutcome:
    reason = str(error) if isinstance(error, (FilesLater, TextLater)) else type(error).__name__
    log.warning("send failed message=%s attempt=%s error=%s", claimed.id, claimed.attempts, reason)
    if claimed.age > GIVE_UP:
        return SendOutcome(claimed, SendResult.FAILED, reason=reason)
    return SendOutcome(claimed, SendResult.AGAIN, backoff_of(claimed.attempts), reason)


def backoff_of(attempts: int) -> timedelta:
    """2 s, 4 s, 8 s … up to ten minutes, with a little chance so that many do not come back at once."""
    return timedelta(seconds=min(600.0, 2.0 ** min(attempts, 10)) * random.uniform(0.8, 1.2))  # noqa: S311 - no secret
