"""The calendar that a phone subscribes to, and the page that says how."""

import hashlib
from urllib.parse import urlsplit

from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.people.calendars import calendar_roles
from bot.summaries.feed import collect_feed
from bot.web.site import site_of

MINUTES_15 = 900


async def send_calendar(request: Request) -> Response:
    """Of a link that has ended, an empty one: phones keep what they hold of a calendar that is refused."""
    site = site_of(request)
    key = site.links.read_calendar(request.path_params["token"])
    if key is None:
        raise HTTPException(404)
    moment, words = site.desk.moment(site.now()), site.calendar_words
    host = urlsplit(site.links.base_url).hostname or ""

    def write(session: Session) -> bytes:
        from bot.summaries.ics import (  # its libraries take memory that most days need not
            ended_calendar,
            write_calendar,
        )

        roles = calendar_roles(session, key)
        if not roles:
            return ended_calendar(words, moment.today, moment.zone)
        return write_calendar(collect_feed(session, roles, moment), words, host, moment.today, moment.zone)

    body = await site.read(write)
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": f"private, max-age={MINUTES_15}"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    headers["content-disposition"] = 'inline; filename="lich.ics"'
    return Response(body, headers=headers, media_type="text/calendar; charset=utf-8")


async def show_calendar_page(request: Request) -> Response:
    """How a phone subscribes: inside of a messenger the link itself may only be read."""
    site = site_of(request)
    key = site.links.read_calendar(request.path_params["token"])
    if key is None or not await site.read(lambda session: bool(calendar_roles(session, key))):
        raise HTTPException(403, "calendar")
    link = f"{site.links.calendar(*key)}.ics"
    return site.page("calendar", link=link, webcal=f"webcal:{link.partition(':')[2]}")


ROUTES = (
    Route("/c/{token}.ics", send_calendar),
    Route("/c/{token}", show_calendar_page),
)
