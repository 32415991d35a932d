"""Whether people's answers wait behind bulk: ten thousand reminders are written and sent, then a plan is loaded for ten thousand units."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select, update

from benchmarks.children import Api, child
from benchmarks.figures import Row
from benchmarks.grounds import FIRST_PLACE, ZONE, Grounds, opened, shipped_plan, write_people, write_units
from benchmarks.plan import COMMITTEES, gather_statistics
from benchmarks.subjects import settings_of
from benchmarks.updates import wait_for_answers
from benchmarks.whole import APRIL, EAGER
from benchmarks.years import plan_of
from bot.calendar import Moment
from bot.commands.plans import write_any
from bot.duties.loading import load_plan
from bot.store.db import Database
from bot.tables import Duty, Membership
from bot.talk.receive import utc_now

MANY = 10_000
TALKERS, RATE = 50, 20
"""So many people say so many things a second all the time."""
CALM_SECONDS = 5.0
PATIENCE = 600.0


def measure(grounds: Grounds, api: Api, many: int = MANY) -> Iterator[Row]:
    for kind in ("sqlite", "postgresql"):
        with grounds.fresh(kind) as url, opened(url) as db:
            write_office(db, many)
            settings = settings_of(grounds, api, url)
            api.tell("gather", people=list(range(FIRST_PLACE, FIRST_PLACE + TALKERS)))
            with child(["-m", "benchmarks.whole", EAGER], settings):
                api.tell("ask")
                wait_for_answers(api, TALKERS)
                api.tell("open", rate=RATE)
                calm = watched(api, lambda: time.sleep(CALM_SECONDS))
                reminded = watched(api, lambda: remind(db, api, many))
                loaded = watched(api, lambda: load(grounds.folder, settings))  # noqa: B023
                if api.settle()["unanswered"]:
                    raise RuntimeError("somebody was not answered")
        for name, figures in (("calm", calm), ("reminders", reminded), ("load", loaded)):
            yield row(kind, name, figures, None if name == "calm" else calm, many)


TOLD = {
    "calm": "nothing else",
    "reminders": "{:,} reminders written and sent",
    "load": "a plan loaded for {:,} units",
}


def row(kind: str, name: str, figures: dict[str, float], calm: dict[str, float] | None, many: int) -> Row:
    costs = {"silence_s": figures["silence"], "longest_s": figures["longest"], "s": figures["seconds"]}
    costs["p50_ms"] = figures["p50"] * 1000
    what = f"people's answers, 95 %: {TOLD[name].format(many)}, {kind}"
    beside = f"of {figures['answered']:.0f}"
    return Row(
        f"bulk.{name}.{kind}.p95_ms", what, figures["p95"], "ms", calm["p95"] if calm else None, beside, costs
    )


def watched(api: Api, do: Callable[[], object]) -> dict[str, float]:
    """How people were answered while this was done."""
    api.tell("mark")
    began = time.monotonic()
    do()
    return {**api.tell("figures"), "seconds": time.monotonic() - began}


def write_office(db: Database, many: int) -> None:
    """A secretary for each cell; nobody is due a reminder yet, and those who talk never are."""
    with db.write() as session:
        root = write_units(session, many + TALKERS, COMMITTEES)
        load_plan(session, shipped_plan(), root, Moment(APRIL, ZONE))
        session.execute(update(Duty).values(next_reminder_at=None))
        write_people(session, many + TALKERS)
    gather_statistics(db)


def remind(db: Database, api: Api, many: int) -> None:
    """One duty of each who does not talk is due; the bot's own clock finds out, and all of it reaches them."""
    with db.write() as session:
        first = session.scalars(select(func.min(Duty.key)).where(Duty.kind == "meeting")).one()
        silent = select(Membership.unit_id).where(Membership.person_id >= FIRST_PLACE + TALKERS)
        due = update(Duty).where(Duty.key == first, Duty.unit_id.in_(silent))
        session.execute(due.values(next_reminder_at=APRIL - timedelta(minutes=1)))
    end = time.monotonic() + PATIENCE
    while api.tell("figures")["reached"] < many:
        if time.monotonic() > end:
            raise RuntimeError("not everybody was reminded")
        time.sleep(0.1)


def load(folder: Path, settings: dict[str, str]) -> None:
    """Next year's plan, by the command line, as a person does it."""
    file = folder / "next-year.yaml"
    write_any(plan_of(utc_now().year + 1 - 2021), file)
    with child(["-m", "bot", "plan", "load", str(file)], settings) as process:
        if process.wait(PATIENCE):
            raise RuntimeError("the plan was not loaded")
