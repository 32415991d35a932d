"""The clock: APScheduler runs the ticks at fixed intervals; it keeps no store, and nothing else knows it."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.chat import Desk

log = logging.getLogger(__name__)

Tick = Callable[[Desk, datetime], int]


class Clock:
    """Runs each tick on its own, late ones coalesced into one; a tick that fails is logged and comes again."""

    def __init__(
        self, desk: Desk, ticks: Mapping[str, tuple[Tick, timedelta]], now: Callable[[], datetime]
    ) -> None:
        self._desk = desk
        self._ticks = ticks
        self._now = now
        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            executors={"default": ThreadPoolExecutor(len(ticks))},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def start(self) -> None:
        for name, (tick, every) in self._ticks.items():
            self._scheduler.add_job(
                self.run, IntervalTrigger(seconds=every.total_seconds()), args=[name, tick], id=name
            )
        self._scheduler.start()

    def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)

    def run(self, name: str, tick: Tick) -> None:
        try:
            done = tick(self._desk, self._now())
        except Exception:
            log.exception("tick failed name=%s", name)
            return
        if done:
            log.info("tick name=%s done=%s", name, done)
            self._desk.wake()

    def run_all(self) -> None:
        """Every tick once, now; the demo's clock calls it after a jump."""
        for name, (tick, _) in self._ticks.items():
            self.run(name, tick)
