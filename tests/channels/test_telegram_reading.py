"""Telegram: what is read as it came is what the library reads, for whatever the Bot API may bring."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from telegram import Update

from bot.channels.telegram.arriving import Arrived, arrived_of_update, read_plainly, read_update
from bot.channels.telegram.polling import storable_strings
from bot.channels.telegram.updates import Attached
from bot.messages import Address, Incoming

JSON = dict[str, Any]

AT = datetime(2022, 4, 18, 8, 30, tzinfo=UTC)
NAME = "TroLyChiBoBot"
AN: JSON = {"id": 501, "is_bot": False, "first_name": "An", "last_name": "Nguyễn", "language_code": "vi"}
PRIVATE: JSON = {"id": 501, "type": "private", "first_name": "An"}
GROUP: JSON = {"id": -100777, "type": "supergroup", "title": "Chi bộ 3"}
CHANNEL: JSON = {"id": -100888, "type": "channel", "title": "Bản tin"}
PLACE = Address("telegram", "501")
OURS: JSON = {"id": 123456, "is_bot": True, "first_name": "Trợ lý", "username": NAME}
SAID: JSON = {"message_id": 97, "from": AN, "chat": PRIVATE, "date": 1650270600, "text": "25 đồng chí"}
WORDLESS: JSON = {key: value for key, value in SAID.items() if key != "text"}
BUTTONS = {
    "inline_keyboard": [
        [{"text": "Đúng hạn", "callback_data": "=4:yes"}, {"text": "Trang", "url": "https://a.vn"}]
    ]
}
ASKED: JSON = {
    "message_id": 80,
    "from": OURS,
    "chat": PRIVATE,
    "date": 1650270000,
    "text": "?",
    "reply_markup": BUTTONS,
}
PRESSED: JSON = {"id": "q7", "from": AN, "chat_instance": "c", "data": "=4:yes", "message": ASKED}


def by_library(raw: JSON) -> Arrived:
    return arrived_of_update(Update.de_json(storable_strings(raw)), AT, NAME)


class NoLibrary:
    """In the place of the bot: nobody asks for it."""

    username = NAME


TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            "/hop@TroLyChiBoBot 1",
            "hai\r\ndòng",
            "\0",
            "",
            "một\0hai",
            "nửa \ud83d",
            "😀 chào",
            "@TroLyChiBoBot",
        ]
    ),
)
IDS = st.integers(1, 2**52)
USERS = st.fixed_dictionaries(
    {"id": IDS, "is_bot": st.booleans(), "first_name": TEXTS},
    optional={
        "last_name": TEXTS,
        "username": st.just("an"),
        "language_code": st.just("vi"),
        "is_premium": st.just(True),
    },
)
CHATS = st.one_of(
    st.fixed_dictionaries(
        {"id": IDS, "type": st.just("private")}, optional={"first_name": TEXTS, "unheard_of": TEXTS}
    ),
    st.sampled_from(
        [GROUP, {"id": -5, "type": "group", "title": "g"}, {"id": -6, "type": "channel", "title": "c"}]
    ),
)
ENTITIES = st.lists(
    st.sampled_from(
        [
            {"type": "bot_command", "offset": 0, "length": 4},
            {"type": "mention", "offset": 0, "length": 14},
            {"type": "url", "offset": 0, "length": 1},
        ]
    ),
    max_size=2,
)
DOCUMENT = {"file_id": "F", "file_unique_id": "u", "file_name": "Báo cáo.pdf", "file_size": 5}
SHAPE = {"file_id": "V", "file_unique_id": "v", "width": 1, "height": 1, "duration": 1}
REST: JSON = {
    "entities": ENTITIES,
    "caption": TEXTS,
    "reply_to_message": st.sampled_from([ASKED, SAID]),
    "link_preview_options": st.just({"is_disabled": True}),
    "forward_origin": st.just({"type": "user", "date": 1, "sender_user": AN}),
    "via_bot": st.just(OURS),
    "media_group_id": st.just("13"),
    "document": st.just(DOCUMENT),
    "photo": st.just([{"file_id": "S", "file_unique_id": "s", "width": 9, "height": 6}]),
    "video": st.just(SHAPE),
    "voice": st.just({"file_id": "V", "file_unique_id": "v", "duration": 3}),
    "sticker": st.just({**SHAPE, "type": "regular", "is_animated": False, "is_video": False}),
    "new_chat_title": st.just("x"),
    "unheard_of": TEXTS,
}
MESSAGES = st.fixed_dictionaries(
    {"message_id": IDS, "chat": CHATS, "date": st.integers(1, 2**31 - 1)},
    optional={"from": USERS, "text": TEXTS, **REST},
)
PAYLOADS = st.sampled_from(["=4:yes", "home", "meet.next:1:0"])
ROWS = st.lists(
    st.lists(
        st.one_of(
            st.fixed_dictionaries({"text": TEXTS, "callback_data": PAYLOADS}),
            st.fixed_dictionaries({"text": TEXTS, "url": st.just("https://a.vn")}),
        ),
        max_size=2,
    ),
    max_size=2,
)
PRESSED_UNDER = st.fixed_dictionaries(
    {"message_id": IDS, "chat": CHATS, "date": st.sampled_from([0, 1650270000])},
    optional={
        "from": st.just(OURS),
        "text": TEXTS,
        "reply_markup": st.fixed_dictionaries({"inline_keyboard": ROWS}),
    },
)
PRESSES = st.fixed_dictionaries(
    {"id": st.just("q7"), "from": USERS, "chat_instance": st.just("c")},
    optional={
        "data": st.one_of(PAYLOADS, TEXTS),
        "message": PRESSED_UNDER,
        "game_short_name": st.just("g"),
        "unheard_of": TEXTS,
    },
)
UPDATES = st.one_of(
    st.fixed_dictionaries({"update_id": IDS, "message": MESSAGES}),
    st.fixed_dictionaries({"update_id": IDS, "edited_message": MESSAGES}),
    st.fixed_dictionaries({"update_id": IDS, "callback_query": PRESSES}),
    st.fixed_dictionaries({"update_id": IDS, "message": MESSAGES, "unheard_of": TEXTS}),
)


@given(UPDATES)
@settings(max_examples=600, deadline=None, suppress_health_check=list(HealthCheck))
def test_either_reading_gives_the_same(raw: JSON) -> None:
    plain = read_plainly(raw, AT)
    assert plain is None or plain == by_library(raw)


PLAIN: dict[str, JSON] = {
    "text": {"message": SAID},
    "command": {
        "message": {**SAID, "text": "/hop", "entities": [{"type": "bot_command", "offset": 0, "length": 4}]}
    },
    "answer to a message": {"message": {**SAID, "reply_to_message": ASKED}},
    "press": {"callback_query": PRESSED},
    "press of what is no longer there": {"callback_query": {**PRESSED, "data": "gone:1"}},
}


@pytest.mark.parametrize("kind", PLAIN.values(), ids=PLAIN.keys())
def test_what_comes_all_the_time_is_read_as_it_came(kind: JSON, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = {"update_id": 7, **kind}
    expected = by_library(raw)
    assert expected.event
    monkeypatch.setattr(Update, "de_json", None)
    assert read_update(raw, NoLibrary(), AT) == expected  # type: ignore[arg-type]


RARE: dict[str, JSON] = {
    "edited": {"edited_message": SAID},
    "in a group": {"message": {**SAID, "chat": GROUP, "text": "/hop"}},
    "forwarded": {"message": {**SAID, "forward_origin": {"type": "user", "date": 1, "sender_user": AN}}},
    "by a bot": {"message": {**SAID, "from": OURS}},
    "with a file": {"message": {**SAID, "document": DOCUMENT}},
    "nothing that a database takes": {"message": {**SAID, "text": "\0"}},
    "press in a group": {"callback_query": {**PRESSED, "message": {**ASKED, "chat": GROUP}}},
    "press of a message too old": {"callback_query": {**PRESSED, "message": {**ASKED, "date": 0}}},
    "press without a keyboard": {"callback_query": {**PRESSED, "message": SAID}},
    "press without a message": {"callback_query": {key: PRESSED[key] for key in ("id", "from", "data")}},
}


@pytest.mark.parametrize("kind", RARE.values(), ids=RARE.keys())
def test_what_is_rare_is_left_to_the_library(kind: JSON) -> None:
    assert read_plainly({"update_id": 7, **kind}, AT) is None


CHANGED: dict[str, tuple[JSON, Arrived]] = {
    "words beside it": (
        {"message": {**SAID, "external_reply": {}, "entities": [{}]}},
        Arrived(Incoming("tg:7", PLACE, AT, sender="An Nguyễn", text="25 đồng chí", message_ref="97")),
    ),
    "corrected words": (
        {"edited_message": {**SAID, "external_reply": {}}},
        Arrived(
            Incoming("tg:7", PLACE, AT, sender="An Nguyễn", text="25 đồng chí", message_ref="97", edited=True)
        ),
    ),
    "a file beside it": (
        {"message": {**WORDLESS, "document": DOCUMENT, "caption": "Báo cáo", "external_reply": {}}},
        Arrived(
            Incoming("tg:7", PLACE, AT, sender="An Nguyễn", text="Báo cáo", message_ref="97"),
            Attached("Báo cáo.pdf", "F", 5),
        ),
    ),
    "nothing else": (
        {"message": {**WORDLESS, "poll": {}}},
        Arrived(Incoming("tg:7", PLACE, AT, sender="An Nguyễn", message_ref="97")),
    ),
    "a button under it": (
        {"callback_query": {**PRESSED, "message": {**ASKED, "poll": {}}}},
        Arrived(
            Incoming("tg:7", PLACE, AT, sender="An Nguyễn", payload="=4:yes", label="Đúng hạn"),
            query="q7",
            keyboard=(501, 80),
        ),
    ),
    "a button in a group": (
        {"callback_query": {**PRESSED, "message": {**ASKED, "poll": {}, "chat": GROUP}}},
        Arrived(
            Incoming(
                "tg:7",
                Address("telegram", "-100777"),
                AT,
                sender="An Nguyễn",
                payload="=4:yes",
                label="Đúng hạn",
                group=True,
            ),
            query="q7",
            keyboard=(-100777, 80),
        ),
    ),
    "in a channel": ({"message": {**WORDLESS, "chat": CHANNEL, "poll": {}}}, Arrived(None)),
}


@pytest.mark.parametrize(("kind", "expected"), CHANGED.values(), ids=CHANGED.keys())
def test_what_the_library_cannot_read_takes_nothing_with_it(kind: JSON, expected: Arrived) -> None:
    assert read_update({"update_id": 7, **kind}, NoLibrary(), AT) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("first", "last", "name"), [("", None, ""), ("\0", "An", "An"), ("", "An", "An"), ("An", "", "An")]
)
def test_whose_name_is_gone_is_heard_all_the_same(first: str, last: str | None, name: str) -> None:
    """An account that has been deleted keeps its buttons for a while, and no name."""
    who = {"id": 7, "is_bot": False, "first_name": first, **({"last_name": last} if last is not None else {})}
    raw = {"update_id": 1, "callback_query": {**PRESSED, "from": who}}
    plain = read_plainly(raw, AT)
    assert plain is not None
    assert plain.event is not None
    assert plain.event.sender == name
    assert plain == by_library(raw)
