"""What the web pages share: the tools they are given, the texts they take, the files that they show themselves with."""

import gzip
import hashlib
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from anyio import CapacityLimiter, to_thread
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.channels.base import Receive, TakeIn
from bot.channels.web.channel import Hub, Web
from bot.messages import Address, Incoming
from bot.store.again import do_again
from bot.store.filetypes import EXTENSIONS, TABLES
from bot.store.links import SignedLinks
from bot.tables import Contact
from bot.talk.desk import Desk

log = logging.getLogger(__name__)
T = TypeVar("T")

ENTRY_LIMIT = 4 * 2**10
"""Bytes of a form of a few short fields."""
CLIENT_ID = re.compile(r"[0-9A-Za-z-]{8,64}")
"""The number that a page gives to what it sends, so that a second try is known."""
ASSET_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
}


@dataclass(frozen=True, slots=True)
class Asset:
    body: bytes
    packed: bytes
    tag: str
    media_type: str


@dataclass(frozen=True)
class Site:
    """All that the pages need; made once by bot.web.app.build_site."""

    desk: Desk
    receive: Receive
    links: SignedLinks
    hub: Hub
    take_in: TakeIn
    stream: Callable[[str], Iterator[bytes]]
    now: Callable[[], datetime]
    upload_limit: int
    export_words: Mapping[str, Any]
    web: Web
    calendar_words: Mapping[str, Any]
    asset: Callable[[str], str]
    """The address of a file of templates/web, which changes with its content."""
    reads: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(6))
    writes: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(8))
    intake: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(3))
    exports: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(2))
    """How many of each are at work at once; whoever waits for one holds up nobody else."""

    async def read(self, look: Callable[[Session], T], *, abandon: bool = False) -> T:
        """What `look` finds in a session of its own; with `abandon`, a cancelled caller does not wait for it to end."""

        def work() -> T:
            with self.desk.db.read() as session:
                return look(session)

        return await to_thread.run_sync(do_again, work, limiter=self.reads, abandon_on_cancel=abandon)

    async def write(self, change: Callable[[Session], object]) -> None:
        def work() -> None:
            with self.desk.db.write() as session:
                change(session)

        await to_thread.run_sync(do_again, work, limiter=self.writes)

    async def handle(self, event: Incoming) -> bool:
        """Handles one event and wakes the place's pages; a failure becomes 503, so that the sender keeps it."""
        try:
            fresh = await self.receive(event)
        except Exception:
            log.exception("event not handled id=%s", event.id)
            raise HTTPException(503) from None
        self.hub.notify({event.address})
        return fresh

    async def enter(self, place: str, code: str) -> Contact:
        """The contact of a new web chat at this place, which begins with an invitation's code."""
        label = self.desk.render.page("web/entered.html", {"code": code}).strip()
        address = Address("web", place)
        await self.handle(Incoming(f"new:{place}", address, self.now(), text=f"/start {code}", label=label))
        contact = await self.read(lambda session: contact_at(session, place))
        if contact is None:
            raise HTTPException(503)
        return contact

    def to_chat(self, contact: Contact) -> Response:
        return RedirectResponse(self.links.path(self.links.web_chat(contact.id, contact.key)), 303)

    def page(self, name: str, status: int = 200, **context: Any) -> HTMLResponse:
        body = self.desk.render.page(f"web/{name}.html", {"asset": self.asset, **context})
        return HTMLResponse(body, status)


def contact_at(session: Session, place: str) -> Contact | None:
    """Who speaks from a web chat's place."""
    return session.scalar(select(Contact).where(Contact.channel == "web", Contact.place == place))


def site_of(request: Request) -> Site:
    site: Site = request.app.state.site
    return site


async def body_within(request: Request, limit: int) -> bytes:
    parts, size = [], 0
    async for part in request.stream():
        parts.append(part)
        size += len(part)
        if size > limit:
            raise HTTPException(413)
    return b"".join(parts)


def accepted_types() -> str:
    taken = {**EXTENSIONS, **TABLES}
    return ",".join([*taken, *sorted({ending for endings in taken.values() for ending in endings})])


def read_assets(folder: Path) -> dict[str, Asset]:
    found = {}
    for path in sorted(folder.iterdir()):
        if path.suffix in ASSET_TYPES:
            body = path.read_bytes()
            tag = hashlib.sha256(body).hexdigest()[:16]
            found[path.name] = Asset(body, gzip.compress(body, mtime=0), tag, ASSET_TYPES[path.suffix])
    return found


async def send_asset(request: Request) -> Response:
    assets: Mapping[str, Asset] = request.app.state.assets
    asset = assets.get(request.path_params["name"])
    if asset is None:
        raise HTTPException(404)
    known = request.query_params.get("v") == asset.tag
    headers = {
        "etag": f'"{asset.tag}"',
        "cache-control": "public, max-age=31536000, immutable" if known else "public, max-age=300",
        "vary": "accept-encoding",
    }
    if asset.tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    packed = "gzip" in request.headers.get("accept-encoding", "") and len(asset.packed) < len(asset.body)
    if packed:
        headers["content-encoding"] = "gzip"
    return Response(asset.packed if packed else asset.body, headers=headers, media_type=asset.media_type)
