"""Updates as Telegram gives them: fetched, told apart, acknowledged; nothing of them in a log."""

import asyncio
import logging
from typing import Any

from telegram.error import Conflict
from telegram.ext import ExtBot

from bot.channels.telegram.aiohttp_request import AiohttpRequest
from bot.channels.telegram.calls import Values, plain_data
from bot.messages import storable_text

log = logging.getLogger(__name__)

UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")


def next_offset(taken: dict[int, asyncio.Task[None]]) -> int:
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


def is_update(raw: object) -> bool:
    return isinstance(raw, dict) and isinstance(raw.get("update_id"), int)


async def fetch_updates(
    bot: ExtBot[Any], request: AiohttpRequest, offset: int, hold: int
) -> list[dict[str, Any]]:
    """The updates as they are: Bot.get_updates fails at one that it cannot read, and logs what people wrote."""
    values: Values = {"offset": offset, "timeout": hold, "limit": 100, "allowed_updates": list(UPDATES)}
    seconds = hold + (request.read_timeout or 0)
    try:
        got = await request.post(f"{bot.base_url}/getUpdates", plain_data(values), read_timeout=seconds)
    except Conflict:
        log.warning("telegram.poll conflict: another process polls with this token, or a webhook is set")
        raise
    return [raw for raw in got if is_update(raw)] if isinstance(got, list) else []


def quiet_library() -> None:
    """Below INFO the library logs the token (in addresses) and what people write; its HTTP layer, pages of proxies."""
    for name, level in ("telegram", logging.INFO), ("telegram.request", logging.CRITICAL):
        library = logging.getLogger(name)
        library.setLevel(max(library.level, level))
