"""The half of Zalo on this machine that gives keys and tells of the account: a refresh token works once and kills its pair."""

import asyncio
import json
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels.base import Vault
from bot.channels.zalo_oa.oauth import OAuth
from bot.channels.zalo_oa.tokens import TokenKeeper

JSON = dict[str, Any]
APP, APP_SECRET = "4321888999000111222", "loi-bi-mat-cua-ung-dung"
FIRST = "first-refresh-token"
AT = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


ACCOUNT: JSON = {
    "oaid": "3662729599332560487",
    "name": "Đảng ủy Phường 3",
    "oa_type": 2,
    "package_name": "Tăng trưởng",
    "package_valid_through_date": "31/12/2026",
    "linked_zca": "zca-1",
}


@dataclass
class KeyApi:
    """`living` and `unspent` are the access and refresh tokens that are taken; `codes` a challenge by its code."""

    living: set[str] = field(default_factory=set)
    unspent: set[str] = field(default_factory=lambda: {FIRST})
    codes: dict[str, str] = field(default_factory=dict)
    asked: list[JSON] = field(default_factory=list)
    answers: list[str | int] = field(default_factory=list)
    """What is answered next instead, once each: a body, or a status of a proxy's page."""
    dropped: int = 0
    """So many exchanges are done, and nobody hears of them."""
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    account: JSON = field(default_factory=lambda: dict(ACCOUNT))
    refusals: dict[str, int] = field(default_factory=dict)
    """The number with which a path is refused."""
    written: list[JSON] = field(default_factory=list)
    url: str = ""
    given: int = 0

    def fresh(self) -> JSON:
        self.given += 1
        access, refresh = f"access-{self.given}", f"refresh-{self.given}"
        self.living, self.unspent = {access}, {refresh}
        return {"access_token": access, "refresh_token": refresh, "expires_in": "90000"}

    async def exchange(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        assert request.content_type == "application/x-www-form-urlencoded"
        assert APP_SECRET not in str(request.url)
        self.asked.append(form)
        self.heard.set()
        if self.answers:
            answer = self.answers.pop(0)
            if isinstance(answer, int):
                return web.Response(text="<html>Bad Gateway</html>", status=answer)
            return web.Response(text=answer)
        if request.headers.get("secret_key") != APP_SECRET:
            return refusal(-14004, "Invalid secret key")
        if not self._takes(form):
            return refusal(-14014, "Invalid refresh token")
        granted = self.fresh()
        if self.dropped:
            self.dropped -= 1
            assert request.transport is not None
            request.transport.close()
        return web.json_response(granted)

    def _takes(self, form: JSON) -> bool:
        if form["grant_type"] == "refresh_token":
            return form["refresh_token"] in self.unspent
        proof = urlsafe_b64encode(sha256(form["code_verifier"].encode()).digest()).decode().rstrip("=")
        return len(form["code_verifier"]) == 43 and self.codes.pop(form["code"], "") == proof

    async def tell(self, request: web.Request) -> web.Response:
        if request.method == "POST":
            self.written.append(await request.json())
        if request.path in self.refusals:
            return web.json_response({"error": self.refusals[request.path], "message": "no"})
        if request.headers.get("access_token") not in self.living:
            return web.json_response({"error": -216, "message": "Access token is invalid"})
        return web.json_response({"error": 0, "message": "Success", "data": self.account})


def refusal(code: int, reason: str) -> web.Response:
    body = {"error": code, "error_name": "Invalid", "error_reason": reason, "error_description": reason}
    return web.Response(text=json.dumps(body))


@asynccontextmanager
async def served(api: KeyApi) -> AsyncIterator[KeyApi]:
    app = web.Application()
    app.router.add_post("/v4/oa/access_token", api.exchange)
    app.router.add_route("*", "/v2.0/oa/{path:.*}", api.tell)
    server = TestServer(app)
    await server.start_server(access_log=None, shutdown_timeout=0.1)
    api.url = f"http://127.0.0.1:{server.port}"
    yield api
    await server.close()


class Watch:
    def __init__(self) -> None:
        self.at = AT

    def __call__(self) -> datetime:
        return self.at

    def later(self, **times: float) -> None:
        self.at += timedelta(**times)


def oauth_of(api: KeyApi, secret: str = APP_SECRET) -> OAuth:
    return OAuth(APP, secret, api.url)


def keeper(
    api: KeyApi, vault: Vault, now: Watch, first: str = FIRST, secret: str = APP_SECRET
) -> TokenKeeper:
    return TokenKeeper(vault, oauth_of(api, secret), now, first)
