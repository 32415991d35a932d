"""Who can be told something of a unit on a day: its secretaries, those of them who can be reached, who speaks for it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from bot.people.people import secretaries_of, spoken_to, stand_ins
from bot.tables import Contact, Person


@dataclass(frozen=True, slots=True)
class Staff:
    """The secretaries of some units, in their order, and the contacts of those who can be reached; as of a local day."""

    people: Mapping[int, list[Person]]
    contacts: Mapping[int, Contact]
    today: date

    def led(self, unit_id: int) -> bool:
        """Whether anybody has registered for the unit, reachable or not."""
        return bool(self.people.get(unit_id))

    def speaker(self, unit_id: int) -> Person | None:
        """Whom an ordinary reminder goes to; None when nobody of the unit can be reached."""
        return spoken_to(self.people.get(unit_id, []), self.contacts, self.today)

    def others(self, unit_id: int) -> list[Person]:
        """Those who stand in for the speaker and can be reached."""
        return stand_ins(self.people.get(unit_id, []), self.contacts, self.today)

    def on_weekends(self, unit_id: int) -> bool:
        """Whether the speaker wants to be reminded on Saturdays and Sundays too."""
        person = self.speaker(unit_id)
        return person is not None and person.weekends


def staff_of(session: Session, unit_ids: Collection[int], today: date) -> Staff:
    people = secretaries_of(session, unit_ids)
    contacts = contacts_of(session, {person.id for group in people.values() for person in group})
    return Staff(people, contacts, today)


def contacts_of(session: Session, people: Collection[int]) -> dict[int, Contact]:
    """The contact each of these persons used last, of those that are not lost."""
    rows = session.scalars(
        select(Contact)
        .where(Contact.person_id.in_(people), Contact.lost_at.is_(None))
        .options(selectinload(Contact.person))
        .order_by(Contact.used_at, Contact.id)
    )
    return {contact.person_id: contact for contact in rows}
