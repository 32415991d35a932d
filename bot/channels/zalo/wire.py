"""Calls to Zalo over aiohttp, and the fetching of what people have sent; nothing of an address is ever logged."""

import json
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, TypeVar
from urllib.parse import urljoin, urlsplit

import aiohttp

T = TypeVar("T")

CONNECTIONS = 32
CONNECT_SECONDS, READ_SECONDS = 5.0, 15.0
PIECE = 2**16
JUMPS = 3
"""So many redirects are followed to a file, each to a host that is allowed."""
FILE_HOSTS = ("zdn.vn", "zadn.vn", "zalo.me", "zaloapp.com", "zaloplatforms.com", "zapps.me")
"""Where Zalo keeps what people send; hosts below these as well."""


class ZaloAway(Exception):
    """No answer, or none of the API: a proxy's page, a broken line. Never holds the address, which may bear a token."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an API has answered; header names in any case."""

    values: Mapping[str, Any]
    headers: Mapping[str, str]


class ZaloWire:
    """The connections to one API of Zalo; `url` is its own address or a proxy's. `start` it first, `stop` it at the end."""

    def __init__(self, url: str) -> None:
        self._own_host = urlsplit(url).hostname or ""
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=CONNECTIONS),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
            )

    async def stop(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def ask(self, method: str, url: str, *, wait: float = 0.0, **request: Any) -> Answer:
        """The JSON object that it answers, whatever the HTTP status. Raises ZaloAway; `wait`: seconds that the other side may
        hold it open."""
        timeout = aiohttp.ClientTimeout(
            total=None, connect=CONNECT_SECONDS, sock_read=READ_SECONDS + wait, sock_connect=CONNECT_SECONDS
        )
        asked = self._opened().request(method, url, timeout=timeout, allow_redirects=False, **request)
        body, headers = await _without_url(_read(asked))
        try:
            values = json.loads(body)
        except (ValueError, RecursionError):
            values = None
        if not isinstance(values, dict):
            raise ZaloAway("no answer of the API")
        return Answer(values, headers)

    async def fetch(self, url: str, to: BinaryIO, limit: int) -> None:
        """Streams a file that somebody has sent into `to`. Raises PermissionError for a host that is none of Zalo's, ValueError
        once it is known to pass `limit` bytes, ZaloAway for anything else."""
        for _ in range(JUMPS + 1):
            if not self.is_allowed(url):
                raise PermissionError(_host_of(url))
            timeout = aiohttp.ClientTimeout(total=None, connect=CONNECT_SECONDS, sock_read=READ_SECONDS)
            get = self._opened().get(url, timeout=timeout, allow_redirects=False)
            async with await _without_url(get) as response:
                if 300 <= response.status < 400 and "location" in response.headers:
                    url = urljoin(url, response.headers["location"])
                    continue
                if response.status != 200:
                    raise ZaloAway(f"HTTP {response.status}")
                await _copy(response, to, limit)
                return
        raise ZaloAway("too many redirects")

    def is_allowed(self, url: str) -> bool:
        host = _host_of(url)
        if host == self._own_host:  # a proxy of one's own in front of Zalo
            return url.startswith(("http://", "https://"))
        return url.startswith("https://") and any(
            host == one or host.endswith(f".{one}") for one in FILE_HOSTS
        )

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise ZaloAway("not started")
        return self._session


def _host_of(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


async def _read(asked: Any) -> tuple[bytes, Mapping[str, str]]:
    async with asked as response:
        body: bytes = await response.read()
        return body, response.headers


async def _copy(response: aiohttp.ClientResponse, to: BinaryIO, limit: int) -> None:
    size = 0
    if (response.content_length or 0) > limit:
        raise ValueError(f"more than {limit} bytes")
    while piece := await _without_url(response.content.read(PIECE)):
        size += len(piece)
        if size > limit:
            raise ValueError(f"more than {limit} bytes")
        to.write(piece)


async def _without_url(call: Awaitable[T]) -> T:
    """Errors of the library quote the address, and the cause of one is logged with it."""
    try:
        return await call
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        kind = type(error).__name__
    raise ZaloAway(kind)
