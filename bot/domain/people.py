"""Invitation codes, roles given and taken, a person's second channel, forgetting a person."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from bot.domain.problems import Invalid
from bot.models import Contact, Dialog, Event, Invite, Membership, Message, Note, Person, Unit

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""No letters or digits that are taken for one another on paper."""
CODE_LENGTH = 8
INVITE_DAYS = 14
LINK_MINUTES = 30
WRONG_CODES = 10
WRONG_WINDOW = timedelta(hours=1)
CONSENT_VERSION = 1


def normal_code(text: str) -> str:
    """ "abcd efgh" and "ABCDEFGH" become "ABCD-EFGH"; anything of another length stays as it is, in capitals."""
    letters = "".join(c for c in text.upper() if c.isalnum())
    return f"{letters[:4]}-{letters[4:]}" if len(letters) == CODE_LENGTH else text.strip().upper()


def looks_like_code(text: str) -> bool:
    letters = normal_code(text).replace("-", "")
    return len(letters) == CODE_LENGTH and all(c in LETTERS for c in letters)


def hashed(code: str) -> str:
    return hashlib.sha256(normal_code(code).encode()).hexdigest()


def _new_code() -> str:
    return normal_code("".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH)))


def invite(session: Session, unit: Unit, role: str, at: datetime) -> tuple[str, Invite]:
    """Makes a single-use code for a role in a unit; only its hash is kept."""
    code = _new_code()
    row = Invite(
        code_hash=hashed(code),
        unit_id=unit.id,
        role=role,
        created_at=at,
        expires_at=at + timedelta(days=INVITE_DAYS),
    )
    session.add(row)
    return code, row


def invite_channel(session: Session, person: Person, at: datetime) -> str:
    """Makes a short-lived code that joins another channel to the same person."""
    code = _new_code()
    session.add(
        Invite(
            code_hash=hashed(code),
            person_id=person.id,
            created_at=at,
            expires_at=at + timedelta(minutes=LINK_MINUTES),
        )
    )
    return code


def find_invite(session: Session, contact: Contact, code: str, at: datetime) -> Invite:
    """The open invite of this code, locked. Raises Invalid: code_wait, code_wrong, code_used, code_expired.

    Ten wrong codes within an hour and the contact waits until that hour is over. The count is kept even though
    Invalid is raised: the caller's transaction goes on to say so.
    """
    if contact.wrong_since is not None and at - contact.wrong_since >= WRONG_WINDOW:
        contact.wrong_codes, contact.wrong_since = 0, None
    if contact.wrong_codes >= WRONG_CODES and contact.wrong_since is not None:
        left = contact.wrong_since + WRONG_WINDOW - at
        raise Invalid("code_wait", minutes=max(1, -(-int(left.total_seconds()) // 60)))
    row = session.scalar(select(Invite).where(Invite.code_hash == hashed(code)).with_for_update())
    if row is None:
        contact.wrong_codes += 1
        contact.wrong_since = contact.wrong_since or at
        raise Invalid("code_wrong", left=max(0, WRONG_CODES - contact.wrong_codes))
    if row.used_at is not None:
        raise Invalid("code_used")
    if row.expires_at <= at:
        raise Invalid("code_expired")
    contact.wrong_codes, contact.wrong_since = 0, None
    return row


def accept(session: Session, row: Invite, person: Person, at: datetime) -> Membership:
    """Gives the invite's role to the person; a role that is already held is not doubled."""
    row.used_at, row.used_by = at, person.id
    held = session.scalar(
        select(Membership).where(
            Membership.person_id == person.id,
            Membership.unit_id == row.unit_id,
            Membership.role == row.role,
            Membership.ended_at.is_(None),
        )
    )
    if held is not None:
        return held
    membership = Membership(
        person_id=person.id,
        unit_id=row.unit_id,
        role=row.role,
        since=at,
        next_summary_at=at if row.role == "leader" else None,
        summed_on=at.date(),
    )
    session.add(membership)
    session.flush()
    return membership


def join_channel(session: Session, row: Invite, contact: Contact, at: datetime) -> Person:
    """Moves a contact to the person whose code it brought. Raises Invalid(code_own) when it is that person's already."""
    if row.person_id is None or contact.person_id == row.person_id:
        raise Invalid("code_own")
    row.used_at, row.used_by = at, row.person_id
    old = contact.person_id
    others = session.scalar(
        select(func.count()).select_from(Contact).where(Contact.person_id == old, Contact.id != contact.id)
    )
    has_role = session.scalar(
        select(func.count())
        .select_from(Membership)
        .where(Membership.person_id == old, Membership.ended_at.is_(None))
    )
    if others or has_role:
        raise Invalid("code_other_person")
    contact.person_id = row.person_id
    session.flush()
    session.execute(update(Message).where(Message.contact_id == contact.id).values(person_id=row.person_id))
    session.execute(delete(Dialog).where(Dialog.person_id == old))
    return session.get_one(Person, row.person_id)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How much was removed; the counts that belong to the units stay."""

    notes: int
    messages: int


def forget(session: Session, person: Person, at: datetime) -> Forgotten:
    """Anonymises a person: name, places, talk and notes go; counts, duties and submissions of the units stay."""
    contact_ids = select(Contact.id).where(Contact.person_id == person.id)
    notes = session.execute(update(Note).where(Note.person_id == person.id).values(text="", message_ref=""))
    messages = session.execute(
        update(Message)
        .where(Message.person_id == person.id, Message.state != "waiting")
        .values(body={"text": ""})
        .execution_options(synchronize_session=False)
    )
    session.execute(update(Event).where(Event.contact_id.in_(contact_ids)).values(said=""))
    session.execute(
        update(Membership)
        .where(Membership.person_id == person.id, Membership.ended_at.is_(None))
        .values(ended_at=at, next_summary_at=None)
    )
    session.execute(update(Person).where(Person.delegate_id == person.id).values(delegate_id=None))
    person.name, person.consent_version, person.consented_at = "", 0, None
    person.away_until, person.delegate_id, person.anonymised_at = None, None, at
    return Forgotten(notes.rowcount, messages.rowcount)  # type: ignore[attr-defined]


def secretaries_of(session: Session, unit_ids: Collection[int]) -> dict[int, list[Person]]:
    """The people who lead each of these units, in the order in which they were given the role."""
    found: dict[int, list[Person]] = {}
    rows = session.execute(
        select(Membership.unit_id, Person)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.unit_id.in_(unit_ids),
            Membership.role == "secretary",
            Membership.ended_at.is_(None),
        )
        .order_by(Membership.id)
    )
    for unit_id, person in rows:
        found.setdefault(unit_id, []).append(person)
    return found
