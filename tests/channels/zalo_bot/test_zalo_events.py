"""What Zalo brings: captured JSON and the event expected of it; an envelope, a second delivery, what is none of ours."""

from typing import Any

import pytest

from bot.channels.zalo.fetching import Attached
from bot.channels.zalo_bot.client import api_answer
from bot.channels.zalo_bot.events import attached_of, incoming_of_event
from bot.messages import Address, Incoming, Refusal
from tests.channels.zalo_bot.api import AT, JSON, PLACE, event, said

FIRST_NAME: JSON = {"from": {"id": PLACE, "first_name": "Bình"}}
NO_PLACE: JSON = {"from": {}, "chat": {}}
NO_PARTS: JSON = {"from": "x", "chat": None}


def heard(**rest: Any) -> Incoming:
    values = {
        "id": "zalo:2d758cb5e222177a",
        "address": Address("zalo", PLACE),
        "at": AT,
        "sender": "An",
        "message_ref": "1650270600123",
    }
    return Incoming(**{**values, **rest})


PICTURE = "https://f23-zpc.zdn.vn/anh.jpg"
PHOTO = Attached("anh-600123.jpg", PICTURE)
SPOKEN = Attached("ghi-am-600123.aac", "https://voice-aac-dl.zdn.vn/a.aac")
IMAGE, VOICE = "message.image.received", "message.voice.received"
CAPTIONED: JSON = {"caption": "trang 1", "message_type": "CHAT_PHOTO"}
UNSUPPORTED = "message.unsupported.received"
REFUSED = (Refusal("", "file_by_page"),)
LOST = (Refusal("anh-600123.jpg", "file_fetch_failed"),)
OWN: JSON = {"from": {"id": "1459232241454765289", "display_name": "bot", "is_bot": True}}
GROUP: JSON = {"chat": {"id": "g1", "chat_type": "GROUP"}}

IN: dict[str, tuple[Any, Incoming | None, Attached | None]] = {
    "text": (said("25 đồng chí"), heard(text="25 đồng chí"), None),
    "in an envelope": ({"ok": True, "result": said("25")}, heard(text="25"), None),
    "an older name of the sender": (
        said("25", **FIRST_NAME),
        heard(text="25", sender="Bình"),
        None,
    ),
    "what a database does not take": (said("a\0b\ud800"), heard(text="ab?"), None),
    "picture": (event(IMAGE, photo_url=PICTURE, **CAPTIONED), heard(text="trang 1"), PHOTO),
    "picture by its other name": (event(IMAGE, photo=PICTURE), heard(), PHOTO),
    "picture by both names": (event(IMAGE, photo=PICTURE, photo_url=PICTURE), heard(), PHOTO),
    "picture without an address": (event(IMAGE, photo={"x": 1}), heard(refused=LOST), None),
    "voice": (event(VOICE, voice_url=SPOKEN.url, message_type="CHAT_VOICE"), heard(), SPOKEN),
    "unsupported": (event(UNSUPPORTED), heard(refused=REFUSED), None),
    "unsupported without a message": ({"event_name": UNSUPPORTED}, None, None),
    "sticker": (event("message.sticker.received", sticker="0e07", url="https://x.zdn.vn/1"), heard(), None),
    "something new": (event("message.reaction.received", icon="/-heart"), None, None),
    "the bot's own words": (said("25", **OWN), None, None),
    "group": (
        said("chào cả nhà", **GROUP),
        heard(text="chào cả nhà", group=True, address=Address("zalo", "g1")),
        None,
    ),
    "no number": (said("25", message_id=None), None, None),
    "no place": (said("25", **NO_PLACE), None, None),
    "no parts": (said("25", **NO_PARTS), None, None),
    "date as text": (said("25", date="1650270600123"), heard(text="25", message_ref=""), None),
    "empty": ({}, None, None),
    "empty message": ({"event_name": "message.text.received", "message": {}}, None, None),
    "message of another shape": ({"message": ["x"]}, None, None),
    "list": ([1, 2], None, None),
    "number": (7, None, None),
    "empty result": ({"ok": True, "result": None}, None, None),
}


@pytest.mark.parametrize(("raw", "expected", "file"), IN.values(), ids=IN.keys())
def test_incoming(raw: Any, expected: Incoming | None, file: Attached | None) -> None:
    inner = api_answer(raw)
    assert (inner and incoming_of_event(inner, AT)) == (expected if inner else inner)
    assert (inner and attached_of(inner)) == (file if inner else inner)
    assert inner or expected is None
