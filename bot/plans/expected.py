"""What a plan expects of one unit: its meetings, reports and confirmations, with their days."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Literal

from bot.calendar import NOT_RELATIVE, Relative, Side, last_day_before, safe_day
from bot.periods import Period
from bot.plans.agenda import fill_step_texts
from bot.plans.deadlines import dated_title, deadline_pairs, meeting_turns, report_within
from bot.plans.fields import Figures, Filter
from bot.plans.plan import DutyText, PlanText, TopicText, Variant
from bot.plans.who import UnitProfile, fits_unit, variant_of

OPENS_BEFORE_DUE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Expected:
    """One thing expected of a unit. `due_on` is the last permitted day, `safe_on` the last working day up to it; both are None
    for what has no day, and for what carries `relative`. It counts from `opens_on` and is told from `announced_on` on.
    `waits` is the key of what must be done before. `report_due_on`: a report on this meeting is due on that day, before the
    meeting's own last; then `safe_on` is in time for it. `base` is the key of its topic or duty in the plan; `period` tells its
    turns apart: the period, or the key of the meeting that it belongs to; empty where it comes once."""

    base: str
    period: str
    kind: Literal["meeting", "report", "confirm"]
    title: str
    period_first: date
    period_last: date
    announced_on: date
    opens_on: date
    ladder: str
    due_on: date | None = None
    safe_on: date | None = None
    topic: str | None = None
    variant: str | None = None
    to: str | None = None
    via: str | None = None
    relative: Relative = NOT_RELATIVE
    waits: str | None = None
    report_due_on: date | None = None
    reports_on: str | None = None
    asks: Figures = ()
    without_files: bool = False
    material_for: str | None = None
    material_variant: str | None = None

    @property
    def key(self) -> str:
        return f"{self.base}:{self.period}" if self.period else self.base


def expected_duties(plan: PlanText, unit: UnitProfile) -> list[Expected]:
    """All that `plan` expects of `unit`, by last day then key, what has no day last; keys are unique.

    Topics of the pool give nothing, nor does what is asked of a committee for each of its units (`expected_about`). What the
    source leaves open about its days gives nothing before it is `answered`. Units that the plan cannot tell apart are handed the very
    same list: read it, do not change it.
    """
    return _shared(plan, _alike(plan, unit))


def expected_about(plan: PlanText, unit: UnitProfile) -> list[tuple[DutyText, list[Expected]]]:
    """What `plan` expects of its committee or offices about this unit: each duty `for_each` unit, with what it comes to.

    Whoever passes the duty's `who` owes it. What it waits for, and the meeting it counts from, are this unit's.
    """
    return _shared_about(plan, _alike(plan, unit))


def _alike(plan: PlanText, unit: UnitProfile) -> UnitProfile:
    code = unit.code if unit.code in named_codes(plan) else ""
    return UnitProfile(code, unit.kind, unit.sector, unit.direct)


@lru_cache(maxsize=4096)
def _shared(plan: PlanText, unit: UnitProfile) -> list[Expected]:
    found = _all(plan, unit)
    own = {duty.key for duty in plan.duties if duty.for_each is None and fits_unit(duty.who, unit)}
    own |= {topic.key for topic in plan.topics}
    return [e for e in found if e.base in own]


@lru_cache(maxsize=4096)
def _shared_about(plan: PlanText, unit: UnitProfile) -> list[tuple[DutyText, list[Expected]]]:
    found = _all(plan, unit)
    about = [duty for duty in plan.duties if duty.for_each and _concerns(plan, duty, unit)]
    return [(duty, [e for e in found if e.base == duty.key]) for duty in about]


def _all(plan: PlanText, unit: UnitProfile) -> list[Expected]:
    """The unit's own and what is asked about it, in one list: each may wait for any other."""
    found = [*_meetings(plan, unit)]
    meetings = list(found)
    left = [d for d in plan.duties if (_concerns(plan, d, unit) if d.for_each else fits_unit(d.who, unit))]
    while left:
        ready = [d for d in left if d.waits is None or d.waits not in {one.key for one in left}]
        if not ready:
            break  # a ring, which the reader of the file has refused
        for duty in ready:
            found.extend(_of_duty(plan, duty, meetings, found))
        left = [d for d in left if d not in ready]
    return sorted(found, key=lambda e: (e.due_on or date.max, e.key))


def _concerns(plan: PlanText, duty: DutyText, unit: UnitProfile) -> bool:
    """Whether a duty `for_each` unit is asked about this one: by its `of`, else by who owes what it waits for."""
    if duty.of is not None:
        return fits_unit(duty.of, unit)
    owing = [one.who for one in plan.duties if one.key == duty.waits]
    owing += [one.who for one in plan.topics if one.key == duty.waits]
    return fits_unit(owing[0], unit) if owing else unit.kind == "chi_bo"


@lru_cache(maxsize=64)
def named_codes(plan: PlanText) -> frozenset[str]:
    """The codes of the units that the plan names somewhere."""
    filters: list[Filter] = [*(topic.who for topic in plan.topics), *(duty.who for duty in plan.duties)]
    filters += [variant.who for topic in plan.topics for variant in topic.variants if variant.who]
    filters += [duty.of for duty in plan.duties if duty.of]
    return frozenset(code for one in filters for code in (*one.units, *one.excluded))


def _meetings(plan: PlanText, unit: UnitProfile) -> Iterator[Expected]:
    asked: list[tuple[str, Period | None, date, date]] = []
    for topic in plan.topics:
        if topic.pool or topic.gaps or topic.asks_last or not fits_unit(topic.who, unit):
            continue
        for span, first, last in meeting_turns(topic, plan.head):
            asked.append((topic.meeting, span, first, last))
            yield _meeting(plan, topic, unit, span, first, last)
    for topic in plan.topics:
        if not topic.gaps or not fits_unit(topic.who, unit):
            continue
        for span, first, last in meeting_turns(topic, plan.head):
            if not any(kind == topic.meeting and first <= day <= last for kind, _, _, day in asked):
                yield _meeting(plan, topic, unit, span, first, last)


def _meeting(
    plan: PlanText, topic: TopicText, unit: UnitProfile, span: Period | None, first: date, last: date
) -> Expected:
    variant = variant_of(topic, unit)
    report = report_within(plan, topic, first, last)
    return Expected(
        base=topic.key,
        period=span.key if span else "",
        kind="meeting",
        title=_title(topic, variant),
        topic=topic.key,
        variant=variant.key if variant else None,
        period_first=first,
        period_last=last,
        announced_on=safe_day(first - timedelta(days=plan.head.announce)),
        opens_on=first,
        due_on=last,
        safe_on=max(first, safe_day(last_day_before(report))) if report else safe_day(last),
        ladder=topic.ladder,
        report_due_on=report,
    )


def _of_duty(
    plan: PlanText, duty: DutyText, meetings: list[Expected], found: list[Expected]
) -> Iterator[Expected]:
    """What one duty comes to, tied to what it waits for: by the same period or meeting where both have one, else to each."""
    leaders = [e for e in found if e.base == duty.waits]
    if duty.waits and not leaders:
        return
    for one in _by_meeting(plan, duty, meetings) if duty.due.by_meeting else _dated(plan, duty):
        if not duty.waits:
            yield one
            continue
        same = [e for e in leaders if one.period in (e.key, e.period)] if one.period else []
        for leader in same or leaders:
            yield _waiting(one, one.period or leader.period, leader)
            if one.period:
                break


def _waiting(one: Expected, period: str, leader: Expected) -> Expected:
    opens_on = max(one.opens_on, leader.opens_on)
    announced_on = max(one.announced_on, leader.announced_on)
    return replace(one, period=period, waits=leader.key, opens_on=opens_on, announced_on=announced_on)


def _asked(duty: DutyText, **days: Any) -> Expected:
    return Expected(
        kind=duty.do,
        to=duty.to,
        via=duty.via,
        ladder=duty.ladder,
        asks=duty.asks,
        without_files=duty.without_files,
        material_for=duty.material_for,
        material_variant=duty.material_variant,
        **days,
    )


def _dated(plan: PlanText, duty: DutyText) -> Iterator[Expected]:
    if duty.due.undated or duty.due.after_waiting is not None:
        yield _undated(plan, duty)
    for span, last in deadline_pairs(duty.due, plan.head):
        opens = duty.opens or max(plan.head.starts, span.first if span else last - OPENS_BEFORE_DUE)
        yield _asked(
            duty,
            base=duty.key,
            period=span.key if span else "",
            title=dated_title(duty.title, span),
            period_first=span.first if span else opens,
            period_last=last,
            announced_on=opens,
            opens_on=opens,
            due_on=last,
            safe_on=safe_day(last),
            reports_on=duty.reports_on,
        )


def _undated(plan: PlanText, duty: DutyText) -> Expected:
    opens = duty.opens or plan.head.starts
    days = duty.due.after_waiting
    working = duty.due.count == "working"
    return _asked(
        duty,
        base=duty.key,
        period="",
        title=duty.title,
        period_first=opens,
        period_last=plan.head.ends,
        announced_on=opens,
        opens_on=opens,
        relative=NOT_RELATIVE if days is None else Relative(Side.CHAIN, days, working=working),
    )


def _by_meeting(plan: PlanText, duty: DutyText, meetings: list[Expected]) -> Iterator[Expected]:
    after = duty.due.after_meeting is not None
    days = (duty.due.after_meeting if after else duty.due.before_meeting) or 0
    for meeting in meetings:
        if duty.due.topics and meeting.topic not in duty.due.topics:
            continue
        yield _asked(
            duty,
            base=duty.key,
            period=meeting.key,
            title=fill_step_texts(duty.title, {"topic": meeting.title}),
            topic=meeting.topic,
            variant=meeting.variant,
            period_first=meeting.period_first,
            period_last=meeting.period_last,
            announced_on=meeting.announced_on,
            opens_on=meeting.opens_on if after else meeting.announced_on,
            relative=Relative(
                Side.AFTER if after else Side.BEFORE, days, meeting.key, duty.due.count == "working"
            ),
        )


def _title(topic: TopicText, variant: Variant | None) -> str:
    return variant.title if variant and variant.title else topic.title
