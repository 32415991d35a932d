"""What goes out to Telegram: keyboards that a phone can show, and what the errors of sending mean."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from datetime import timedelta
from typing import Any

from telegram import InlineKeyboardMarkup
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError
from telegram.ext import AIORateLimiter, ExtBot

from bot.channels.pieces import say_pieces
from bot.channels.telegram.calls import Values, call_plainly
from bot.channels.text import plain_text
from bot.messages import Choice, File, FilesLater, TryLater, Undeliverable, Unsendable

log = logging.getLogger(__name__)

LABEL_LIMIT = 64
ROW_BUTTONS, ROW_LABELS = 3, 32
"""More buttons side by side, or more characters on them, cannot be read on a phone."""
_AFTERWARDS = 0.1
PATIENCE = 5.0
"""A shorter wait asked for by a 429 is sat out, so that a reply in parts is not begun anew; a longer one is the outbox's."""
Keyboard = dict[str, list[list[dict[str, str]]]]
"""An InlineKeyboardMarkup as the Bot API has it."""
_NO_PREVIEW = {"is_disabled": True}
_LOST = {
    "bot was blocked": "blocked",
    "user is deactivated": "deactivated",
    "bot can't initiate": "never_started",
    "chat not found": "not_found",
    "peer_id_invalid": "bad_address",
}


def inline_keyboard(choices: Iterable[Sequence[Choice]]) -> Keyboard | None:
    rows = [narrow for row in choices for narrow in _narrow(row)]
    return {"inline_keyboard": [[_button(c) for c in row] for row in rows]} if rows else None


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


def _button(choice: Choice) -> dict[str, str]:
    label = choice.label if len(choice.label) <= LABEL_LIMIT else choice.label[: LABEL_LIMIT - 1] + "…"
    return {"text": label, "callback_data": choice.payload}


class _Wait(TelegramError):
    """A 429 with a wait that is not to be sat out any more; with `everyone`, others are asked to wait as well."""

    def __init__(self, seconds: float, *, everyone: bool) -> None:
        super().__init__(f"wait {seconds} s")
        self.seconds = seconds
        self.everyone = everyone


Result = bool | dict[str, Any] | list[dict[str, Any]]


class Limiter(AIORateLimiter):
    """Telegram does not say whether a 429 means the chat or the bot. One chat that is asked to wait holds up nobody else; two at a
    time, while nothing gets through to anybody, mean the bot, and all wait."""

    def __init__(self, overall_max_rate: float, max_retries: int) -> None:
        super().__init__(overall_max_rate=overall_max_rate, max_retries=max_retries)
        self._tries = max_retries
        self._asked: dict[Any, float] = {}
        """Which chats are asked to wait, and until when by the monotonic clock."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Result]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Result:
        whose = data.get("chat_id")
        tries = self._tries

        async def patiently(*args: Any, **kwargs: Any) -> Result:
            nonlocal tries
            while True:
                try:
                    done = await callback(*args, **kwargs)
                except RetryAfter as error:
                    wait, tries = wait_of(error), tries - 1
                    everyone = self._means_all(whose, wait)
                    if wait >= PATIENCE or tries < 0:
                        raise _Wait(wait, everyone=everyone) from error
                    if everyone:
                        raise
                else:
                    if whose is not None:
                        self._asked.clear()
                    return done
                await asyncio.sleep(wait + _AFTERWARDS)

        return await super().process_request(patiently, args, kwargs, endpoint, data, rate_limit_args)

    def _means_all(self, whose: Any, wait: float) -> bool:
        now = time.monotonic()
        self._asked = {one: until for one, until in self._asked.items() if until > now}
        if whose is not None:
            self._asked[whose] = now + wait
        return len(self._asked) > 1


def wait_of(error: Exception) -> float:
    """The seconds that a 429 asks for, else 0."""
    if isinstance(error, _Wait):
        return error.seconds
    if not isinstance(error, RetryAfter):
        return 0.0
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


def outcome_of_error(error: TelegramError) -> Exception:
    """What an error of sending is to the outbox; one that may pass is given back as it is."""
    said = str(error).lower()
    if isinstance(error, _Wait):
        return TryLater(error.seconds, everyone=error.everyone)
    if seconds := wait_of(error):
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


async def deliver_reply(
    bot: ExtBot[Any],
    chat: int,
    texts: list[str],
    files: Sequence[File],
    read: Callable[[File], Awaitable[bytes]],
    buttons: Keyboard | None,
    pieces_gone: int = 0,
) -> None:
    """The text first, so that it stands whatever happens to a file; what fails inside it is TextLater, a file that fails behind
    something FilesLater."""

    async def say(text: str, last: bool) -> int:
        try:
            await _say(bot, chat, text, buttons if last else None)
        except TelegramError as error:
            meaning = outcome_of_error(error)
            if meaning is error:
                raise
            raise meaning from error
        return 0

    await say_pieces(texts, pieces_gone, say)
    for gone, file in enumerate(files):
        below = buttons if gone == len(files) - 1 and not texts else None
        drawn = InlineKeyboardMarkup.de_json(below) if below else None
        try:
            await bot.send_document(
                chat, await read(file), filename=file.name, reply_markup=drawn, read_timeout=30
            )
        except (TelegramError, OSError) as error:
            meaning = outcome_of_error(error) if isinstance(error, TelegramError) else error
            if isinstance(meaning, (Undeliverable, Unsendable)) or not (texts or gone):
                raise
            wait = meaning if isinstance(meaning, TryLater) else None
            raise FilesLater(gone, type(error).__name__, wait) from error


async def _say(bot: ExtBot[Any], chat: int, text: str, buttons: Keyboard | None) -> None:
    values: Values = {"chat_id": chat, "text": text, "link_preview_options": _NO_PREVIEW}
    if buttons:
        values["reply_markup"] = buttons
    try:
        await call_plainly(bot, "sendMessage", {**values, "parse_mode": ParseMode.HTML})
    except BadRequest as error:
        if "can't parse entities" not in str(error).lower():
            raise
        log.error("telegram.send markup refused chat=%s", chat)  # The error quotes the text.
        await call_plainly(bot, "sendMessage", {**values, "text": plain_text(text)})
