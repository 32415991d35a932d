"""Telegram over its Bot API: polls or takes a webhook's updates, receives them in order, sends replies."""

import asyncio
import hmac
import json
import logging
import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any, Self, TypeVar
from weakref import WeakValueDictionary

from telegram.error import BadRequest, InvalidToken, TelegramError
from telegram.ext import ExtBot
from telegram.request import BaseRequest

from bot.channels.base import (
    Channel,
    Tools,
    WayIn,
)
from bot.channels.telegram.aiohttp_request import AiohttpRequest
from bot.channels.telegram.arriving import Arrived, read_update
from bot.channels.telegram.calls import Values, call_plainly
from bot.channels.telegram.fetching import Fetcher
from bot.channels.telegram.polling import (
    UPDATES,
    fetch_updates,
    is_update,
    next_offset,
    quiet_library,
)
from bot.channels.telegram.sending import Limiter, deliver_reply, inline_keyboard, outcome_of_error
from bot.channels.telegram.settings import BadToken, TelegramSettings
from bot.channels.telegram.updates import MEGABYTE, NAME
from bot.channels.telegram.waiting import insist_on
from bot.channels.text import split_html
from bot.channels.waiting import land_tasks, run_in_thread, try_once
from bot.messages import Abilities, File, Refusal, Reply, Undeliverable, Unsendable

# Else the library warns at every 429, of which the waiting time will become a timedelta.
os.environ.setdefault("PTB_TIMEDELTA", "true")

log = logging.getLogger(__name__)

T = TypeVar("T")

PATH = "/telegram"
SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 - the name of a header
TEXT_LIMIT = 4096
OUT_LIMIT = 50 * MEGABYTE
READS, READ_SECONDS = 4, 10.0
REFUSALS = 3
LONG_POLL, SHORT_PAUSE, EMPTY_SECONDS = 25, 0.5, 1.0


class Telegram(Channel):
    """One bot. `start` it, then either `poll` or hand it what comes to the `webhook`; `stop` it at the end.

    An update is acknowledged only after `receive` has returned. Those of one chat are taken in order, one at a time.
    """

    name = NAME
    abilities = Abilities(text_limit=TEXT_LIMIT, sounds=True)
    Settings = TelegramSettings
    loggers = ("telegram", "httpx", "aiohttp")

    @classmethod
    def open(cls, settings: TelegramSettings, tools: Tools) -> Self | None:
        return cls(settings, tools) if settings.telegram_token.get_secret_value() else None

    @classmethod
    def faults(cls, settings: TelegramSettings, public_url: str) -> dict[str, str]:
        has_all = (
            settings.telegram_token.get_secret_value()
            and settings.telegram_secret.get_secret_value()
            and public_url.startswith("https://")
        )
        return {"telegram_webhook": "setting_webhook"} if settings.telegram_webhook and not has_all else {}

    def __init__(
        self,
        settings: TelegramSettings,
        tools: Tools,
        *,
        rate: float | None = 30.0,
        workers: int = 8,
        request: BaseRequest | None = None,
    ) -> None:
        quiet_library()
        self.rate = rate
        self._settings, self._tools = settings, tools
        self._secret = settings.telegram_secret.get_secret_value()
        self._refusals = 0
        self._started = False
        self._polls = AiohttpRequest(connections=2)
        api_url = settings.telegram_api_url.rstrip("/")
        self._bot: ExtBot[Any] = ExtBot(
            # The library would raise an error of its own for none; the Bot API says it at the start.
            settings.telegram_token.get_secret_value() or "none",
            base_url=api_url + "/bot",
            base_file_url=api_url + "/file/bot",
            request=request or AiohttpRequest(),
            get_updates_request=self._polls,
            rate_limiter=None if rate is None else Limiter(overall_max_rate=rate, max_retries=3),
        )
        self._files = Fetcher(self._bot, tools.take_in, workers)
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="telegram")
        # Of their own: a store that hangs must not take the places of talks.
        self._reads = ThreadPoolExecutor(READS, thread_name_prefix="telegram-reads")
        self._lanes: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._background: set[asyncio.Task[None]] = set()

    @property
    def username(self) -> str:
        return self._bot.username

    def link(self, code: str) -> str:
        return f"https://t.me/{self.username}?start={code}"

    async def start(self) -> None:
        """Raises BadToken; waits for as long as the Bot API cannot be reached."""
        await self._files.start()
        accepted = True
        try:
            await insist_on("start", self._bot.initialize, InvalidToken)
        except InvalidToken:
            accepted = False
        if not accepted:
            await self.stop()
            # Out here, because the library's error quotes the token and would be this one's context.
            raise BadToken
        self._started = True
        if self._tools.commands:
            try:
                await self._bot.set_my_commands(self._tools.commands)
            except TelegramError as error:
                log.warning("telegram.commands failed error=%s", type(error).__name__)

    async def stop(self) -> None:
        await land_tasks(self._background, patience=True)
        await self._bot.shutdown()
        await self._files.stop()
        for threads in (self._threads, self._reads):
            threads.shutdown(wait=False, cancel_futures=True)

    async def listen(self) -> None:
        if self._settings.telegram_webhook:
            await self.set_webhook(f"{self._tools.public_url}{PATH}")
        else:
            await self.poll()

    def ways_in(self) -> Sequence[WayIn]:
        return (WayIn(PATH, lambda body, headers: self.webhook(body, headers.get(SECRET_HEADER))),)

    async def poll(self) -> None:
        """Runs until it is cancelled; then waits for what is just being received.

        While one update takes long, the 100 from it on are all that Telegram shows: nothing later can be seen without
        acknowledging it.
        """
        await insist_on("delete_webhook", self._bot.delete_webhook)
        offset = 0
        taken: dict[int, asyncio.Task[None]] = {}  # All that are not acknowledged yet, the finished too.
        try:
            while True:
                slow = any(not task.done() for task in taken.values())
                ask = partial(self._get_updates, offset, 0 if slow else LONG_POLL)
                asked = time.monotonic()
                for raw in await insist_on("poll", ask):
                    number = raw["update_id"]
                    if number not in taken:
                        taken[number] = asyncio.create_task(self._take(raw, patient=True))
                if taken:
                    await asyncio.wait(taken.values(), timeout=SHORT_PAUSE)
                else:  # a proxy may answer at once that there is nothing
                    await asyncio.sleep(asked + EMPTY_SECONDS - time.monotonic())
                offset = next_offset(taken)
                taken = {number: task for number, task in taken.items() if number >= offset}
        finally:
            await land_tasks(taken.values())

    async def webhook(self, body: bytes, secret_header: str | None) -> int:
        """Takes one update; returns the HTTP status. Without a secret nothing is taken: anybody could send it."""
        given = (secret_header or "").encode()
        if not self._secret or not hmac.compare_digest(given, self._secret.encode()):
            return 403
        try:
            raw = json.loads(body)
        except (ValueError, RecursionError):
            return 400
        if not is_update(raw):
            return 400
        if not self._started:
            return 503  # Telegram, or whoever stands before several such programs, is to bring it again
        try:
            await self._take(raw, patient=False)
        except Exception as error:  # noqa: BLE001 - whatever it was, Telegram is to bring it again
            log.warning("telegram.webhook failed update=%s error=%s", raw["update_id"], type(error).__name__)
            return 500
        return 200

    async def set_webhook(self, url: str) -> None:
        """Raises BadRequest where Telegram refuses the address."""
        if not self._secret:
            raise ValueError("a webhook needs a secret")
        call = partial(
            self._bot.set_webhook,
            url,
            secret_token=self._secret,
            allowed_updates=UPDATES,
            max_connections=40,
        )
        await insist_on("set_webhook", call, BadRequest)

    async def send(self, place: str, reply: Reply) -> None:
        """Text, choices under its last part, then files. What fails behind a piece of the text or behind all of it follows later."""
        try:
            chat = int(place)
        except ValueError:
            raise Undeliverable("bad_address") from None
        texts = split_html(reply.text, TEXT_LIMIT)
        if not texts and not reply.files:
            raise Unsendable("empty")
        if any(file.size > OUT_LIMIT for file in reply.files):
            raise Unsendable("file_too_large")
        try:
            buttons = inline_keyboard(reply.choices)
            gone = reply.pieces_gone
            await deliver_reply(self._bot, chat, texts, reply.files, self._content, buttons, gone)
        except TelegramError as error:
            if isinstance(error, InvalidToken):
                self._note_refusal(True)
            meaning = outcome_of_error(error)
            if meaning is error:
                raise
            raise meaning from error
        self._note_refusal(False)

    def _note_refusal(self, refused: bool) -> None:
        """A proxy may say once that it knows no such address; a token that was taken back is refused every time."""
        self._refusals = self._refusals + 1 if refused else 0
        self.refused = self._refusals >= REFUSALS

    async def _content(self, file: File) -> bytes:
        reading = asyncio.wrap_future(self._reads.submit(self._tools.read_file, file))
        reading.add_done_callback(lambda done: done.cancelled() or done.exception())
        try:
            # A store that hangs must not hold the message back; what is read too late is read once more.
            return await asyncio.wait_for(asyncio.shield(reading), READ_SECONDS)
        except FileNotFoundError:
            raise Unsendable("file_missing") from None

    async def _get_updates(self, offset: int, hold: int) -> list[dict[str, Any]]:
        try:
            got = await fetch_updates(self._bot, self._polls, offset, hold)
        except InvalidToken:
            self._note_refusal(True)
            raise
        self._note_refusal(False)
        return got

    async def _take(self, raw: dict[str, Any], *, patient: bool) -> None:
        """From an update to a committed event; `patient`: tries until it is one, else what fails is raised."""
        attempt = insist_on if patient else try_once
        arrived = self._read(raw)
        if arrived.query:
            self._soon("answer", "answerCallbackQuery", {"callback_query_id": arrived.query})
        event = arrived.event
        if event is None:
            return
        # Nothing is awaited before this: tasks line up here in the order in which they were made.
        async with self._lanes.setdefault(event.address.place, asyncio.Lock()):
            if attached := arrived.attached:
                known = partial(run_in_thread, self._threads, partial(self._tools.known, event.address.place))
                if await attempt("known", known):
                    event = await attempt("fetch", partial(self._files.with_file, event, attached))
                else:
                    event = replace(event, refused=(Refusal.of_stranger(attached.name),))
            await attempt("receive", partial(self._tools.receive, event))
        if arrived.keyboard:
            chat, number = arrived.keyboard
            self._soon("keyboard", "editMessageReplyMarkup", {"chat_id": chat, "message_id": number})

    def _read(self, raw: dict[str, Any]) -> Arrived:
        try:
            return read_update(raw, self._bot, self._tools.now())
        except Exception as error:  # noqa: BLE001 - one update that cannot be read must not come again for ever
            log.error("telegram.read dropped update=%s error=%s", raw["update_id"], type(error).__name__)
            return Arrived(None)

    def _soon(self, action: str, method: str, values: Values) -> None:
        """Beside everything else; that it fails (too old, changed meanwhile) hurts nobody."""

        async def quietly() -> None:
            try:
                await call_plainly(self._bot, method, values)
            except TelegramError as error:
                log.debug("telegram.%s failed error=%s", action, type(error).__name__)

        task = asyncio.create_task(quietly())
        self._background.add(task)
        task.add_done_callback(self._background.discard)
