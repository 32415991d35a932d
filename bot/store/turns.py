"""Who writes next: what answers people before what goes out to many."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition, local
from typing import Any

QUIET = 0.01
"""So many seconds after the last answer bulk begins: between two answers of a talk there is always a moment."""
PATIENCE = 1.0
"""So many seconds bulk gives way; then it takes one turn like everybody else, so that it comes to its end."""


class Turns:
    """The write transactions of one process. With `one_at_a_time` they queue, as SQLite's do; else only bulk waits, for the answers.

    Bulk is whatever a thread writes within `bulk()`; it does so in portions, between which it gives way.
    """

    def __init__(self, *, one_at_a_time: bool) -> None:
        self._one = one_at_a_time
        self._change = Condition()
        self._at_work = 0
        self._answers = 0
        """Answers that wait or are at work."""
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
    def take(self) -> Iterator[None]:
        bulk = self._is_bulk()
        self._begin(bulk)
        try:
            yield
        finally:
            self._end(bulk)

    def _is_bulk(self) -> bool:
        return getattr(self._thread, "bulk", False)

    def _begin(self, bulk: bool) -> None:
        with self._change:
            if bulk:
                self._wait(lambda: not self._answers and self._is_quiet(), time.monotonic() + PATIENCE)
            else:
                self._answers += 1
            while self._one and self._at_work:
                self._change.wait()
            self._at_work += 1

    def _end(self, bulk: bool) -> None:
        with self._change:
            self._at_work -= 1
            if not bulk:
                self._answers -= 1
                self._answered_at = time.monotonic()
            self._change.notify_all()

    def _is_quiet(self) -> bool:
        return not (self._one and self._at_work) and time.monotonic() >= self._answered_at + QUIET

    def _wait(self, free: Callable[[], bool], until: float) -> None:
        while not free() and time.monotonic() < until:
            self._change.wait(QUIET)
