"""What Prometheus is told: a few figures of the running program, in its text."""

import time
from collections.abc import Iterable

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily as Counter
from prometheus_client.core import GaugeMetricFamily as Gauge
from prometheus_client.core import Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from bot.service.logs import LineCounts
from bot.service.watch import Watch

SENDS = ("channel", "result")
MEDIA_TYPE = CONTENT_TYPE_PLAIN_0_0_4


def write_measures(watch: Watch, lines: LineCounts) -> bytes:
    registry = CollectorRegistry()
    registry.register(Measures(watch, lines))
    return generate_latest(registry)


class Measures(Collector):
    """What stands in the watch when it is asked for; nothing is counted twice."""

    def __init__(self, watch: Watch, lines: LineCounts) -> None:
        self._watch, self._lines = watch, lines

    def collect(self) -> Iterable[Metric]:
        watch, found, troubles = self._watch, self._watch.findings, self._watch.troubles()
        yield _gauge("ready", "1 when nothing is wrong.", float(not troubles))
        yield _gauges("trouble", "What is wrong now.", "code", [(one.code, 1) for one in troubles])
        yield _gauges("schema", "The database's revision.", "revision", [(found.revision, 1)])
        yield _gauge("messages_waiting", "Messages not sent yet.", found.waiting)
        yield _gauge("oldest_waiting_seconds", "Age of the oldest due one.", found.oldest)
        sent = Counter("chibo_messages", "What became of sends: sent, again, failed, lost.", labels=SENDS)
        for kind, count in sorted(watch.sender.results.items()):
            sent.add_metric(kind, count)
        yield sent
        yield _gauge("contacts_lost", "Contacts that cannot be reached.", found.lost)
        yield _gauges("tick_age_seconds", "Since each tick last ran.", "tick", watch.clock.ages().items())
        yield Counter("chibo_clock_restarts", "Dead clocks.", watch.clock.restarts)
        turned = time.monotonic() - watch.sender.turned_at
        yield _gauge("sender_age_seconds", "Since the sender last had a turn.", turned)
        refused = [(one.name, float(one.refused)) for one in watch.channels]
        yield _gauges("channel_refused", "1 when the other side does not take the token.", "channel", refused)
        ends = [(one.name, one.token_ends.timestamp()) for one in watch.channels if one.token_ends]
        yield _gauges("token_ends_timestamp_seconds", "When a channel's token ends.", "channel", ends)
        yield _gauges("disk_free_bytes", "Free space where it lies.", "place", found.disks.items())
        lines = Counter("chibo_log_lines", "Warnings and errors since the start.", labels=["level"])
        for level, count in sorted(self._lines.counts.items()):
            lines.add_metric([level], count)
        yield lines


def _gauge(name: str, help: str, value: float) -> Metric:
    return Gauge(f"chibo_{name}", help, value)


def _gauges(name: str, help: str, label: str, values: Iterable[tuple[str, float]]) -> Metric:
    family = Gauge(f"chibo_{name}", help, labels=[label])
    for named, value in sorted(values):
        family.add_metric([named], value)
    return family
