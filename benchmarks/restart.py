"""How long a kill -9 is silent: from the kill to the first answer of the program that is started in its place."""

import signal
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

import psutil

from benchmarks.children import Api, child
from benchmarks.figures import Row
from benchmarks.grounds import FIRST_PLACE, Grounds, write_talkers
from benchmarks.subjects import settings_of

PEOPLE = 20
TURNS = 5
START_SECONDS = 120.0


@dataclass(frozen=True)
class Start:
    """Seconds from the start to the first answer: by the clock, and of the processor (with its children)."""

    wall: float
    processor: float


def measure(grounds: Grounds, api: Api) -> Iterator[Row]:
    echoes = [first_answer_of_echo(api) for _ in range(TURNS)]
    yield from rows("ptb", "echo bot", echoes, None)
    for kind in ("sqlite", "postgresql"):
        with grounds.fresh(kind) as url:
            write_talkers(url, PEOPLE)
            settings = settings_of(grounds, api, url) | {
                "LOG_LEVEL": "ERROR"
            }  # it warns of what the dead one held
            starts = [killed_and_back(settings, api) for _ in range(TURNS)]
        yield from rows(kind, f"kill -9 to the first answer, {kind}", starts, echoes)


def rows(subject: str, what: str, starts: Sequence[Start], beside: Sequence[Start] | None) -> Iterator[Row]:
    for name, short in (("wall", "s"), ("processor", "cpu_s")):
        figure, theirs = (
            median(getattr(one, name) for one in several) if several else None for several in (starts, beside)
        )
        assert figure is not None
        beside_it = "echo bot" if theirs else ""
        yield Row(f"restart.{subject}.{short}", f"{what}: {name}", figure, "s", theirs, beside_it)


def first_answer_of_echo(api: Api) -> Start:
    api.tell("gather", people=[FIRST_PLACE])
    began = time.monotonic()
    with child(["-m", "benchmarks.echo", api.url, "sequential", "httpx"], {}) as process:
        api.tell("ask")
        return until_answered(api, 1, began, process.pid)


def killed_and_back(settings: dict[str, str], api: Api) -> Start:
    """One program answers and is killed; what is said then waits for the next one."""
    api.tell("gather", people=[FIRST_PLACE + n for n in range(PEOPLE)])
    with child(["-m", "bot", "run"], settings) as process:
        api.tell("ask")
        until_answered(api, PEOPLE, time.monotonic(), process.pid)
        process.send_signal(signal.SIGKILL)
    api.tell("gather", people=[FIRST_PLACE])
    began = time.monotonic()
    with child(["-m", "bot", "run"], settings) as process:
        api.tell("ask")
        return until_answered(api, 1, began, process.pid)


def until_answered(api: Api, count: int, began: float, pid: int) -> Start:
    end = began + START_SECONDS
    while api.tell("figures")["answered"] < count:
        if time.monotonic() > end:
            raise RuntimeError("there was no answer")
        time.sleep(0.02)
    wall = time.monotonic() - began
    spent = psutil.Process(pid).cpu_times()
    return Start(wall, spent.user + spent.system + spent.children_user + spent.children_system)
