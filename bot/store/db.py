"""Connects to SQLite or PostgreSQL and hands out transactions."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Condition

from sqlalchemy import (
    Connection,
    Engine,
    func,
    select,
    text,
)
from sqlalchemy.orm import Session, sessionmaker

from bot.store.address import database_address
from bot.store.engines import postgresql_engine, sqlite_engine
from bot.store.parts import Parts, parts_apart, parts_together
from bot.store.turns import REST, SERVER_SPAN, SPAN, Turns

CLOSE_SECONDS = 3.0
LOCK_MS = 100
GREW = "grew"


class DatabaseGone(Exception):
    """The file of the database was deleted, emptied or replaced under the running program, which still holds the old one."""


class _Unkept(Exception):
    """Ends a transaction that was only a trial."""


class Database:
    """An engine with two kinds of sessions: `write()` is one transaction, `read()` sees one snapshot and keeps nothing.

    SQLite lets one writer in at a time and makes the others sleep between tries; here the threads of this process
    queue instead, and SQLite's own waiting is left to other processes.
    """

    def __init__(self, engine: Engine, file: Path | None = None, *, beside: bool = False) -> None:
        """`beside`: the program itself writes from another process, and answers people there."""
        self.engine = engine
        self._file = file
        self._identity: tuple[int, int] | None = None
        self.sqlite = engine.dialect.name == "sqlite"
        self._turns = Turns(one_at_a_time=self.sqlite, rest=REST if beside and self.sqlite else 0.0)
        self.bulk = self._turns.bulk
        """Within it a thread's transactions give way to those that answer somebody."""
        self._write = sessionmaker(engine, expire_on_commit=False)
        self._read = sessionmaker(engine.execution_options(reading=True), expire_on_commit=False)
        self._quiet = Condition()
        self._open = 0
        self._closed = False

    @contextmanager
    def write(self, *, answers: bool = True) -> Iterator[Session]:
        """With `answers` bulk gives way to it; see bot/store/turns.py."""
        with self._counted(), self._turns.take(answers=answers):
            with self._write.begin() as session:
                yield session
            if GREW in session.info:
                self._learn_rows()

    @contextmanager
    def write_each(self, *, apart: bool = True) -> Iterator[Parts]:
        """One transaction of parts, each of which is kept or given up as a whole; without `apart` one that is given up takes all with
        it. A part waits for other transactions' rows only shortly."""
        with self._counted(), self._turns.take(), self.engine.begin() as connection:
            if not self.sqlite:
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = {LOCK_MS}")
            with parts_apart(connection) if apart else parts_together(connection) as parts:
                yield parts

    @contextmanager
    def trial(self) -> Iterator[Session]:
        """As `write`, and nothing of it is kept."""
        with suppress(_Unkept), self.write() as session:
            yield session
            raise _Unkept

    @contextmanager
    def read(self) -> Iterator[Session]:
        with self._counted(), self._read() as session:
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Reads as of one moment, however long it takes; writers go on meanwhile."""
        engine = self.engine.execution_options(
            **{"reading": True} if self.sqlite else {"isolation_level": "REPEATABLE READ"}
        )
        with self._counted(), engine.connect() as connection:
            yield connection

    def renew_statistics(self) -> None:
        """Both learn from a sample how their rows lie, and take the better index; PostgreSQL notes besides which pages everybody may
        see, else it looks up in the table each row that it has found in an index: it waits for a fifth of the rows to change."""
        with self._counted(), self._turns.take():
            self._learn_rows()

    def _learn_rows(self) -> None:
        """Connections that are open already would never hear of it on SQLite: those that come next are new ones."""
        if self.sqlite:
            with self.engine.begin() as connection:
                connection.execute(text("PRAGMA analysis_limit=1000"))
                connection.execute(text("ANALYZE"))
            self.engine.dispose()
            return
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM (ANALYZE, SKIP_LOCKED)"))

    def prove_same_file(self) -> None:
        """Raises DatabaseGone; what is written into a deleted file is lost with the last process that holds it."""
        if self._file is None:
            return
        try:
            found = self._file.stat()
        except FileNotFoundError:
            found = None
        identity = (found.st_dev, found.st_ino) if found and found.st_size else None
        if self._identity is None:
            self._identity = identity
        elif identity != self._identity:
            raise DatabaseGone(str(self._file))

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self.prove_same_file()
        with self._quiet:
            if self._closed:
                raise RuntimeError("the database is closed")
            self._open += 1
        try:
            yield
        finally:
            with self._quiet:
                self._open -= 1
                self._quiet.notify_all()

    def close(self) -> None:
        """Closes every connection, as soon as it has ended."""
        self.end()
        self.engine.dispose()

    def end(self) -> None:
        """A thread that is still at work gets a moment to end, a late one finds it closed."""
        with self._quiet:
            self._closed = True
            self._quiet.wait_for(lambda: not self._open, CLOSE_SECONDS)


def connect_database(url: str, *, beside: bool = False) -> Database:
    """`url`: `sqlite:///data/x.db` or `postgresql://…`; `beside` as `Database`. Raises Invalid, as `database_address`."""
    parsed = database_address(url)
    if parsed.get_backend_name() == "sqlite":
        return Database(sqlite_engine(parsed), sqlite_file(url), beside=beside)
    return Database(postgresql_engine(parsed), beside=beside)


def sqlite_file(url: str) -> Path | None:
    """Where an SQLite database lies; None for one in memory, or PostgreSQL."""
    parsed = database_address(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database in (None, "", ":memory:"):
        return None
    return Path(str(parsed.database))


def bulk_span(bind: Engine | Connection) -> float:
    """So many seconds bulk writes at once into this database."""
    return SPAN if bind.dialect.name == "sqlite" else SERVER_SPAN


def note_growth(session: Session) -> None:
    """So much is written in this transaction that both databases look anew, once it is kept, at how their rows lie."""
    session.info[GREW] = True


def take_turns(session: Session, name: str) -> None:
    """Waits for every other transaction that has taken its turn under this name; SQLite's writers take turns anyhow."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(zlib.crc32(name.encode()))))
