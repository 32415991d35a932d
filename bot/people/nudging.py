"""Whom a leader's reminder of a demand can reach: what the button counts is what pressing it does."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from bot.natural import in_natural_order
from bot.people.reaching import may_be_told, rings
from bot.people.staff import present_person, secretaries_of
from bot.tables import Contact, Duty, Message, Person, Unit

SOME = 500


@dataclass(frozen=True, slots=True)
class Nudge:
    """One duty, and the people of its unit who are to hear of it."""

    duty: Duty
    people: Sequence[Person]


@dataclass(frozen=True, slots=True)
class Reach:
    """The units that a demand still waits for, each in one part: to be told now (`nudges`), told today already (`again`),
    with people of whom none can be reached (`lost`), with nobody registered (`alone`). `silent`: of the first two parts, those at
    none of whose people anything rings: what they are told waits to be looked at."""

    nudges: list[Nudge] = field(default_factory=list)
    again: list[Unit] = field(default_factory=list)
    lost: list[Unit] = field(default_factory=list)
    alone: list[Unit] = field(default_factory=list)
    silent: list[Unit] = field(default_factory=list)

    @property
    def units(self) -> int:
        """How many units are told now."""
        return len({nudge.duty.unit_id for nudge in self.nudges})


def reachable_secretaries(session: Session, rows: Iterable[tuple[Duty, Unit]], today: date) -> Reach:
    """Sorts the missing duties of one demand by who can be told of them on the local day `today`."""
    rows = list(rows)
    leads = secretaries_of(session, {unit.id for _, unit in rows})
    people_of_all = {person.id for some in leads.values() for person in some}
    near = _with_a_place(session, people_of_all, Contact.lost_at.is_(None))
    noticed = _with_a_place(session, people_of_all, may_be_told(), rings())
    heard = _heard(
        session, [key for duty, unit in rows for key in _keys(duty, leads.get(unit.id, ()), today)]
    )
    found = Reach()
    parts: dict[str, dict[int, Unit]] = {"again": {}, "lost": {}, "alone": {}, "silent": {}}
    for duty, unit in rows:
        people = [person for person in present_person(leads.get(unit.id, []), today) if person.id in near]
        fresh = [person for person in people if nudge_key(duty, person, today) not in heard]
        if fresh:
            found.nudges.append(Nudge(duty, fresh))
        else:
            part = "again" if people else "lost" if leads.get(unit.id) else "alone"
            parts[part][unit.id] = unit
        if people and not noticed.intersection(person.id for person in people):
            parts["silent"][unit.id] = unit
    told = {nudge.duty.unit_id for nudge in found.nudges}
    for name, units in parts.items():
        left = [unit for unit in units.values() if unit.id not in told or name == "silent"]
        getattr(found, name).extend(in_natural_order(left, lambda unit: unit.code))
    return found


def nudge_key(duty: Duty, person: Person, today: date) -> str:
    """What a nudge is known by: one a day for each duty and person, whoever sends it."""
    return f"nudge:{duty.id}:{person.id}:{today}"


def _keys(duty: Duty, people: Iterable[Person], today: date) -> list[str]:
    return [nudge_key(duty, person, today) for person in people]


def _with_a_place(session: Session, people: Iterable[int], *where: ColumnElement[bool]) -> set[int]:
    """Those of these people (ids) who have a contact of which this holds (conditions on Contact)."""
    ids = list(people)
    found: set[int] = set()
    for start in range(0, len(ids), SOME):
        near = select(Contact.person_id).where(Contact.person_id.in_(ids[start : start + SOME]), *where)
        found |= set(session.scalars(near))
    return found


def _heard(session: Session, keys: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(keys), SOME):
        rows = session.scalars(select(Message.key).where(Message.key.in_(keys[start : start + SOME])))
        found |= {key for key in rows if key}
    return found
