"""The one message that reaches somebody whose window is closed: an approved template, which says a name and a day."""

import hashlib
from typing import Any

from bot.channels.zalo_oa.codes import ZONE
from bot.messages import Knock

NAME_LIMIT = 30


def template_of(number: str, place: str, knock: Knock, nameless: str) -> dict[str, Any]:
    """The request. The same knock bears the same tracking number, by which a repeated one is known."""
    name = " ".join(knock.name.split()) or nameless
    said = f"{place} {knock.at.isoformat()}"
    return {
        "user_id": place,
        "template_id": number,
        "template_data": {
            "ten": name if len(name) <= NAME_LIMIT else f"{name[: NAME_LIMIT - 1]}…",
            "ngay": f"{knock.at.astimezone(ZONE):%d/%m/%Y}",
        },
        "tracking_id": hashlib.sha256(said.encode()).hexdigest()[:32],
    }
