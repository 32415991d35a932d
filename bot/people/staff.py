"""Who can be told something of a unit on a day: its secretaries, those of them who can be reached, who speaks for it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session, selectinload

from bot.people.newcomers import is_away
from bot.people.reaching import told_first
from bot.tables import Contact, Membership, Person, Role


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
    """Where each of these persons is told first, of the contacts that are not lost."""
    found: dict[int, Contact] = {}
    for contact in session.scalars(_near(), {"people": list(people)}):
        found.setdefault(contact.person_id, contact)
    return found


@cache
def _near() -> Select[Contact]:
    near = Contact.person_id.in_(bindparam("people", expanding=True)), Contact.lost_at.is_(None)
    return select(Contact).where(*near).options(selectinload(Contact.person)).order_by(*told_first())


_LEADING = (
    select(Membership.unit_id, Person)
    .join(Person, Person.id == Membership.person_id)
    .where(
        Membership.unit_id.in_(bindparam("units", expanding=True)),
        Membership.role == Role.SECRETARY,
        Membership.ended_at.is_(None),
    )
    .order_by(Membership.rank, Membership.id)
)


def secretaries_of(session: Session, unit_ids: Collection[int]) -> dict[int, list[Person]]:
    """The people who lead each of these units, who is spoken to first at the head, else in the order of their roles."""
    found: dict[int, list[Person]] = {}
    for unit_id, person in session.execute(_LEADING, {"units": list(unit_ids)}):
        found.setdefault(unit_id, []).append(person)
    return found


def present_person(people: Sequence[Person], today: date) -> list[Person]:
    """Who of a unit's secretaries is spoken to: those who are there, a delegate among them; all, when nobody is."""
    there = [p for p in people if not is_away(p, today)]
    return there or list(people)


def spoken_to(people: Sequence[Person], near: Collection[int], today: date) -> Person | None:
    """Whom an ordinary reminder goes to, of a unit's secretaries as `secretaries_of` gives them: the first who is there, in
    the place of one who is away the colleague left in charge; one who is away only when nobody else can be reached.

    `near` holds the ids of those who have a contact that is not lost; None when nobody of the unit has one.
    """
    colleagues = {person.id: person for person in people}
    turn = []
    for person in people:
        delegate = colleagues.get(person.delegate_id or 0)
        if not is_away(person, today):
            turn.append(person)
        elif delegate and not is_away(delegate, today):
            turn.append(delegate)
    return next((person for person in (*turn, *people) if person.id in near), None)


def stand_ins(people: Sequence[Person], near: Collection[int], today: date) -> list[Person]:
    """The other secretaries of the unit, those who are there and can be reached; empty when there is no second one."""
    first = spoken_to(people, near, today)
    return [p for p in people if p is not first and p.id in near and not is_away(p, today)]


def has_admin(session: Session) -> bool:
    """Whether anybody at all is an office."""
    held = select(Membership.id).where(Membership.role == Role.ADMIN, Membership.ended_at.is_(None))
    return session.scalar(held.limit(1)) is not None
