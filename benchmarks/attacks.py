"""What strangers and ill-meaning members cost others: ill files, many bytes, requests that are never finished. One process on SQLite."""

import http.client
import resource
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.children import Api, child
from benchmarks.figures import Row
from benchmarks.grounds import FIRST_PLACE, Grounds, write_talkers
from benchmarks.ill_files import doubling_pdf, long_pdf
from benchmarks.subjects import settings_of

SENDERS = 8
STRANGER = 9000
CALM_SECONDS, MOST_SECONDS = 15.0, 150.0
RATE = 4
FILES, FILE_SIZE = 10, 19 * 10**6
"""190 MB in files that Telegram's own server would still hand out."""
SOCKETS, LOOKS = 1100, 20
HALF = b"GET / HTTP/1.1\r\nHost: x\r\nX-Ever: "
GOAL = 1.0


def measure(grounds: Grounds, api: Api) -> Iterator[Row]:
    files, log = grounds.folder / "handed", grounds.folder / "log"
    files.mkdir(exist_ok=True)
    with grounds.fresh("sqlite") as url:
        write_talkers(url, 1 + SENDERS)
        settings = settings_of(grounds, api, url) | {"FILES_URL": str(grounds.folder / "attacked")}
        api.tell("gather", people=[FIRST_PLACE])
        with child(["-m", "bot", "run"], settings, log):
            api.tell("open", rate=RATE)
            wait_for_answer(api)
            yield from answers("calm", "nobody attacks", watched(api)[0])
            for make in (doubling_pdf, long_pdf):
                yield from ill_files(api, files, make())
            yield from many_bytes(api, files, Path(settings["FILES_URL"]))
            api.tell("quiet")
            yield from half_requests(settings["LISTEN"], log)


def ill_files(api: Api, files: Path, content: bytes) -> Iterator[Row]:
    """Each of the strangers, then each of the members, hands in such a file at once."""
    for who, first in (("strangers", STRANGER), ("members", FIRST_PLACE + 1)):
        senders = range(first, first + SENDERS)
        before, fetched = heard(api, senders), api.tell("figures")["fetched"]
        began = time.monotonic()
        for number in senders:
            path = files / f"{who}-{len(content)}-{number}.pdf"
            path.write_bytes(content + b"%% %d" % number)  # no two are the same file
            hand(api, number, path)
        figures, over = watched(api, senders, before + SENDERS if who == "members" else 0)
        name, what = (
            f"{who}_{len(content) // 1000}kb",
            f"{SENDERS} {who}, a PDF of {len(content) / 1000:.0f} KB each",
        )
        yield from answers(name, what, figures)
        if who == "members":
            yield Row(f"attacks.{name}.all_s", f"{what}: all of them answered after", over - began, "s")
        else:
            yield Row(f"attacks.{name}.fetched", f"{what}: fetched", figures["fetched"] - fetched, "")


def hand(api: Api, number: int, path: Path) -> None:
    api.tell("hand", number=number, path=str(path), size=path.stat().st_size)


def watched(api: Api, senders: Sequence[int] = (), expected: int = 0) -> tuple[dict[str, Any], float]:
    """The secretary's answers until the senders have had so many messages, for a while at least; and the moment they had."""
    began = time.monotonic()
    api.tell("mark")
    while heard(api, senders) < expected:
        if time.monotonic() > began + MOST_SECONDS:
            raise RuntimeError("not all who handed in a file were answered")
        time.sleep(0.2)
    over = time.monotonic()
    time.sleep(max(0.0, began + CALM_SECONDS - over))
    return dict(api.tell("figures")), over


def heard(api: Api, senders: Sequence[int]) -> int:
    received = api.tell("counted")["received"]
    return sum(received.get(str(number), 0) for number in senders)


def answers(name: str, what: str, figures: dict[str, Any]) -> Iterator[Row]:
    beside = f"{figures['answered']} answers, {figures['unanswered']} open"
    yield Row(
        f"attacks.{name}.p50_ms", f"{what}: a secretary's answer, median", figures["p50"], "ms", beside=beside
    )
    yield Row(f"attacks.{name}.p95_ms", f"{what}: 95 %", figures["p95"], "ms", GOAL, "goal")


def many_bytes(api: Api, files: Path, store: Path) -> Iterator[Row]:
    """Each from another stranger."""
    before, fetched = stored(store), api.tell("figures")["fetched"]
    for number in range(FILES):
        path = files / f"much-{number}.pdf"
        path.write_bytes(b"%PDF-1.4\n%" + bytes([65 + number]) * FILE_SIZE)
        hand(api, STRANGER + 100 + number, path)
    what = f"{FILES * FILE_SIZE / 10**6:.0f} MB from {FILES} strangers"
    yield from answers("many_bytes", what, watched(api)[0])
    looked = int(api.tell("figures")["fetched"] - fetched)
    yield Row(
        "attacks.many_bytes.stored",
        "bytes stored of it",
        stored(store) - before,
        "",
        beside=f"{looked} files fetched",
    )


def stored(store: Path) -> int:
    return sum(path.stat().st_size for path in store.rglob("*") if path.is_file())


def half_requests(listen: str, log: Path) -> Iterator[Row]:
    """All of one address; who asks meanwhile comes from another."""
    host, _, port = listen.partition(":")
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    calm = [asked(host, int(port)) for _ in range(LOOKS)]
    lines = log.read_text().count("\n")
    with ExitStack() as held:
        for _ in range(SOCKETS):
            one = held.enter_context(socket.create_connection((host, int(port))))
            try:
                one.sendall(HALF)
            except OSError:  # it was shown the door at once
                continue
        during = []
        for _ in range(LOOKS):
            during.append(asked(host, int(port)))
            time.sleep(0.1)
    time.sleep(1)
    written = log.read_text().count("\n") - lines
    what = f"{SOCKETS:,} half requests of one address"
    yield Row(
        "attacks.half_requests.page_ms",
        f"{what}: another's page, longest of {LOOKS}",
        max(during),
        "ms",
        max(calm),
        "nobody attacks",
    )
    yield Row("attacks.half_requests.log_lines", f"{what}: log lines", written, "")


def asked(host: str, port: int) -> float:
    began = time.perf_counter()
    connection = http.client.HTTPConnection(host, port, timeout=60, source_address=("127.0.0.2", 0))
    try:
        connection.request("GET", "/")
        answer = connection.getresponse()
        answer.read()
    finally:
        connection.close()
    if answer.status >= 500:
        raise RuntimeError(f"the page answers {answer.status}")
    return time.perf_counter() - began


def wait_for_answer(api: Api) -> None:
    end = time.monotonic() + MOST_SECONDS
    while not api.tell("figures")["answered"]:
        if time.monotonic() > end:
            raise RuntimeError("the bot does not answer")
        time.sleep(0.1)
