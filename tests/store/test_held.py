"""Writes that are held: whoever reads their table finds them, they are kept or given up with their transaction, and go together."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import bindparam, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from bot.store.again import database_gave_way, lock_held
from bot.store.db import Database
from bot.store.known import Known
from bot.store.parts import Parts
from bot.tables import Contact, Event, Person
from tests.kit.said import hear_statements

NOON = datetime(2026, 3, 5, 5, 0, tzinfo=UTC)

NEW = Known(insert(Event))
SAYS = Known(update(Event).where(Event.id == bindparam("event")))
USED = Known(update(Contact).where(Contact.id == bindparam("contact")))

only_postgresql = pytest.mark.parametrize("ground", ["postgresql"], indirect=True)


@pytest.fixture(autouse=True)
def somebody(db: Database) -> None:
    with db.write() as session:
        session.add(
            Contact(id=1, person=Person(id=1, created_at=NOON), channel="web", place="a", used_at=NOON)
        )


def hear(session: Session, number: str) -> None:
    NEW.later(session, {"id": number, "contact_id": 1, "at": NOON, "said": number})


def heard(session: Session) -> dict[str, str]:
    return dict(session.execute(select(Event.id, Event.said)).all())


def hear_all(db: Database, *numbers: str, then: Exception | None = None) -> None:
    with db.write_each(apart=False) as parts, parts.begin() as session:
        for number in numbers:
            hear(session, number)
        if then:
            raise then


def test_what_is_held_is_kept_with_the_transaction(db: Database) -> None:
    with db.write_each(apart=False) as parts:
        for number in ("1", "2"):
            with parts.begin() as session:
                hear(session, number)
    with db.read() as session:
        assert heard(session) == {"1": "1", "2": "2"}


def test_whoever_reads_the_table_finds_what_is_held(db: Database) -> None:
    count = Known(select(func.count()).select_from(Event))
    with db.write_each(apart=False) as parts, parts.begin() as session:
        hear(session, "1")
        assert count.value(session, {}) == 1
        hear(session, "2")
        assert heard(session) == {"1": "1", "2": "2"}
        hear(session, "3")
        assert session.get_one(Event, "3").said == "3"


def test_another_statement_of_the_same_table_comes_after_what_is_held(db: Database) -> None:
    with db.write_each(apart=False) as parts, parts.begin() as session:
        for number in ("1", "2"):
            hear(session, number)
            SAYS.later(session, {"event": number, "said": "changed " + number})
        assert heard(session) == {"1": "changed 1", "2": "changed 2"}


def test_what_is_refused_takes_the_transaction_with_it_and_nothing_more(db: Database) -> None:
    with pytest.raises(IntegrityError):
        hear_all(db, "1", "1")
    with pytest.raises(RuntimeError):
        hear_all(db, "2", then=RuntimeError())
    hear_all(db, "3")
    with db.read() as session:
        assert heard(session) == {"3": "3"}


def test_with_savepoints_and_in_a_plain_transaction_nothing_is_held(db: Database) -> None:
    def hear_in_a_part(parts: Parts, *numbers: str) -> None:
        with parts.begin() as session:
            for number in numbers:
                hear(session, number)

    with db.write_each() as parts:
        with pytest.raises(IntegrityError):
            hear_in_a_part(parts, "1", "1")
        hear_in_a_part(parts, "2")
    with pytest.raises(IntegrityError), db.write() as session:
        hear(session, "2")
    with db.read() as session:
        assert heard(session) == {"2": "2"}


def test_what_is_said_before_a_trial_stays_and_what_is_said_within_goes_with_it(db: Database) -> None:
    with db.write_each(apart=False) as parts, parts.begin() as session:
        hear(session, "before")
        trial = session.begin_nested()
        hear(session, "found")
        assert heard(session) == {"before": "before", "found": "found"}
        hear(session, "held")
        trial.rollback()
        hear(session, "after")
        session.begin_nested().commit()
    with db.read() as session:
        assert heard(session) == {"before": "before", "after": "after"}


def test_rows_that_are_changed_together_are_changed_after_what_is_held(db: Database) -> None:
    """The session says one statement for them all."""
    with db.write_each(apart=False) as parts, parts.begin() as session:
        session.add(Contact(id=2, person_id=1, channel="web", place="b", used_at=NOON))
        session.flush()
        contacts = session.scalars(select(Contact)).all()
        for contact in contacts:
            USED.later(session, {"contact": contact.id, "lost_reason": "first"})
            contact.lost_reason = "then"
    with db.read() as session:
        assert session.scalars(select(Contact.lost_reason)).all() == ["then", "then"]


@only_postgresql
def test_a_connection_that_is_lost_before_what_is_held_has_gone(db: Database) -> None:
    def lose_it() -> None:
        with db.write_each(apart=False) as parts, parts.begin() as session:
            hear(session, "1")
            with db.read() as other:
                its = {"its": session.scalar(text("SELECT pg_backend_pid()"))}
                other.execute(text("SELECT pg_terminate_backend(:its, 30000)"), its)

    with pytest.raises(DBAPIError) as lost:
        lose_it()
    assert database_gave_way(lost.value)
    assert not lock_held(lost.value)
    hear_all(db, "2")
    with db.read() as session:
        assert heard(session) == {"2": "2"}


@only_postgresql
def test_many_go_together(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    said = hear_statements(monkeypatch)
    with db.write_each(apart=False) as parts:
        for number in range(20):
            with parts.begin() as session:
                hear(session, str(number))
                USED.later(session, {"contact": 1, "seq": number})
        assert not [sql for sql in said if "events" in sql or "contacts" in sql]
    assert len([sql for sql in said if "INSERT INTO events" in sql]) == 1
    assert len([sql for sql in said if "UPDATE contacts" in sql]) == 1
    with db.read() as session:
        assert len(heard(session)) == 20
        assert session.scalars(select(Contact.seq)).all() == [19]
