"""Answered updates a second and how long an answer takes: the whole bot against the barest bot of its library."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from statistics import median

from benchmarks.children import TOKEN, Api, child, free_port
from benchmarks.figures import Row
from benchmarks.grounds import FIRST_PLACE, Grounds, write_talkers

PEOPLE = 200
ROUNDS = 2
WARM, MEASURED = 2.0, 5.0
OPEN_RATE, OPEN_SECONDS = 50, 3.0
WIRE, WIRE_SECONDS = 0.05, 4.0
"""On loopback a call takes no time, which no bot has; this is the way to a Bot API server in the same country."""
START_SECONDS = 30.0

Start = Callable[[], AbstractContextManager[None]]
Figures = dict[str, float]
Round = tuple[Figures, Figures, Figures]
"""Loaded on loopback, calm on loopback, loaded over the wire."""

WHOLE = ("the bot, SQLite", "the bot, PostgreSQL")
ECHOES = ("echo, one at a time", "echo, concurrent", "echo, concurrent, aiohttp")


def measure(grounds: Grounds, api: Api) -> Iterator[Row]:
    starts: dict[str, Start] = {
        WHOLE[0]: partial(whole, grounds, api, "sqlite"),
        ECHOES[0]: partial(echo, api, "sequential", "httpx"),
        WHOLE[1]: partial(whole, grounds, api, "postgresql"),
        ECHOES[1]: partial(echo, api, "concurrent", "httpx"),
        ECHOES[2]: partial(echo, api, "concurrent", "aiohttp"),
    }
    found: dict[str, list[Round]] = {name: [] for name in starts}
    for _ in range(ROUNDS):
        for name, start in starts.items():
            found[name].append(one_round(start, api))
    yield from rows(found)


@contextmanager
def whole(grounds: Grounds, api: Api, kind: str) -> Iterator[None]:
    with grounds.fresh(kind) as url:
        write_talkers(url, PEOPLE)
        with child(["-m", "benchmarks.whole"], settings_of(grounds, api, url)):
            yield


def settings_of(grounds: Grounds, api: Api, url: str) -> dict[str, str]:
    return {
        "DATABASE_URL": url,
        "FILES_URL": str(grounds.folder / "files"),
        "TELEGRAM_TOKEN": TOKEN,
        "TELEGRAM_API_URL": api.url,
        "LISTEN": f"127.0.0.1:{free_port()}",
        "LOG_LEVEL": "WARNING",
    }


@contextmanager
def echo(api: Api, concurrent: str, client: str) -> Iterator[None]:
    with child(["-m", "benchmarks.echo", api.url, concurrent, client], {}):
        yield


def one_round(start: Start, api: Api) -> Round:
    """Closed loops that are as fast as the bot, and a calm open one; an unanswered update is an error."""
    api.tell("gather", people=list(range(FIRST_PLACE, FIRST_PLACE + PEOPLE)))
    with start():
        api.tell("closed")
        wait_for_answers(api)
        loaded = measured(api, WARM, MEASURED)
        answered(api)
        api.tell("open", rate=OPEN_RATE)
        measured(api, 1, OPEN_SECONDS)
        calm = answered(api)
        api.tell("distance", seconds=WIRE)
        api.tell("closed")
        far = measured(api, WARM, WIRE_SECONDS)
        answered(api)
        return loaded, calm, far


def measured(api: Api, warm: float, seconds: float) -> Figures:
    time.sleep(warm)
    api.tell("mark")
    time.sleep(seconds)
    return dict(api.tell("figures"))


def wait_for_answers(api: Api) -> None:
    end = time.monotonic() + START_SECONDS
    while api.tell("figures")["answered"] < PEOPLE:
        if time.monotonic() > end:
            raise RuntimeError("the bot does not answer")
        time.sleep(0.1)


def answered(api: Api) -> Figures:
    figures = api.settle()
    if figures["unanswered"]:
        raise RuntimeError(f"{figures['unanswered']} updates were not answered")
    return figures


def rows(found: dict[str, list[Round]]) -> Iterator[Row]:
    middle = {
        name: [{key: median(run[part][key] for run in runs) for key in runs[0][part]} for part in range(3)]
        for name, runs in found.items()
    }
    for part, way in ((0, "loopback"), (2, f"{WIRE * 1000:.0f} ms a call")):
        for name in WHOLE:
            for other in ECHOES:
                theirs = middle[other][part]["a_second"]
                yield Row(f"{name}, {way}", middle[name][part]["a_second"], "/s", theirs, other)
    for part, load in enumerate((f"{PEOPLE} at once", f"{OPEN_RATE}/s")):
        for name in WHOLE:
            for key in ("p50", "p95"):
                theirs = middle[ECHOES[0]][part][key]
                yield Row(f"{name}, {load}: answer {key}", middle[name][part][key], "ms", theirs, ECHOES[0])
