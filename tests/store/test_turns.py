"""Whoever answers a person writes before bulk."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.store import turns
from bot.store.db import Database, bulk_span, connect_database
from bot.store.turns import Turns

SECONDS = 60.0


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE", SECONDS)


class Writers:
    """What has written, in order; each goes on when it is let."""

    def __init__(self, *, one_at_a_time: bool) -> None:
        self.turns = Turns(one_at_a_time=one_at_a_time)
        self.wrote: list[str] = []
        self.begun: dict[str, threading.Event] = {}
        self.go: dict[str, threading.Event] = {}
        self.threads = ThreadPoolExecutor(8)

    def answer(self, name: str) -> None:
        self.begun[name], self.go[name] = threading.Event(), threading.Event()
        self.threads.submit(self._write, name)

    def bulk(self, name: str) -> None:
        self.begun[name], self.go[name] = threading.Event(), threading.Event()
        self.threads.submit(self._write_bulk, name)

    def _write_bulk(self, name: str) -> None:
        with self.turns.bulk():
            self._write(name)

    def _write(self, name: str) -> None:
        with self.turns.take():
            self.wrote.append(name)
            self.begun[name].set()
            assert self.go[name].wait(SECONDS)

    def has_begun(self, name: str, within: float = SECONDS) -> bool:
        return self.begun[name].wait(within)

    def end(self, *names: str) -> None:
        for name in names:
            self.go[name].set()

    def close(self) -> None:
        self.end(*self.go)
        self.threads.shutdown()


def test_answers_that_wait_go_before_bulk_that_has_waited_longer() -> None:
    writers = Writers(one_at_a_time=True)
    writers.answer("first")
    assert writers.has_begun("first")
    writers.bulk("bulk")
    assert not writers.has_begun("bulk", 0.05)
    writers.answer("second")
    assert not writers.has_begun("second", 0.05), "one at a time"
    writers.end("first")
    assert writers.has_begun("second")
    writers.end("second", "bulk")
    assert writers.has_begun("bulk")
    writers.close()
    assert writers.wrote == ["first", "second", "bulk"]


def test_bulk_that_is_at_work_ends_its_portion_first() -> None:
    writers = Writers(one_at_a_time=True)
    writers.bulk("bulk")
    assert writers.has_begun("bulk")
    writers.bulk("more")
    writers.answer("answer")
    assert not writers.has_begun("answer", 0.05)
    writers.end("bulk")
    assert writers.has_begun("answer")
    writers.close()
    assert writers.wrote == ["bulk", "answer", "more"]


def test_where_many_write_at_once_only_bulk_waits() -> None:
    writers = Writers(one_at_a_time=False)
    writers.bulk("bulk")
    assert writers.has_begun("bulk")
    writers.answer("answer")
    assert writers.has_begun("answer")
    writers.bulk("more")
    assert not writers.has_begun("more", 0.05)
    writers.answer("another")
    assert writers.has_begun("another")
    writers.close()
    assert writers.wrote == ["bulk", "answer", "another", "more"]


def test_what_answers_nobody_is_not_waited_for() -> None:
    turns = Turns(one_at_a_time=False)
    with turns.take(answers=False), turns.bulk(), turns.take():
        pass


def test_bulk_comes_to_its_end_while_people_never_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0.0)
    writers = Writers(one_at_a_time=False)
    writers.answer("answer")
    assert writers.has_begun("answer")
    writers.bulk("bulk")
    assert writers.has_begun("bulk")
    writers.close()


def test_bulk_within_bulk_stays_bulk_until_its_end() -> None:
    turns = Turns(one_at_a_time=False)
    with turns.bulk():
        with turns.bulk():
            pass
        assert turns._is_bulk()
    assert not turns._is_bulk()


def test_bulk_finds_out_how_much_it_writes_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([0.0, 0.2, 1.0, 1.01, 2.0, 2.0, 3.0, 13.0, 20.0, 20.0])
    monkeypatch.setattr("bot.store.turns.time.monotonic", lambda: next(moments))
    portion = turns.Portion(100)
    sizes = []
    for _ in range(4):
        with portion.timed() as size:
            sizes.append(size)
    assert sizes == [100, 50, 100, 200]
    with portion.timed() as size:
        assert size == 25


def test_on_a_server_bulk_takes_longer_at_once(monkeypatch: pytest.MonkeyPatch, db: Database) -> None:
    monkeypatch.setattr("bot.store.turns.time.monotonic", iter([0.0, 0.1, 1.0, 1.1]).__next__)
    portion = turns.Portion(100, bulk_span(db.engine))
    for _ in range(2):
        with portion.timed() as size:
            pass
    assert size == (100 if db.sqlite else 200)


def test_a_process_beside_the_program_lets_it_write_in_between(tmp_path: Path) -> None:
    """Without a rest whoever waits for SQLite looks every tenth of a second, and nearly always in vain."""
    url = f"sqlite:///{tmp_path / 'x.db'}"
    here, beside = connect_database(url), connect_database(url, beside=True)
    wrote: list[str] = []
    began = threading.Event()

    def load() -> None:
        for _ in range(60):
            with beside.write() as session:
                session.connection()
                began.set()
                time.sleep(0.03)
                wrote.append("portion")

    with ThreadPoolExecutor(1) as threads:
        loading = threads.submit(load)
        assert began.wait(SECONDS)
        with here.write() as session:
            session.connection()
            wrote.append("answer")
        loading.result()
    assert wrote.index("answer") < 20
    here.close()
    beside.close()
