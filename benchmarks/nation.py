"""A plan loaded for a whole tree, and the one tick at 08:00 that reminds every unit of it: of 30,000 units, and of a nation's 300,000."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from sqlalchemy import func, insert, select, update

from benchmarks.children import Api
from benchmarks.figures import Row
from benchmarks.grounds import ZONE, Grounds, desk_of, opened, shipped_plan, write_units
from benchmarks.plan import gather_statistics
from benchmarks.spent import Spent, peak, spent_by
from benchmarks.subjects import server_of
from benchmarks.whole import APRIL
from bot.calendar import Moment
from bot.duties.loading import load_by_portions
from bot.people.people import CONSENT_VERSION
from bot.store.db import Database
from bot.tables import Contact, Duty, Membership, Message, Person, Reminder, Unit
from schedules import reminders

SMALL, USUAL, NATION = 3_000, 30_000, 300_000
CELLS_OF_A_COMMITTEE = 90
PORTION = 10_000
EIGHT = APRIL.replace(hour=1) + timedelta(days=1)
"""08:00 in Viet Nam."""


@dataclass(frozen=True)
class Done:
    rows: int
    seconds: float
    spent: Spent
    served: Spent
    peak: float
    """MiB."""


def measure(grounds: Grounds, _api: Api, size: int = USUAL) -> Iterator[Row]:
    for kind in ("sqlite", "postgresql"):
        small, large = (_load_and_tick(grounds, kind, units) for units in (SMALL, size))
        tick = f"tick.{kind}" if size == USUAL else f"tick.{size}.{kind}"
        yield _row(f"plan.{size}.{kind}", f"plan loaded for {size:,} units, {kind}", size, large[0], small[0])
        yield _row(tick, f"one tick, {size:,} reminders due, {kind}", size, large[1], small[1])


def _row(name: str, what: str, size: int, done: Done, small: Done) -> Row:
    """The processor time of a unit stands beside that in the small tree: flat is 1. By the clock it is in `flat`."""
    each, each_small = done.spent.cpu / size, small.spent.cpu / SMALL
    costs = {"rows_per_s": done.rows / done.seconds, "s": done.seconds, "cpu_s": done.spent.cpu}
    costs |= {"server_cpu_s": done.served.cpu} if done.served.cpu else {}
    costs |= {"flat": done.seconds / size / (small.seconds / SMALL), "peak_mib": done.peak}
    return Row(f"{name}.unit_cpu_ms", what, each, "ms", each_small, f"a unit, against {SMALL:,}", costs)


def _load_and_tick(grounds: Grounds, kind: str, size: int) -> tuple[Done, Done]:
    server = server_of(grounds, kind)
    with grounds.fresh(kind) as url, opened(url) as db:
        _populate(db, size)
        loaded = _done(server, partial(_load, db))
        _one_each(db)
        ticked = _done(server, partial(reminders.say_reminders, desk_of(db), EIGHT))
        with db.read() as session:
            said = session.scalar(select(func.count()).select_from(Reminder)) or 0
            waiting = session.scalar(select(func.count()).select_from(Message)) or 0
    if (ticked.rows, said, waiting) != (size, size, size):
        raise RuntimeError(f"{size} units, but {ticked.rows} written, {said} reminders, {waiting} waiting")
    return loaded, ticked


def _done(server: Sequence[int], do: Callable[[], int]) -> Done:
    before, served, began = spent_by([os.getpid()]), spent_by(server), time.perf_counter()
    with peak() as most:
        rows = do()
    seconds = time.perf_counter() - began
    return Done(rows, seconds, spent_by([os.getpid()]) - before, spent_by(server) - served, most[0])


def _load(db: Database) -> int:
    """As the command line does."""
    return load_by_portions(db, shipped_plan(), 1, Moment(APRIL, ZONE), {})[1].added


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
    gather_statistics(db)


def _one_each(db: Database) -> None:
    """One reminder of each cell is due, and nothing else."""
    with db.write() as session:
        session.execute(update(Duty).values(next_reminder_at=None))
        first = session.scalars(select(func.min(Duty.key)).where(Duty.kind == "meeting")).one()
        due = update(Duty).where(Duty.key == first, Duty.unit_id.in_(select(Membership.unit_id)))
        session.execute(due.values(next_reminder_at=EIGHT - timedelta(minutes=1)))
    gather_statistics(db)
