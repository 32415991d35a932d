"""Who writes next: what answers people before what goes out to many."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition, local
from typing import Any

QUIET = 0.01
"""So many seconds after the last answer bulk begins: between two answers of a talk there is always a moment."""
PATIENCE = 1.0
"""So many seconds bulk gives way; then it takes one turn like everybody else, so that it comes to its end."""

REST = 0.12
"""So many seconds a process that works beside the program leaves SQLite alone after each transaction: who waits for it there looks
every tenth of a second."""

SPAN = 0.1
"""So many seconds bulk writes at once: whoever is to be answered waits for it on SQLite."""
SERVER_SPAN = 0.25
"""The same on PostgreSQL, where only those wait who want the very rows: each transaction costs something whatever it holds."""
MOST = 5000


class Portion:
    """How many of many bulk takes into one transaction: as many as seem to take `span` seconds, wherever it runs. At first `size`;
    never less than a quarter of it, as every transaction costs something whatever it holds."""

    def __init__(self, size: int, span: float = SPAN) -> None:
        self._size = size
        self._span = span
        self._least = -(-size // 4)

    @contextmanager
    def timed(self) -> Iterator[int]:
        """Within it so many are written, and how long that takes is seen."""
        began = time.monotonic()
        yield self._size
        took = max(time.monotonic() - began, self._span / 100)
        self._size = round(max(self._least, min(MOST, 2 * self._size, self._size * self._span / took)))


class Turns:
    """The write transactions of one process. With `one_at_a_time` they queue, as SQLite's do; else only bulk waits, for the answers.

    Bulk is whatever a thread writes within `bulk()`; it does so in portions, between which it gives way. `rest`: so many seconds nobody
    here writes after each transaction, for the sake of other processes.
    """

    def __init__(self, *, one_at_a_time: bool, rest: float = 0.0) -> None:
        self._one = one_at_a_time
        self._rest = rest
        self._change = Condition()
        self._at_work = 0
        self._waiting = 0
        """What is no bulk and waits for its turn."""
        self._answering = 0
        self._answered_at = float("-inf")
        self._thread: Any = local()

    @contextmanager
    def bulk(self) -> Iterator[None]:
        before, self._thread.bulk = self._is_bulk(), True
        try:
            yield
        finally:
            self._thread.bulk = before

    @contextmanager
    def take(self, *, answers: bool = True) -> Iterator[None]:
        """With `answers` somebody is answered: bulk that does not have to queue waits for the end of it."""
        answers = answers and not self._is_bulk()
        with self._change:
            self._answering += answers
            self._begin()
        try:
            yield
        finally:
            with self._change:
                self._at_work -= 1
                self._answering -= answers
                self._answered_at = time.monotonic() if answers else self._answered_at
                self._change.notify_all()
            if self._rest:
                time.sleep(self._rest)

    def _is_bulk(self) -> bool:
        return getattr(self._thread, "bulk", False)

    def _begin(self) -> None:
        if self._is_bulk():
            until = time.monotonic() + PATIENCE
            while not self._is_quiet() and time.monotonic() < until:
                self._change.wait(QUIET)
        self._waiting += 1
        self._change.wait_for(lambda: not (self._one and self._at_work))
        self._waiting -= 1
        self._at_work += 1

    def _is_quiet(self) -> bool:
        taken = self._answering or (self._one and (self._at_work or self._waiting))
        return not taken and time.monotonic() >= self._answered_at + QUIET
