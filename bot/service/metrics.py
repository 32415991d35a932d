"""What a machine that watches asks for: /livez, /readyz, and /metrics in Prometheus' text for who holds METRICS_TOKEN."""

import hmac
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.service.logs import LineCounts
from bot.service.watch import Watch

TEXT = "text/plain; version=0.0.4; charset=utf-8"
_CALL_AGAIN = {"retry-after": "5"}


@dataclass(frozen=True, slots=True)
class Family:
    """One measure with its values; each value has labels as (name, value) pairs."""

    name: str
    kind: str
    help: str
    values: Sequence[tuple[Sequence[tuple[str, str]], float]]


def watch_routes(watch: Watch, lines: LineCounts, token: str) -> list[BaseRoute]:
    """Without a `token` there are no metrics."""

    async def live(_request: Request) -> Response:
        return PlainTextResponse("ok")

    async def ready(_request: Request) -> Response:
        codes = sorted({trouble.code for trouble in watch.troubles()})
        return JSONResponse(
            {"ready": not codes, "troubles": codes},
            503 if codes else 200,
            _CALL_AGAIN if codes else None,
        )

    async def metrics(request: Request) -> Response:
        given = request.headers.get("authorization", "").encode()
        if not hmac.compare_digest(given, b"Bearer " + token.encode()):
            return PlainTextResponse("", 401, {"www-authenticate": "Bearer"})
        return Response(metrics_text(families_of(watch, lines)), media_type=TEXT)

    routes = [Route("/livez", live), Route("/readyz", ready)]
    return [*routes, Route("/metrics", metrics)] if token else [*routes]


def families_of(watch: Watch, lines: LineCounts) -> list[Family]:
    found, troubles = watch.findings, watch.troubles()
    sent = sorted(watch.sender.results.items())
    return [
        Family("chibo_ready", "gauge", "1 when nothing is wrong.", [((), float(not troubles))]),
        Family("chibo_trouble", "gauge", "What is wrong now.", [((("code", p.code),), 1) for p in troubles]),
        Family("chibo_schema", "gauge", "The database's revision.", [((("revision", found.revision),), 1)]),
        Family("chibo_messages_waiting", "gauge", "Messages not sent yet.", [((), found.waiting)]),
        Family("chibo_oldest_waiting_seconds", "gauge", "Age of the oldest due one.", [((), found.oldest)]),
        Family(
            "chibo_messages_total",
            "counter",
            "What became of sends since the start: sent, again, failed, lost.",
            [((("channel", name), ("result", kind)), count) for (name, kind), count in sent],
        ),
        Family("chibo_contacts_lost", "gauge", "Contacts that cannot be reached.", [((), found.lost)]),
        Family(
            "chibo_tick_age_seconds",
            "gauge",
            "Since each tick last ran.",
            [((("tick", name),), age) for name, age in sorted(watch.clock.ages().items())],
        ),
        Family("chibo_clock_restarts_total", "counter", "Dead clocks.", [((), watch.clock.restarts)]),
        Family(
            "chibo_sender_age_seconds",
            "gauge",
            "Since the sender last had a turn.",
            [((), time.monotonic() - watch.sender.turned_at)],
        ),
        Family(
            "chibo_channel_refused",
            "gauge",
            "1 when the other side does not take the token.",
            [((("channel", one.name),), float(one.refused)) for one in watch.channels],
        ),
        Family(
            "chibo_disk_free_bytes",
            "gauge",
            "Free space where it lies.",
            [((("place", name),), free) for name, free in sorted(found.disks.items())],
        ),
        Family(
            "chibo_log_lines_total",
            "counter",
            "Warnings and errors since the start.",
            [((("level", level),), count) for level, count in sorted(lines.counts.items())],
        ),
    ]


def metrics_text(families: Iterable[Family]) -> str:
    """Prometheus' text format 0.0.4."""
    lines = []
    for one in families:
        lines += [f"# HELP {one.name} {one.help}", f"# TYPE {one.name} {one.kind}"]
        for labels, value in one.values:
            said = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels)
            lines.append(f"{one.name}{{{said}}} {value!r}" if said else f"{one.name} {value!r}")
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
