"""The two databases of a run. Each has one engine, which knows its statements already, and what a test has written goes again.

A state that several tests begin from is kept once and put back for each of them: as a file on SQLite, as rows on PostgreSQL.
"""

import shutil
import tempfile
import uuid
from abc import ABC, abstractmethod
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import QueuePool, create_engine, event, text
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

import bot.store.engines
from bot.store.db import Database, connect_database
from bot.store.schema import migrate_schema
from bot.tables import Base

COMPILED = LRUCache[Any, Any](5000)
"""The statements of a run, compiled: on each kind of database once, however many engines a run has."""


def share_compiled_statements() -> None:
    """An engine of the product knows what another has compiled; else each test with a database of its own begins without."""
    for dialect in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        setattr(dialect, "__eq__", lambda self, other: type(self) is type(other))  # noqa: B010 - mypy knows no such assignment
        setattr(dialect, "__hash__", lambda self: hash(type(self)))  # noqa: B010
    knowing = partial(create_engine, execution_options={"compiled_cache": COMPILED})
    setattr(bot.store.engines, "create_engine", knowing)  # noqa: B010


def hurry_sqlite() -> None:
    """The machine does not lose its power in the middle of a test; waiting for the disk would be most of its time."""
    settings = [
        "synchronous=OFF" if one.startswith("synchronous") else one for one in bot.store.engines.PRAGMAS
    ]
    setattr(bot.store.engines, "PRAGMAS", tuple(settings))  # noqa: B010


def run_on_server(server: str, *statements: str) -> None:
    """Each statement by itself, outside of a transaction."""
    url = server.replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def url_of(server: str, name: str) -> str:
    """The URL of another database of the same server."""
    head, _, query = server.partition("?")
    base = head.rsplit("/", 1)[0]
    return f"{base}/{name}" + (f"?{query}" if query else "")


def serializable_url(url: str) -> str:
    """The URL of a PostgreSQL database, every transaction over which is serializable."""
    return url + ("&" if "?" in url else "?") + "options=-c%20default_transaction_isolation%3Dserializable"


def migrated_file(path: Path) -> Path:
    """An empty SQLite database with all tables, whole in its one file."""
    db = connect_database(f"sqlite:///{path}")
    migrate_schema(db)
    db.close()
    return path


class Ground(ABC):
    """A database that a test finds empty, with states that are kept under a name."""

    url: str

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = connect_database(url).engine
        self.commits = 0
        event.listen(self.engine, "commit", self._count)

    def _count(self, _connection: object) -> None:
        self.commits += 1

    @abstractmethod
    def clear(self, folder: Path) -> None:
        """A test begins; what it needs on the disk lies in its folder."""

    @abstractmethod
    def leave(self) -> None:
        """A test has ended."""

    @abstractmethod
    def keep(self, name: str) -> None:
        """What stands in the database now can be put back under this name."""

    @abstractmethod
    def put_back(self, name: str) -> None: ...

    @abstractmethod
    def close(self) -> None: ...


class SqliteGround(Ground):
    """A file for each test. Rows that nobody has put in order come backwards: who relies on their order is found here."""

    def __init__(self, template: Path) -> None:
        super().__init__(f"sqlite:///{template}")
        self.template = self.file = template
        self.kept = Path(tempfile.mkdtemp(prefix="stages-"))
        event.listen(self.engine, "do_connect", self._open_this_file)
        event.listen(self.engine, "connect", self._turn_around)

    def _open_this_file(self, _dialect: object, _record: object, place: list[Any], _facts: object) -> None:
        place[0] = str(self.file)

    def _turn_around(self, raw: Any, _record: object) -> None:
        raw.execute("PRAGMA reverse_unordered_selects=ON")

    def clear(self, folder: Path) -> None:
        self.engine.dispose()  # what a test has left open would still be its file
        self.file = folder / "test.db"
        self.url = f"sqlite:///{self.file}"
        shutil.copy(self.template, self.file)

    def leave(self) -> None:
        self.engine.dispose()

    def keep(self, name: str) -> None:
        self.engine.dispose()  # the last connection that closes writes all into the one file
        shutil.copy(self.file, self.kept / name)

    def put_back(self, name: str) -> None:
        self.engine.dispose()
        shutil.copy(self.kept / name, self.file)

    def close(self) -> None:
        self.engine.dispose()
        shutil.rmtree(self.kept)


SWOLLEN = 2**20
"""Bytes of one table, all its rows being gone: what was there is still read past by whoever reads the table."""


class PostgresGround(Ground):
    """A database of this process; its rows go after each test, which is many times faster than TRUNCATE or a copy."""

    def __init__(self, server: str) -> None:
        self.server, self.name = server, f"test_{uuid.uuid4().hex[:12]}"
        run_on_server(server, f'CREATE DATABASE "{self.name}"')
        super().__init__(url_of(server, self.name))
        self.generation = 0
        event.listen(self.engine, "engine_disposed", self._turn_over)
        event.listen(self.engine, "connect", self._sign)
        migrate_schema(Database(self.engine))
        self.hand = psycopg.connect(self.url, autocommit=True)
        # Rows go and come as a whole: looking after each whether another refers to it would be most of the time.
        self.hand.execute("SET session_replication_role = replica; SET synchronous_commit = off")
        self.tables = [table.name for table in Base.metadata.sorted_tables]
        self.numbers = [
            f"{table.name}_id_seq"
            for table in Base.metadata.sorted_tables
            if table.autoincrement_column is not None and table.autoincrement_column.name == "id"
        ]
        self.emptying = [f'DELETE FROM "{name}"' for name in reversed(self.tables)]
        self.shrinking = "TRUNCATE " + ", ".join(f'"{name}"' for name in self.tables)
        self.anew = [f"SELECT setval('{number}', 1, false)" for number in self.numbers]
        self.stages: dict[str, list[str]] = {}
        self.empty_since = -1
        """How many transactions had been written when all rows went; nothing has come since where there are no more."""

    def _do(self, statements: list[str]) -> None:
        self.hand.execute(";".join(statements))

    def _turn_over(self, _engine: object) -> None:
        self.generation += 1

    def _sign(self, raw: psycopg.Connection, _record: object) -> None:
        raw.execute(f"SET application_name = '{self._signature}'")
        raw.commit()

    @property
    def _signature(self) -> str:
        """What the connections say that lie in the pool now; they know the tables already, and stay for the next test."""
        return f"{self.name}-{self.generation}"

    def clear(self, folder: Path) -> None:
        pool = self.engine.pool
        if isinstance(pool, QueuePool) and pool.checkedout():
            self.engine.dispose()  # whoever still holds one of its connections loses it
        others = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            f" AND pid <> pg_backend_pid() AND application_name <> '{self._signature}'"
        )
        self._do([others, *self.emptying, *self.anew])
        if self._largest() > SWOLLEN:
            self._do([self.shrinking])
        self.empty_since = self.commits

    def _largest(self) -> int:
        largest = self.hand.execute(
            "SELECT max(pg_relation_size(oid)) FROM pg_class"
            " WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        ).fetchone()
        assert largest is not None
        return int(largest[0])

    def leave(self) -> None:
        """The connections stay."""

    def keep(self, name: str) -> None:
        schema = f"stage_{len(self.stages)}"
        self._do([f"CREATE SCHEMA {schema}"])
        filled = [
            table for table in self.tables if self.hand.execute(f'SELECT 1 FROM "{table}" LIMIT 1').fetchone()
        ]
        self._do([f'CREATE TABLE {schema}."{table}" AS TABLE public."{table}"' for table in filled])
        numbers = [
            self.hand.execute(f"SELECT '{number}', last_value, is_called FROM {number}").fetchone()
            for number in self.numbers
        ]
        self.stages[name] = [
            *(f'INSERT INTO public."{table}" SELECT * FROM {schema}."{table}"' for table in filled),
            *("SELECT setval('{}', {}, {})".format(*number) for number in numbers if number),
        ]

    def put_back(self, name: str) -> None:
        is_empty = self.empty_since == self.commits
        self._do([*([] if is_empty else self.emptying), *self.stages[name]])
        self.empty_since = -1

    def close(self) -> None:
        self.hand.close()
        self.engine.dispose()
        run_on_server(self.server, f'DROP DATABASE "{self.name}" WITH (FORCE)')
