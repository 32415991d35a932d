"""What the idle program keeps in memory and what its start costs, against the idle barest bot of its library."""

import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import psutil

from benchmarks.children import Api, child
from benchmarks.figures import Row
from benchmarks.grounds import Grounds, write_talkers
from benchmarks.restart import first_answer_of_echo
from benchmarks.spent import resident, spent_by
from benchmarks.subjects import settings_of

IDLE = 5.0
PATIENCE = 120.0


def measure(grounds: Grounds, api: Api) -> Iterator[Row]:
    api.tell("gather")
    with child(["-m", "benchmarks.echo", api.url, "sequential", "httpx"], {}) as process:
        bare = idle(process.pid)
    bare_start = first_answer_of_echo(api).processor
    kept: list[float] = []
    spent: list[float] = []
    for kind in ("sqlite", "postgresql"):
        with grounds.fresh(kind) as url:
            write_talkers(url, 10)
            settings = settings_of(grounds, api, url)
            with child(["-m", "bot", "run"], settings) as process:
                wait_until_ready(settings["LISTEN"])
                spent.append(spent_by([process.pid]).cpu)
                kept.append(idle(process.pid))
        yield Row(f"memory.{kind}.idle_mib", f"bot run, idle, {kind}", kept[-1], "MiB", bare, "echo bot")
        start = f"bot run until it is ready, processor, {kind}"
        yield Row(f"start.{kind}.cpu_s", start, spent[-1], "s", bare_start, "echo bot to its first answer")
    yield Row("memory.idle_mib", "bot run, idle: the larger", max(kept), "MiB", bare, "echo bot")
    yield Row("start.cpu_s", "until it is ready: the dearer", max(spent), "s", bare_start, "echo bot")


def idle(pid: int) -> float:
    """Resident MiB of it and what it has started, once it has had nothing to do for a while."""
    time.sleep(IDLE)
    return resident(psutil.Process(pid))


def wait_until_ready(listen: str) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"http://{listen}/readyz", timeout=PATIENCE):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError("the bot is not ready")
