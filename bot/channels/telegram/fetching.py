"""Fetches the files that people send to the bot, and has them looked into."""

import asyncio
import logging
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, cast

from telegram.error import NetworkError, TelegramError
from telegram.ext import ExtBot

from bot.channels.base import TakeIn
from bot.channels.telegram.aiohttp_request import AiohttpRequest
from bot.channels.telegram.sending import wait_of
from bot.channels.telegram.updates import IN_LIMIT, Attached, too_large
from bot.channels.waiting import run_in_thread
from bot.messages import File, Incoming, Refusal

log = logging.getLogger(__name__)

LOOKS = 4
FETCH_PAUSES = (1.0, 2.0, 0.0)
FETCH_SECONDS = 300.0


class Fetcher:
    def __init__(self, bot: ExtBot[Any], take_in: TakeIn, workers: int) -> None:
        self._bot = bot
        self._take_in = take_in
        # Of its own: downloads are slow and would take the places of answers.
        self._request = AiohttpRequest(connections=workers, read_timeout=30, pool_timeout=None)
        # Of their own: a file that takes long to look into must not take the place of a talk.
        self._looks = ThreadPoolExecutor(LOOKS, thread_name_prefix="telegram-files")

    async def start(self) -> None:
        await self._request.initialize()

    async def stop(self) -> None:
        await self._request.shutdown()
        self._looks.shutdown(wait=False, cancel_futures=True)

    async def with_file(self, event: Incoming, attached: Attached) -> Incoming:
        with tempfile.NamedTemporaryFile(prefix="telegram-") as file:
            got: File | Refusal | None = await self._fetch(attached, cast(BinaryIO, file))
            if got is None:
                look = partial(self._take_in, attached.name, Path(file.name), event.address)
                got = await run_in_thread(self._looks, look)
        if isinstance(got, File):
            return replace(event, files=(got,))
        return replace(event, refused=(got,))

    async def _fetch(self, attached: Attached, to: BinaryIO) -> Refusal | None:
        for pause in FETCH_PAUSES:
            to.seek(0)
            to.truncate()
            wait = pause
            try:
                async with asyncio.timeout(FETCH_SECONDS):
                    await self._download(attached.file_id, to)
            except ValueError:
                return too_large(attached)
            except (TelegramError, TimeoutError) as error:
                if "file is too big" in str(error).lower():
                    return too_large(attached)
                wait = max(pause, wait_of(error))
                log.warning("telegram.fetch failed error=%s", type(error).__name__)
            else:
                to.flush()
                return None
            await asyncio.sleep(wait)
        return Refusal(attached.name, "file_fetch_failed")

    async def _download(self, file_id: str, to: BinaryIO) -> None:
        path = (await self._bot.get_file(file_id)).file_path or ""
        if path.startswith("/"):
            await asyncio.to_thread(_copy, Path(path), to)
        else:
            await self._request.fetch(path, to, IN_LIMIT)


def _copy(path: Path, to: BinaryIO) -> None:
    """A Bot API server of one's own on the same disk names the file itself."""
    try:
        with path.open("rb") as source:
            content = source.read(IN_LIMIT + 1)
    except OSError as error:
        raise NetworkError("the file of the local server cannot be read") from error
    if len(content) > IN_LIMIT:
        raise ValueError(f"more than {IN_LIMIT} bytes")
    to.write(content)
