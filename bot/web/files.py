"""Files over the web: sent from the chat or an upload page, read back by link, the leader's workbook."""

import logging
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from html import unescape
from pathlib import Path
from urllib.parse import quote

from anyio import to_thread
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.messages import Address, File, Incoming, Refusal
from bot.people.file_readers import may_fetch_file
from bot.people.people import holds_role
from bot.people.places import opened_by
from bot.problems import Invalid
from bot.store.files import clean_name
from bot.store.links import FILE_LIFE
from bot.summaries.export import export_workbook
from bot.tables import Contact
from bot.talk.outbox import file_of_message
from bot.web.chat import back_to_chat, seat_of, take_event
from bot.web.form import FRAMING, UploadForm, read_upload_form
from bot.web.site import CLIENT_ID, Site, accepted_types, site_of

log = logging.getLogger(__name__)


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="chibo-") as name:
        yield Path(name)


async def _take_all(site: Site, contact: Contact, form: UploadForm) -> list[File | Refusal]:
    if not await site.read(lambda session: holds_role(session, contact.channel, contact.place)):
        return [Refusal.of_stranger(clean_name(name)) for name, _ in form.files]
    sender = Address(contact.channel, contact.place)
    return [
        await to_thread.run_sync(site.take_in, name, path, sender, limiter=site.intake)
        for name, path in form.files
    ]


def _event(
    way: str, ref: str, contact: Contact, site: Site, taken: list[File | Refusal], text: str
) -> Incoming:
    event_id = f"{way}:{contact.id}:{ref}"
    return Incoming(
        id=event_id,
        address=Address(contact.channel, contact.place),
        at=site.now(),
        text=text,
        files=tuple(one for one in taken if isinstance(one, File)),
        refused=tuple(one for one in taken if isinstance(one, Refusal)),
        album=event_id if len(taken) > 1 else "",
        message_ref=ref,
    )


def _client_id(form: UploadForm) -> str:
    given = form.fields.get("id", "")
    if not CLIENT_ID.fullmatch(given):
        raise HTTPException(400)
    return given


async def chat_files(request: Request) -> Response:
    site, contact = site_of(request), await seat_of(request)
    by_form = not _wants_json(request)
    with _folder() as folder:
        form = await read_upload_form(request, folder, site.upload_limit + FRAMING)
        ref = _client_id(form)
        if not form.files:
            if by_form:
                return back_to_chat(request)
            raise HTTPException(400)
        contact = await seat_of(request)  # sending takes long: the link may have ended
        taken = await _take_all(site, contact, form)
    event = _event("web", ref, contact, site, taken, form.fields.get("text", "").strip())
    return await take_event(request, contact, event, by_form=by_form)


async def _uploader(request: Request) -> Contact:
    site = site_of(request)
    key = site.links.read_upload(request.path_params["token"])
    contact = await site.read(lambda session: opened_by(session, key, site.now()))
    if contact is None:
        raise HTTPException(403, "upload")
    return contact


async def upload_page(request: Request) -> Response:
    """The page for files that a channel does not take: it shows itself, or takes what was sent and says what became of it."""
    site, contact = site_of(request), await _uploader(request)
    show = partial(
        site.page,
        "upload",
        new_id=str(uuid.uuid4()),
        accept=accepted_types(),
        upload_limit=site.upload_limit,
    )
    if request.method != "POST":
        return show(results=[])
    with _folder() as folder:
        form = await read_upload_form(request, folder, site.upload_limit + FRAMING)
        contact = await _uploader(request)
        ref = _client_id(form)
        taken = await _take_all(site, contact, form)
    if taken:
        await site.handle(_event("up", ref, contact, site, taken, ""))
    results = [_result(site, one) for one in taken]
    return JSONResponse({"results": results}) if _wants_json(request) else show(results=results)


def _result(site: Site, one: File | Refusal) -> dict[str, str | bool]:
    if isinstance(one, File):
        return {"name": one.name, "stored": True, "sentence": ""}
    return {
        "name": one.name,
        "stored": False,
        "sentence": unescape(
            site.desk.render.sentence(one.code, dict(one.facts))
        ),  # the page escapes it itself
    }


async def show_file(request: Request) -> Response:
    """A page that leads to the file: inside of a messenger a file itself may not be saved. Good for as many looks as one likes."""
    file = await _readable_file(request)
    address = f"/f/{request.path_params['token']}"
    return site_of(request).page("file", file=file, address=address, days=FILE_LIFE.days)


async def send_file(request: Request) -> Response:
    site, file = site_of(request), await _readable_file(request)
    try:
        pieces = await to_thread.run_sync(site.stream, file.digest)
    except FileNotFoundError:
        raise HTTPException(404) from None
    except OSError:
        log.exception("file store failed")
        raise HTTPException(503) from None
    headers = {"content-disposition": attachment_header(file.name), "content-length": str(file.size)}
    return StreamingResponse(pieces, headers=headers, media_type=file.media_type)


async def _readable_file(request: Request) -> File:
    """The file of the link, if whoever it was made for may read it still."""
    site = site_of(request)
    token = request.path_params["token"]
    found = site.links.read_file(token) or await site.read(lambda session: _brought(site, session, token))
    contact = await site.read(lambda session: opened_by(session, found and found[1], site.now()))
    if found is None or contact is None:
        raise HTTPException(403, "file")
    file = found[0]
    if not await site.read(lambda session: may_fetch_file(session, contact, file.digest)):
        raise HTTPException(403, "file_role")
    return file


def _brought(site: Site, session: Session, token: str) -> tuple[File, tuple[int, int]] | None:
    """The file that a message brings, and the key that its link bears; None for a message that is no more."""
    told = site.links.read_file_of_message(token)
    if told is None:
        return None
    number, begins, key = told
    file = file_of_message(session, number, begins)
    return (file, key) if file else None


async def send_leader_workbook(request: Request) -> Response:
    """The leader's workbook, made on the fly."""
    site = site_of(request)
    key = site.links.read_export(request.path_params["token"])
    at = site.now()
    contact = await site.read(lambda session: opened_by(session, key, at))
    if contact is None:
        raise HTTPException(403, "export")
    try:
        content = await to_thread.run_sync(
            site.desk.apart, export_workbook, contact.person_id, at, limiter=site.exports
        )
    except (OSError, Invalid):
        log.exception("export failed person=%s", contact.person_id)
        raise HTTPException(503) from None
    if not content:
        raise HTTPException(403, "export")
    name = str(site.export_words["file_name"]).format(day=site.desk.moment(at).today)
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return Response(content, headers={"content-disposition": attachment_header(name)}, media_type=media_type)


def attachment_header(name: str) -> str:
    """A Content-Disposition that saves under `name`, with an ASCII name for what does not read UTF-8."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in " ._-") else "_" for c in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")


ROUTES = (
    Route("/w/{token}/files", chat_files, methods=["POST"]),
    Route("/u/{token}", upload_page, methods=["GET", "POST"]),
    Route("/f/{token}", send_file),
    Route("/f/{token}/page", show_file),
    Route("/x/{token}", send_leader_workbook),
)
