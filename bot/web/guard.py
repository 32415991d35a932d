"""Guards the door of the web app: connections that are opened and left half said end, and one address cannot take all places."""

import asyncio
import logging
import sys
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

log = logging.getLogger(__name__)

OWN_FILES = 200
"""Open files that are left for the database, the store and what goes out."""


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


class Guarded(H11Protocol):
    """uvicorn's HTTP for one connection; `places` counts those of each address."""

    limits: ClassVar[Limits]
    places: ClassVar[Counter[str]]
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
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._rest()
        self.places[self._address] -= 1
        if not self.places[self._address]:
            del self.places[self._address]
        super().connection_lost(exc)

    def _watch(self) -> None:
        """Whoever is in the middle of saying something has to go on; the header as a whole, the body step by step."""
        if self.transport.is_closing():
            self._rest()
        elif self.conn.their_state is h11.IDLE and self._half_said():
            if self._timer is None:
                self._wait(self.limits.header_seconds)
        elif self.conn.their_state is h11.SEND_BODY:
            self._wait(self.limits.body_seconds)
        else:
            self._rest()

    def _half_said(self) -> bool:
        """A kept connection on which nothing is being said ends by uvicorn's own timeout."""
        return self.cycle is None or bool(self.conn.trailing_data[0])

    def _wait(self, seconds: float) -> None:
        self._rest()
        self._timer = self.loop.call_later(seconds, self._give_up)

    def _rest(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        self._timer = None
        if self.conn.their_state is h11.SEND_BODY and self.flow.read_paused:
            self._wait(self.limits.body_seconds)  # it is this program that does not read
            return
        log.warning("web.half_said state=%s: the connection ends", self.conn.their_state)
        self.transport.abort()


def guarded_protocol(limits: Limits) -> type[Guarded]:
    """A class of its own for these limits, since uvicorn makes one for each connection."""
    return type("Guarded", (Guarded,), {"limits": limits, "places": Counter()})


def protocol_of(limits: Limits) -> Any:
    """The guarded protocol with as many connections as the machine allows."""
    return guarded_protocol(replace(limits, connections=room_for(limits.connections)))
