"""A Zalo Bot API on this machine: it remembers what it was asked, and answers as it is told to."""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from aiohttp import ClientError, ClientSession, web
from aiohttp.test_utils import TestServer

from bot.channels.zalo_bot.channel import ZaloBot
from bot.channels.zalo_bot.client import ZaloClient
from bot.messages import File, Incoming, Refusal
from tests.kit.receiving import in_thread

JSON = dict[str, Any]
SECONDS = 120
"""So long is waited for what must happen; no test asserts how long it takes."""
AT = datetime(2022, 4, 18, 8, 30, tzinfo=UTC)
WORD = "AAsecret-Part_of1the2token"
TOKEN = f"1459232241454765289:{WORD}"
SECRET = "mot-loi-bi-mat"
PLACE = "6ede9afa66b88fe6d6a9"
JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 20
STORED = File("a" * 64, "anh.jpg", len(JPEG), "image/jpeg")


def said(text: str = "25", number: str = "2d758cb5e222177a", **rest: Any) -> JSON:
    """An event as a webhook brings it."""
    return event("message.text.received", number, text=text, **rest)


def event(name: str, number: str = "2d758cb5e222177a", **message: Any) -> JSON:
    usual: JSON = {
        "from": {"id": PLACE, "display_name": "An", "is_bot": False},
        "chat": {"id": PLACE, "chat_type": "PRIVATE"},
        "message_id": number,
        "date": 1650270600123,
    }
    return {"event_name": name, "message": {**usual, **message}}


class Api:
    def __init__(self) -> None:
        self.calls: list[tuple[str, JSON]] = []
        self.answers: dict[str, list[tuple[int, JSON | str]]] = defaultdict(list)
        self.updates: list[JSON] = []
        self.files: dict[str, bytes | int | str] = {}
        """By path: bytes, an HTTP status, or the address that it is found under now."""
        self.dropped = 0
        self.verifies = False
        self.verified = 0
        self.url = ""

    def called(self, method: str) -> list[JSON]:
        return [values for name, values in self.calls if name == method]

    @property
    def texts(self) -> list[str]:
        return [values["text"] for values in self.called("sendMessage")]

    def refuse(
        self, method: str, code: int, description: str = "", *, status: int = 200, times: int = 1
    ) -> None:
        body = {"ok": False, "error_code": code, "description": description}
        self.answers[method] += [(status, body)] * times

    def break_down(self, method: str, times: int = 1) -> None:
        self.answers[method] += [(502, "<html>502 Bad Gateway</html>")] * times

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if request.path.startswith("/file/"):
            return self._file(request.path)
        assert request.path.startswith(f"/bot{TOKEN}/"), request.path
        method = request.path.rpartition("/")[2]
        assert request.content_type == "application/json"
        values = await request.json()
        self.calls.append((method, values))
        if self.dropped:  # it is done, and nobody hears of it
            self.dropped -= 1
            assert request.transport is not None
            request.transport.close()
        if self.answers[method]:
            status, body = self.answers[method].pop(0)
            return web.Response(text=body if isinstance(body, str) else json.dumps(body), status=status)
        return web.json_response(await self._usual(method, values))

    def _file(self, path: str) -> web.Response:
        self.calls.append(("file", {"path": path}))
        content = self.files.get(path, 404)
        if isinstance(content, int):
            return web.Response(status=content)
        if isinstance(content, str):
            return web.Response(status=302, headers={"location": content})
        return web.Response(body=content)

    async def _verify(self, values: JSON) -> int:
        """Zalo tries the address at once, without any body."""
        headers = {"X-Bot-Api-Secret-Token": values["secret_token"]}
        try:
            async with ClientSession() as session, session.post(values["url"], headers=headers) as answer:
                return answer.status
        except ClientError:
            return 0

    async def _usual(self, method: str, values: JSON) -> JSON:
        if method == "getMe":
            me = {"id": "1459232241454765289", "account_name": "bot.VDKyGxQvc", "account_type": "BASIC"}
            return {"ok": True, "result": me, "error_code": 0}
        if method == "getUpdates":
            if self.updates:
                return {"ok": True, "result": self.updates.pop(0), "error_code": 0}
            await asyncio.sleep(0.02)
            return {"ok": False, "error_code": 408, "description": "Request timeout"}
        if method == "setWebhook":
            self.verified = await self._verify(values) if self.verifies else 200
            return {"ok": True, "result": {"url": "", "verification": {"ok": self.verified == 200}}}
        return {"ok": True, "result": {"message_id": "1", "date": 1650270600123}}


class Ear:
    """Stands for the program behind the channel: what it has heard, and what goes wrong."""

    def __init__(self) -> None:
        self.heard: list[Incoming] = []
        self.failing = 0
        self.gate = asyncio.Event()
        self.gate.set()

    def receive(self, event: Incoming) -> bool:
        if self.failing:
            self.failing -= 1
            raise OSError("the database is away")
        self.heard.append(event)
        return True

    def take_in(self, name: str, source: Any, sender: Any) -> File | Refusal:
        content = source.read_bytes()
        return File("a" * 64, name, len(content), "image/jpeg")


@asynccontextmanager
async def served(api: Api) -> AsyncIterator[Api]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", api.handle)
    server = TestServer(app)
    await server.start_server(access_log=None, shutdown_timeout=0.1)
    api.url = f"http://127.0.0.1:{server.port}"
    yield api
    await server.close()


@asynccontextmanager
async def started(api: Api, ear: Ear, **more: Any) -> AsyncIterator[ZaloBot]:
    bot = made(api, ear, **more)
    await bot.start()
    yield bot
    await bot.stop()


def made(api: Api, ear: Ear, **more: Any) -> ZaloBot:
    settings = {"secret": SECRET, **more}
    return ZaloBot(ZaloClient(TOKEN, api.url), in_thread(ear.receive), ear.take_in, lambda: AT, **settings)
