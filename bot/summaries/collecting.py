"""Counts what an installation reports upward."""

from collections.abc import Sequence
from dataclasses import astuple
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, case, func, or_, select, true
from sqlalchemy.orm import Session

from bot.calendar import NOT_RELATIVE, ONE_DAY, Moment, end_of_day
from bot.duties.period_counts import Count, count_of
from bot.duties.standings import count_standings
from bot.periods import Period, periods_within
from bot.summaries.figures import FigureSum, sum_figures
from bot.summaries.upward import (
    FORMAT,
    TITLE_LENGTH,
    MonthMeetings,
    PeriodAnswers,
    PeriodDuties,
    Upward,
)
from bot.tables import (
    Attendance,
    Demand,
    DutyKind,
    FigureKind,
    Meeting,
    MeetingKind,
    MeetingState,
    Plan,
    Unit,
)
from bot.talk.render import cut_text

SPAN = timedelta(days=400)
"""So far back, and to the beginning of that month, the counts are told anew each time."""
CELL = "chi_bo"
PERIOD = (Plan.symbol, Plan.issued_on, Demand.kind, Demand.period_first, Demand.period_last)


def count_upward(session: Session, moment: Moment) -> Upward:
    """The counts of the whole installation as they stand at this moment."""
    since = (moment.today - SPAN).replace(day=1)
    units, cells = _units(session, moment.today)
    return Upward(
        format=FORMAT,
        taken_at=moment.at,
        since=since,
        units=units,
        cells=cells,
        duties=_duties(session, since, moment.today),
        meetings=_meetings(session, since, moment),
        answers=_answers(session, since, moment.today),
    )


def _units(session: Session, today: date) -> tuple[int, int]:
    living = or_(Unit.closed_on.is_(None), Unit.closed_on > today)
    kinds = select(Unit.kind, func.count()).where(living).group_by(Unit.kind)
    found: dict[str, int] = dict(session.execute(kinds).all())
    return sum(found.values()), found.get(CELL, 0)


def _duties(session: Session, since: date, today: date) -> tuple[PeriodDuties, ...]:
    rows = session.execute(
        select(Demand.id, Demand.relative, *PERIOD)
        .join(Plan, Plan.id == Demand.plan_id)
        .where(Demand.period_last >= since)
        .order_by(Demand.period_first, Demand.period_last, Plan.symbol, Plan.issued_on, Demand.kind)
    ).all()
    demands = {row[0]: row for row in rows}
    sums: dict[tuple[Any, ...], Count] = {tuple(row[2:]): Count() for row in rows}
    for one in count_standings(session, true(), demand_ids=demands):
        _, relative, *period = demands[one.demand_id]
        if one.asked(today, without_day=relative == NOT_RELATIVE):
            sums[tuple(period)] += count_of(one, today)
    return tuple(PeriodDuties(*key, *astuple(count)) for key, count in sums.items() if count.expected)


def _answers(session: Session, since: date, today: date) -> tuple[PeriodAnswers, ...]:
    """By plan, period and figure, in that order; the variants of a demand are one."""
    rows = session.execute(
        select(Demand.id, Plan.symbol, Plan.issued_on, Demand.period_first, Demand.period_last)
        .join(Plan, Plan.id == Demand.plan_id)
        .where(Demand.kind == DutyKind.REPORT, Demand.period_last >= since)
        .order_by(Demand.period_first, Demand.period_last, Plan.symbol, Plan.issued_on, Demand.id)
    )
    periods = {row.id: row[1:] for row in rows}
    summed = sum_figures(session, periods, true(), today)
    found: dict[tuple[str, date | None, date, date, str, FigureKind], FigureSum] = {}
    for demand_id, period in periods.items():
        for one in summed.get(demand_id, ()):
            key = (*period, one.asked.key, one.asked.kind)
            found[key] = found[key] + one if key in found else one
    return tuple(
        PeriodAnswers(
            *key, cut_text(one.asked.title, TITLE_LENGTH), one.total, one.said, one.answered, one.expected
        )
        for key, one in found.items()
    )


def _meetings(session: Session, since: date, moment: Moment) -> tuple[MonthMeetings, ...]:
    months = periods_within("month", since, moment.today)
    held = _held_meetings(months, moment.zone).subquery()
    sums = (func.count(), func.sum(held.c.present), func.sum(held.c.obliged))
    in_months = select(held.c.month, held.c.kind, *sums).group_by(held.c.month, held.c.kind)
    rows = session.execute(in_months.order_by(held.c.month, held.c.kind))
    return tuple(MonthMeetings(months[at].first, kind, *map(int, counts)) for at, kind, *counts in rows)


def _held_meetings(months: Sequence[Period], zone: ZoneInfo) -> Select[int, MeetingKind, int, int]:
    """Each by the place of its month; nobody is counted at a meeting whose attendance nobody wrote down."""
    begins = end_of_day(months[0].first - ONE_DAY, zone)
    ends = [(Meeting.started_at < end_of_day(month.last, zone), at) for at, month in enumerate(months)]
    return (
        select(
            case(*ends, else_=len(months) - 1).label("month"),
            Meeting.kind,
            func.coalesce(Attendance.present, 0).label("present"),
            func.coalesce(Attendance.total - Attendance.exempt - Attendance.elsewhere, 0).label("obliged"),
        )
        .outerjoin(Attendance, Attendance.meeting_id == Meeting.id)
        .where(Meeting.state == MeetingState.HELD, Meeting.rehearsal.is_(False), Meeting.started_at >= begins)
    )
