"""The rooms of the office's page: who may open which, asked at every look; behind the very token of the web chat."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels.web.channel import plain_html
from bot.people.roles import role_holders
from bot.talk.chat import roles_of
from bot.web.chat import PACKED, seat_of
from bot.web.office.look import Look
from bot.web.office.sent import see_costs, see_errors, see_messages
from bot.web.office.tree import see_plans, see_registered, see_units
from bot.web.office.work import see_files, see_open
from bot.web.site import site_of


@dataclass(frozen=True, slots=True)
class Room:
    """`action`: what a role has to allow for it; `see`: what its template shows."""

    name: str
    action: str
    see: Callable[[Look], Mapping[str, Any]]


ROOMS = (
    Room("units", "sum", see_units),
    Room("open", "sum", see_open),
    Room("files", "sum", see_files),
    Room("plans", "administer", see_plans),
    Room("registered", "administer", see_registered),
    Room("messages", "administer", see_messages),
    Room("costs", "administer", see_costs),
    Room("errors", "administer", see_errors),
)


async def show_room(request: Request) -> Response:
    """A room, the first without a name. 403 "office" without a role for it, 404 for one that is not there."""
    site, contact = site_of(request), await seat_of(request)
    moment, asked = site.desk.moment(site.now()), dict(request.query_params)
    name = request.path_params.get("room", ROOMS[0].name)

    def see(session: Session) -> Response:
        roles = roles_of(session, contact.person_id)
        rooms = [room for room in ROOMS if role_holders(roles, room.action)]
        room = next((one for one in rooms if one.name == name), None)
        if room is None:
            raise HTTPException(403, "office") if _is_room(name) else HTTPException(404)
        facts = room.see(Look(session, site.desk, contact.person_id, roles, moment, asked))
        chat_path = f"/w/{request.path_params['token']}"
        return site.page(
            f"office/{name}",
            **facts,
            rooms=[one.name for one in rooms],
            room=name,
            manages=bool(role_holders(roles, "administer")),
            today=moment.today,
            at=moment.at,
            chat_path=chat_path,
            here=partial(_address, f"{chat_path}/office"),
            new_id=lambda: str(uuid.uuid4()),
            shown=plain_html,
        )

    return await site.read(see)


def _is_room(name: str) -> bool:
    return any(room.name == name for room in ROOMS)


def _address(office: str, room: str, **asked: object) -> str:
    """Of a room, with what is asked of it; what is empty is left out."""
    given = urlencode({name: value for name, value in asked.items() if value})
    return f"{office}/{room}{'?' if given else ''}{given}"


ROUTES = (
    Route("/w/{token}/office", show_room, middleware=PACKED),
    Route("/w/{token}/office/{room}", show_room, middleware=PACKED),
)
