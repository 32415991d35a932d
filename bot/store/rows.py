"""All rows of a database as lines of JSON, and back: the same lines from SQLite and from PostgreSQL."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, DateTime, MetaData, Table, func, insert, select, text
from sqlalchemy import Date as Day
from sqlalchemy.types import JSON

BATCH = 1000
"""So many rows are held in memory at once."""
VERSION_TABLE = "alembic_version"


def tables_of(connection: Connection) -> list[Table]:
    """The tables as the database itself has them, by name; so an older schema than this program's is read as well."""
    found = MetaData()
    found.reflect(connection)
    tables = sorted(found.tables.values(), key=lambda table: table.name)
    for table in tables:
        for column in table.columns:
            if isinstance(column.type, JSON):
                column.type.none_as_null = True
    return [table for table in tables if table.name != VERSION_TABLE]


def has_rows(connection: Connection, table: Table) -> bool:
    return connection.execute(select(1).select_from(table).limit(1)).first() is not None


def rows_as_lines(connection: Connection, table: Table) -> Iterator[list[str]]:
    """The rows in the order of their keys, as batches of lines: a JSON list each, in the order of the columns; moments are in UTC."""
    keys = list(table.primary_key.columns)
    asked = select(table).order_by(*keys).execution_options(stream_results=True, yield_per=BATCH)
    with connection.execute(asked) as result:
        for rows in result.partitions():
            yield [_line(row) for row in rows]


def insert_lines(connection: Connection, table: Table, columns: Sequence[str], lines: Iterable[str]) -> int:
    """Writes what `rows_as_lines` has read, whose columns are named in their order; answers how many rows."""
    readers = [_reader_of(table.columns[name].type) for name in columns]
    done, rest = 0, iter(lines)
    while batch := list(islice(rest, BATCH)):
        rows = [_row(columns, readers, line) for line in batch]
        connection.execute(insert(table), rows)
        done += len(rows)
    return done


def lift_keys(connection: Connection, tables: Iterable[Table]) -> None:
    """PostgreSQL counts its ids apart from the rows: it is told to go on after the highest."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables:
        for column in table.primary_key.columns:
            counter = connection.scalar(
                text("SELECT pg_get_serial_sequence(:table, :column)"),
                {"table": f'"{table.name}"', "column": column.name},
            )
            if counter and (highest := connection.scalar(select(func.max(column)))):
                connection.execute(
                    text("SELECT setval(:counter, :value)"), {"counter": counter, "value": highest}
                )


def ask_keys_later(connection: Connection, tables: Iterable[Table], *, later: bool) -> None:
    """With `later` a row may point at one that comes after it; without, all are looked at and it is as before."""
    if connection.dialect.name != "postgresql":
        return
    if not later:
        connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    manner = "DEFERRABLE INITIALLY DEFERRED" if later else "NOT DEFERRABLE"
    quote = connection.dialect.identifier_preparer.quote
    for table in tables:
        for key in table.foreign_key_constraints:
            connection.execute(
                text(f"ALTER TABLE {quote(table.name)} ALTER CONSTRAINT {quote(str(key.name))} {manner}")
            )


def _line(row: Iterable[Any]) -> str:
    return json.dumps(
        [_plain(value) for value in row], ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _row(columns: Sequence[str], readers: Sequence[Any], line: str) -> dict[str, Any]:
    values = json.loads(line)
    return {
        name: value if value is None else read(value)
        for name, read, value in zip(columns, readers, values, strict=True)
    }


def _reader_of(kind: Any) -> Any:
    if isinstance(kind, DateTime):
        aware = bool(kind.timezone)
        return lambda said: (
            datetime.fromisoformat(said) if aware else datetime.fromisoformat(said).replace(tzinfo=None)
        )
    return date.fromisoformat if isinstance(kind, Day) else lambda said: said
