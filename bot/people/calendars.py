"""The calendar that a person's phone subscribes to: a number tells its link from those that have ended."""

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from bot.tables import Membership, Person


def calendar_key(person: Person) -> int:
    """The number of the link that is good now; the first is made when it is first asked for."""
    person.calendar_key = person.calendar_key or 1
    return person.calendar_key


def end_calendar(person: Person) -> None:
    """Every link that was handed out shows nothing from now on."""
    person.calendar_key += 1


def calendar_roles(session: Session, key: tuple[int, int]) -> list[Membership]:
    """The roles of whom this link (person, number) was made for; none where the link or the roles have ended."""
    held = (
        select(Membership)
        .join(Person, Person.id == Membership.person_id)
        .where(Person.id == key[0], Person.calendar_key == key[1], Membership.ended_at.is_(None))
    )
    return list(session.scalars(held.options(joinedload(Membership.unit)).order_by(Membership.id)))
