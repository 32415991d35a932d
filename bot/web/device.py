"""The web chat on a phone: an application that can be installed, its worker, and the devices that are to ring."""

import json
import logging
from urllib.parse import urlsplit

from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.people.devices import end_device, keep_device
from bot.people.places import role_lost_at
from bot.tables import Contact
from bot.web.chat import seat_of
from bot.web.site import body_within, site_of

log = logging.getLogger(__name__)

DEVICE_LIMIT = 4 * 2**10
ENDPOINT_LENGTH = 1000


async def show_manifest(request: Request) -> Response:
    """What a phone installs: it opens this very talk, and a newer link of the same talk takes the place of an older."""
    site, contact = site_of(request), await seat_of(request)
    path = request.url.path.rpartition("/")[0]
    facts = {"path": path, "contact_id": contact.id, "asset": site.asset}
    body = site.desk.render.page("web/app.webmanifest", facts)
    return Response(body, media_type="application/manifest+json")


async def send_worker(request: Request) -> Response:
    """It stands beside the talks, for a worker has a say over what lies below its own address alone."""
    asset = request.app.state.assets["worker.js"]
    return Response(asset.body, media_type=asset.media_type)


async def take_device(request: Request) -> Response:
    """POST: this device is to ring for the talk; DELETE: it is not. 422: its push service is none that is spoken to."""
    site, contact = site_of(request), await seat_of(request)
    endpoint, p256dh, auth = _read_device(await body_within(request, DEVICE_LIMIT))
    if request.method == "DELETE":
        await site.write(lambda session: end_device(session, contact.id, endpoint))
        return Response(status_code=204)
    from bot.channels.web.sealing import fits_device  # its library takes memory

    if not fits_device(p256dh, auth):
        raise HTTPException(400)
    if not site.web.takes_device(endpoint):
        log.warning("push.unknown_service host=%s: see WEB_PUSH_HOSTS", _host_of(endpoint))
        raise HTTPException(422)
    at = site.now()

    def keep(session: Session) -> None:
        # The link may have ended while this was on its way: its devices have gone, and this one would ring on.
        here = session.get(Contact, contact.id, with_for_update={"key_share": True}, populate_existing=True)
        if here is None or here.key != contact.key or role_lost_at(session, contact.id) is not None:
            raise HTTPException(403, "ended")
        keep_device(session, contact.id, endpoint, p256dh, auth, at)

    await site.write(keep)
    return Response(status_code=204)


def _read_device(body: bytes) -> tuple[str, str, str]:
    """Endpoint and keys, as a PushSubscription writes itself; without keys they are empty."""
    try:
        given = json.loads(body)
        keys = given.get("keys") or {}
        found = given["endpoint"], keys.get("p256dh", ""), keys.get("auth", "")
    except (ValueError, RecursionError, AttributeError, KeyError, TypeError):
        raise HTTPException(400) from None
    if not all(isinstance(one, str) for one in found) or not 0 < len(found[0]) <= ENDPOINT_LENGTH:
        raise HTTPException(400)
    return found


def _host_of(endpoint: str) -> str:
    try:
        return (urlsplit(endpoint).hostname or "")[:100]
    except ValueError:
        return ""


ROUTES = (
    Route("/w/worker.js", send_worker),
    Route("/w/{token}/app.webmanifest", show_manifest),
    Route("/w/{token}/device", take_device, methods=["POST", "DELETE"]),
)
