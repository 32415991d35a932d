"""What a process does that a test spawns: one job of a replica, led by lines of JSON over its standard input and output."""

import asyncio
import itertools
import json
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from typing import Any

from sqlalchemy import event as database_event
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.messages import Address, Incoming, Knock, Reply, Unsendable
from bot.store.db import Database, connect_database
from bot.talk import carrying, delivery, outbox, processes
from bot.talk.sender import Sender


def say(value: object) -> None:
    print(json.dumps(value), flush=True)


def wait_for_go() -> None:
    """All replicas of a test are up before the first begins."""
    say("ready")
    sys.stdin.readline()


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Paper:
    """A channel that takes `seconds` for a message and then has it in a file that all replicas append to."""

    name = "telegram"
    rate: float | None = None
    knocks = False

    def __init__(self, path: str, replica: int, seconds: float, die_after: int | None) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._replica = replica
        self._seconds = seconds
        self._left = die_after

    async def knock(self, place: str, knock: Knock) -> None:
        raise Unsendable("no_knock")

    async def send(self, place: str, reply: Reply) -> None:
        await asyncio.sleep(self._seconds)
        os.write(self._file, f"{place} {reply.text} {self._replica}\n".encode())
        os.fsync(self._file)
        if self._left is not None:
            self._left -= 1
            if not self._left:
                die()


def stop_at_the_end_of_input(sender: Sender) -> None:
    sys.stdin.read()
    sender.stop()


def send(
    db: Database,
    paper: str,
    replica: int,
    seconds: float,
    concurrency: int,
    lease: float = 60,
    die_after: int | None = None,
    name: str = "",
    dead: float | None = None,
) -> None:
    """Delivers until the input is closed."""
    delivery.LEASE, carrying.MARGIN = timedelta(seconds=lease), timedelta(seconds=lease / 4)
    if dead is not None:
        processes.DEAD, processes.BEAT_SECONDS = timedelta(seconds=dead), dead / 4
    outlet = Paper(paper, replica, seconds, die_after)
    wait_for_go()

    async def deliver() -> None:
        sender = Sender(
            db, [outlet], lambda: datetime.now(UTC), concurrency=concurrency, idle=0.05, name=name
        )
        threading.Thread(target=stop_at_the_end_of_input, args=[sender], daemon=True).start()
        await sender.run()

    asyncio.run(deliver())


def receive(db: Database, place: str, text: str, at: str, event_id: str, dies: str = "") -> None:
    """Handles one event as an adapter's thread would; with `dies` it is killed right before or after its commit."""
    from bot.talk import receive as conversation
    from tests.kit.world import World

    world = World(db, datetime.fromisoformat(at))
    wait_for_go()
    if dies == "before":
        database_event.listen(db.engine, "commit", die)
    elif dies == "after":
        database_event.listen(Session, "after_commit", die)
    say(conversation.receive(world.desk, Incoming(event_id, Address("telegram", place), world.at, text)))


def talk(db: Database, place: str, at: str, first_id: int) -> None:
    """One person's talk through this replica: each line is a verb of Talker and a text; answers what the person sees."""
    from bot.tables import Contact, Message
    from tests.kit.world import World

    world = World(db, datetime.fromisoformat(at))
    world.ids = itertools.count(first_id)
    person = world.person(place)
    with db.read() as session:
        bodies = session.scalars(
            select(Message.body)
            .join(Contact, Contact.id == Message.contact_id)
            .where(Contact.place == place, Message.state == "sent")
            .order_by(Message.id)
        )
        for body in bodies:
            person.screen.show(outbox.from_body(body))
    for line in sys.stdin:
        verb, text = json.loads(line)
        getattr(person, verb)(text)
        say(person.last.text)


def tick(db: Database, name: str, at: str) -> None:
    from schedules import reminders, summaries
    from tests.kit.world import World

    world = World(db, datetime.fromisoformat(at))
    wait_for_go()
    say(world.tick({"reminders": reminders.say_reminders, "summaries": summaries.tell_leaders}[name]))


JOBS: dict[str, Callable[..., None]] = {"send": send, "receive": receive, "talk": talk, "tick": tick}


def live(
    ears: Connection, mouth: Connection, complaints: str, job: str, url: str, facts: dict[str, Any]
) -> None:
    """A process begins; what it hears, says and complains of are its standard streams, as of one that is started anew."""
    warnings.simplefilter("error")
    for place, end in enumerate((ears, mouth)):
        os.dup2(end.fileno(), place)
        end.close()
    os.dup2(os.open(complaints, os.O_WRONLY | os.O_APPEND), 2)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115 - to its end
    db = connect_database(url)
    JOBS[job](db, **facts)
    db.close()
