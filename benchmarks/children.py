"""Processes that a measurement starts and ends by their numbers, and the fake Bot API among them."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TOKEN = "1:benchmark"
PATIENCE = 60.0


@contextmanager
def child(
    arguments: Sequence[str],
    settings: Mapping[str, str],
    log: Path | None = None,
    python: str = sys.executable,
) -> Iterator[subprocess.Popen[str]]:
    """A Python process that knows only these settings; ended at the end, whatever happens.

    Raises RuntimeError if it wrote to stderr, unless that is kept in `log`: an apology for an error would else count as an answer.
    """
    kept = {k: v for k, v in os.environ.items() if k in {"PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV"}}
    errors = log.open("w+") if log else tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed below
    process = subprocess.Popen(
        [python, *arguments],
        cwd=ROOT,
        env={**kept, "PYTHONPATH": str(ROOT), "PTB_TIMEDELTA": "true", **settings},
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
    )
    try:
        yield process
    finally:
        _end(process)
        errors.seek(0)
        said = errors.read()
        errors.close()
        if said and log is None:
            raise RuntimeError(f"{arguments} wrote errors:\n{said[-2000:]}")


def _end(process: "subprocess.Popen[str]") -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Api:
    """The fake Bot API of this run, and how it is told what to do."""

    url: str
    pid: int

    def tell(self, order: str, **values: Any) -> Any:
        request = urllib.request.Request(
            f"{self.url}/control/{order}", json.dumps(values).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)

    def settle(self) -> dict[str, float]:
        """Lets the open questions be answered; what then is still open was lost."""
        self.tell("quiet")
        self.tell("distance", seconds=0)
        end = time.monotonic() + PATIENCE
        while (figures := self.tell("figures"))["unanswered"] and time.monotonic() < end:
            time.sleep(0.1)
        return dict(figures)


@contextmanager
def fake_api() -> Iterator[Api]:
    with child(["-m", "benchmarks.fake_api"], {}) as process:
        assert process.stdout is not None
        yield Api(f"http://127.0.0.1:{int(process.stdout.readline())}", process.pid)
