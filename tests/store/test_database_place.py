"""The place of the database: a file that is gone, a schema of a newer program, pgbouncer in between, who may read it."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy import text as sql
from sqlalchemy.engine import make_url
from typer.testing import CliRunner, Result

from bot import __main__ as main
from bot.messages import Address, Incoming
from bot.problems import Invalid
from bot.store.db import Database, DatabaseGone, connect_database
from bot.store.schema import migrate_schema, newest_revision
from bot.tables import Event, Person
from bot.talk.receive import receive
from tests.kit.schema import up_to_date
from tests.kit.talker import Talker
from tests.kit.world import APRIL, World

EVENT = Incoming("e:1", Address("web", "x"), APRIL, text="/start")


@pytest.fixture
def file(tmp_path: Path, sqlite_template: Path) -> Path:
    place = tmp_path / "office.db"
    shutil.copy(sqlite_template, place)
    return place


def deleted(file: Path) -> None:
    file.unlink()


def emptied(file: Path) -> None:
    file.write_bytes(b"")


def replaced(file: Path) -> None:
    shutil.copy(file, file.with_name("other"))
    file.with_name("other").replace(file)


@pytest.mark.parametrize("harm", [deleted, emptied, replaced])
def test_nothing_is_served_from_a_ghost(file: Path, harm: object) -> None:
    db = connect_database(f"sqlite:///{file}")
    world = World(db)
    with db.write() as session:
        session.add(Person(created_at=APRIL))
    harm(file)  # type: ignore[operator]
    for use in (db.write, db.read):
        with pytest.raises(DatabaseGone), use():
            raise AssertionError("a session of a database that is gone")
    with pytest.raises(DatabaseGone):  # not acknowledged: the channel brings it again
        receive(world.desk, EVENT)
    db.close()


def test_a_database_that_stays_is_served(file: Path) -> None:
    db = connect_database(f"sqlite:///{file}")
    world = World(db)
    for _ in range(3):
        receive(world.desk, EVENT)
    with db.read() as session:
        assert session.scalars(select(Event.id)).all() == ["e:1"]
    db.close()


def test_an_older_program_leaves_a_newer_database_alone(db: Database) -> None:
    with db.write() as session:
        session.execute(sql("UPDATE alembic_version SET version_num = '9999'"))
    try:
        with pytest.raises(Invalid, match="database_newer"):
            migrate_schema(db)
        assert not up_to_date(db)
    finally:
        with db.write() as session:
            session.execute(sql("UPDATE alembic_version SET version_num = :v"), {"v": newest_revision()})
    assert up_to_date(db)


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/deep/data/office.db")
    monkeypatch.setenv("FILES_URL", str(tmp_path / "deep" / "data" / "files"))
    monkeypatch.delenv("TELEGRAM_TOKEN", raising=False)
    return tmp_path / "deep" / "data"


@pytest.fixture
def own_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def run(*words: str, code: int = 0) -> Result:
    result = CliRunner().invoke(main.app, list(words))
    assert result.exit_code == code, f"{result.output}\n{result.exception!r}"
    return result


@pytest.mark.usefixtures("own_umask")
def test_what_is_written_is_for_its_owner_alone(office: Path) -> None:
    run("migrate")
    assert office.stat().st_mode & 0o777 == 0o700
    assert {path.name: path.stat().st_mode & 0o077 for path in office.iterdir()} == dict.fromkeys(
        [path.name for path in office.iterdir()], 0
    )
    assert "Mọi thứ đều đúng" in run("check").output


@pytest.mark.usefixtures("own_umask")
def test_check_says_what_others_can_read(office: Path) -> None:
    run("migrate")
    run("check")
    (office / "files").chmod(0o755)
    office.chmod(0o755)
    (office / "office.db").chmod(0o644)
    Path(".env").write_text("TIMEZONE=Asia/Ho_Chi_Minh\n", "utf-8")
    Path(".env").chmod(0o644)
    printed = run("check", code=1).output
    assert f"chmod 700 {office}/files" in printed
    assert f"chmod 600 {office}/office.db" in printed
    assert "chmod 600 .env" in printed
    run("migrate")  # closes the database itself
    assert "office.db" not in run("check", code=1).output


def test_an_empty_database_beside_files_is_not_begun_anew(office: Path) -> None:
    run("migrate")
    stored = office / "files" / "ab" / ("cd" * 31)
    stored.parent.mkdir(parents=True)
    stored.write_bytes(b"a report")
    run("migrate")
    (office / "office.db").write_bytes(b"")
    for suffix in ("-wal", "-shm"):
        (office / f"office.db{suffix}").unlink(missing_ok=True)
    printed = run("migrate", code=1).output
    assert "DATABASE_URL: Cơ sở dữ liệu trống nhưng kho tệp đã có tệp" in printed
    db = connect_database(f"sqlite:///{office}/office.db")
    with db.read() as session:
        assert session.execute(sql("SELECT name FROM sqlite_master")).all() == []
    db.close()


def test_the_command_line_refuses_a_newer_database(office: Path) -> None:
    run("migrate")
    db = connect_database(f"sqlite:///{office}/office.db")
    with db.write() as session:
        session.execute(sql("UPDATE alembic_version SET version_num = '9999'"))
    db.close()
    for command in ("run", "migrate", "check"):
        printed = run(command, code=1).output
        assert "DATABASE_URL: Cơ sở dữ liệu ở bản 9999, do một bản trợ lý mới hơn ghi" in printed


@pytest.fixture
def pooled_url(database_url: str) -> Iterator[str]:
    """The test's database behind Debian's pgbouncer in transaction mode, with two server processes for everybody."""
    program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if program is None:
        pytest.skip("pgbouncer is not installed: apt-get install pgbouncer")
    parsed = make_url(database_url)
    host = str(parsed.query.get("host") or parsed.host)
    folder = Path(subprocess.check_output(["mktemp", "-d", "/tmp/pgbouncer.XXXXXX"], text=True).strip())
    folder.chmod(0o777)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    owner = Path(host).owner() if host.startswith("/") else "nobody"
    words = {
        "listen_addr": "127.0.0.1",
        "listen_port": port,
        "unix_socket_dir": "",
        "auth_type": "any",
        "pool_mode": "transaction",
        "default_pool_size": 2,
        "user": owner if os.getuid() == 0 and owner != "root" else "nobody",
    }
    settings = "\n".join(
        f"{name} = {value}" for name, value in words.items() if os.getuid() == 0 or name != "user"
    )
    target = f"host={host} port={parsed.port or 5432} user={parsed.username} dbname={parsed.database}"
    (folder / "pgbouncer.ini").write_text(f"[databases]\noffice = {target}\n[pgbouncer]\n{settings}\n")
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([program, str(folder / "pgbouncer.ini")], stdout=log, stderr=log)
    try:
        yield f"postgresql://anybody:x@127.0.0.1:{port}/office"
    finally:
        process.terminate()
        process.wait()
        print((folder / "log").read_text())
        shutil.rmtree(folder)


def connected(url: str) -> Database:
    end = time.monotonic() + 60
    while True:
        db = connect_database(url)
        try:
            with db.read() as session:
                session.execute(sql("SELECT 1"))
        except Exception:
            db.close()
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
        else:
            return db


only_postgresql = pytest.mark.parametrize("ground", ["postgresql"], indirect=True)


@pytest.mark.process
@only_postgresql
def test_behind_pgbouncer_people_are_answered(db: Database, pooled_url: str) -> None:
    pooled = connected(pooled_url)
    migrate_schema(pooled)
    world = World(pooled)
    world.units(("DUK", "Đảng ủy Khối mẫu", "dang_uy", "", None))
    people = [world.registered("DUK", "admin") for _ in range(8)]

    def talk(one: Talker) -> None:
        for _ in range(20):  # a statement is prepared when it has come five times
            receive(world.desk, one._event(text="/trogiup"))

    with ThreadPoolExecutor(len(people)) as threads:
        list(threads.map(talk, people))
    with pooled.read() as session:
        assert session.scalars(select(Event.error).where(Event.error != "")).all() == []
        assert len(session.scalars(select(Event.id)).all()) >= 160
    pooled.close()


@only_postgresql
def test_without_it_statements_are_prepared(db: Database) -> None:
    with db.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        assert raw.prepare_threshold is not None
