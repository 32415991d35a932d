"""Telegram over its Bot API: polls or takes a webhook's updates, receives them in order, sends replies."""

import asyncio
import hmac
import json
import logging
import os
import tempfile
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import chain, repeat
from pathlib import Path
from typing import Any, BinaryIO, Self, TypeVar, cast
from weakref import WeakValueDictionary

from pydantic import BaseModel, SecretStr
from telegram import InlineKeyboardMarkup, LinkPreviewOptions, Message, Update
from telegram.constants import ParseMode
from telegram.error import BadRequest, Conflict, InvalidToken, NetworkError, TelegramError
from telegram.ext import ExtBot
from telegram.request import BaseRequest, RequestData
from telegram.request._requestparameter import RequestParameter

from bot.channels.base import (
    Abilities,
    Channel,
    ChannelRefused,
    Known,
    ReadFile,
    Receive,
    TakeIn,
    Tools,
    WayIn,
    WebAddress,
)
from bot.channels.telegram.aiohttp_request import AiohttpRequest
from bot.channels.telegram.sending import Limiter, inline_keyboard, outcome_of_error, wait_of
from bot.channels.telegram.updates import (
    IN_LIMIT,
    MEGABYTE,
    NAME,
    Attached,
    attached_of,
    incoming_of_update,
    too_large,
)
from bot.channels.text import plain_text, split_html
from bot.messages import File, Incoming, Refusal, Reply, Undeliverable, Unsendable, storable_text

# Else the library warns at every 429, of which the waiting time will become a timedelta.
os.environ.setdefault("PTB_TIMEDELTA", "true")

log = logging.getLogger(__name__)

T = TypeVar("T")

UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
PATH = "/telegram"
SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 - the name of a header
TEXT_LIMIT = 4096
OUT_LIMIT = 50 * MEGABYTE
LOOKS = 4
REFUSALS = 3
LONG_POLL, SHORT_PAUSE, EMPTY_SECONDS = 25, 0.5, 1.0
FETCH_PAUSES = (1.0, 2.0, 0.0)
FETCH_SECONDS = 300.0
LANDING_SECONDS = 10.0
PAUSES = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class BadToken(ChannelRefused):
    """The Bot API refuses the token (or is none: TELEGRAM_API_URL is wrong)."""

    def __init__(self) -> None:
        super().__init__("TELEGRAM_TOKEN", "telegram_token_refused")


class TelegramSettings(BaseModel):
    telegram_token: SecretStr = SecretStr("")
    telegram_api_url: WebAddress = "https://api.telegram.org"
    telegram_webhook: bool = False
    telegram_secret: SecretStr = SecretStr("")


async def _insist(action: str, call: Callable[[], Awaitable[T]], fatal: type[Exception] | None = None) -> T:
    """Calls until it succeeds or fails with `fatal`, with growing pauses."""
    for pause in chain(PAUSES, repeat(PAUSES[-1])):
        try:
            return await call()
        except Exception as error:
            if fatal is not None and isinstance(error, fatal):
                raise
            wait = max(pause, wait_of(error))
            # The kind alone: what a database error says holds the words of the person.
            log.warning("telegram.%s failed error=%s pause=%s", action, type(error).__name__, wait)
        await asyncio.sleep(wait)
    raise AssertionError("unreachable")


async def _once(action: str, call: Callable[[], Awaitable[T]], fatal: type[Exception] | None = None) -> T:
    return await call()


class Telegram(Channel):
    """One bot. `start` it, then either `poll` or hand it what comes to the `webhook`; `stop` it at the end.

    An update is acknowledged only after `receive` has returned. Those of one chat are taken in order, one at a time.
    """

    name = NAME
    abilities = Abilities(
        text_limit=TEXT_LIMIT, file_in_limit=IN_LIMIT, file_out_limit=OUT_LIMIT, sounds=True
    )
    Settings = TelegramSettings
    loggers = ("telegram", "httpx", "aiohttp")

    @classmethod
    def open(cls, settings: TelegramSettings, tools: Tools) -> Self | None:
        token = settings.telegram_token.get_secret_value()
        if not token:
            return None
        return cls(
            token,
            settings.telegram_api_url,
            tools.receive,
            tools.take_in,
            tools.read_file,
            tools.now,
            commands=tools.commands,
            webhook_secret=settings.telegram_secret.get_secret_value(),
            known=tools.known,
            webhook_url=f"{tools.public_url}{PATH}" if settings.telegram_webhook else "",
        )

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
        token: str,
        api_url: str,
        receive: Receive,
        take_in: TakeIn,
        read_file: ReadFile,
        now: Callable[[], datetime],
        *,
        rate: float | None = 30.0,
        workers: int = 8,
        request: BaseRequest | None = None,
        commands: Sequence[tuple[str, str]] = (),
        webhook_secret: str = "",
        webhook_url: str = "",
        known: Known = lambda place: True,
    ) -> None:
        # Below INFO the library logs the token (in addresses) and what people write; its HTTP layer, pages of proxies.
        for name, level in ("telegram", logging.INFO), ("telegram.request", logging.CRITICAL):
            library = logging.getLogger(name)
            library.setLevel(max(library.level, level))
        self.rate = rate
        self._receive = receive
        self._take_in = take_in
        self._read_file = read_file
        self._now = now
        self._commands = commands
        self._secret = webhook_secret
        self._webhook_url = webhook_url
        self._refusals = 0
        self._known = known
        self._polls = AiohttpRequest(connections=2)
        # Of its own: downloads are slow and would take the places of answers.
        self._files = AiohttpRequest(connections=workers, read_timeout=30, pool_timeout=None)
        self._bot: ExtBot[Any] = ExtBot(
            token or "none",  # The library would raise an error of its own; the Bot API says it at the start.
            base_url=api_url.rstrip("/") + "/bot",
            base_file_url=api_url.rstrip("/") + "/file/bot",
            request=request or AiohttpRequest(),
            get_updates_request=self._polls,
            rate_limiter=None if rate is None else Limiter(overall_max_rate=rate, max_retries=3),
        )
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="telegram")
        # Of their own: a file that takes long to look into must not take the place of a talk.
        self._looks = ThreadPoolExecutor(LOOKS, thread_name_prefix="telegram-files")
        self._lanes: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._background: set[asyncio.Task[None]] = set()

    @property
    def username(self) -> str:
        return self._bot.username

    def link(self, code: str) -> str:
        return f"https://t.me/{self.username}?start={code}"

    async def start(self) -> None:
        """Raises BadToken; waits for as long as the Bot API cannot be reached."""
        await self._files.initialize()
        accepted = True
        try:
            await _insist("start", self._bot.initialize, InvalidToken)
        except InvalidToken:
            accepted = False
        if not accepted:
            await self.stop()
            # Out here, because the library's error quotes the token and would be this one's context.
            raise BadToken
        if self._commands:
            try:
                await self._bot.set_my_commands(self._commands)
            except TelegramError as error:
                log.warning("telegram.commands failed error=%s", type(error).__name__)

    async def stop(self) -> None:
        await self._land(self._background, patience=LANDING_SECONDS)
        await self._bot.shutdown()
        await self._files.shutdown()
        for threads in (self._threads, self._looks):
            threads.shutdown(wait=False, cancel_futures=True)

    async def listen(self) -> None:
        if self._webhook_url:
            await self.set_webhook(self._webhook_url)
        else:
            await self.poll()

    def ways_in(self) -> Sequence[WayIn]:
        return (WayIn(PATH, lambda body, headers: self.webhook(body, headers.get(SECRET_HEADER))),)

    async def poll(self) -> None:
        """Runs until it is cancelled; then waits for what is just being received.

        While one update takes long, the 100 from it on are all that Telegram shows: nothing later can be seen without
        acknowledging it.
        """
        await _insist("delete_webhook", self._bot.delete_webhook)
        offset = 0
        taken: dict[int, asyncio.Task[None]] = {}  # All that are not acknowledged yet, the finished too.
        try:
            while True:
                slow = any(not task.done() for task in taken.values())
                ask = partial(self._get_updates, offset, 0 if slow else LONG_POLL)
                asked = time.monotonic()
                for raw in await _insist("poll", ask):
                    number = raw["update_id"]
                    if number not in taken:
                        taken[number] = asyncio.create_task(self._take(raw, patient=True))
                if taken:
                    await asyncio.wait(taken.values(), timeout=SHORT_PAUSE)
                else:  # a proxy may answer at once that there is nothing
                    await asyncio.sleep(asked + EMPTY_SECONDS - time.monotonic())
                offset = _offset(taken)
                taken = {number: task for number, task in taken.items() if number >= offset}
        finally:
            await self._land(taken.values())

    async def webhook(self, body: bytes, secret_header: str | None) -> int:
        """Takes one update; returns the HTTP status. Without a secret nothing is taken: anybody could send it."""
        given = (secret_header or "").encode()
        if not self._secret or not hmac.compare_digest(given, self._secret.encode()):
            return 403
        try:
            raw = json.loads(body)
        except (ValueError, RecursionError):
            return 400
        if not _is_update(raw):
            return 400
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
        await _insist("set_webhook", call, BadRequest)

    async def send(self, place: str, reply: Reply) -> None:
        """Text, choices under its last part, then files. What fails after the first part is sent again from the start."""
        try:
            chat = int(place)
        except ValueError:
            raise Undeliverable("bad_address") from None
        files = [(file.name, await self._content(file)) for file in reply.files]
        texts = split_html(reply.text, TEXT_LIMIT)
        if not texts and not files:
            raise Unsendable("empty")
        try:
            await self._deliver(chat, texts, files, inline_keyboard(reply.choices))
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
        if file.size > OUT_LIMIT:
            raise Unsendable("file_too_large")
        try:
            return await self._in_thread(partial(self._read_file, file))
        except FileNotFoundError:
            raise Unsendable("file_missing") from None

    async def _deliver(
        self,
        chat: int,
        texts: list[str],
        files: list[tuple[str, bytes]],
        buttons: InlineKeyboardMarkup | None,
    ) -> None:
        for left, text in zip(range(len(texts), 0, -1), texts, strict=True):
            await self._say(chat, text, buttons if left == 1 else None)
        for left, (name, content) in zip(range(len(files), 0, -1), files, strict=True):
            below = buttons if left == 1 and not texts else None
            await self._bot.send_document(chat, content, filename=name, reply_markup=below, read_timeout=30)

    async def _say(self, chat: int, text: str, buttons: InlineKeyboardMarkup | None) -> None:
        say = partial(self._bot.send_message, chat, link_preview_options=_NO_PREVIEW, reply_markup=buttons)
        try:
            await say(text=text, parse_mode=ParseMode.HTML)
        except BadRequest as error:
            if "can't parse entities" not in str(error).lower():
                raise
            log.error("telegram.send markup refused chat=%s", chat)  # The error quotes the text.
            await say(text=plain_text(text))

    async def _get_updates(self, offset: int, hold: int) -> list[dict[str, Any]]:
        """The updates as they are: Bot.get_updates fails at one that it cannot read, and logs what people wrote."""
        values = {"offset": offset, "timeout": hold, "limit": 100, "allowed_updates": list(UPDATES)}
        data = RequestData([RequestParameter(name, value, None) for name, value in values.items()])
        seconds = hold + (self._polls.read_timeout or 0)
        try:
            got = await self._polls.post(f"{self._bot.base_url}/getUpdates", data, read_timeout=seconds)
        except Conflict:
            log.warning("telegram.poll conflict: another process polls with this token, or a webhook is set")
            raise
        except InvalidToken:
            self._note_refusal(True)
            raise
        self._note_refusal(False)
        return [raw for raw in got if _is_update(raw)] if isinstance(got, list) else []

    async def _take(self, raw: dict[str, Any], *, patient: bool) -> None:
        """From an update to a committed event; `patient`: tries until it is one, else what fails is raised."""
        attempt = _insist if patient else _once
        update, event = self._read(raw)
        query = update and update.callback_query
        if query:
            self._soon(self._bot.answer_callback_query(query.id), "answer")
        if update is None or event is None:
            return
        # Nothing is awaited before this: tasks line up here in the order in which they were made.
        async with self._lanes.setdefault(event.address.place, asyncio.Lock()):
            message = update.message or update.edited_message
            attached = None if message is None or event.group or event.refused else attached_of(message)
            if attached:
                known = partial(self._in_thread, partial(self._known, event.address.place))
                if await attempt("known", known):
                    event = await attempt("fetch", partial(self._with_file, event, attached))
                else:
                    event = replace(event, refused=(Refusal.of_stranger(attached.name),))
            await attempt("receive", partial(self._in_thread, partial(self._receive, event)))
        if query and isinstance(query.message, Message) and query.message.reply_markup:
            place, number = query.message.chat.id, query.message.message_id
            self._soon(self._bot.edit_message_reply_markup(place, number, reply_markup=None), "keyboard")

    def _read(self, raw: dict[str, Any]) -> tuple[Update | None, Incoming | None]:
        username = self.username  # Out here: before the start there is none, and nothing may be dropped.
        try:
            update = Update.de_json(storable_strings(raw), self._bot)
            return update, incoming_of_update(update, self._now(), username)
        except Exception as error:  # noqa: BLE001 - one update that cannot be read must not come again for ever
            log.error("telegram.read dropped update=%s error=%s", raw["update_id"], type(error).__name__)
            return None, None

    async def _with_file(self, event: Incoming, attached: Attached) -> Incoming:
        with tempfile.NamedTemporaryFile(prefix="telegram-") as file:
            got: File | Refusal | None = await self._fetch(attached, cast(BinaryIO, file))
            if got is None:
                look = partial(self._take_in, attached.name, Path(file.name), event.address)
                got = await self._in_thread(look, self._looks)
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
            await self._files.fetch(path, to, IN_LIMIT)

    async def _in_thread(self, call: Callable[[], T], threads: ThreadPoolExecutor | None = None) -> T:
        job = (threads or self._threads).submit(call)
        done = asyncio.wrap_future(job)
        try:
            return await asyncio.shield(done)
        except asyncio.CancelledError:
            # What runs is let finish: the transaction ends in any case, and the temporary file is still read.
            if not job.cancel():
                await asyncio.wait([done])
            raise

    def _soon(self, call: Awaitable[object], action: str) -> None:
        """Beside everything else; that it fails (too old, changed meanwhile) hurts nobody."""

        async def quietly() -> None:
            try:
                await call
            except TelegramError as error:
                log.debug("telegram.%s failed error=%s", action, type(error).__name__)

        task = asyncio.create_task(quietly())
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _land(self, tasks: Collection[asyncio.Task[None]], patience: float = 0) -> None:
        waiting = set(tasks)
        if waiting and patience:
            _, waiting = await asyncio.wait(waiting, timeout=patience)
        for task in waiting:
            task.cancel()
        if waiting:
            await asyncio.wait(waiting, timeout=LANDING_SECONDS)


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


def _offset(taken: dict[int, asyncio.Task[None]]) -> int:
    """The lowest update that is not finished, else the one after the last; 0 when all is acknowledged.

    Not the last one for ever: after a week of silence Telegram may go on with lower numbers, and they would count as taken.
    """
    unfinished = [number for number, task in taken.items() if not task.done()]
    if unfinished:
        return min(unfinished)
    return max(taken) + 1 if taken else 0


def storable_strings(raw: Any) -> Any:
    """The JSON with every string as a database takes it: Telegram lets NUL and halves of surrogate pairs through."""
    if isinstance(raw, str):
        return storable_text(raw)
    if isinstance(raw, dict):
        return {key: storable_strings(value) for key, value in raw.items()}
    return [storable_strings(value) for value in raw] if isinstance(raw, list) else raw


def _is_update(raw: object) -> bool:
    return isinstance(raw, dict) and isinstance(raw.get("update_id"), int)
