"""A national tree: a plan loaded for 300,000 units, and the one tick at 08:00 that reminds every one of them."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import psutil
from sqlalchemy import func, insert, select, text, update

from benchmarks.children import Api
from benchmarks.figures import Row
from benchmarks.grounds import ZONE, Grounds, desk_of, opened, shipped_plan, write_units
from benchmarks.whole import APRIL
from bot.calendar import Moment
from bot.duties.loading import load_plan
from bot.people.people import CONSENT_VERSION
from bot.store.db import Database
from bot.tables import Contact, Duty, Membership, Message, Person, Reminder, Unit
from schedules import reminders

SIZES = (3_000, 300_000)
CELLS_OF_A_COMMITTEE = 90
PORTION = 10_000
EIGHT = APRIL.replace(hour=1) + timedelta(days=1)
"""08:00 in Viet Nam."""


def measure(grounds: Grounds, _api: Api) -> Iterator[Row]:
    for kind in ("sqlite", "postgresql"):
        cost: dict[str, float] = {}
        for size in SIZES:
            with grounds.fresh(kind) as url, opened(url) as db:
                yield from _one(db, kind, size, cost)


def _one(db: Database, kind: str, size: int, cost: dict[str, float]) -> Iterator[Row]:
    _populate(db, size)
    plan = shipped_plan()
    with _peak() as load_peak:
        began = time.perf_counter()
        with db.write() as session:
            _, changes = load_plan(session, plan, session.get_one(Unit, 1), Moment(APRIL, ZONE))
        seconds = time.perf_counter() - began
    what = f"{size:,} units, {kind}"
    yield from _rows("plan", kind, f"plan loaded: {what}", seconds, size, cost, changes.added)
    yield Row(f"plan.{size}.{kind}.peak_mib", f"memory on top while loading: {what}", load_peak[0], "MiB")
    _one_each(db)
    desk = desk_of(db)
    with _peak() as tick_peak:
        began = time.perf_counter()
        written = reminders.say_reminders(desk, EIGHT)
        seconds = time.perf_counter() - began
    with db.read() as session:
        said = session.scalar(select(func.count()).select_from(Reminder)) or 0
        waiting = session.scalar(select(func.count()).select_from(Message)) or 0
    if (written, said, waiting) != (size, size, size):
        raise RuntimeError(
            f"{size} units, but {written} messages written, {said} reminders, {waiting} waiting"
        )
    yield from _rows("tick", kind, f"one tick, {size:,} reminders due: {kind}", seconds, size, cost, size)
    yield Row(f"tick.{size}.{kind}.peak_mib", f"memory on top in the tick: {what}", tick_peak[0], "MiB")


def _rows(
    name: str, kind: str, what: str, seconds: float, size: int, cost: dict[str, float], rows: int
) -> Iterator[Row]:
    """The cost of a unit stands beside that of the smallest tree: flat is 1."""
    each = seconds / size * 1e6
    first = cost.setdefault(name, each)
    costs = {"rows_per_s": rows / seconds, "s": seconds}
    yield Row(f"{name}.{size}.{kind}.unit_us", f"{what}, each unit", each, "µs", first, "at 3,000", costs)


def _populate(db: Database, size: int) -> None:
    """The tree, and a registered secretary for each cell."""
    with db.write() as session:
        write_units(session, size, max(1, size // CELLS_OF_A_COMMITTEE))
        cells = session.scalars(select(Unit.id).where(Unit.kind == "chi_bo").order_by(Unit.id)).all()
        consent = {"created_at": APRIL, "consent_version": CONSENT_VERSION, "consented_at": APRIL}
        for start in range(0, len(cells), PORTION):
            some = cells[start : start + PORTION]
            session.execute(insert(Person), [{"id": cell, **consent} for cell in some])
            contacts = [
                {"id": n, "person_id": n, "channel": "telegram", "place": str(n), "used_at": APRIL}
                for n in some
            ]
            session.execute(insert(Contact), contacts)
            roles = [{"person_id": n, "unit_id": n, "role": "secretary", "since": APRIL} for n in some]
            session.execute(insert(Membership), roles)
    _gather_statistics(db)


def _one_each(db: Database) -> None:
    """One reminder of each cell is due, and nothing else."""
    with db.write() as session:
        session.execute(update(Duty).values(next_reminder_at=None))
        first = session.scalars(select(func.min(Duty.key)).where(Duty.kind == "meeting")).one()
        due = update(Duty).where(Duty.key == first, Duty.unit_id.in_(select(Membership.unit_id)))
        session.execute(due.values(next_reminder_at=EIGHT - timedelta(minutes=1)))
    _gather_statistics(db)


def _gather_statistics(db: Database) -> None:
    """PostgreSQL does this by itself a minute after so many rows have come."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not db.sqlite:
            connection.execute(text("ANALYZE"))


@contextmanager
def _peak() -> Iterator[list[float]]:
    """The most resident memory above that at the start, in MiB."""
    own = psutil.Process()
    before = own.memory_info().rss
    found = [0.0]
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.05):
            found[0] = max(found[0], (own.memory_info().rss - before) / 2**20)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        over.set()
        thread.join()
