"""Invitations for everybody: slips on paper or messages to pass on, for each cell that nobody leads; and who has registered."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from bot.messages import File
from bot.papers.converting import NoConverter, NotConverted, find_converter, to_pdf
from bot.people.invitations import INVITE_DAYS, create_invitation, new_code, rank_invited
from bot.people.reaching import reachable_contact
from bot.people.registered import count_led, registered_units, units_without, withdraw_invitations
from bot.people.roles import role_holders, units_below, within_subtree
from bot.problems import Invalid
from bot.tables import Errand, ErrandKind, ErrandState, Role, Unit
from bot.tables.asked import WantedInvites
from bot.talk import outbox
from bot.talk.allowances import full_channels
from bot.talk.chat import Chat, row_id
from bot.talk.desk import Answer, Desk, Flow, FlowStep
from bot.talk.errands import file_shelf, finish_errand, locked_errand, note_errand, read_errand, tell_asker
from bot.units.finding import FindingUnit, take_unit_found

MOST = {"docx": 400, "pdf": 400, "messages": 40}
"""So many units at once, by what is made: a sheet of fifty pages, or as many messages as one passes on."""
PAGE = 20


@dataclass
class InvitingAll(FindingUnit):
    """The committee below which everybody is invited."""

    unit: int | None = None


def begin_inviting_all(chat: Chat) -> None:
    tops = role_holders(chat.roles(), "administer")
    if not tops:
        chat.say("talk/not_yours")
    else:
        chat.begin(InvitingAll())


def ask_tree(chat: Chat) -> None:
    inviting = chat.answers(InvitingAll)
    tops = [m.unit for m in role_holders(chat.roles(), "administer")]
    chat.say("people/admin/all_where", tops=tops, found=inviting.units(chat), count=inviting.count)


def take_tree(chat: Chat, answer: Answer) -> None:
    inviting = chat.answers(InvitingAll)
    unit = take_unit_found(chat, answer, inviting)
    if unit is not None:
        inviting.unit = unit.id
        chat.goto("form")


def ask_form(chat: Chat) -> None:
    unit = chat.session.get_one(Unit, chat.answers(InvitingAll).unit)
    led, cells = count_led(chat.session, units_below(Unit.path, unit.path))
    pdf = find_converter() is not None
    chat.say("people/admin/all_form", unit=unit, left=cells - led, cells=cells, most=MOST, pdf=pdf)


def take_form(chat: Chat, answer: Answer) -> None:
    unit = chat.session.get_one(Unit, chat.answers(InvitingAll).unit)
    if not chat.may("administer", unit.path):
        chat.refuse()
        return
    if answer.value not in MOST:
        raise Invalid("choose_button")
    chat.session.add(
        Errand(
            person_id=chat.person.id,
            unit_id=unit.id,
            kind=ErrandKind.INVITES,
            args=WantedInvites(answer.value),
            created_at=chat.at,
        )
    )
    chat.note("invitations asked for", f"unit:{unit.id}")
    chat.end()
    chat.say("people/admin/all_working")


def make_invitations(desk: Desk, errand_id: int, at: datetime) -> None:
    """The codes of all units below that nobody leads. What is drawn is drawn before the codes are good for anything."""
    _, wanted, top_id = read_errand(desk, errand_id, WantedInvites)
    with desk.db.read() as session:
        top = session.get_one(Unit, top_id)
        below = units_below(Unit.path, top.path)
        units = units_without(session, below, MOST[wanted.invites])
        led, cells = count_led(session, below)
    if not units:
        finish_errand(desk, errand_id, at, "people/admin/all_led", unit=top)
        return
    codes = {unit.id: new_code() for unit in units}
    file: File | None = None
    missing = ""
    if wanted.invites != "messages":
        file, missing = _sheet(desk, top, units, codes, at, as_pdf=wanted.invites == "pdf")
    with desk.db.write() as session:
        errand = locked_errand(session, errand_id, ErrandState.NEW)
        if errand is None:
            return
        errand.state, errand.done_at = ErrandState.DONE, at
        for unit in units:
            withdraw_invitations(session, unit, Role.SECRETARY, at)
            create_invitation(session, unit, Role.SECRETARY, at, codes[unit.id])
        note_errand(session, errand, at, "invited", f"unit:{top_id}")
        context = {"unit": top, "made": len(units), "left": cells - led - len(units), "missing": missing}
        if file is None:
            _post_messages(desk, session, errand, units, codes, at)
        files = (file,) if file else ()
        tell_asker(desk, session, errand, at, "people/admin/all_made", files, days=INVITE_DAYS, **context)


def _sheet(
    desk: Desk, top: Unit, units: Sequence[Unit], codes: Mapping[int, str], at: datetime, *, as_pdf: bool
) -> tuple[File, str]:
    """The slips on the shelf, and why they are no PDF although that was asked for."""
    from bot.papers.slips import Slip, draw_slips  # its libraries take memory that most days need not

    render = desk.render
    until = render.day(desk.moment(at + timedelta(days=INVITE_DAYS)).today)
    with desk.db.read() as session:
        full = full_channels(desk.abilities, session)
    slips = [
        Slip(
            unit.name,
            render.words["roles"][Role.SECRETARY],
            codes[unit.id],
            until,
            [
                (render.words["channels"].get(name, name), link)
                for name, link in desk.links.invitation(codes[unit.id])
                if name not in full
            ],
        )
        for unit in units
    ]
    with tempfile.TemporaryDirectory() as folder:
        path, missing = Path(folder) / "slips.docx", ""
        draw_slips(slips, render.folder / "documents", path)
        if as_pdf:
            try:
                path = to_pdf(path, Path(folder))
            except NoConverter:
                missing = "none"
            except NotConverted:
                missing = "failed"
        name = render.words["slips"].format(code=top.code)
        return file_shelf(desk).keep(f"{name}{path.suffix}", path), missing


def _post_messages(
    desk: Desk,
    session: Session,
    errand: Errand,
    units: Sequence[Unit],
    codes: Mapping[int, str],
    at: datetime,
) -> None:
    """One for each unit, without buttons, to be passed on as it is."""
    contact = reachable_contact(session, errand.person_id)
    if contact is None:
        return
    full = full_channels(desk.abilities, session)
    today = desk.moment(at).today
    for unit in units:
        links = [(name, link) for name, link in desk.links.invitation(codes[unit.id]) if name not in full]
        facts: dict[str, Any] = {"unit": unit, "code": codes[unit.id], "links": links, "days": INVITE_DAYS}
        reply = desk.render.reply("people/admin/all_forward", {"today": today, **facts})
        outbox.post_message(session, contact, reply, at)


def show_registered(chat: Chat, first: str = "0") -> None:
    """ "Ai đã đăng ký": twenty units a page, with who leads each or what became of its code."""
    if not role_holders(chat.roles(), "administer"):
        chat.say("talk/not_yours")
        return
    scope = _scope(chat)
    led, cells = count_led(chat.session, scope)
    start = min(row_id(first), max(0, cells - 1)) // PAGE * PAGE
    rows = registered_units(chat.session, scope, start, PAGE)
    chat.say("people/admin/registered", rows=rows, led=led, cells=cells, start=start, page=PAGE)


def renew_code(chat: Chat, unit_id: str) -> None:
    """A new code for the unit; what it had is good for nothing any more."""
    unit = _own_unit(chat, unit_id)
    if unit is None:
        return
    rank = rank_invited(chat.session, unit, Role.SECRETARY)
    withdraw_invitations(chat.session, unit, Role.SECRETARY, chat.at)
    code, _ = create_invitation(chat.session, unit, Role.SECRETARY, chat.at, rank=rank)
    chat.note("invited", f"unit:{unit.id}")
    chat.say(
        "people/admin/invited",
        unit=unit,
        role=Role.SECRETARY,
        code=code,
        links=chat.invite_links(code),
        full=full_channels(chat.desk.abilities, chat.session),
        days=INVITE_DAYS,
    )


def withdraw_code(chat: Chat, unit_id: str) -> None:
    unit = _own_unit(chat, unit_id)
    if unit is None:
        return
    withdraw_invitations(chat.session, unit, Role.SECRETARY, chat.at)
    chat.note("invitation withdrawn", f"unit:{unit.id}")
    chat.say("people/admin/code_withdrawn", unit=unit)


def _own_unit(chat: Chat, unit_id: str) -> Unit | None:
    unit = chat.session.get(Unit, row_id(unit_id))
    if unit is not None and chat.may("administer", unit.path) and unit.closed_on is None:
        return unit
    chat.say("talk/not_yours")
    return None


def _scope(chat: Chat) -> ColumnElement[bool]:
    return within_subtree(Unit.path, chat.roles(), "administer")


FLOW = Flow(
    "invite_all",
    FlowStep("where", ask_tree, take_tree, numbers=True),
    FlowStep("form", ask_form, take_form),
    answers=InvitingAll,
)
