"""The periods and last days that a plan names, before any unit is looked at."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from bot.calendar import last_day_before, safe_day
from bot.periods import ROMAN, Period, period_named, periods_within
from bot.plans.agenda import fill_step_texts
from bot.plans.plan import Due, Head, PlanText, TopicText


def recurrences(topic: TopicText, head: Head) -> list[Period]:
    """The periods in which a topic with `every` is due: those that end inside its `period`, by default inside the plan's."""
    first = topic.period.first if topic.period else head.starts
    last = topic.period.last if topic.period else head.ends
    return [p for p in periods_within(topic.every, first, last) if p.last <= last] if topic.every else []


def deadline_pairs(due: Due, head: Head) -> list[tuple[Period | None, date]]:
    """The last permitted days that a dated operator gives, each with its period if it is a recurring one.

    `every` counts the periods that end inside `from`..`to`, by default inside the plan's window; with `within`, that
    part or day of every year. What the office has not yet said gives none.
    """
    if due.before is not None:
        return [(None, last_day_before(due.before))]
    if due.by is not None:
        return [(None, due.by)]
    if due.every is None or due.every == "ask" or (due.every == "year" and due.within is None):
        return []
    first, last = due.first or head.starts, due.last or head.ends
    found = periods_within(due.every, first, last)
    if due.within and "-" in due.within:
        days = [(year, date.fromisoformat(f"{year.key}-{due.within}")) for year in found]
        return [(year, day) for year, day in days if first <= day <= last]
    if due.within:
        found = [period_named(f"{year.key}-{due.within}") for year in found]
    return [(p, p.last) for p in found if first <= p.last <= last]


def meeting_turns(topic: TopicText, head: Head) -> Iterator[tuple[Period | None, date, date]]:
    """The period, if it recurs, first and last day of each meeting that the topic asks for."""
    if topic.every:
        for span in recurrences(topic, head):
            yield span, max(span.first, head.starts), span.last
    elif topic.period:
        yield None, topic.period.first, topic.period.last


def report_within(plan: PlanText, topic: TopicText, first: date, last: date) -> date | None:
    """The last permitted day of the first report on a meeting about the topic that is due after `first` and before `last`,
    the days between which the meeting may be held (guidance of a district, 2022, II.4 and II.5: "tháng 5 hoặc tháng 6",
    "trước ngày 15/6")."""
    return min((day for _, day in _reports_within(plan, topic, first, last)), default=None)


def _reports_within(plan: PlanText, topic: TopicText, first: date, last: date) -> Iterator[tuple[str, date]]:
    """The titles and days of the reports on such a meeting that come before its last day."""
    for duty in plan.duties:
        if duty.do == "report" and topic.key in (duty.reports_on, duty.waits):
            for span, day in deadline_pairs(duty.due, plan.head):
                if first < day < last:
                    yield dated_title(duty.title, span), day


@dataclass(frozen=True, slots=True)
class Tight:
    """A meeting that may be held until `last`, and a report on it that is due before, on `due_on`: it is asked for by `by`."""

    topic: str
    last: date
    report: str
    due_on: date
    by: date


def tight_meetings(plan: PlanText) -> list[Tight]:
    """What whoever loads the plan must know: meetings that may be held too late for the report on them."""
    return [
        Tight(topic.title, last, title, day, max(first, safe_day(last_day_before(day))))
        for topic in plan.topics
        if not topic.pool
        for _, first, last in meeting_turns(topic, plan.head)
        for title, day in _reports_within(plan, topic, first, last)
    ]


def dated_title(title: str, span: Period | None) -> str:
    """Two turns of one duty are told apart by their titles, whether or not the plan says where the period stands."""
    if span is None:
        return title
    number = period_number(span)
    return fill_step_texts(title, {"period": number}) if "{period}" in title else f"{title} ({number})"


def undated_title(title: str, span: Period) -> str:
    """What `dated_title` has made, without the period: the title of all the turns of one duty."""
    number = re.escape(period_number(span))
    return re.sub(rf" ?(?:\({number}\)|(?<![\w/]){number}(?![\w/]))", "", title).strip()


def period_number(period: Period) -> str:
    """The period as a number after the word that the title gives: 4/2022, II/2022, 2022."""
    year, _, part = period.key.partition("-")
    if not part:
        return year
    return f"{ROMAN[int(part[1:])]}/{year}" if part[0] in "QH" else f"{int(part)}/{year}"
