"""`backup` and `restore`: what is said of them, and what stops them before anything is written."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.commands.common import existing_file, say_line
from bot.problems import Invalid, Problem, Rejected
from bot.settings import Settings, read_settings
from bot.store.backup import check_backup, restore_backup, write_backup
from bot.store.db import connect_database, sqlite_file
from bot.store.files import Store, open_store
from bot.talk.outbox import pending_messages
from bot.talk.receive import utc_now

PLACES = {
    "database_behind": "DATABASE_URL",
    "database_newer": "DATABASE_URL",
    "restore_database_full": "DATABASE_URL",
    "restore_files_full": "FILES_URL",
}
"""What is wrong with a setting's place and not with the file."""


def back_up(file: Path) -> None:
    if file.exists():
        raise Rejected([Problem(str(file), "backup_exists")])
    settings = read_settings()
    url = settings.database_url.get_secret_value()
    where = sqlite_file(url)
    if where is not None and not where.is_file():
        raise Rejected([Problem("DATABASE_URL", "database_missing", {"path": str(where)})])
    db = connect_database(url)
    try:
        with _placed(file), _disk_explained(file, "backup_unwritten"):
            made = write_backup(db, _store(settings), file, utc_now())
    finally:
        db.close()
    say_line("backed_up", made=made, file=file)


def look_at(file: Path) -> None:
    with _placed(file):
        say_line("backup_checked", made=check_backup(existing_file(file)), file=file)


def put_back(file: Path) -> None:
    existing_file(file)
    settings = read_settings()
    url = settings.database_url.get_secret_value()
    if where := sqlite_file(url):
        where.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    db = connect_database(url)
    try:
        with _placed(file), _disk_explained(file, "restore_unwritten"):
            made = restore_backup(db, _store(settings), file)
            with db.read() as session:
                waiting = pending_messages(session)
    finally:
        db.close()
    say_line("restored", made=made, file=file, waiting=waiting)


def _store(settings: Settings) -> Store:
    try:
        return open_store(settings.files_url.get_secret_value())
    except (OSError, ValueError) as error:
        raise Rejected([Problem("FILES_URL", "files_unwritable", {"error": type(error).__name__})]) from None


@contextmanager
def _placed(file: Path) -> Iterator[None]:
    """What is wrong with the file names it; what is wrong with the place does not."""
    try:
        yield
    except Invalid as error:
        place = PLACES.get(error.code, str(file))
        raise Rejected([Problem(place, error.code, error.facts)]) from None


@contextmanager
def _disk_explained(file: Path, code: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Rejected(
            [Problem(str(file), code, {"error": error.strerror or type(error).__name__})]
        ) from None
