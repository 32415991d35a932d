"""What a person was shown before agreeing to be registered, and what they answered (Decree 356/2025/NĐ-CP)."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.tables import Consent


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
