"""What an update is to the channel. Nearly every one is a text in a private chat or a press of a button there, and is read as
it came; any other is read by the library, and of what the library cannot read, that part which matters here."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from telegram import Message, Update
from telegram.ext import ExtBot

from bot.channels.telegram.polling import storable_strings
from bot.channels.telegram.updates import NAME, Attached, attached_of, incoming_of_update
from bot.messages import Address, Incoming, storable_text

log = logging.getLogger(__name__)

_PLAIN = frozenset(
    ("message_id", "from", "chat", "date", "text", "entities", "link_preview_options", "reply_to_message")
)
"""A message that has any other field may be more than its text."""
_READ = {
    "message": (
        *("message_id", "from", "chat", "date", "text", "caption", "media_group_id"),
        *("photo", "voice", "audio", "document", "animation", "video", "video_note"),
    ),
    "callback_query": ("id", "from", "chat_instance", "data", "message"),
    "my_chat_member": ("chat", "from", "date", "old_chat_member", "new_chat_member"),
}
"""All of an update that this channel makes anything of."""
_UNDER = ("message_id", "chat", "date", "reply_markup")


@dataclass(frozen=True, slots=True)
class Arrived:
    """`event` is None for what is none of the bot's; it is without the file that may have to be fetched."""

    event: Incoming | None
    attached: Attached | None = None
    query: str = ""
    """Of a pressed button: what is to be answered."""
    keyboard: tuple[int, int] | None = None
    """The chat and the number of the message whose button was pressed, if its keyboard can be taken away."""


def read_update(raw: dict[str, Any], bot: ExtBot[Any], at: datetime) -> Arrived:
    """`at` is when it came. Raises whatever the library does at what it cannot read."""
    plain = read_plainly(raw, at)
    if plain is not None:
        return plain
    whole = storable_strings(raw)
    try:
        return arrived_of_update(Update.de_json(whole, bot), at, bot.username)
    except Exception as error:  # noqa: BLE001 - the Bot API has changed what this library demands of it
        log.warning("telegram.read in part update=%s error=%s", raw["update_id"], type(error).__name__)
    return read_in_part(whole, bot, at)


def read_in_part(whole: dict[str, Any], bot: ExtBot[Any], at: datetime) -> Arrived:
    """Without what nothing is made of; raises what the library does where the rest cannot be read either."""
    part: dict[str, Any] = {"update_id": whole["update_id"]}
    for kind, one in whole.items():
        if fields := _READ.get("message" if kind == "edited_message" else kind):
            part[kind] = {name: one[name] for name in fields if name in one}
            if "message" in part[kind]:
                part[kind]["message"] = {n: v for n, v in one["message"].items() if n in _UNDER}
    arrived = arrived_of_update(Update.de_json(part, bot), at, bot.username)
    return arrived if arrived.event else replace(arrived, event=_wordless(part, at))


def _wordless(part: dict[str, Any], at: datetime) -> Incoming | None:
    """Of a person's message of which nothing else is known: that it came, so that it is answered."""
    match part:
        case {
            "message": {
                "message_id": int(ref),
                "from": {"is_bot": False} as sender,
                "chat": {"id": int(place), "type": "private"},
            }
        }:
            return _event(part["update_id"], place, at, sender, message_ref=str(ref))
    return None


def read_plainly(raw: dict[str, Any], at: datetime) -> Arrived | None:
    """Just what the library's reading gives; None for what is left to that."""
    match raw:
        case {
            "update_id": int(number),
            "message": {
                "message_id": int(ref),
                "from": {"is_bot": False, "first_name": str()} as sender,
                "chat": {"id": int(place), "type": "private"},
                "text": str(said),
            } as message,
        } if len(raw) == 2 and message.keys() <= _PLAIN and (text := storable_text(said)):
            return Arrived(_event(number, place, at, sender, text=text, message_ref=str(ref)))
        case {
            "update_id": int(number),
            "callback_query": {
                "id": str(query),
                "from": {"is_bot": False, "first_name": str()} as sender,
                "data": str(data),
                "message": {
                    "message_id": int(under),
                    "date": int(date),
                    "chat": {"id": int(place), "type": "private"},
                    "reply_markup": {"inline_keyboard": [*rows]},
                },
            },
        } if date and len(raw) == 2 and data == storable_text(data):
            label = next((one["text"] for row in rows for one in row if one.get("callback_data") == data), "")
            event = _event(number, place, at, sender, payload=data, label=storable_text(label))
            return Arrived(event, query=query, keyboard=(place, under))
    return None


def _event(number: int, place: int, at: datetime, sender: dict[str, Any], **rest: Any) -> Incoming:
    names = sender["first_name"], sender.get("last_name") or ""
    name = " ".join(filter(None, map(storable_text, names)))
    return Incoming(f"tg:{number}", Address(NAME, str(place)), at, sender=name, **rest)


def arrived_of_update(update: Update, at: datetime, username: str) -> Arrived:
    """Raises TypeError where something else stands in the place of words: the library takes any JSON for a string."""
    event = incoming_of_update(update, at, username)
    if event and not all(
        isinstance(said, str) for said in (event.text, event.payload, event.label, event.album)
    ):
        raise TypeError("no words")
    if query := update.callback_query:
        under = query.message
        shown = isinstance(under, Message) and under.reply_markup
        return Arrived(event, None, query.id, (under.chat.id, under.message_id) if under and shown else None)
    message = update.message or update.edited_message
    if message is None or event is None or event.group or event.refused:
        return Arrived(event)
    return Arrived(event, attached_of(message))
