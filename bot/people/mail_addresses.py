"""A person's e-mail address: theirs once they have typed the code that was sent there."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.people.newcomers import look_again
from bot.problems import Invalid
from bot.reading.mail_addresses import CODE_DIGITS
from bot.tables import Audit, Contact, Membership, Person

MAIL = "smtp"
"""The channel."""
CODE_LIFE = timedelta(minutes=30)
MOST_TRIES = 5
"""So many wrong tries has one code."""
MOST_LETTERS = 5
"""So many codes a day are sent for one person, and to one address: nobody is to be flooded in our name."""
SENT = "mail code"
_BEFORE_ALL = timedelta(seconds=1)


def mail_places(session: Session, person_id: int) -> list[Contact]:
    """The person's addresses that letters go to, oldest first."""
    own = select(Contact).where(Contact.person_id == person_id, Contact.channel == MAIL)
    return list(session.scalars(own.where(Contact.lost_at.is_(None)).order_by(Contact.id)))


def hold_address(session: Session, person: Person, address: str, at: datetime) -> Contact:
    """The contact of an address whose code is still to come back: until then it is nobody's, and nothing else goes there.

    Raises Invalid: mail_own where it is the person's already, mail_taken where it is somebody else's.
    """
    contact = session.scalar(
        select(Contact)
        .where(Contact.channel == MAIL, Contact.place == address)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if contact is None:
        contact = Contact(channel=MAIL, place=address, used_at=at, key=0, seq=0)
        contact.wrong_codes, contact.stranger_answers = 0, 0
    elif contact.person_id != person.id and _is_somebodys(session, contact):
        raise Invalid("mail_taken", address=address)
    elif contact.person_id == person.id and contact.lost_at is None:
        raise Invalid("mail_own", address=address)
    else:
        contact.key += 1  # links in letters to whoever had it before end
    contact.person = Person(created_at=at)
    contact.lost_at, contact.lost_reason, contact.closed_at, contact.chosen_at = None, "", None, None
    session.add(contact)
    session.flush()
    return contact


def _is_somebodys(session: Session, contact: Contact) -> bool:
    """One that was never proved has a person of its own, who has nothing else."""
    owner = session.get_one(Person, contact.person_id)
    held = select(Membership.id).where(Membership.person_id == owner.id, Membership.ended_at.is_(None))
    others = select(Contact.id).where(Contact.person_id == owner.id, Contact.id != contact.id)
    return owner.anonymised_at is None and any(
        session.scalar(one.limit(1)) is not None for one in (held, others)
    )


def new_code(session: Session, person_id: int, contact: Contact, at: datetime) -> str:
    """A code for the address, and that it was sent. Raises Invalid: mail_codes_many."""
    since = at - timedelta(days=1)
    sent = select(func.count()).where(Audit.at > since, Audit.action == SENT)
    for of_one in (Audit.person_id == person_id, Audit.subject == f"contact:{contact.id}"):
        if (session.scalar(sent.where(of_one)) or 0) >= MOST_LETTERS:
            raise Invalid("mail_codes_many", most=MOST_LETTERS)
    session.add(Audit(at=at, person_id=person_id, action=SENT, subject=f"contact:{contact.id}"))
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"


def hashed(code: str, contact_id: int) -> str:
    return hashlib.sha256(f"{contact_id}:{code}".encode()).hexdigest()


def take_address(session: Session, person: Person, contact_id: int, at: datetime) -> Contact:
    """Its code has come back: it is the person's. It counts as used before all else, so that everything else comes first.

    Raises Invalid: mail_taken where somebody else was quicker, mail_bounced where nobody takes letters there.
    """
    contact = session.get_one(Contact, contact_id, with_for_update=True, populate_existing=True)
    if _is_somebodys(session, contact):
        raise Invalid("mail_taken", address=contact.place)
    if contact.lost_at is not None:
        raise Invalid("mail_bounced", address=contact.place)
    contact.person_id = person.id
    contact.used_at = person.created_at - _BEFORE_ALL
    session.flush()
    look_again(session, person.id, at)  # there may have been no other way to reach that person
    return contact
