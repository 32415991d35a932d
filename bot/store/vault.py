"""Secrets that this installation is given from outside and has to keep: read and changed under one lock over all replicas."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.store.again import do_again
from bot.store.db import Database
from bot.tables import Constant


class DatabaseVault:
    """Keeps them in the table of constants."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def read(self, name: str) -> str:
        def look() -> str:
            with self._db.read() as session:
                return session.scalar(select(Constant.value).where(Constant.name == name)) or ""

        return do_again(look)

    def change(self, name: str, change: Callable[[str], str]) -> str:
        """Not done again by itself: `change` may have asked somebody outside, who does not answer twice."""
        with self._db.write() as session:
            row = _locked(session, name)
            row.value = change(row.value)
            return row.value


def _locked(session: Session, name: str) -> Constant:
    """The row, made where there is none, and held until the end of the transaction."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(insert(Constant).values(name=name, value="").on_conflict_do_nothing())
    held = (
        select(Constant)
        .where(Constant.name == name)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return session.scalars(held).one()
