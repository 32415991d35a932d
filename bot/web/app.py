"""One web application: web chat, invitations, upload and download links, the channels' ways in, health."""

import logging
import secrets
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from urllib.parse import parse_qs

import anyio
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.channels import base
from bot.channels.web.channel import Hub, Web
from bot.people.invitations import hashed_code
from bot.reading.codes import looks_like_code, normal_code
from bot.store.links import SignedLinks
from bot.tables import Invite
from bot.talk import outbox
from bot.talk.desk import Desk
from bot.web import calendar as web_calendar
from bot.web import chat as web_chat
from bot.web import device as web_device
from bot.web import files as web_files
from bot.web import setup as web_setup
from bot.web.office import pages as web_office
from bot.web.site import ENTRY_LIMIT, Site, body_within, contact_at, read_assets, send_asset, site_of
from bot.web.tries import WrongTries
from bot.wording import read_words

log = logging.getLogger(__name__)

UPLOAD_LIMIT = 100 * 2**20
WEBHOOK_LIMIT = 2**20
HEALTH_SECONDS = 5
SECURITY = {
    "content-security-policy": "default-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'self'; object-src 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
    "x-robots-tag": "noindex",
    "cache-control": "no-store",
}

Handler = Callable[[Request], Awaitable[Response]]


def build_site(
    desk: Desk,
    receive: base.Receive,
    links: SignedLinks,
    hub: Hub,
    take_in: base.TakeIn,
    stream: Callable[[str], Iterator[bytes]],
    now: Callable[[], datetime],
    *,
    ways_in: Sequence[base.WayIn] = (),
    ways_back: Sequence[base.WayBack] = (),
    extra_routes: Sequence[BaseRoute] = (),
    home: Handler | None = None,
    upload_limit: int = UPLOAD_LIMIT,
    web: Web | None = None,
    first: web_setup.FirstWord | None = None,
) -> Starlette:
    """The application. `receive`, `take_in` and `stream` are called in threads; `home` replaces the front page; `web` is the
    channel that pushes; `first` is the word that opens the first steps."""
    folder = desk.render.folder / "web"
    assets = read_assets(folder)
    app = Starlette(
        routes=[
            Route("/", home or front_page),
            *(Route(way.path, partial(take_from_channel, way), methods=["POST"]) for way in ways_in),
            *(Route(way.path, partial(take_back, way), methods=["GET"]) for way in ways_back),
            *ROUTES,
            *extra_routes,
        ],
        middleware=[Middleware(SafeHeaders)],
        exception_handlers={HTTPException: show_error, ClientDisconnect: _gone, Exception: show_error},
    )
    words = read_words(folder / "export.yaml")

    def address(name: str) -> str:
        return f"/static/{name}?v={assets[name].tag}"

    limit, channel = upload_limit, web or Web()
    shown = (limit, words, channel, read_words(folder / "calendar.yaml"), address)
    app.state.site = Site(desk, receive, links, hub, take_in, stream, now, *shown)
    app.state.assets, app.state.tries, app.state.first = assets, WrongTries(), first
    return app


async def front_page(request: Request) -> Response:
    return site_of(request).page("home")


async def answer_health(request: Request) -> Response:
    """For whoever watches over the process: is the database there, and does the outbox get through?"""
    site = site_of(request)
    at = site.now()

    def look(session: Session) -> tuple[int, datetime | None]:
        return outbox.pending_messages(session), outbox.oldest_overdue(session, at)

    try:
        with anyio.fail_after(HEALTH_SECONDS):
            waiting, oldest = await site.read(look, abandon=True)
    except Exception as error:
        log.exception("health: the database does not answer error=%s", type(error).__name__)
        return JSONResponse({"database": "down"}, 503)
    age = max(0, round((at - oldest).total_seconds())) if oldest else 0
    return JSONResponse({"database": "ok", "waiting": waiting, "oldest_waiting_seconds": age})


async def take_from_channel(way: base.WayIn, request: Request) -> Response:
    """What a channel's other side brings by itself."""
    body = await body_within(request, WEBHOOK_LIMIT)
    return Response(status_code=await way.take(body, request.headers))


async def take_back(way: base.WayBack, request: Request) -> Response:
    """Somebody's browser that comes back from a channel's other side."""
    good, code = await way.take(request.query_params)
    site = site_of(request)
    return site.page(
        "came_back", 200 if good else 400, good=good, sentence=site.desk.render.sentence(code, {})
    )


async def to_entry(request: Request) -> Response:
    """A code that was typed on the front page."""
    code = request.query_params.get("code", "")
    if not looks_like_code(code):
        return site_of(request).page("entry", 404, state="wrong", code="", entry="")
    return RedirectResponse(f"/w/new/{normal_code(code)}", 303)


async def enter_by_invitation(request: Request) -> Response:
    """An invitation's page. Looking at it changes nothing (messengers do, for a preview); its button opens a chat."""
    site = site_of(request)
    code = normal_code(request.path_params["code"])
    if request.method != "POST":
        fresh = site.links.entry(secrets.token_urlsafe(16))
        return site.page("entry", state="open", code=code, entry=fresh)
    form = parse_qs((await body_within(request, ENTRY_LIMIT)).decode("utf-8", "replace"))
    place = site.links.read_entry(form.get("entry", [""])[0]) or secrets.token_urlsafe(16)
    contact = await site.read(lambda session: contact_at(session, place))
    if contact is None:
        refused = await _refuse_code(request, code)
        if refused is not None:
            return refused
        contact = await site.enter(place, code)
    return site.to_chat(contact)


async def _refuse_code(request: Request, code: str) -> Response | None:
    """The page for a code that opens nothing; None when it may go on."""
    site = site_of(request)
    tries: WrongTries = request.app.state.tries
    client, at = request.client.host if request.client else "", site.now()
    many = tries.too_many(client, at)
    if many:
        await tries.wait_turn()
    invite = await site.read(
        lambda session: session.scalar(select(Invite).where(Invite.code_hash == hashed_code(code)))
    )
    if invite is None:
        if many:
            return site.page("entry", 429, state="wait", code="", entry="")
        tries.note(client, at)
        return site.page("entry", 404, state="wrong", code="", entry="")
    if invite.used_at is not None or invite.expires_at <= at:
        return site.page("entry", 410, state="used" if invite.used_at else "expired", code="", entry="")
    return None


async def show_error(request: Request, error: Exception) -> Response:
    """An error as a page that says what to do; as bare JSON to our own script."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = {**SECURITY, **(getattr(error, "headers", None) or {})}
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"error": status}, status, headers)
    kind = error.detail if isinstance(error, HTTPException) and status == 403 else ""
    page = site_of(request).page("error", status, code=status, kind=kind)
    page.headers.update(headers)
    return page


async def _gone(_request: Request, _error: Exception) -> Response:
    return Response(status_code=400)


class SafeHeaders:
    """Puts the headers of SECURITY on every answer that does not set them itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                held = {name.lower() for name, _ in message["headers"]}
                more = [(n.encode(), v.encode()) for n, v in SECURITY.items() if n.encode() not in held]
                message["headers"] = [*message["headers"], *more]
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


ROUTES = (
    Route("/health", answer_health),
    Route("/static/{name}", send_asset),
    Route("/w/new", to_entry),
    Route("/w/new/{code}", enter_by_invitation, methods=["GET", "POST"]),
    *web_setup.ROUTES,
    *web_device.ROUTES,
    *web_chat.ROUTES,
    *web_files.ROUTES,
    *web_calendar.ROUTES,
    *web_office.ROUTES,
)
