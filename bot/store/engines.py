"""How the two databases are connected to, and spoken to past SQLAlchemy's execution."""

import json
import time
from contextlib import suppress
from typing import Any

from pydantic_core import from_json
from sqlalchemy import Connection, Engine, ExceptionContext, FromClause, create_engine, event
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.engine import URL
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from bot.store.held import Held

BUSY_SECONDS = 30
POOL = 12
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

USED_AT = "used at"
PROVED_FOR = 2.0
"""So many seconds a connection to a server that has just answered is taken as it is; a longer idle one is asked first. What is lost
in between is done again (bot/store/again.py)."""


def postgresql_engine(url: URL) -> Engine:
    from bot.store.cursors import QuickCursor  # most installations are on SQLite

    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args={
            "cursor_factory": QuickCursor,
            **{name: value for name, value in LINK.items() if name not in url.query},
        },
        pool_size=POOL,
        max_overflow=4,
        hide_parameters=True,
        json_deserializer=read_json,
    )

    _keep_connections(engine)
    _say_savepoints_plainly(engine)
    return engine


def _keep_connections(engine: Engine) -> None:
    """Each as our own kind, proved before it is used after a while, and left where it cannot be of use any more."""
    from bot.store.cursors import HoldingConnection

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, said: Any, named: Any) -> HoldingConnection:
        return HoldingConnection.connect(*said, **named)

    @event.listens_for(engine, "connect")
    def settle(connection: Any, _record: Any) -> None:
        if _pooled(connection):
            connection.prepare_threshold = None
        else:
            _watch_other_end(connection)

    @event.listens_for(engine, "checkin")
    def note_moment(_connection: Any, record: ConnectionPoolEntry) -> None:
        record.info[USED_AT] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def prove_alive(connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
        if time.monotonic() - record.info.get(USED_AT, time.monotonic()) > PROVED_FOR and not _answers(
            engine, connection
        ):
            raise DisconnectionError

    @event.listens_for(engine, "handle_error")
    def leave_a_follower(context: ExceptionContext) -> None:
        """The host has been put back behind another: the next connection looks for that one."""
        if sqlstate_of(context.original_exception) == READ_ONLY:
            context.is_disconnect = True


def _answers(engine: Engine, connection: Any) -> bool:
    try:
        return engine.dialect.do_ping(connection)
    except engine.dialect.loaded_dbapi.Error:
        return False


def _say_savepoints_plainly(engine: Engine) -> None:
    """As the dialect does, past the machinery for statements with values and answers: each gathered update has one. PostgreSQL is not
    asked to release them, which is a way to the server and back: they end with the transaction."""

    def begin(connection: Connection, name: str) -> None:
        """What is held before is not to be given up with it."""
        if held_of(connection):
            say_held(connection)
        ask_driver(connection, f"SAVEPOINT {name}")

    def give_up(connection: Connection, name: str) -> None:
        """All that is held has been said since it began."""
        if held := held_of(connection):
            held.forget()
        ask_driver(connection, f"ROLLBACK TO SAVEPOINT {name}")

    def release(connection: Connection, name: str) -> None:
        if connection.dialect.name == "sqlite":
            ask_driver(connection, f"RELEASE SAVEPOINT {name}")

    dialect: Any = engine.dialect
    dialect.do_savepoint = begin
    dialect.do_rollback_to_savepoint = give_up
    dialect.do_release_savepoint = release


def ask_driver(
    connection: Connection, sql: str, *values: Any, answers: bool = False, anew: bool = False
) -> list[Any]:
    """What the driver answers to its own words, past all of SQLAlchemy's machinery; raises as that would. `anew`: a server plans it for
    the tables as they are now, and keeps no plan of it."""
    cursor: Any = connection.connection.cursor()
    unprepared = {"prepare": False} if anew and connection.dialect.name == "postgresql" else {}
    try:
        cursor.execute(sql, *values, **unprepared)
        return cursor.fetchall() if answers else []
    except connection.dialect.loaded_dbapi.Error as error:
        # Told as SQLAlchemy's own, and always raised; the values, which are people's words, stay here.
        connection._handle_dbapi_exception(error, sql, None, cursor, None)
    finally:
        cursor.close()


def held_of(connection: Connection) -> Held | None:
    """What a connection to a server can hold back."""
    held: Held | None = getattr(connection.connection.driver_connection, "held", None)
    return held


def say_held(connection: Connection) -> None:
    """What is held goes to the server now; raises as its statements would."""
    cursor: Any = connection.connection.cursor()
    try:
        cursor.say_held()
    except connection.dialect.loaded_dbapi.Error as error:
        connection._handle_dbapi_exception(error, "", None, cursor, None)
    finally:
        cursor.close()


def read_json(said: str | bytes) -> Any:
    """Four times as quick as Python's own, which reads what this one finds wrong: half of a surrogate pair."""
    try:
        return from_json(said)
    except ValueError:
        return json.loads(said)


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


def sqlite_engine(url: URL) -> Engine:
    engine = create_engine(
        url,
        connect_args={"timeout": BUSY_SECONDS},
        hide_parameters=True,
        pool_size=POOL,
        max_overflow=4,
        json_deserializer=read_json,
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
        ask_driver(connection, "BEGIN" if reading else "BEGIN IMMEDIATE")

    _say_savepoints_plainly(engine)
    return engine
