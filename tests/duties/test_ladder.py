"""The ladder: when each rung falls, and which of those that have come is still worth saying."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calendar import (
    QUIET_FROM,
    QUIET_UNTIL,
    QUIET_UNTIL_ON_MEETING_DAY,
    Moment,
    at_local,
    is_holiday,
    safe_day,
)
from bot.duties.ladder import CLIMB, Anchors, Timed, next_at, rung_moments, worth_saying
from bot.plans.ladders import LADDERS, LadderLine, LadderRung, rung_of

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
MEETING = [rung_of(line) for line in LADDERS["meeting"]]
REPORT = [rung_of(line) for line in LADDERS["report"]]


def rung(at: str, say: str, when: str = "always") -> LadderRung:
    return rung_of(LadderLine(key=f"{say}-{at.split()[0]}".replace("+", "p"), at=at, say=say, when=when))  # type: ignore[arg-type]


def local(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return at_local(moment.date(), moment.time(), ZONE)


def month(first: str, last: str, meeting: str = "") -> Anchors:
    due = date.fromisoformat(last)
    return Anchors(date.fromisoformat(first), due, safe_day(due), local(meeting) if meeting else None)


def shown(timed: list[Timed]) -> list[str]:
    return [f"{t.rung.key} {t.at.astimezone(ZONE):%d/%m %H:%M}" for t in timed]


APRIL, MAY = month("2022-04-01", "2022-04-30"), month("2022-05-01", "2022-05-31")


def test_a_meeting_that_is_never_set() -> None:
    assert shown(rung_moments(MEETING, MAY, ZONE)) == [
        "topic 04/05 07:00",  # 1/5 to 3/5 are holidays
        "set-date-10 21/05 07:00",
        "set-date-3 28/05 07:00",
        "last-day 31/05 07:00",
        "late 01/06 07:00",
        "deputy 03/06 07:00",
        "above 05/06 07:00",
    ]


def test_a_meeting_that_is_set() -> None:
    assert (
        shown(rung_moments(MEETING, month("2022-04-01", "2022-04-30", "2022-04-12 19:30"), ZONE))
        == [
            "topic 01/04 07:00",
            "ready 08/04 07:00",  # 10 and 11/4 are holidays: what is said three days and one day before comes before them
            "upload 09/04 07:00",
            "today 12/04 07:00",
            "start 12/04 19:30",
            "result-1 13/04 07:00",  # 22:30 is quiet
            "late 04/05 07:00",
            "deputy 05/05 07:00",  # meant for 3/5, a holiday; the secretary hears it before
            "above 06/05 07:00",
        ]
    )


@pytest.mark.parametrize(("day", "told"), [("17", False), ("18", False), ("19", True)])
def test_what_it_is_about_is_not_said_twice_in_a_week(day: str, told: bool) -> None:
    """Ten days before the meeting, unless the duty has opened in the week before."""
    timed = rung_moments(MEETING, month("2022-06-01", "2022-06-30", f"2022-06-{day} 14:00"), ZONE)
    assert [t.rung.key for t in timed][:2] == ["topic", "topic-10" if told else "ready"]


def test_a_meeting_ends_with_two_questions_after_its_result() -> None:
    timed = rung_moments(MEETING, month("2022-06-01", "2022-06-30", "2022-06-20 09:00"), ZONE)
    assert shown(timed)[-5:-3] == ["result 20/06 12:00", "result-1 21/06 07:00"]


def test_a_report() -> None:
    assert shown(rung_moments(REPORT, month("2022-06-01", "2022-06-30"), ZONE)) == [
        "due-7 23/06 07:00",
        "due-3 27/06 07:00",
        "due-1 29/06 07:00",
        "last-day 30/06 07:00",
        "late 01/07 07:00",
        "deputy 03/07 07:00",
        "above 05/07 07:00",
    ]


def test_tet_2026_is_left_in_peace() -> None:
    timed = rung_moments(REPORT, month("2026-02-01", "2026-02-22"), ZONE)
    assert shown(timed) == [
        "due-7 06/02 07:00",
        "due-3 10/02 07:00",
        "due-1 12/02 07:00",
        "last-day 13/02 07:00",
        "late 23/02 07:00",
        "deputy 25/02 07:00",
        "above 27/02 07:00",
    ]
    festival = rung_moments([rung("due+0d", "due")], month("2026-02-01", "2026-02-17"), ZONE)
    assert shown(festival) == ["due-duep0d 21/02 07:00"]


def test_the_meeting_s_own_morning_is_open_on_a_holiday() -> None:
    timed = rung_moments(MEETING, month("2022-04-01", "2022-04-30", "2022-04-30 08:00"), ZONE)
    assert "today 30/04 07:00" in shown(timed)
    assert "start 30/04 08:00" in shown(timed)
    early = rung_moments(MEETING, month("2022-04-01", "2022-04-30", "2022-04-20 06:15"), ZONE)
    assert "start 20/04 06:15" in shown(early)


def test_without_a_due_day_only_what_needs_none_is_left() -> None:
    open_ended = Anchors(date(2022, 4, 1), None, None)
    assert shown(rung_moments(MEETING, open_ended, ZONE)) == [
        "topic 01/04 07:00",
        "set-date-open 04/04 07:00",
    ]
    assert rung_moments(REPORT, open_ended, ZONE) == []


def test_of_rungs_pushed_together_the_one_meant_last_stays() -> None:
    rungs = [rung("due+2d", "late"), rung("due+0d", "last_day"), rung("due+1d 20:00", "due")]
    timed = rung_moments([rung("opens+0d", "topic"), *rungs], APRIL, ZONE)
    assert shown(timed)[1:] == ["late-duep2d 04/05 07:00", "due-duep1d 04/05 20:00"]


def test_what_it_is_about_comes_first_of_all_that_come_together() -> None:
    day = month("2022-06-30", "2022-06-30")
    assert shown(rung_moments(MEETING, day, ZONE))[0] == "topic 30/06 07:00"
    assert [t.rung.key for t in rung_moments(MEETING, day, ZONE)] == ["topic", "late", "deputy", "above"]


@pytest.mark.parametrize(
    ("first", "last", "usual", "asked"),
    [
        ("2022-05-01", "2022-05-31", "2022-05-04", ["29/04"]),  # 30/4 to 3/5 are holidays
        ("2028-02-01", "2028-02-29", "2028-02-01", ["31/01"]),  # Tết until 30/01, a Sunday
        ("2022-09-01", "2022-09-30", "2022-09-05", ["31/08", "04/09"]),  # 01/9 and 02/9, then a weekend
        ("2022-06-01", "2022-06-30", "2022-06-15", ["10/06", "14/06"]),
    ],
)
def test_holidays_let_nobody_be_asked_for_a_day_twice_running(
    first: str, last: str, usual: str, asked: list[str]
) -> None:
    begin, due = date.fromisoformat(first), date.fromisoformat(last)
    anchors = Anchors(
        begin,
        due,
        safe_day(due),
        announced_on=begin - timedelta(days=10),
        usual_on=date.fromisoformat(usual),
    )
    timed = rung_moments(MEETING, anchors, ZONE)
    found = [one for one in timed if one.rung.anchor == "usual" and one.rung.say == "set_date"]
    assert [f"{one.at.astimezone(ZONE):%d/%m}" for one in found] == asked


def test_a_topic_told_late_is_not_told_again_the_day_after() -> None:
    anchors = Anchors(
        date(2022, 4, 1),
        date(2022, 4, 30),
        date(2022, 4, 29),
        announced_on=date(2022, 3, 22),
        usual_on=date(2022, 4, 29),
    )
    timed = rung_moments(MEETING, anchors, ZONE)
    day_after = Moment(local("2022-04-19 08:00"), ZONE)
    assert [
        one.rung.key for one in worth_saying(timed, None, Moment(local("2022-04-18 08:00"), ZONE), anchors)[0]
    ] == ["topic"]
    assert worth_saying(timed, local("2022-04-18 08:00"), day_after, anchors)[0] == []
    assert [
        one.rung.key for one in worth_saying(timed, local("2022-04-04 08:00"), day_after, anchors)[0]
    ] == ["usual-10"]


def test_what_climbs_comes_day_after_day_after_a_festival() -> None:
    """Due just before Tết 2026: the three steps would all come on the first day after it."""
    timed = rung_moments(REPORT, month("2026-02-01", "2026-02-15"), ZONE)
    assert shown(timed)[-3:] == ["late 21/02 07:00", "deputy 22/02 07:00", "above 23/02 07:00"]


def test_one_moment_for_two_sayings_is_decided_by_what_they_say_not_by_their_order() -> None:
    rungs = [rung("meeting+0h", "start"), rung("meeting+0d 07:00", "today")]
    anchors = month("2022-06-01", "2022-06-30", "2022-06-20 07:00")
    assert [t.rung.say for t in rung_moments(rungs, anchors, ZONE)] == ["start"]
    assert rung_moments(rungs, anchors, ZONE) == rung_moments(rungs[::-1], anchors, ZONE)


def test_nothing_falls_before_the_duty_opens() -> None:
    short = month("2022-04-28", "2022-04-29")
    assert shown(rung_moments(REPORT, short, ZONE)) == [
        "due-1 28/04 07:00",
        "last-day 29/04 07:00",
        "late 04/05 07:00",
        "deputy 05/05 07:00",
        "above 06/05 07:00",
    ]


def test_a_rung_is_named_by_its_moment() -> None:
    timed = rung_moments(MEETING, APRIL, ZONE)[0]
    assert timed.name == "topic@202204010000"
    long = Timed(timed.at, rung_of(LadderLine(key="a" * 64, at="opens", say="topic")))
    assert len(long.name) == 60


@pytest.mark.parametrize(
    ("since", "at", "chosen", "passed"),
    [
        (None, "2022-05-04 07:00", "topic", []),
        (None, "2022-05-30 07:00", "topic", ["set-date-10", "set-date-3"]),
        (
            None,
            "2022-06-09 07:00",
            "topic",
            ["set-date-10", "set-date-3", "last-day", "late", "deputy", "above"],
        ),
        ("2022-05-04 07:00", "2022-05-20 07:00", "", []),
        ("2022-05-04 07:00", "2022-05-21 07:00", "set-date-10", []),
        ("2022-05-04 07:00", "2022-05-29 07:00", "set-date-3", ["set-date-10"]),
        ("2022-05-04 07:00", "2022-06-01 06:00", "set-date-3", ["set-date-10", "last-day"]),
        ("2022-05-28 07:00", "2022-06-02 07:00", "late", ["last-day"]),
        ("2022-05-28 07:00", "2022-06-09 07:00", "late deputy above", ["last-day"]),
        ("2022-06-01 07:00", "2022-06-03 07:00", "deputy", []),
        ("2022-06-05 07:00", "2022-07-01 07:00", "", []),
    ],
)
def test_what_is_said_once_of_all_that_has_come(
    since: str | None, at: str, chosen: str, passed: list[str]
) -> None:
    timed = rung_moments(MEETING, MAY, ZONE)
    said, skipped = worth_saying(timed, local(since) if since else None, Moment(local(at), ZONE), MAY)
    assert " ".join(one.rung.key for one in said) == chosen
    assert [t.rung.key for t in skipped] == passed


@pytest.mark.parametrize(
    ("at", "chosen"),
    [
        ("2022-04-19 09:00", "topic-10"),
        ("2022-04-20 09:00", "ready"),
        ("2022-04-21 09:00", "ready"),
        ("2022-04-22 09:00", "upload"),
        ("2022-04-23 06:30", None),  # nothing is prepared any more on the day itself
        ("2022-04-23 07:00", "today"),
        ("2022-04-23 19:30", "start"),
        ("2022-04-23 19:59", "start"),
        ("2022-04-23 20:00", None),
        ("2022-04-24 06:59", None),
        ("2022-04-24 07:00", "result-1"),
        ("2022-04-29 07:00", "result-1"),
    ],
)
def test_words_about_a_coming_meeting_end_when_it_has_begun(at: str, chosen: str | None) -> None:
    anchors = month("2022-04-01", "2022-04-30", "2022-04-23 19:30")
    timed = rung_moments(MEETING, anchors, ZONE)
    said, _ = worth_saying(timed, local("2022-04-10 12:00"), Moment(local(at), ZONE), anchors)
    assert [one.rung.key for one in said] == ([chosen] if chosen else [])


def test_what_is_meant_for_late_in_the_evening_before_a_meeting_comes_that_morning() -> None:
    anchors = month("2022-04-01", "2022-04-30", "2022-04-25 19:30")
    for clock in ("21:00", "22:15", "23:59"):
        assert shown(rung_moments([rung(f"meeting-1d {clock}", "upload")], anchors, ZONE)) == [
            "upload-meeting-1d 24/04 07:00"
        ]


def test_next_is_the_first_later_one() -> None:
    timed = rung_moments(REPORT, MAY, ZONE)
    assert next_at(timed, None) == timed[0].at
    assert next_at(timed, timed[0].at) == timed[1].at
    assert next_at(timed, timed[-1].at) is None
    assert next_at([], None) is None


DAYS = st.dates(date(2021, 12, 1), date(2027, 1, 31))
CLOCKS = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))


@st.composite
def anchors(draw: st.DrawFn) -> Anchors:
    opens = draw(DAYS)
    due = opens + timedelta(days=draw(st.integers(0, 120)))
    meeting = draw(st.none() | st.tuples(st.integers(0, 130), CLOCKS))
    meeting_at = at_local(opens + timedelta(days=meeting[0]), meeting[1], ZONE) if meeting else None
    return Anchors(opens, due, safe_day(due), meeting_at)


@st.composite
def rungs(draw: st.DrawFn) -> list[LadderRung]:
    """Any ladder that a plan may hold."""
    found = []
    for number in range(draw(st.integers(1, 6))):
        anchor = draw(st.sampled_from(["opens", "safe", "due", "meeting"]))
        hours = draw(st.integers(-30, 30)) if anchor == "meeting" and draw(st.booleans()) else 0
        days = 0 if hours else draw(st.integers(-40, 40))
        clock = None if hours else draw(st.none() | CLOCKS)
        say = draw(
            st.sampled_from(["topic", "set_date", "ready", "today", "start", "result", "last_day", "late"])
        )
        when = draw(st.sampled_from(["always", "scheduled", "unscheduled"]))
        to = draw(st.sampled_from(CLIMB))
        found.append(LadderRung(f"r{number}", anchor, days, hours, clock, say, when, to))  # type: ignore[arg-type]
    return found


ladders = st.one_of(st.just(MEETING), st.just(REPORT), rungs())


@given(ladders, anchors())
def test_no_rung_is_at_night_on_a_holiday_or_before_the_duty_opens(
    steps: list[LadderRung], given: Anchors
) -> None:
    timed = rung_moments(steps, given, ZONE)
    moments = [t.at for t in timed]
    assert all(one < next_one for one, next_one in pairwise(moments))
    meeting_day = given.meeting_at.astimezone(ZONE).date() if given.meeting_at else None
    for one in timed:
        wall = one.at.astimezone(ZONE)
        own = one.rung.anchor == "meeting" and wall.date() == meeting_day
        assert one.at.tzinfo is UTC
        assert (QUIET_UNTIL_ON_MEETING_DAY if own else QUIET_UNTIL) <= wall.time() < QUIET_FROM
        assert own or not is_holiday(wall.date())
        assert wall >= datetime.combine(given.opens_on, time.min, ZONE)
        assert one.rung.when != ("unscheduled" if given.meeting_at else "scheduled")
    assert len(timed) <= len(steps)


@given(ladders, anchors(), st.datetimes(datetime(2021, 12, 1), datetime(2027, 6, 1), timezones=st.just(UTC)))
def test_ticking_says_each_rung_at_most_once_and_ends(
    steps: list[LadderRung], given: Anchors, at: datetime
) -> None:
    """However late the ticks come: what has been said or passed never comes again, and the ladder has an end."""
    timed = rung_moments(steps, given, ZONE)
    since: datetime | None = None
    seen: list[str] = []
    moment: datetime | None = at
    for _ in range(len(timed) + 2):
        if moment is None:
            break
        chosen, passed = worth_saying(timed, since, Moment(moment, ZONE), given)
        assert len({t.rung.to for t in chosen}) == len(chosen)
        come = [t.rung.key for t in (*passed, *chosen)]
        assert not set(come) & set(seen)
        seen += come
        since, moment = moment, next_at(timed, moment)
    assert moment is None
    assert len(seen) == len(timed)
