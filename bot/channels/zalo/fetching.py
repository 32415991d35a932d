"""Fetches what people send, at once (Zalo's addresses die), and has it looked into."""

import asyncio
import logging
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

from bot.channels.base import TakeIn
from bot.channels.waiting import run_in_thread
from bot.channels.zalo.wire import ZaloAway, ZaloWire
from bot.messages import Address, File, Incoming, Refusal

log = logging.getLogger(__name__)

IN_LIMIT = 20 * 2**20
MEGABYTE = 2**20
LOOKS = 4
PAUSES = (1.0, 2.0, 0.0)
SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that came with an event; `size` in bytes, where the event says it."""

    name: str
    url: str
    size: int = 0


class Fetcher:
    def __init__(self, wire: ZaloWire, take_in: TakeIn) -> None:
        self._wire = wire
        self._take_in = take_in
        # Of their own: a file that takes long to look into must not take the place of a talk.
        self._looks = ThreadPoolExecutor(LOOKS, thread_name_prefix="zalo-files")

    def stop(self) -> None:
        self._looks.shutdown(wait=False, cancel_futures=True)

    async def with_files(self, event: Incoming, attached: Iterable[Attached]) -> Incoming:
        for one in attached:
            got = await self._take(one, event.address)
            if isinstance(got, File):
                event = replace(event, files=(*event.files, got))
            else:
                event = replace(event, refused=(*event.refused, got))
        return event

    async def _take(self, attached: Attached, sender: Address) -> File | Refusal:
        if attached.size > IN_LIMIT:
            return _too_large(attached)
        with tempfile.NamedTemporaryFile(prefix="zalo-") as file:
            refused = await self._fetch(attached, cast(BinaryIO, file))
            if refused is not None:
                return refused
            look = partial(self._take_in, attached.name, Path(file.name), sender)
            return await run_in_thread(self._looks, look)

    async def _fetch(self, attached: Attached, to: BinaryIO) -> Refusal | None:
        for pause in PAUSES:
            to.seek(0)
            to.truncate()
            try:
                async with asyncio.timeout(SECONDS):
                    await self._wire.fetch(attached.url, to, IN_LIMIT)
            except PermissionError as error:
                log.error("zalo.fetch strange host=%s", error)
                break
            except ValueError:
                return _too_large(attached)
            except (ZaloAway, TimeoutError) as error:
                log.warning("zalo.fetch failed error=%s", error)
            else:
                to.flush()
                return None
            await asyncio.sleep(pause)
        return Refusal(attached.name, "file_fetch_failed")


def _too_large(attached: Attached) -> Refusal:
    limit = IN_LIMIT // MEGABYTE
    size = str(-(-attached.size // MEGABYTE)) if attached.size > IN_LIMIT else f">{limit}"
    return Refusal(attached.name, "file_over_channel", (("size_mb", size), ("limit_mb", str(limit))))
