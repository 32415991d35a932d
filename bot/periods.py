"""Months, quarters, half years and years, what comes before them, and the usual day of a meeting in one."""

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot.calendar import ONE_DAY, last_working_day, next_working_day, working_day
from bot.problems import Invalid

Span = Literal["month", "quarter", "half_year", "year"]
Shift = Literal["after", "before", "keep"]

MONTHS_OF: Mapping[Span, int] = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
PERIOD_KEY = re.compile(r"((?:19|20|21)[0-9]{2})(?:-(?:(0[1-9]|1[0-2])|Q([1-4])|H([12])))?")
ROMAN = ("", "I", "II", "III", "IV")
"""How quarters and half years are numbered."""


@dataclass(frozen=True, slots=True)
class Period:
    """A calendar month, quarter, half year or year, both ends included; `key` is what `period` reads."""

    first: date
    last: date
    key: str


def month_days(year: int, month: int) -> list[date]:
    """Every day of the month, in order."""
    return [date(year, month, day) for day in range(1, monthrange(year, month)[1] + 1)]


def period_named(key: str) -> Period:
    """The period that "2022-04", "2022-Q1", "2022-H1" or "2022" names, for 1900 to 2199.

    Raises Invalid("period_unclear", said=...).
    """
    found = PERIOD_KEY.fullmatch(key.strip().upper())
    if not found:
        raise Invalid("period_unclear", said=key)
    year, month, quarter, half = (int(part) if part else 0 for part in found.groups())
    if month:
        return _period_at("month", year, month)
    if quarter:
        return _period_at("quarter", year, 3 * quarter)
    if half:
        return _period_at("half_year", year, 6 * half)
    return _period_at("year", year, 12)


def periods_within(span: Span, first: date, last: date) -> list[Period]:
    """Every period of this span that shares a day with `first`..`last` (both included), in order."""
    found: list[Period] = []
    day = first
    while day <= last:
        found.append(_period_at(span, day.year, day.month))
        day = found[-1].last + ONE_DAY
    return found


def _period_at(span: Span, year: int, month: int) -> Period:
    length = MONTHS_OF[span]
    number = (month - 1) // length + 1
    end = number * length
    suffixes = {"month": f"-{number:02}", "quarter": f"-Q{number}", "half_year": f"-H{number}", "year": ""}
    return Period(date(year, end - length + 1, 1), month_days(year, end)[-1], f"{year}{suffixes[span]}")


NINE_MONTHS = re.compile(r"((?:19|20|21)[0-9]{2})-9M")
SPANS: tuple[Span, ...] = ("year", "half_year", "quarter", "month")


def summed_period(key: str) -> Period:
    """As `period_named`; also "2022-9M", the nine months to which leaders sum up and no plan asks for.

    Raises Invalid("period_unclear", said=...).
    """
    if found := NINE_MONTHS.fullmatch(key):
        year = int(found[1])
        return Period(date(year, 1, 1), date(year, 9, 30), key)
    return period_named(key)


def span_of(period: Period) -> Literal["month", "quarter", "half_year", "nine_months", "year"]:
    """How long it is, by its key."""
    part = period.key[5:]
    if not part:
        return "year"
    return "nine_months" if part == "9M" else _SPAN_MARKS.get(part[0], "month")


_SPAN_MARKS: Mapping[str, Span] = {"Q": "quarter", "H": "half_year"}


def period_before(period: Period) -> Period:
    """The one of the same length that ended as it began; before nine months those of the year before."""
    span = span_of(period)
    if span == "nine_months":
        return summed_period(f"{period.first.year - 1}-9M")
    day = period.first - ONE_DAY
    return _period_at(span, day.year, day.month)


def period_of(span: Span, day: date) -> Period:
    """The period of this span in which the day lies."""
    return _period_at(span, day.year, day.month)


def periods_ending(day: date) -> list[Period]:
    """Those whose last day this is, the longest first: none on most days."""
    return [found for found in (period_of(span, day) for span in SPANS) if found.last == day]


def usual_meeting_day(day_of_month: int, period: Period, shift: Shift = "after") -> date:
    """The unit's usual day (1-31) in the first month of `period`; a month that is too short gives its last day.

    A rest day (a public holiday, a Saturday or Sunday that is not worked) moves it by `shift`, and the other way where that
    would leave the period; a cell that does meet on such days has the shift "keep". Raises ValueError for a day that no
    month has.
    """
    if not 1 <= day_of_month <= 31:
        raise ValueError(f"no month has a day {day_of_month}")
    month = month_days(period.first.year, period.first.month)
    usual = month[min(day_of_month, len(month)) - 1]
    if shift == "keep" or working_day(usual):
        return usual
    later, earlier = next_working_day(usual), last_working_day(usual)
    if shift == "after":
        return later if later <= period.last else earlier
    return earlier if earlier >= period.first else later
