"""Answered updates a second, what each costs and how long its answer takes: the whole bot against bots that keep nothing and against the floor."""

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from statistics import median

from benchmarks.children import Api, fake_api
from benchmarks.figures import Row
from benchmarks.grounds import FIRST_PLACE, Grounds
from benchmarks.spent import Speed, costs_of, spent_by
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
COSTS = ("cpu_ms", "server_cpu_ms", "crowd_cpu_ms", "switches", "p50_ms", "p95_ms")

Figures = dict[str, float]


@dataclass(frozen=True)
class Effort:
    """`seconds` of each bot's turn, of which each round has one in each way; `of` names the subjects, none for all."""

    people: int = 200
    seconds: float = 1.5
    rounds: int = 5
    of: tuple[str, ...] = ()


def measure(grounds: Grounds, _api: Api, effort: Effort = Effort()) -> Iterator[Row]:
    """All bots live at once and talk in turns, a second or two each: a machine whose speed wanders meets them alike."""
    chosen = [subject for subject in subjects() if not effort.of or subject.name in effort.of]
    found: list[dict[str, list[Figures]]] = []
    speed = Speed()
    with ExitStack() as lives:
        bots = {subject.name: lives.enter_context(started(subject, grounds, effort)) for subject in chosen}
        for way in (loaded, calm, far):
            turns: dict[str, list[Figures]] = {subject.name: [] for subject in chosen}
            for turn in range(effort.rounds):
                print(f"  {way.__name__}, {turn + 1} of {effort.rounds} …", file=sys.stderr)
                for name, bot in bots.items():
                    speed.look()
                    turns[name].append(way(bot, effort.seconds))
            found.append(turns)
    yield from rows(chosen, found)
    yield Row("updates.machine.slowest_to_fastest", "the machine, slowest over fastest", speed.spread, "")


@contextmanager
def started(subject: Subject, grounds: Grounds, effort: Effort) -> Iterator[Running]:
    """A bot that has answered everybody once, with a Bot API of its own."""
    with fake_api() as api, subject.start(grounds, api, effort.people) as bot:
        bot.api.tell("gather", people=list(range(FIRST_PLACE, FIRST_PLACE + effort.people)))
        bot.api.tell("closed")
        wait_for_answers(bot.api, effort.people)
        answered(bot.api)
        yield bot


def loaded(bot: Running, seconds: float) -> Figures:
    """Everybody says the next thing when the answer is there."""
    bot.api.tell("closed")
    return measured(bot, seconds)


def calm(bot: Running, seconds: float) -> Figures:
    bot.api.tell("open", rate=OPEN_RATE)
    return measured(bot, seconds)


def far(bot: Running, seconds: float) -> Figures:
    """As `loaded`, and each call is under way for a while."""
    bot.api.tell("distance", seconds=WIRE)
    bot.api.tell("closed")
    return measured(bot, seconds)


def measured(bot: Running, seconds: float) -> Figures:
    """After half as long to warm, what so many seconds gave and what each answered update cost; an unanswered one is an error."""
    time.sleep(seconds / 2)
    bot.api.tell("mark")
    parts = (bot.pids, bot.server, (bot.api.pid,))
    before = [spent_by(part) for part in parts]
    time.sleep(seconds)
    figures = dict(bot.api.tell("figures"))
    spent, served, talked = (spent_by(part) - was for part, was in zip(parts, before, strict=True))
    count = max(1, figures["answered"])
    figures |= costs_of(spent, served, count) | {"crowd_cpu_ms": talked.cpu / count * 1000}
    answered(bot.api)
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


def middle(turns: list[Figures]) -> Figures:
    return {name: median(turn[name] for turn in turns) for name in turns[0]}


def ratio(ours: list[Figures], theirs: list[Figures], name: str) -> float:
    """The middle of what each round gives: in one round both have had the same machine."""
    return median(mine[name] / other[name] for mine, other in zip(ours, theirs, strict=True) if other[name])


def rows(chosen: list[Subject], found: list[dict[str, list[Figures]]]) -> Iterator[Row]:
    title = {subject.name: subject.title for subject in chosen}
    said = ("loopback", f"{OPEN_RATE}/s", f"{WIRE * 1000:.0f} ms a call")
    for prefix, what, turns in zip(WAYS, said, found, strict=True):
        for name, figures in ((name, middle(own)) for name, own in turns.items()):
            costs = {cost: figures[cost] for cost in COSTS if cost in figures}
            key = f"updates.{prefix}{name}.per_s"
            yield Row(key, f"{title[name]}, {what}", figures["a_second"], "/s", costs=costs)
        for ours in [name for name in FLOOR if name in turns] if prefix != "calm." else ():
            for other in BESIDE:
                theirs = FLOOR[ours] if other == "core" else other
                if theirs in turns:
                    here = middle(turns[ours])["a_second"]
                    yield Row(
                        f"updates.{prefix}{ours}.ratio_to_{other}",
                        f"{title[ours]}, {what}",
                        here,
                        "/s",
                        here / ratio(turns[ours], turns[theirs], "a_second"),
                        title[theirs],
                        {f"cpu_ratio_to_{other}": ratio(turns[ours], turns[theirs], "cpu_ms")},
                    )
