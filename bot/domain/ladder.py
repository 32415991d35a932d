"""When each rung of a duty's ladder falls, and which of the rungs that have come is still worth saying."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.calendar import at_local, local_day, next_allowed
from bot.domain.plan import Rung

MORNING = time(7, 0)
"""Rungs without a clock time fall at the first allowed minute; each person's own hour is applied to the message."""
STARTED = timedelta(minutes=30)


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


def timetable(rungs: Sequence[Rung], anchors: Anchors, zone: ZoneInfo) -> list[Timed]:
    """The rungs that apply, with their moments (UTC) in order; out of quiet hours, holidays and Tết, never before the duty opens."""
    opens = at_local(anchors.opens_on, MORNING, zone)
    timed = []
    for rung in rungs:
        if rung.when == ("unscheduled" if anchors.meeting_at else "scheduled"):
            continue
        moment = _moment(rung, anchors, zone)
        if moment is None:
            continue
        own_day = (
            local_day(anchors.meeting_at, zone) if anchors.meeting_at and rung.anchor == "meeting" else None
        )
        timed.append(Timed(next_allowed(max(moment, opens), zone, except_day=own_day), rung))
    return sorted(timed, key=lambda t: t.at)


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
    timed: Sequence[Timed], since: datetime | None, at: datetime, anchors: Anchors
) -> tuple[Timed | None, list[Timed]]:
    """Of the rungs that have come since `since`, the latest that still makes sense at `at`, and those passed over."""
    come = [t for t in timed if t.at <= at and (since is None or t.at > since)]
    chosen = next((t for t in reversed(come) if _makes_sense(t.rung, at, anchors)), None)
    return chosen, [t for t in come if t is not chosen]


def _makes_sense(rung: Rung, at: datetime, anchors: Anchors) -> bool:
    """Words about a coming meeting make none once it has begun."""
    if rung.anchor != "meeting" or rung.say == "result" or anchors.meeting_at is None:
        return True
    return at < anchors.meeting_at + STARTED
