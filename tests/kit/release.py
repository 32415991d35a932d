"""The database of release 0.1 and what its people saw, as that release left them: rows that go into a database of either kind.

tests/house/release_0_1_rows.jsonl: for each table a line with its columns, then its rows as lists.
tests/house/release_0_1_talks.json: `people`, each at an open question (`question`: flow.step) or under a last message, with what
they may say, hand in or tap and what that release made of it (`then`: the question it went on to; `audit`: what it wrote down;
`complaints`: what it found fault with); `sent`: buttons of older messages; `codes`: not used yet; `files`: contents by digest.
"""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Date, DateTime, MetaData, Table, insert, text

from bot.messages import Address
from bot.store.db import Database
from bot.store.schema import migrate_schema
from tests.kit.places import ROOT

ROWS = ROOT / "tests" / "house" / "release_0_1_rows.jsonl"
TALKS = ROOT / "tests" / "house" / "release_0_1_talks.json"
REVISION = "0003"
AT_ONCE = 200


@dataclass(frozen=True)
class Heard:
    """Something that a person says, hands in or taps, and what the release made of it."""

    says: str = ""
    hands: str = ""
    taps: str = ""
    then: str = ""
    audit: tuple[str, ...] = ()
    complaints: tuple[str, ...] = ()

    @property
    def what(self) -> str:
        return self.says or self.hands or self.taps


@dataclass(frozen=True)
class Stand:
    """A person at the last message of that release."""

    name: str
    address: Address
    at: datetime
    question: str
    hears: tuple[Heard, ...]


@cache
def _talks() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(TALKS.read_text("utf-8"))
    return found


def now() -> datetime:
    """When that release was stopped."""
    return datetime.fromisoformat(_talks()["now"])


def codes() -> dict[str, str]:
    """Codes that nobody has used: by unit and role; `channel` for a second channel."""
    return dict(_talks()["codes"])


def web_chat() -> tuple[int, str]:
    """The contact of a web chat and its link."""
    return _talks()["web"]["contact"], _talks()["web"]["link"]


def files() -> dict[str, bytes]:
    return {digest: base64.b64decode(content) for digest, content in _talks()["files"].items()}


def stands() -> list[Stand]:
    return [
        Stand(
            one["stands"],
            Address(one["channel"], one["place"]),
            datetime.fromisoformat(one["at"]),
            one["question"],
            tuple(_heard(facts) for facts in one["hears"]),
        )
        for one in _talks()["people"]
    ]


def sent() -> list[tuple[Address, Heard]]:
    """One button of each kind under the messages of before."""
    return [(Address(one["channel"], one["place"]), _heard(one)) for one in _talks()["sent"]]


def _heard(facts: dict[str, Any]) -> Heard:
    words = {name: facts.get(name, "") for name in ("says", "hands", "taps", "then")}
    return Heard(**words, audit=tuple(facts.get("audit", ())), complaints=tuple(facts.get("complaints", ())))


def left_by_release() -> dict[str, int]:
    """How many rows each table had."""
    return {
        next(iter(json.loads('{"' + part.removeprefix('{"').splitlines()[0]))): len(part.splitlines()) - 1
        for part in ROWS.read_text("utf-8").split('\n{"')
    }


def fill(db: Database) -> None:
    """Makes the tables of that release, writes its rows and migrates to the newest."""
    migrate_schema(db, REVISION)
    with db.engine.begin() as connection:
        tables = MetaData()
        tables.reflect(connection)
        for table, rows in _rows(tables):
            for first in range(0, len(rows), AT_ONCE):
                connection.execute(insert(table).values(rows[first : first + AT_ONCE]))
            if not db.sqlite and "id" in table.c and isinstance(rows[0]["id"], int):
                _count_on(connection, table.name)
    migrate_schema(db)


def _rows(tables: MetaData) -> Iterator[tuple[Table, list[dict[str, Any]]]]:
    parts = ROWS.read_text("utf-8").split('\n{"')
    for part in parts:
        head, *lines = part.removeprefix('{"').splitlines()
        ((name, columns),) = json.loads('{"' + head).items()
        table = tables.tables[name]
        yield table, [_row(table, columns, json.loads(line)) for line in lines]


def _row(table: Table, columns: list[str], values: list[Any]) -> dict[str, Any]:
    return {name: _value(table, name, one) for name, one in zip(columns, values, strict=True)}


def _value(table: Table, name: str, value: Any) -> Any:
    kind = table.c[name].type
    if value is None or not isinstance(kind, DateTime | Date):
        return value
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    moment = datetime.fromisoformat(value)
    return moment.replace(tzinfo=UTC) if kind.timezone else moment


def _count_on(connection: Connection, table: str) -> None:
    """The next row's number comes after those that were written with theirs."""
    connection.execute(
        text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
    )
