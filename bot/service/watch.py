"""Watches over the running program: what is wrong with it is known to /readyz, and told to the admins in chat, once."""

import asyncio
import logging
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Protocol

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.channels.base import Channel
from bot.people.reaching import reachable_contact
from bot.problems import Invalid, Problem
from bot.store.again import do_again
from bot.store.db import DatabaseGone
from bot.store.schema import prove_known, revision_of
from bot.tables import Contact, Membership, Message, Role
from bot.talk import outbox
from bot.talk.allowances import days_left_told, tell_of_last_day
from bot.talk.desk import Desk

log = logging.getLogger(__name__)

LOOK_SECONDS = 5.0
STORE_SECONDS = 60.0
"""A look at the file store writes a few bytes: not at every look."""
SENDER_SECONDS = 60.0
STALE_SECONDS = 60.0
"""A look that has not come back for so long hangs on something, and so would whoever is to be answered."""
DISK_LOW = 500 * 2**20
TOKEN_NEAR = timedelta(days=3)
TOLD = {"clock_dead", "disk_low"}
"""What the admins hear of in chat, beside the channels' troubles. What keeps the program from writing a message is said by
/readyz alone."""


class WatchedClock(Protocol):
    restarts: int

    def overdue(self) -> list[str]: ...
    def ages(self) -> Mapping[str, float]: ...


class WatchedSender(Protocol):
    turned_at: float
    results: Counter[tuple[str, str]]


class Checked(Protocol):
    def check(self) -> None: ...


@dataclass(frozen=True)
class WatchFindings:
    """What the last look found; `oldest` in seconds, `disks` in bytes that are free, by place."""

    troubles: tuple[Problem, ...] = ()
    revision: str = ""
    waiting: int = 0
    oldest: float = 0.0
    lost: int = 0
    disks: Mapping[str, int] = field(default_factory=dict)


class Watch:
    """`folders` are what lies on this machine's own disks, by the setting that names it."""

    def __init__(
        self,
        desk: Desk,
        now: Callable[[], datetime],
        sender: WatchedSender,
        clock: WatchedClock,
        channels: Sequence[Channel],
        store: Checked,
        folders: Mapping[str, Path],
    ) -> None:
        self._desk, self._now, self._store = desk, now, store
        self.sender, self.clock, self.channels = sender, clock, channels
        self._folders = folders
        self._restarts = 0
        self._store_seen = float("-inf")
        self._store_fault: Problem | None = None
        self._told: set[tuple[str, str]] = set()
        self._told_paid: set[tuple[str, date | None, int | None]] = set()
        self._looked_at = time.monotonic()
        self.findings = WatchFindings()

    async def run(self) -> None:
        """Until it is cancelled. Raises DatabaseGone or Invalid(database_newer): then nothing may go on."""
        while True:
            try:
                await asyncio.to_thread(self.look)
            except (DatabaseGone, Invalid):
                raise
            except Exception:
                log.exception("watch.look failed")  # /readyz says so after a while
            await asyncio.sleep(LOOK_SECONDS)

    def troubles(self) -> list[Problem]:
        """What is wrong now; also that nobody has been able to look."""
        age = time.monotonic() - self._looked_at
        stale = [Problem("", "watch_stale", {"seconds": round(age)})] if age > STALE_SECONDS else []
        return [*stale, *self.findings.troubles]

    def look(self) -> None:
        at = self._now()
        disks = {name: free for name, folder in self._folders.items() if (free := _free(folder)) is not None}
        troubles = [*self._clock(), *self._sender(), *self._files(), *_low(disks), *self._channels(at)]
        try:
            found = self._database(at, troubles, disks)
        except SQLAlchemyError as error:
            away = Problem("DATABASE_URL", "database_unreachable", {"error": type(error).__name__})
            found = WatchFindings((away, *troubles), disks=disks)
        else:
            self._tell(troubles, at)
            self._tell_what_is_paid(at)
        self.findings, self._looked_at = found, time.monotonic()

    def _database(self, at: datetime, troubles: list[Problem], disks: Mapping[str, int]) -> WatchFindings:
        with self._desk.db.read() as session:
            revision = revision_of(session.connection())
            if revision is None:
                raise DatabaseGone("alembic_version")
            prove_known(revision)
            oldest = outbox.oldest_overdue(session, at)
            return WatchFindings(
                tuple(troubles),
                revision,
                outbox.pending_messages(session),
                max(0.0, (at - oldest).total_seconds()) if oldest else 0.0,
                session.scalar(select(func.count(Contact.id)).where(Contact.lost_at.is_not(None))) or 0,
                disks,
            )

    def _clock(self) -> list[Problem]:
        before, self._restarts = self._restarts, self.clock.restarts
        dead = self.clock.overdue()
        if not dead and before == self._restarts:
            return []
        return [Problem("", "clock_dead", {"ticks": ", ".join(dead)})]

    def _sender(self) -> list[Problem]:
        age = time.monotonic() - self.sender.turned_at
        return [Problem("", "sender_dead", {"seconds": round(age)})] if age > SENDER_SECONDS else []

    def _files(self) -> list[Problem]:
        if time.monotonic() - self._store_seen > STORE_SECONDS:
            self._store_fault = store_fault(self._store)
            self._store_seen = time.monotonic()
        return [self._store_fault] if self._store_fault else []

    def _channels(self, at: datetime) -> list[Problem]:
        refused = [one.name for one in self.channels if one.refused]
        near = [
            (one.name, one.token_ends)
            for one in self.channels
            if one.token_ends is not None and one.token_ends - at <= TOKEN_NEAR
        ]
        day_of = self._desk.moment(at).day_of
        return [
            *(Problem(name, "channel_refused", {"channel": name}) for name in refused),
            *(Problem(name, "token_ends", {"channel": name, "day": day_of(ends)}) for name, ends in near),
            *(Problem(one.name, one.trouble, {"channel": one.name}) for one in self.channels if one.trouble),
        ]

    def _tell(self, troubles: Iterable[Problem], at: datetime) -> None:
        """Each trouble once while it lasts; of several replicas one tells it, and at most once a day."""
        names = {one.name for one in self.channels}
        present = {(one.code, one.place): one for one in troubles if one.code in TOLD or one.place in names}
        fresh = [one for kind, one in present.items() if kind not in self._told]
        for trouble in fresh:
            log.error("watch.trouble code=%s place=%s", trouble.code, trouble.place)
        if fresh:
            do_again(partial(self._write, fresh, at))
            self._desk.wake()
        self._told = set(present)

    def _tell_what_is_paid(self, at: datetime) -> None:
        """The office hears of a last day in time to pay for another; what was told by this process is not looked up again."""
        day = self._desk.moment(at).today
        for one in self.channels:
            share = days_left_told(one.paid_until, day)
            told = (one.name, one.paid_until, share)
            if one.paid_until is None or share is None or told in self._told_paid:
                continue
            do_again(partial(self._write_paid, one.name, one.paid_until, at))
            self._told_paid.add(told)

    def _write_paid(self, channel: str, until: date, at: datetime) -> None:
        with self._desk.db.write() as session:
            if tell_of_last_day(self._desk, session, channel, until, at):
                self._desk.wake()

    def _write(self, troubles: Iterable[Problem], at: datetime) -> None:
        with self._desk.db.write() as session:
            for trouble in troubles:
                tell_admins(self._desk, session, trouble, at)


def store_fault(store: Checked) -> Problem | None:
    try:
        store.check()
    except (OSError, ValueError) as error:
        return Problem("FILES_URL", "files_unwritable", {"error": type(error).__name__})
    return None


def _free(folder: Path) -> int | None:
    try:
        return shutil.disk_usage(folder).free
    except OSError:  # the folder itself is gone, of which the database or the store says more
        return None


def _low(disks: Mapping[str, int]) -> list[Problem]:
    return [
        Problem(name, "disk_low", {"free_mb": free // 2**20})
        for name, free in disks.items()
        if free < DISK_LOW
    ]


def _contact_beside(session: Session, person_id: int, channel: str) -> Contact | None:
    """Where a person hears of a channel's trouble: elsewhere, if anywhere."""
    elsewhere = select(Contact).where(
        Contact.person_id == person_id, Contact.lost_at.is_(None), Contact.channel != channel
    )
    latest = elsewhere.order_by(Contact.used_at.desc(), Contact.id.desc()).limit(1)
    return session.scalars(latest).first() or reachable_contact(session, person_id)


def tell_admins(desk: Desk, session: Session, trouble: Problem, at: datetime) -> None:
    day = desk.moment(at).today
    admins = session.scalars(
        select(Membership.person_id)
        .where(Membership.role == Role.ADMIN, Membership.ended_at.is_(None))
        .distinct()
        .order_by(Membership.person_id)
    )
    reply = desk.render.reply("talk/trouble", {"trouble": desk.render.sentence(trouble.code, trouble.facts)})
    for person_id in admins:
        contact = _contact_beside(session, person_id, trouble.place)
        key = f"trouble:{trouble.code}:{trouble.place}:{day}:{person_id}"
        if contact is None or session.scalar(select(Message.id).where(Message.key == key)) is not None:
            continue
        outbox.post_message(session, contact, reply, at, bulk=True, key=key)
