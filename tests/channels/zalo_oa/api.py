"""Zalo's OpenAPI on this machine, as an Official Account sees it: it remembers what it was asked, and answers as it is told to."""

import hashlib
import json
import threading
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from bot.channels.base import Tools
from bot.channels.typed import TypedWords
from bot.channels.zalo_oa.channel import ZaloOA
from bot.channels.zalo_oa.settings import ZaloOASettings
from bot.messages import Address, File, Incoming, Refusal
from tests.kit.receiving import in_thread

JSON = dict[str, Any]
SECONDS = 120
"""So long is waited for what must happen; no test asserts how long it takes."""
AT = datetime(2022, 4, 18, 8, 30, 20, tzinfo=UTC)
APP, APP_SECRET, SECRET = "4321888999000111222", "mat-khau-ung-dung", "mat-khau-tai-khoan"
ACCOUNT = "3662729599332560487"
PLACE = "6093284753921837465"
TEMPLATE = "234567"
V3, V2 = "/v3.0/oa/message/cs", "/v2.0/oa/message"
GETOA, UPLOAD, KNOCK, OAUTH = (
    "/v2.0/oa/getoa",
    "/v2.0/oa/upload/file",
    "/message/template",
    "/v4/oa/access_token",
)
JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 20
PDF = File("b" * 64, "Biên bản tháng 4.pdf", 1000, "application/pdf")
SHEET = File("c" * 64, "Danh sách.xlsx", 1000, "x")
FREE: JSON = {"quota_type": "reply"}
WORDS = TypedWords(
    "Xem thêm",
    "Gõ số.",
    "Gõ chữ.",
    "Gõ {mark}.",
    tap_or_number="Bấm, hoặc gõ số.",
    tap_or_letter="Bấm, hoặc gõ chữ.",
    nameless="đồng chí",
    instead=(("bấm", "chọn"),),
)


def event(name: str, number: str = "2d758cb5e222177a", **message: Any) -> JSON:
    """An event as the webhook brings it."""
    return {
        "app_id": APP,
        "user_id_by_app": "552177279717587730",
        "event_name": name,
        "timestamp": "1650270600123",
        "sender": {"id": PLACE},
        "recipient": {"id": ACCOUNT},
        "message": {"msg_id": number, **message},
    }


def said(text: str = "25", number: str = "2d758cb5e222177a") -> JSON:
    return event("user_send_text", number, text=text)


def brought(kind: str, number: str = "2d758cb5e222177a", text: str = "", **payload: Any) -> JSON:
    part = {"type": kind, "payload": payload}
    return event(f"user_send_{kind}", number, attachments=[part], **({"text": text} if text else {}))


def followed(name: str = "follow") -> JSON:
    who = {"id": PLACE}
    return {
        "app_id": APP,
        "oa_id": ACCOUNT,
        "event_name": name,
        "timestamp": "1650270600123",
        "follower": who,
    }


def signature(body: bytes, time: str, prefix: str = "mac=") -> str:
    return prefix + hashlib.sha256(APP.encode() + body + time.encode() + SECRET.encode()).hexdigest()


class Api:
    def __init__(self) -> None:
        self.calls: list[tuple[str, JSON]] = []
        self.answers: dict[str, list[tuple[int, JSON | str]]] = defaultdict(list)
        self.files: dict[str, bytes | int | str] = {}
        """By path: bytes, an HTTP status, or the address that it is found under now."""
        self.government = self.nested = False
        self.token_key = "token"
        self.quota: JSON | None = FREE
        self.keys: list[str] = []
        """Access tokens that were given, the living one last."""
        self.headers = {"X-RateLimit-Limit": "100", "X-RateLimit-Remain": "99"}
        self.dropped = 0
        self.url = ""

    def called(self, path: str) -> list[JSON]:
        return [values for name, values in self.calls if name == path]

    @property
    def messages(self) -> list[JSON]:
        return [values["message"] for name, values in self.calls if name in (V2, V3)]

    @property
    def texts(self) -> list[str]:
        return [one["text"] for one in self.messages if "text" in one]

    def refuse(self, path: str, code: int, message: str = "", *, times: int = 1) -> None:
        self.answers[path] += [(200, {"error": code, "message": message})] * times

    def break_down(self, path: str, times: int = 1) -> None:
        self.answers[path] += [(502, "<html>502 Bad Gateway</html>")] * times

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if request.path.startswith("/file/"):
            return self._file(request.path)
        if request.path == OAUTH:
            return web.json_response(self._new_keys())
        values = await self._values(request)
        self.calls.append((request.path, values))
        if self.dropped:  # it is done, and nobody hears of it
            self.dropped -= 1
            assert request.transport is not None
            request.transport.close()
        if request.headers["access_token"] != self.keys[-1]:
            return web.json_response({"error": -216, "message": "Access token is invalid"})
        if self.answers[request.path]:
            status, body = self.answers[request.path].pop(0)
            said = body if isinstance(body, str) else json.dumps(body)
            return web.Response(text=said, status=status, headers=self.headers)
        return web.json_response(self._usual(request.path, values), headers=self.headers)

    async def _values(self, request: web.Request) -> JSON:
        if request.content_type == "application/json":
            values: JSON = await request.json()
            return values
        if request.content_type.startswith("multipart/"):
            file = (await request.post())["file"]
            assert isinstance(file, web.FileField)
            return {"name": file.filename, "content": file.file.read()}
        return {}

    def _new_keys(self) -> JSON:
        self.calls.append((OAUTH, {}))
        self.keys.append(f"access-{len(self.keys)}")
        return {
            "access_token": self.keys[-1],
            "refresh_token": f"refresh-{len(self.keys)}",
            "expires_in": "90000",
        }

    def kill_key(self) -> None:
        """Somebody else has renewed it."""
        self.keys.append("renewed elsewhere")

    def _file(self, path: str) -> web.Response:
        self.calls.append(("file", {"path": path}))
        content = self.files.get(path, 404)
        if isinstance(content, int):
            return web.Response(status=content)
        if isinstance(content, str):
            return web.Response(status=302, headers={"location": content})
        return web.Response(body=content)

    def _usual(self, path: str, values: JSON) -> JSON:
        if path == GETOA:
            kind = 4 if self.government else 2
            return {
                "error": 0,
                "message": "Success",
                "data": {"oaid": ACCOUNT, "name": "OA", "oa_type": kind},
            }
        if path in (V2, V3):
            return self._message(path, values)
        if path == UPLOAD:
            return {
                "error": 0,
                "message": "Success",
                "data": {self.token_key: "tep-1"} if self.token_key else {},
            }
        return {"error": 0, "message": "Success", "data": {"msg_id": "1", "sent_time": "1"}}

    def _message(self, path: str, values: JSON) -> JSON:
        if (path == V2) != self.government:
            return {
                "error": -235 if path == V3 else -240,
                "message": "This API does not support this type of OA",
            }
        payload = values["message"].get("attachment", {}).get("payload", {})
        if "buttons" in payload and ("template_type" in payload) != self.nested:
            return {"error": -201, "message": "template_type is invalid!"}
        quota = {"quota": self.quota} if self.quota else {}
        return {"error": 0, "message": "Success", "data": {"message_id": "1", "user_id": PLACE, **quota}}


class MemoryVault:
    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self._lock = threading.Lock()

    def read(self, name: str) -> str:
        return self.values.get(name, "")

    def change(self, name: str, change: Callable[[str], str]) -> str:
        with self._lock:
            self.values[name] = change(self.read(name))
            return self.values[name]


class Ear:
    """Stands for the program behind the channel: what it has heard, and what goes wrong."""

    def __init__(self) -> None:
        self.heard: list[Incoming] = []
        self.failing = 0
        self.at = AT
        self.vault = MemoryVault()

    def receive(self, event: Incoming) -> bool:
        if self.failing:
            self.failing -= 1
            raise OSError("the database is away")
        self.heard.append(event)
        return True

    def take_in(self, name: str, source: Any, sender: Any) -> File | Refusal:
        content = source.read_bytes()
        return File("a" * 64, name, len(content), "image/jpeg")

    def read_file(self, file: File) -> bytes:
        if file.digest == "f" * 64:
            raise FileNotFoundError(file.digest)
        return b"%PDF-1.4 content"

    def tools(self, **more: Any) -> Tools:
        return Tools(
            **{
                "receive": in_thread(lambda event: self.receive(event)),
                "take_in": self.take_in,
                "read_file": self.read_file,
                "known": lambda place: True,
                "now": lambda: self.at,
                "public_url": "https://chibo.example",
                "file_link": link_of,
                "typed": WORDS,
                "vault": self.vault,
                **more,
            }
        )


def link_of(file: File, reader: Address, number: int) -> str:
    assert reader == Address("zalo_oa", PLACE)
    return f"https://chibo.example/{file.digest[:4]}"


@asynccontextmanager
async def served(api: Api) -> AsyncIterator[Api]:
    app = web.Application(client_max_size=10 * 2**20)
    app.router.add_route("*", "/{path:.*}", api.handle)
    server = TestServer(app)
    await server.start_server(access_log=None, shutdown_timeout=0.1)
    api.url = f"http://127.0.0.1:{server.port}"
    yield api
    await server.close()


@asynccontextmanager
async def started(api: Api, ear: Ear, template: str = TEMPLATE, **more: Any) -> AsyncIterator[ZaloOA]:
    channel = made(api, ear, template, **more)
    try:
        await channel.start()
        api.calls.clear()
        yield channel
    finally:
        await channel.stop()


def made(api: Api, ear: Ear, template: str = TEMPLATE, **more: Any) -> ZaloOA:
    channel = ZaloOA.open(settings_of(api.url, template), ear.tools(**more))
    assert channel is not None
    return channel


def settings_of(url: str, template: str = "", **more: Any) -> ZaloOASettings:
    return ZaloOASettings(
        **{
            "zalo_oa_app_id": APP,
            "zalo_oa_app_secret": SecretStr(APP_SECRET),
            "zalo_oa_secret": SecretStr(SECRET),
            "zalo_oa_refresh_token": SecretStr("refresh-0"),
            "zalo_oa_template": template,
            "zalo_oa_api_url": url,
            "zalo_oauth_url": url,
            "zalo_oa_template_url": url,
            **more,
        }
    )
