"""Connects to SQLite or PostgreSQL and hands out transactions."""

import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Condition
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    ExceptionContext,
    FromClause,
    create_engine,
    event,
    func,
    select,
    text,
)
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session, sessionmaker

from bot.store.address import database_address
from bot.store.turns import REST, Turns

BUSY_SECONDS = 30
POOL = 12
CLOSE_SECONDS = 3.0
LOCK_MS = 100
LINK = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""A machine that has gone without a word is given up after about ten seconds (this one: milliseconds), not after the two hours of
the operating system; each can be set otherwise in the URL."""
OTHER_END = {
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "10000",
}
"""What the server does at its end: else rows stay locked for two hours that a machine held which has gone."""
READ_ONLY = "25006"
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "temp_store=MEMORY",
    "cache_size=-65536",  # KiB, taken as it is needed: with the 2 MiB of old a national plan loads four times as long
)

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
        _say_savepoints_plainly(engine)
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
    def write_each(self) -> Iterator[sessionmaker[Session]]:
        """One transaction of parts: `begin()` of what is yielded is a part, which is kept or given up as a whole. A part waits for
        other transactions' rows only shortly."""
        with self._counted(), self._turns.take(), self.engine.begin() as connection:
            if not self.sqlite:
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = {LOCK_MS}")
            yield sessionmaker(connection, expire_on_commit=False, join_transaction_mode="create_savepoint")

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
        """SQLite learns from a sample how its rows lie, and takes the better index; PostgreSQL does so by itself."""
        if self.sqlite:
            with self._counted(), self._turns.take():
                self._learn_rows()

    def _learn_rows(self) -> None:
        """Connections that are open already would never hear of it on SQLite: those that come next are new ones."""
        with self.engine.begin() as connection:
            if self.sqlite:
                connection.execute(text("PRAGMA analysis_limit=1000"))
            connection.execute(text("ANALYZE"))
        if self.sqlite:
            self.engine.dispose()

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
        return Database(_sqlite(parsed), sqlite_file(url), beside=beside)
    return Database(_postgresql(parsed), beside=beside)


def sqlite_file(url: str) -> Path | None:
    """Where an SQLite database lies; None for one in memory, or PostgreSQL."""
    parsed = database_address(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database in (None, "", ":memory:"):
        return None
    return Path(str(parsed.database))


def note_growth(session: Session) -> None:
    """So much is written in this transaction that both databases look anew, once it is kept, at how their rows lie."""
    session.info[GREW] = True


def take_turns(session: Session, name: str) -> None:
    """Waits for every other transaction that has taken its turn under this name; SQLite's writers take turns anyhow."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(zlib.crc32(name.encode()))))


def _postgresql(url: URL) -> Engine:
    from bot.store.cursors import QuickCursor  # most installations are on SQLite

    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args={
            "cursor_factory": QuickCursor,
            **{name: value for name, value in LINK.items() if name not in url.query},
        },
        pool_size=POOL,
        max_overflow=4,
        pool_pre_ping=True,
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def settle(connection: Any, _record: Any) -> None:
        if _pooled(connection):
            connection.prepare_threshold = None
        else:
            _watch_other_end(connection)

    @event.listens_for(engine, "handle_error")
    def leave_a_follower(context: ExceptionContext) -> None:
        """The host has been put back behind another: the next connection looks for that one."""
        if sqlstate_of(context.original_exception) == READ_ONLY:
            context.is_disconnect = True

    return engine


def _say_savepoints_plainly(engine: Engine) -> None:
    """As the dialect does, past the machinery for statements with values and answers: each gathered update has one. PostgreSQL is not
    asked to release them, which is a way to the server and back: they end with the transaction."""

    def says(words: str) -> Callable[[Connection, str], None]:
        def say(connection: Connection, name: str) -> None:
            ask_driver(connection, f"{words} {name}")

        return say

    dialect: Any = engine.dialect
    dialect.do_savepoint = says("SAVEPOINT")
    dialect.do_rollback_to_savepoint = says("ROLLBACK TO SAVEPOINT")
    dialect.do_release_savepoint = (
        says("RELEASE SAVEPOINT") if dialect.name == "sqlite" else lambda _connection, _name: None
    )


def ask_driver(connection: Connection, sql: str, *values: Any, answers: bool = False) -> list[Any]:
    """What the driver answers to its own words, past all of SQLAlchemy's machinery; raises as that would."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute(sql, *values)
        return cursor.fetchall() if answers else []  # type: ignore[return-value]
    except connection.dialect.loaded_dbapi.Error as error:
        # Told as SQLAlchemy's own, and always raised; the values, which are people's words, stay here.
        connection._handle_dbapi_exception(error, sql, None, cursor, None)
    finally:
        cursor.close()


def sqlstate_of(error: BaseException | None) -> str:
    """PostgreSQL's code of what went wrong, wrapped or not; empty for anything else."""
    return str(getattr(getattr(error, "orig", None) or error, "sqlstate", None) or "")


def _watch_other_end(connection: Any) -> None:
    from psycopg import Error

    with (
        suppress(Error),
        connection.cursor() as cursor,
    ):  # what only speaks like PostgreSQL may not know them
        for name, value in OTHER_END.items():
            cursor.execute("SELECT set_config(%s, %s, false)", (name, value))
        connection.commit()
    connection.rollback()


def _pooled(connection: Any) -> bool:
    """Whether something like pgbouncer stands between: each transaction may then meet another server process, which knows no
    statement that was prepared at the last one. Its number for the process is its own."""
    with connection.cursor() as cursor:
        (number,) = cursor.execute("SELECT pg_backend_pid()").fetchone()
    connection.rollback()
    return bool(number != connection.info.backend_pid)


class _WithIndexes(SQLiteCompiler):
    """`with_hint(table, "INDEXED BY …", "sqlite")` is said: where SQLite's sample misleads it, and for what is to use none."""

    def get_from_hint_text(self, table: FromClause, text: str | None) -> str | None:
        return text


def _sqlite(url: URL) -> Engine:
    engine = create_engine(
        url, connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True, pool_size=POOL, max_overflow=4
    )

    engine.dialect.statement_compiler = _WithIndexes

    @event.listens_for(engine, "connect")
    def settle(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver's own BEGIN is deferred; ours stands in `begin`
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        reading = connection.get_execution_options().get("reading")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine
