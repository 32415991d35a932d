"""Deadlines, rest days and quiet hours: the calendar of a party organisation in Viet Nam."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

QUIET_FROM = time(21)
QUIET_UNTIL = time(7)
QUIET_UNTIL_ON_MEETING_DAY = time(6)

# Day off -> Saturday worked for it: notices that the library does not have. It holds those of 2010-2025 and of
# August 2026. 02/01/2026: notice of the Ministry of Home Affairs of 25/12/2025.
SWAPS: Mapping[date, date] = {date(2026, 1, 2): date(2026, 1, 10)}

ONE_DAY = timedelta(days=1)
SHIPPED = Path(__file__).resolve().parent.parent / "templates" / "holidays.tsv"
"""A day and its name, or nothing behind the day where a Saturday or Sunday is worked."""


@dataclass(frozen=True, slots=True)
class Rest:
    """Why nobody works on a day; `name` is the holiday's Vietnamese name, or "saturday" or "sunday"."""

    kind: Literal["holiday", "weekend"]
    name: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A time (aware, UTC) and the zone whose wall shows it. Raises ValueError for a naive one when the wall is looked at."""

    at: datetime
    zone: ZoneInfo

    @property
    def local(self) -> datetime:
        if self.at.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return self.at.astimezone(self.zone)

    @property
    def today(self) -> date:
        return self.local.date()

    def day_of(self, at: datetime) -> date:
        """The date that the same wall shows at another time."""
        return Moment(at, self.zone).today


@dataclass(frozen=True, slots=True)
class _Year:
    holidays: Mapping[date, str]
    worked_weekends: frozenset[date]


@lru_cache(maxsize=64)
def _year(year: int) -> _Year:
    return _shipped_years().get(year) or compute_year(year)


@cache
def _shipped_years() -> Mapping[int, _Year]:
    """The years of templates/holidays.tsv, which `make holidays` has computed: the library takes 16 MB and half a second."""
    names: dict[int, dict[date, str]] = {}
    worked: dict[int, set[date]] = {}
    for line in SHIPPED.read_text("utf-8").splitlines():
        day, name = line.split("\t")
        moment = date.fromisoformat(day)
        names.setdefault(moment.year, {})
        if name:
            names[moment.year][moment] = name
        else:
            worked.setdefault(moment.year, set()).add(moment)
    return {year: _Year(found, frozenset(worked.get(year, ()))) for year, found in names.items()}


def compute_year(year: int) -> _Year:
    """The year as the library knows it, with the notices that it does not have."""
    import holidays

    # Without `language` the names follow the environment of the process.
    known = holidays.country_holidays("VN", years=year, language="vi", expand=False)
    names = dict(known.items())
    swap_name, swap_format = known.tr(known.substituted_label), known.tr(known.substituted_date_format)
    for off, worked in SWAPS.items():
        if off.year == year:
            names.setdefault(off, swap_name % worked.strftime(swap_format))
    working = {day for day in (*known.weekend_workdays, *SWAPS.values()) if day.year == year}
    return _Year(names, frozenset(working))


def rest_day(day: date) -> Rest | None:
    """Why `day` is a rest day, None when it is worked.

    Public holidays with Tết and the days given for them (Labour Code 45/2019/QH14, article 112), the government's
    swaps, then Saturdays and Sundays that no swap has made working days. Years whose notice is not out yet are computed.
    """
    table = _year(day.year)
    if name := table.holidays.get(day):
        return Rest("holiday", name)
    if day.weekday() >= 5 and day not in table.worked_weekends:
        return Rest("weekend", "saturday" if day.weekday() == 5 else "sunday")
    return None


def is_holiday(day: date) -> bool:
    """Whether `day` is a public holiday, Tết or a day given for one; an ordinary weekend is not."""
    return day in _year(day.year).holidays


def is_weekend(day: date) -> bool:
    """Whether `day` is a Saturday or Sunday that is neither a public holiday nor worked for one."""
    rest = rest_day(day)
    return rest is not None and rest.kind == "weekend"


def working_day(day: date) -> bool:
    return rest_day(day) is None


def last_working_day(on_or_before: date) -> date:
    day = on_or_before
    while not working_day(day):
        day -= ONE_DAY
    return day


def next_working_day(on_or_after: date) -> date:
    day = on_or_after
    while not working_day(day):
        day += ONE_DAY
    return day


def last_day_before(deadline: date) -> date:
    """The last day that still meets "trước ngày `deadline`": the day before it."""
    return deadline - ONE_DAY


def days_from(day: date, days: int, *, working: bool = False) -> date:
    """The day so many days after `day` (before it, if negative): calendar days, or only working ones."""
    if not working:
        return day + timedelta(days=days)
    step = ONE_DAY if days > 0 else -ONE_DAY
    for _ in range(abs(days)):
        day += step
        while not working_day(day):
            day += step
    return day


class Side(StrEnum):
    """Of what a last day counts from: it lies AFTER or BEFORE a meeting, or (CHAIN) after something else was done."""

    NONE = ""
    AFTER = "after"
    BEFORE = "before"
    CHAIN = "chain"


@dataclass(frozen=True, slots=True)
class Relative:
    """A last day that is not known yet: `days` before or after the meeting of the unit that is expected under the key
    `topic`, or (CHAIN, empty `topic`) after the day on which what is waited for was done. Of side NONE: nothing of the kind."""

    side: Side = Side.NONE
    days: int = 0
    topic: str = ""
    working: bool = False

    def due_on(self, day: date) -> date:
        """The last day, once the local day `day` of what it counts from is known."""
        return days_from(day, -self.days if self.side == Side.BEFORE else self.days, working=self.working)

    def meeting_day(self, due_on: date) -> date:
        """The day of the meeting before which (BEFORE) it is due on `due_on`."""
        return days_from(due_on, self.days, working=self.working)

    def before_meeting(self, key: str) -> bool:
        return self.side == Side.BEFORE and self.topic == key


NOT_RELATIVE = Relative()


def safe_day(last_day: date) -> date:
    """The day to show beside a last day that may be a rest day: the last working day on or before it."""
    return last_working_day(last_day)


def next_allowed(
    moment: Moment,
    *,
    except_day: date | None = None,
    weekends: bool = True,
    near: Collection[date] = (),
) -> datetime:
    """The first time from `moment` on at which an unasked message may go out, in UTC.

    Quiet hours (21:00-07:00 on its wall) give way to 07:00. A public holiday gives way to the first day that is none, at the
    same clock time, so that what was meant for the evening does not come at breakfast; hence of two moments
    the later may get the earlier answer when a holiday lies between. Without `weekends` so do Saturdays and Sundays,
    but for the days in `near`: those about a meeting. `except_day` is the day of a meeting: it is open even on a
    holiday, and from 06:00; what a rest day pushes onto it, or onto a day in `near`, comes as it opens.
    Raises ValueError for a naive moment.
    """
    day, clock = moment.today, moment.local.time()
    if clock >= QUIET_FROM:
        day, clock = day + ONE_DAY, time.min

    def closed(day: date) -> bool:
        if day == except_day:
            return False
        return is_holiday(day) or (not weekends and day not in near and is_weekend(day))

    if closed(day):
        while closed(day):
            day += ONE_DAY
        if day == except_day or day in near:
            clock = time.min
    opens = QUIET_UNTIL_ON_MEETING_DAY if day == except_day else QUIET_UNTIL
    return at_local(day, max(clock, opens), moment.zone)


def at_local(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The moment, in UTC, at which the wall in `zone` shows this day and clock time."""
    return datetime.combine(day, clock, zone).astimezone(UTC)


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The first moment after `day` in `zone`, in UTC: what came while `moment < end_of_day(day, zone)` met the day."""
    return at_local(day + ONE_DAY, time.min, zone)


def quiet_since(moment: Moment) -> datetime | None:
    """The time (UTC) at which the quiet span that `moment` lies in began: quiet hours, or holidays with the nights
    beside them; None when people may be written to."""
    if next_allowed(moment) == moment.at:
        return None
    day = moment.today
    if is_holiday(day) or moment.local.time() < QUIET_FROM:
        day -= ONE_DAY
        while is_holiday(day):
            day -= ONE_DAY
    return at_local(day, QUIET_FROM, moment.zone)


def day_and_month(day: date) -> str:
    """Days below ten and the months one and two have two digits (36-HD/VPTW, 03/4/2018): "04/5", "12/02"."""
    return f"{day.day:02}/{day.month:02}" if day.month < 3 else f"{day.day:02}/{day.month}"


def day_of_document(day: date | str) -> str:
    """The day of a document or of a term, which needs its year and no weekday: "02/02/1999"; also from "1999-02-02"."""
    day = date.fromisoformat(day) if isinstance(day, str) else day
    return f"{day_and_month(day)}/{day.year}"
