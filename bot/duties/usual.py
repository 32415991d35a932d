"""The unit's usual day: which day that is in the time of a meeting, once it is off the rest days."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import Protocol, cast

from bot.calendar import ONE_DAY
from bot.periods import Shift, periods_within, usual_meeting_day
from bot.tables import Duty, DutyKind

LONG = timedelta(days=100)
"""A meeting that may be held in so long a time is expected at its end, not in its first month."""


class Habit(Protocol):
    """A unit, or what is read of one: the usual day of the month, and where it goes when it is a rest day."""

    @property
    def meeting_day(self) -> int | None: ...
    @property
    def meeting_shift(self) -> str: ...


def usual_days(habit: Habit, first: date, last: date) -> Iterator[date]:
    """The unit's usual day of each month, as far as it lies in `first`..`last`; none for a unit that has no such day."""
    if habit.meeting_day is None:
        return iter(())
    return _days(habit.meeting_day, cast(Shift, habit.meeting_shift), first, last)


def _days(day_of_month: int, shift: Shift, first: date, last: date) -> Iterator[date]:
    for month in periods_within("month", first, last):
        day = usual_meeting_day(day_of_month, month, shift)
        if first <= day <= last:
            yield day


def expected_day(habit: Habit, first: date, last: date | None) -> date | None:
    """The usual day on which a meeting due in `first`..`last` is expected: the first one; in a half year or longer the last."""
    if last is None or habit.meeting_day is None:
        return None
    return _expected(habit.meeting_day, cast(Shift, habit.meeting_shift), first, last)


@lru_cache(maxsize=4096)
def _expected(day: int, shift: Shift, first: date, last: date) -> date | None:
    days = list(_days(day, shift, first, last))
    return days[-1 if last - first > LONG else 0] if days else None


def usual_of(duty: Duty) -> date | None:
    """The usual day on which the duty's meeting is expected, in time for the report on it; None for what is no meeting."""
    if duty.kind != DutyKind.MEETING:
        return None
    return expected_day(duty.unit, duty.opens_on, in_time(duty.due_on, duty.demand.report_due_on))


def in_time(due_on: date | None, report_due_on: date | None) -> date | None:
    """The last day on which the meeting can be held for the report on it to be in time, else the meeting's own last day."""
    return report_due_on - ONE_DAY if report_due_on else due_on
