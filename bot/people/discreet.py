"""Discreet channels: an office says for its tree where people are told only that something lies ready, and nothing of what."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.tables import DiscreetChannel, Membership, Unit


def discreet_people(session: Session, people: Collection[int], channel: str) -> set[int]:
    """Those of these persons (ids) who are told so on that channel."""
    said = set(session.scalars(select(DiscreetChannel.unit_id).where(DiscreetChannel.channel == channel)))
    if not said or not people:
        return set()
    rows = session.execute(
        select(Membership.person_id, Membership.ended_at, Unit.path)
        .join(Unit, Unit.id == Membership.unit_id)
        .where(Membership.person_id.in_(people))
    ).all()
    active = {row.person_id for row in rows if row.ended_at is None}
    return {
        row.person_id
        for row in rows
        # Whoever has lost the last role is still told of that as before.
        if row.ended_at is None or row.person_id not in active
        if said & {int(part) for part in row.path.split("/") if part}
    }


def discreet_channels(session: Session, unit_id: int) -> set[str]:
    """Those that the unit itself has said so of."""
    own = select(DiscreetChannel.channel).where(DiscreetChannel.unit_id == unit_id)
    return set(session.scalars(own))


def set_discreet(session: Session, unit_id: int, channel: str, *, discreet: bool) -> None:
    row = session.get(DiscreetChannel, (unit_id, channel))
    if discreet and row is None:
        session.add(DiscreetChannel(unit_id=unit_id, channel=channel))
    elif row is not None and not discreet:
        session.delete(row)
    session.flush()
