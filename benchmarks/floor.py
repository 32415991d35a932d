"""The floor: our guarantees by SQLAlchemy Core and nothing else. Up to 32 events a transaction, no handlers, no templates.

Each event is known again, its person locked, its answer a row of the same transaction; only what is committed is acknowledged or
sent, in order for each person, and what was sent is marked. The tables are its own, so that it stays where it is when ours change.
"""

import asyncio
import itertools
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import aiohttp
from sqlalchemy import JSON, Column, DateTime, Index, Integer, MetaData, String, Table, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from benchmarks.children import TOKEN
from benchmarks.crowd import Update
from bot.store.db import Database, connect_database

PORTION = 32
TIMEOUT = 10

metadata = MetaData()
people = Table(
    "floor_people",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("place", String, unique=True),
    Column("question", JSON),
    Column("seen_at", DateTime(timezone=True)),
)
events = Table(
    "floor_events",
    metadata,
    Column("id", String, primary_key=True),
    Column("person_id", Integer, index=True),
    Column("at", DateTime(timezone=True)),
)
messages = Table(
    "floor_messages",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", Integer, index=True),
    Column("body", JSON),
    Column("state", String),
    Column("due_at", DateTime(timezone=True)),
    Column("sent_at", DateTime(timezone=True)),
)
Index("floor_waiting", messages.c.due_at, postgresql_where=messages.c.state == "waiting")

LOCKED = select(people.c.id).where(people.c.place == bindparam("at_place")).with_for_update(key_share=True)
NEW_PERSON = people.insert().returning(people.c.id)
NEW_EVENT = {
    "sqlite": sqlite.insert(events).on_conflict_do_nothing().returning(events.c.id),
    "postgresql": postgresql.insert(events).on_conflict_do_nothing().returning(events.c.id),
}
ANSWER = messages.insert().returning(messages.c.id)
SEEN = people.update().where(people.c.id == bindparam("person"))
SETTLED = messages.update().where(messages.c.id == bindparam("message"))

Answer = tuple[int, str, str]
"""Number of the message, place, text."""


def keep(db: Database, portion: Sequence[Update]) -> list[Answer]:
    """One transaction; what has been handled before is not answered again."""
    with db.write() as session:
        connection = session.connection()
        new_event, answers = NEW_EVENT[connection.dialect.name], []
        for update in portion:
            press = update.get("callback_query")
            told = update["message"] if press is None else press
            place, said = str(told["from"]["id"]), told["text"] if press is None else told["data"]
            now = datetime.now(UTC)
            person = connection.scalar(LOCKED, {"at_place": place})
            if person is None:
                person = connection.scalar(NEW_PERSON, {"place": place, "seen_at": now})
            event = {"id": f"telegram:{update['update_id']}", "person_id": person, "at": now}
            if connection.scalar(new_event, event) is None:
                continue
            answer = {"person_id": person, "body": {"text": said}, "state": "waiting", "due_at": now}
            answers.append((connection.scalar(ANSWER, answer), place, said))
            connection.execute(SEEN, {"person": person, "question": {"said": said}, "seen_at": now})
    return answers


def settle(db: Database, answers: Sequence[Answer]) -> None:
    sent_at = datetime.now(UTC)
    rows = [{"message": number, "state": "sent", "sent_at": sent_at} for number, _, _ in answers]
    with db.write() as session:
        session.connection().execute(SETTLED, rows)


class Floor:
    def __init__(self, url: str, db: Database, client: aiohttp.ClientSession) -> None:
        self.url, self.db, self.client = url, db, client
        self.thread = ThreadPoolExecutor(1)
        self.kept: asyncio.Queue[list[Answer]] = asyncio.Queue()

    async def call(self, method: str, **values: Any) -> Any:
        async with self.client.post(f"{self.url}/bot{TOKEN}/{method}", json=values) as answer:
            return (await answer.json())["result"]

    async def work(self, do: Callable[..., Any], given: object) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self.thread, do, self.db, given)

    async def hear(self) -> None:
        offset = 0
        while True:
            waiting = await self.call("getUpdates", offset=offset, timeout=TIMEOUT)
            for portion in portions(waiting):
                self.kept.put_nowait(await self.work(keep, portion))
                offset = portion[-1]["update_id"] + 1

    async def send(self) -> None:
        while True:
            answers = await self.kept.get()
            await asyncio.gather(*(self.tell(person) for person in by_person(answers)))
            if answers:
                await self.work(settle, answers)

    async def tell(self, answers: Sequence[Answer]) -> None:
        for _, place, text in answers:
            await self.call("sendMessage", chat_id=place, text=text)


def portions(waiting: Sequence[Update]) -> Iterator[Sequence[Update]]:
    return (waiting[first : first + PORTION] for first in range(0, len(waiting), PORTION))


def by_person(answers: Sequence[Answer]) -> list[list[Answer]]:
    ordered = sorted(answers, key=lambda answer: (answer[1], answer[0]))
    return [list(own) for _, own in itertools.groupby(ordered, key=lambda answer: answer[1])]


async def main(url: str, database: str) -> None:
    db = connect_database(database)
    metadata.create_all(db.engine)
    async with aiohttp.ClientSession() as client:
        floor = Floor(url, db, client)
        await asyncio.gather(floor.hear(), floor.send())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
