"""Somebody's role ends: what waits for them is said to whoever is there now; and a successor is invited."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.duties.withdrawing import hand_over
from bot.people.invitations import create_invitation
from bot.people.people import end_role
from bot.problems import Invalid
from bot.tables import Membership


def finish_role(session: Session, membership: Membership, at: datetime) -> None:
    """Ends the role and hands over the reminders that wait for its holder about that unit."""
    end_role(session, membership, at)
    hand_over(session, membership.person_id, at, unit_id=membership.unit_id)


def replace_holder(session: Session, membership: Membership, at: datetime) -> str:
    """Ends the role and answers with the code by which a successor gets it. A meeting that is going on goes on.

    Raises Invalid(role_ended_already), so that of two who do it at once one has made a code.
    """
    session.execute(select(Membership.id).where(Membership.id == membership.id).with_for_update())
    session.refresh(membership, ["ended_at"])
    if membership.ended_at is not None:
        raise Invalid("role_ended_already", unit=membership.unit.name)
    rank = _rank_of_successor(session, membership)
    finish_role(session, membership, at)
    code, _ = create_invitation(session, membership.unit, membership.role, at, rank=rank)
    return code


def _rank_of_successor(session: Session, membership: Membership) -> int:
    """Who comes for the one who is spoken to first is spoken to before the others again; else the rank stays."""
    others = (
        select(Membership)
        .where(Membership.unit_id == membership.unit_id, Membership.role == membership.role)
        .where(Membership.ended_at.is_(None), Membership.id != membership.id)
        .order_by(Membership.rank, Membership.id)
    )
    first = session.scalars(others.limit(1)).first()
    if first is None or (first.rank, first.id) < (membership.rank, membership.id):
        return membership.rank
    return min(membership.rank, first.rank - 1)
