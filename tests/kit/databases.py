"""The two databases of a run. Each has one engine, which knows its statements already, and what a test has written goes again.

A state that several tests begin from is kept once and put back for each of them: as a file on SQLite, as rows on PostgreSQL.
"""

import shutil
import tempfile
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path
from threading import Lock
from typing import Any

import psycopg
from sqlalchemy import QueuePool, Table, create_engine, event, text
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
    """A database that a test finds empty, with states that are kept under a number. What is to stand in it comes when somebody connects:
    of several states on the way to where a test begins only the last one is needed."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.engine = connect_database(url).engine
        self.commits = 0
        self._coming = Lock()
        self._awaited: Callable[[], object] | None = None
        event.listen(self.engine, "commit", self._count)

    def _count(self, _connection: object) -> None:
        self.commits += 1

    @property
    def url(self) -> str:
        """For whoever connects by themselves."""
        self.come()
        return self._url

    @property
    def is_at_rest(self) -> bool:
        """Nobody holds a connection to it."""
        return isinstance(self.engine.pool, QueuePool) and not self.engine.pool.checkedout()

    def _await(self, coming: Callable[[], object]) -> None:
        self._awaited = coming

    def come(self) -> None:
        """What is to stand in the database does so now."""
        with self._coming:
            coming, self._awaited = self._awaited, None
            if coming is not None:
                coming()

    @abstractmethod
    def clear(self, folder: Path) -> None:
        """A test begins; what it needs on the disk lies in its folder."""

    @abstractmethod
    def leave(self) -> None:
        """A test has ended."""

    @abstractmethod
    def keep(self) -> int:
        """What stands in the database now can be put back by this number."""

    @abstractmethod
    def put_back(self, number: int) -> None: ...

    @abstractmethod
    def close(self) -> None: ...


class SqliteGround(Ground):
    """A file for each test. Rows that nobody has put in order come backwards: who relies on their order is found here."""

    def __init__(self, template: Path) -> None:
        super().__init__(f"sqlite:///{template}")
        self.template = self.file = template
        self.kept = Path(tempfile.mkdtemp(prefix="stages-"))
        self.numbers = count()
        event.listen(self.engine, "do_connect", self._open_this_file)
        event.listen(self.engine, "connect", self._turn_around)

    def _open_this_file(self, _dialect: object, _record: object, place: list[Any], _facts: object) -> None:
        self.come()
        place[0] = str(self.file)

    def _turn_around(self, raw: Any, _record: object) -> None:
        raw.execute("PRAGMA reverse_unordered_selects=ON")

    def _await_copy(self, source: Path) -> None:
        self.engine.dispose()  # what a test has left open would still be its file
        self._await(partial(shutil.copyfile, source, self.file))

    def clear(self, folder: Path) -> None:
        self.file = folder / "test.db"
        self._url = f"sqlite:///{self.file}"
        self._await_copy(self.template)

    def leave(self) -> None:
        """Thousands of such files would be written to the disk, only for a later run to remove them."""
        self.engine.dispose()
        self.file.unlink(missing_ok=True)

    def keep(self) -> int:
        self.come()
        self.engine.dispose()  # the last connection that closes writes all into the one file
        number = next(self.numbers)
        shutil.copyfile(self.file, self.kept / str(number))
        return number

    def put_back(self, number: int) -> None:
        self._await_copy(self.kept / str(number))

    def close(self) -> None:
        self.engine.dispose()
        shutil.rmtree(self.kept)


SWOLLEN = 2**20
"""Bytes of one table that are emptied as a whole: where rows were that are gone is still read past by whoever reads the table."""

ANEW = """
SELECT setval(seqrelid::regclass, 1, false) FROM pg_sequence WHERE pg_sequence_last_value(seqrelid::regclass) IS NOT NULL
"""


class PostgresGround(Ground):
    """A database of this process; its rows go before each test, which is many times faster than TRUNCATE or a copy. The rows of a
    state that is kept lie in the schema `kept`, in a table for each with the state's number before them."""

    def __init__(self, server: str) -> None:
        self.server, self.name = server, f"test_{uuid.uuid4().hex[:12]}"
        run_on_server(server, f'CREATE DATABASE "{self.name}"')
        super().__init__(url_of(server, self.name))
        self.generation = 0
        event.listen(self.engine, "engine_disposed", self._turn_over)
        event.listen(self.engine, "connect", self._sign)
        migrate_schema(Database(self.engine))
        self.hand = psycopg.connect(self._url, autocommit=True)
        # Rows go and come as a whole: looking after each whether another refers to it would be most of the time.
        self.hand.execute("SET session_replication_role = replica; SET synchronous_commit = off")
        self.hand.execute("CREATE SCHEMA kept")
        self.tables = Base.metadata.sorted_tables
        self.emptying = [f'DELETE FROM "{table.name}"' for table in reversed(self.tables)]
        self.shrinking = ["TRUNCATE " + ", ".join(f'"{table.name}"' for table in self.tables)]
        self.stages: list[list[str]] = []
        event.listen(self.engine, "checkout", self._come_first)

    def _do(self, *statements: str) -> None:
        self.hand.execute(";".join(statements))

    def _ask(self, *questions: str) -> list[Any]:
        return self.hand.execute(" UNION ALL ".join(questions)).fetchall()

    def _turn_over(self, _engine: object) -> None:
        self.generation += 1

    def _sign(self, raw: psycopg.Connection, _record: object) -> None:
        raw.execute(f"SET application_name = '{self._signature}'")
        raw.commit()

    def _come_first(self, *_: object) -> None:
        self.come()

    @property
    def _signature(self) -> str:
        """What the connections say that lie in the pool now; they know the tables already, and stay for the next test."""
        return f"{self.name}-{self.generation}"

    def clear(self, folder: Path) -> None:
        if not self.is_at_rest:
            self.engine.dispose()  # whoever still holds one of its connections loses it
        self._do(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            f" AND pid <> pg_backend_pid() AND application_name <> '{self._signature}'"
        )
        self._await(partial(self._stand, []))

    def _stand(self, rows: list[str]) -> None:
        self._do(*(self.shrinking if self._largest() > SWOLLEN else self.emptying), ANEW, *rows)

    def _largest(self) -> int:
        ((largest,),) = self._ask(
            "SELECT max(pg_relation_size(oid)) FROM pg_class"
            " WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        )
        return int(largest)

    def leave(self) -> None:
        """The connections stay."""

    def keep(self) -> int:
        self.come()
        number = len(self.stages)
        some = [
            f"SELECT '{one.name}' WHERE EXISTS (SELECT 1 FROM public.\"{one.name}\")" for one in self.tables
        ]
        filled = {name for (name,) in self._ask(*some)}
        rows = [self._keep_table(table, number) for table in self.tables if table.name in filled]
        reached = self._ask("SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL")
        self.stages.append([*rows, *(f"SELECT setval('{name}', {last})" for name, last in reached)])
        return number

    def _keep_table(self, table: Table, number: int) -> str:
        """What puts its rows back."""
        columns = ", ".join(f'"{column.name}"' for column in table.columns)
        self._do(
            f'CREATE TABLE IF NOT EXISTS kept."{table.name}" AS SELECT 0 AS stage_number, {columns} FROM "{table.name}" LIMIT 0',
            f'INSERT INTO kept."{table.name}" SELECT {number}, {columns} FROM "{table.name}"',
        )
        return f'INSERT INTO "{table.name}" ({columns}) SELECT {columns} FROM kept."{table.name}" WHERE stage_number = {number}'

    def put_back(self, number: int) -> None:
        self._await(partial(self._stand, self.stages[number]))

    def close(self) -> None:
        self.hand.close()
        self.engine.dispose()
        run_on_server(self.server, f'DROP DATABASE "{self.name}" WITH (FORCE)')
