"""Writes of a transaction to whose answer nobody listens: held until many can go to the server together."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

Say = Callable[[str, Sequence[Any]], None]


class Held:
    """What one connection holds. A way to the server and back costs more than most writes: these go all in one, as soon as a
    statement names one of their tables, and at the latest before the transaction is committed. Closed, it takes nothing."""

    def __init__(self) -> None:
        self.open = False
        self._tables: set[str] = set()
        self._said: dict[str, list[Any]] = {}

    def keep(self, table: str, sql: str, values: Any) -> None:
        self._tables.add(table)
        self._said.setdefault(sql, []).append(values)

    def named_by(self, sql: str) -> bool:
        return bool(self._tables) and any(_names(sql, table) for table in self._tables)

    def say(self, say: Say) -> None:
        """Each statement with all its values, the statements in the order in which they were first held."""
        said = self._said
        self.forget()
        for sql, values in said.items():
            say(sql, values)

    def forget(self) -> None:
        self._said, self._tables = {}, set()


@cache
def _names(sql: str, table: str) -> bool:
    """It may take another word for the table, and then what is held goes a little early."""
    return table in sql
