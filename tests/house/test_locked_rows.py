"""Whoever locks a row reads it as it stands then, though the session has read it before: SQLAlchemy alone would leave what it has."""

import ast
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
MODULES = sorted(path for room in ("bot", "handlers", "schedules") for path in (HOUSE / room).rglob("*.py"))


def named(call: ast.Call) -> set[str]:
    return {word.arg for word in call.keywords if word.arg}


def stale_locks(source: str) -> list[int]:
    """The lines on which `get` locks a row without reading it anew."""
    calls = [one for one in ast.walk(ast.parse(source)) if isinstance(one, ast.Call)]
    locking = [one for one in calls if "with_for_update" in named(one)]
    return [one.lineno for one in locking if "populate_existing" not in named(one)]


def test_a_stale_lock_is_seen() -> None:
    assert stale_locks("\nsession.get(Plan, 1, with_for_update=True)") == [2]
    assert stale_locks("session.get(Plan, 1, with_for_update=True, populate_existing=True)") == []


@pytest.mark.parametrize("room", ["bot", "handlers", "schedules"])
def test_what_is_locked_is_read_anew(room: str) -> None:
    found = {
        str(path.relative_to(HOUSE)): lines
        for path in MODULES
        if path.is_relative_to(HOUSE / room) and (lines := stale_locks(path.read_text("utf-8")))
    }
    assert found == {}
