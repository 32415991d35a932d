"""Calls of Zalo's OpenAPI: whether one succeeded stands in `error`, for its HTTP status is 200 all the same."""

import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from bot.channels.zalo.wire import Answer, ZaloAway, ZaloWire

DEAD_TOKEN = {-216, -220, -124}
"""Over, or replaced while the call was under way; the last is that of templates."""
UPLOAD = "/v2.0/oa/upload/file"


class ZaloOAError(Exception):
    """The API has said no; `code` is its own."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{code} {message}"[:200])
        self.code, self.message = code, message


class Tokens(Protocol):
    """Keeps the pair of tokens; see tokens.py."""

    trouble: str

    @property
    def token_ends(self) -> datetime | None: ...

    async def token(self) -> str: ...
    async def renew(self, stale: str) -> str: ...
    async def note_works(self, access: str) -> None: ...
    async def stop(self) -> None: ...


class ZaloOAClient:
    """One account's calls over the wire. `calls_a_minute` is what the account's package allows, once an answer has said it."""

    def __init__(self, tokens: Tokens, api_url: str, template_url: str) -> None:
        self.tokens, self._api_url, self._template_url = tokens, api_url, template_url
        self.wire = ZaloWire(api_url)
        self.calls_a_minute: int | None = None

    async def get(self, path: str) -> Mapping[str, Any]:
        return await self._call("GET", f"{self._api_url}{path}")

    async def post(self, path: str, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """The answer's data, empty where it has none. Raises ZaloOAError, ZaloAway, and what the tokens raise."""
        return await self._call("POST", f"{self._api_url}{path}", values=values)

    async def post_template(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        return await self._call("POST", f"{self._template_url}/message/template", values=values)

    async def upload(self, name: str, content: bytes) -> Mapping[str, Any]:
        return await self._call("POST", f"{self._api_url}{UPLOAD}", upload=(name, content))

    async def _call(self, method: str, url: str, **request: Any) -> Mapping[str, Any]:
        token = await self.tokens.token()
        answer = await self._ask(method, url, token, **request)
        if answer.values["error"] in DEAD_TOKEN:
            token = await self.tokens.renew(token)
            answer = await self._ask(method, url, token, **request)
        code = answer.values["error"]
        if code not in DEAD_TOKEN:
            await self.tokens.note_works(token)
        if code:
            raise ZaloOAError(code, str(answer.values.get("message", "")))
        data = answer.values.get("data")
        return data if isinstance(data, dict) else {}

    async def _ask(
        self,
        method: str,
        url: str,
        token: str,
        values: Mapping[str, Any] | None = None,
        upload: tuple[str, bytes] | None = None,
    ) -> Answer:
        headers = {"access_token": token}
        request: dict[str, Any] = {}
        if upload:
            kind, request["data"] = _form(*upload)
            headers["Content-Type"] = kind
        elif values is not None:
            request["json"] = values
        answer = await self.wire.ask(method, url, headers=headers, **request)
        if not isinstance(answer.values.get("error"), int):
            raise ZaloAway("no answer of the API")
        limit = answer.headers.get("X-RateLimit-Limit", "")
        if limit.isascii() and limit.isdigit() and int(limit):
            self.calls_a_minute = int(limit)
        return answer


def _form(name: str, content: bytes) -> tuple[str, bytes]:
    """Content type and body of a form with one file. Its name goes in letters, as browsers send it: aiohttp would escape it, and
    people would read the escapes."""
    mark = secrets.token_hex(16)
    shown = re.sub(r'[\x00-\x1f"\\]', "_", name)
    head = (
        f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{shown}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    return f"multipart/form-data; boundary={mark}", b"".join(
        (head.encode(), content, f"\r\n--{mark}--\r\n".encode())
    )
