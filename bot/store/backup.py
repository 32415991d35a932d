"""A backup: every row and every stored file with their hashes in one archive, taken while the program runs; checked; put back."""

import gzip
import hashlib
import json
import logging
import re
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Connection, Table, func, select

from bot.problems import Invalid
from bot.store.archive import Archive, members_of, new_archive
from bot.store.db import Database
from bot.store.files import Store
from bot.store.rows import ask_keys_later, has_rows, insert_lines, lift_keys, rows_as_lines, tables_of
from bot.store.schema import knows_revision, may_rebuild_tables, prove_known, revision_of, upgrade_schema

log = logging.getLogger(__name__)

FORMAT = 1
MANIFEST = "manifest.json"
ROWS = re.compile(r"rows/(\w+)/\d{6}\.jsonl\.gz")
FILES = re.compile("files/([0-9a-f]{64})")
_CHUNK = 2**20


@dataclass(frozen=True, slots=True)
class Rows:
    """How many rows a table has, and the SHA-256 of their lines: equal for equal rows, on either database."""

    rows: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a backup holds. `made_at` in UTC; `size` in bytes; `missing` are files that the rows name and the store did not have,
    `damaged` those whose bytes were no longer what they had been."""

    made_at: str
    revision: str
    tables: dict[str, Rows]
    files: int = 0
    size: int = 0
    missing: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    format: int = FORMAT

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.made_at)


def write_backup(db: Database, store: Store, file: Path, at: datetime) -> Manifest:
    """The rows are those of one moment; the files those that the store has afterwards, so that none which a row names is left out.

    Raises Invalid(database_newer) for a schema that this program does not know; OSError where the disk or the store fails.
    """
    with new_archive(file) as archive:
        with db.snapshot() as connection:
            revision = _known(revision_of(connection))
            tables = tables_of(connection)
            hashes = {table.name: _add_rows(archive, connection, table) for table in tables}
            named = _files_named(connection, tables)
        taken, size, damaged = _add_files(archive, store)
        manifest = Manifest(
            made_at=at.isoformat(),
            revision=revision,
            tables=hashes,
            files=len(taken),
            size=size,
            missing=sorted(named - taken - set(damaged)),
            damaged=damaged,
        )
        archive.add(MANIFEST, json.dumps(asdict(manifest), indent=1).encode())
    return manifest


def _known(revision: str | None) -> str:
    if revision is None:
        raise Invalid("database_behind")
    prove_known(revision)
    return revision


def _add_rows(archive: Archive, connection: Connection, table: Table) -> Rows:
    columns = json.dumps([column.name for column in table.columns])
    found, count = hashlib.sha256(columns.encode()), 0
    for number, lines in enumerate(rows_as_lines(connection, table), 1):
        body = "".join(line + "\n" for line in lines).encode()
        found.update(body)
        count += len(lines)
        packed = gzip.compress(columns.encode() + b"\n" + body, 6, mtime=0)
        archive.add(f"rows/{table.name}/{number:06}.jsonl.gz", packed)
    return Rows(count, found.hexdigest())


def _files_named(connection: Connection, tables: list[Table]) -> set[str]:
    """What reports, notes, papers and materials name; that a file once came in does not mean that it was kept."""
    named: set[str] = set()
    for table in tables:
        if "digest" not in table.columns or table.name == "uploads":
            continue
        asked = select(table.columns["digest"]).distinct()
        if table.name == "submission_files":
            submissions = next(one for one in tables if one.name == "submissions")
            asked = asked.join(submissions, submissions.columns["id"] == table.columns["submission_id"])
            asked = asked.where(submissions.columns["state"] != "dropped")
        named |= {digest for digest in connection.scalars(asked) if digest}
    return named


def _add_files(archive: Archive, store: Store) -> tuple[set[str], int, list[str]]:
    taken: set[str] = set()
    size, damaged = 0, []
    for digest in store.digests():
        with tempfile.TemporaryFile() as spool:
            try:
                found = _copy_hashed(store.stream(digest), spool)
            except FileNotFoundError:  # dropped meanwhile
                continue
            if found != digest:
                log.error("backup: a stored file is damaged sha256=%s", digest)
                damaged.append(digest)
                continue
            length = spool.tell()
            spool.seek(0)
            archive.add_stream(f"files/{digest}", length, spool)
        taken.add(digest)
        size += length
    return taken, size, damaged


def _copy_hashed(pieces: Iterator[bytes], to: Any) -> str:
    found = hashlib.sha256()
    for piece in pieces:
        found.update(piece)
        to.write(piece)
    return found.hexdigest()


def check_backup(file: Path) -> Manifest:
    """Reads all of it and compares it with its own hashes. Raises Invalid(backup_damaged) or (backup_newer)."""
    return _look_through(file)[0]


def _look_through(file: Path) -> tuple[Manifest, set[str]]:
    """The manifest and the digests of the files, once everything has been found as it says."""
    tables: dict[str, tuple[Any, int]] = {}
    digests: set[str] = set()
    manifest: Manifest | None = None
    try:
        for name, content, _ in members_of(file):
            if name == MANIFEST:
                manifest = _read_manifest(content)
            elif found := FILES.fullmatch(name):
                if _copy_hashed(_pieces(content), _Nowhere()) != found[1]:
                    raise Invalid("backup_damaged")
                digests.add(found[1])
            elif found := ROWS.fullmatch(name):
                columns, body = gzip.decompress(content.read()).split(b"\n", 1)
                seen, count = tables.get(found[1]) or (hashlib.sha256(columns), 0)
                seen.update(body)
                tables[found[1]] = seen, count + body.count(b"\n")
    except (OSError, EOFError, ValueError) as error:
        raise Invalid("backup_damaged") from error
    if manifest is None or len(digests) != manifest.files:
        raise Invalid("backup_damaged")
    held = {name: Rows(count, seen.hexdigest()) for name, (seen, count) in tables.items()}
    if held != {name: rows for name, rows in manifest.tables.items() if rows.rows}:
        raise Invalid("backup_damaged")
    return manifest, digests


class _Nowhere:
    def write(self, _part: bytes) -> None:
        pass


def _pieces(content: BinaryIO) -> Iterator[bytes]:
    while piece := content.read(_CHUNK):
        yield piece


def _read_manifest(content: BinaryIO) -> Manifest:
    facts = json.loads(content.read())
    if facts.get("format") != FORMAT:
        raise Invalid("backup_newer")
    tables = {name: Rows(**rows) for name, rows in facts.pop("tables").items()}
    return Manifest(tables=tables, **facts)


def restore_backup(db: Database, store: Store, file: Path) -> Manifest:
    """Puts everything back, the rows in one transaction at the end, then brings the schema up to date: broken off before that,
    it may be done again.

    Raises Invalid: backup_damaged, backup_newer, restore_database_full, restore_files_full.
    """
    manifest, digests = _look_through(file)
    if not knows_revision(manifest.revision):
        raise Invalid("backup_newer")
    with db.engine.connect() as connection:
        if any(has_rows(connection, table) for table in tables_of(connection)):
            raise Invalid("restore_database_full")
    if any(digest not in digests for digest in store.digests()):
        raise Invalid("restore_files_full")
    for name, content, _ in members_of(file):
        if found := FILES.fullmatch(name):
            with tempfile.TemporaryDirectory() as folder:
                spool = Path(folder) / "file"
                with spool.open("wb") as out:
                    _copy_hashed(_pieces(content), out)
                store.put(found[1], spool)
    with db.engine.connect() as connection, may_rebuild_tables(db, connection), connection.begin():
        _fill(connection, manifest, file)
    return manifest


def _fill(connection: Connection, manifest: Manifest, file: Path) -> None:
    upgrade_schema(connection, manifest.revision, anew=True)
    tables = {table.name: table for table in tables_of(connection)}
    for table in tables.values():  # what a migration has put there by itself is in the backup as well
        connection.execute(table.delete())
    ask_keys_later(connection, tables.values(), later=True)
    for name, content, _ in members_of(file):
        if found := ROWS.fullmatch(name):
            columns, *lines = gzip.decompress(content.read()).decode().splitlines()
            insert_lines(connection, tables[found[1]], json.loads(columns), lines)
    for name, rows in manifest.tables.items():
        if connection.scalar(select(func.count()).select_from(tables[name])) != rows.rows:
            raise Invalid("backup_damaged")
    lift_keys(connection, tables.values())
    ask_keys_later(connection, tables.values(), later=False)
    upgrade_schema(connection)
