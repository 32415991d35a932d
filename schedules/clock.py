"""The clock: APScheduler runs the ticks at fixed intervals; it keeps no store, and nothing else knows it."""

import logging
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Event, Thread

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.store.again import do_again
from bot.talk.desk import Desk

log = logging.getLogger(__name__)

Tick = Callable[[Desk, datetime], int]

WATCH_SECONDS = 1.0
JUMP_SECONDS = 2.0
"""A wall clock that is off by more than this between two looks was set by somebody."""
LATE = timedelta(minutes=2)
"""How much later than its interval a tick that is not at work may come before the clock counts as dead."""


class Clock:
    """Runs each tick on its own, late ones coalesced into one; a tick that fails is logged and comes again.

    APScheduler counts by the wall clock: one that is set back would hold every tick until the old time returns. So a watch
    counts by the monotonic clock, lets all ticks run when the wall clock was set, and starts the scheduler anew when a
    tick has not come. `wall` is the machine's clock in seconds.
    """

    def __init__(
        self,
        desk: Desk,
        ticks: Mapping[str, tuple[Tick, timedelta]],
        now: Callable[[], datetime],
        *,
        wall: Callable[[], float] = time.time,
        late: timedelta = LATE,
    ) -> None:
        self._desk = desk
        self._ticks = ticks
        self._now = now
        self._wall = wall
        self._late = late.total_seconds()
        self._scheduler = self._new_scheduler()
        self._seen: dict[str, float] = {}
        """When each tick last began or ended, by the monotonic clock."""
        self._at_work: set[str] = set()
        self.restarts = 0
        """How often it was found dead."""
        self._stopped = Event()
        self._watch: Thread | None = None

    def start(self) -> None:
        self._schedule()
        self._watch = Thread(target=self._keep_watch, name="clock-watch", daemon=True)
        self._watch.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._watch is not None:
            self._watch.join()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)

    def run(self, name: str, tick: Tick) -> None:
        self._at_work.add(name)
        try:
            with self._desk.db.bulk():  # people talk meanwhile
                done = do_again(partial(tick, self._desk, self._now()))
        except Exception:
            log.exception("tick failed name=%s", name)
            return
        finally:
            self._seen[name] = time.monotonic()
            self._at_work.discard(name)
        if done:
            log.info("tick name=%s done=%s", name, done)
            self._desk.wake()

    def run_all(self) -> None:
        """Every tick once, now; the demo's clock calls it after a jump."""
        for name, (tick, _) in self._ticks.items():
            self.run(name, tick)

    def ages(self) -> dict[str, float]:
        """Seconds since each tick last began or ended."""
        at = time.monotonic()
        return {name: at - seen for name, seen in self._seen.items()}

    def overdue(self) -> list[str]:
        """The ticks that should have come and have not."""
        at = time.monotonic()
        return [
            name
            for name, (_, every) in self._ticks.items()
            if name not in self._at_work and at - self._seen[name] > every.total_seconds() + self._late
        ]

    def _new_scheduler(self) -> BackgroundScheduler:
        return BackgroundScheduler(
            timezone="UTC",
            executors={"default": ThreadPoolExecutor(len(self._ticks))},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def _schedule(self) -> None:
        self._seen = dict.fromkeys(self._ticks, time.monotonic())
        for name, (tick, every) in self._ticks.items():
            self._scheduler.add_job(
                self.run, IntervalTrigger(seconds=every.total_seconds()), args=[name, tick], id=name
            )
        self._scheduler.start()

    def _keep_watch(self) -> None:
        offset = self._wall() - time.monotonic()
        while not self._stopped.wait(WATCH_SECONDS):
            before, offset = offset, self._wall() - time.monotonic()
            try:
                if abs(offset - before) > JUMP_SECONDS:
                    log.warning("clock.set seconds=%.0f: every tick runs now", offset - before)
                    self._run_soon()
                if dead := self.overdue():
                    log.error("clock.dead ticks=%s: it starts anew", ",".join(dead))
                    self._begin_anew()
            except Exception:
                log.exception("clock.watch failed")

    def _run_soon(self) -> None:
        for name in self._ticks:
            self._scheduler.modify_job(name, next_run_time=datetime.now(UTC))

    def _begin_anew(self) -> None:
        self.restarts += 1
        if self._scheduler.running:
            # What hangs in a tick is left behind: waiting for it would stop the watch as well.
            self._scheduler.shutdown(wait=False)
        self._scheduler = self._new_scheduler()
        self._schedule()
        self._run_soon()
