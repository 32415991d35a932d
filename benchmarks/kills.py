"""kill -9 again and again while people talk and reminders go out: one process on SQLite, two replicas on PostgreSQL."""

import itertools
import random
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

from sqlalchemy import func, select, update

from benchmarks.children import Api, child
from benchmarks.figures import Row
from benchmarks.grounds import (
    FIRST_PLACE,
    ZONE,
    Grounds,
    desk_of,
    opened,
    shipped_plan,
    write_people,
    write_units,
)
from benchmarks.outbox import NOON
from benchmarks.subjects import calling, settings_of
from benchmarks.updates import WIRE
from benchmarks.whole import APRIL
from bot.calendar import Moment
from bot.duties.loading import load_plan
from bot.store.db import Database
from bot.tables import Contact, Duty, Event, Message, MessageState
from schedules.reminders import say_reminders

FEW = 6
"""So many kills on each database, unless more are asked for."""
TALKERS, RATE = 30, 8
BATCH = 20
"""Before each kill so many people more are due a reminder."""
LIFE = (0.3, 2.5)
"""A program that answers lives so many seconds more, evenly spread."""
PATIENCE = 60.0


@dataclass
class Program:
    """One place at which the program runs; who is killed is started anew at once, as the service does."""

    settings: dict[str, str]
    began: float
    life: ExitStack = field(default_factory=ExitStack)

    def start(self) -> None:
        process = self.life.enter_context(
            child(["-m", "benchmarks.cluster.bot", str(self.began)], self.settings)
        )
        self.kill_process = process.kill

    def kill(self) -> None:
        self.kill_process()
        self.life.close()
        self.start()

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://{self.settings['LISTEN']}/livez", timeout=2):
                return True
        except OSError:
            return False


def measure(grounds: Grounds, api: Api, kills: int = FEW) -> Iterator[Row]:
    with grounds.fresh("sqlite") as url:
        yield from drill(url, api, [settings_of(grounds, api, url)], kills)
    with grounds.fresh("postgresql") as url, calling(grounds, url) as (called, places):
        yield from drill(url, called, places, kills)


def drill(url: str, api: Api, places: Sequence[dict[str, str]], kills: int) -> Iterator[Row]:
    with opened(url) as db:
        batches = write_office(db, kills)
        api.tell("gather", people=list(range(FIRST_PLACE, FIRST_PLACE + TALKERS)))
        api.tell("distance", seconds=WIRE)
        with running(places) as programs:
            api.tell("open", rate=RATE)
            held, worst = kill_in_turns(db, api, programs, batches)
            api.tell("quiet")
            wait_for("all answered", lambda: all_answered(api))
            wait_for("all sent", lambda: not count(db, Message.state == MessageState.WAITING))
        api.tell("distance", seconds=0)
        kind = db.engine.dialect.name
        what = f"{kind}, {len(places)} at work"
        yield from (
            replace(row, key=f"kills.{kind}.{row.key}", what=f"{what}: {row.what}")
            for row in rows(db, api, kills, held, worst)
        )


@contextmanager
def running(places: Sequence[dict[str, str]]) -> Iterator[list[Program]]:
    """LOG_LEVEL: a start warns of what the killed one held, and what is written counts as an error here."""
    began = time.time()
    programs = [Program({**settings, "LOG_LEVEL": "ERROR"}, began) for settings in places]
    with ExitStack() as lives:
        for program in programs:
            lives.callback(program.life.close)
            program.start()
        for program in programs:
            wait_for("a start", program.answers)
        yield programs


def kill_in_turns(
    db: Database, api: Api, programs: Sequence[Program], batches: Sequence[Sequence[int]]
) -> tuple[int, int]:
    """Answers how many messages were claimed by a killed one in all, and the most reminders that came twice by one kill."""
    chance = random.Random(60)
    held, twice, worst = 0, 0, 0
    for program, batch in zip(itertools.cycle(programs), batches, strict=False):
        answered = api.tell("figures")["answered"]
        wait_for("an answer", lambda before=answered: api.tell("figures")["answered"] > before)  # type: ignore[misc]
        remind(db, batch)
        time.sleep(chance.uniform(*LIFE))
        program.kill_process()
        held += count(db, (Message.state == MessageState.WAITING) & Message.held_by.is_not(None))
        program.kill()
        wait_for("a start", program.answers)
        now = int(api.tell("figures")["twice"])
        worst, twice = max(worst, now - twice), now
    return held, worst


def remind(db: Database, duties: Sequence[int]) -> None:
    """Makes these due and says them as the clock does, whose own tick would come but once a minute."""
    with db.write() as session:
        session.execute(update(Duty).where(Duty.id.in_(duties)).values(next_reminder_at=APRIL))
    say_reminders(desk_of(db), NOON)


def write_office(db: Database, kills: int) -> list[list[int]]:
    """People who talk and hear no reminder, and for each kill the duties of which `BATCH` people more will hear."""
    people = TALKERS + BATCH * kills
    with db.write() as session:
        root = write_units(session, people)
        load_plan(session, shipped_plan(), root, Moment(APRIL, ZONE))
        write_people(session, people)
        due = select(Duty.unit_id, Duty.id).where(Duty.next_reminder_at <= NOON + timedelta(hours=1))
        of_unit: dict[int, list[int]] = {}
        for unit, duty in session.execute(due.order_by(Duty.unit_id, Duty.id)):
            of_unit.setdefault(unit, []).append(duty)
        session.execute(update(Duty).values(next_reminder_at=None))
    units = sorted(of_unit)[TALKERS:]
    return [
        [duty for unit in units[first : first + BATCH] for duty in of_unit[unit]]
        for first in range(0, BATCH * kills, BATCH)
    ]


def rows(db: Database, api: Api, kills: int, held: int, worst: int) -> Iterator[Row]:
    """What was said and written against what has come to people."""
    with db.read() as session:
        sent = (
            select(Contact.place, func.count())
            .select_from(Message)
            .join(Contact, Contact.id == Message.contact_id)
            .where(Message.state == MessageState.SENT)
            .group_by(Contact.place)
        )
        written = {place: number for place, number in session.execute(sent)}  # noqa: C416 - a Result is no mapping
        events = session.scalar(select(func.count()).select_from(Event)) or 0
        apologies = session.scalar(select(func.count()).select_from(Event).where(Event.error != "")) or 0
    figures, received = api.tell("figures"), Counter(api.tell("counted")["received"])
    over = {place: received[place] - number for place, number in written.items()}
    talking = {place: number for place, number in over.items() if int(place) < FIRST_PLACE + TALKERS}
    reminded = {place: number for place, number in over.items() if place not in talking}
    yield Row(
        "killed", "killed (-9)", kills, "", beside=f"{held} messages were claimed and not marked at the kills"
    )
    yield Row(
        "updates_lost",
        "said by people, without an answer",
        figures["said"] - events,
        "",
        beside=f"of {figures['said']}",
    )
    yield Row("apologies", "apologies", apologies, "")
    yield Row(
        "messages_lost",
        "messages lost",
        -sum(min(0, number) for number in over.values()),
        "",
        beside=f"of {sum(written.values())}",
    )
    yield Row("messages_failed", "messages failed", count(db, Message.state != MessageState.SENT), "")
    yield Row(
        "reminders_missing",
        "reminders missing",
        BATCH * kills - len(reminded),
        "",
        beside=f"of {BATCH * kills}",
    )
    for name, found in (("answers", talking), ("reminders", reminded)):
        repeats = sum(max(0, number) for number in found.values())
        yield Row(
            f"repeated_{name}_per_kill",
            f"repeated {name}, each kill",
            repeats / kills,
            "",
            beside=f"{repeats} in all (goal: 1, aim 0.1)",
        )
    yield Row("most_twice", "most reminders twice between two kills", worst, "")
    yield Row("silence_s", "nobody had an answer for", figures["silence"], "s", beside="at most")


def count(db: Database, condition: object) -> int:
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(Message).where(condition)) or 0  # type: ignore[arg-type]


def all_answered(api: Api) -> bool:
    return not api.tell("figures")["unanswered"] and not api.tell("counted")["under_way"]


def wait_for(what: str, holds: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > end:
            raise RuntimeError(f"not within {PATIENCE:.0f} s: {what}")
        time.sleep(0.05)
