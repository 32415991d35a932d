"""Rest days, deadlines, quiet hours and periods, on days whose official answer is known."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import calendar, periods
from bot.calendar import Rest
from bot.periods import Period
from bot.problems import Invalid
from tests.house.holiday_table import table_of_holidays

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
unhurried = settings(deadline=None)  # a year beyond the shipped table takes half a second
days = st.dates(date(2021, 1, 1), date(2028, 12, 31))
moments = st.datetimes(datetime(2021, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))


def vietnam(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2022-02-01", "Tết Nguyên Đán"),
        ("2022-04-10", "Ngày Giỗ Tổ Hùng Vương"),
        ("2022-04-11", "Ngày Giỗ Tổ Hùng Vương (nghỉ bù)"),
        ("2022-09-02", "Quốc khánh"),
        ("2025-05-02", "Ngày nghỉ (thay cho ngày 26/04/2025)"),
        ("2026-01-02", "Ngày nghỉ (thay cho ngày 10/01/2026)"),
        ("2026-02-20", "Mùng bốn Tết Nguyên Đán"),
        ("2026-08-31", "Ngày nghỉ (thay cho ngày 22/08/2026)"),
        ("2026-11-24", "Ngày Văn hóa Việt Nam"),
    ],
)
def test_public_holidays_have_their_vietnamese_name(
    day: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANGUAGE", "en_US")
    calendar._year.cache_clear()
    assert calendar.rest_day(date.fromisoformat(day)) == Rest("holiday", name)
    assert calendar.is_holiday(date.fromisoformat(day))
    assert not calendar.working_day(date.fromisoformat(day))


def test_the_shipped_table_is_what_the_library_says() -> None:
    """Where this fails after an update of the library, notices have come: `make holidays`."""
    assert calendar.SHIPPED.read_text("utf-8") == table_of_holidays()


def test_years_beyond_the_shipped_table_are_computed() -> None:
    assert calendar.rest_day(date(2050, 1, 23)) == Rest("holiday", "Tết Nguyên Đán")
    assert not calendar.working_day(date(2019, 9, 2))


def test_weekends_are_rest_days_but_no_holidays() -> None:
    assert calendar.rest_day(date(2022, 4, 16)) == Rest("weekend", "saturday")
    assert calendar.rest_day(date(2022, 4, 17)) == Rest("weekend", "sunday")
    assert not calendar.is_holiday(date(2022, 4, 16))


@pytest.mark.parametrize("day", ["2024-05-04", "2025-04-26", "2026-01-10", "2026-08-22", "2026-11-23"])
def test_a_saturday_that_was_swapped_is_worked(day: str) -> None:
    assert calendar.rest_day(date.fromisoformat(day)) is None
    assert calendar.working_day(date.fromisoformat(day))


def test_2026_has_the_25_announced_days_of_new_year_tet_and_national_day() -> None:
    in_2026 = [day for month in range(1, 13) for day in periods.month_days(2026, month)]
    off = {day for day in in_2026 if not calendar.working_day(day)}

    def run(first: date, last: date) -> int:
        return sum(first + timedelta(n) in off for n in range((last - first).days + 1))

    assert run(date(2026, 1, 1), date(2026, 1, 4)) == 4
    assert run(date(2026, 2, 14), date(2026, 2, 22)) == 9
    assert run(date(2026, 4, 25), date(2026, 4, 27)) == 3
    assert run(date(2026, 4, 30), date(2026, 5, 3)) == 4
    assert run(date(2026, 8, 29), date(2026, 9, 2)) == 5


@pytest.mark.parametrize(
    ("deadline", "last", "safe"),
    [
        ("2022-02-20", "2022-02-19", "2022-02-18"),
        ("2022-02-28", "2022-02-27", "2022-02-25"),
        ("2022-03-30", "2022-03-29", "2022-03-29"),
        ("2022-05-20", "2022-05-19", "2022-05-19"),
        ("2022-06-10", "2022-06-09", "2022-06-09"),
        ("2022-06-15", "2022-06-14", "2022-06-14"),
        ("2022-08-25", "2022-08-24", "2022-08-24"),
        ("2022-12-15", "2022-12-14", "2022-12-14"),
        ("2022-12-25", "2022-12-24", "2022-12-23"),
        ("2022-12-31", "2022-12-30", "2022-12-30"),
        # the last meeting days of the three rounds of one campaign
        ("2022-09-06", "2022-09-05", "2022-09-05"),
        ("2022-09-10", "2022-09-09", "2022-09-09"),
        ("2022-09-20", "2022-09-19", "2022-09-19"),
    ],
)
def test_before_a_date_means_the_day_before_and_shows_a_safe_day(deadline: str, last: str, safe: str) -> None:
    last_day = calendar.last_day_before(date.fromisoformat(deadline))
    assert last_day == date.fromisoformat(last)
    assert calendar.safe_day(last_day) == date.fromisoformat(safe)


@pytest.mark.parametrize(
    ("meeting", "days_before", "due", "safe"),
    [
        ("2022-09-05", 5, "2022-08-31", "2022-08-31"),
        ("2022-09-09", 5, "2022-09-04", "2022-08-31"),
        ("2022-09-19", 5, "2022-09-14", "2022-09-14"),
        ("2022-09-05", 3, "2022-09-02", "2022-08-31"),
        ("2022-09-09", 3, "2022-09-06", "2022-09-06"),
        ("2022-09-19", 3, "2022-09-16", "2022-09-16"),
    ],
)
def test_a_report_due_days_before_a_meeting_moves_off_rest_days(
    meeting: str, days_before: int, due: str, safe: str
) -> None:
    due_day = date.fromisoformat(meeting) - timedelta(days_before)
    assert due_day == date.fromisoformat(due)
    assert calendar.safe_day(due_day) == date.fromisoformat(safe)


@unhurried
@given(days)
def test_the_nearest_working_days_lie_on_either_side(day: date) -> None:
    before, after = calendar.last_working_day(day), calendar.next_working_day(day)
    assert before <= day <= after
    assert calendar.working_day(before)
    assert calendar.working_day(after)
    assert (before == after) is calendar.working_day(day)


@pytest.mark.parametrize(
    ("asked", "allowed"),
    [
        ("2022-04-14T08:00", "2022-04-14T08:00"),
        ("2022-04-14T07:00", "2022-04-14T07:00"),
        ("2022-04-14T20:59:59", "2022-04-14T20:59:59"),
        ("2022-04-14T21:00", "2022-04-15T07:00"),
        ("2022-04-14T00:00", "2022-04-14T07:00"),
        ("2022-04-15T23:30", "2022-04-16T07:00"),  # a Saturday is no obstacle
        ("2022-04-17T19:30", "2022-04-17T19:30"),
        ("2022-04-10T19:30", "2022-04-12T19:30"),  # Giỗ Tổ on a Sunday, and the Monday given for it
        ("2022-04-10T05:00", "2022-04-12T07:00"),
        ("2022-04-11T22:00", "2022-04-12T07:00"),
        ("2022-04-09T22:00", "2022-04-12T07:00"),
        ("2026-02-15T21:00", "2026-02-21T07:00"),  # Tết
        ("2026-01-01T09:00", "2026-01-03T09:00"),
    ],
)
def test_unasked_messages_wait_for_the_morning_and_for_the_end_of_a_holiday(asked: str, allowed: str) -> None:
    assert calendar.next_allowed(calendar.Moment(vietnam(asked), VIETNAM)) == vietnam(allowed)


@pytest.mark.parametrize(
    ("asked", "allowed"),
    [
        ("2022-09-02T06:15", "2022-09-02T06:15"),
        ("2022-09-02T05:00", "2022-09-02T06:00"),
        ("2022-09-02T19:00", "2022-09-02T19:00"),
        ("2022-09-01T20:00", "2022-09-02T06:00"),  # not in the evening, when the meeting is over
        ("2022-09-01T22:00", "2022-09-02T06:00"),
        ("2022-09-02T21:00", "2022-09-03T07:00"),
    ],
)
def test_the_day_of_the_meeting_is_open_even_on_a_holiday(asked: str, allowed: str) -> None:
    meeting_day = date(2022, 9, 2)
    assert calendar.next_allowed(calendar.Moment(vietnam(asked), VIETNAM), except_day=meeting_day) == vietnam(
        allowed
    )


@unhurried
@given(moments, st.none() | days)
def test_the_next_allowed_moment_is_allowed(moment: datetime, except_day: date | None) -> None:
    allowed = calendar.next_allowed(calendar.Moment(moment, VIETNAM), except_day=except_day)
    local = allowed.astimezone(VIETNAM)
    assert allowed >= moment
    assert allowed.tzinfo is UTC
    assert time(6 if local.date() == except_day else 7) <= local.time() < time(21)
    assert local.date() == except_day or not calendar.is_holiday(local.date())
    assert calendar.next_allowed(calendar.Moment(allowed, VIETNAM), except_day=except_day) == allowed


@unhurried
@given(moments, st.integers(0, 40), st.none() | days)
def test_order_is_kept_from_day_to_day_at_one_clock_time(
    moment: datetime, later: int, except_day: date | None
) -> None:
    first = calendar.next_allowed(calendar.Moment(moment, VIETNAM), except_day=except_day)
    second = calendar.next_allowed(calendar.Moment(moment + timedelta(later), VIETNAM), except_day=except_day)
    assert first.astimezone(VIETNAM).date() <= second.astimezone(VIETNAM).date()
    assert first <= second or second.astimezone(VIETNAM).date() == except_day


@unhurried
@given(moments, st.timedeltas(timedelta(0), timedelta(days=3)))
def test_order_is_kept_where_no_holiday_lies_between(moment: datetime, later: timedelta) -> None:
    first_day = calendar.Moment(moment, VIETNAM).today
    if not any(calendar.is_holiday(first_day + timedelta(n)) for n in range(5)):
        first = calendar.next_allowed(calendar.Moment(moment, VIETNAM))
        assert first <= calendar.next_allowed(calendar.Moment(moment + later, VIETNAM))


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        calendar.next_allowed(calendar.Moment(datetime(2022, 4, 14, 8), VIETNAM))
    with pytest.raises(ValueError, match="time zone"):
        print(calendar.Moment(datetime(2022, 4, 14, 8), VIETNAM).today)


@pytest.mark.parametrize(
    ("key", "first", "last"),
    [
        ("2022-04", "2022-04-01", "2022-04-30"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2022-Q1", "2022-01-01", "2022-03-31"),
        (" 2022-q4 ", "2022-10-01", "2022-12-31"),
        ("2022-H1", "2022-01-01", "2022-06-30"),
        ("2022-H2", "2022-07-01", "2022-12-31"),
        ("2022", "2022-01-01", "2022-12-31"),
    ],
)
def test_a_period_is_read_from_its_key(key: str, first: str, last: str) -> None:
    expected = Period(date.fromisoformat(first), date.fromisoformat(last), key.strip().upper())
    assert periods.period_named(key) == expected


@pytest.mark.parametrize(
    "key", ["", "2022-13", "2022-00", "2022-4", "2022-Q5", "2022-H3", "22", "Q1", "0000", "٢٠٢٢"]
)
def test_an_unreadable_period_is_refused(key: str) -> None:
    with pytest.raises(Invalid) as refused:
        periods.period_named(key)
    assert (refused.value.code, refused.value.facts) == ("period_unclear", {"said": key})


@pytest.mark.parametrize(
    ("span", "keys"),
    [
        ("month", ["2021-12", "2022-01", "2022-02", "2022-03", "2022-04"]),
        ("quarter", ["2021-Q4", "2022-Q1", "2022-Q2"]),
        ("half_year", ["2021-H2", "2022-H1"]),
        ("year", ["2021", "2022"]),
    ],
)
def test_periods_are_those_that_touch_the_span(span: periods.Span, keys: list[str]) -> None:
    found = periods.periods_within(span, date(2021, 12, 31), date(2022, 4, 1))
    assert [one.key for one in found] == keys
    assert found == [periods.period_named(key) for key in keys]


@given(st.sampled_from(["month", "quarter", "half_year", "year"]), days, days)
def test_periods_follow_each_other_without_a_gap(span: periods.Span, first: date, last: date) -> None:
    found = periods.periods_within(span, first, last)
    assert bool(found) is (first <= last)
    assert all(a.last + timedelta(1) == b.first for a, b in pairwise(found))
    assert all(one.first <= last and one.last >= first for one in found)


@pytest.mark.parametrize(
    ("usual", "key", "after", "before"),
    [
        (3, "2022-03", "2022-03-03", "2022-03-03"),
        (5, "2022-06", "2022-06-06", "2022-06-03"),  # a Sunday
        (30, "2022-02", "2022-02-28", "2022-02-28"),
        (31, "2022-Q2", "2022-05-04", "2022-04-29"),
        (2, "2022-Q3", "2022-07-04", "2022-07-01"),
        (1, "2022-05", "2022-05-04", "2022-05-04"),  # a Sunday, and holidays after it; before would be April
        (5, "2022-02", "2022-02-07", "2022-02-07"),  # a Saturday after Tết
        (24, "2026-11", "2026-11-25", "2026-11-23"),
        (3, "2022-02", "2022-02-07", "2022-02-07"),  # before Tết would be January
        (1, "2026-01", "2026-01-05", "2026-01-05"),
        (30, "2026-04", "2026-04-29", "2026-04-29"),  # after the holidays would be May
    ],
)
def test_the_usual_day_leaves_a_rest_day_but_not_its_period(
    usual: int, key: str, after: str, before: str
) -> None:
    within = periods.period_named(key)
    assert periods.usual_meeting_day(usual, within) == date.fromisoformat(after)
    assert periods.usual_meeting_day(usual, within, "after") == date.fromisoformat(after)
    assert periods.usual_meeting_day(usual, within, "before") == date.fromisoformat(before)


def test_the_usual_day_can_be_kept_on_a_rest_day() -> None:
    assert periods.usual_meeting_day(24, periods.period_named("2026-11"), "keep") == date(2026, 11, 24)
    assert periods.usual_meeting_day(31, periods.period_named("2022-04"), "keep") == date(2022, 4, 30)
    assert periods.usual_meeting_day(5, periods.period_named("2022-06"), "keep") == date(2022, 6, 5)


@pytest.mark.parametrize("usual", [0, 32, -1])
def test_a_usual_day_that_no_month_has_is_refused(usual: int) -> None:
    with pytest.raises(ValueError, match="no month"):
        periods.usual_meeting_day(usual, periods.period_named("2022-04"))


def test_local_days_and_moments() -> None:
    moment = calendar.at_local(date(2022, 4, 21), time(19, 30), VIETNAM)
    assert moment == datetime(2022, 4, 21, 12, 30, tzinfo=UTC)
    assert moment.tzinfo is UTC
    assert calendar.Moment(datetime(2022, 4, 21, 17, tzinfo=UTC), VIETNAM).today == date(2022, 4, 22)
    assert calendar.end_of_day(date(2022, 4, 21), VIETNAM) == datetime(2022, 4, 21, 17, tzinfo=UTC)


@given(moments)
def test_a_moment_lies_within_its_local_day(moment: datetime) -> None:
    day = calendar.Moment(moment, VIETNAM).today
    assert calendar.at_local(day, time.min, VIETNAM) <= moment < calendar.end_of_day(day, VIETNAM)


def test_a_moment_shows_the_day_on_the_wall_of_its_zone() -> None:
    hanoi = ZoneInfo("Asia/Ho_Chi_Minh")
    late = calendar.Moment(datetime(2022, 4, 30, 17, 30, tzinfo=UTC), hanoi)
    assert late.local == datetime(2022, 5, 1, 0, 30, tzinfo=hanoi)
    assert late.today == date(2022, 5, 1)
    assert calendar.Moment(late.at, ZoneInfo("UTC")).today == date(2022, 4, 30)
    with pytest.raises(ValueError, match="without a time zone"):
        _ = calendar.Moment(datetime(2022, 4, 30), hanoi).today
