"""Tells people what has become of their unit: it was closed, it went into another one, it is open again."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from bot.calendar import Moment, next_allowed
from bot.people.reaching import reachable_contact
from bot.tables import Membership, Unit
from bot.talk import outbox
from bot.talk.render import Renderer
from bot.units.ends import Closed


def tell_closed(
    session: Session,
    render: Renderer,
    closed: Closed,
    moment: Moment,
    *,
    but: int | None = None,
) -> int:
    """Writes to everybody whose role has ended with the unit, except the person `but`; answers to how many."""
    facts = {"unit": closed.unit, "into": closed.into, "day": closed.unit.closed_on}
    return _tell(session, render, "people/admin/your_unit_closed", closed.ended, facts, moment, but)


def tell_reopened(
    session: Session,
    render: Renderer,
    unit: Unit,
    roles: Iterable[Membership],
    moment: Moment,
    *,
    but: int | None = None,
) -> int:
    """Writes to everybody who has the role back; answers to how many."""
    return _tell(session, render, "people/admin/your_unit_reopened", roles, {"unit": unit}, moment, but)


def _tell(
    session: Session,
    render: Renderer,
    template: str,
    roles: Iterable[Membership],
    facts: dict[str, Any],
    moment: Moment,
    but: int | None,
) -> int:
    told = 0
    for person_id in sorted({role.person_id for role in roles} - {but}):
        contact = reachable_contact(session, person_id)
        if contact is None:
            continue
        reply = render.reply(template, {"today": moment.today, **facts})
        outbox.post_message(session, contact, reply, moment.at, bulk=True, due_at=next_allowed(moment))
        told += 1
    return told
