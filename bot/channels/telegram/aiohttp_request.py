"""The Telegram library's HTTP layer over aiohttp, which costs less a call than its own over httpx."""

import asyncio
import json
import re
import secrets
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import IO, BinaryIO, TypeVar

import aiohttp
from aiohttp.abc import AbstractStreamWriter
from telegram._utils.defaultvalue import DefaultValue
from telegram._utils.types import ODVInput
from telegram.error import BadRequest, NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

T = TypeVar("T")

_PIECE = 2**16
_JSON = json.JSONEncoder(ensure_ascii=False)
_SECRET = re.compile(r"/bot\d+(?::|%3A)([^/?#]{8,})", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class AiohttpRequest(BaseRequest):
    """Errors, causes and contexts raised here never hold the URL, which bears the token; nothing is logged.

    Timeouts are seconds, None for none; connecting includes name lookup and TLS, reading and writing are
    the longest time without progress. Redirects are not followed and the environment's proxies not used.
    """

    def __init__(
        self,
        *,
        connections: int = 96,
        connect_timeout: float | None = 5.0,
        read_timeout: float | None = 10.0,
        write_timeout: float | None = 10.0,
        media_write_timeout: float | None = 60.0,
        pool_timeout: float | None = 5.0,
        proxy: str | None = None,
    ) -> None:
        if proxy is not None and not proxy.startswith(("http://", "https://")):
            raise ValueError("the proxy must be an http:// or https:// address")
        self._connections = connections
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._write_timeout = write_timeout
        self._media_write_timeout = media_write_timeout
        self._pool_timeout = pool_timeout
        self._proxy = proxy
        self._session: aiohttp.ClientSession | None = None
        self._slots = asyncio.Semaphore(connections)

    @property
    def read_timeout(self) -> float | None:
        return self._read_timeout

    async def initialize(self) -> None:
        if self._session is not None:
            return
        self._slots = asyncio.Semaphore(self._connections)
        self._session = aiohttp.ClientSession(
            # The slots are the limit: aiohttp's own does not tell a full pool from a slow connect.
            connector=aiohttp.TCPConnector(limit=0),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": self.USER_AGENT},
            proxy=self._proxy,
            trust_env=False,
        )

    async def shutdown(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        session = self._opened()
        with_files = request_data is not None and request_data.contains_files
        default_write = self._media_write_timeout if with_files else self._write_timeout
        body = await _encode(request_data, _seconds(write_timeout, default_write))
        timeout = aiohttp.ClientTimeout(
            total=None,
            connect=_seconds(connect_timeout, self._connect_timeout),
            sock_read=_seconds(read_timeout, self._read_timeout),
        )
        async with self._slot(_seconds(pool_timeout, self._pool_timeout)):
            status, payload = await _without_url(_exchange(session, method, url, body, timeout))
        if status >= 300 or (method == "POST" and not payload.startswith(b"{")):
            payload = _redact(payload, url)
        return status, payload

    async def fetch(self, url: str, to: BinaryIO, limit: int) -> int:
        """Stream what `url` answers into `to`; returns the number of bytes written.

        Raises ValueError once the answer is known to pass `limit` bytes (`to` may hold a part of it by then),
        BadRequest for a 4xx answer, TimedOut or NetworkError for what may work later. Errors of `to` pass through.
        """
        session = self._opened()
        timeout = aiohttp.ClientTimeout(
            total=None, connect=self._connect_timeout, sock_read=self._read_timeout
        )
        size = 0
        async with self._slot(self._pool_timeout):
            answer = session.get(url, timeout=timeout, allow_redirects=False)
            async with await _without_url(answer) as response:
                _check_status(response.status)
                if (response.content_length or 0) > limit:
                    raise ValueError(f"more than {limit} bytes")
                while piece := await _without_url(response.content.read(_PIECE)):
                    size += len(piece)
                    if size > limit:
                        raise ValueError(f"more than {limit} bytes")
                    to.write(piece)
        return size

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise RuntimeError("This AiohttpRequest is not initialized!")
        return self._session

    @asynccontextmanager
    async def _slot(self, seconds: float | None) -> AsyncIterator[None]:
        slots = self._slots
        try:
            async with asyncio.timeout(seconds if slots.locked() else None):
                await slots.acquire()
        except TimeoutError:
            raise TimedOut(
                "Pool timeout: all connections are occupied; the request was *not* sent to Telegram."
            ) from None
        try:
            yield
        finally:
            slots.release()


class _Body(aiohttp.Payload):
    """A request body in parts, of which every write must get on within `seconds`: aiohttp sets writing no limit."""

    _value: list[bytes]

    def __init__(self, parts: list[bytes], content_type: str, seconds: float | None) -> None:
        super().__init__(parts, content_type=content_type)
        self._size = sum(len(part) for part in parts)
        self._seconds = seconds

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        return b"".join(self._value).decode(encoding, errors)

    async def write(self, writer: AbstractStreamWriter) -> None:
        limit = self._seconds if (self._size or 0) > _PIECE else None  # so much is taken at once
        for part in self._value:
            view = memoryview(part)
            for start in range(0, len(view), _PIECE):
                async with asyncio.timeout(limit):
                    await writer.write(view[start : start + _PIECE])


async def _encode(request_data: RequestData | None, seconds: float | None) -> _Body | None:
    if request_data is None or not (request_data.contains_files or request_data.parameters):
        return None
    if not request_data.contains_files:
        # A form would be as right, but percent-encoding Vietnamese takes three to ten times as long, and
        # the library's JSON is JSON of values that are JSON already.
        return _Body(
            [_JSON.encode(request_data.parameters).encode(errors="replace")], "application/json", seconds
        )
    boundary = secrets.token_hex(16)
    opening = f'--{boundary}\r\nContent-Disposition: form-data; name="'
    parts = [
        f'{opening}{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in request_data.json_parameters.items()
    ]
    for name, (file_name, content, media_type) in request_data.multipart_data.items():
        head = f'{opening}{name}"; filename="{_quote(file_name)}"\r\nContent-Type: {media_type}\r\n\r\n'
        data = content if isinstance(content, bytes) else await asyncio.to_thread(_read_all, content)
        parts += [head.encode(), data, b"\r\n"]
    parts.append(f"--{boundary}--\r\n".encode())
    return _Body(parts, f"multipart/form-data; boundary={boundary}", seconds)


def _quote(file_name: str) -> str:
    """Plain UTF-8, as the Bot API server reads it: it undoes backslashes and percent signs, and ignores filename*."""
    name = _CONTROL.sub(" ", file_name).replace("%", "%25")
    return name.replace("\\", "\\\\").replace('"', '\\"')


def _read_all(file: IO[bytes]) -> bytes:
    # From the start, and left open: the same file is sent again after a 429.
    if file.seekable():
        file.seek(0)
    return file.read()


async def _exchange(
    session: aiohttp.ClientSession, method: str, url: str, body: _Body | None, limits: aiohttp.ClientTimeout
) -> tuple[int, bytes]:
    request = session.request(method, url, data=body, timeout=limits, allow_redirects=False)
    async with request as response:
        return response.status, await response.read()


async def _without_url(call: Awaitable[T]) -> T:
    try:
        return await call
    except (aiohttp.ClientError, OSError, UnicodeError) as error:
        failure = _translate(error)
    # Outside the except clause: aiohttp's errors quote the URL, and this one must not have them as its context.
    raise failure


def _translate(error: Exception) -> NetworkError:
    name = type(error).__name__
    if isinstance(error, TimeoutError):
        return TimedOut(f"Timed out ({name})")
    if isinstance(error, aiohttp.ClientConnectorError):
        return NetworkError(f"aiohttp.{name}: {error}")
    if isinstance(error, aiohttp.ClientResponseError):
        return NetworkError(f"aiohttp.{name}: {error.status}")
    return NetworkError(f"aiohttp.{name}")


def _check_status(status: int) -> None:
    if 400 <= status < 500 and status != 429:
        raise BadRequest(f"HTTP status {status}")
    if not 200 <= status < 300:
        raise NetworkError(f"HTTP status {status}")


def _redact(payload: bytes, url: str) -> bytes:
    """A proxy's error page quotes the URL, and the library logs and raises the pages that it cannot parse."""
    secret = _SECRET.search(url)
    return payload.replace(secret[1].encode(), b"***") if secret else payload


def _seconds(given: ODVInput[float], default: float | None) -> float | None:
    return default if isinstance(given, DefaultValue) else given
