"""A statement in its known form says and answers what SQLAlchemy's own way would, on both databases."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import bindparam, event, func, insert, inspect, select, update
from sqlalchemy import text as sql
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from bot.store.again import database_gave_way
from bot.store.db import Database
from bot.store.known import Known, Whole
from bot.store.parts import Parts
from bot.tables import (
    Contact,
    Invite,
    Message,
    MessageKind,
    MessageState,
    Person,
    Priority,
    Role,
    Topic,
    Unit,
)

NOON = datetime(2026, 3, 5, 5, 0, tzinfo=UTC)
BODY = {"text": "Kính gửi đồng chí", "choices": [[["Xem", "month"]]]}

UNIT = Whole(Unit)
CONTACT = Whole(Contact, person=Whole(Person))
CONTACTS = select(*CONTACT.columns).join(Person, Person.id == Contact.person_id)
STATES = (MessageState.WAITING, MessageState.SENT)


@pytest.fixture
def session(db: Database) -> Any:
    with db.write() as session:
        session.add_all(
            Unit(id=n, code=f"U{n}", name=f"Chi bộ {n}", kind="chi_bo", path=f"/{n}/", members=n)
            for n in (1, 2, 3)
        )
        session.add_all(Person(id=n, created_at=NOON, away_until=date(2026, 4, n)) for n in (1, 2))
        session.flush()
        session.add_all(
            Contact(id=n, person_id=n, channel="telegram", place=str(n), used_at=NOON) for n in (1, 2)
        )
        session.flush()
        yield session


def one_message(**others: Any) -> dict[str, Any]:
    its = {"person_id": 1, "contact_id": 1, "channel": "telegram", "priority": Priority.ANSWER, "body": BODY}
    return {**its, "key": None, "created_at": NOON, "due_at": NOON + timedelta(hours=7), **others}


def heard(session: Session, known: Known, values: Mapping[str, Any]) -> list[list[Any]]:
    """What it answers where somebody listens, so that SQLAlchemy says it."""
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        said.append(statement)

    engine = session.get_bind().engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        return [list(row) for row in known.rows(session, values)]
    finally:
        event.remove(engine, "before_cursor_execute", note)
        assert len(said) == 1


WRITTEN = [Known(insert(Message).returning(Message.id)), Known(insert(Message))]
ASKED = [
    (Known(CONTACTS.where(Contact.place == bindparam("place"))), {"place": "2"}),
    (Known(CONTACTS.where(Contact.place == bindparam("place"))), {"place": "nobody's"}),
    (
        Known(CONTACTS.where(Person.away_until > bindparam("day")).order_by(Contact.id)),
        {"day": date(2026, 4, 1)},
    ),
    (Known(CONTACTS.where(Contact.used_at <= bindparam("at")).order_by(Contact.id).limit(1)), {"at": NOON}),
    (Known(CONTACTS.where(Contact.id == bindparam("id")).with_for_update(key_share=True)), {"id": 1}),
    (
        Known(
            select(Message.body, Message.state, Message.due_at)
            .where(Message.state.in_(STATES))
            .order_by(Message.id)
        ),
        {},
    ),
    (Known(select(func.count(), func.sum(Unit.members)).where(Unit.kind == "chi_bo")), {}),
]


@pytest.mark.parametrize("known", WRITTEN)
def test_what_is_written_stands_as_it_was_meant(session: Session, known: Known) -> None:
    known.rows(session, one_message(state=MessageState.SENT, hold_until=None))
    known.rows(session, one_message(key="once"))
    first, second = session.scalars(select(Message).order_by(Message.id))
    assert (first.state, first.body, first.due_at) == (MessageState.SENT, BODY, NOON + timedelta(hours=7))
    assert first.due_at.tzinfo is not None
    assert (second.state, second.kind, second.attempts) == (MessageState.WAITING, MessageKind.PLAIN, 0)
    assert (second.key, second.hold_until, second.error) == ("once", None, "")


def test_a_new_row_tells_its_number_where_it_is_asked(session: Session) -> None:
    asks, tells_nothing = WRITTEN
    assert asks.value(session, one_message()) == session.scalar(select(Message.id))
    assert list(tells_nothing.rows(session, one_message())) == []


@pytest.mark.parametrize(("known", "values"), ASKED)
def test_it_answers_what_sqlalchemy_would(session: Session, known: Known, values: dict[str, Any]) -> None:
    WRITTEN[1].rows(session, one_message())
    WRITTEN[1].rows(session, one_message(state=MessageState.FAILED))
    first = [list(row) for row in known.rows(session, values)]
    assert first == heard(session, known, values) == [list(row) for row in known.rows(session, values)]
    assert first or values == {"place": "nobody's"}


def test_a_list_has_a_form_for_each_length(session: Session) -> None:
    known = Known(
        select(Unit.code)
        .where(
            Unit.id.in_(bindparam("ids", expanding=True)), Unit.kind.in_(bindparam("kinds", expanding=True))
        )
        .order_by(Unit.id),
        *("ids", "kinds"),
    )
    for ids, codes in (([1], ["U1"]), ([3, 1], ["U1", "U3"]), ([], []), ([2, 3], ["U2", "U3"]), ([9], [])):
        for _ in range(2):
            values = {"ids": ids, "kinds": ["chi_bo", "dang_bo"]}
            assert [row[0] for row in known.rows(session, values)] == codes
            assert [row[0] for row in heard(session, known, values)] == codes


def test_what_changes_takes_the_columns_that_are_named(session: Session) -> None:
    known = Known(update(Contact).where(Contact.id == bindparam("contact")))
    known.rows(session, {"contact": 1, "used_at": NOON + timedelta(days=1), "lost_reason": "blocked"})
    known.rows(session, {"contact": 2, "seq": 7})
    found = session.execute(
        select(Contact.used_at, Contact.lost_reason, Contact.seq).order_by(Contact.id)
    ).all()
    assert [tuple(row) for row in found] == [(NOON + timedelta(days=1), "blocked", 0), (NOON, "", 7)]


def test_a_refused_row_is_told_of_without_its_words_and_only_its_part_is_lost(db: Database) -> None:
    known = WRITTEN[1]
    with db.write() as session:
        session.add(Person(id=1, created_at=NOON))
        session.flush()
        session.add(Contact(id=1, person_id=1, channel="telegram", place="1", used_at=NOON))

    def write_both(part: Parts) -> None:
        with part.begin() as session:
            known.rows(session, one_message(key="also"))
            known.rows(session, one_message(key="kept"))

    with db.write_each() as part:
        with part.begin() as session:
            known.rows(session, one_message(key="kept"))
        for _ in range(2):
            with pytest.raises(IntegrityError) as refused:
                write_both(part)
            assert "Kính gửi" not in str(refused.value)
            assert not database_gave_way(refused.value)
    with db.read() as session:
        assert session.scalars(select(Message.key)).all() == ["kept"]


@pytest.mark.parametrize("ground", ["postgresql"], indirect=True)
def test_a_connection_that_is_lost_meanwhile_is_told_as_the_databases_fault(db: Database) -> None:
    known = Known(select(Unit.code).where(Unit.id == bindparam("id")))

    def lose_it() -> None:
        with db.write() as session:
            its = session.scalar(sql("SELECT pg_backend_pid()"))
            with db.read() as other:
                other.execute(sql("SELECT pg_terminate_backend(:its, 30000)"), {"its": its})
            known.rows(session, {"id": 1})

    with pytest.raises(DBAPIError) as lost:
        lose_it()
    assert lost.value.connection_invalidated
    assert database_gave_way(lost.value)
    with db.write() as session:
        assert known.row(session, {"id": 1}) is None


def test_an_entity_is_one_of_the_session(session: Session) -> None:
    session.expunge_all()
    known = Known(CONTACTS.where(Contact.place == bindparam("place")))
    contact = CONTACT.first(session, known, {"place": "2"})
    assert contact is not None
    assert contact in session
    assert not session.dirty
    assert contact.person is session.get_one(Person, 2)
    contact.lost_reason = "blocked"
    contact.person.name = "Đồng chí thư ký"
    session.flush()
    session.expunge_all()
    assert session.get_one(Contact, 2).lost_reason == "blocked"
    assert session.get_one(Person, 2).name == "Đồng chí thư ký"


def test_what_the_session_has_stands_as_in_the_row_from_then_on(session: Session) -> None:
    known = Known(select(*UNIT.columns).where(Unit.id == bindparam("id")))
    unit = session.get_one(Unit, 1)
    unit.members = 30
    assert UNIT.first(session, known, {"id": 1}) is unit
    assert unit.members == 30
    session.execute(update(Unit).values(members=31).execution_options(synchronize_session=False))
    assert unit.members == 30
    assert UNIT.first(session, known, {"id": 1}) is unit
    assert unit.members == 31
    assert not session.dirty


@pytest.mark.parametrize("unit", [2, 3, None])
def test_what_it_refers_to_is_what_stands_in_the_row(session: Session, unit: int | None) -> None:
    """Whether the session has that one already or not."""
    session.add(Invite(code_hash="1", unit_id=1, role=Role.LEADER, created_at=NOON, expires_at=NOON))
    session.flush()
    session.expunge_all()
    invite, near = session.scalars(select(Invite)).one(), session.get_one(Unit, 2)
    assert invite.unit is not None
    session.execute(update(Invite).values(unit_id=unit).execution_options(synchronize_session=False))
    invitation = Whole(Invite, near={"unit": Unit})
    assert invitation.first(session, Known(select(*invitation.columns)), {}) is invite
    assert (invite.unit and invite.unit.id, near.id) == (unit, 2)
    assert not session.dirty


def test_what_an_outer_join_does_not_find_is_none(session: Session) -> None:
    invitation = Whole(Invite, unit=Whole(Unit))
    known = Known(select(*invitation.columns).outerjoin(Unit, Unit.id == Invite.unit_id).order_by(Invite.id))
    for unit in (3, None):
        session.add(
            Invite(code_hash=str(unit), unit_id=unit, role=Role.LEADER, created_at=NOON, expires_at=NOON)
        )
    found = invitation.all(session, known, {})
    assert [one.unit and one.unit.code for one in found] == ["U3", None]


def test_none_is_found_where_no_row_is(session: Session) -> None:
    known = Known(select(*UNIT.columns).where(Unit.id == bindparam("id")))
    assert UNIT.first(session, known, {"id": 99}) is None
    assert UNIT.all(session, known, {"id": 99}) == []
    assert known.value(session, {"id": 99}) is None


def test_columns_that_are_loaded_late_are_left_to_the_session(session: Session) -> None:
    names = {column.key for column in Whole(Topic).columns}
    assert "title" in names
    assert "agenda" not in names
    assert "agenda" in inspect(Topic).column_attrs
