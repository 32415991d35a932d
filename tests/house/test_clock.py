"""The clock that drives everything: it survives a machine whose time is set, and a scheduler that has died."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

import schedules
from schedules import TICKS
from schedules.clock import Clock

SECONDS = 120
"""Waits are generous: a slow machine is no fault of the clock."""
HOUR = timedelta(hours=1)


class Quiet:
    """All that a clock wants of a desk, and of its database."""

    @property
    def db(self) -> "Quiet":
        return self

    def bulk(self) -> AbstractContextManager[None]:
        return nullcontext()

    def wake(self) -> None:
        pass


def wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


@pytest.fixture
def clocks() -> Iterator[list[Clock]]:
    made: list[Clock] = []
    yield made
    for clock in made:
        clock.stop()


def counting(ran: list[datetime]) -> Callable[[object, datetime], int]:
    def tick(desk: object, at: datetime) -> int:
        ran.append(at)
        return 0

    return tick


def utc_now() -> datetime:
    return datetime.now(UTC)


def test_a_clock_that_is_set_back_does_not_stop_the_ticks(clocks: list[Clock]) -> None:
    ran: list[datetime] = []
    shift = [0.0]
    clock = Clock(
        Quiet(),  # type: ignore[arg-type]
        {"often": (counting(ran), HOUR)},
        utc_now,
        wall=lambda: time.time() + shift[0],
    )
    clocks.append(clock)
    clock.start()
    time.sleep(1.5)
    assert ran == []  # its turn is in an hour, as it is for every tick on a machine that was set back by one
    shift[0] = -3600.0
    wait_until(lambda: len(ran) == 1)
    shift[0] = 86_400.0
    wait_until(lambda: len(ran) == 2)


@pytest.mark.logs_errors
def test_a_dead_clock_is_reported_and_starts_anew(
    clocks: list[Clock], caplog: pytest.LogCaptureFixture
) -> None:
    ran: list[datetime] = []
    every = timedelta(milliseconds=50)
    clock = Clock(
        Quiet(),  # type: ignore[arg-type]
        {"often": (counting(ran), every)},
        utc_now,
        late=timedelta(seconds=1),
    )
    clocks.append(clock)
    clock.start()
    wait_until(lambda: len(ran) > 1)
    clock._scheduler.pause()
    wait_until(lambda: "clock.dead ticks=often" in caplog.text)
    count = len(ran)
    wait_until(lambda: len(ran) > count + 2)
    assert clock.restarts == 1
    assert clock.ages().keys() == {"often"}


def test_a_tick_that_takes_long_is_not_dead(clocks: list[Clock], caplog: pytest.LogCaptureFixture) -> None:
    begun, go_on = Event(), Event()

    def slow(desk: object, at: datetime) -> int:
        begun.set()
        go_on.wait(SECONDS)
        return 0

    clock = Clock(
        Quiet(),  # type: ignore[arg-type]
        {"slow": (slow, timedelta(milliseconds=20))},
        utc_now,
        late=timedelta(milliseconds=1),
    )
    clocks.append(clock)
    clock.start()
    assert begun.wait(SECONDS)
    time.sleep(2.5)
    go_on.set()
    assert "clock.dead" not in caplog.text


def test_every_tick_runs_under_the_name_of_its_own_module() -> None:
    """A module that stands under the name of another would leave that one's tick unrun, and nobody would hear of it."""
    folder = Path(schedules.__file__).parent
    ticking = {path.stem for path in folder.glob("*.py")} - {"__init__", "clock"}
    assert {name: tick.__module__ for name, (tick, _) in TICKS.items()} == {
        name: f"schedules.{name}" for name in ticking
    }
