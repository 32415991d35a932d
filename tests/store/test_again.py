"""What is done again when the database gives way: meetings of transactions and lost connections, on a real server."""

import threading
from collections.abc import Callable, Iterator

import pytest
from psycopg import errors
from sqlalchemy import select, update
from sqlalchemy import text as sql
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, ProgrammingError

from bot.store import again
from bot.store.again import database_gave_way, do_again
from bot.store.db import Database, DatabaseGone, connect_database
from bot.tables import Unit
from tests.kit.databases import serializable_url

only_postgresql = pytest.mark.parametrize("ground", ["postgresql"], indirect=True)


def failing(*faults: Exception) -> tuple[Callable[[], str], list[int]]:
    """Work that fails with each of these in turn, and then succeeds; how often it was begun."""
    begun: list[int] = []
    left = list(faults)

    def work() -> str:
        begun.append(len(begun))
        if left:
            raise left.pop(0)
        return "done"

    return work, begun


def of_driver(error: Exception) -> OperationalError:
    return OperationalError("UPDATE", None, error)


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(again, "LOSS_PAUSE", 0.0)


@pytest.mark.parametrize(
    "fault",
    [
        of_driver(errors.SerializationFailure()),
        of_driver(errors.DeadlockDetected()),
        of_driver(errors.AdminShutdown()),
        DBAPIError("UPDATE", None, errors.ReadOnlySqlTransaction(), connection_invalidated=True),
    ],
)
def test_what_passes_is_done_again(fault: Exception) -> None:
    assert database_gave_way(fault)
    work, begun = failing(fault, fault)
    assert do_again(work) == "done"
    assert len(begun) == 3


@pytest.mark.parametrize(
    "fault",
    [
        RuntimeError("a bug"),
        ProgrammingError("SELECT", None, errors.UndefinedColumn()),
        IntegrityError("INSERT", None, errors.UniqueViolation()),
        DatabaseGone("office.db"),
    ],
)
def test_what_does_not_pass_is_raised_at_once(fault: Exception) -> None:
    work, begun = failing(fault)
    with pytest.raises(type(fault)):
        do_again(work)
    assert begun == [0]
    assert database_gave_way(fault) == isinstance(fault, DatabaseGone)


def test_a_database_that_stays_away_is_not_tried_for_ever() -> None:
    work, begun = failing(*[of_driver(errors.AdminShutdown())] * 50)
    with pytest.raises(OperationalError):
        do_again(work)
    assert len(begun) == again.MOST_LOSSES
    work, begun = failing(*[of_driver(errors.SerializationFailure())] * 50)
    with pytest.raises(OperationalError):
        do_again(work)
    assert len(begun) == again.MOST_MEETINGS


@pytest.fixture
def serializable(db: Database, database_url: str) -> Iterator[Database]:
    """The test's database, every transaction of which is serializable."""
    strict = connect_database(serializable_url(database_url))
    with db.write() as session:
        session.add_all([Unit(code=code, name="0", kind="chi_bo", path=f"/{code}/") for code in ("A", "B")])
    yield strict
    strict.close()


def total(db: Database) -> dict[str, int]:
    with db.read() as session:
        return {unit.code: int(unit.name) for unit in session.scalars(select(Unit))}


@only_postgresql
def test_two_serializable_transactions_meet_and_both_are_kept(serializable: Database) -> None:
    """Each writes what it has read of the other, which one after the other could not have seen."""
    tries: list[str] = []

    def sum_into(code: str, between: Callable[[], None]) -> None:
        def work() -> None:
            tries.append(code)
            with serializable.write() as session:
                names = [int(unit.name) for unit in session.scalars(select(Unit))]
                if len(tries) == 1:
                    between()
                session.execute(update(Unit).where(Unit.code == code).values(name=str(sum(names) + 1)))

        do_again(work)

    sum_into("A", lambda: sum_into("B", lambda: None))
    assert tries == ["A", "B", "A"]
    assert total(serializable) == {"A": 2, "B": 1}


@only_postgresql
def test_a_deadlock_costs_nobody_their_work(db: Database) -> None:
    with db.write() as session:
        session.add_all([Unit(code=code, name="0", kind="chi_bo", path=f"/{code}/") for code in ("A", "B")])
    both, tries = threading.Barrier(2), []

    def raise_both(first: str, second: str) -> None:
        def work() -> None:
            tries.append(first)
            with db.write() as session:
                for code in (first, second):
                    unit = session.scalars(select(Unit).where(Unit.code == code).with_for_update()).one()
                    unit.name = str(int(unit.name) + 1)
                    session.flush()
                    if code == first and len(tries) <= 2:  # the one that comes again meets nobody
                        both.wait(timeout=30)

        do_again(work)

    threads = [threading.Thread(target=raise_both, args=pair) for pair in (("A", "B"), ("B", "A"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(tries) == 3
    assert total(db) == {"A": 2, "B": 2}


@only_postgresql
def test_a_connection_that_is_cut_is_replaced(db: Database) -> None:
    tries: list[int] = []

    def work() -> object:
        tries.append(1)
        with db.write() as session:
            if len(tries) == 1:
                session.execute(sql("SELECT pg_terminate_backend(pg_backend_pid())"))
            return session.scalar(sql("SELECT 1"))

    assert do_again(work) == 1
    assert len(tries) == 2


@only_postgresql
def test_a_host_that_only_reads_any_more_is_left(db: Database) -> None:
    """As one that was the first and follows another now: a new connection would look for that."""
    hosts: list[int | None] = []

    def work() -> None:
        with db.write() as session:
            hosts.append(session.scalar(sql("SELECT pg_backend_pid()")))
            if len(hosts) == 1:
                session.execute(sql("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"))
                session.execute(sql("SET TRANSACTION READ ONLY"))
            session.add(Unit(code="A", name="0", kind="chi_bo", path="/A/"))

    do_again(work)
    assert len(set(hosts)) == 2
    assert total(db) == {"A": 0}
