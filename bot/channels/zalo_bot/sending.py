"""How a reply goes out on Zalo: plain text with the places that are bold or slanted, and what an error of sending means."""

import html
import re
from typing import Any

from bot.channels.text import plain_text, utf16_length
from bot.channels.zalo_bot.client import ZaloError
from bot.messages import TryLater, Undeliverable, Unsendable

TEXT_LIMIT = 2000
QUOTA_SECONDS = 300.0
BAD_REQUEST, FORBIDDEN, QUOTA = 400, 403, 429
_STYLES = {"b": "b", "strong": "b", "i": "i", "em": "i", "u": "u", "s": "s"}
_PIECE = re.compile(r"<(/?)([a-zA-Z]+)[^<>]*>|([^<]+|<)")
_LOST = re.compile(r"chat not found|user not found|blocked|not exist", re.IGNORECASE)


def message_of(part: str) -> dict[str, Any]:
    """`text` and `text_styles` (start and length in UTF-16 units) of a text in the small HTML of a reply."""
    said: list[str] = []
    opened: list[tuple[str, int]] = []
    styles: list[dict[str, Any]] = []
    at = 0
    for closing, tag, words in _PIECE.findall(part):
        if words:
            said.append(html.unescape(words))
            at += utf16_length(said[-1])
        elif not closing:
            opened.append((tag.lower(), at))
        elif opened and opened[-1][0] == tag.lower():
            name, start = opened.pop()
            if name in _STYLES and at > start:
                styles.append({"start": start, "len": at - start, "st": [_STYLES[name]]})
    message: dict[str, Any] = {"text": "".join(said)}
    return message | {"text_styles": styles} if styles else message


def outcome_of_error(error: ZaloError) -> Exception:
    """What an error of sending is to the outbox; one that may pass is given back as it is."""
    if error.code == QUOTA:
        return TryLater(QUOTA_SECONDS)
    if error.code == FORBIDDEN or (error.code == BAD_REQUEST and _LOST.search(error.description)):
        return Undeliverable("unreachable")
    if error.code == BAD_REQUEST:
        return Unsendable(plain_text(str(error)))
    return error
