"""When each rung of a duty's ladder falls, and which of the rungs that have come is still worth saying."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.calendar import ONE_DAY, Moment, at_local, is_weekend, last_working_day, next_allowed
from bot.plans.ladders import COMING, Anchor, LadderRung, Say, To
from bot.tables import ReminderKind

MORNING = time(7, 0)
"""Rungs without a clock time fall at the first allowed minute; each person's own hour is applied to the message."""
STARTED = timedelta(minutes=30)
PREPARING = ("topic", "ready", "upload")
CLIMB: tuple[To, ...] = ("secretary", "deputy", "above")
ORDER: tuple[Say, ...] = (
    "topic",
    "set_date",
    "ready",
    "upload",
    "today",
    "start",
    "result",
    "minutes",
    "due",
    "last_day",
    "late",
)
"""Of rungs meant for one and the same moment the later in this order is said."""
TOPIC_FRESH = timedelta(days=7)
PATIENCE = timedelta(days=3)
NAME_TIME = "%Y%m%d%H%M"
NAME_LENGTH = 47
"""Of the rung's key; with its moment it fills the column that keeps it."""


@dataclass(frozen=True, slots=True)
class Anchors:
    """What rungs count from. Days are local; `meeting_at` is when the duty's meeting is set for, if it is; `usual_on` is the
    unit's usual day in the duty's time. Nothing is said before `announced_on`, by default the day on which it opens."""

    opens_on: date
    due_on: date | None
    safe_on: date | None
    meeting_at: datetime | None = None
    announced_on: date | None = None
    usual_on: date | None = None

    @property
    def told_from(self) -> date:
        return self.announced_on or self.opens_on


@dataclass(frozen=True, slots=True)
class Timed:
    at: datetime
    rung: LadderRung

    @property
    def name(self) -> str:
        """What the rung is known by once it has been said: a moved meeting has the same rungs under other names."""
        return f"{self.rung.key[:NAME_LENGTH]}@{self.at.astimezone(UTC):{NAME_TIME}}"


class ToldRung(NamedTuple):
    """A rung as it is written down once it has been said; the moment is the one that it was for."""

    name: str
    kind: ReminderKind
    at: datetime


def rung_moments(rungs: Iterable[LadderRung], anchors: Anchors, zone: ZoneInfo) -> list[Timed]:
    """The rungs that apply, with their moments (UTC), each later than the one before; out of quiet hours, holidays and Tết,
    never before the duty is announced, whatever the order of `rungs`. What counts down to a meeting and would come too late
    after a holiday comes before it.

    Of those that come to one moment and speak to the same people one stays: at the first moment of all what the duty is
    about, else the one meant to be the latest. Those that speak to others wait for the next day on which they may be said:
    a unit's secretary hears it before those who stand in, and these before who is above.
    """
    placed = _counted_down(_placed(rungs, anchors, zone), anchors, zone)
    left = _without_repeats(_without_echo(_without_haste(placed, anchors, zone), zone))
    timed: list[Timed] = []
    while left:
        at = min(one.at for one in left)
        level = min(CLIMB.index(one.rung.to) for one in left if one.at == at)
        same = [one for one in left if one.at == at and one.rung.to == CLIMB[level]]
        timed.append(Timed(at, max(same, key=_first_of_all if not timed else _meant_last).rung))
        next_day = next_allowed(Moment(at + timedelta(days=1), zone))
        higher = [one for one in left if one.at == at and one.rung.to != CLIMB[level]]
        left = [one for one in left if one.at != at] + [replace(one, at=next_day) for one in higher]
    return timed


@dataclass(frozen=True, slots=True)
class _Placed:
    """A rung at the moment at which it may be said, beside the one that its ladder means."""

    at: datetime
    meant: datetime
    rung: LadderRung


def _meant_last(one: _Placed) -> tuple[datetime, int, str]:
    return one.meant, ORDER.index(one.rung.say), one.rung.key


def _first_of_all(one: _Placed) -> tuple[bool, datetime, int, str]:
    return one.rung.say == "topic", *_meant_last(one)


def _placed(rungs: Iterable[LadderRung], anchors: Anchors, zone: ZoneInfo) -> list[_Placed]:
    told_from = at_local(anchors.told_from, MORNING, zone)
    meeting_day = Moment(anchors.meeting_at, zone).today if anchors.meeting_at else None
    placed = []
    for rung in rungs:
        meant = _moment(rung, anchors, zone)
        if meant is None or rung.when == ("unscheduled" if meeting_day else "scheduled"):
            continue
        meant = _in_time(rung, Moment(meant, zone))
        own_day = meeting_day if rung.anchor == "meeting" else None
        placed.append(
            _Placed(next_allowed(Moment(max(meant, told_from), zone), except_day=own_day), meant, rung)
        )
    return placed


def _in_time(rung: LadderRung, meant: Moment) -> datetime:
    """What would come too late behind a weekend comes before it: the last day, and what is to be prepared for a meeting
    (unless it is for the day before it, on which people are told in any case)."""
    day = meant.today
    counts_down = rung.anchor in COMING and rung.days < -1
    if not is_weekend(day) or not (counts_down or rung.say == "last_day"):
        return meant.at
    return meant.at - (day - last_working_day(day))


def _counted_down(placed: list[_Placed], anchors: Anchors, zone: ZoneInfo) -> list[_Placed]:
    """What is said so many days before a meeting, and a holiday would push onto its day or onto the next such word, comes on
    the last day before on which it may be said, and what was meant for before that a day earlier; unless the duty is not
    even announced by then."""
    days = {
        "meeting": anchors.meeting_at and Moment(anchors.meeting_at, zone).today,
        "usual": anchors.usual_on,
    }
    told_from = at_local(anchors.told_from, MORNING, zone)
    found = {one.rung.key: one for one in placed}
    for anchor, taken in days.items():
        counting = [one for one in placed if one.rung.anchor == anchor and one.rung.days < 0]
        following = taken
        for one in sorted(counting, key=lambda one: one.meant, reverse=True):
            if taken is None or following is None:
                break
            day, meant_day = Moment(one.at, zone).today, Moment(one.meant, zone).today
            pushed = day > meant_day
            into_rest = pushed and is_weekend(day)
            if day >= taken or (pushed and day >= following) or into_rest:
                last = last_working_day(meant_day) if into_rest else following - ONE_DAY
                earlier = _last_allowed(last, one.rung.clock or MORNING, zone)
                if earlier < told_from:
                    continue
                found[one.rung.key], day = replace(one, at=earlier), Moment(earlier, zone).today
                taken = day
            following = day
    return list(found.values())


def _last_allowed(last: date, clock: time, zone: ZoneInfo) -> datetime:
    """The last moment up to that day at which an unasked message may go out at about that time of day, which may be one
    whose message goes out the morning after."""
    day = last
    while Moment(moment := next_allowed(Moment(at_local(day, clock, zone), zone)), zone).today > last:
        day -= ONE_DAY
    return moment


def _without_haste(placed: list[_Placed], anchors: Anchors, zone: ZoneInfo) -> list[_Placed]:
    """While the unit's usual day is ahead, or hardly past, nobody is asked for a day by another reckoning; nor after the last."""
    patient = anchors.usual_on + PATIENCE if anchors.usual_on else date.min
    last = anchors.due_on or date.max
    return [
        one
        for one in placed
        if one.rung.say != "set_date"
        or one.rung.anchor in COMING
        or patient < Moment(one.at, zone).today <= last
    ]


def _without_echo(placed: list[_Placed], zone: ZoneInfo) -> list[_Placed]:
    """Of two that ask for the day of a meeting, and that holidays have brought together, the one on the eve of the other is left out."""
    asking = {Moment(one.at, zone).today for one in placed if one.rung.say == "set_date"}
    return [
        one
        for one in placed
        if one.rung.say != "set_date"
        or Moment(one.at, zone).today == Moment(one.meant, zone).today
        or Moment(one.at, zone).today + ONE_DAY not in asking
    ]


def _without_repeats(placed: list[_Placed]) -> list[_Placed]:
    """What a coming meeting is about is not said within a week after it was said first."""
    first = min(
        (one.at for one in placed if one.rung.say == "topic" and one.rung.anchor not in COMING), default=None
    )
    return [
        one
        for one in placed
        if first is None
        or one.rung.say != "topic"
        or one.rung.anchor not in COMING
        or not first <= one.at <= first + TOPIC_FRESH
    ]


def _moment(rung: LadderRung, anchors: Anchors, zone: ZoneInfo) -> datetime | None:
    if rung.anchor == "meeting":
        if anchors.meeting_at is None:
            return None
        if not rung.days and rung.clock is None:
            return anchors.meeting_at + timedelta(hours=rung.hours)
        day = Moment(anchors.meeting_at, zone).today
    else:
        found = _day_of(rung.anchor, anchors)
        if found is None:
            return None
        day = found
    clock = rung.clock or MORNING
    return at_local(day + timedelta(days=rung.days), clock, zone) + timedelta(hours=rung.hours)


def _day_of(anchor: Anchor, anchors: Anchors) -> date | None:
    days = {
        "announce": anchors.told_from,
        "opens": anchors.opens_on,
        "usual": anchors.usual_on,
        "safe": anchors.safe_on,
        "due": anchors.due_on,
    }
    return days[anchor]


def next_at(timed: Iterable[Timed], after: datetime | None) -> datetime | None:
    """The moment of the first rung later than `after`."""
    return min((t.at for t in timed if after is None or t.at > after), default=None)


def worth_saying(
    timed: Sequence[Timed], since: datetime | None, moment: Moment, anchors: Anchors
) -> tuple[list[Timed], list[Timed]]:
    """Of the rungs that have come since `since`: what is said at `at` and what is passed over.

    Said is for the secretary, for those who stand in and for who is above the latest that still makes sense, one each.
    Without `since` nothing has ever been said of the duty: then what it is about comes before any hurry, and
    nothing goes up.
    """
    come = [t for t in timed if t.at <= moment.at and (since is None or t.at > since)]
    sensible = [t for t in come if _makes_sense(t.rung, moment, anchors) and not _is_fresh(t, since)]
    latest = {t.rung.to: t for t in sensible}
    if since is None:
        first = next((t for t in sensible if t.rung.say == "topic"), None)
        own = first or latest.get("secretary")
        latest = {"secretary": own} if own else {}
    said = [latest[to] for to in CLIMB if to in latest]
    return said, [t for t in come if t not in said]


def _is_fresh(timed: Timed, since: datetime | None) -> bool:
    """What a meeting is about was told late, with a plan loaded late: it is not said again before the usual day within the week."""
    topic = timed.rung.say == "topic" and timed.rung.anchor == "usual"
    return topic and since is not None and timed.at <= since + TOPIC_FRESH


def _makes_sense(rung: LadderRung, moment: Moment, anchors: Anchors) -> bool:
    """Words about a coming meeting make none once it has begun, nor those about preparing it on its day, nor those about the
    usual day or "the last day" after it."""
    today = moment.today
    if rung.say == "last_day":
        return anchors.due_on is None or today <= anchors.due_on
    if rung.anchor == "usual" and rung.days < 0 and anchors.usual_on is not None:
        return today <= anchors.usual_on
    if rung.anchor != "meeting" or rung.say == "result" or anchors.meeting_at is None:
        return True
    if rung.say in PREPARING and today >= moment.day_of(anchors.meeting_at):
        return False
    return moment.at < anchors.meeting_at + STARTED
