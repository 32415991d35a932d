"""What a plan expects of one unit: its meetings, reports and confirmations, with their days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from bot.domain.agenda import fill
from bot.domain.calendar import Period, last_day_before, periods, safe_day
from bot.domain.plan import Due, Duty, Filter, Head, Plan, Topic, Variant

OPENS_BEFORE_DUE = timedelta(days=30)
ROMAN = ("", "I", "II", "III", "IV")


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """What a plan can tell a unit by. `direct`: it stands directly below the committee that owns the plan."""

    code: str
    kind: str
    sector: str | None
    direct: bool


@dataclass(frozen=True, slots=True)
class Relative:
    """A last day that hangs on the day on which the unit meets about `topic`."""

    side: Literal["after", "before"]
    days: int
    topic: str


@dataclass(frozen=True, slots=True)
class Expected:
    """One thing expected of a unit. `due_on` is the last permitted day, `safe_on` the last working day up to it;
    both are None for a thing that hangs on a meeting, which carries `relative` and the period of that meeting."""

    key: str
    kind: Literal["meeting", "report", "confirm"]
    title: str
    topic: str | None
    variant: str | None
    period_first: date
    period_last: date
    opens_on: date
    due_on: date | None
    safe_on: date | None
    to: str | None
    via: str | None
    ladder: str
    relative: Relative | None


def expected(plan: Plan, unit: UnitFacts) -> list[Expected]:
    """All that `plan` expects of `unit`, by last day then key, what hangs on a meeting last; keys are unique.

    Topics without a period (the pool) give nothing. Units that the plan cannot tell apart are handed the very
    same list: read it, do not change it.
    """
    code = unit.code if unit.code in _named(plan) else ""
    return _shared(plan, UnitFacts(code, unit.kind, unit.sector, unit.direct))


@lru_cache(maxsize=4096)
def _shared(plan: Plan, unit: UnitFacts) -> list[Expected]:
    found = [*_meetings(plan, unit)]
    for duty in plan.duties:
        if fits(duty.who, unit):
            found.extend(_relative(plan, duty, unit) if duty.due.relative else _dated(plan, duty))
    return sorted(found, key=lambda e: (e.due_on or date.max, e.key))


@lru_cache(maxsize=64)
def _named(plan: Plan) -> frozenset[str]:
    filters: list[Filter] = [*(topic.who for topic in plan.topics), *(duty.who for duty in plan.duties)]
    filters += [variant.who for topic in plan.topics for variant in topic.variants if variant.who]
    return frozenset(code for one in filters for code in (*one.units, *one.excluded))


def fits(who: Filter, unit: UnitFacts) -> bool:
    return (
        unit.code not in who.excluded
        and (not who.units or unit.code in who.units)
        and (not who.kinds or unit.kind in who.kinds)
        and (not who.sectors or unit.sector in who.sectors)
        and (unit.direct or not who.direct)
    )


def overlap(one: Filter, other: Filter) -> bool:
    """Whether there can be a unit that passes both."""
    shared = set(one.units) & set(other.units) if one.units and other.units else {*one.units, *other.units}
    if (one.units or other.units) and not shared - {*one.excluded, *other.excluded}:
        return False
    pairs = ((one.kinds, other.kinds), (one.sectors, other.sectors))
    return all(not a or not b or set(a) & set(b) for a, b in pairs)


def variant_of(topic: Topic, unit: UnitFacts) -> Variant | None:
    """The first variant that fits the unit; None where the topic has none."""
    return next((v for v in topic.variants if v.who is None or fits(v.who, unit)), None)


def deadlines(due: Due, head: Head) -> list[tuple[Period | None, date]]:
    """The last permitted days that a dated operator gives, each with its period if it is a recurring one.

    `every` counts the periods that end inside `from`..`to`, by default inside the plan's window.
    """
    if due.before is not None:
        return [(None, last_day_before(due.before))]
    if due.by is not None:
        return [(None, due.by)]
    if due.every is None:
        return []
    first, last = due.first or head.starts, due.last or head.ends
    return [(p, p.last) for p in periods(due.every, first, last) if p.last <= last]


def _meetings(plan: Plan, unit: UnitFacts) -> Iterator[Expected]:
    for topic in plan.topics:
        if topic.period is None or not fits(topic.who, unit):
            continue
        variant = variant_of(topic, unit)
        last = topic.period.last
        yield Expected(
            key=topic.key,
            kind="meeting",
            title=_title(topic, variant),
            topic=topic.key,
            variant=variant.key if variant else None,
            period_first=topic.period.first,
            period_last=last,
            opens_on=topic.period.first,
            due_on=last,
            safe_on=safe_day(last),
            to=None,
            via=None,
            ladder=topic.ladder,
            relative=None,
        )


def _dated(plan: Plan, duty: Duty) -> Iterator[Expected]:
    for period, last in deadlines(duty.due, plan.head):
        opens = duty.opens or max(plan.head.starts, period.first if period else last - OPENS_BEFORE_DUE)
        yield Expected(
            key=f"{duty.key}:{period.key}" if period else duty.key,
            kind=duty.do,
            title=fill(duty.title, {"period": _number(period)} if period else {}),
            topic=None,
            variant=None,
            period_first=period.first if period else opens,
            period_last=last,
            opens_on=opens,
            due_on=last,
            safe_on=safe_day(last),
            to=duty.to,
            via=duty.via,
            ladder=duty.ladder,
            relative=None,
        )


def _relative(plan: Plan, duty: Duty, unit: UnitFacts) -> Iterator[Expected]:
    after = duty.due.after_meeting is not None
    days = (duty.due.after_meeting if after else duty.due.before_meeting) or 0
    for topic in plan.topics:
        wanted = not duty.due.topics or topic.key in duty.due.topics
        if not wanted or topic.period is None or not fits(topic.who, unit):
            continue
        variant = variant_of(topic, unit)
        yield Expected(
            key=f"{duty.key}:{topic.key}",
            kind=duty.do,
            title=fill(duty.title, {"topic": _title(topic, variant)}),
            topic=topic.key,
            variant=variant.key if variant else None,
            period_first=topic.period.first,
            period_last=topic.period.last,
            opens_on=topic.period.first,
            due_on=None,
            safe_on=None,
            to=duty.to,
            via=duty.via,
            ladder=duty.ladder,
            relative=Relative("after" if after else "before", days, topic.key),
        )


def _title(topic: Topic, variant: Variant | None) -> str:
    return variant.title if variant and variant.title else topic.title


def _number(period: Period) -> str:
    """The period as a number after the word that the title gives: 4/2022, II/2022, 2022."""
    year, _, part = period.key.partition("-")
    if not part:
        return year
    return f"{ROMAN[int(part[1:])]}/{year}" if part[0] in "QH" else f"{int(part)}/{year}"
