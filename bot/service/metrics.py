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


Value = tuple[Sequence[tuple[str, str]], float]
"""Labels as (name, value) pairs, and the number."""


@dataclass(frozen=True, slots=True)
class Family:
    """One measure with its values."""

    name: str
    kind: str
    help: str
    values: Sequence[Value]


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
    sent = [
        ((("channel", name), ("result", kind)), count)
        for (name, kind), count in sorted(watch.sender.results.items())
    ]
    refused = [(one.name, float(one.refused)) for one in watch.channels]
    return [
        _gauge("ready", "1 when nothing is wrong.", float(not troubles)),
        _gauges("trouble", "What is wrong now.", "code", [(one.code, 1) for one in troubles]),
        _gauges("schema", "The database's revision.", "revision", [(found.revision, 1)]),
        _gauge("messages_waiting", "Messages not sent yet.", found.waiting),
        _gauge("oldest_waiting_seconds", "Age of the oldest due one.", found.oldest),
        _counter("messages", "What became of sends since the start: sent, again, failed, lost.", sent),
        _gauge("contacts_lost", "Contacts that cannot be reached.", found.lost),
        _gauges("tick_age_seconds", "Since each tick last ran.", "tick", sorted(watch.clock.ages().items())),
        _counter("clock_restarts", "Dead clocks.", [((), watch.clock.restarts)]),
        _gauge(
            "sender_age_seconds",
            "Since the sender last had a turn.",
            time.monotonic() - watch.sender.turned_at,
        ),
        _gauges("channel_refused", "1 when the other side does not take the token.", "channel", refused),
        _gauges("disk_free_bytes", "Free space where it lies.", "place", sorted(found.disks.items())),
        _counter(
            "log_lines",
            "Warnings and errors since the start.",
            _labelled("level", sorted(lines.counts.items())),
        ),
    ]


def _gauge(name: str, help: str, value: float) -> Family:
    return Family(f"chibo_{name}", "gauge", help, [((), value)])


def _gauges(name: str, help: str, label: str, values: Iterable[tuple[str, float]]) -> Family:
    return Family(f"chibo_{name}", "gauge", help, _labelled(label, values))


def _counter(name: str, help: str, values: Sequence[Value]) -> Family:
    return Family(f"chibo_{name}_total", "counter", help, values)


def _labelled(label: str, values: Iterable[tuple[str, float]]) -> list[Value]:
    return [(((label, name),), value) for name, value in values]


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
