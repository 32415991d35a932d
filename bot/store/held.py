"""Writes of a transaction to whose answer nobody listens: held until many can go to the server together."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

Say = Callable[[str, Sequence[Any]], object]


class Held:
    """What one connection holds, of each table one statement with all its values. A way to the server and back costs more than most
    writes: these go together, as soon as another statement names one of their tables, before a savepoint, and at the latest before the
    commit. Closed, it is to be given nothing."""

    def __init__(self) -> None:
        self.open = False
        self._said: dict[str, tuple[str, list[Any]]] = {}

    def keeps(self, table: str, sql: str, values: Any) -> bool:
        """False where another statement of that table has to go first."""
        held, all_values = self._said.setdefault(table, (sql, []))
        if held != sql:
            return False
        all_values.append(values)
        return True

    def named_by(self, sql: str) -> bool:
        return bool(self._said) and any(_names(sql, table) for table in self._said)

    def say(self, say: Say) -> None:
        """All of them, in the order in which their tables were first held."""
        held = self._said
        self.forget()
        for sql, values in held.values():
            say(sql, values)

    def forget(self) -> None:
        self._said = {}


@lru_cache(1024)  # lists that are written out make ever new statements
def _names(sql: str, table: str) -> bool:
    """Perhaps in another word, and then what is held goes a little early."""
    return table in sql
