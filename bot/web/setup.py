"""The first steps in the browser: while nobody is an office, whoever holds the word that `run` has printed names the committee and becomes its office."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

import anyio
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.people.invitations import create_invitation, new_code
from bot.people.staff import has_admin
from bot.problems import Invalid, Rejected
from bot.reading.codes import normal_code
from bot.store.db import Database
from bot.tables import Role, Unit
from bot.units.applying import apply_units
from bot.units.form import read_units_form
from bot.units.typed import typed_row
from bot.web.site import ENTRY_LIMIT, Site, body_within, contact_at, site_of
from bot.web.tries import WrongTries

WORD_LIFE = timedelta(hours=1)


@dataclass
class FirstWord:
    """The word of this process: good once, for an hour."""

    made_at: datetime
    word: str = field(default_factory=new_code)
    used: bool = False
    turn: anyio.Lock = field(default_factory=anyio.Lock)

    def is_over(self, at: datetime) -> bool:
        return self.used or at - self.made_at >= WORD_LIFE

    def matches(self, said: str) -> bool:
        """In a time that does not depend on how much of it is right."""
        return secrets.compare_digest(_digest(said), _digest(self.word))


def _digest(word: str) -> bytes:
    return hashlib.sha256(normal_code(word).encode("utf-8", "replace")).digest()


def first_word(db: Database, at: datetime) -> FirstWord | None:
    """A new word where nobody is an office yet."""
    with db.read() as session:
        return None if has_admin(session) else FirstWord(at)


async def first_steps(request: Request) -> Response:
    return await (take_first_steps if request.method == "POST" else ask_first_steps)(request)


async def ask_first_steps(request: Request) -> Response:
    first = await _open_word(request)
    if first.is_over(site_of(request).now()):
        return site_of(request).page("setup", 410, state="over")
    return await _form(request, {})


async def take_first_steps(request: Request) -> Response:
    """The word, the committee's name and kind; ends in the office's own web chat. Sent twice it leads to the same one."""
    site = site_of(request)
    body = (await body_within(request, ENTRY_LIMIT)).decode("utf-8", "replace")
    given = dict(parse_qsl(body))
    place = site.links.read_entry(given.get("entry", "")) or secrets.token_urlsafe(16)
    contact = await site.read(lambda session: contact_at(session, place))
    if contact is not None:
        return site.to_chat(contact)
    first = await _open_word(request)
    async with first.turn:
        refused = await _refuse_word(request, first, given)
        if refused is not None:
            return refused
        try:
            code = await _begin_committee(site, given)
        except Invalid as problem:
            trouble = site.desk.render.sentence(problem.code, problem.facts)
            return await _form(request, given, trouble, 400)
        contact = await site.enter(place, code)
        first.used = True
    return site.to_chat(contact)


async def _open_word(request: Request) -> FirstWord:
    """The process's word; the page is not there without one, nor once somebody is an office."""
    first: FirstWord | None = request.app.state.first
    if first is None or await site_of(request).read(has_admin):
        raise HTTPException(404)
    return first


async def _refuse_word(request: Request, first: FirstWord, given: Mapping[str, str]) -> Response | None:
    """The page for a word that is over or wrong; None when it may go on."""
    site = site_of(request)
    tries: WrongTries = request.app.state.tries
    client, at = request.client.host if request.client else "", site.now()
    if first.is_over(at):
        return site.page("setup", 410, state="over")
    many = tries.too_many(client, at)
    if many:
        await tries.wait_turn()
    if first.matches(given.get("word", "")):
        return None
    if many:
        return site.page("setup", 429, state="wait")
    tries.note(client, at)
    return await _form(request, given, site.desk.render.sentence("first_word_wrong", {}), 403)


async def _form(request: Request, given: Mapping[str, str], trouble: str = "", status: int = 200) -> Response:
    site = site_of(request)
    tops = await site.read(_tops)
    entry = given.get("entry") or site.links.entry(secrets.token_urlsafe(16))
    said = {name: given.get(name, "") for name in ("word", "unit", "name", "kind")}
    facts = {"given": said, "trouble": trouble, "tops": tops, "entry": entry}
    return site.page("setup", status, state="form", **facts)


def _tops(session: Session) -> Sequence[Unit]:
    """The committees above which none stands: there are some where a list was read before."""
    top = select(Unit).where(Unit.parent_id.is_(None), Unit.closed_on.is_(None))
    return session.scalars(top.order_by(Unit.listed_as, Unit.id)).all()


async def _begin_committee(site: Site, given: Mapping[str, str]) -> str:
    """Writes the committee, or takes the one that is there, and answers with a code for its office. Raises Invalid."""
    codes = []

    def begin(session: Session) -> None:
        unit = _committee(site, session, given)
        codes.append(create_invitation(session, unit, Role.ADMIN, site.now())[0])

    await site.write(begin)
    return codes[-1]


def _committee(site: Site, session: Session, given: Mapping[str, str]) -> Unit:
    if tops := _tops(session):
        named = [unit for unit in tops if str(unit.id) == given.get("unit") or len(tops) == 1]
        if not named:
            raise Invalid("first_unit_wanted")
        return named[0]
    cells = {"name": given.get("name", ""), "kind": given.get("kind", "")}
    row = typed_row(read_units_form(site.desk.render.folder), cells)
    try:
        apply_units(session, [row], site.desk.moment(site.now()))
    except Rejected as rejected:
        raise Invalid(rejected.problems[0].code, **rejected.problems[0].facts) from None
    return _tops(session)[0]


ROUTES = (Route("/setup", first_steps, methods=["GET", "POST"]),)
