"""Brings the database up to date with Alembic, one process at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, MetaData, inspect, text

from bot.problems import Invalid
from bot.store.db import Database

FOLDER = Path(__file__).resolve().parent.parent / "migrations"
MIGRATION_LOCK = 7_202_211


def migrate_schema(db: Database, revision: str = "head") -> None:
    """Upgrades to a revision, the newest by default; of several replicas that start together one does it, the others wait."""
    with db.engine.connect() as connection:
        if revision == "head" and revision_of(connection) == newest_revision():
            return
    with db.engine.connect() as connection, may_rebuild_tables(db, connection), connection.begin():
        upgrade_schema(connection, revision)


def upgrade_schema(connection: Connection, revision: str = "head", *, anew: bool = False) -> None:
    """Upgrades within the caller's transaction; `anew` first drops every table, which the caller knows_revision to be empty.

    Raises Invalid(database_newer) where a newer program has been at work: what this one would write could harm it.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
    if anew:
        there = MetaData()
        there.reflect(connection)
        there.drop_all(connection)
    elif (present := revision_of(connection)) is not None:
        prove_known(present)
    from alembic import command  # a start that finds the newest revision does without it, and is sooner there
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


@contextmanager
def may_rebuild_tables(db: Database, connection: Connection) -> Iterator[None]:
    """SQLite changes a table by making it anew, which keys that point at it would forbid; it looks at them afterwards.

    The switch does nothing inside a transaction, so it goes past SQLAlchemy, which would begin one.
    """
    raw = connection.connection.dbapi_connection if db.sqlite else None
    if raw is None:
        yield
        return
    raw.cursor().execute("PRAGMA foreign_keys=OFF")
    try:
        yield
        broken = raw.cursor().execute("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"rows point at nothing: {broken[:5]}")
    finally:
        raw.cursor().execute("PRAGMA foreign_keys=ON")


def known_revisions() -> list[str]:
    """What this program can bring a database to, oldest first: each file of a migration begins with its revision."""
    return sorted(path.name.partition("_")[0] for path in (FOLDER / "versions").glob("[0-9]*.py"))


def newest_revision() -> str:
    return known_revisions()[-1]


def revision_of(connection: Connection) -> str | None:
    """Where the database stands; None before its first migration."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def prove_known(revision: str) -> None:
    """Raises Invalid(database_newer)."""
    if not knows_revision(revision):
        raise Invalid("database_newer", revision=revision)


def knows_revision(revision: str) -> bool:
    """Whether this program's own migrations have made that revision; else a newer program has been at work."""
    return revision in known_revisions()
