"""The sender: claims what is due, sends it at the channel's pace, settles what has become of it, until it is stopped."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta
from datetime import time as time_of_day
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.calendar import Moment, at_local, quiet_since
from bot.messages import Address
from bot.store.again import database_gave_way, do_again
from bot.store.db import Database
from bot.tables import Priority
from bot.talk import processes
from bot.talk.carrying import Outlet, carry_message
from bot.talk.delivery import Claimed, claim_messages, lanes_due
from bot.talk.knocking import Veil, knock_at_closed, veil_messages
from bot.talk.pace import Pace
from bot.talk.processes import enter_process, free_claims, is_alone, leave_process, note_alive
from bot.talk.settling import SendOutcome, SendResult, settle_messages
from bot.talk.windows import close_silent

log = logging.getLogger(__name__)

DRAIN_SECONDS = 10
DRAIN_TRIES = 3
ANSWERS_RESERVE = 8
"""So many places in flight are kept free for answers while bulk goes out."""
KNOCKS_EVERY = timedelta(minutes=1)
GATHER = 0.003
"""So many seconds an outcome waits for others that land about then, to be written down with them."""


Outdated = Callable[[Session, Collection[int], datetime], set[int]]
"""Of messages (ids) that were due on an earlier day it takes back those that are not to go out as they are."""


class Sender:
    """Claims, sends and settles until it is stopped. `delivered` hears the addresses of what has just gone out; in the
    quiet hours of `zone` bulk of the day before is left for the morning.

    Each outlet has `concurrency` places of its own, so that a channel which hangs does not hold up another.
    """

    def __init__(
        self,
        db: Database,
        outlets: Iterable[Outlet],
        now: Callable[[], datetime],
        *,
        delivered: Callable[[set[Address]], None] = lambda _addresses: None,
        concurrency: int = 64,
        idle: float = 1.0,
        zone: ZoneInfo | None = None,
        name: str = "",
        veil: Veil | None = None,
        windows: Mapping[str, timedelta] | None = None,
        outdated: Outdated | None = None,
    ) -> None:
        """With a `veil`, people are told discreetly where their office wants that. `outdated` takes back what speaks of an earlier day of
        `zone`, on which it did not get out. `name` is that of this process (see bot/talk/processes.py); without one its leases end by the clock alone."""
        self._db = db
        self._zone = zone
        self._name = name
        self._veil, self._outdated = veil, outdated
        self._windows = dict(windows or {})
        self._knocked_at: datetime | None = None
        self._number: int | None = None
        self.alone = True
        """No other process was alive at the last beat."""
        self._outlets = {outlet.name: outlet for outlet in outlets}
        self._paces = {name: Pace(outlet.rate) for name, outlet in self._outlets.items()}
        self._now = now
        self._delivered = delivered
        self._concurrency = concurrency
        self._reserve = min(ANSWERS_RESERVE, concurrency // 4)
        self._idle = idle
        self._wake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._flying: dict[str, set[asyncio.Task[None]]] = {name: set() for name in self._outlets}
        self._outcomes: list[SendOutcome] = []
        self._mine: set[int] = set()
        """What has been claimed and not been settled yet."""
        self._unsure = False
        """A turn has failed: perhaps it was kept all the same, and what it claimed nobody sends."""
        self._stopping = False
        self.turned_at = time.monotonic()
        """When it last was through with a turn: one that does not come through any more sends nothing."""
        self.results: Counter[tuple[str, str]] = Counter()
        """What became of sends since the start, by (channel, kind of outcome)."""

    def wake(self) -> None:
        """May be called from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake.set)

    def stop(self) -> None:
        self._stopping = True
        self.wake()

    async def run(self) -> None:
        self._loop = asyncio.get_running_loop()
        await self._say_alive()  # before anything is claimed: it has to be ours
        beating = asyncio.create_task(self._beat())
        try:
            await self._send_until_stopped()
        finally:
            beating.cancel()
        await self._drain()
        await self._leave()

    async def _send_until_stopped(self) -> None:
        while not self._stopping:
            self._wake.clear()
            try:
                await self._turn()
            except Exception:
                log.exception("outbox turn failed")
                await asyncio.sleep(self._idle)
            if not self._outcomes:
                await self._rest()

    async def _beat(self) -> None:
        while self._name:
            await asyncio.sleep(processes.BEAT_SECONDS)
            await self._say_alive()
            self._wake.set()

    async def _say_alive(self) -> None:
        if not self._name:
            return
        try:
            await asyncio.to_thread(do_again, self._note_alive)
        except Exception as error:  # noqa: BLE001 - the database may be away: the leases end by the clock then
            log.warning("outbox.beat failed error=%s", type(error).__name__)

    def _note_alive(self) -> None:
        with self._db.write() as session:
            if self._number is None:
                self._number = enter_process(session, self._name, self._now())
            else:
                note_alive(session, self._number, self._name, self._now())
            self.alone = is_alone(session)

    async def _leave(self) -> None:
        if self._number is None:
            return

        def leave(number: int) -> None:
            with self._db.write() as session:
                leave_process(session, number, self._now())

        try:
            await asyncio.to_thread(do_again, partial(leave, self._number))
        except Exception as error:  # noqa: BLE001 - it counts as dead a little later
            log.warning("outbox.leave failed error=%s", type(error).__name__)

    async def _turn(self) -> None:
        """Settles what has come back and claims what there is room for, in one transaction."""
        outcomes, self._outcomes = self._outcomes, []
        free = {name: self._concurrency - len(flying) for name, flying in self._flying.items()}
        for name, outlet in self._outlets.items():
            self._paces[name].keep_to(outlet.rate)
        room = {name: self._paces[name].ready(places) for name, places in free.items()}
        if not outcomes and not any(room.values()):
            self.turned_at = time.monotonic()  # every place is taken, or the channel wants a pause
            return
        try:
            claimed = await self._write(outcomes, room, free)
        except Exception:
            self._outcomes = outcomes + self._outcomes
            raise
        self.turned_at = time.monotonic()
        self.results.update((one.claimed.address.channel, one.result) for one in outcomes)
        for one in claimed:
            flying = self._flying[one.address.channel]
            task = asyncio.create_task(self._fly(one))
            flying.add(task)
            task.add_done_callback(flying.discard)
        if outcomes:
            self._delivered({o.claimed.address for o in outcomes if o.result == SendResult.SENT})

    async def _write(
        self, outcomes: list[SendOutcome], room: Mapping[str, int], free: Mapping[str, int]
    ) -> list[Claimed]:
        work = partial(self._settle_and_claim, outcomes, room, free)
        claimed = await asyncio.to_thread(do_again, work)
        self._mine -= {one.claimed.id for one in outcomes}
        self._mine |= {one.id for one in claimed}
        for name in room:
            self._paces[name].spend(sum(one.address.channel == name for one in claimed))
        return claimed

    def _settle_and_claim(
        self, outcomes: list[SendOutcome], room: Mapping[str, int], free: Mapping[str, int]
    ) -> list[Claimed]:
        claimed: list[Claimed] = []
        was_unsure, self._unsure = self._unsure, True
        with self._db.write(answers=False) as session:
            session.connection()  # here SQLite waits for its turn; leases count from after that
            at = self._now()
            quiet_from = quiet_since(Moment(at, self._zone)) if self._zone else None
            settle_messages(session, outcomes, at)
            closed = sum(close_silent(session, name, span, at) for name, span in self._windows.items())
            closed += sum(one.result == SendResult.CLOSED for one in outcomes)
            if quiet_from is None:
                self._knock(session, at, at_once=closed > 0)
            if was_unsure and self._number is not None:
                free_claims(session, self._number, self._mine, at)
            open_now = [name for name, places in room.items() if places]
            due = lanes_due(session, at, open_now, quiet_from) if open_now else {}
            for name in [name for name in due if due[name]]:
                found = claim_messages(
                    session,
                    at,
                    [name],
                    room[name],
                    bulk=Priority.BULK in due[name],
                    with_bulk=max(0, free[name] - self._reserve),
                    quiet_from=quiet_from,
                    holder=self._number,
                )
                found = self._without_outdated(session, found, at)
                claimed += veil_messages(session, found, self._veil, at) if self._veil else found
        self._unsure = False
        return claimed

    def _without_outdated(self, session: Session, found: list[Claimed], at: datetime) -> list[Claimed]:
        """What of it has been read in part is said to its end."""
        if self._outdated is None or self._zone is None:
            return found
        midnight = at_local(Moment(at, self._zone).today, time_of_day.min, self._zone)
        whole = [one for one in found if one.reply.unasked and not (one.parts_sent or one.reply.pieces_gone)]
        old = {one.id for one in whole if at - one.age < midnight}
        if not old:
            return found
        try:
            with session.begin_nested():
                taken = self._outdated(session, old, at)
        except Exception as error:
            if database_gave_way(error):
                raise
            # Rather in the words of yesterday than never, to nobody at all.
            log.exception("outbox.outdated failed messages=%s", len(old))
            return found
        return [one for one in found if one.id not in taken]

    def _knock(self, session: Session, at: datetime, *, at_once: bool) -> None:
        """Once a minute, and as soon as a window is known to be closed."""
        if at_once or self._knocked_at is None or at >= self._knocked_at + KNOCKS_EVERY:
            self._knocked_at = at
            for name, outlet in self._outlets.items():
                if outlet.knocks:
                    knock_at_closed(session, name, at)

    async def _fly(self, claimed: Claimed) -> None:
        """Sends; its place is free by the time its outcome is there, for the turn that settles it fills that place."""
        name = claimed.address.channel
        outcome = await carry_message(self._outlets[name], self._paces[name], claimed)
        flying = self._flying[name]
        flying.difference_update({asyncio.current_task()})
        self._outcomes.append(outcome)
        if not flying:
            self._wake.set()
        elif len(self._outcomes) == 1:
            asyncio.get_running_loop().call_later(GATHER, self._wake.set)

    async def _rest(self) -> None:
        """Sleeps until woken; shortly when it is only the channel's limit that holds it back."""
        held = any(pace.ready(1) == 0 for pace in self._paces.values())
        try:
            async with asyncio.timeout(0.05 if held else self._idle):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _drain(self) -> None:
        flying = [task for tasks in self._flying.values() for task in tasks]
        if flying:
            await asyncio.wait(flying, timeout=DRAIN_SECONDS)
        for _ in range(DRAIN_TRIES):
            outcomes, self._outcomes = self._outcomes, []
            if not outcomes:
                return
            try:
                await self._write(outcomes, {}, {})
            except Exception:
                log.exception("outbox drain failed outcomes=%s", len(outcomes))
                self._outcomes = outcomes + self._outcomes
                await asyncio.sleep(self._idle)
