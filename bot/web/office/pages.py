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
from bot.people.roles import role_holders, roles_of
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
    name = request.path_params.get("room", ROOMS[0].name)
    room = next((one for one in ROOMS if one.name == name), None)
    if room is None:
        raise HTTPException(404)
    moment, asked = site.desk.moment(site.now()), dict(request.query_params)
    chat_path = f"/w/{request.path_params['token']}"

    def see(session: Session) -> Response:
        roles = roles_of(session, contact.person_id)
        if not role_holders(roles, room.action):
            raise HTTPException(403, "office")
        look = Look(session, site.desk, contact.person_id, roles, moment, asked)
        return site.page(f"office/{name}", **room_facts(look, room, chat_path))

    return await site.read(see)


def room_facts(look: Look, room: Room, chat_path: str) -> dict[str, Any]:
    """What the room's template is given, but for the addresses of files."""
    return {
        **room.see(look),
        "rooms": [one.name for one in ROOMS if role_holders(look.roles, one.action)],
        "room": room.name,
        "today": look.moment.today,
        "at": look.moment.at,
        "chat_path": chat_path,
        "here": partial(_address, f"{chat_path}/office"),
        "new_id": lambda: str(uuid.uuid4()),
        "shown": plain_html,
    }


def _address(office: str, room: str, **asked: object) -> str:
    """Of a room, with what is asked of it; what is empty is left out."""
    given = urlencode({name: value for name, value in asked.items() if value})
    return f"{office}/{room}{'?' if given else ''}{given}"


ROUTES = (
    Route("/w/{token}/office", show_room, middleware=PACKED),
    Route("/w/{token}/office/{room}", show_room, middleware=PACKED),
)
