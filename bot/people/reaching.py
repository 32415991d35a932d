"""Where a person is told first: what the person has chosen, else what rings, else what waits to be looked at; and at whom nothing
rings."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, exists, or_, select, update
from sqlalchemy.orm import Session, joinedload

from bot.people.mail_addresses import MAIL
from bot.tables import Contact, Membership, PushSubscription, Unit

WEB = "web"


def rings() -> ColumnElement[bool]:
    """That what comes to a contact (a condition on Contact) is noticed by itself: a web chat rings on a device that has asked for it."""
    return or_(Contact.channel != WEB, exists().where(PushSubscription.contact_id == Contact.id))


def may_be_told() -> ColumnElement[bool]:
    """That a contact is there and takes what comes."""
    return and_(Contact.lost_at.is_(None), Contact.closed_at.is_(None))


def told_first() -> tuple[ColumnElement[Any], ...]:
    """The order of a person's contacts: one whose window is closed behind all others; what the person has chosen; what rings, the last
    used before the others; mail; a web chat that is merely a link."""
    kind = case((~rings(), 2), (Contact.channel == MAIL, 1), else_=0)
    return (
        Contact.closed_at.is_not(None),
        Contact.chosen_at.is_(None),
        Contact.chosen_at.desc(),
        kind,
        Contact.used_at.desc(),
        Contact.id.desc(),
    )


def reachable_contact(session: Session, person_id: int) -> Contact | None:
    """Where the person is told first, of the contacts that are not lost."""
    return session.scalars(_first_of(), {"person": person_id}).first()


@cache
def _first_of() -> Select[Contact]:
    """Built once: it runs for every reminder."""
    here = (Contact.person_id == bindparam("person"), Contact.lost_at.is_(None))
    return select(Contact).where(*here).order_by(*told_first()).limit(1)


def ringing_places(session: Session, person_id: int) -> set[int]:
    """Those of the person's contacts (ids) that ring."""
    return set(session.scalars(select(Contact.id).where(Contact.person_id == person_id, rings())))


def choose_first(session: Session, person_id: int, contact: Contact | None, at: datetime) -> None:
    """The person wants to be told there first; without a contact, wherever it is noticed best."""
    own = update(Contact).where(Contact.person_id == person_id)
    session.execute(own.values(chosen_at=None))
    if contact is not None:
        contact.chosen_at = at
    session.flush()


class Silence(StrEnum):
    """Why nothing rings at a person: LOST: every place is lost; CLOSED: what is left takes nothing until the person speaks there; WEB:
    there is a web chat, which they would have to look at."""

    LOST = "lost"
    CLOSED = "closed"
    WEB = "web"


@dataclass(frozen=True, slots=True)
class Unheard:
    """A role whose holder hears nothing by itself; `contact` is the place that says why."""

    membership: Membership
    contact: Contact
    why: Silence


def unheard_holders(session: Session, where: ColumnElement[bool]) -> list[Unheard]:
    """The roles in these units (a condition on Unit) at whose holders nothing rings, who cannot be reached at all before the others,
    in each part the latest first."""
    told = exists().where(Contact.person_id == Membership.person_id, may_be_told(), rings())
    rows = session.execute(
        select(Membership, Contact)
        .join(Unit, Unit.id == Membership.unit_id)
        .join(Contact, Contact.person_id == Membership.person_id)
        .where(where, Membership.ended_at.is_(None), ~told.correlate(Membership))
        .options(joinedload(Membership.person), joinedload(Membership.unit))
        .order_by(Membership.id.desc(), Contact.id)
    )
    places: dict[Membership, list[Contact]] = {}
    for membership, contact in rows:
        places.setdefault(membership, []).append(contact)
    found = [_unheard(membership, contacts) for membership, contacts in places.items()]
    latest = sorted(found, key=lambda one: _since(one.contact), reverse=True)
    return sorted(latest, key=lambda one: list(Silence).index(one.why))


def _unheard(membership: Membership, contacts: list[Contact]) -> Unheard:
    left = [one for one in contacts if one.lost_at is None]
    looked_at = [one for one in left if one.closed_at is None]
    why = Silence.WEB if looked_at else Silence.CLOSED if left else Silence.LOST
    return Unheard(membership, max(looked_at or left or contacts, key=_since), why)


def _since(contact: Contact) -> datetime:
    return contact.lost_at or contact.closed_at or contact.used_at
