"""What an Official Account brings: captured JSON and the event expected of it; presses, follows, what is none of ours."""

from typing import Any

import pytest

from bot.channels.zalo.fetching import Attached
from bot.channels.zalo_oa.events import attached_of, incoming_of_event, number_of, press_of
from bot.messages import Address, Choice, Incoming, Refusal
from tests.channels.zalo_oa.api import ACCOUNT, AT, JSON, PLACE, brought, event, followed, said


def heard(**rest: Any) -> Incoming:
    usual = {
        "id": "zalo_oa:2d758cb5e222177a",
        "address": Address("zalo_oa", PLACE),
        "at": AT,
        "message_ref": "1650270600123",
    }
    return Incoming(**{**usual, **rest})


HOST = "https://f23-zpc.zdn.vn"
FILE: JSON = {"url": f"{HOST}/1", "size": "5120", "name": "Báo cáo.pdf", "checksum": "x", "type": "pdf"}
TWO: JSON = {"attachments": [{"payload": {"url": f"{HOST}/1"}}, {"payload": {"url": f"{HOST}/2"}}]}
MOVED = Refusal("video-600123.mp4", "file_type", (("name", "video-600123.mp4"),))
GIF = Refusal("anh-dong-600123.gif", "file_type", (("name", "anh-dong-600123.gif"),))
BACK: JSON = {"sender": {"id": ACCOUNT}, "recipient": {"id": PLACE}}
LINK: JSON = {"attachments": [{"type": "link", "payload": {"url": "https://a.vn", "description": "x"}}]}
LOST = (Refusal("tep-600123", "file_fetch_failed"),)

IN: dict[str, tuple[JSON, Incoming | None, tuple[Attached, ...]]] = {
    "text": (said("25 đồng chí"), heard(text="25 đồng chí"), ()),
    "what a database does not take": (said("a\0b\ud800"), heard(text="ab?"), ()),
    "press": (said("✅ Đồng ý [[=4:yes]]"), heard(label="✅ Đồng ý", payload="=4:yes"), ()),
    "press of a label with brackets": (said("A [[b]] [[do:1]]"), heard(label="A [[b]]", payload="do:1"), ()),
    "press that carries nothing": (said("A [[]]"), heard(label="A"), ()),
    "brackets that people type": (said("[[x]] rồi"), heard(text="[[x]] rồi"), ()),
    "brackets at the end alone": (said("rồi]]"), heard(text="rồi]]"), ()),
    "more choices": (said("Xem thêm [[0]]"), heard(label="Xem thêm", payload="0"), ()),
    "picture": (
        brought("image", text="trang 1", url=f"{HOST}/a.jpg", thumbnail=f"{HOST}/t.jpg"),
        heard(text="trang 1"),
        (Attached("anh-600123.jpg", f"{HOST}/a.jpg"),),
    ),
    "two pictures at once": (
        event("user_send_image", **TWO),
        heard(),
        (Attached("anh-600123.jpg", f"{HOST}/1"), Attached("anh-600123-2.jpg", f"{HOST}/2")),
    ),
    "file": (brought("file", **FILE), heard(), (Attached("Báo cáo.pdf", f"{HOST}/1", 5120),)),
    "file without a size": (
        brought("file", url=f"{HOST}/1", name=" a \n b.docx", size="lớn"),
        heard(),
        (Attached("a b.docx", f"{HOST}/1"),),
    ),
    "file whose size is a number": (
        brought("file", **FILE | {"size": 7}),
        heard(),
        (Attached("Báo cáo.pdf", f"{HOST}/1", 7),),
    ),
    "file without a name": (
        brought("file", url=f"{HOST}/1"),
        heard(),
        (Attached("tep-600123", f"{HOST}/1"),),
    ),
    "voice": (brought("audio", url=f"{HOST}/a"), heard(), (Attached("ghi-am-600123.aac", f"{HOST}/a"),)),
    "voice of another kind": (
        brought("audio", url=f"{HOST}/a.M4A?x=1"),
        heard(),
        (Attached("ghi-am-600123.m4a", f"{HOST}/a.M4A?x=1"),),
    ),
    "voice at no address": (
        brought("audio", url="https://[x.aac"),
        heard(),
        (Attached("ghi-am-600123.aac", "https://[x.aac"),),
    ),
    "picture without an address": (
        brought("image", url={"x": 1}),
        heard(refused=(Refusal("anh-600123.jpg", "file_fetch_failed"),)),
        (),
    ),
    "attachments of another shape": (
        event("user_send_file", attachments={"url": "x"}),
        heard(refused=LOST),
        (),
    ),
    "attachments of many shapes": (
        event("user_send_file", attachments=[7, {}, {"payload": None}]),
        heard(refused=LOST),
        (),
    ),
    "video": (brought("video", url=f"{HOST}/a.mp4"), heard(refused=(MOVED,)), ()),
    "moving picture": (brought("gif", url=f"{HOST}/a.gif"), heard(refused=(GIF,)), ()),
    "link": (event("user_send_link", text="xem https://a.vn", **LINK), heard(text="xem https://a.vn"), ()),
    "link without words": (event("user_send_link", **LINK), heard(), ()),
    "sticker": (brought("sticker", url=f"{HOST}/s.png", id="0e07"), heard(), ()),
    "place on a map": (brought("location", coordinates={"latitude": "10"}), heard(), ()),
    "click that is told beside": (event("user_click_button", text="x [[do:1]]"), None, ()),
    "seen": (event("user_seen_message"), None, ()),
    "our own words": (event("oa_send_text", text="25") | BACK, None, ()),
    "group": (event("user_send_group_text", text="25"), None, ()),
    "follow": (
        followed(),
        heard(id=f"zalo_oa:follow:{PLACE}:1650270600123", message_ref="", blocked=False),
        (),
    ),
    "unfollow": (
        followed("unfollow"),
        heard(id=f"zalo_oa:unfollow:{PLACE}:1650270600123", message_ref="", blocked=True),
        (),
    ),
    "follow of nobody": (followed() | {"follower": None}, None, ()),
    "no number": (said("25", ""), None, ()),
    "no person": (said("25") | {"sender": {}}, None, ()),
    "no parts": (said("25") | {"sender": "x", "message": None}, None, ()),
    "time as a number": (said("25") | {"timestamp": 1650270600123}, heard(text="25"), ()),
    "time of another kind": (said("25") | {"timestamp": True}, heard(text="25", message_ref=""), ()),
    "empty words": (said(""), heard(), ()),
    "name of another kind": ({"event_name": ["user_send_text"]}, None, ()),
    "empty": ({}, None, ()),
}


@pytest.mark.parametrize(("raw", "expected", "files"), IN.values(), ids=IN.keys())
def test_incoming(raw: JSON, expected: Incoming | None, files: tuple[Attached, ...]) -> None:
    assert incoming_of_event(raw, AT) == expected
    assert attached_of(raw) == files


def test_a_press_comes_back_as_it_went_out() -> None:
    choice = Choice("Bấm [[đây]]", "do:1:2")
    back = incoming_of_event(said(press_of(choice, choice.label)), AT)
    assert back == heard(label="Bấm [[đây]]", payload="do:1:2")


def test_a_message_has_its_own_number() -> None:
    assert number_of(said("25", "n1")) == "n1"
    assert number_of({"message": 7}) == ""
