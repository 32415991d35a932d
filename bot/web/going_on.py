"""What the web chat offers to go on with: a question or a meeting that was left open at another place."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.meetings.awaiting import running_meetings
from bot.people.roles import role_holders
from bot.tables import Contact, Membership
from bot.talk.chat import GO_ON
from bot.talk.elsewhere import LeftOpen, last_place_since, left_open_elsewhere


@dataclass(frozen=True, slots=True)
class GoingOn:
    """`payload`: of the button that goes on; `meeting`: it is a meeting that is being held."""

    left: LeftOpen
    payload: str
    meeting: bool = False


def going_on(session: Session, contact: Contact) -> GoingOn | None:
    """Reads alone: to open a page changes nothing."""
    if left := left_open_elsewhere(session, contact):
        return GoingOn(left, GO_ON)
    place = last_place_since(session, contact)
    if place is None:
        return None
    roles = session.scalars(
        select(Membership).where(Membership.person_id == contact.person_id, Membership.ended_at.is_(None))
    ).all()
    running = running_meetings(session, {role.unit_id for role in role_holders(roles, "lead")})
    if not running:
        return None
    return GoingOn(LeftOpen(place.channel, ""), f"meet.walk:{running[0].id}", meeting=True)
