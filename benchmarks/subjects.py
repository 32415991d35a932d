"""The bots that are measured against each other, each started by one call: ours, other people's, and the floor."""

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.children import TOKEN, Api, child, free_port
from benchmarks.cluster.hosts import SECRET
from benchmarks.grounds import Grounds, write_talkers

OTHERS = Path(sys.prefix) / "bench/bin/python"
"""Where other people's libraries live: `make bench` installs them."""


@dataclass(frozen=True)
class Running:
    """A bot at work: who talks to it, its processes, and the database server's if it has one."""

    api: Api
    pids: tuple[int, ...]
    server: tuple[int, ...] = ()


@dataclass(frozen=True)
class Subject:
    """`name` stands in the names of figures."""

    name: str
    title: str
    start: Callable[[Grounds, Api, int], AbstractContextManager[Running]]
    """Takes how many people there are to be."""


def subjects() -> list[Subject]:
    """Ours and their yardsticks, mixed, so that whatever disturbs the machine meets both."""
    every = [
        Subject("sqlite", "the bot, SQLite", partial(whole, "sqlite")),
        Subject("ptb", "python-telegram-bot's echo", partial(echo, "sequential", "httpx")),
        Subject("postgresql", "the bot, PostgreSQL", partial(whole, "postgresql")),
        Subject("aiogram", "aiogram's echo", aiogram_echo),
        Subject("postgresql2", "the bot, PostgreSQL, two processes", two_replicas),
        Subject("core_sqlite", "Core alone, SQLite", partial(floor, "sqlite")),
        Subject(
            "ptb_concurrent", "python-telegram-bot's echo, concurrent", partial(echo, "concurrent", "httpx")
        ),
        Subject("core_postgresql", "Core alone, PostgreSQL", partial(floor, "postgresql")),
        Subject("ptb_aiohttp", "the same over our aiohttp client", partial(echo, "concurrent", "aiohttp")),
    ]
    return [subject for subject in every if subject.name != "aiogram" or OTHERS.exists()]


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
def whole(kind: str, grounds: Grounds, api: Api, people: int) -> Iterator[Running]:
    with grounds.fresh(kind) as url:
        write_talkers(url, people)
        with child(["-m", "benchmarks.whole"], settings_of(grounds, api, url)) as process:
            yield Running(api, (process.pid,), server_of(grounds, kind))


@contextmanager
def calling(grounds: Grounds, url: str) -> Iterator[tuple[Api, list[dict[str, str]]]]:
    """A Bot API of its own that calls two programs in turns, and the settings of both."""
    ports = [f"127.0.0.1:{free_port()}" for _ in range(2)]
    with child(["-m", "benchmarks.cluster.api", "127.0.0.1", *ports], {}) as process:
        assert process.stdout is not None
        api = Api(f"http://127.0.0.1:{int(process.stdout.readline())}", process.pid)
        called = {
            **settings_of(grounds, api, url),
            "PUBLIC_URL": "https://chibo.example",
            "TELEGRAM_WEBHOOK": "1",
            "TELEGRAM_SECRET": SECRET,
        }
        yield api, [called | {"LISTEN": port} for port in ports]


@contextmanager
def two_replicas(grounds: Grounds, _api: Api, people: int) -> Iterator[Running]:
    with grounds.fresh("postgresql") as url, ExitStack() as lives:
        write_talkers(url, people)
        api, both = lives.enter_context(calling(grounds, url))
        programs = [lives.enter_context(child(["-m", "benchmarks.whole"], one)) for one in both]
        yield Running(api, tuple(program.pid for program in programs), server_of(grounds, "postgresql"))


@contextmanager
def echo(concurrent: str, client: str, _grounds: Grounds, api: Api, _people: int) -> Iterator[Running]:
    with child(["-m", "benchmarks.echo", api.url, concurrent, client], {}) as process:
        yield Running(api, (process.pid,))


@contextmanager
def aiogram_echo(_grounds: Grounds, api: Api, _people: int) -> Iterator[Running]:
    with child(["-m", "benchmarks.aiogram_echo", api.url], {}, python=str(OTHERS)) as process:
        yield Running(api, (process.pid,))


@contextmanager
def floor(kind: str, grounds: Grounds, api: Api, _people: int) -> Iterator[Running]:
    with grounds.fresh(kind) as url, child(["-m", "benchmarks.floor", api.url, url], {}) as process:
        yield Running(api, (process.pid,), server_of(grounds, kind))


def server_of(grounds: Grounds, kind: str) -> tuple[int, ...]:
    return (grounds.server_pid,) if kind == "postgresql" else ()
