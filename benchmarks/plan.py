"""Loading a plan for ten thousand units, as the command line does, against a plain executemany INSERT of the same duty rows."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from benchmarks.children import Api
from benchmarks.figures import Row
from benchmarks.grounds import ZONE, Grounds, opened, shipped_plan, write_units
from benchmarks.whole import APRIL
from bot.calendar import Moment
from bot.duties.loading import load_by_portions
from bot.store.db import Database
from bot.tables import Duty

SIZES = (2_500, 10_000)
COMMITTEES = 40


def measure(grounds: Grounds, _api: Api, sizes: Sequence[int] = SIZES) -> Iterator[Row]:
    for kind in ("sqlite", "postgresql"):
        for size in sizes:
            with planned(grounds, kind, size) as (db, seconds):
                rows = duty_rows(db)
                plain = insert_plainly(db, rows)
                again = load_for_units(db)
            what = f"{size:,} units, {len(rows):,} duties, {kind}"
            yield Row(f"plan.{size}.{kind}.s", f"first load: {what}", seconds, "s", plain, "executemany")
            if size == max(sizes):
                yield Row(
                    f"plan.{size}.{kind}.again_s", f"loaded again: {what}", again, "s", plain, "executemany"
                )


@contextmanager
def planned(grounds: Grounds, kind: str, size: int) -> Iterator[tuple[Database, float]]:
    """A database with so many units and the shipped plan, and how many seconds the loading took."""
    with grounds.fresh(kind) as url, opened(url) as db:
        with db.write() as session:
            write_units(session, size, COMMITTEES)
        yield db, load_for_units(db)


def load_for_units(db: Database) -> float:
    plan = shipped_plan()
    began = time.perf_counter()
    load_by_portions(db, plan, 1, Moment(APRIL, ZONE), {})
    return time.perf_counter() - began


def gather_statistics(db: Database) -> None:
    """PostgreSQL does so by itself soon after such a change, and its plans depend on it; SQLite waits for the night."""
    if not db.sqlite:
        db.renew_statistics()


def duty_rows(db: Database) -> Sequence[tuple[Any, ...]]:
    """The rows as the driver gives them."""
    columns = ", ".join(f'"{column.name}"' for column in Duty.__table__.columns)
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(f"SELECT {columns} FROM duties")]


def insert_plainly(db: Database, rows: Sequence[tuple[Any, ...]]) -> float:
    """The same rows into the same table with the same indexes, once more, in one transaction."""
    names = [column.name for column in Duty.__table__.columns]
    columns = ", ".join(f'"{name}"' for name in names)
    marks = ", ".join(["?" if db.sqlite else "%s"] * len(names))
    with db.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM duties")
    began = time.perf_counter()
    with db.engine.begin() as connection:
        connection.exec_driver_sql(f"INSERT INTO duties ({columns}) VALUES ({marks})", list(rows))
    return time.perf_counter() - began
