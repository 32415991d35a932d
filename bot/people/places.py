"""Where a person is reached: the key that opens a web chat, how long it opens, and a place that is withdrawn."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.people.devices import end_devices
from bot.tables import Contact, Membership, Person

KEY_LIFE = timedelta(days=90)
"""So long a web chat opens that nobody opens or speaks in."""
WITHDRAWN, EXPIRED = "withdrawn", "expired"
NOTED_EVERY = timedelta(days=1)


def last_used(contact: Contact) -> datetime:
    return max(contact.used_at, contact.opened_at or contact.used_at)


def opened_by(session: Session, key: tuple[int, int] | None, at: datetime) -> Contact | None:
    """The contact that a link's key (id, number) opens; None when it is of an older link or has lain unused too long."""
    contact = session.get(Contact, key[0]) if key else None
    if contact is None or key is None or contact.key != key[1] or contact.lost_reason == WITHDRAWN:
        return None
    return contact if contact.channel != "web" or at - last_used(contact) < KEY_LIFE else None


def is_noted(contact: Contact, at: datetime) -> bool:
    """Whether it is known already that the chat was opened today: each look would be a write."""
    return at - last_used(contact) < NOTED_EVERY


def renew_key(session: Session, contact: Contact, at: datetime) -> None:
    """Ends every link to this web chat, and the devices that ring for it: whoever holds an old link hears nothing more. What is
    still on its way from the old one comes from a place that nobody has."""
    contact.key += 1
    contact.place = secrets.token_urlsafe(16)
    contact.opened_at = at
    session.flush()
    end_devices(session, [contact.id])


def own_web_chat(session: Session, person: Person, at: datetime) -> Contact:
    """The person's newest place in the web chat, under a new key: a new link ends the old."""
    contact = session.scalars(
        select(Contact)
        .where(Contact.person_id == person.id, Contact.channel == "web")
        .order_by(Contact.id.desc())
        .limit(1)
    ).first()
    if contact is None:
        contact = Contact(person_id=person.id, channel="web", used_at=person.created_at, seq=0, key=0)
        contact.wrong_codes, contact.stranger_answers = 0, 0
        session.add(contact)
    renew_key(session, contact, at)
    contact.lost_at, contact.lost_reason = None, ""
    session.flush()
    return contact


def kept_web_chat(session: Session, person_id: int, at: datetime) -> Contact:
    """The person's newest place in the web chat whose links open still, and go on opening; only where there is none, one is made or
    opened anew."""
    person = session.get_one(Person, person_id, with_for_update=True, populate_existing=True)
    rows = session.scalars(
        select(Contact)
        .where(Contact.person_id == person_id, Contact.channel == "web", Contact.lost_at.is_(None))
        .order_by(Contact.id.desc())
    )
    opening = (one for one in rows if opened_by(session, (one.id, one.key), at) is not None)
    return next(opening, None) or own_web_chat(session, person, at)


def places_of(session: Session, person_id: int) -> list[Contact]:
    """Where the person can speak from, in the order in which the places were found."""
    return list(
        session.scalars(
            select(Contact)
            .where(Contact.person_id == person_id, Contact.lost_reason.not_in((WITHDRAWN, EXPIRED)))
            .order_by(Contact.id)
        )
    )


def withdraw_place(session: Session, contact: Contact, at: datetime) -> None:
    """Nobody speaks for the person from here any more. What waits for this place has been moved before.

    A web chat's links end; whoever writes from an account of a messenger is a stranger from now on.
    """
    if contact.channel == "web":
        renew_key(session, contact, at)
        return
    stranger = Person(created_at=at)
    session.add(stranger)
    session.flush()
    contact.person_id = stranger.id


def role_lost_at(session: Session, contact_id: int) -> datetime | None:
    """When whoever speaks from this contact has lost the last role; None for who holds one, or never did."""
    roles = select(Membership).join(Contact, Contact.person_id == Membership.person_id)
    held = roles.where(Contact.id == contact_id, Membership.ended_at.is_(None))
    if session.scalar(held.with_only_columns(Membership.id).limit(1)) is not None:
        return None
    ended = roles.where(Contact.id == contact_id).with_only_columns(func.max(Membership.ended_at))
    return session.scalar(ended)
