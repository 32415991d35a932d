"""Backups: taken while people write, whole or not at all, put back into an empty place on either database."""

import hashlib
import io
import signal
import subprocess
import sys
import tarfile
import tracemalloc
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy import text as sql
from typer.testing import CliRunner, Result

from bot import __main__ as main
from bot.problems import Invalid
from bot.store import backup
from bot.store.archive import SEAL_LENGTH
from bot.store.backup import check_backup, restore_backup, write_backup
from bot.store.db import Database, connect_database
from bot.store.files import Store, open_store
from bot.store.schema import migrate_schema, newest_revision
from bot.tables import Base, Contact, Message, Note, Person, Upload
from schedules import reminders
from tests.kit.databases import run_on_server, url_of
from tests.kit.places import ROOT
from tests.kit.plans import shipped
from tests.kit.schema import up_to_date
from tests.kit.world import APRIL, World

PAPER = b"%PDF-1.4 " + b"x" * 5000


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "files"))


@pytest.fixture
def new_database(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Callable[[str], str]]:
    """Makes a place for a database in which nothing is yet; answers its URL."""
    made: list[str] = []

    def make(kind: str) -> str:
        if kind == "sqlite":
            return f"sqlite:///{tmp_path}/{uuid.uuid4().hex}.db"
        server, name = request.getfixturevalue("postgres_server"), f"restored_{uuid.uuid4().hex[:12]}"
        run_on_server(server, f'CREATE DATABASE "{name}"')
        made.append(name)
        return url_of(server, name)

    yield make
    for name in made:
        run_on_server(request.getfixturevalue("postgres_server"), f'DROP DATABASE "{name}" WITH (FORCE)')


def put(store: Store, folder: Path, content: bytes) -> str:
    source = folder / "source"
    source.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    store.put(digest, source)
    return digest


def lived_in(db: Database, store: Store, folder: Path) -> World:
    """An office in the middle of its work: a dialog is open, reminders were said, a report lies in the store."""
    world = World(db)
    world.units(
        ("DUK", "Đảng ủy Khối mẫu", "dang_uy", "", None),
        ("CB01", "Chi bộ Văn phòng “một”", "chi_bo", "co_quan", "DUK"),
    )
    world.load(shipped("60-KH-DUK-2022.yaml"))
    secretary = world.registered("CB01", "secretary")
    world.go("2022-04-01 08:05")
    world.tick(reminders.say_reminders)
    secretary.looks()
    secretary.says("/hop").taps("Họp thường kỳ").says("Ý kiến: “đồng ý”\nvà 😀")
    put(store, folder, PAPER)
    return world


def copy_of(db: Database, store: Store, folder: Path) -> Path:
    file = folder / f"{uuid.uuid4().hex}.tar"
    write_backup(db, store, file, APRIL)
    return file


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_is_put_back_is_what_was_there(
    db: Database, store: Store, tmp_path: Path, new_database: Callable[[str], str], kind: str
) -> None:
    lived_in(db, store, tmp_path)
    file = copy_of(db, store, tmp_path)
    told = check_backup(file)
    assert told.tables["units"].rows == 2
    assert told.files == 1
    other, other_store = connect_database(new_database(kind)), open_store(str(tmp_path / "other"))
    assert restore_backup(other, other_store, file) == told
    again = check_backup(copy_of(other, other_store, tmp_path))
    assert again.tables == told.tables  # row for row, by their hashes
    assert list(other_store.digests()) == list(store.digests())
    assert up_to_date(other)
    other.close()


def test_the_talk_goes_on_and_nothing_is_said_twice(
    db: Database, store: Store, tmp_path: Path, new_database: Callable[[str], str]
) -> None:
    world = lived_in(db, store, tmp_path)
    place = "telegram"
    with db.read() as session:
        contact = session.scalars(select(Contact).where(Contact.channel == place)).one()
        said = set(session.scalars(select(Message.id).where(Message.state == "sent")))
        waits = set(session.scalars(select(Message.id).where(Message.state == "waiting")))
    file = copy_of(db, store, tmp_path)
    other = connect_database(new_database("sqlite" if not db.sqlite else "postgresql"))
    restore_backup(other, store, file)
    there = World(other, world.at)
    there.ids = world.ids
    secretary = there.person(contact.place)
    there.tick(reminders.say_reminders)
    before = len(secretary.got)
    secretary.says("Ý kiến thứ hai")
    assert len(secretary.got) == before + 1 + len(waits)
    assert "Đã ghi" in secretary.last.text
    with other.read() as session:
        newer = select(Message.id).where(Message.id.not_in(said | waits))
        assert len(session.scalars(newer).all()) == 1  # the answer alone: no reminder is repeated
        assert session.scalar(select(func.max(Message.id))) == max(said | waits) + 1
    other.close()


def test_writing_goes_on_and_the_backup_is_of_one_moment(
    db: Database,
    store: Store,
    tmp_path: Path,
    new_database: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lived_in(db, store, tmp_path)
    with db.read() as session:
        persons, contacts = (session.scalar(select(func.count()).select_from(t)) for t in (Person, Contact))
    add_rows = backup._add_rows

    def while_people_write(*args: Any) -> Any:
        with db.write() as session:
            person = Person(created_at=APRIL)
            session.add(Contact(person=person, channel="web", place=uuid.uuid4().hex, used_at=APRIL))
        return add_rows(*args)

    monkeypatch.setattr(backup, "_add_rows", while_people_write)
    file = copy_of(db, store, tmp_path)
    told = check_backup(file)
    # The first table is read after the moment has been settled; nobody who came later is half in it.
    assert told.tables["persons"].rows - (persons or 0) == told.tables["contacts"].rows - (contacts or 0)
    assert told.tables["persons"].rows <= (persons or 0) + 1
    with db.read() as session:
        assert (session.scalar(select(func.count()).select_from(Person)) or 0) > told.tables["persons"].rows
    restore_backup(other := connect_database(new_database("sqlite")), store, file)
    other.close()


HALF = """
import sys
from pathlib import Path
from bot.store.backup import write_backup
from bot.store.db import connect_database
from bot.store.files import Store, open_store
from datetime import UTC, datetime

class Slow(Store):
    def stream(self, digest):
        for piece in super().stream(digest):
            yield piece
            print("half", flush=True)
            sys.stdin.read()

store = open_store(sys.argv[2])
store.__class__ = Slow
write_backup(connect_database(sys.argv[1]), store, Path(sys.argv[3]), datetime.now(UTC))
"""


@pytest.mark.process
def test_a_killed_backup_leaves_nothing_that_passes_for_one(
    db: Database, database_url: str, store: Store, tmp_path: Path
) -> None:
    lived_in(db, store, tmp_path)
    file = tmp_path / "killed.tar"
    with subprocess.Popen(
        [sys.executable, "-c", HALF, database_url, str(tmp_path / "files"), str(file)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"half\n"
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    assert not file.exists()
    for left in tmp_path.glob("killed*"):
        with pytest.raises(Invalid, match="backup_damaged"):
            check_backup(left)
    write_backup(db, store, file, APRIL)
    assert check_backup(file).files == 1
    assert list(tmp_path.glob("killed*")) == [file]


def test_a_byte_that_changed_is_found_wherever_it_is(db: Database, store: Store, tmp_path: Path) -> None:
    world = World(db)
    world.units(("DUK", "Đảng ủy Khối mẫu", "dang_uy", "", None))
    put(store, tmp_path, PAPER)
    file = copy_of(db, store, tmp_path)
    whole = file.read_bytes()
    check_backup(file)
    places = {*range(0, len(whole), 211), *range(len(whole) - SEAL_LENGTH, len(whole))}
    for place in places:
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(Invalid, match="backup_damaged"):
            check_backup(file)
    for length in (0, 1, SEAL_LENGTH, 512, len(whole) // 2, len(whole) - SEAL_LENGTH, len(whole) - 1):
        file.write_bytes(whole[:length])
        with pytest.raises(Invalid, match="backup_damaged"):
            check_backup(file)
    file.write_bytes(whole + b"\n")
    with pytest.raises(Invalid, match="backup_damaged"):
        check_backup(file)


def sealed(folder: Path, file: Path) -> Path:
    """Seals an altered copy anew, as somebody would who knows_revision how."""
    body = file.read_bytes()
    other = folder / "sealed.tar"
    other.write_bytes(body + b"sha256 " + hashlib.sha256(body).hexdigest().encode() + b"\n")
    return other


def test_a_file_under_anothers_name_and_a_row_too_few_are_found(
    db: Database, store: Store, tmp_path: Path
) -> None:
    lived_in(db, store, tmp_path)
    file = copy_of(db, store, tmp_path)
    for wanted, change in (("files/", b"other"), ("rows/units/", None), ("manifest.json", None)):
        altered = tmp_path / "altered.tar"
        with tarfile.open(file) as source, tarfile.open(altered, "w") as target:
            for member in source:
                content = source.extractfile(member)
                assert content is not None
                if not member.name.startswith(wanted):
                    target.addfile(member, content)
                elif change is not None:
                    member.size = len(change)
                    target.addfile(member, io.BytesIO(change))
        with pytest.raises(Invalid, match="backup_damaged"):
            check_backup(sealed(tmp_path, altered))


def test_it_is_put_into_an_empty_place_only(
    db: Database, store: Store, tmp_path: Path, new_database: Callable[[str], str]
) -> None:
    lived_in(db, store, tmp_path)
    file = copy_of(db, store, tmp_path)
    before = check_backup(copy_of(db, store, tmp_path)).tables
    with pytest.raises(Invalid, match="restore_database_full"):
        restore_backup(db, open_store(str(tmp_path / "empty")), file)
    assert check_backup(copy_of(db, store, tmp_path)).tables == before
    strange = open_store(str(tmp_path / "strange"))
    put(strange, tmp_path, b"another paper")
    other = connect_database(new_database("sqlite"))
    with pytest.raises(Invalid, match="restore_files_full"):
        restore_backup(other, strange, file)
    migrate_schema(other)  # tables without a row are an empty place as well
    restore_backup(other, open_store(str(tmp_path / "empty")), file)
    other.close()


class Full(Store):
    """A store whose disk is full at the second file."""

    stored = 0

    def put(self, digest: str, source: Path) -> bool:
        self.stored += 1
        if self.stored > 1:
            raise OSError(28, "No space left on device")
        return super().put(digest, source)


def test_one_that_broke_off_is_done_again(
    db: Database, store: Store, tmp_path: Path, new_database: Callable[[str], str]
) -> None:
    lived_in(db, store, tmp_path)
    put(store, tmp_path, b"%PDF-1.4 second")
    file = copy_of(db, store, tmp_path)
    other, place = (
        connect_database(new_database("sqlite" if db.sqlite else "postgresql")),
        open_store(str(tmp_path / "o")),
    )
    with pytest.raises(OSError, match="No space"):
        restore_backup(other, Full(place._backend), file)
    assert len(list(place.digests())) == 1
    restore_backup(other, place, file)
    assert len(list(place.digests())) == 2
    other.close()


def test_an_old_backup_is_brought_up_to_date(
    store: Store, tmp_path: Path, new_database: Callable[[str], str]
) -> None:
    old = connect_database(new_database("sqlite"))
    migrate_schema(old, "0005")
    with old.write() as session:
        session.execute(
            sql(
                "INSERT INTO units (code, name, kind, sector, path, meeting_shift) VALUES ('A', 'Đảng ủy A', 'dang_uy', '', '/1/', 'after')"
            )
        )
    file = copy_of(old, store, tmp_path)
    assert check_backup(file).revision == "0005"
    other = connect_database(new_database("sqlite"))
    restore_backup(other, store, file)
    assert up_to_date(other)
    with other.read() as session:
        assert session.execute(sql("SELECT name, listed_as FROM units")).one().name == "Đảng ủy A"
    old.close()
    other.close()


def test_rows_may_point_at_rows_that_come_after_them(
    db: Database, store: Store, tmp_path: Path, new_database: Callable[[str], str]
) -> None:
    units = Base.metadata.tables["units"]
    row = {"kind": "chi_bo", "sector": "", "path": "/", "meeting_shift": "after", "listed_as": "x"}
    with db.write() as session:
        session.execute(insert(units), [{**row, "id": 9, "code": "A", "name": "trên"}])
        session.execute(insert(units), [{**row, "id": 3, "code": "B", "name": "dưới", "parent_id": 9}])
    other = connect_database(new_database("sqlite" if db.sqlite else "postgresql"))
    restore_backup(other, store, copy_of(db, store, tmp_path))
    with other.write() as session:
        session.execute(insert(units), [{**row, "code": "C", "name": "mới"}])
        assert session.execute(select(units.c.id, units.c.parent_id).order_by(units.c.id)).all() == [
            (3, 9),
            (9, None),
            (10, None),
        ]
    other.close()


def test_a_large_file_passes_through_in_pieces(
    store: Store, tmp_path: Path, new_database: Callable[[str], str]
) -> None:
    db = connect_database(new_database("sqlite"))
    migrate_schema(db)
    size = 96 * 2**20
    put(store, tmp_path, bytes(size))
    tracemalloc.start()
    file = copy_of(db, store, tmp_path)
    restore_backup(
        other := connect_database(new_database("sqlite")), place := open_store(str(tmp_path / "o")), file
    )
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert file.stat().st_size > size
    assert [place.size(digest) for digest in place.digests()] == [size]
    assert peak < size / 3
    db.close()
    other.close()


@pytest.fixture
def office(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("FILES_URL", str(tmp_path / "files"))
    monkeypatch.delenv("TELEGRAM_TOKEN", raising=False)
    return database_url


def run(*words: str | Path, code: int = 0) -> Result:
    result = CliRunner().invoke(main.app, [str(word) for word in words])
    assert result.exit_code == code, f"{result.output}\n{result.exception!r}"
    return result


def test_the_commands_of_an_office(
    office: str,
    db: Database,
    store: Store,
    tmp_path: Path,
    new_database: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lived_in(db, store, tmp_path)
    printed = run("backup", "dem.tar").output
    assert "Đã sao lưu vào dem.tar" in printed
    assert "1 tệp" in printed
    assert "python -m bot backup --check dem.tar" in printed
    assert (tmp_path / "dem.tar").stat().st_mode & 0o777 == 0o600
    assert "Đã có tệp này" in run("backup", "dem.tar", code=1).output
    assert "dem.tar còn nguyên vẹn: sao lưu lúc" in run("backup", "--check", "dem.tar").output
    assert "DATABASE_URL: Cơ sở dữ liệu này đã có dữ liệu" in run("restore", "dem.tar", code=1).output
    monkeypatch.setenv("DATABASE_URL", new_database("sqlite").replace(str(tmp_path), f"{tmp_path}/new"))
    monkeypatch.setenv("FILES_URL", str(tmp_path / "new" / "files"))
    printed = run("restore", "dem.tar").output
    assert "Đã khôi phục dem.tar" in printed
    assert "tắt hẳn trợ lý ở máy cũ" in printed
    assert "FILES_URL: Kho tệp này đã có tệp khác" not in printed
    assert "Mọi thứ đều đúng" in run("check").output


def test_what_cannot_be_is_said_and_writes_nothing(
    office: str, db: Database, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Không có tệp này" in run("backup", "--check", "none.tar", code=1).output
    assert "Không có tệp này" in run("restore", "none.tar", code=1).output
    (tmp_path / "no.tar").write_bytes(b"not a backup")
    assert "no.tar: Tệp không phải bản sao lưu" in run("backup", "--check", "no.tar", code=1).output
    assert "no.tar: Tệp không phải bản sao lưu" in run("restore", "no.tar", code=1).output
    assert (
        "nowhere/x.tar: Chưa sao lưu được (No such file or directory)"
        in run("backup", "nowhere/x.tar", code=1).output
    )
    with db.write() as session:
        session.execute(sql("UPDATE alembic_version SET version_num = '9999'"))
    try:
        assert "DATABASE_URL: Cơ sở dữ liệu ở bản 9999" in run("backup", "x.tar", code=1).output
    finally:
        with db.write() as session:
            session.execute(sql("UPDATE alembic_version SET version_num = (:v)"), {"v": newest_revision()})
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/gone.db")
    assert "Không có tệp cơ sở dữ liệu" in run("backup", "x.tar", code=1).output
    assert not (tmp_path / "gone.db").exists()
    assert not list(tmp_path.glob("x.tar*"))


@pytest.mark.logs_errors
def test_files_that_are_lost_or_damaged_are_said(
    office: str, db: Database, store: Store, tmp_path: Path
) -> None:
    lived_in(db, store, tmp_path)
    [digest], lost = store.digests(), "ab" * 32
    with db.write() as session:
        session.scalars(select(Note)).one().digest = lost
        session.add(Upload(digest="cd" * 32, size=1, at=APRIL))  # it came in and was refused
    (tmp_path / "files" / digest[:2] / digest[2:]).write_bytes(b"rotten")
    for printed in (run("backup", "x.tar").output, run("backup", "--check", "x.tar").output):
        assert f"! Kho tệp không còn tệp {lost[:12]}… mà sổ có ghi." in printed
        assert f"! Tệp {digest[:12]}… trong kho đã hỏng" in printed
    told = check_backup(tmp_path / "x.tar")
    assert (told.files, told.missing, told.damaged) == (0, [lost], [digest])
