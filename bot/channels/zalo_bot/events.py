"""What Zalo's events are to the rest, and the files they bring."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.channels.zalo.fetching import Attached
from bot.messages import Address, Incoming, Refusal, storable_text

NAME = "zalo"
IMAGE, VOICE, STICKER, UNSUPPORTED = (
    "message.image.received",
    "message.voice.received",
    "message.sticker.received",
    "message.unsupported.received",
)
FILES = {IMAGE: "anh-{}.jpg", VOICE: "ghi-am-{}.aac"}


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
    shown = raw.get("event_name")
    if shown in FILES and not attached_of(raw):
        return replace(event, refused=(Refusal(_name_of(raw), "file_fetch_failed"),))
    return event if event.text or shown in FILES or shown == STICKER else None


def attached_of(raw: Mapping[str, Any]) -> Attached | None:
    """The picture or the spoken words of an event."""
    message, shown = _part(raw, "message"), raw.get("event_name")
    picture = _text(message, "photo_url") or _text(message, "photo")
    url = {IMAGE: picture, VOICE: _text(message, "voice_url")}.get(str(shown), "")
    return Attached(_name_of(raw), url) if url else None


def _name_of(raw: Mapping[str, Any]) -> str:
    """What the file of an event is called, which has no name of its own."""
    message = _part(raw, "message")
    number = (_digits(message.get("date")) or _text(message, "message_id"))[-6:]
    return FILES[str(raw.get("event_name"))].format(number)


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
