"""Telegram over its Bot API: updates become events, replies become messages."""

import asyncio
import hmac
import json
import logging
import os
import tempfile
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import chain, repeat
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast
from weakref import WeakValueDictionary

from telegram import (
    CallbackQuery,
    ChatMemberUpdated,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
    Update,
)
from telegram.constants import ChatMemberStatus, ChatType, MessageEntityType, ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import BaseRequest, RequestData
from telegram.request._requestparameter import RequestParameter

from bot.channels.aiohttp_request import AiohttpRequest
from bot.channels.base import ReadFile, Receive, TakeIn
from bot.channels.text import plain, split_html
from bot.messages import Address, Choice, File, Incoming, Refusal, Reply, TryLater, Undeliverable, Unsendable

# Else the library warns at every 429, of which the waiting time will become a timedelta.
os.environ.setdefault("PTB_TIMEDELTA", "true")

log = logging.getLogger(__name__)

T = TypeVar("T")

NAME = "telegram"
UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
TEXT_LIMIT = 4096
LABEL_LIMIT = 64
ROW_BUTTONS, ROW_LABELS = 3, 32
"""More buttons side by side, or more characters on them, cannot be read on a phone."""
MEGABYTE = 2**20
IN_LIMIT, OUT_LIMIT = 20 * MEGABYTE, 50 * MEGABYTE
PATIENCE = 5.0
"""A shorter wait asked for by a 429 is sat out, so that a reply in parts is not begun anew; a longer one is the outbox's."""
LONG_POLL, SHORT_PAUSE = 25, 0.5
FETCH_PAUSES = (1.0, 2.0, 0.0)
FETCH_SECONDS = 300.0
LANDING_SECONDS = 10.0
PAUSES = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)

_GROUPS = (ChatType.GROUP, ChatType.SUPERGROUP)
_OUTSIDE = (ChatMemberStatus.LEFT, ChatMemberStatus.BANNED)
_INSIDE = (ChatMemberStatus.MEMBER, ChatMemberStatus.ADMINISTRATOR)
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_LOST = {
    "bot was blocked": "blocked",
    "user is deactivated": "deactivated",
    "bot can't initiate": "never_started",
    "chat not found": "not_found",
    "peer_id_invalid": "bad_address",
}


class BadToken(Exception):
    """The Bot API refuses the token (or is none: TELEGRAM_API_URL is wrong)."""


# What comes in


def incoming(update: Update, at: datetime, username: str = "") -> Incoming | None:
    """The event that an update is, without the file that may have to be fetched; None for what is none of the bot's.

    `at` is when it arrived; `username` is the bot's, by which a group calls it.
    """
    event = Incoming(f"tg:{update.update_id}", Address(NAME, ""), at)
    if update.callback_query:
        return _pressed(event, update.callback_query)
    if update.my_chat_member:
        return _let_in_or_out(event, update.my_chat_member)
    message = update.message or update.edited_message
    return _said(event, message, update.edited_message is not None, username) if message else None


def _pressed(event: Incoming, query: CallbackQuery) -> Incoming | None:
    message = query.message
    if query.from_user.is_bot or query.data is None:
        return None
    place = message.chat.id if message else query.from_user.id
    label = ""
    if isinstance(message, Message) and message.reply_markup:
        buttons = chain.from_iterable(message.reply_markup.inline_keyboard)
        label = next((button.text for button in buttons if button.callback_data == query.data), "")
    group = message is not None and message.chat.type in _GROUPS
    return replace(event, address=Address(NAME, str(place)), payload=query.data, label=label, group=group)


def _let_in_or_out(event: Incoming, change: ChatMemberUpdated) -> Incoming | None:
    event = replace(event, address=Address(NAME, str(change.chat.id)))
    status = change.new_chat_member.status
    if change.chat.type == ChatType.PRIVATE and status in (ChatMemberStatus.BANNED, ChatMemberStatus.MEMBER):
        return replace(event, blocked=status == ChatMemberStatus.BANNED)
    if change.chat.type in _GROUPS and change.old_chat_member.status in _OUTSIDE and status in _INSIDE:
        return replace(event, group=True)
    return None


def _said(event: Incoming, message: Message, edited: bool, username: str) -> Incoming | None:
    chat, sender = message.chat, message.from_user
    if chat.type == ChatType.CHANNEL or sender is None or sender.is_bot:
        return None
    group = chat.type in _GROUPS
    if group and (edited or not _called(message, username.lower())):
        return None
    text = message.text or message.caption or ""
    if not text and not message.effective_attachment:
        return None  # The chat's own notes: a pinned message, a new title.
    return replace(
        event,
        address=Address(NAME, str(chat.id)),
        text=text,
        refused=() if group else _refused(message),
        album=message.media_group_id or "",
        message_ref=str(message.message_id),
        edited=edited,
        group=group,
    )


def _called(message: Message, username: str) -> bool:
    """Is it said to the bot: a command, an answer to it, or its name in the text?"""
    replied = message.reply_to_message and message.reply_to_message.from_user
    if replied and (replied.username or "").lower() == username:
        return True
    marks = message.parse_entities() if message.text else {}
    for mark, words in (marks or (message.parse_caption_entities() if message.caption else {})).items():
        if mark.type == MessageEntityType.BOT_COMMAND and mark.offset == 0:
            return words.partition("@")[2].lower() in ("", username)
        if mark.type == MessageEntityType.MENTION and words.lower() == f"@{username}":
            return True
    return False


@dataclass(frozen=True, slots=True)
class _Attached:
    name: str
    file_id: str
    size: int | None


def _attached(message: Message) -> _Attached | None:
    """The document or photo of a message."""
    number = message.message_id
    if message.photo:
        largest = max(message.photo, key=lambda size: size.width * size.height)
        return _Attached(f"anh-{number}.jpg", largest.file_id, largest.file_size)
    document = message.document
    # A moving picture comes as a document as well, for programs that know no better.
    if document is None or message.animation:
        return None
    name = " ".join((document.file_name or "").split())[-120:]
    return _Attached(name or f"tep-{number}", document.file_id, document.file_size)


def _refused(message: Message) -> tuple[Refusal, ...]:
    attached = _attached(message)
    if attached is not None:
        return (_too_large(attached),) if (attached.size or 0) > IN_LIMIT else ()
    named = message.video or message.audio or message.animation
    name = " ".join(((named and named.file_name) or "").split())[-120:]
    kinds = {"video": ".mp4", "video_note": ".mp4", "voice": ".ogg", "audio": ".mp3", "animation": ".mp4"}
    for kind, extension in kinds.items():
        if message[kind]:
            name = name or f"{kind}-{message.message_id}{extension}"
            return (Refusal(name, "file_type", (("name", name),)),)
    return ()


def _too_large(attached: _Attached) -> Refusal:
    limit = IN_LIMIT // MEGABYTE
    known = attached.size is not None and attached.size > IN_LIMIT
    size = str(-(-(attached.size or 0) // MEGABYTE)) if known else f">{limit}"
    return Refusal(attached.name, "file_over_channel", (("size_mb", size), ("limit_mb", str(limit))))


# What goes out


def keyboard(choices: Iterable[Sequence[Choice]]) -> InlineKeyboardMarkup | None:
    rows = [narrow for row in choices for narrow in _narrow(row)]
    return InlineKeyboardMarkup([[_button(c) for c in row] for row in rows]) if rows else None


def _narrow(row: Sequence[Choice]) -> list[Sequence[Choice]]:
    """Rows that a phone can show: of about the same length, or one button each where they say much."""
    if not row:
        return []
    count = -(-len(row) // ROW_BUTTONS)
    length = -(-len(row) // count)
    rows = [row[start : start + length] for start in range(0, len(row), length)]
    if any(sum(len(choice.label) for choice in part) > ROW_LABELS for part in rows):
        return [[choice] for choice in row]
    return rows


def _button(choice: Choice) -> InlineKeyboardButton:
    label = choice.label if len(choice.label) <= LABEL_LIMIT else choice.label[: LABEL_LIMIT - 1] + "…"
    return InlineKeyboardButton(label, callback_data=choice.payload)


class _LongWait(TelegramError):
    """A 429 with a wait that the rate limiter is not to sit out."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"wait {seconds} s")
        self.seconds = seconds


class _Limiter(AIORateLimiter):
    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, bool | dict[str, Any] | list[dict[str, Any]]]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> bool | dict[str, Any] | list[dict[str, Any]]:
        async def once(*args: Any, **kwargs: Any) -> bool | dict[str, Any] | list[dict[str, Any]]:
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as error:
                if _wait(error) < PATIENCE:
                    raise
                raise _LongWait(_wait(error)) from error

        return await super().process_request(once, args, kwargs, endpoint, data, rate_limit_args)


def _wait(error: Exception) -> float:
    """The seconds that a 429 asks for, else 0."""
    if isinstance(error, _LongWait):
        return error.seconds
    if not isinstance(error, RetryAfter):
        return 0.0
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


def _meaning(error: TelegramError) -> Exception:
    """What an error of sending is to the outbox; one that may pass is given back as it is."""
    said = str(error).lower()
    if seconds := _wait(error):
        # Telegram does not say whether it means the chat or the bot; for the bot the wait is long.
        return TryLater(seconds, everyone=seconds >= PATIENCE)
    if isinstance(error, ChatMigrated):
        return Undeliverable("migrated")
    if isinstance(error, (Forbidden, BadRequest)) and error.__cause__ is not None:
        return error  # Not in the words of the Bot API: a proxy's page says nothing of the person.
    lost = next((code for words, code in _LOST.items() if words in said), "")
    if isinstance(error, Forbidden) or (lost and isinstance(error, BadRequest)):
        return Undeliverable(lost or "forbidden")
    if isinstance(error, BadRequest) or "entity too large" in said:
        return Unsendable(str(error)[:200])
    return error


# The wire


async def _insist(action: str, call: Callable[[], Awaitable[T]], fatal: type[Exception] | None = None) -> T:
    """Calls until it succeeds or fails with `fatal`, with growing pauses."""
    for pause in chain(PAUSES, repeat(PAUSES[-1])):
        try:
            return await call()
        except Exception as error:
            if fatal is not None and isinstance(error, fatal):
                raise
            wait = max(pause, _wait(error))
            # The kind alone: what a database error says holds the words of the person.
            log.warning("telegram.%s failed error=%s pause=%s", action, type(error).__name__, wait)
        await asyncio.sleep(wait)
    raise AssertionError("unreachable")


async def _once(action: str, call: Callable[[], Awaitable[T]], fatal: type[Exception] | None = None) -> T:
    return await call()


class Telegram:
    """One bot. `start` it, then either `poll` or hand it what comes to the `webhook`; `stop` it at the end.

    An update is acknowledged only after `receive` has returned. Those of one chat are taken in order, one at a time.
    """

    name = NAME

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
    ) -> None:
        # Below INFO the library logs the token (in addresses) and what people write, its HTTP layer any answer that is not JSON.
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
        self._polls = AiohttpRequest(connections=2)
        # Of its own: downloads are slow and would take the places of answers.
        self._files = AiohttpRequest(connections=workers, read_timeout=30, pool_timeout=None)
        self._bot: ExtBot[Any] = ExtBot(
            token or "none",
            base_url=api_url.rstrip("/") + "/bot",
            base_file_url=api_url.rstrip("/") + "/file/bot",
            request=request or AiohttpRequest(),
            get_updates_request=self._polls,
            rate_limiter=None if rate is None else _Limiter(overall_max_rate=rate, max_retries=3),
        )
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="telegram")
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
            raise BadToken("the Bot API does not accept the token")
        if self._commands:
            try:
                await self._bot.set_my_commands(self._commands)
            except TelegramError as error:
                log.warning("telegram.commands failed error=%s", type(error).__name__)

    async def stop(self) -> None:
        await self._land(self._background, patience=LANDING_SECONDS)
        await self._bot.shutdown()
        await self._files.shutdown()
        self._threads.shutdown(wait=False, cancel_futures=True)

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
                for raw in await _insist("poll", ask):
                    number = raw["update_id"]
                    if number not in taken:
                        taken[number] = asyncio.create_task(self._take(raw, patient=True))
                if taken:
                    await asyncio.wait(taken.values(), timeout=SHORT_PAUSE)
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
            await self._deliver(chat, texts, files, keyboard(reply.choices))
        except TelegramError as error:
            meaning = _meaning(error)
            if meaning is error:
                raise
            raise meaning from error

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
            await say(text=plain(text))

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
            attached = None if message is None or event.group or event.refused else _attached(message)
            if attached:
                event = await attempt("fetch", partial(self._with_file, event, attached))
            await attempt("receive", partial(self._in_thread, partial(self._receive, event)))
        if query and isinstance(query.message, Message) and query.message.reply_markup:
            place, number = query.message.chat.id, query.message.message_id
            self._soon(self._bot.edit_message_reply_markup(place, number, reply_markup=None), "keyboard")

    def _read(self, raw: dict[str, Any]) -> tuple[Update | None, Incoming | None]:
        username = self.username  # Out here: before the start there is none, and nothing may be dropped.
        try:
            update = Update.de_json(raw, self._bot)
            return update, incoming(update, self._now(), username)
        except Exception as error:  # noqa: BLE001 - one update that cannot be read must not come again for ever
            log.error("telegram.read dropped update=%s error=%s", raw["update_id"], type(error).__name__)
            return None, None

    async def _with_file(self, event: Incoming, attached: _Attached) -> Incoming:
        with tempfile.NamedTemporaryFile(prefix="telegram-") as file:
            got: File | Refusal | None = await self._fetch(attached, cast(BinaryIO, file))
            if got is None:
                got = await self._in_thread(partial(self._take_in, attached.name, Path(file.name)))
        if isinstance(got, File):
            return replace(event, files=(got,))
        return replace(event, refused=(got,))

    async def _fetch(self, attached: _Attached, to: BinaryIO) -> Refusal | None:
        for pause in FETCH_PAUSES:
            to.seek(0)
            to.truncate()
            wait = pause
            try:
                async with asyncio.timeout(FETCH_SECONDS):
                    await self._download(attached.file_id, to)
            except ValueError:
                return _too_large(attached)
            except (TelegramError, TimeoutError) as error:
                if "file is too big" in str(error).lower():
                    return _too_large(attached)
                wait = max(pause, _wait(error))
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

    async def _in_thread(self, call: Callable[[], T]) -> T:
        job = self._threads.submit(call)
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


def _is_update(raw: object) -> bool:
    return isinstance(raw, dict) and isinstance(raw.get("update_id"), int)
