"""What all waiting events ask alike, asked once for all that are gathered: who speaks, what was handled before, who holds which role."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy import event as database_event
from sqlalchemy.orm import Session

from bot.messages import Address, Incoming
from bot.people.roles import read_roles, roles_of, roles_of_rows
from bot.store.known import Known, Row
from bot.store.parts import Parts
from bot.tables import Contact, Dialog, Event, Membership, Person, Unit
from bot.talk.speaking import Speaker, find_speakers, person_of, place_of, speaker_of

_HANDLED = Known(select(Event.id).where(Event.id.in_(bindparam("ids", expanding=True))), "ids")

READ = frozenset(kind.__tablename__ for kind in (Contact, Person, Dialog, Membership, Unit))


class Ahead:
    """Of each person's first event of a transaction; every other one asks for itself. So do all, from when one of them has written
    into what was read here, but for where its own person's talk stands: that nobody reads again."""

    def __init__(
        self, speakers: Mapping[Address, Row], handled: Collection[str], roles: Mapping[int, list[Row]]
    ) -> None:
        self._speakers = dict(speakers)
        self._handled = handled
        self._roles = dict(roles)
        self._holds = True

    def speaker(self, session: Session, place: Address) -> Speaker | None:
        """Who speaks from there, locked; None where that is still to be asked for."""
        row = self._speakers.pop(place, None)
        return speaker_of(session, row, self._roles_of) if row is not None and self._holds else None

    def was_handled(self, event: Incoming) -> bool:
        """Of one whose speaker was known."""
        return event.id in self._handled

    def _roles_of(self, session: Session, person_id: int) -> list[Membership]:
        """Once: who asks again wants what stands now."""
        session.flush()
        rows = self._roles.pop(person_id, None)
        if rows is None or not self._holds:
            return roles_of(session, person_id)
        return roles_of_rows(session, rows)

    def note_written(self, _connection: Any, statement: Any, *_others: Any) -> None:
        """Hears what SQLAlchemy is about to say."""
        if statement.is_dml and statement.table.name in READ:
            self._holds = False


def read_ahead(parts: Parts, events: Sequence[Incoming]) -> Ahead:
    """Whoever is locked by another transaction is left out, and those who speak for the first time."""
    places: dict[str, list[str]] = {}
    for one in dict.fromkeys(event.address for event in events):
        places.setdefault(one.channel, []).append(one.place)
    with parts.begin() as session:
        found = {
            Address(channel, place_of(row)): row
            for channel, its in places.items()
            for row in find_speakers(session, channel, its)
        }
        handled = _HANDLED.rows(session, {"ids": [event.id for event in events]})
        speakers = _first_of_each(found, events)
        roles = read_roles(session, [person_of(row) for row in speakers.values()])
    ahead = Ahead(speakers, {number for (number,) in handled}, roles)
    database_event.listen(parts.connection, "before_execute", ahead.note_written)
    return ahead


def _first_of_each(found: Mapping[Address, Row], events: Sequence[Incoming]) -> dict[Address, Row]:
    """Of each person the place from which the first of the events comes."""
    first: dict[int, Address] = {}
    for one in events:
        if one.address in found:
            first.setdefault(person_of(found[one.address]), one.address)
    return {place: found[place] for place in first.values()}
