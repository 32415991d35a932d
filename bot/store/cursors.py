"""psycopg's cursor, for SQLAlchemy, which hardly ever looks at what psycopg tells of the columns of an answer."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from psycopg import Connection, Cursor
from psycopg.pq import TransactionStatus

from bot.store.held import Held


class HoldingConnection(Connection[Any]):
    """One that can hold writes back."""

    def __init__(self, *arguments: Any, **others: Any) -> None:
        super().__init__(*arguments, **others)
        self.held = Held()

    def rollback(self) -> None:
        """As every look at the database ends. psycopg would forget what it has prepared, and the server would plan it all anew: so it
        does only where something has failed, as what was being prepared then may not be."""
        if self.info.transaction_status == TransactionStatus.INTRANS:
            self.pgconn.exec_(b"ROLLBACK")
        super().rollback()  # of which nothing is left where that went well


class Columns(Sequence[Any]):
    """What a statement answers, described when it is looked at."""

    def __init__(self, cursor: Cursor[Any]) -> None:
        self._cursor = cursor

    @cached_property
    def _described(self) -> Sequence[Any]:
        return Cursor.description.__get__(self._cursor) or ()

    def __len__(self) -> int:
        return len(self._described)

    def __getitem__(self, at: Any) -> Any:
        return self._described[at]


class QuickCursor(Cursor[Any]):
    """SQLAlchemy knows the columns of a statement after the first time, and asks only whether there are any; psycopg would describe
    each of them every time, a fifth of all that is called for an update."""

    @property
    def description(self) -> Any:
        answer = self.pgresult
        return Columns(self) if answer is not None and answer.nfields else None

    def execute(self, query: Any, *arguments: Any, **others: Any) -> Any:
        self._let_held_go_before(query)
        return super().execute(query, *arguments, **others)

    def executemany(self, query: Any, *arguments: Any, **others: Any) -> None:
        self._let_held_go_before(query)
        super().executemany(query, *arguments, **others)

    def _let_held_go_before(self, query: Any) -> None:
        held: Held = self.connection.held  # type: ignore[attr-defined]
        if held.named_by(query):
            self.say_held()

    def say_held(self) -> None:
        self.connection.held.say(self.executemany)  # type: ignore[attr-defined]
