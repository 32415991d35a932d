"""The database gives way in the middle of whatever is at work: everybody is answered once, nothing is lost, nobody is apologised to."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from psycopg import errors
from sqlalchemy import event, func, select
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from bot.store import again
from bot.store.db import Database, connect_database
from bot.tables import Audit, Contact, Errand, ErrandKind, ErrandState, Event, Message, Unit
from bot.tables.asked import OrderedPaper
from bot.talk.errands import do_all
from bot.talk.receive import receive
from schedules import papers, reminders
from schedules.clock import Clock
from tests.kit.committees import committee
from tests.kit.databases import serializable_url
from tests.kit.plans import shipped
from tests.kit.talker import Talker
from tests.kit.world import World

only_postgresql = pytest.mark.parametrize("ground", ["postgresql"], indirect=True)
FAULTS: dict[str, DBAPIError] = {
    "met": OperationalError("UPDATE", None, errors.SerializationFailure()),
    "deadlock": OperationalError("UPDATE", None, errors.DeadlockDetected()),
    "cut": OperationalError("UPDATE", None, errors.AdminShutdown()),
    "follower": DBAPIError("UPDATE", None, errors.ReadOnlySqlTransaction(), connection_invalidated=True),
}


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(again, "LOSS_PAUSE", 0.0)


@contextmanager
def failing_once(db: Database, number: int, fault: Exception) -> Iterator[list[str]]:
    """The statement of that number, from 0, fails; what was executed until then and after."""
    seen: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_facts: Any) -> None:
        seen.append(statement)
        if len(seen) == number + 1:
            raise fault

    event.listen(db.engine, "before_cursor_execute", count)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", count)


@contextmanager
def lost_answer_to_the_next_commit() -> Iterator[None]:
    """The next commit is kept, and whoever asked for it hears that the connection is lost."""
    left = [FAULTS["cut"]]

    def lose(_session: Session) -> None:
        if left:
            raise left.pop()

    event.listen(Session, "after_commit", lose)
    try:
        yield
    finally:
        event.remove(Session, "after_commit", lose)


def errors_of(world: World) -> list[str]:
    with world.db.read() as session:
        return list(session.scalars(select(Event.error).where(Event.error != "")))


def bodies(world: World) -> list[str]:
    with world.db.read() as session:
        return [message.body["text"] for message in session.scalars(select(Message).order_by(Message.id))]


@pytest.mark.parametrize("fault", FAULTS)
def test_an_answer_is_given_once_wherever_the_database_gives_way(db: Database, fault: str) -> None:
    world = World(db)
    committee(world)
    world.load(shipped("60-KH-DUK-2022.yaml"))
    person = world.registered("CB01", "secretary")
    with failing_once(db, -2, FAULTS[fault]) as statements:
        receive(world.desk, person._event(text="/thangnay"))
    person.looks()
    told = person.last
    for number in range(len(statements)):
        before = len(bodies(world))
        with failing_once(db, number, FAULTS[fault]) as seen:
            assert receive(world.desk, person._event(text="/thangnay")) is True
        assert len(seen) > number + 1, "it was done again"
        person.looks()
        assert person.last.text == told.text
        assert len(bodies(world)) == before + 1
    assert errors_of(world) == []


def test_an_event_whose_commit_was_kept_unheard_is_not_taken_twice(db: Database) -> None:
    world = World(db)
    committee(world)
    person = world.registered("CB01", "secretary")
    before = len(bodies(world))
    with lost_answer_to_the_next_commit():
        receive(world.desk, person._event(text="/trogiup"))
    assert len(bodies(world)) == before + 1
    assert errors_of(world) == []


@only_postgresql
def test_an_answer_that_meets_another_transaction_is_given_all_the_same(
    db: Database, database_url: str
) -> None:
    """A real serialization failure: both read the diary and write into it."""
    strict = connect_database(serializable_url(database_url))
    world = World(strict)
    committee(world)
    person = world.registered("CB01", "secretary")
    tries: list[int] = []

    def note(chat: Any) -> None:
        tries.append(chat.session.scalar(select(func.count(Audit.id))))
        if len(tries) == 1:
            with strict.write() as session:
                session.scalar(select(func.count(Audit.id)))
                session.add(Audit(at=world.at, action="other", subject=""))
        chat.session.add(Audit(at=world.at, action="own", subject=""))
        chat.session.flush()
        chat.desk.routes.unknown(chat)

    routes = world.desk.routes
    desk = replace(world.desk, routes=replace(routes, commands={**routes.commands, "/note": note}))
    before = len(bodies(world))
    assert receive(desk, person._event(text="/note")) is True
    assert [count - tries[0] for count in tries] == [0, 1]
    assert len(bodies(world)) == before + 1
    assert errors_of(world) == []
    with strict.read() as session:
        found = session.scalars(select(Audit.action).where(Audit.action.in_(("own", "other"))))
        assert sorted(found) == ["other", "own"]
    strict.close()


@pytest.mark.process
@only_postgresql
def test_many_talk_at_once_where_every_transaction_is_serializable(db: Database, database_url: str) -> None:
    strict = connect_database(serializable_url(database_url))
    world = World(strict)
    committee(world)
    world.load(shipped("60-KH-DUK-2022.yaml"))
    people = [world.registered("CB01", "secretary") for _ in range(6)]
    before = len(bodies(world))

    def talk(one: Talker) -> None:
        for _ in range(5):
            receive(world.desk, one._event(text="/thangnay"))

    with ThreadPoolExecutor(len(people)) as threads:
        list(threads.map(talk, people))
    assert len(bodies(world)) == before + 30
    assert errors_of(world) == []
    strict.close()


@pytest.mark.parametrize("number", [0, 2, 5, 9, 14])
def test_reminders_go_out_once_wherever_the_database_gives_way(db: Database, number: int) -> None:
    world = World(db)
    committee(world)
    world.load(shipped("60-KH-DUK-2022.yaml"))
    world.registered("CB01", "secretary")
    world.go("2022-04-01 09:00")
    before = len(bodies(world))
    ticks = {"reminders": (reminders.say_reminders, timedelta(hours=1))}
    clock = Clock(world.desk, ticks, lambda: world.at)
    with failing_once(db, number, FAULTS["met"]) as seen:
        clock.run_all()
    assert len(seen) > number + 1
    assert len(bodies(world)) == before + 1
    clock.run_all()
    assert len(bodies(world)) == before + 1


def test_reminders_whose_commit_was_kept_unheard_go_out_once(db: Database) -> None:
    world = World(db)
    committee(world)
    world.load(shipped("60-KH-DUK-2022.yaml"))
    world.registered("CB01", "secretary")
    world.go("2022-04-01 09:00")
    before = len(bodies(world))
    with lost_answer_to_the_next_commit():
        Clock(
            world.desk, {"reminders": (reminders.say_reminders, timedelta(hours=1))}, lambda: world.at
        ).run_all()
    assert len(bodies(world)) == before + 1


def test_an_errand_is_done_when_the_database_has_given_way(db: Database) -> None:
    world = World(db)
    committee(world)
    person = world.registered("CB01", "secretary")
    with db.write() as session:
        contact = session.scalars(select(Contact).where(Contact.place == person.address.place)).one()
        unit = session.scalars(select(Unit).where(Unit.code == "CB01")).one()
        asked = {"person_id": contact.person_id, "unit_id": unit.id, "created_at": world.at}
        session.add(
            Errand(kind=ErrandKind.PAPER, state=ErrandState.NEW, args=OrderedPaper(0, "minutes"), **asked)
        )
    begun: list[int] = []

    def make(desk: Any, errand_id: int, at: Any) -> None:
        begun.append(errand_id)
        with desk.db.write() as session:
            session.get_one(Errand, errand_id).state = ErrandState.DONE
            session.flush()
            if len(begun) == 1:
                raise FAULTS["met"]

    before = bodies(world)
    assert do_all(world.desk, world.at, {ErrandKind.PAPER: make}, failed="papers/failed") == 1
    assert len(begun) == 2
    assert bodies(world) == before
    assert world.tick(papers.make_papers) == 0
