"""What a person was shown before agreeing to be registered, and what they answered (Decree 356/2025/NĐ-CP)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.people.requests import people_under
from bot.people.roles import within_subtree
from bot.tables import Consent, Invite, Membership, Person, Unit


def note_shown(session: Session, person_id: int, version: int, text: str, at: datetime) -> None:
    session.add(
        Consent(
            person_id=person_id, version=version, text_hash=sha256(text.encode()).hexdigest(), shown_at=at
        )
    )


def note_consent(session: Session, person_id: int, agreed: bool, at: datetime) -> None:
    """The answer is to everything that was shown since the last one."""
    open_ones = update(Consent).where(Consent.person_id == person_id, Consent.answered_at.is_(None))
    session.execute(open_ones.values(answered_at=at, agreed=agreed))


def consents_of(session: Session, person_id: int) -> Sequence[Consent]:
    """What was agreed to in the last answer, in the order in which it was shown; empty after a refusal."""
    answered = select(Consent).where(Consent.person_id == person_id, Consent.answered_at.is_not(None))
    last = session.scalars(answered.order_by(Consent.id.desc()).limit(1)).first()
    if last is None or not last.agreed:
        return []
    return session.scalars(answered.where(Consent.answered_at == last.answered_at).order_by(Consent.id)).all()


@dataclass(frozen=True, slots=True)
class Agreements:
    """Of the people of some offices: who has agreed, those to the oldest text first (the version stands on the person); how many
    invitations nobody has used yet; how many have withdrawn and had their data deleted."""

    agreed: Sequence[Person]
    invited: int
    withdrawn: int


def agreements(session: Session, offices: Sequence[Membership], at: datetime) -> Agreements:
    people = session.scalars(
        select(Person)
        .where(Person.id.in_(people_under(offices)))
        .order_by(Person.consent_version, Person.consented_at, Person.id)
    ).all()
    agreed = [person for person in people if person.consented_at is not None]
    units = select(Unit.id).where(within_subtree(Unit.path, offices, "administer"))
    unused = select(func.count()).where(
        Invite.unit_id.in_(units), Invite.used_at.is_(None), Invite.expires_at > at
    )
    withdrawn = sum(person.anonymised_at is not None for person in people)
    return Agreements(agreed, session.scalar(unused) or 0, withdrawn)
