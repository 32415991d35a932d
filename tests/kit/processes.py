"""Starts the program as a process of its own and ends it by its id."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.kit.places import ROOT


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def program(
    *words: str, url: str, log: Path, settings: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """`python -m bot …` until the block ends; ready when /health answers at `url`."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **settings}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", *words], cwd=log.parent, env=environment, stdout=out, stderr=out
        )
        try:
            wait_for(url, process, log)
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(120)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path, seconds: float = 300) -> None:
    end = time.monotonic() + seconds
    with httpx.Client(base_url=url, timeout=10, verify=False) as client:
        while time.monotonic() < end:
            if process.poll() is not None:
                break
            try:
                if client.get("/health").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
    raise AssertionError(f"the program did not start:\n{log.read_text('utf-8')}")


def phone_of(url: str, role: str) -> str:
    """The address of one of the two phones of the demo's page."""
    page = httpx.get(url).text
    found = re.search(rf'id="{role}".*?<iframe src="([^"]+)"', page, re.DOTALL)
    assert found is not None, page
    return url + found[1]


SECONDS = 120
"""So long is waited for what must happen; no test asserts how long it takes."""


def settings(database_url: str, tmp_path: Path, port: int) -> dict[str, str]:
    return {
        "DATABASE_URL": database_url,
        "FILES_URL": str(tmp_path / "files"),
        "LISTEN": f"127.0.0.1:{port}",
        "TELEGRAM_TOKEN": "",
        "PUBLIC_URL": "",
        "PYTHONPATH": str(ROOT),
    }
