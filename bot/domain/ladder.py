"""When each rung of a duty's ladder falls, and which of the rungs that have come is still worth saying."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.calendar import at_local, local_day, next_allowed
from bot.domain.plan_ladders import Rung

MORNING = time(7, 0)
"""Rungs without a clock time fall at the first allowed minute; each person's own hour is applied to the message."""
STARTED = timedelta(minutes=30)
PREPARING = ("ready", "upload")
NAME_TIME = "%Y%m%d%H%M"


@dataclass(frozen=True, slots=True)
class Anchors:
    """What rungs count from. Days are local; `meeting_at` is when the duty's meeting is set for, if it is."""

    opens_on: date
    due_on: date | None
    safe_on: date | None
    meeting_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Timed:
    at: datetime
    rung: Rung

    @property
    def name(self) -> str:
        """What the rung is known by once it has been said: a moved meeting has the same rungs under other names."""
        return f"{self.rung.key}@{self.at.astimezone(UTC):{NAME_TIME}}"


def said_at(name: str) -> datetime | None:
    """The moment, in UTC and to the minute, of the rung of that name; None for what is no rung, such as a snooze."""
    try:
        return datetime.strptime(name.rpartition("@")[2], NAME_TIME).replace(tzinfo=UTC)
    except ValueError:
        return None


def timetable(rungs: Sequence[Rung], anchors: Anchors, zone: ZoneInfo) -> list[Timed]:
    """The rungs that apply, with their moments (UTC) in order; out of quiet hours, holidays and Tết, never before the duty opens.

    Of rungs that a holiday pushes onto one moment, the one that was meant to be the later stands later.
    """
    opens = at_local(anchors.opens_on, MORNING, zone)
    timed = []
    for rung in rungs:
        if rung.when == ("unscheduled" if anchors.meeting_at else "scheduled"):
            continue
        meant = _moment(rung, anchors, zone)
        if meant is None:
            continue
        own_day = (
            local_day(anchors.meeting_at, zone) if anchors.meeting_at and rung.anchor == "meeting" else None
        )
        allowed = next_allowed(max(meant, opens), zone, except_day=own_day)
        timed.append((allowed, meant, rung))
    return [Timed(at, rung) for at, _, rung in sorted(timed, key=lambda t: t[:2])]


def _moment(rung: Rung, anchors: Anchors, zone: ZoneInfo) -> datetime | None:
    if rung.anchor == "meeting":
        if anchors.meeting_at is None:
            return None
        if not rung.days and rung.clock is None:
            return anchors.meeting_at + timedelta(hours=rung.hours)
        day = local_day(anchors.meeting_at, zone)
    else:
        found = {"opens": anchors.opens_on, "due": anchors.due_on, "safe": anchors.safe_on}[rung.anchor]
        if found is None:
            return None
        day = found
    clock = rung.clock or MORNING
    return at_local(day + timedelta(days=rung.days), clock, zone) + timedelta(hours=rung.hours)


def next_at(timed: Iterable[Timed], after: datetime | None) -> datetime | None:
    """The moment of the first rung later than `after`."""
    return min((t.at for t in timed if after is None or t.at > after), default=None)


def worth_saying(
    timed: Sequence[Timed], since: datetime | None, at: datetime, anchors: Anchors, zone: ZoneInfo
) -> tuple[Timed | None, list[Timed]]:
    """Of the rungs that have come since `since`, the latest that still makes sense at `at`, and those passed over.

    Without `since` nothing has ever been said of the duty: then what it is about comes before any hurry.
    """
    come = [t for t in timed if t.at <= at and (since is None or t.at > since)]
    sensible = [t for t in come if _makes_sense(t.rung, at, anchors, zone)]
    chosen = sensible[-1] if sensible else None
    if since is None:
        chosen = next((t for t in sensible if t.rung.say == "topic"), chosen)
    return chosen, [t for t in come if t is not chosen]


def _makes_sense(rung: Rung, at: datetime, anchors: Anchors, zone: ZoneInfo) -> bool:
    """Words about a coming meeting make none once it has begun, nor those about preparing it on its day, nor "the last day" after it."""
    today = local_day(at, zone)
    if rung.say == "last_day":
        return anchors.due_on is None or today <= anchors.due_on
    if rung.anchor != "meeting" or rung.say == "result" or anchors.meeting_at is None:
        return True
    if rung.say in PREPARING and today >= local_day(anchors.meeting_at, zone):
        return False
    return at < anchors.meeting_at + STARTED
