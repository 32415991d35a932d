"""Answered updates a second, what each costs and how long its answer takes: the whole bot against bots that keep nothing and against the floor."""

import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import median

from benchmarks.children import Api
from benchmarks.figures import Row
from benchmarks.grounds import FIRST_PLACE, Grounds
from benchmarks.spent import costs_of, spent_by
from benchmarks.subjects import Running, Subject, subjects

OPEN_RATE = 50
WIRE = 0.05
"""On loopback a call takes no time, which no bot has; this is the way to a Bot API server in the same country."""
START_SECONDS = 120.0
WAYS = ("", "calm.", "wire.")
"""Loaded on loopback, calm on loopback, loaded over the wire: how the names of their figures begin."""
FLOOR = {"sqlite": "core_sqlite", "postgresql": "core_postgresql", "postgresql2": "core_postgresql"}
"""Ours, and the floor of each."""
BESIDE = ("ptb", "aiogram", "core", "ptb_concurrent", "ptb_aiohttp")
COSTS = ("cpu_ms", "server_cpu_ms", "switches", "p50_ms", "p95_ms")

Figures = dict[str, float]


@dataclass(frozen=True)
class Effort:
    """`seconds` of each of a round's three ways; `of` names the subjects, none for all."""

    people: int = 200
    seconds: float = 4.0
    rounds: int = 2
    of: tuple[str, ...] = ()


def measure(grounds: Grounds, api: Api, effort: Effort = Effort()) -> Iterator[Row]:
    chosen = [subject for subject in subjects() if not effort.of or subject.name in effort.of]
    found: dict[str, list[list[Figures]]] = {subject.name: [] for subject in chosen}
    for _ in range(effort.rounds):
        for subject in chosen:
            found[subject.name].append(one_round(subject, grounds, api, effort))
    yield from rows(chosen, {name: middle(runs) for name, runs in found.items()})


def one_round(subject: Subject, grounds: Grounds, api: Api, effort: Effort) -> list[Figures]:
    """Closed loops that are as fast as the bot, and a calm open one; an unanswered update is an error."""
    people = list(range(FIRST_PLACE, FIRST_PLACE + effort.people))
    api.tell("gather")
    print(f"  {subject.title} …", file=sys.stderr)
    with subject.start(grounds, api, effort.people) as bot:
        bot.api.tell("gather", people=people)
        bot.api.tell("closed")
        wait_for_answers(bot.api, effort.people)
        loaded = measured(bot, effort.seconds)
        answered(bot.api)
        bot.api.tell("open", rate=OPEN_RATE)
        calm = measured(bot, effort.seconds)
        answered(bot.api)
        bot.api.tell("distance", seconds=WIRE)
        bot.api.tell("closed")
        far = measured(bot, effort.seconds)
        answered(bot.api)
        return [loaded, calm, far]


def measured(bot: Running, seconds: float) -> Figures:
    """After half as long to warm, what so many seconds gave and what each answered update cost."""
    time.sleep(seconds / 2)
    bot.api.tell("mark")
    before, server = spent_by(bot.pids), spent_by(bot.server)
    time.sleep(seconds)
    figures = dict(bot.api.tell("figures"))
    spent, served = spent_by(bot.pids) - before, spent_by(bot.server) - server
    count = max(1, figures["answered"])
    figures |= costs_of(spent, served, count)
    return figures | {f"{part}_ms": figures[part] * 1000 for part in ("p50", "p95")}


def wait_for_answers(api: Api, people: int) -> None:
    end = time.monotonic() + START_SECONDS
    while api.tell("figures")["answered"] < people:
        if time.monotonic() > end:
            raise RuntimeError("the bot does not answer")
        time.sleep(0.1)


def answered(api: Api) -> None:
    figures = api.settle()
    if figures["unanswered"]:
        raise RuntimeError(f"{figures['unanswered']} updates were not answered")


def middle(runs: list[list[Figures]]) -> list[Figures]:
    """Of each way the medians of all rounds."""
    return [
        {name: median(run[way][name] for run in runs) for name in runs[0][way]} for way in range(len(WAYS))
    ]


def rows(chosen: list[Subject], found: Mapping[str, list[Figures]]) -> Iterator[Row]:
    title = {subject.name: subject.title for subject in chosen}
    said = ("loopback", f"{OPEN_RATE}/s", f"{WIRE * 1000:.0f} ms a call")
    for way, (prefix, what) in enumerate(zip(WAYS, said, strict=True)):
        here = {name: ways[way] for name, ways in found.items()}
        for name, figures in here.items():
            costs = {cost: figures[cost] for cost in COSTS if cost in figures}
            key = f"updates.{prefix}{name}.per_s"
            yield Row(key, f"{title[name]}, {what}", figures["a_second"], "/s", costs=costs)
        for ours in [name for name in FLOOR if name in here] if prefix != "calm." else ():
            for other in BESIDE:
                theirs = FLOOR[ours] if other == "core" else other
                if theirs in here:
                    yield Row(
                        f"updates.{prefix}{ours}.ratio_to_{other}",
                        f"{title[ours]}, {what}",
                        here[ours]["a_second"],
                        "/s",
                        here[theirs]["a_second"],
                        title[theirs],
                        {f"cpu_ratio_to_{other}": here[ours]["cpu_ms"] / here[theirs]["cpu_ms"]},
                    )
