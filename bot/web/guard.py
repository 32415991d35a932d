"""Guards the door of the web app: connections that are opened and left half said end, and one address cannot take all places."""

import asyncio
import logging
import sys
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

log = logging.getLogger(__name__)

OWN_FILES = 200
"""Open files that are left for the database, the store and what goes out."""
UNREAD_LIMIT = 32 * 2**10
"""Bytes that the parser may keep to itself: a header that comes piece by piece, or what may follow a body in chunks."""
MOST_HEADERS = 100
MOST_AHEAD = 8
"""So many requests of a connection wait for the answer to the one before them; each takes far more memory than its bytes."""


@dataclass(frozen=True)
class Limits:
    """Seconds without progress, and places. `trusted` are addresses of proxies, which speak for many clients."""

    header_seconds: float = 10.0
    body_seconds: float = 30.0
    connections: int = 2000
    connections_a_client: int = 200
    trusted: Collection[str] = field(default=())


def room_for(wanted: int) -> int:
    """How many connections there is room for; raises the process's own limit of open files as far as it may."""
    if sys.platform == "win32":  # it counts no open files
        return wanted
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + OWN_FILES
    if soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return max(1, min(wanted, soft - OWN_FILES))


class TooMuch(Exception):
    """The parser stops at it, and uvicorn refuses what it has read."""


class Saying(Enum):
    """What the other side of a connection is in the middle of."""

    NOTHING = "nothing"
    HEADER = "header"
    BODY = "body"


class Guarded(HttpToolsProtocol):
    """uvicorn's HTTP for one connection; `places` counts those of each address."""

    limits: ClassVar[Limits]
    places: ClassVar[Counter[str]]
    _saying = Saying.HEADER  # whoever connects is to say something
    _unread = 0
    _timer: asyncio.TimerHandle | None = None
    _address = ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._address = self.client[0] if self.client else ""
        self.places[self._address] += 1
        own = (
            self._address not in self.limits.trusted
            and self.places[self._address] > self.limits.connections_a_client
        )
        if own or len(self.connections) > self.limits.connections:
            log.warning("web.full connections=%s: one is turned away", len(self.connections))
            transport.abort()
            return
        self._wait(self.limits.header_seconds)

    def data_received(self, data: bytes) -> None:
        self._unread += len(data)
        super().data_received(data)
        if self._unread > UNREAD_LIMIT and not self.transport.is_closing():
            log.warning("web.endless %s: the connection ends", self._saying.value)
            self.send_400_response("Too long.")
        self._watch()

    def on_message_begin(self) -> None:
        if len(self.pipeline) >= MOST_AHEAD:
            raise TooMuch
        super().on_message_begin()
        self._saying = Saying.HEADER

    def on_header(self, name: bytes, value: bytes) -> None:
        if len(self.headers) >= MOST_HEADERS:
            raise TooMuch
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._saying, self._unread = Saying.BODY, 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._unread = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._saying, self._unread = Saying.NOTHING, 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._rest()  # it is read on from now: whoever had to wait has the whole time
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._rest()
        self.places[self._address] -= 1
        if not self.places[self._address]:
            del self.places[self._address]
        super().connection_lost(exc)

    def _watch(self) -> None:
        """Whoever is in the middle of saying something has to go on; the header as a whole, the body step by step. A kept connection on
        which nothing is being said ends by uvicorn's own timeout."""
        if self._saying is Saying.NOTHING or self.transport.is_closing():
            self._rest()
        elif self._saying is Saying.BODY:
            self._wait(self.limits.body_seconds)
        elif self._timer is None:
            self._wait(self.limits.header_seconds)

    def _wait(self, seconds: float) -> None:
        self._rest()
        self._timer = self.loop.call_later(seconds, self._give_up)

    def _rest(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        self._timer = None
        if self.flow.read_paused:  # it is this program that does not read
            self._wait(self.limits.body_seconds)
            return
        log.warning("web.half_said %s: the connection ends", self._saying.value)
        self.transport.abort()


def guarded_protocol(limits: Limits) -> type[Guarded]:
    """A class of its own for these limits, since uvicorn makes one for each connection."""
    return type("Guarded", (Guarded,), {"limits": limits, "places": Counter()})


def protocol_of(limits: Limits) -> Any:
    """The guarded protocol with as many connections as the machine allows."""
    return guarded_protocol(replace(limits, connections=room_for(limits.connections)))
