"""Telegram: captured JSON in, requests out, and when an update is acknowledged; against a server on this machine."""

import asyncio
import json
import logging
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr
from telegram import Update
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, TimedOut

from bot.channels import waiting
from bot.channels.base import Known, Tools
from bot.channels.telegram import channel, fetching, sending
from bot.channels.telegram.aiohttp_request import AiohttpRequest
from bot.channels.telegram.channel import Telegram
from bot.channels.telegram.polling import UPDATES
from bot.channels.telegram.sending import inline_keyboard
from bot.channels.telegram.settings import BadToken, TelegramSettings
from bot.channels.telegram.updates import incoming_of_update
from bot.messages import (
    Address,
    Choice,
    File,
    FilesLater,
    Incoming,
    Refusal,
    Reply,
    TextLater,
    TryLater,
    Undeliverable,
    Unsendable,
)
from tests.kit.receiving import in_thread

SECONDS = 120
"""So long is waited for what must happen; no test asserts how long it takes."""

JSON = dict[str, Any]

AT = datetime(2022, 4, 18, 8, 30, tzinfo=UTC)
SECRET = "AAsecret-Part_of1the2token"
TOKEN = f"123456:{SECRET}"
BOT = {"id": 123456, "is_bot": True, "first_name": "Trợ lý", "username": "TroLyChiBoBot"}
AN: JSON = {"id": 501, "is_bot": False, "first_name": "An", "language_code": "vi"}
PRIVATE: JSON = {"id": 501, "type": "private", "first_name": "An"}
GROUP: JSON = {"id": -100777, "type": "supergroup", "title": "Chi bộ 3"}
PDF = b"%PDF-1.7 " + bytes(range(256)) * 500
DOCUMENT = {
    "file_id": "F1",
    "file_unique_id": "u1",
    "file_name": "Báo cáo.pdf",
    "mime_type": "application/pdf",
    "file_size": len(PDF),
}
STORED = File("a" * 64, "Báo cáo.pdf", len(PDF), "application/pdf")


# What comes in: captured JSON and the event expected of it


def update(number: int = 7, **kind: Any) -> JSON:
    return {"update_id": number, **kind}


def message(number: int = 7, *, kind: str = "message", chat: JSON = PRIVATE, **rest: Any) -> JSON:
    said = {"message_id": 90 + number, "from": AN, "chat": chat, "date": 1650270600, **rest}
    if kind == "edited_message":
        said["edit_date"] = 1650270700
    return update(number, **{kind: said})


def event(**rest: Any) -> Incoming:
    values = {
        "id": "tg:7",
        "address": Address("telegram", "501"),
        "at": AT,
        "sender": "An",
        "message_ref": "97",
    }
    return Incoming(**{**values, **rest})


def in_group(**rest: Any) -> Incoming:
    return event(address=Address("telegram", "-100777"), group=True, **rest)


def command(text: str) -> JSON:
    length = len(text.split()[0])
    return {"text": text, "entities": [{"type": "bot_command", "offset": 0, "length": length}]}


def mention(text: str, name: str) -> JSON:
    offset = len(text.partition(name)[0].encode("utf-16-le")) // 2
    return {"text": text, "entities": [{"type": "mention", "offset": offset, "length": len(name)}]}


def video(**rest: Any) -> JSON:
    shape = {"file_id": "V", "file_unique_id": "v", "width": 1, "height": 1, "length": 1, "duration": 1}
    return {**shape, **rest}


BUTTONS = {
    "inline_keyboard": [
        [{"text": "Đúng hạn", "callback_data": "=4:yes"}, {"text": "Trễ", "callback_data": "=4:late"}],
        [{"text": "Trang", "url": "https://example.org/"}],
    ]
}


def pressed(data: str | None = "=4:late", number: int = 7, **rest: Any) -> JSON:
    asked = {"message_id": 80, "from": BOT, "chat": PRIVATE, "date": 1650270000, "text": "?"}
    query = {
        "id": f"q{number}",
        "from": AN,
        "chat_instance": "c",
        "data": data,
        "message": {**asked, "reply_markup": BUTTONS},
        **rest,
    }
    return update(number, callback_query={key: value for key, value in query.items() if value is not None})


def member(new: str, old: str, chat: JSON = PRIVATE) -> JSON:
    def one(status: str) -> JSON:
        rights = dict.fromkeys(
            [
                "can_be_edited",
                "is_anonymous",
                "can_manage_chat",
                "can_delete_messages",
                "can_manage_video_chats",
                "can_restrict_members",
                "can_promote_members",
                "can_change_info",
                "can_invite_users",
                "can_post_stories",
                "can_edit_stories",
                "can_delete_stories",
            ],
            False,
        )
        more: dict[str, JSON] = {"kicked": {"until_date": 0}, "administrator": rights}
        return {"user": BOT, "status": status, **more.get(status, {})}

    change = {"chat": chat, "from": AN, "date": 1650270600}
    return update(my_chat_member={**change, "old_chat_member": one(old), "new_chat_member": one(new)})


def too_big(name: str, size_mb: str) -> Refusal:
    return Refusal(name, "file_over_channel", (("size_mb", size_mb), ("limit_mb", "20")))


def wrong_type(name: str) -> Refusal:
    return Refusal(name, "file_type", (("name", name),))


PHOTO = [
    {"file_id": "S", "file_unique_id": "s", "width": 90, "height": 60, "file_size": 900},
    {"file_id": "L", "file_unique_id": "l", "width": 1280, "height": 853, "file_size": 90000},
    {"file_id": "M", "file_unique_id": "m", "width": 320, "height": 213, "file_size": 9000},
]
STICKER = {
    "file_id": "S",
    "file_unique_id": "s",
    "type": "regular",
    "width": 512,
    "height": 512,
    "is_animated": False,
    "is_video": False,
}
BY_A_BOT: JSON = {"from": {"id": 9, "is_bot": True, "first_name": "b", "username": "KhacBot"}}
BOTS_MESSAGE = {"message_id": 5, "from": BOT, "chat": GROUP, "date": 1650270000, "text": "?"}
NO_REF: JSON = {"message_ref": ""}
NOBODY: JSON = {**NO_REF, "sender": ""}

IN: dict[str, tuple[JSON, Incoming | None]] = {
    "text": (message(text="25 đồng chí"), event(text="25 đồng chí")),
    "command": (message(**command("/start ABCD-EFGH")), event(text="/start ABCD-EFGH")),
    "edited": (
        message(kind="edited_message", text="26"),
        event(text="26", edited=True),
    ),
    "document": (message(document=DOCUMENT, caption="nộp"), event(text="nộp")),
    "album": (
        message(document=DOCUMENT, media_group_id="13212"),
        event(album="13212"),
    ),
    "photo": (message(photo=PHOTO), event()),
    "document of just 20 MB": (message(document={**DOCUMENT, "file_size": 20 * 2**20}), event()),
    "document over 20 MB": (
        message(document={**DOCUMENT, "file_size": 24 * 2**20 + 1}, caption="đây"),
        event(text="đây", refused=(too_big("Báo cáo.pdf", "25"),)),
    ),
    "video": (
        message(video=video(file_name="hop.mp4")),
        event(refused=(wrong_type("hop.mp4"),)),
    ),
    "voice": (
        message(voice={"file_id": "V", "file_unique_id": "v", "duration": 3}),
        event(),
    ),
    "round video": (
        message(video_note=video()),
        event(refused=(wrong_type("video_note-97.mp4"),)),
    ),
    "audio": (
        message(
            audio={
                "file_id": "V",
                "file_unique_id": "v",
                "duration": 3,
                "file_name": " a \n b.mp3",
                "file_size": 24 * 2**20 + 1,
            }
        ),
        event(refused=(too_big("a b.mp3", "25"),)),
    ),
    "moving picture, a document as well": (
        message(animation=video(file_name="x.gif.mp4"), document=DOCUMENT),
        event(refused=(wrong_type("x.gif.mp4"),)),
    ),
    "sticker": (message(sticker=STICKER), event()),
    "location": (message(location={"latitude": 21.0, "longitude": 105.8}), event()),
    "contact": (message(contact={"phone_number": "0900000000", "first_name": "An"}), event()),
    "service message": (message(new_chat_title="x"), None),
    "another bot": (message(text="x", **BY_A_BOT), None),
    "button": (pressed(), event(payload="=4:late", label="Trễ", **NO_REF)),
    "button that is no longer there": (pressed("gone:1"), event(payload="gone:1", **NO_REF)),
    "button of a message too old": (
        pressed(message={"message_id": 80, "chat": PRIVATE, "date": 0}),
        event(payload="=4:late", **NO_REF),
    ),
    "button without a message": (pressed(message=None), event(payload="=4:late", **NO_REF)),
    "button without data": (pressed(None, game_short_name="g"), None),
    "button in a group": (
        pressed(message={**BOTS_MESSAGE, "reply_markup": BUTTONS}),
        in_group(payload="=4:late", label="Trễ", **NO_REF),
    ),
    "blocked": (member("kicked", "member"), event(blocked=True, **NOBODY)),
    "let in again": (member("member", "kicked"), event(blocked=False, **NOBODY)),
    "group, just talk": (message(chat=GROUP, text="chào cả nhà"), None),
    "group, command": (message(chat=GROUP, **command("/hop")), in_group(text="/hop")),
    "group, command to this bot": (
        message(chat=GROUP, **command("/hop@trolychibobot 1")),
        in_group(text="/hop@trolychibobot 1"),
    ),
    "group, command to another bot": (message(chat=GROUP, **command("/hop@khacbot")), None),
    "group, mention": (
        message(chat=GROUP, **mention("ê 😀 @TroLyChiBoBot ơi", "@TroLyChiBoBot")),
        in_group(text="ê 😀 @TroLyChiBoBot ơi"),
    ),
    "group, mention of another": (message(chat=GROUP, **mention("ê @KhacBot ơi", "@KhacBot")), None),
    "group, mention under a file": (
        message(
            chat=GROUP,
            video=video(),
            caption="@TroLyChiBoBot",
            caption_entities=[{"type": "mention", "offset": 0, "length": 14}],
        ),
        in_group(text="@TroLyChiBoBot"),
    ),
    "group, answer to the bot": (
        message(chat=GROUP, text="25", reply_to_message=BOTS_MESSAGE),
        in_group(text="25"),
    ),
    "group, answer to somebody": (
        message(chat=GROUP, text="25", reply_to_message={**BOTS_MESSAGE, "from": AN}),
        None,
    ),
    "group, edited": (message(kind="edited_message", chat=GROUP, **command("/hop")), None),
    "group, bot added": (member("member", "left", GROUP), in_group(**NOBODY)),
    "group, bot added with rights": (member("administrator", "kicked", GROUP), in_group(**NOBODY)),
    "group, bot given rights": (member("administrator", "member", GROUP), None),
    "group, bot thrown out": (member("kicked", "member", GROUP), None),
    "channel, bot added": (member("administrator", "left", {"id": -5, "type": "channel"}), None),
    "channel post": (
        update(
            channel_post={
                "message_id": 1,
                "chat": {"id": -5, "type": "channel"},
                "date": 1650270600,
                "text": "x",
            }
        ),
        None,
    ),
}


@pytest.mark.parametrize(("raw", "expected"), IN.values(), ids=IN.keys())
def test_incoming(raw: JSON, expected: Incoming | None) -> None:
    assert incoming_of_update(Update.de_json(raw), AT, "TroLyChiBoBot") == expected


# A Bot API on this machine


class Api:
    """Remembers what it was asked; `answers` are given once each, before the ordinary ones."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, JSON]] = []
        self.answers: dict[str, list[tuple[int, JSON | str]]] = defaultdict(list)
        self.updates: list[JSON] = []
        self.files: dict[str, bytes | int] = {"documents/file_1.pdf": PDF}
        self.file_path = "documents/file_1.pdf"
        self.broken = 0
        self.url = ""
        self.ordinal = 1000

    def called(self, method: str) -> list[JSON]:
        return [values for name, values in self.calls if name == method]

    def fail(self, method: str, status: int, description: str, times: int = 1, **parameters: Any) -> None:
        body: JSON = {"ok": False, "error_code": status, "description": description}
        if parameters:
            body["parameters"] = parameters
        self.answers[method] += [(status, body)] * times

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if request.path.startswith("/file/bot"):
            if self.broken:
                self.broken -= 1
                return await self._half(request)
            return self._file(request.path.removeprefix(f"/file/bot{TOKEN}/"))
        method = request.path.rpartition("/")[2]
        values = await self._values(request)
        self.calls.append((method, values))
        if self.answers[method]:
            status, body = self.answers[method].pop(0)
            text = body if isinstance(body, str) else json.dumps(body)
            return web.Response(text=text, status=status)
        answer = getattr(self, f"_{method}", None)
        return web.json_response({"ok": True, "result": await answer(values) if answer else True})

    async def _values(self, request: web.Request) -> JSON:
        """As a Bot API server takes them: of what is no text, its JSON."""
        if not request.content_type.startswith("multipart/"):
            given = dict(await request.json()) if request.can_read_body else {}
            return {name: v if isinstance(v, str) else json.dumps(v) for name, v in given.items()}
        values: JSON = {}
        for name, value in (await request.post()).items():
            values[name] = (
                (value.filename, value.file.read()) if isinstance(value, web.FileField) else str(value)
            )
        return values

    def _file(self, path: str) -> web.Response:
        self.calls.append(("file", {"path": path}))
        content = self.files.get(path, 404)
        if isinstance(content, int):
            return web.Response(status=content)
        return web.Response(body=content)

    async def _half(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": str(len(PDF))})
        await response.prepare(request)
        await response.write(PDF[: len(PDF) // 2])
        assert request.transport is not None
        request.transport.close()
        return response

    async def _getMe(self, values: JSON) -> JSON:  # noqa: N802
        return BOT

    async def _getFile(self, values: JSON) -> JSON:  # noqa: N802
        return {"file_id": values["file_id"], "file_unique_id": "u", "file_path": self.file_path}

    async def _getUpdates(self, values: JSON) -> list[JSON]:  # noqa: N802
        offset = int(values["offset"])
        self.updates = [one for one in self.updates if one["update_id"] >= offset]
        for _ in range(10 if int(values["timeout"]) else 0):
            if self.updates:
                break
            await asyncio.sleep(0.01)
        return self.updates[: int(values["limit"])]

    async def _sendMessage(self, values: JSON) -> JSON:  # noqa: N802
        self.ordinal += 1
        return {"message_id": self.ordinal, "chat": PRIVATE, "date": 1650270600, "text": "x"}

    _sendDocument = _sendMessage  # noqa: N815


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    fake = Api()
    app = web.Application(client_max_size=2**26)
    app.router.add_route("*", "/{path:.*}", fake.handle)
    server = TestServer(app)
    await server.start_server(access_log=None, shutdown_timeout=0.1)
    fake.url = f"http://127.0.0.1:{server.port}"
    yield fake
    await server.close()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setattr(waiting, "PAUSES", (0.01, 0.02))
    monkeypatch.setattr(channel, "EMPTY_SECONDS", 0.05)
    monkeypatch.setattr(fetching, "FETCH_PAUSES", (0.01, 0.01, 0.0))
    monkeypatch.setattr(channel, "SHORT_PAUSE", 0.05)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    levels = {name: logging.getLogger(name).level for name in ("telegram", "telegram.request")}
    yield
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    assert list(tmp_path.glob("telegram-*")) == []


class Core:
    """What stands behind the channel: remembers the events; `hooks` are called before that, in the thread."""

    def __init__(self) -> None:
        self.events: list[Incoming] = []
        self.taken: list[tuple[str, bytes]] = []
        self.hook: Callable[[Incoming], None] = lambda event: None
        self.take_hook: Callable[[], None] = lambda: None
        self.refuse: Refusal | None = None
        self.stored: dict[str, bytes] = {STORED.digest: PDF}

    def receive(self, event: Incoming) -> bool:
        self.hook(event)
        self.events.append(event)
        return True

    def take_in(self, name: str, path: Path, sender: Address) -> File | Refusal:
        self.take_hook()
        self.taken.append((name, path.read_bytes()))
        return self.refuse or STORED

    def read_file(self, file: File) -> bytes:
        try:
            return self.stored[file.digest]
        except KeyError:
            raise FileNotFoundError(file.digest) from None

    def texts(self) -> list[str]:
        return [event.text for event in self.events]

    def tools(
        self,
        known: Known = lambda place: True,
        commands: Sequence[tuple[str, str]] = (),
        workers: int = 8,
    ) -> Tools:
        received = in_thread(lambda event: self.receive(event), workers)
        return Tools(
            received, self.take_in, lambda file: self.read_file(file), known, lambda: AT, "", commands
        )


def set_up(api: "Api", token: str = TOKEN, secret: str = "") -> TelegramSettings:
    return TelegramSettings(
        telegram_token=SecretStr(token), telegram_api_url=api.url, telegram_secret=SecretStr(secret)
    )


@pytest.fixture
def core() -> Core:
    return Core()


Start = Callable[..., Awaitable[Telegram]]


@pytest.fixture
async def start(api: Api, core: Core) -> AsyncIterator[Start]:
    opened: list[Telegram] = []

    async def begin(webhook_secret: str = "", **facts: Any) -> Telegram:
        values = {name: facts.pop(name) for name in ("known", "commands", "workers") if name in facts}
        bot = Telegram(set_up(api, secret=webhook_secret), core.tools(**values), **{"rate": None, **facts})
        opened.append(bot)
        await bot.start()
        return bot

    yield begin
    for bot in opened:
        await bot.stop()


@asynccontextmanager
async def polling(bot: Telegram) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(bot.poll())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()


async def until(true: Callable[[], object], seconds: float = SECONDS) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen"
        await asyncio.sleep(0.005)


def offsets(api: Api) -> list[int]:
    return [int(values["offset"]) for values in api.called("getUpdates")]


class Flaky:
    """Fails so many times, then does nothing."""

    def __init__(self, times: int, only: str = "") -> None:
        self.left = times
        self.only = only

    def __call__(self, event: Incoming | None = None) -> None:
        if self.left and (not self.only or (event is not None and event.text == self.only)):
            self.left -= 1
            raise OSError("the database is down")


def wait_for(go: threading.Event) -> Callable[[Incoming], None]:
    def wait(event: Incoming) -> None:
        assert go.wait(SECONDS)

    return wait


# Starting


async def test_start_learns_the_name_and_sets_the_menu(api: Api, start: Start) -> None:
    bot = await start(commands=[("hop", "Bắt đầu buổi họp"), ("huy", "Huỷ")])
    assert bot.username == "TroLyChiBoBot"
    assert bot.link("ABCD-EFGH") == "https://t.me/TroLyChiBoBot?start=ABCD-EFGH"
    assert json.loads(api.called("setMyCommands")[0]["commands"]) == [
        {"command": "hop", "description": "Bắt đầu buổi họp"},
        {"command": "huy", "description": "Huỷ"},
    ]


async def test_without_commands_the_menu_is_left_alone(api: Api, start: Start) -> None:
    await start()
    assert [name for name, _ in api.calls] == ["getMe"]


async def test_a_menu_that_is_refused_is_no_reason_to_stop(
    api: Api, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    api.fail("setMyCommands", 400, "Bad Request: BOT_COMMAND_INVALID")
    bot = await start(commands=[("hop", "x")])
    assert bot.username
    assert "telegram.commands failed error=BadRequest" in caplog.text


@pytest.mark.parametrize("status", [401, 404])
async def test_a_wrong_token_is_told_clearly_without_telling_it(api: Api, start: Start, status: int) -> None:
    api.fail("getMe", status, "Unauthorized")
    with pytest.raises(BadToken) as caught:
        await start()
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert SECRET not in str(caught.value)


async def test_no_token_is_a_bad_token(api: Api, core: Core) -> None:
    bot = Telegram(set_up(api, ""), core.tools())
    api.fail("getMe", 404, "Not Found")
    with pytest.raises(BadToken):
        await bot.start()


async def test_start_waits_for_the_network(api: Api, start: Start) -> None:
    api.fail("getMe", 502, "Bad Gateway", times=3)
    api.fail("getMe", 429, "Too Many Requests", retry_after=0.01)
    bot = await start()
    assert bot.username
    assert len(api.called("getMe")) == 5


@pytest.mark.logs_errors
async def test_nothing_secret_is_logged(
    api: Api, core: Core, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    api.answers["getUpdates"].append((502, "<html>http://proxy điều riêng tư</html>"))
    api.fail("sendMessage", 400, "Bad Request: can't parse entities: Unsupported start tag")
    core.hook = Flaky(1)
    bot = await start(rate=30.0)
    api.updates = [message(text="điều riêng tư"), {"update_id": 8, "message": {"text": "điều riêng tư"}}]
    async with polling(bot):
        await until(lambda: core.events and not api.updates)
    await bot.send("501", Reply("<x>điều riêng tư"))
    ours = [r.getMessage() for r in caplog.records if not r.name.startswith(("asyncio", "aiohttp"))]
    assert len(ours) >= 3
    assert not [line for line in ours if SECRET in line or "riêng tư" in line or "http" in line]


# Polling


async def test_updates_are_received_and_then_acknowledged(api: Api, core: Core, start: Start) -> None:
    api.updates = [message(7, text="một"), message(8, text="hai"), message(9, text="ba")]
    bot = await start()
    async with polling(bot):
        await until(lambda: 10 in offsets(api))
    assert core.texts() == ["một", "hai", "ba"]
    assert core.events[0] == event(text="một")
    assert [name for name, _ in api.calls[:3]] == ["getMe", "deleteWebhook", "getUpdates"]
    assert offsets(api)[:2] == [0, 10]
    first = api.called("getUpdates")[0]
    assert (first["timeout"], first["limit"]) == ("25", "100")
    assert json.loads(first["allowed_updates"]) == [
        "message",
        "edited_message",
        "callback_query",
        "my_chat_member",
    ]


async def test_once_all_is_acknowledged_lower_numbers_may_come(api: Api, core: Core, start: Start) -> None:
    api.updates = [message(900, text="trước")]
    bot = await start()
    async with polling(bot):
        await until(lambda: offsets(api)[-2:] == [901, 0])
        api.updates = [message(7, text="sau")]
        await until(lambda: len(core.events) == 2)
    assert core.texts() == ["trước", "sau"]


async def test_what_fails_is_tried_again_and_not_acknowledged_before(
    api: Api, core: Core, start: Start
) -> None:
    core.hook = Flaky(3, only="một")
    seen: list[list[int]] = []
    receive = core.receive

    def spy(event: Incoming) -> bool:
        seen.append(offsets(api))
        return receive(event)

    core.receive = spy  # type: ignore[method-assign]
    api.updates = [message(7, text="một"), message(8, text="hai")]
    bot = await start()
    async with polling(bot):
        await until(lambda: 9 in offsets(api))
    assert core.texts() == ["một", "hai"]
    assert all(max(asked) <= 7 for asked in seen[:4])


async def test_a_stop_between_leaves_the_update_with_telegram(api: Api, core: Core, start: Start) -> None:
    core.hook = Flaky(10**6)
    api.updates = [message(7, text="một")]
    first = await start()
    async with polling(first):
        await until(lambda: len(offsets(api)) > 2)
    assert max(offsets(api)) == 7
    assert core.events == []
    core.hook = lambda event: None
    second = await start()
    async with polling(second):
        await until(lambda: 8 in offsets(api))
    assert core.texts() == ["một"]


async def test_a_slow_chat_holds_up_neither_the_others_nor_its_own_order(
    api: Api, core: Core, start: Start
) -> None:
    go = threading.Event()

    def slow(event: Incoming) -> None:
        if event.text == "chậm":
            assert go.wait(SECONDS)

    core.hook = slow
    other: JSON = {"chat": {**PRIVATE, "id": 502}, "from": {**AN, "id": 502}}
    api.updates = [message(7, text="chậm"), message(8, text="sau"), message(9, text="khác", **other)]
    bot = await start()
    async with polling(bot):
        await until(lambda: core.texts() == ["khác"])
        api.updates.append(message(10, text="khác nữa", **other))
        await until(lambda: core.texts() == ["khác", "khác nữa"])
        await until(lambda: len(api.called("getUpdates")) >= 4)
        assert set(offsets(api)[1:]) == {7}
        assert {values["timeout"] for values in api.called("getUpdates")[1:]} == {"0"}
        go.set()
        await until(lambda: 11 in offsets(api))
    assert core.texts() == ["khác", "khác nữa", "chậm", "sau"]


async def test_waiting_for_a_slow_one_is_no_busy_loop(
    api: Api, core: Core, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel, "SHORT_PAUSE", 0.2)
    go = threading.Event()
    core.hook = wait_for(go)
    api.updates = [message(7, text="chậm")]
    bot = await start()
    async with polling(bot):
        await until(lambda: len(api.called("getUpdates")) == 2)
        await asyncio.sleep(0.5)
        assert len(api.called("getUpdates")) <= 5
        go.set()
        await until(lambda: 8 in offsets(api))


async def test_many_of_one_chat_stay_in_order_and_of_many_run_side_by_side(
    api: Api, core: Core, start: Start
) -> None:
    busy, most, lock = set[str](), 0, threading.Lock()

    def watch(event: Incoming) -> None:
        nonlocal most
        place = event.address.place
        with lock:
            assert place not in busy
            busy.add(place)
            most = max(most, len(busy))
        time.sleep(0.01)
        with lock:
            busy.discard(place)

    core.hook = watch
    people = [{**PRIVATE, "id": 600 + n} for n in range(6)]
    api.updates = [message(n, chat=people[n % 6], text=str(n)) for n in range(1, 61)]
    bot = await start(workers=3)
    async with polling(bot):
        await until(lambda: len(core.events) == 60)
    assert most == 3
    for person in people:
        said = [int(e.text) for e in core.events if e.address.place == str(person["id"])]
        assert said == sorted(said)
        assert len(said) == 10


async def test_trouble_of_the_network_is_waited_out(
    api: Api, core: Core, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    api.fail("deleteWebhook", 502, "Bad Gateway")
    api.fail("getUpdates", 409, "Conflict: terminated by other getUpdates request")
    api.fail("getUpdates", 500, "Internal Server Error")
    api.fail("getUpdates", 429, "Too Many Requests: retry after 1", retry_after=0.05)
    api.updates = [message(text="một")]
    bot = await start()
    async with polling(bot):
        await until(lambda: core.texts() == ["một"])
    assert len(api.called("deleteWebhook")) == 2
    assert "telegram.poll conflict: another process polls" in caplog.text
    assert "telegram.poll failed error=RetryAfter pause=0.05" in caplog.text


async def test_a_proxy_that_answers_at_once_is_not_asked_at_once_again(
    api: Api, core: Core, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    rested: list[float] = []
    bot = await start()
    for _ in range(50):
        api.answers["getUpdates"].append((200, {"ok": True, "result": []}))
    sleep = asyncio.sleep

    async def counting(seconds: float) -> None:
        rested.append(seconds)
        await sleep(0)

    monkeypatch.setattr(channel, "EMPTY_SECONDS", 1.0)
    monkeypatch.setattr(asyncio, "sleep", counting)
    async with polling(bot):
        await asyncio.wait_for(_drained(api, sleep), SECONDS)
    assert len(rested) >= 49
    assert min(rested) > 0, "an empty answer that came at once is rested after"


async def _drained(api: Api, sleep: Callable[[float], Awaitable[None]]) -> None:
    while api.answers["getUpdates"]:
        await sleep(0.01)


async def test_what_no_database_takes_is_cleaned(api: Api, core: Core, start: Start) -> None:
    said = message(text="một\0hai\ud83d")
    said["message"]["from"] = {**said["message"]["from"], "first_name": "A\udc00\0"}
    api.updates = [said]
    bot = await start()
    async with polling(bot):
        await until(lambda: core.texts())
    assert core.texts() == ["mộthai?"]
    core.events[0].sender.encode()
    assert "\0" not in core.events[0].sender


async def test_a_token_that_was_taken_back_is_known(api: Api, core: Core, start: Start) -> None:
    bot = await start()
    api.fail("getUpdates", 401, "Unauthorized", times=channel.REFUSALS)
    async with polling(bot):
        await until(lambda: bot.refused)
        api.updates = [message(text="một")]
        await until(lambda: core.texts() == ["một"])
        assert not bot.refused


async def test_a_sent_message_shows_that_the_token_is_taken(api: Api, start: Start) -> None:
    bot = await start()
    for _ in range(channel.REFUSALS):
        api.fail("sendMessage", 401, "Unauthorized")
        assert not bot.refused
        with pytest.raises(InvalidToken):
            await bot.send("1", Reply("x"))
    assert bot.refused
    await bot.send("1", Reply("x"))
    assert not bot.refused


@pytest.mark.logs_errors
async def test_an_update_that_cannot_be_read_does_not_come_for_ever(
    api: Api, core: Core, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    wordless = {**message(text=5), "update_id": 5}
    api.updates = [wordless, {"update_id": 6, "message": {"message_id": 1}}, message(text="một")]
    bot = await start()
    async with polling(bot):
        await until(lambda: 8 in offsets(api))
    assert core.texts() == ["một"]
    assert "telegram.read dropped update=5" in caplog.text
    assert "telegram.read dropped update=6" in caplog.text


async def test_stopping_lets_what_runs_finish_and_drops_what_waits(
    api: Api, core: Core, start: Start
) -> None:
    running, go = threading.Event(), threading.Event()

    def slow(event: Incoming) -> None:
        running.set()
        assert go.wait(SECONDS)

    core.hook = slow
    api.updates = [
        message(7, text="một"),
        message(8, text="hai", chat={**PRIVATE, "id": 502}),
        message(9, text="ba"),
    ]
    bot = await start(workers=1)
    task = asyncio.create_task(bot.poll())
    await until(running.is_set)
    task.cancel()
    await asyncio.sleep(0.05)
    assert not task.done()
    go.set()
    await asyncio.wait([task])
    assert task.cancelled()
    assert core.texts() == ["một"]
    assert max(offsets(api)) <= 7


async def test_stopping_does_not_wait_for_ever(
    api: Api, core: Core, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "LANDING_SECONDS", 0.05)
    running, go = threading.Event(), threading.Event()

    def stuck(event: Incoming) -> None:
        running.set()
        go.wait(SECONDS)

    core.hook = stuck
    api.updates = [message(text="một")]
    bot = await start()
    task = asyncio.create_task(bot.poll())
    await until(running.is_set)
    task.cancel()
    await asyncio.wait([task], timeout=SECONDS)
    assert task.cancelled()
    go.set()
    await until(lambda: core.events)


# Files that come in


async def test_a_document_is_fetched_and_taken_in(api: Api, core: Core, start: Start) -> None:
    api.updates = [message(document=DOCUMENT, caption="nộp", media_group_id="5")]
    bot = await start()
    async with polling(bot):
        await until(lambda: core.events)
    assert core.taken == [("Báo cáo.pdf", PDF)]
    assert core.events == [event(text="nộp", album="5", files=(STORED,))]
    assert api.called("getFile") == [{"file_id": "F1"}]


@pytest.mark.parametrize(
    ("sent", "name", "file_id"),
    [
        ({"photo": PHOTO}, "anh-97.jpg", "L"),
        ({"document": {"file_id": "N", "file_unique_id": "n"}}, "tep-97", "N"),
        ({"voice": {"file_id": "V", "file_unique_id": "v", "duration": 3}}, "ghi-am-97.ogg", "V"),
        ({"audio": {"file_id": "A", "file_unique_id": "a", "duration": 3}}, "ghi-am-97.ogg", "A"),
    ],
)
async def test_a_file_without_a_name_gets_one(
    api: Api, core: Core, start: Start, sent: JSON, name: str, file_id: str
) -> None:
    api.updates = [message(**sent)]
    bot = await start()
    async with polling(bot):
        await until(lambda: core.events)
    assert core.taken == [(name, PDF)]
    assert api.called("getFile") == [{"file_id": file_id}]


async def test_a_file_that_is_not_taken_in_is_handed_on_as_refused(
    api: Api, core: Core, start: Start
) -> None:
    core.refuse = Refusal("Báo cáo.pdf", "file_damaged", (("name", "Báo cáo.pdf"),))
    api.updates = [message(document=DOCUMENT)]
    bot = await start()
    async with polling(bot):
        await until(lambda: core.events)
    assert core.events == [event(refused=(core.refuse,))]


async def test_a_file_store_that_is_down_is_waited_for(api: Api, core: Core, start: Start) -> None:
    core.take_hook = Flaky(2)
    api.updates = [message(document=DOCUMENT)]
    bot = await start()
    async with polling(bot):
        await until(lambda: 8 in offsets(api))
    assert core.events == [event(files=(STORED,))]


async def test_a_strangers_file_is_neither_fetched_nor_taken_in(api: Api, core: Core, start: Start) -> None:
    api.updates = [message(document=DOCUMENT, caption="nộp")]
    asked: list[str] = []

    def known(place: str) -> bool:
        asked.append(place)
        return False

    bot = await start(known=known)
    async with polling(bot):
        await until(lambda: core.events)
    assert core.events == [event(text="nộp", refused=(Refusal.of_stranger("Báo cáo.pdf"),))]
    assert asked == [core.events[0].address.place]
    assert (core.taken, api.called("getFile")) == ([], [])


async def test_a_file_too_large_is_not_even_asked_for(api: Api, core: Core, start: Start) -> None:
    api.updates = [message(document={**DOCUMENT, "file_size": 24 * 2**20 + 1})]
    bot = await start()
    async with polling(bot):
        await until(lambda: core.events)
    assert core.events == [event(refused=(too_big("Báo cáo.pdf", "25"),))]
    assert api.called("getFile") == []


async def test_telegram_may_say_that_a_file_is_too_large(api: Api, core: Core, start: Start) -> None:
    api.fail("getFile", 400, "Bad Request: file is too big")
    api.updates = [message(document={**DOCUMENT, "file_size": None})]
    bot = await start()
    async with polling(bot):
        await until(lambda: core.events)
    assert core.events == [event(refused=(too_big("Báo cáo.pdf", ">20"),))]


async def test_a_file_larger_than_it_was_said_to_be(api: Api, core: Core, start: Start) -> None:
    api.files["documents/file_1.pdf"] = b"x" * (20 * 2**20 + 1)
    api.updates = [message(document=DOCUMENT)]
    bot = await start()
    async with polling(bot):
        await until(lambda: core.events)
    assert core.events == [event(refused=(too_big("Báo cáo.pdf", ">20"),))]
    assert core.taken == []


async def test_a_download_is_tried_three_times(api: Api, core: Core, start: Start) -> None:
    api.fail("getFile", 429, "Too Many Requests", retry_after=0.01)
    api.fail("getFile", 500, "Internal Server Error")
    api.updates = [message(document=DOCUMENT)]
    bot = await start()
    async with polling(bot):
        await until(lambda: core.events)
    assert core.events == [event(files=(STORED,))]


async def test_a_download_that_broke_off_begins_anew(api: Api, core: Core, start: Start) -> None:
    api.broken = 2
    api.updates = [message(document=DOCUMENT)]
    bot = await start()
    async with polling(bot):
        await until(lambda: core.events)
    assert core.taken == [("Báo cáo.pdf", PDF)]


@pytest.mark.parametrize("status", [404, 502])
async def test_a_download_that_fails_is_told(api: Api, core: Core, start: Start, status: int) -> None:
    api.files["documents/file_1.pdf"] = status
    api.updates = [message(document=DOCUMENT, caption="nộp")]
    bot = await start()
    async with polling(bot):
        await until(lambda: core.events)
    assert core.events == [event(text="nộp", refused=(Refusal("Báo cáo.pdf", "file_fetch_failed"),))]
    assert len(api.called("file")) == 3


async def test_a_download_that_never_ends_is_given_up(
    api: Api, core: Core, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "FETCH_SECONDS", 0.05)

    async def never(values: JSON) -> JSON:
        await asyncio.sleep(0.5)
        return {}

    api._getFile = never  # type: ignore[method-assign]
    api.updates = [message(document=DOCUMENT)]
    bot = await start()
    async with polling(bot):
        await until(lambda: core.events)
    assert core.events[0].refused == (Refusal("Báo cáo.pdf", "file_fetch_failed"),)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (len(PDF), {"files": (STORED,)}),
        (20 * 2**20 + 1, {"refused": (too_big("Báo cáo.pdf", ">20"),)}),
    ],
)
async def test_a_local_server_names_the_file_itself(
    api: Api, core: Core, start: Start, tmp_path: Path, size: int, expected: JSON
) -> None:
    path = tmp_path / "file_1.pdf"
    path.write_bytes(PDF.ljust(size, b"\0"))
    api.file_path = str(path)
    api.updates = [message(document=DOCUMENT)]
    bot = await start()
    async with polling(bot):
        await until(lambda: core.events)
    assert core.events == [event(**expected)]
    assert api.called("file") == []
    assert path.exists()


async def test_files_said_in_a_group_are_not_fetched(api: Api, core: Core, start: Start) -> None:
    caption: JSON = {
        "caption": "/nop",
        "caption_entities": [{"type": "bot_command", "offset": 0, "length": 4}],
    }
    api.updates = [message(chat=GROUP, document=DOCUMENT, **caption)]
    bot = await start()
    async with polling(bot):
        await until(lambda: core.events)
    assert core.events == [in_group(text="/nop")]
    assert api.called("getFile") == []


# Pressed buttons


async def test_a_pressed_button_is_answered_at_once_and_its_keyboard_goes_after_the_commit(
    api: Api, core: Core, start: Start
) -> None:
    go = threading.Event()
    core.hook = wait_for(go)
    api.updates = [pressed()]
    bot = await start()
    async with polling(bot):
        await until(lambda: api.called("answerCallbackQuery"))
        assert core.events == []
        assert api.called("editMessageReplyMarkup") == []
        go.set()
        await until(lambda: api.called("editMessageReplyMarkup"))
    assert api.called("answerCallbackQuery") == [{"callback_query_id": "q7"}]
    assert api.called("editMessageReplyMarkup") == [{"chat_id": "501", "message_id": "80"}]
    assert core.events == [event(payload="=4:late", label="Trễ", message_ref="")]


async def test_trouble_with_the_keyboard_hurts_nobody(
    api: Api, core: Core, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "bot.channels.telegram")
    api.fail("answerCallbackQuery", 400, "Bad Request: query is too old and response timeout expired")
    api.fail("editMessageReplyMarkup", 400, "Bad Request: message is not modified")
    api.updates = [pressed(), pressed(message=None, number=8), message(9, text="sau")]
    bot = await start()
    async with polling(bot):
        await until(lambda: 10 in offsets(api) and len(caplog.records) >= 2)
    assert [one.payload for one in core.events] == ["=4:late", "=4:late", ""]
    assert len(api.called("answerCallbackQuery")) == 2
    assert len(api.called("editMessageReplyMarkup")) == 1
    assert "telegram.answer failed error=BadRequest" in caplog.text
    assert "telegram.keyboard failed error=BadRequest" in caplog.text


async def test_a_message_without_a_keyboard_is_not_edited(api: Api, core: Core, start: Start) -> None:
    api.updates = [pressed(message={"message_id": 80, "chat": PRIVATE, "date": 1650270000, "text": "?"})]
    bot = await start()
    async with polling(bot):
        await until(lambda: 8 in offsets(api))
    await bot.stop()
    assert api.called("editMessageReplyMarkup") == []


async def test_the_keyboard_stays_when_nothing_was_committed(api: Api, core: Core, start: Start) -> None:
    core.hook = Flaky(1)
    bot = await start(webhook_secret="s3cret")
    body = json.dumps(pressed()).encode()
    assert await bot.webhook(body, "s3cret") == 500
    await until(lambda: api.called("answerCallbackQuery"))
    assert api.called("editMessageReplyMarkup") == []
    assert await bot.webhook(body, "s3cret") == 200
    await until(lambda: api.called("editMessageReplyMarkup"))


# Webhook


async def test_the_webhook_answers_after_the_commit(api: Api, core: Core, start: Start) -> None:
    bot = await start(webhook_secret="s3cret")
    assert await bot.webhook(json.dumps(message(text="một")).encode(), "s3cret") == 200
    assert core.events == [event(text="một")]


@pytest.mark.logs_errors
async def test_what_is_none_of_the_bots_is_acknowledged(api: Api, core: Core, start: Start) -> None:
    bot = await start(webhook_secret="s3cret")
    assert await bot.webhook(json.dumps(message(chat=GROUP, text="chào")).encode(), "s3cret") == 200
    assert await bot.webhook(b'{"update_id": 5, "message": {"message_id": 1}}', "s3cret") == 200
    assert core.events == []


@pytest.mark.parametrize("header", [None, "", "wrong", "s3cret ", "sécret"])
async def test_the_webhook_wants_its_secret(core: Core, start: Start, header: str | None) -> None:
    bot = await start(webhook_secret="s3cret")
    assert await bot.webhook(json.dumps(message(text="một")).encode(), header) == 403
    assert core.events == []


@pytest.mark.parametrize("header", [None, ""])
async def test_without_a_secret_nothing_comes_in(core: Core, start: Start, header: str | None) -> None:
    bot = await start()
    assert await bot.webhook(json.dumps(message(text="một")).encode(), header) == 403
    with pytest.raises(ValueError, match="secret"):
        await bot.set_webhook("https://example.org/telegram")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b"[1]", b"7", b'{"update_id": "7"}', b"{}", b"[" * 100_000]
)
async def test_a_broken_body_is_refused(core: Core, start: Start, body: bytes) -> None:
    bot = await start(webhook_secret="s3cret")
    assert await bot.webhook(body, "s3cret") == 400


async def test_the_webhook_fails_while_receiving_fails(
    core: Core, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    core.hook = Flaky(1)
    bot = await start(webhook_secret="s3cret")
    body = json.dumps(message(text="một")).encode()
    assert await bot.webhook(body, "s3cret") == 500
    assert "telegram.webhook failed update=7 error=OSError" in caplog.text
    assert await bot.webhook(body, "s3cret") == 200
    assert core.texts() == ["một"]


async def test_an_update_before_the_start_is_to_come_again(
    api: Api, core: Core, caplog: pytest.LogCaptureFixture
) -> None:
    bot = Telegram(set_up(api, secret="s3cret"), core.tools())
    body = json.dumps(message(text="một")).encode()
    assert await bot.webhook(body, "s3cret") == 503
    assert "failed" not in caplog.text
    await bot.start()
    assert await bot.webhook(body, "s3cret") == 200
    assert core.texts() == ["một"]
    await bot.stop()


async def test_webhooks_of_one_chat_keep_their_order(core: Core, start: Start) -> None:
    core.hook = lambda event: time.sleep(0.02 if event.text in "02" else 0)
    bot = await start(webhook_secret="s3cret")
    calls = [bot.webhook(json.dumps(message(n, text=str(n))).encode(), "s3cret") for n in range(5)]
    assert await asyncio.gather(*calls) == [200] * 5
    assert core.texts() == ["0", "1", "2", "3", "4"]


async def test_setting_the_webhook(api: Api, start: Start) -> None:
    bot = await start(webhook_secret="s3cret")
    api.fail("setWebhook", 502, "Bad Gateway")
    await bot.set_webhook("https://example.org/telegram")
    first, second = api.called("setWebhook")
    assert first == second
    assert (second["url"], second["secret_token"]) == ("https://example.org/telegram", "s3cret")
    assert json.loads(second["allowed_updates"]) == list(UPDATES)
    assert second["max_connections"] == "40"
    api.fail("setWebhook", 400, "Bad Request: bad webhook: HTTPS url must be provided for webhook")
    with pytest.raises(NetworkError, match="Bad webhook"):
        await bot.set_webhook("http://example.org/telegram")


# What goes out


def labels(rows: list[list[JSON]]) -> list[list[str]]:
    return [[button["text"] for button in row] for row in rows]


async def test_text_and_choices(api: Api, start: Start) -> None:
    bot = await start()
    yes, no = Choice("Đúng hạn", "=4:yes"), Choice("Trễ", "=4:late")
    await bot.send("501", Reply("<b>Chi bộ 3</b> &amp; bạn", ((yes, no),)))
    [(method, values)] = api.calls[1:]
    assert method == "sendMessage"
    assert values["chat_id"] == "501"
    assert values["text"] == "<b>Chi bộ 3</b> &amp; bạn"
    assert values["parse_mode"] == "HTML"
    assert json.loads(values["link_preview_options"]) == {"is_disabled": True}
    assert json.loads(values["reply_markup"]) == {
        "inline_keyboard": [
            [
                {"text": "Đúng hạn", "callback_data": "=4:yes"},
                {"text": "Trễ", "callback_data": "=4:late"},
            ]
        ]
    }


async def test_long_text_goes_in_parts_with_the_choices_under_the_last(api: Api, start: Start) -> None:
    bot = await start()
    text = "\n\n".join(f"<b>Mục {n}</b> {'x' * 500}" for n in range(20))
    await bot.send("501", Reply(text, ((Choice("Tiếp", "go"),),)))
    sent = api.called("sendMessage")
    assert len(sent) == 3
    assert all(len(values["text"]) <= 4096 for values in sent)
    assert ["reply_markup" in values for values in sent] == [False, False, True]
    assert "\n\n".join(values["text"] for values in sent) == text


async def test_what_has_been_read_of_a_long_text_is_not_said_again(api: Api, start: Start) -> None:
    bot = await start()
    long = Reply("\n\n".join(f"Mục {n} {'x' * 3000}" for n in range(3)), ((Choice("Tiếp", "go"),),))
    said = {"message_id": 1, "date": 1, "chat": PRIVATE}
    api.answers["sendMessage"].append((200, {"ok": True, "result": said}))
    api.fail("sendMessage", 502, "Bad Gateway")
    with pytest.raises(TextLater) as later:
        await bot.send("501", long)
    assert (later.value.pieces_gone, later.value.wait) == (1, None)
    await bot.send("501", replace(long, pieces_gone=1))
    assert [values["text"].split()[1] for values in api.called("sendMessage")] == ["0", "1", "1", "2"]


async def test_files_follow_the_text(api: Api, core: Core, start: Start) -> None:
    bot = await start()
    core.stored["b" * 64] = b"two"
    second = File("b" * 64, "Phụ lục.pdf", 3, "application/pdf")
    await bot.send("501", Reply("Đây", ((Choice("Xong", "ok"),),), (STORED, second)))
    assert [name for name, _ in api.calls[1:]] == ["sendMessage", "sendDocument", "sendDocument"]
    assert "reply_markup" in api.called("sendMessage")[0]
    files = [
        next(v for v in values.values() if isinstance(v, tuple)) for values in api.called("sendDocument")
    ]
    assert files == [("Báo cáo.pdf", PDF), ("Phụ lục.pdf", b"two")]
    assert not [values for values in api.called("sendDocument") if "reply_markup" in values]


async def test_without_text_the_choices_go_under_the_last_file(api: Api, start: Start) -> None:
    bot = await start()
    await bot.send("501", Reply("", ((Choice("Xong", "ok"),),), (STORED, STORED)))
    assert ["reply_markup" in values for values in api.called("sendDocument")] == [False, True]
    assert api.called("sendMessage") == []


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (["Có", "Không"], [["Có", "Không"]]),
        (["1", "2", "3"], [["1", "2", "3"]]),
        (["1", "2", "3", "4"], [["1", "2"], ["3", "4"]]),
        (["1", "2", "3", "4", "5", "6", "7"], [["1", "2", "3"], ["4", "5", "6"], ["7"]]),
        (["Đã họp đúng hạn", "Chưa họp trong tháng"], [["Đã họp đúng hạn"], ["Chưa họp trong tháng"]]),
        (["Đúng hạn hết cả", "Trễ hết cả tháng"], [["Đúng hạn hết cả", "Trễ hết cả tháng"]]),
        (["x" * 65], [["x" * 63 + "…"]]),
        (["x" * 64], [["x" * 64]]),
        ([], []),
    ],
)
def test_rows_can_be_read_on_a_phone(row: list[str], expected: list[list[str]]) -> None:
    drawn = inline_keyboard([[Choice(label, "p") for label in row], [Choice("Cuối", "q")]])
    assert drawn is not None
    assert labels(drawn["inline_keyboard"]) == [*expected, ["Cuối"]]


def test_no_choices_no_keyboard() -> None:
    assert inline_keyboard([]) is None
    assert inline_keyboard([[]]) is None


OUT_ERRORS: list[tuple[int, str, JSON, Exception]] = [
    (403, "Forbidden: bot was blocked by the user", {}, Undeliverable("blocked")),
    (403, "Forbidden: user is deactivated", {}, Undeliverable("deactivated")),
    (403, "Forbidden: bot can't initiate conversation with a user", {}, Undeliverable("never_started")),
    (403, "Forbidden: bot was kicked from the group chat", {}, Undeliverable("forbidden")),
    (400, "Bad Request: chat not found", {}, Undeliverable("not_found")),
    (400, "Bad Request: user is deactivated", {}, Undeliverable("deactivated")),
    (400, "Bad Request: bot can't initiate conversation with a user", {}, Undeliverable("never_started")),
    (400, "Bad Request: PEER_ID_INVALID", {}, Undeliverable("bad_address")),
    (400, "Bad Request: upgraded", {"migrate_to_chat_id": -100888}, Undeliverable("migrated")),
    (400, "Bad Request: BUTTON_DATA_INVALID", {}, Unsendable("Button_data_invalid")),
    (413, "Request Entity Too Large", {}, Unsendable("Request Entity Too Large")),
    (429, "Too Many Requests: retry after 3", {"retry_after": 3}, TryLater(3.0)),
    (429, "Too Many Requests: retry after 5", {"retry_after": 5}, TryLater(5.0, everyone=True)),
    (500, "Internal Server Error", {}, NetworkError("Internal Server Error")),
    (502, "Bad Gateway", {}, NetworkError("Bad Gateway")),
]


@pytest.mark.parametrize(
    ("status", "description", "parameters", "expected"),
    OUT_ERRORS,
    ids=[f"{status} {description}" for status, description, _, _ in OUT_ERRORS],
)
async def test_what_an_error_means(
    api: Api, start: Start, status: int, description: str, parameters: JSON, expected: Exception
) -> None:
    bot = await start()
    api.fail("sendMessage", status, description, **parameters)
    with pytest.raises(type(expected)) as caught:
        await bot.send("501", Reply("x"))
    assert type(caught.value) is type(expected)
    assert str(caught.value) == str(expected)
    if isinstance(expected, TryLater):
        assert isinstance(caught.value, TryLater)
        assert caught.value.everyone == expected.everyone


async def test_a_proxys_page_does_not_lose_the_person(api: Api, start: Start) -> None:
    bot = await start()
    api.answers["sendMessage"] += [(403, "<html>Forbidden</html>"), (400, "<html>chat not found</html>")]
    with pytest.raises(Forbidden):
        await bot.send("501", Reply("x"))
    with pytest.raises(BadRequest):
        await bot.send("501", Reply("x"))


async def test_no_network_and_no_answer_pass_through(api: Api, start: Start) -> None:
    bot = await start(request=AiohttpRequest(read_timeout=0.05))

    async def hang(values: JSON) -> JSON:
        await asyncio.sleep(0.3)
        return {}

    api._sendMessage = hang  # type: ignore[method-assign]
    with pytest.raises(TimedOut):
        await bot.send("501", Reply("x"))


@pytest.mark.logs_errors
async def test_markup_that_telegram_refuses_goes_as_plain_text(
    api: Api, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    bot = await start()
    api.fail("sendMessage", 400, "Bad Request: can't parse entities: Unsupported start tag")
    await bot.send("501", Reply("<h1>Đồng chí</h1> &amp; tôi", ((Choice("Tiếp", "go"),),)))
    first, second = api.called("sendMessage")
    assert first["parse_mode"] == "HTML"
    assert "parse_mode" not in second
    assert second["text"] == "Đồng chí & tôi"
    assert second["reply_markup"] == first["reply_markup"]
    assert [r.levelname for r in caplog.records] == ["ERROR"]


async def test_a_place_that_is_none(api: Api, start: Start) -> None:
    bot = await start()
    with pytest.raises(Undeliverable, match="bad_address"):
        await bot.send("-x", Reply("x"))


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(" <b></b>", ((Choice("Tiếp", "go"),),)), "empty"),
        (Reply("x", files=(File("a" * 64, "to.pdf", 50 * 2**20 + 1, "application/pdf"),)), "file_too_large"),
    ],
)
async def test_what_can_never_be_sent_is_not_begun(api: Api, start: Start, reply: Reply, reason: str) -> None:
    bot = await start()
    with pytest.raises(Unsendable, match=reason):
        await bot.send("501", reply)
    assert [name for name, _ in api.calls] == ["getMe"]


async def test_a_file_that_is_gone_takes_nothing_from_the_text(api: Api, start: Start) -> None:
    bot = await start()
    with pytest.raises(Unsendable, match="file_missing"):
        await bot.send("501", Reply("x", files=(File("c" * 64, "mất.pdf", 5, "application/pdf"),)))
    assert [name for name, _ in api.calls[1:]] == ["sendMessage"]


async def test_a_file_that_fails_follows_the_text_that_stands(api: Api, start: Start) -> None:
    bot = await start()
    api.fail("sendDocument", 502, "Bad Gateway")
    with pytest.raises(FilesLater) as caught:
        await bot.send("501", Reply("x", files=(STORED, STORED)))
    assert caught.value.files_gone == 0
    api.fail("sendDocument", 502, "Bad Gateway")
    with pytest.raises(NetworkError):  # nothing has gone out that must not be sent again
        await bot.send("501", Reply("", files=(STORED, STORED)))
    await bot.send("501", Reply("", files=(STORED, STORED)))
    assert [name for name, _ in api.calls[1:]] == ["sendMessage", *["sendDocument"] * 4]


async def test_a_store_that_is_away_or_hangs_holds_back_the_file_alone(
    api: Api, core: Core, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot = await start()
    monkeypatch.setattr("bot.channels.telegram.channel.READ_SECONDS", 0.2)
    hanging = threading.Event()

    def away(_file: File) -> bytes:
        raise OSError("the store is away")

    def hang(_file: File) -> bytes:
        hanging.wait(60)
        return b""

    for read in (away, hang):
        monkeypatch.setattr(core, "read_file", read)
        with pytest.raises(FilesLater):
            await bot.send("501", Reply("Biên bản đây", files=(STORED,)))
    hanging.set()
    assert [name for name, _ in api.calls[1:]] == ["sendMessage", "sendMessage"]


# With the rate limiter


async def test_a_short_wait_is_sat_out_in_the_middle_of_a_reply(api: Api, start: Start) -> None:
    bot = await start(rate=30.0)
    assert bot.rate == 30.0
    api.fail("sendDocument", 429, "Too Many Requests: retry after 0", times=2, retry_after=0.05)
    await bot.send("501", Reply("x", files=(STORED,)))
    assert [name for name, _ in api.calls[1:]] == ["sendMessage"] + ["sendDocument"] * 3


async def test_a_short_wait_that_does_not_end_goes_back_to_the_outbox(api: Api, start: Start) -> None:
    bot = await start(rate=30.0)
    api.fail("sendMessage", 429, "Too Many Requests: retry after 0", times=4, retry_after=0.05)
    with pytest.raises(TryLater) as caught:
        await bot.send("501", Reply("x"))
    assert (caught.value.seconds, caught.value.everyone) == (0.05, False)
    assert len(api.called("sendMessage")) == 4


async def test_a_long_wait_goes_back_to_the_outbox_at_once(api: Api, start: Start) -> None:
    bot = await start(rate=30.0)
    api.fail("sendMessage", 429, "Too Many Requests: retry after 37", retry_after=37)
    with pytest.raises(TryLater) as caught:
        await bot.send("501", Reply("x"))
    assert (caught.value.seconds, caught.value.everyone) == (37.0, False)
    await bot.send("502", Reply("y"))
    assert len(api.called("sendMessage")) == 2


async def test_where_two_people_are_asked_to_wait_everybody_waits(api: Api, start: Start) -> None:
    bot = await start(rate=30.0)
    api.fail("sendMessage", 429, "Too Many Requests: retry after 37", times=3, retry_after=37)
    told = []
    for place in ("501", "501", "502"):
        with pytest.raises(TryLater) as caught:
            await bot.send(place, Reply("x"))
        told.append(caught.value.everyone)
    assert told == [False, False, True]


async def test_what_gets_through_shows_that_not_everybody_is_to_wait(api: Api, start: Start) -> None:
    bot = await start(rate=30.0)
    told = []
    for place in ("501", "502"):
        api.fail("sendMessage", 429, "Too Many Requests: retry after 37", retry_after=37)
        with pytest.raises(TryLater) as caught:
            await bot.send(place, Reply("x"))
        told.append(caught.value.everyone)
        await bot.send("503", Reply("x"))
    assert told == [False, False]


async def test_whoever_is_asked_to_wait_a_little_holds_up_nobody_else(
    api: Api, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "PATIENCE", 2.0 * SECONDS)
    bot = await start(rate=30.0)
    api.fail("sendMessage", 429, "Too Many Requests: retry after 120", retry_after=SECONDS)
    sitting_out = asyncio.create_task(bot.send("501", Reply("x")))
    await until(lambda: api.called("sendMessage"))
    await bot.send("502", Reply("y"))
    assert [int(values["chat_id"]) for values in api.called("sendMessage")] == [501, 502]
    sitting_out.cancel()
