"""The web chat's pages and streams: the talk of one contact, what it says, what it is told."""

import json
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.channels.web.channel import plain_html, safe_html
from bot.channels.web.icons import NAMES, SPRITE
from bot.messages import Address, Incoming, storable_text
from bot.people.places import is_noted, opened_by, role_lost_at
from bot.people.roles import role_holders, roles_of
from bot.tables import Contact, Event, Message, MessageState
from bot.talk import outbox
from bot.talk.elsewhere import is_passed, open_question
from bot.web.going_on import going_on
from bot.web.site import CLIENT_ID, Site, accepted_types, body_within, site_of

FIRST_LINES, MOST_LINES, BATCH = 60, 600, 200
SAY_LIMIT = 64 * 2**10
PAYLOAD_LENGTH, LABEL_LENGTH = 100, 200
LOOK_AGAIN = 2.0
"""Seconds after which a stream looks by itself: another replica may have delivered."""
PING_SECONDS = 15
ANSWER_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class ChatLine:
    """One line of the talk: what the person has said (`id` is the page's own number of it) or was told."""

    seq: int
    side: str
    id: str
    number: int
    """Of what was told, in the outbox: a notification opens the talk there."""
    html: str
    choices: tuple[tuple[dict[str, str], ...], ...]
    files: tuple[dict[str, str], ...]
    at: str
    clock: str
    day: str


@dataclass(frozen=True, slots=True)
class Talk:
    lines: list[ChatLine]
    last: int
    newest: int


async def seat_of(request: Request) -> Contact:
    """The contact whose chat the token opens; 403 for any other token."""
    site, at = site_of(request), site_of(request).now()
    key = site.links.read_web_chat(request.path_params["token"])
    named = None if key is None else await site.read(lambda session: session.get(Contact, key[0]))
    if named is None or named.channel != "web":
        raise HTTPException(403, "chat")
    contact = await site.read(lambda session: opened_by(session, key, at))
    if contact is None:
        raise HTTPException(403, "ended")
    if not is_noted(contact, at):
        opened = update(Contact).where(Contact.id == contact.id, Contact.key == contact.key)
        await site.write(lambda session: session.execute(opened.values(opened_at=at)))
    return contact


def read_talk(site: Site, session: Session, contact_id: int, after: int | None, most: int = BATCH) -> Talk:
    """The lines after `after`, or the last `most` without it; of whoever has lost the role, what came since."""
    # The number is read first: whatever bears a smaller one has been committed by then, so no line is passed over.
    numbers = session.execute(select(Contact.seq, Contact.key).where(Contact.id == contact_id)).first()
    newest, key = numbers or (0, 0)
    first = max(0, newest - most) if after is None else max(0, after)
    last = min(newest, first + most)
    if last <= first:
        return Talk([], first, newest)
    lost_at = role_lost_at(session, contact_id)
    events = session.scalars(
        select(Event).where(Event.contact_id == contact_id, Event.seq > first, Event.seq <= last)
    )
    messages = session.scalars(
        select(Message).where(
            Message.contact_id == contact_id,
            Message.seq > first,
            Message.seq <= last,
            Message.state == MessageState.SENT,
        )
    )
    lines = [
        _own_line(site, event) for event in events if event.said and not (lost_at and event.at < lost_at)
    ]
    lines += [
        _told_line(site, message, key)
        for message in messages
        if message.body.get("text") and not (lost_at and message.created_at < lost_at)
    ]
    return Talk(sorted(lines, key=lambda line: line.seq), last, newest)


def _own_line(site: Site, event: Event) -> ChatLine:
    said = plain_html(event.said)
    return ChatLine(event.seq or 0, "me", event.message_ref, 0, said, (), (), *_when(site, event.at))


def _told_line(site: Site, message: Message, key: int) -> ChatLine:
    reply = outbox.from_body(message.body)
    size = site.desk.render.file_size
    return ChatLine(
        message.seq or 0,
        "bot",
        "",
        message.id,
        safe_html(reply.text),
        tuple(tuple({"label": c.label, "payload": c.payload} for c in row) for row in reply.choices),
        tuple(
            {
                "name": f.name,
                "size": size(f.size),
                "url": site.links.path(site.links.file(f, message.contact_id, key)),
            }
            for f in reply.files
        ),
        *_when(site, message.sent_at or message.created_at),
    )


def _when(site: Site, at: datetime) -> tuple[str, str, str]:
    render = site.desk.render
    return at.isoformat(timespec="seconds"), render.clock(at), render.day(at)


def live_choices(lines: list[ChatLine]) -> set[int]:
    """Whose buttons are shown: all that came since the person last said something, else those of the newest with any, unless one was pressed."""
    spoke = max((line.seq for line in lines if line.side == "me"), default=0)
    offering = [line for line in lines if line.choices]
    fresh = {line.seq for line in offering if line.seq > spoke}
    if fresh or not offering:
        return fresh
    newest = offering[-1]
    labels = {plain_html(choice["label"]) for row in newest.choices for choice in row}
    pressed = any(line.seq > newest.seq and line.html in labels for line in lines)
    return set() if pressed else {newest.seq}


def without_passed(line: ChatLine, question: int) -> ChatLine:
    """The line without buttons that answer another question than the open one."""
    rows = [[one for one in row if not is_passed(one["payload"], question)] for row in line.choices]
    return replace(line, choices=tuple(tuple(row) for row in rows if row))


async def chat_page(request: Request) -> Response:
    site, contact = site_of(request), await seat_of(request)
    most = min(_whole(request.query_params.get("lines"), FIRST_LINES), MOST_LINES)
    talk = await site.read(lambda session: read_talk(site, session, contact.id, None, most))
    question = await site.read(lambda session: open_question(session, contact.person_id))
    return site.page(
        "chat",
        talk=replace(talk, lines=[without_passed(line, question) for line in talk.lines]),
        live=live_choices(talk.lines),
        going=await site.read(lambda session: going_on(session, contact)),
        words=site.desk.render.words,
        older=min(most * 4, MOST_LINES) if most < min(talk.newest, MOST_LINES) else 0,
        chat_path=request.url.path,
        contact_id=contact.id,
        new_id=lambda: str(uuid.uuid4()),
        accept=accepted_types(),
        upload_limit=site.upload_limit,
        shown=plain_html,
        icons={"sprite": SPRITE, "names": NAMES},
        push_key=site.web.push_key,
        office=await site.read(
            lambda session: bool(role_holders(roles_of(session, contact.person_id), "sum"))
        ),
    )


async def talk_json(request: Request) -> Response:
    site, contact = site_of(request), await seat_of(request)
    after = _whole(request.query_params.get("after"), 0)
    talk = await site.read(lambda session: read_talk(site, session, contact.id, after))
    return JSONResponse({"lines": [_plain(line) for line in talk.lines], "last": talk.last})


async def stream_events(request: Request) -> Response:
    contact = await seat_of(request)
    after = max(_whole(request.query_params.get("after"), 0), _whole(request.headers.get("last-event-id"), 0))
    return EventSourceResponse(
        _stream(site_of(request), contact, after),
        ping=PING_SECONDS,
        # A comment keeps the way open; the page cannot see comments, so the ping is an event as well.
        ping_message_factory=lambda: ServerSentEvent(comment="ping", event="ping", data="."),
    )


async def _stream(site: Site, contact: Contact, after: int) -> AsyncIterator[ServerSentEvent]:
    yield ServerSentEvent(event="ready", data=".", retry=2000)
    asked = 0
    with site.hub.listen(contact.place) as bell:
        while not site.hub.closed:
            bell.quiet()
            if not await site.read(lambda session: _still_open(session, contact)):
                return  # the page asks once more, and says that it has ended
            before, asked = asked, await site.read(lambda session: open_question(session, contact.person_id))
            if before and asked != before:  # it may have been answered at another place
                yield ServerSentEvent(event="asked", data=str(asked))
            talk = await site.read(lambda session: read_talk(site, session, contact.id, after))  # noqa: B023
            for line in talk.lines:
                yield ServerSentEvent(id=str(line.seq), data=json.dumps(_plain(line), ensure_ascii=False))
            after = talk.last
            if talk.last >= talk.newest:
                await bell.wait(LOOK_AGAIN)


def _still_open(session: Session, contact: Contact) -> bool:
    """An open page hears of a new key at the next look."""
    return session.scalar(select(Contact.key).where(Contact.id == contact.id)) == contact.key


def _plain(line: ChatLine) -> dict[str, Any]:
    return {name: getattr(line, name) for name in ChatLine.__slots__}


async def take_message(request: Request) -> Response:
    site, contact = site_of(request), await seat_of(request)
    body = await body_within(request, SAY_LIMIT)
    by_form = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    said = _read_form(body) if by_form else _read_json(body)
    if not CLIENT_ID.fullmatch(said["id"]) or len(said["payload"]) > PAYLOAD_LENGTH:
        raise HTTPException(400)
    if not (said["text"].strip() or said["payload"]):
        if by_form:
            return back_to_chat(request)
        raise HTTPException(400)
    event = Incoming(
        id=f"web:{contact.id}:{said['id']}",
        address=Address("web", contact.place),
        at=site.now(),
        text="" if said["payload"] else said["text"].strip(),
        payload=said["payload"],
        label=said["label"][:LABEL_LENGTH] if said["payload"] else "",
        message_ref=said["id"],
    )
    return await take_event(request, contact, event, by_form=by_form)


async def take_event(request: Request, contact: Contact, event: Incoming, *, by_form: bool) -> Response:
    """Handles what the chat has sent; a page without JavaScript gets the talk back, with the answer where it is quick."""
    site = site_of(request)
    with site.hub.listen(contact.place) as bell:
        await site.handle(event)
        seq = await site.read(lambda session: session.scalar(select(Event.seq).where(Event.id == event.id)))
        if not by_form:
            return JSONResponse({"seq": seq})
        until = site.now() + timedelta(seconds=ANSWER_SECONDS)
        newest = select(Contact.seq).where(Contact.id == contact.id)
        bell.quiet()
        while (await site.read(lambda session: session.scalar(newest)) or 0) <= (seq or 0):
            if site.now() > until or not await bell.wait(ANSWER_SECONDS):
                break
            bell.quiet()
    return back_to_chat(request, seq)


def back_to_chat(request: Request, seq: int | None = None) -> Response:
    """The talk, from the person's own line `seq` on: a long answer is read from its beginning."""
    return RedirectResponse(f"{request.url.path.rpartition('/')[0]}#{f'l{seq}' if seq else 'end'}", 303)


def _read_json(body: bytes) -> dict[str, str]:
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        raise HTTPException(400) from None
    if not isinstance(given, dict):
        raise HTTPException(400)
    return _said(given)


def _read_form(body: bytes) -> dict[str, str]:
    try:
        given: dict[str, Any] = dict(parse_qsl(body.decode(), max_num_fields=20))
        return _said({**given, **json.loads(given.get("press", "{}"))})
    except (ValueError, RecursionError, TypeError):
        raise HTTPException(400) from None


def _said(given: dict[str, Any]) -> dict[str, str]:
    found = {name: given.get(name) or "" for name in ("id", "text", "payload", "label")}
    if not all(isinstance(value, str) for value in found.values()):
        raise HTTPException(400)
    return {name: storable_text(value) for name, value in found.items()}


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else otherwise


PACKED = [Middleware(GZipMiddleware, minimum_size=1000)]
"""Of pages alone: a stream of events must not wait for its packing, and files are packed already."""

ROUTES = (
    Route("/w/{token}", chat_page, middleware=PACKED),
    Route("/w/{token}/events", stream_events),
    Route("/w/{token}/talk", talk_json, middleware=PACKED),
    Route("/w/{token}/say", take_message, methods=["POST"]),
)
