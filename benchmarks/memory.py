"""What the idle program keeps in memory, against the idle barest bot of its library."""

import time
from collections.abc import Iterator

import psutil

from benchmarks.children import Api, child
from benchmarks.figures import Row
from benchmarks.grounds import Grounds, write_talkers
from benchmarks.subjects import settings_of

IDLE = 5.0
MEBIBYTE = 2**20


def measure(grounds: Grounds, api: Api) -> Iterator[Row]:
    api.tell("gather")
    with child(["-m", "benchmarks.echo", api.url, "sequential", "httpx"], {}) as process:
        bare = idle(process.pid)
    for kind in ("sqlite", "postgresql"):
        with grounds.fresh(kind) as url:
            write_talkers(url, 10)
            with child(["-m", "bot", "run"], settings_of(grounds, api, url)) as process:
                whole = idle(process.pid)
        yield Row(f"memory.{kind}.idle_mib", f"python -m bot run, {kind}", whole, "MiB", bare, "echo bot")


def idle(pid: int) -> float:
    """Resident MiB once it has started and has had nothing to do for a while."""
    time.sleep(IDLE)
    resident: int = psutil.Process(pid).memory_info().rss
    return resident / MEBIBYTE
