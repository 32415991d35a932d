"""Who has registered in a tree and who has not: each unit with who leads it, or with its newest invitation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from bot.natural import natural_key
from bot.people.staff import secretaries_of
from bot.tables import Invite, Membership, Person, Role, Unit


@dataclass(frozen=True, slots=True)
class Registered:
    """A unit, who leads it, and the newest code that nobody has used."""

    unit: Unit
    people: Sequence[Person]
    invite: Invite | None

    def runs(self, at: datetime) -> bool:
        """Whether somebody could still use its code."""
        return self.invite is not None and self.invite.expires_at > at


def led_units(scope: ColumnElement[bool]) -> ColumnElement[bool]:
    """The cells of the scope that are open."""
    return scope & (Unit.kind == "chi_bo") & Unit.closed_on.is_(None)


def count_led(session: Session, scope: ColumnElement[bool]) -> tuple[int, int]:
    """How many cells have somebody who leads them, of how many."""
    cells = select(func.count()).select_from(Unit).where(led_units(scope))
    led = session.scalar(cells.where(Unit.id.in_(_staffed()))) or 0
    return led, session.scalar(cells) or 0


def registered_units(
    session: Session, scope: ColumnElement[bool], first: int, most: int
) -> Sequence[Registered]:
    """So many cells in natural order, from the one of number `first` (0 is the first) on."""
    page = select(Unit).where(led_units(scope)).order_by(Unit.listed_as, Unit.id).offset(first).limit(most)
    units = session.scalars(page).all()
    ids = {unit.id for unit in units}
    people, invites = secretaries_of(session, ids), _newest_invites(session, ids)
    return [Registered(unit, people.get(unit.id, ()), invites.get(unit.id)) for unit in units]


def units_without(session: Session, scope: ColumnElement[bool], most: int) -> list[Unit]:
    """The cells that nobody leads, in natural order."""
    alone = select(Unit).where(led_units(scope), Unit.id.not_in(_staffed())).limit(most)
    return sorted(session.scalars(alone.order_by(Unit.listed_as, Unit.id)), key=_by_name)


def withdraw_invitations(session: Session, unit: Unit, role: Role, at: datetime) -> None:
    """The unit's codes for the role that nobody has used end now."""
    unused = (
        Invite.unit_id == unit.id,
        Invite.role == role,
        Invite.used_at.is_(None),
        Invite.expires_at > at,
    )
    session.execute(update(Invite).where(*unused).values(expires_at=at))


def _staffed() -> ColumnElement[bool]:
    held = select(Membership.unit_id)
    return held.where(Membership.role == Role.SECRETARY, Membership.ended_at.is_(None)).scalar_subquery()


def _newest_invites(session: Session, units: set[int]) -> dict[int, Invite]:
    unused = select(Invite).where(
        Invite.unit_id.in_(units), Invite.role == Role.SECRETARY, Invite.used_at.is_(None)
    )
    return {one.unit_id: one for one in session.scalars(unused.order_by(Invite.id)) if one.unit_id}


def _by_name(unit: Unit) -> tuple[str, int]:
    return natural_key(unit.code), unit.id
