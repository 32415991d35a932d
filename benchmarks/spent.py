"""What processes have cost so far: processor time, and how often their threads gave way to others."""

import gc
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from bot.__main__ import SWITCH

LOOP = 300_000
"""Some hundredths of a second."""


@dataclass(frozen=True)
class Spent:
    """`cpu` in seconds, user and system; `switches` of all threads alive, which only Linux tells (else 0)."""

    cpu: float = 0.0
    switches: int = 0

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(self.cpu + other.cpu, self.switches + other.switches)

    def __sub__(self, other: "Spent") -> "Spent":
        return Spent(self.cpu - other.cpu, self.switches - other.switches)


def spent_by(pids: Iterable[int]) -> Spent:
    """Of these processes and all that they have started, ended ones too."""
    total = Spent()
    for pid in pids:
        family = psutil.Process(pid)
        for process in (family, *family.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                cpu = times.user + times.system + times.children_user + times.children_system
                total += Spent(cpu, _switches(process.pid))
    return total


def costs_of(spent: Spent, served: Spent, count: float) -> dict[str, float]:
    """What each of so many things cost the program and, where there is one, the database server."""
    costs = {"cpu_ms": spent.cpu / count * 1000, "switches": spent.switches / count}
    return costs | ({"server_cpu_ms": served.cpu / count * 1000} if served.cpu else {})


def _switches(pid: int) -> int:
    found = 0
    for status in Path(f"/proc/{pid}/task").glob("*/status"):
        with suppress(OSError):
            lines = status.read_text().splitlines()
            found += sum(int(line.split()[1]) for line in lines if "ctxt_switches" in line)
    return found


def resident(process: psutil.Process) -> float:
    """MiB of it and all that it has started."""
    found = 0.0
    for one in (process, *process.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            found += one.memory_info().rss / 2**20
    return found


@contextmanager
def peak() -> Iterator[list[float]]:
    """The most resident memory above that at the start, in MiB, of this process and what it starts."""
    own = psutil.Process()
    before = resident(own)
    found = [0.0]
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.05):
            found[0] = max(found[0], resident(own) - before)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        over.set()
        thread.join()


@contextmanager
def as_the_program_runs() -> Iterator[None]:
    """Without the collector looking through all that the start has made, and with threads that take turns as there."""
    before = sys.getswitchinterval()
    gc.freeze()
    sys.setswitchinterval(SWITCH)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
        gc.unfreeze()


class Speed:
    """How fast the machine is from moment to moment, by a loop that is always the same."""

    def __init__(self) -> None:
        self.seen: list[float] = []

    def look(self) -> None:
        began = time.process_time()
        sum(number * number % 7 for number in range(LOOP))
        self.seen.append(time.process_time() - began)

    @property
    def spread(self) -> float:
        return max(self.seen) / min(self.seen)
