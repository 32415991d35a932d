"""What is said to a PostgreSQL server, statement by statement; many that go together count as one."""

from typing import Any

import pytest

from bot.store.cursors import QuickCursor


def hear_statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grows with each of them, until the test ends."""
    said: list[str] = []

    def note(name: str) -> None:
        own = getattr(QuickCursor, name)

        def say(cursor: Any, sql: str, *others: Any, **named: Any) -> Any:
            said.append(sql)
            return own(cursor, sql, *others, **named)

        monkeypatch.setattr(QuickCursor, name, say)

    note("execute")
    note("executemany")
    return said
