"""What a server has been told to keep in mind outlives a look at the database, and nothing is taken for kept that is not."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot.store.db import Database, connect_database
from bot.store.known import Known
from bot.tables import Unit

OFTEN = 8
"""The driver has a statement prepared that it has seen five times."""
UNITS = Known(select(Unit.id, Unit.name).order_by(Unit.id))


def prepared(session: Session) -> int:
    return int(session.scalar(text("SELECT count(*) FROM pg_prepared_statements")) or 0)


pytestmark = pytest.mark.parametrize("ground", ["postgresql"], indirect=True)


def test_what_is_prepared_outlives_a_look(database_url: str) -> None:
    db = connect_database(database_url)  # it has one connection, which it takes again
    with db.read() as session:
        for _ in range(OFTEN):
            UNITS.rows(session, {})
        before = prepared(session)
    with db.read() as session:
        assert prepared(session) >= before > 0
    db.close()


def test_after_a_failure_everything_is_said_and_answered_as_before(db: Database) -> None:
    for _ in range(OFTEN):
        with db.read() as session:
            UNITS.rows(session, {})
    with pytest.raises(DBAPIError), db.write() as session:
        session.execute(text("SELECT 1 / 0"))
    for _ in range(OFTEN):
        with db.write() as session:
            session.add(Unit(code=f"U{prepared(session)}", name="Chi bộ", kind="chi_bo", path="/9/"))
            session.flush()
            assert len(UNITS.rows(session, {})) == 1
            session.rollback()
