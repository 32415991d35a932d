"""What the program keeps about a person, as that person may see it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from bot.people.places import places_of
from bot.tables import (
    Aside,
    Audit,
    Contact,
    Event,
    Figure,
    Membership,
    Message,
    Note,
    PushSubscription,
    Submission,
)


@dataclass(frozen=True, slots=True)
class OwnData:
    """Roles, those that have ended too; places; devices on which web chats ring; and how many rows of each other kind bear the person's number."""

    roles: Sequence[Membership]
    places: Sequence[Contact]
    devices: int
    said: int
    told: int
    noted: int
    handed_in: int
    figures: int
    audited: int


def own_data(session: Session, person_id: int) -> OwnData:
    roles = session.scalars(
        select(Membership)
        .where(Membership.person_id == person_id)
        .options(joinedload(Membership.unit))
        .order_by(Membership.id)
    ).all()

    def count(column: InstrumentedAttribute[int] | InstrumentedAttribute[int | None]) -> int:
        return session.scalar(select(func.count()).where(column == person_id)) or 0

    contacts = select(Contact.id).where(Contact.person_id == person_id)
    said = select(func.count()).where(Event.contact_id.in_(contacts), Event.said != "")
    devices = select(func.count()).where(PushSubscription.contact_id.in_(contacts))
    return OwnData(
        roles=roles,
        places=places_of(session, person_id),
        devices=session.scalar(devices) or 0,
        said=session.scalar(said) or 0,
        told=count(Message.person_id),
        noted=count(Note.person_id) + count(Aside.person_id),
        handed_in=count(Submission.person_id),
        figures=count(Figure.person_id),
        audited=count(Audit.person_id),
    )
