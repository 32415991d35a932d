"""How the database goes about each statement: which large tables it would read from end to end, and how much it reads at all."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from bot.store.db import Database

LARGE = 10_000
"""A table of fewer rows may be read from end to end."""
EVERY = 100
"""So many steps of SQLite's machine are counted at a time."""


class Explained:
    """`scans`: large tables with the statements that read them from end to end; `read`: by statement, what its dearest run has read,
    in rows on PostgreSQL, in steps of the machine on SQLite."""

    def __init__(self, db: Database, rows: Mapping[str, int]) -> None:
        self.scans: set[str] = set()
        self.read: Counter[str] = Counter()
        self._db = db
        self._rows = rows
        self._now = ""
        self._steps = 0

    def ask(
        self, _conn: Any, cursor: Any, statement: str, parameters: Any, _context: Any, many: bool
    ) -> None:
        """Before a statement is run."""
        self.settle()
        if many or not re.match(r"\s*(SELECT|UPDATE|DELETE|INSERT|WITH)", statement):
            return
        self._now = " ".join(statement.split())
        self._explain_sqlite(cursor, statement, parameters) if self._db.sqlite else self._explain_postgresql(
            cursor, statement, parameters
        )

    def settle(self) -> None:
        """What has been stepped through since the last statement was for that one."""
        if self._now:
            self.read[self._now] = max(self.read[self._now], self._steps)
        self._now, self._steps = "", 0

    def _explain_sqlite(self, cursor: Any, statement: str, parameters: Any) -> None:
        cursor.connection.set_progress_handler(None, 0)
        other = cursor.connection.cursor()
        other.execute("EXPLAIN QUERY PLAN " + statement, parameters)
        for line in other.fetchall():
            self._note(re.findall(r"SCAN (\w+?)(?:_\d+)?\b", str(line[-1])))
        other.close()
        cursor.connection.set_progress_handler(self._step, EVERY)

    def _step(self) -> int:
        self._steps += EVERY
        return 0

    def _explain_postgresql(self, cursor: Any, statement: str, parameters: Any) -> None:
        runs = "ANALYZE, TIMING OFF, " if statement.lstrip().startswith("SELECT") else ""
        other = cursor.connection.cursor()
        other.execute(f"EXPLAIN ({runs}FORMAT JSON) {statement}", parameters)
        (found,) = other.fetchone()
        other.close()
        for node in _nodes((found if isinstance(found, list) else json.loads(found))[0]["Plan"]):
            if node["Node Type"].endswith("Seq Scan"):
                self._note([node["Relation Name"]])
            self._steps += int(node.get("Rows Removed by Join Filter", 0) * node.get("Actual Loops", 0))
            if "Relation Name" in node and runs:
                often = node["Actual Loops"]
                unfit = sum(node.get(f"Rows Removed by {why}", 0) for why in ("Filter", "Index Recheck"))
                self._steps += int((node["Actual Rows"] + unfit) * often)

    def _note(self, names: list[str]) -> None:
        self.scans.update(f"{name}: {self._now}" for name in names if self._rows.get(name, 0) >= LARGE)


def _nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)


@contextmanager
def explained(db: Database, rows: Mapping[str, int]) -> Iterator[Explained]:
    """Every statement within is asked how it would be done, before it is. `rows`: how many each table has."""
    asks = Explained(db, rows)
    event.listen(db.engine, "before_cursor_execute", asks.ask)
    try:
        yield asks
        asks.settle()
    finally:
        event.remove(db.engine, "before_cursor_execute", asks.ask)
