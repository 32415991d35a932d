"""Says on people's devices what lies in their web chats: takes what is due out of the book, again and again."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial

from bot.channels.pushes import Push, PushBook, Pushed, PushResult
from bot.channels.waiting import run_in_thread
from bot.channels.web.sealing import Vapid, seal
from bot.channels.web.services import Hand, Handed, seconds_of

log = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
"""So often it is looked whether something is due."""
AWAY = {404, 410}
"""The push service knows the device no more (RFC 8030)."""


class Pusher:
    """`run` it until it is cancelled, then `stop` it: what was claimed and not settled then is said again when its lease is over."""

    def __init__(self, book: PushBook, vapid: Vapid, hand: Hand, now: Callable[[], datetime]) -> None:
        self._book, self._vapid, self._hand, self._now = book, vapid, hand, now
        self._threads = ThreadPoolExecutor(1, "push")

    async def run(self) -> None:
        while True:
            try:
                busy = await self.turn()
            except Exception as error:  # noqa: BLE001 - the database may be away; it is tried again
                log.warning("push.turn failed error=%s", type(error).__name__)
                busy = 0
            if not busy:
                await asyncio.sleep(LOOK_SECONDS)

    def stop(self) -> None:
        """Nothing of it is at work with the database any more."""
        self._threads.shutdown()

    async def turn(self) -> int:
        """Says what is due; how many that were."""
        due = await run_in_thread(self._threads, self._book.claim)
        await asyncio.gather(*(self._say(push) for push in due))
        return len(due)

    async def _say(self, push: Push) -> None:
        outcome = await self._handed(push)
        if outcome.result != PushResult.TAKEN:
            log.info("push.%s number=%s", outcome.result, push.id)
        await run_in_thread(self._threads, partial(self._book.settle, outcome))

    async def _handed(self, push: Push) -> Pushed:
        at = self._now()
        headers = {
            "Authorization": self._vapid.authorization(push.endpoint, at),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(int(push.life.total_seconds())),
            "Topic": push.topic,
            "Urgency": "high" if push.urgent else "normal",
        }
        try:
            body = seal(push.payload, push.p256dh, push.auth)
            answer = await self._hand(push.endpoint, headers, body)
        except ConnectionError:
            return Pushed(push, PushResult.LATER)
        except ValueError as error:  # keys that are none, or too many words: it will never go
            log.warning("push.unsealed number=%s error=%s", push.id, error)
            return Pushed(push, PushResult.REFUSED)
        return outcome_of(push, answer, at)


def outcome_of(push: Push, answer: Handed, at: datetime) -> Pushed:
    if 200 <= answer.status < 300:
        return Pushed(push, PushResult.TAKEN)
    if answer.status in AWAY:
        return Pushed(push, PushResult.GONE)
    if answer.status == 429 or answer.status >= 500:
        return Pushed(push, PushResult.LATER, seconds_of(answer.retry_after, at.timestamp()))
    log.warning("push refused number=%s status=%s", push.id, answer.status)
    return Pushed(push, PushResult.REFUSED)
