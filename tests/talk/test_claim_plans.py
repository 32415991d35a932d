"""How a server plans what the sender claims: a plan that was made for an empty table would be kept until the server looks at it."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.store.db import Database
from bot.tables import Priority
from bot.talk.delivery import claimable_messages

NOON = datetime(2026, 3, 5, 5, 0, tzinfo=UTC)
OFTEN = 10
"""More often than the driver waits before it lets the server keep a plan."""


def kept_plans(session: Session) -> int:
    """How often a look for what may be claimed has been done by a statement that the server keeps for this connection."""
    used = "SELECT sum(generic_plans + custom_plans) FROM pg_prepared_statements"
    return int(session.scalar(text(f"{used} WHERE statement LIKE '%SKIP LOCKED%'")) or 0)


@pytest.mark.parametrize("ground", ["postgresql"], indirect=True)
def test_bulk_is_claimed_by_a_plan_for_the_table_as_it_is(db: Database) -> None:
    """On a new installation's first morning ten thousand reminders are written into an empty table."""
    with db.write() as session:
        before = kept_plans(session)
        for _ in range(OFTEN):
            claimable_messages(session, NOON, ["telegram"], {Priority.BULK: 8})
        assert kept_plans(session) == before
        for _ in range(OFTEN):
            claimable_messages(session, NOON, ["telegram"], {Priority.ANSWER: 8})
        assert kept_plans(session) > before
