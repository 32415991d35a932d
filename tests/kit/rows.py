"""All that stands in a database, to compare before and after."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import select

from bot.store.db import Database
from bot.store.engines import ask_driver
from bot.tables import Base

TALK = ("events", "messages", "dialogs", "contacts")
"""What every word and every press writes, refused or not."""

ROWS = {table.name: str(select(table).order_by(*table.primary_key)) for table in Base.metadata.sorted_tables}


def rows_of(db: Database, without: Collection[str] = ()) -> dict[str, list[Any]]:
    """The rows of each table in order of their keys, but for those of some tables; each value as the driver gives it."""
    with db.read() as session:
        connection = session.connection()
        return {
            name: ask_driver(connection, query, answers=True)
            for name, query in ROWS.items()
            if name not in without
        }
