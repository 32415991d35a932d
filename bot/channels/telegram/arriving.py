"""What an update is to the channel. Nearly every one is a text in a private chat or a press of a button there, and is read as
it came; any other is read by the library."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from telegram import Message, Update
from telegram.ext import ExtBot

from bot.channels.telegram.polling import storable_strings
from bot.channels.telegram.updates import NAME, Attached, attached_of, incoming_of_update
from bot.messages import Address, Incoming, storable_text

_PLAIN = frozenset(
    ("message_id", "from", "chat", "date", "text", "entities", "link_preview_options", "reply_to_message")
)
"""A message that has any other field may be more than its text."""


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
    return arrived_of_update(Update.de_json(storable_strings(raw), bot), at, bot.username)


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
    names = sender["first_name"], sender.get("last_name")
    name = storable_text(" ".join(filter(None, names)))
    return Incoming(f"tg:{number}", Address(NAME, str(place)), at, sender=name, **rest)


def arrived_of_update(update: Update, at: datetime, username: str) -> Arrived:
    event = incoming_of_update(update, at, username)
    if query := update.callback_query:
        under = query.message
        shown = isinstance(under, Message) and under.reply_markup
        return Arrived(event, None, query.id, (under.chat.id, under.message_id) if under and shown else None)
    message = update.message or update.edited_message
    if message is None or event is None or event.group or event.refused:
        return Arrived(event)
    return Arrived(event, attached_of(message))
