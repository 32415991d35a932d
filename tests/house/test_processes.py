"""The promises of the core, kept by whole processes on both databases: replicas that work together, kill -9, going on."""

import json
import os
import queue
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.messages import Address, Incoming, Reply
from bot.people.strangers import SILENCE
from bot.store.db import Database
from bot.tables import (
    Contact,
    Dialog,
    Event,
    Meeting,
    Membership,
    Message,
    Note,
    Person,
    Process,
    Reminder,
    Unit,
)
from bot.talk import outbox
from bot.talk.receive import receive
from tests.house.replica import live
from tests.kit.plans import shipped
from tests.kit.world import APRIL, World

pytestmark = pytest.mark.process

PATIENCE = 300.0
"""Seconds after which a test gives a process up; far more than any of them needs."""


NURSERY = get_context("forkserver")
"""A replica is a process of its own, forked off one that has loaded the program and done nothing: to load it was most of its time."""
NURSERY.set_forkserver_preload(
    ["tests.house.replica", "tests.kit.world", "schedules.reminders", "schedules.summaries"]
)


class Replica:
    """A process of tests/house/replica.py; `hears` is its next line."""

    def __init__(self, complaints: Path, job: str, url: str, facts: dict[str, Any]) -> None:
        self._complaints = complaints
        complaints.touch()
        (ears, ours), (said, mouth) = NURSERY.Pipe(duplex=False), NURSERY.Pipe(duplex=False)
        self.process = NURSERY.Process(target=live, args=(ears, mouth, str(complaints), job, url, facts))
        self.process.start()
        self._to_it = os.fdopen(os.dup(ours.fileno()), "w", encoding="utf-8")
        self._from_it = os.fdopen(os.dup(said.fileno()), encoding="utf-8")
        for end in (ears, mouth, ours, said):
            end.close()  # a copy that stays would keep the other end from hearing that it is closed
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        for line in self._from_it:
            self._lines.put(line)
        self._lines.put("")

    def hears(self) -> Any:
        line = self._lines.get(timeout=PATIENCE)
        assert line, f"the process has ended: {self._complaints.read_text()}"
        return json.loads(line)

    def tell(self, words: object) -> None:
        self._to_it.write(json.dumps(words) + "\n")
        self._to_it.flush()

    def asks(self, verb: str, text: str) -> str:
        self.tell([verb, text])
        return str(self.hears())

    def kill(self) -> None:
        self.process.kill()
        assert self.ended() == -signal.SIGKILL

    def ended(self) -> int | None:
        self.process.join(PATIENCE)
        return self.process.exitcode

    def leave(self) -> None:
        """Closes its input, which asks it to stop, and waits for that."""
        self._to_it.close()
        assert self.ended() == 0, self._complaints.read_text()

    def clear_away(self) -> None:
        self.process.kill()
        self.process.join(PATIENCE)
        self._reader.join()
        for pipe in (self._to_it, self._from_it):
            with suppress(BrokenPipeError):
                pipe.close()
        print(f"pid {self.process.pid}:", self._complaints.read_text())
        self.process.close()


Spawn = Callable[..., Replica]


@pytest.fixture
def spawn(database_url: str, tmp_path: Path) -> Iterator[Spawn]:
    """Starts a replica on the test's database; every one is ended with the test."""
    replicas: list[Replica] = []

    def start(job: str, **facts: object) -> Replica:
        replicas.append(Replica(tmp_path / f"{job}-{len(replicas)}.err", job, database_url, facts))
        return replicas[-1]

    yield start
    for replica in replicas:
        replica.clear_away()


def begin(*replicas: Replica) -> None:
    for replica in replicas:
        assert replica.hears() == "ready"
    for replica in replicas:
        replica.tell("go")


def until(true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def fill(db: Database, people: int, each: int) -> None:
    """Messages numbered in order for each person, written round by round."""
    with db.write() as session:
        contacts = []
        for n in range(people):
            person = Person(created_at=APRIL)
            contacts.append(Contact(person=person, channel="telegram", place=f"p{n}", used_at=APRIL))
        session.add_all(contacts)
        session.flush()
        for number in range(each):
            for contact in contacts:
                outbox.post_message(session, contact, Reply(str(number)), APRIL, bulk=True)
            session.flush()


def all_sent(db: Database) -> bool:
    with db.read() as session:
        return outbox.pending_messages(session) == 0


def taken(paper: Path) -> list[tuple[str, int, str]]:
    """What the channel has taken, in order: (place, number, replica)."""
    lines = paper.read_text().splitlines() if paper.exists() else []
    return [(place, int(number), replica) for place, number, replica in (line.split() for line in lines)]


def by_person(paper: Path) -> dict[str, list[int]]:
    lanes: dict[str, list[int]] = {}
    for place, number, _ in taken(paper):
        lanes.setdefault(place, []).append(number)
    return lanes


def test_six_replicas_send_each_message_once_and_in_order(db: Database, spawn: Spawn, tmp_path: Path) -> None:
    fill(db, people=60, each=10)
    paper = tmp_path / "paper"
    replicas = [spawn("send", paper=str(paper), replica=n, seconds=0.005, concurrency=4) for n in range(6)]
    begin(*replicas)
    until(lambda: all_sent(db), "not everything was sent")
    for replica in replicas:
        replica.leave()
    lanes = by_person(paper)
    assert lanes == {f"p{n}": list(range(10)) for n in range(60)}
    assert len({replica for _, _, replica in taken(paper)}) > 1


@pytest.mark.parametrize("concurrency", [1, 8])
def test_a_killed_replica_loses_nothing_and_repeats_what_was_in_flight(
    db: Database, spawn: Spawn, tmp_path: Path, concurrency: int
) -> None:
    fill(db, people=8, each=6)
    paper = tmp_path / "paper"
    facts = {"paper": str(paper), "seconds": 0.02, "concurrency": concurrency, "lease": 1.5}
    first, second = spawn("send", replica=1, **facts), spawn("send", replica=2, **facts)
    begin(first)
    until(lambda: len(taken(paper)) >= 12, "the first replica sends nothing")
    first.kill()
    before = len(taken(paper))
    assert before < 48, "the kill came too late to show anything"
    begin(second)
    until(lambda: all_sent(db), "not everything was sent")
    second.leave()
    lanes = by_person(paper)
    repeated = Counter({place: len(lane) - len(set(lane)) for place, lane in lanes.items()})
    assert lanes.keys() == {f"p{n}" for n in range(8)}
    for place, lane in lanes.items():
        assert sorted(set(lane)) == list(range(6))
        assert lane == sorted(lane), "a message was repeated after a later one"
        assert repeated[place] <= 1
    assert repeated.total() <= concurrency


@pytest.mark.parametrize(("second_name", "dead"), [("host 1", 3600.0), ("host 2", 2.0)])
def test_what_a_killed_process_had_in_flight_goes_out_long_before_its_lease_ends(
    db: Database, spawn: Spawn, tmp_path: Path, second_name: str, dead: float
) -> None:
    """Started again under its name at once, from another machine as soon as it counts as dead; the lease is an hour."""
    fill(db, people=6, each=4)
    paper = tmp_path / "paper"
    facts = {"paper": str(paper), "seconds": 0.05, "concurrency": 6, "lease": 3600, "dead": dead}
    first = spawn("send", replica=1, name="host 1", **facts)
    begin(first)
    until(lambda: len(taken(paper)) >= 6, "the first replica sends nothing")
    first.kill()
    assert len(taken(paper)) < 24, "the kill came too late to show anything"
    second = spawn("send", replica=2, name=second_name, **facts)
    begin(second)
    until(lambda: all_sent(db), "what was in flight waits for its lease")
    second.leave()
    assert {place: sorted(set(lane)) for place, lane in by_person(paper).items()} == {
        f"p{n}": list(range(4)) for n in range(6)
    }
    assert sum(len(lane) - len(set(lane)) for lane in by_person(paper).values()) <= 6
    with db.read() as session:
        assert session.scalars(select(Process)).all() == []


def test_a_living_process_keeps_what_it_sends(db: Database, spawn: Spawn, tmp_path: Path) -> None:
    """It sends longer than it would take to count as dead, and nobody else takes its messages."""
    fill(db, people=3, each=1)
    paper = tmp_path / "paper"
    facts = {"paper": str(paper), "concurrency": 3, "lease": 3600, "dead": 1.0}
    slow = spawn("send", replica=1, name="host 1", seconds=4.0, **facts)
    quick = spawn("send", replica=2, name="host 2", seconds=0.0, **facts)
    begin(slow)
    until(lambda: _in_flight(db) == 3, "nothing is in flight")
    begin(quick)
    until(lambda: all_sent(db), "not everything was sent")
    slow.leave()
    quick.leave()
    assert by_person(paper) == {f"p{n}": [0] for n in range(3)}


def _in_flight(db: Database) -> int:
    with db.read() as session:
        return session.scalar(select(func.count(Message.id)).where(Message.held_by.is_not(None))) or 0


def test_a_kill_between_send_and_mark_repeats_that_one_message(
    db: Database, spawn: Spawn, tmp_path: Path
) -> None:
    fill(db, people=4, each=3)
    paper = tmp_path / "paper"
    facts = {"paper": str(paper), "seconds": 0, "concurrency": 1, "lease": 1}
    first, second = spawn("send", replica=1, die_after=5, **facts), spawn("send", replica=2, **facts)
    begin(first)
    assert first.ended() == -signal.SIGKILL
    place, number, _ = taken(paper)[-1]
    begin(second)
    until(lambda: all_sent(db), "not everything was sent")
    second.leave()
    often = Counter((place, number) for place, number, _ in taken(paper))
    assert often.total() == 13
    assert often[place, number] == 2


def hello(event_id: str, at: datetime = APRIL) -> Incoming:
    return Incoming(event_id, Address("telegram", "77"), at, "xin chào")


def answers(db: Database) -> list[str]:
    with db.read() as session:
        return [body["text"] for body in session.scalars(select(Message.body).order_by(Message.id))]


def handled(db: Database) -> int:
    with db.read() as session:
        return session.scalars(select(func.count()).select_from(Event)).one()


@pytest.mark.parametrize("known", [False, True])
def test_the_same_event_in_eight_threads_is_handled_once(db: Database, known: bool) -> None:
    world = World(db)
    if known:
        receive(world.desk, hello("e0", APRIL - SILENCE))
    barrier = threading.Barrier(8)

    def deliver(_: int) -> bool:
        barrier.wait(PATIENCE)
        return receive(world.desk, hello("e1"))

    with ThreadPoolExecutor(8) as pool:
        fresh = list(pool.map(deliver, range(8)))
    assert sorted(fresh) == [False] * 7 + [True]
    assert handled(db) == len(answers(db)) == 1 + known


def one_event(**facts: object) -> dict[str, object]:
    return {"place": "77", "text": "xin chào", "at": APRIL.isoformat(), "event_id": "e1", **facts}


def test_the_same_event_in_four_processes_is_handled_once(db: Database, spawn: Spawn) -> None:
    replicas = [spawn("receive", **one_event()) for _ in range(4)]
    begin(*replicas)
    assert sorted(replica.hears() for replica in replicas) == [False] * 3 + [True]
    assert handled(db) == len(answers(db)) == 1
    with db.read() as session:
        assert session.scalars(select(func.count()).select_from(Person)).one() == 1


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_kill_around_the_commit_is_made_good_by_the_redelivery(
    db: Database, spawn: Spawn, moment: str
) -> None:
    replica = spawn("receive", **one_event(dies=moment))
    begin(replica)
    assert replica.ended() == -signal.SIGKILL
    assert len(answers(db)) == (moment == "after")
    assert receive(World(db).desk, hello("e1")) is (moment == "before")
    assert handled(db) == len(answers(db)) == 1


def committee(world: World, cells: int = 1) -> None:
    world.units(("DUK", "Đảng ủy Khối mẫu", "dang_uy", "", None))
    for n in range(1, cells + 1):
        world.units((f"CB{n:02}", f"Chi bộ {n}", "chi_bo", "co_quan", "DUK"))
    world.load(shipped("60-KH-DUK-2022.yaml"))


def test_a_registration_goes_on_in_another_process(db: Database, spawn: Spawn) -> None:
    world = World(db)
    committee(world)
    code = world.invite("CB01", "secretary")
    first = spawn("talk", place="88", at=APRIL.isoformat(), first_id=1)
    assert "ABCD-EFGH" in first.asks("says", "xin chào")
    assert "có đồng ý không" in first.asks("says", code.lower())
    assert "Đồng chí tên gì?" in first.asks("taps", "Đồng ý")
    assert "bao nhiêu đảng viên" in first.asks("says", "nguyễn văn an")
    first.kill()

    second = spawn("talk", place="88", at=(APRIL + timedelta(days=3)).isoformat(), first_id=100)
    assert "ngày nào trong tháng" in second.asks("says", "hai mươi tám")
    second.kill()

    third = spawn("talk", place="88", at=(APRIL + timedelta(days=4)).isoformat(), first_id=200)
    assert "Chi bộ 1" in third.asks("taps", "Ngày 5")
    with db.read() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "CB01")).one()
        assert (unit.members, unit.meeting_day) == (28, 5)
        assert session.scalars(select(Membership)).one().role == "secretary"
        assert session.scalars(select(Dialog)).one().flow == ""


def test_a_meeting_goes_on_in_another_process(db: Database, spawn: Spawn) -> None:
    world = World(db)
    committee(world)
    place = world.registered("CB01", "secretary").address.place
    first = spawn("talk", place=place, at=(APRIL + timedelta(minutes=5)).isoformat(), first_id=1000)
    first.asks("says", "/hop")
    shown = first.asks("says", "1")
    assert "Bước 1/" in shown
    while "Điểm danh" not in shown:
        shown = first.asks("taps", "Tiếp")
        assert "Bước" in shown
    first.asks("taps", "Điểm danh")
    first.asks("says", "28")
    with db.read() as session:
        dialog = session.scalars(select(Dialog)).one()
        assert (dialog.flow, dialog.step) == ("counts", "present")
    with db.read() as session:
        where = session.scalars(select(Meeting.step)).one()
    first.kill()

    second = spawn("talk", place=place, at=(APRIL + timedelta(minutes=30)).isoformat(), first_id=2000)
    second.asks("says", "25")
    second.asks("says", "hai")
    second.asks("says", "1")
    shown = second.asks("taps", "Đúng")
    assert f"Bước {where + 1}/" in shown
    assert "Có mặt: <b>25</b>\nVắng có lý do: 2\nVắng không lý do: 1" in shown
    assert shown.endswith("👉 Ai làm thư ký? Đồng chí gõ tên; xong bước này thì bấm “Tiếp”.")
    assert f"Bước {where + 2}/" in second.asks("taps", "Tiếp")
    second.asks("says", "Nhất trí với báo cáo")
    with db.read() as session:
        assert session.scalars(select(Meeting)).one().step == where + 1
        assert session.scalars(select(Note)).one().step == where + 1


def staff(db: Database) -> None:
    """A secretary in each cell and four leaders over all of them."""
    with db.write() as session:
        root = session.scalars(select(Unit).where(Unit.code == "DUK")).one()
        cells = session.scalars(select(Unit).where(Unit.id != root.id))
        posts = [(cell, "secretary") for cell in cells] + [(root, "leader")] * 4
        for number, (unit, role) in enumerate(posts):
            person = Person(created_at=APRIL)
            session.add(Contact(person=person, channel="telegram", place=str(number), used_at=APRIL))
            summary_at = APRIL if role == "leader" else None
            session.add(
                Membership(person=person, unit_id=unit.id, role=role, since=APRIL, next_summary_at=summary_at)
            )


@pytest.mark.parametrize(("name", "expected"), [("reminders", 40), ("summaries", 4)])
def test_two_replicas_tick_at_the_same_moment_and_each_person_gets_one_message(
    db: Database, spawn: Spawn, name: str, expected: int
) -> None:
    """Each secretary has several duties due, so that two replicas could each take some of them."""
    world = World(db)
    committee(world, cells=40)
    staff(db)
    at = world.local("2022-07-04 09:00").isoformat()
    replicas = [spawn("tick", name=name, at=at) for _ in range(2)]
    begin(*replicas)
    written = sum(int(replica.hears()) for replica in replicas)
    with db.read() as session:
        often = Counter(session.scalars(select(Message.person_id)))
        reminded = session.scalars(select(func.count()).select_from(Reminder)).one()
    assert set(often.values()) == {1}
    assert len(often) == written == expected
    assert reminded >= 2 * expected or name == "summaries"
