"""Fetches what people send to the bot, at once (Zalo's addresses die), and has it looked into."""

import asyncio
import logging
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

from bot.channels.base import TakeIn
from bot.channels.waiting import run_in_thread
from bot.channels.zalo_bot.client import ZaloAway, ZaloClient
from bot.channels.zalo_bot.events import IN_LIMIT, Attached
from bot.messages import File, Incoming, Refusal

log = logging.getLogger(__name__)

LOOKS = 4
PAUSES = (1.0, 2.0, 0.0)
SECONDS = 120.0


class Fetcher:
    def __init__(self, client: ZaloClient, take_in: TakeIn) -> None:
        self._client = client
        self._take_in = take_in
        # Of their own: a file that takes long to look into must not take the place of a talk.
        self._looks = ThreadPoolExecutor(LOOKS, thread_name_prefix="zalo-files")

    def stop(self) -> None:
        self._looks.shutdown(wait=False, cancel_futures=True)

    async def with_file(self, event: Incoming, attached: Attached) -> Incoming:
        with tempfile.NamedTemporaryFile(prefix="zalo-") as file:
            got: File | Refusal | None = await self._fetch(attached, cast(BinaryIO, file))
            if got is None:
                look = partial(self._take_in, attached.name, Path(file.name), event.address)
                got = await run_in_thread(self._looks, look)
        if isinstance(got, File):
            return replace(event, files=(got,))
        return replace(event, refused=(got,))

    async def _fetch(self, attached: Attached, to: BinaryIO) -> Refusal | None:
        for pause in PAUSES:
            to.seek(0)
            to.truncate()
            try:
                async with asyncio.timeout(SECONDS):
                    await self._client.fetch(attached.url, to, IN_LIMIT)
            except PermissionError as error:
                log.error("zalo.fetch strange host=%s", error)
                break
            except ValueError:
                megabytes = str(IN_LIMIT // 2**20)
                facts = (("size_mb", f">{megabytes}"), ("limit_mb", megabytes))
                return Refusal(attached.name, "file_over_channel", facts)
            except (ZaloAway, TimeoutError) as error:
                log.warning("zalo.fetch failed error=%s", error)
            else:
                to.flush()
                return None
            await asyncio.sleep(pause)
        return Refusal(attached.name, "file_fetch_failed")
