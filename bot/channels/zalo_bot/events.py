"""What Zalo's events are to the rest, and the files they bring."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.channels.zalo.fetching import Attached
from bot.messages import Address, Incoming, Refusal, storable_text

NAME = "zalo"
IMAGE, VOICE, UNSUPPORTED = (
    "message.image.received",
    "message.voice.received",
    "message.unsupported.received",
)


def incoming_of_event(raw: Mapping[str, Any], at: datetime) -> Incoming | None:
    """The event, without the file that has to be fetched; None for what is none of the bot's. `at` is when it arrived."""
    message = raw.get("message")
    if not isinstance(message, dict):
        return None
    sender, chat = _part(message, "from"), _part(message, "chat")
    place, number = _text(chat, "id") or _text(sender, "id"), _text(message, "message_id")
    if not place or not number or sender.get("is_bot"):
        return None
    event = Incoming(
        f"{NAME}:{number}",
        Address(NAME, place),
        at,
        text=_text(message, "text") or _text(message, "caption"),
        message_ref=_digits(message.get("date")),
        sender=_text(sender, "display_name") or _text(sender, "first_name"),
        group=_text(chat, "chat_type").upper() == "GROUP",
    )
    if raw.get("event_name") == UNSUPPORTED:
        return replace(event, refused=(Refusal("", "file_by_page"),))
    return event if event.text or attached_of(raw) else None


def attached_of(raw: Mapping[str, Any]) -> Attached | None:
    """The picture or the spoken words of an event."""
    message = _part(raw, "message")
    number = (_digits(message.get("date")) or _text(message, "message_id"))[-6:]
    if raw.get("event_name") == VOICE:
        url = _text(message, "voice_url")
        return Attached(f"ghi-am-{number}.aac", url) if url else None
    url = _text(message, "photo_url") or _text(message, "photo")
    return Attached(f"anh-{number}.jpg", url) if url and raw.get("event_name") == IMAGE else None


def number_of(raw: Mapping[str, Any]) -> str:
    """The message's own number, by which a second delivery is known."""
    return _text(_part(raw, "message"), "message_id")


def _part(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = values.get(name)
    return part if isinstance(part, dict) else {}


def _text(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    return storable_text(value) if isinstance(value, str) else ""


def _digits(value: object) -> str:
    return str(value) if isinstance(value, int) and value > 0 else ""
