"""The push services of the browsers: which of them are spoken to, and how one push is handed over."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import aiohttp

KNOWN_HOSTS = ("fcm.googleapis.com", ".push.services.mozilla.com", ".push.apple.com", ".notify.windows.com")
"""Chrome and most of Android, Firefox, iPhone and Mac, Edge; what begins with a dot names the hosts below it. Nobody makes us
speak to any other: an endpoint is what a browser says it is."""
CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 15.0
CONNECTIONS = 16


@dataclass(frozen=True, slots=True)
class Handed:
    """The push service's answer; `retry_after` as it stands in its header."""

    status: int
    retry_after: str = ""


Hand = Callable[[str, Mapping[str, str], bytes], Awaitable[Handed]]
"""Hands a body with its headers over at an endpoint. Raises ConnectionError, without the endpoint, where there is no answer."""


def is_push_service(endpoint: str, hosts: tuple[str, ...] = KNOWN_HOSTS) -> bool:
    try:
        address = urlsplit(endpoint)
        host, port = address.hostname or "", address.port
    except ValueError:
        return False
    if address.scheme != "https" or port not in (None, 443) or address.username is not None:
        return False
    return any(host == one or (one.startswith(".") and host.endswith(one)) for one in hosts)


class PushClient:
    """Opened at its first use, in the event loop that uses it; `stop` it there."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def hand_over(self, endpoint: str, headers: Mapping[str, str], body: bytes) -> Handed:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=CONNECTIONS),
                timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS, connect=CONNECT_SECONDS),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
            )
        try:
            # Nobody may send us on to an address that was not looked at.
            post = self._session.post(endpoint, data=body, headers=dict(headers), allow_redirects=False)
            async with post as answer:
                return Handed(answer.status, answer.headers.get("retry-after", ""))
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            kind = type(error).__name__
        raise ConnectionError(kind)  # errors of the library quote the endpoint, which lets anybody ring

    async def stop(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()
            await asyncio.sleep(0)


def seconds_of(retry_after: str, now: float) -> float | None:
    """Of a Retry-After header, seconds or a date; None for what is neither."""
    try:
        if retry_after.isascii() and retry_after.isdigit():
            return float(retry_after[:9])
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - now)
    except (ValueError, TypeError):
        return None
