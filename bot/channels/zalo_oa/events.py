"""What the events of an Official Account are to the rest, and the files they bring."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from bot.channels.zalo.fetching import Attached
from bot.messages import Address, Choice, Incoming, Refusal, storable_text

NAME = "zalo_oa"
FOLLOWS = {"follow": False, "unfollow": True}
SPEAKS = ("user_send_text", "user_send_link")
SHOWS = ("user_send_sticker", "user_send_location", "user_send_business_card")
"""Nothing to read: it is answered as what is not understood, and whoever sends it may be written to again."""
BRINGS = {"user_send_image": "anh-{}.jpg", "user_send_file": "tep-{}", "user_send_audio": "ghi-am-{}.aac"}
"""What a file is called that has no name of its own."""
MOVES = {"user_send_video": "video-{}.mp4", "user_send_gif": "anh-dong-{}.gif"}
"""Not fetched: no question takes them."""
OPEN, CLOSE = " [[", "]]"
"""Around what a button carries, behind its label. A press comes back as typed words; nobody types this, and whoever does has
pressed a button that is not trusted either."""
_SOUND = re.compile(r"\.(aac|amr|m4a|mp3|ogg|oga|wav)$", re.IGNORECASE)


def press_of(choice: Choice, label: str) -> str:
    """What Zalo is to send back for a button."""
    return f"{label}{OPEN}{choice.payload}{CLOSE}"


def incoming_of_event(raw: Mapping[str, Any], at: datetime) -> Incoming | None:
    """The event, without the files that have to be fetched; None for what is none of the account's. `at` is when it arrived."""
    name = _text(raw, "event_name")
    if name in FOLLOWS:
        return _follow(raw, FOLLOWS[name], at)
    message, place = _part(raw, "message"), _text(_part(raw, "sender"), "id")
    number = _text(message, "msg_id")
    if not place or not number:
        return None
    sent = _text(raw, "timestamp")
    ref = sent if sent.isascii() and sent.isdigit() else ""
    event = Incoming(f"{NAME}:{number}", Address(NAME, place), at, message_ref=ref)
    if name in MOVES:
        shown = MOVES[name].format(ref[-6:])
        return replace(event, refused=(Refusal(shown, "file_type", (("name", shown),)),))
    if name in BRINGS:
        lost = () if attached_of(raw) else (Refusal(BRINGS[name].format(ref[-6:]), "file_fetch_failed"),)
        return replace(event, text=_text(message, "text"), refused=lost)
    words = _text(message, "text")
    return _spoken(event, words) if name in SPEAKS else event if name in SHOWS else None


def _spoken(event: Incoming, words: str) -> Incoming:
    label, opened, carried = words.removesuffix(CLOSE).rpartition(OPEN)
    if opened and words.endswith(CLOSE):
        return replace(event, label=label, payload=carried)
    return replace(event, text=words)


def _follow(raw: Mapping[str, Any], blocked: bool, at: datetime) -> Incoming | None:
    place = _text(_part(raw, "follower"), "id")
    number = f"{NAME}:{_text(raw, 'event_name')}:{place}:{_text(raw, 'timestamp')}"
    return Incoming(number, Address(NAME, place), at, blocked=blocked) if place else None


def attached_of(raw: Mapping[str, Any]) -> tuple[Attached, ...]:
    """The pictures, the file or the spoken words of an event."""
    usual = BRINGS.get(_text(raw, "event_name"))
    parts = _part(raw, "message").get("attachments")
    if usual is None or not isinstance(parts, list):
        return ()
    brought = [_part(one, "payload") for one in parts if isinstance(one, dict)]
    time = _text(raw, "timestamp")[-6:]
    numbers = (f"{time}-{place}" if place > 1 else time for place in count(1))
    return tuple(
        _attached(one, usual.format(number))
        for number, one in zip(numbers, (one for one in brought if _text(one, "url")), strict=False)
    )


def _attached(payload: Mapping[str, Any], usual: str) -> Attached:
    url = _text(payload, "url")
    name = " ".join(_text(payload, "name").split())[-120:] or usual
    if "name" not in payload and usual.endswith(".aac") and (sound := _SOUND.search(_path(url))):
        name = usual.removesuffix(".aac") + sound[0].lower()
    size = _text(payload, "size")
    return Attached(name, url, int(size) if size.isascii() and size.isdigit() and len(size) < 16 else 0)


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def number_of(raw: Mapping[str, Any]) -> str:
    """The message's own number, by which a second delivery is known."""
    return _text(_part(raw, "message"), "msg_id")


def _part(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = values.get(name)
    return part if isinstance(part, dict) else {}


def _text(values: Mapping[str, Any], name: str) -> str:
    """Also of what is a number in some deliveries: times, sizes."""
    value = values.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return storable_text(value) if isinstance(value, str) else ""
