"""Counts what an installation reports upward."""

from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select, case, func, or_, select, true
from sqlalchemy.orm import Session

from bot.calendar import ONE_DAY, Moment, end_of_day
from bot.duties.counting import count_by_demand
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
    counted = count_by_demand(true(), today, today).subquery()
    period = (Plan.symbol, Plan.issued_on, Demand.kind, Demand.period_first, Demand.period_last)
    sums = [func.sum(counted.c[name]) for name in ("expected", "on_time", "late", "open", "overdue")]
    rows = session.execute(
        select(*period, *sums)
        .join(counted, counted.c.demand_id == Demand.id)
        .join(Plan, Plan.id == Demand.plan_id)
        .where(Demand.period_last >= since)
        .group_by(*period)
        .order_by(Demand.period_first, Demand.period_last, Plan.symbol, Plan.issued_on, Demand.kind)
    )
    return tuple(PeriodDuties(*row[:5], *(int(count) for count in row[5:])) for row in rows)


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
