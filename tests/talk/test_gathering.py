"""Events gathered into one transaction: what stays is what would stay one by one, whatever happens to one of them."""

import asyncio
import itertools
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import event as database_event
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from bot.messages import Address, Incoming
from bot.store.db import Database
from bot.tables import Contact, Dialog, Event, Message
from bot.talk.chat import Chat
from bot.talk.desk import Desk
from bot.talk.gathering import Gathering, receive_together
from bot.talk.receive import receive
from tests.kit.files import stored
from tests.kit.small import ROUTES, small_world
from tests.kit.world import World

only_postgresql = pytest.mark.parametrize("ground", ["postgresql"], indirect=True)


@pytest.fixture(autouse=True)
def time_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow machine takes as many events together as a quick one."""
    monkeypatch.setattr("bot.store.again.LOSS_PAUSE", 0.0)
    for span in ("SPAN", "SERVER_SPAN"):
        monkeypatch.setattr(f"bot.talk.gathering.{span}", 60.0)


@pytest.fixture
def small(db: Database, tmp_path: Path) -> World:
    return small_world(db, tmp_path / "templates")


def said(world: World, place: str, number: int, text: str = "/start", **facts: Any) -> Incoming:
    at = world.at + timedelta(seconds=number)
    return Incoming(f"{place}-{number}", Address("telegram", place), at, text=text, **facts)


async def gathered(desk: Desk, events: Sequence[Incoming]) -> list[bool]:
    """They all wait at once."""
    gathering = Gathering(desk)
    try:
        return await asyncio.gather(*(gathering.receive(event) for event in events))
    finally:
        gathering.close()


@contextmanager
def commits(db: Database) -> Iterator[list[None]]:
    seen: list[None] = []

    def note(_connection: object) -> None:
        seen.append(None)

    database_event.listen(db.engine, "commit", note)
    yield seen
    database_event.remove(db.engine, "commit", note)


def answers(world: World) -> dict[str, list[str]]:
    """What each place is told, in order."""
    with world.db.read() as session:
        rows = session.execute(
            select(Contact.place, Message.body)
            .join(Message, Message.contact_id == Contact.id)
            .order_by(Message.id)
        )
        found: dict[str, list[str]] = {}
        for place, body in rows:
            found.setdefault(place, []).append(body["text"])
        return found


def kept(world: World, prefix: str) -> list[object]:
    """All that stands in the database of the people of these places, in words that are the same for other places."""
    with world.db.read() as session:
        rows: list[object] = []
        ours = select(Contact).where(Contact.place.startswith(prefix)).order_by(Contact.place)
        for one in session.scalars(ours):
            dialog = session.get(Dialog, one.person_id)
            heard = select(Event).where(Event.contact_id == one.id).order_by(Event.id)
            told = select(Message).where(Message.contact_id == one.id).order_by(Message.id)
            rows += [
                (one.place.removeprefix(prefix), one.used_at, one.lost_at, one.lost_reason, one.seq),
                dialog and (dialog.flow, dialog.step, dialog.data, dialog.trail, dialog.question),
                [(e.id.removeprefix(prefix), e.at, bool(e.error)) for e in session.scalars(heard)],
                [(m.body["text"][:5], m.state, m.due_at, m.failed_at) for m in session.scalars(told)],
            ]
        return rows


async def test_what_waits_at_once_is_committed_at_once(small: World) -> None:
    woken: list[int] = []
    desk = replace(small.desk, wake=lambda: woken.append(1))
    with commits(small.db) as seen:
        assert await gathered(desk, [said(small, f"p{n}", n) for n in range(32)]) == [True] * 32
    assert len(seen) < 8
    assert len(woken) < 8
    assert answers(small) == {f"p{n}": ["hello"] for n in range(32)}


async def test_an_event_is_answered_for_after_its_commit(small: World) -> None:
    async def look(event: Incoming) -> int:
        await gathering.receive(event)
        with small.db.read() as session:
            return session.scalar(select(func.count()).where(Event.id == event.id)) or 0

    gathering = Gathering(small.desk)
    assert await asyncio.gather(*(look(said(small, f"p{n}", n)) for n in range(20))) == [1] * 20
    gathering.close()


@pytest.mark.logs_errors
@pytest.mark.parametrize("fault", ["/crash", "/twice"])
def test_what_raises_leaves_nothing_and_holds_up_nobody(small: World, fault: str) -> None:
    events = [said(small, "a", 1), said(small, "b", 1, fault), said(small, "c", 1)]
    assert receive_together(small.desk, events) == [True, None, True]
    assert answers(small) == {"a": ["hello"], "c": ["hello"]}
    with small.db.read() as session:
        assert sorted(session.scalars(select(Event.id))) == ["a-1", "c-1"]
    assert asyncio.run(gathered(small.desk, [said(small, "d", 1), events[1]])) == [True, True]
    assert answers(small)["b"][0].startswith("sorry ")


def test_a_duplicate_in_the_same_transaction_is_known(small: World) -> None:
    again = [said(small, "a", 1), said(small, "b", 1), said(small, "a", 1)]
    assert receive_together(small.desk, again) == [True, True, False]
    assert answers(small) == {"a": ["hello"], "b": ["hello"]}


def test_who_blocks_and_comes_back_in_one_transaction(small: World) -> None:
    receive(small.desk, said(small, "a", 1))
    blocks = [said(small, "a", 2, "", blocked=True), said(small, "a", 3, "", blocked=False)]
    assert receive_together(small.desk, [blocks[0], said(small, "b", 1)]) == [True, True]
    with small.db.read() as session:
        assert session.scalars(select(Contact.lost_reason).where(Contact.place == "a")).one() == "blocked"
    assert receive_together(small.desk, [blocks[1], said(small, "a", 4)]) == [True, True]
    with small.db.read() as session:
        assert session.scalars(select(Contact.lost_at).where(Contact.place == "a")).one() is None
    assert answers(small)["a"] == ["hello", "hello"]


async def test_what_took_long_goes_alone_the_next_time(small: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as it does: once it is quick again it is gathered again."""
    gathering, numbers = Gathering(small.desk), itertools.count(1)

    async def transactions(**said_: str) -> int:
        events = [said(small, f"p{n}", next(numbers), **said_) for n in range(4)]
        with commits(small.db) as seen:
            assert all(await asyncio.gather(*map(gathering.receive, events)))
        return len(seen)

    try:
        await transactions()  # whoever speaks for the first time is noted as a person
        assert await transactions() < 4
        monkeypatch.setattr("bot.talk.gathering.SLOW", -1.0)
        await transactions()
        assert await transactions() == 4
        assert await transactions(text="words") < 4
        monkeypatch.setattr("bot.talk.gathering.SLOW", 60.0)
        assert await transactions() > 1  # the first goes alone; it may be through before the last has come
        assert await transactions() < 4
    finally:
        gathering.close()


def test_whoever_types_ever_new_commands_fills_no_memory(
    small: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.talk.gathering.SLOW", -1.0)
    monkeypatch.setattr("bot.talk.gathering.MOST_KINDS", 4)
    slow: set[str] = set()
    for number in range(20):
        assert receive_together(small.desk, [said(small, "a", number, f"/new{number}")], slow) == [True]
    assert 0 < len(slow) <= 5


def test_a_database_that_is_away_is_asked_once(small: World) -> None:
    begun: list[int] = []

    def fail(_connection: object) -> None:
        begun.append(1)
        raise OperationalError("BEGIN", None, OSError())

    database_event.listen(small.db.engine, "begin", fail)
    try:
        assert receive_together(small.desk, [said(small, "a", 1), said(small, "b", 1)]) == [None, None]
    finally:
        database_event.remove(small.db.engine, "begin", fail)
    assert len(begun) == 1


async def test_one_person_is_taken_in_order(small: World) -> None:
    """The answers follow one another: each is understood only after that before it."""
    words = ["/order", "Vừa thôi", "25", "no onions"]
    events = [said(small, place, n, text) for n, text in enumerate(words) for place in ("a", "b", "c")]
    assert await gathered(small.desk, events) == [True] * 12
    assert [told[-1] for told in answers(small).values()] == ["m 25 0 9"] * 3


async def test_what_follows_a_file_waits_for_it(small: World) -> None:
    """The file goes alone, and stands still until others have been answered."""
    answered = threading.Event()

    def take(chat: Chat) -> None:
        assert answered.wait(60)
        chat.say("say", text="file")

    def then(chat: Chat) -> None:
        if chat.contact.place == "b":
            answered.set()
        chat.say("say", text="words")

    desk = replace(small.desk, routes=replace(ROUTES, files=take, unknown=then))
    events = [
        said(small, "a", 1, "", files=(stored("a.pdf", b"1"),)),
        said(small, "a", 2, "more"),
        said(small, "b", 1, "words"),
    ]
    if small.db.sqlite:  # one writer at a time: the others can only be answered before it or after
        answered.set()
    assert await gathered(desk, events) == [True] * 3
    assert answers(small)["a"] == ["file", "words"]


async def test_a_commit_that_fails_is_made_good_one_by_one(small: World) -> None:
    lost = [OperationalError("COMMIT", None, OSError())]

    def fail(_connection: object) -> None:
        if lost:
            raise lost.pop()

    database_event.listen(small.db.engine, "commit", fail)
    try:
        assert await gathered(small.desk, [said(small, f"p{n}", n) for n in range(5)]) == [True] * 5
    finally:
        database_event.remove(small.db.engine, "commit", fail)
    assert answers(small) == {f"p{n}": ["hello"] for n in range(5)}


async def test_a_failing_database_is_not_an_answer(small: World) -> None:
    """Whoever brought the event keeps it, and brings it again."""

    def fail(_connection: object) -> None:
        raise OperationalError("COMMIT", None, OSError())

    database_event.listen(small.db.engine, "commit", fail)
    with pytest.raises(OperationalError):
        await gathered(small.desk, [said(small, "a", 1)])
    database_event.remove(small.db.engine, "commit", fail)
    assert await gathered(small.desk, [said(small, "a", 1)]) == [True]


def test_a_transaction_that_has_taken_long_takes_no_more(
    small: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for span in ("SPAN", "SERVER_SPAN"):
        monkeypatch.setattr(f"bot.talk.gathering.{span}", -1.0)
    events = [said(small, f"p{n}", n) for n in range(4)]
    assert receive_together(small.desk, events) == [True]
    assert asyncio.run(gathered(small.desk, events)) == [False, True, True, True]


async def test_who_gives_up_waiting_is_not_answered(small: World) -> None:
    """A channel that ends: what had not been begun is left where it came from."""
    begun, go_on = threading.Event(), threading.Event()

    def wait(chat: Chat) -> None:
        begun.set()
        assert go_on.wait(60)
        chat.say("say", text="waited")

    desk = replace(small.desk, routes=replace(ROUTES, commands={"/wait": wait}))
    gathering = Gathering(desk, lambda: False)
    first = asyncio.create_task(gathering.receive(said(small, "a", 1, "/wait")))
    await asyncio.to_thread(begun.wait, 60)
    second = asyncio.create_task(gathering.receive(said(small, "b", 1, "/wait")))
    await asyncio.sleep(0)
    for task in (first, second):
        task.cancel()
    await asyncio.wait([second])
    assert not first.done(), "what has been begun is let finish"
    go_on.set()
    await asyncio.wait([first])
    gathering.close()
    assert answers(small) == {"a": ["waited"]}


@only_postgresql
async def test_where_another_process_works_too_one_transaction_is_at_work(
    small: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Alone two are, so that one may wait for the server; a process that comes halves that, and one that goes gives it back."""
    monkeypatch.setattr("bot.talk.gathering.SLOW", 60.0)  # else they would go by themselves
    alone = [True]
    begun, doors = ({place: threading.Event() for place in "abcde"} for _ in range(2))

    def wait(chat: Chat) -> None:
        begun[chat.contact.place].set()
        assert doors[chat.contact.place].wait(60)
        chat.say("say", text="waited")

    desk = replace(small.desk, routes=replace(ROUTES, commands={"/wait": wait}))
    gathering = Gathering(desk, lambda: alone[0])
    tasks: dict[str, asyncio.Task[bool]] = {}

    async def comes(place: str, *, begins: bool) -> None:
        tasks[place] = asyncio.create_task(gathering.receive(said(small, place, 1, "/wait")))
        assert await asyncio.to_thread(begun[place].wait, 60 if begins else 0.3) is begins

    async def leaves(place: str) -> None:
        doors[place].set()
        assert await asyncio.wait_for(tasks[place], 60)

    await comes("a", begins=True)
    await comes("b", begins=True)
    alone[0] = False
    await leaves("a")
    await comes("c", begins=False)
    await leaves("b")
    assert await asyncio.to_thread(begun["c"].wait, 60)
    await comes("d", begins=False)
    alone[0] = True
    doors["d"].set()
    await comes("e", begins=True)
    doors["e"].set()  # it goes with d
    for place in "cde":
        await leaves(place)
    gathering.close()
    assert answers(small) == {place: ["waited"] for place in "abcde"}


@contextmanager
def locked(db: Database, place: str) -> Iterator[None]:
    with db.engine.begin() as connection:
        connection.execute(select(Contact.id).where(Contact.place == place).with_for_update())
        yield


@only_postgresql
async def test_a_row_that_another_transaction_holds_holds_up_nobody_else(small: World) -> None:
    people = ["a", "b", "c"]
    for place in people:
        receive(small.desk, said(small, place, 1))
    gathering = Gathering(small.desk)
    with locked(small.db, "b"):
        tasks = [
            asyncio.create_task(gathering.receive(said(small, place, 2, "/menu"))) for place in (*people, "d")
        ]
        done, waiting = await asyncio.wait(tasks, timeout=5)
        while len(done) < 3:
            done, waiting = await asyncio.wait(tasks, timeout=5)
        assert [task for task in tasks if task in waiting] == [tasks[1]]
        assert await gathering.receive(said(small, "e", 1)), "others go on as well"
    assert await tasks[1]
    gathering.close()
    assert [answers(small)[place] for place in people] == [["hello", "menu"]] * 3


WORDS = st.sampled_from(
    ["/start", "/menu", "/order", "Lớn", "25", "no onions", "x", "/crash", "/twice", "/count", "stranger"]
)
SAID = st.one_of(
    st.builds(dict, text=WORDS),
    st.builds(dict, payload=st.sampled_from(["home", "greet:pho", "crash", "nonsense"])),
    st.builds(dict, blocked=st.booleans()),
    st.builds(dict, text=WORDS, edited=st.just(True)),
    st.builds(dict, text=WORDS, group=st.just(True)),
    st.builds(dict, files=st.just((stored("a.pdf", b"1"),))),
    st.just("again"),
)
TALK = st.lists(st.tuples(st.integers(0, 4), SAID), min_size=1, max_size=24)


def events_of(world: World, prefix: str, talk: list[tuple[int, Any]]) -> list[Incoming]:
    """The same talk by other people; "again" is what the person's last event was."""
    events: list[Incoming] = []
    latest: dict[str, Incoming] = {}
    for number, (who, facts) in enumerate(talk):
        place = f"{prefix}{who}"
        if facts == "again":
            event = latest.get(place, said(world, place, number))
        else:
            event = said(world, place, number, **{"text": "", **facts})
        latest[place] = event
        events.append(event)
    return events


@pytest.mark.logs_errors
def test_gathered_or_one_by_one_the_same_rows_stay(small: World) -> None:
    """On PostgreSQL one of the rows is held by another transaction until all others are answered."""
    runs = iter(range(10**6))

    async def gather_beside_a_lock(events: list[Incoming]) -> list[bool]:
        gathering = Gathering(small.desk)
        place = events[0].address.place
        receive(small.desk, said(small, place, 10**6))
        held = locked(small.db, place)
        if not small.db.sqlite:
            held.__enter__()
        tasks = [asyncio.create_task(gathering.receive(event)) for event in events]
        others = [t for t, e in zip(tasks, events, strict=True) if e.address.place != place]
        await asyncio.gather(*others)
        if not small.db.sqlite:
            held.__exit__(None, None, None)
        fresh = await asyncio.gather(*tasks)
        gathering.close()
        return list(fresh)

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(TALK)
    @example([(0, {"text": "/start"}), (1, {"text": "/crash"}), (0, {"text": "x"})])
    def same(talk: list[tuple[int, Any]]) -> None:
        run = next(runs)
        alone = events_of(small, f"alone{run}-", talk)
        receive(small.desk, said(small, alone[0].address.place, 10**6))
        together = events_of(small, f"together{run}-", talk)
        one_by_one = [receive(small.desk, event) for event in alone]
        assert asyncio.run(gather_beside_a_lock(together)) == one_by_one
        assert kept(small, f"together{run}-") == kept(small, f"alone{run}-")

    same()
