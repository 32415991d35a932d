"""Counts over duties: expected, on time, late, open; ratios are sum over sum."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from bot.models import Attendance, Demand, Duty, Meeting, MeetingDuty, Unit


@dataclass(frozen=True, slots=True)
class Tally:
    """One demand over many units. `open` includes `overdue`; expected = on_time + late + open."""

    demand_id: int
    key: str
    variant: str
    kind: str
    title: str
    period_first: date
    due_on: date | None
    expected: int
    on_time: int
    late: int
    open: int
    overdue: int
    present: int
    obliged: int

    @property
    def done(self) -> int:
        return self.on_time + self.late

    @property
    def attendance(self) -> Fraction | None:
        """Present over obliged to attend, summed over all meetings; None when nobody was counted."""
        return Fraction(self.present, self.obliged) if self.obliged else None


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def tallies(session: Session, where: ColumnElement[bool], today: date) -> list[Tally]:
    """One tally for each demand among the duties that `where` (a condition on Duty) lets through and that have opened."""
    counted = (
        select(
            Duty.demand_id.label("demand_id"),
            func.count().label("expected"),
            _sum(and_(Duty.state == "done", Duty.on_time.is_(True))).label("on_time"),
            _sum(and_(Duty.state == "done", Duty.on_time.is_(False))).label("late"),
            _sum(Duty.state == "open").label("open"),
            _sum(and_(Duty.state == "open", Duty.due_on < today)).label("overdue"),
        )
        .where(Duty.state != "withdrawn", or_(Duty.opens_on <= today, Duty.state == "done"), where)
        .group_by(Duty.demand_id)
        .subquery()
    )
    rows = session.execute(
        select(Demand, counted)
        .join(counted, counted.c.demand_id == Demand.id)
        .order_by(Demand.due_on.is_(None), Demand.due_on, Demand.key, Demand.variant)
    ).all()
    heads = _heads(session, where, [row[0].id for row in rows if row[0].kind == "meeting"])
    return [
        Tally(
            demand.id,
            demand.key,
            demand.variant,
            demand.kind,
            demand.title,
            demand.period_first,
            demand.due_on,
            row.expected,
            row.on_time,
            row.late,
            row.open,
            row.overdue,
            *heads.get(demand.id, (0, 0)),
        )
        for row in rows
        for demand in [row[0]]
    ]


def _heads(
    session: Session, where: ColumnElement[bool], demand_ids: Sequence[int]
) -> dict[int, tuple[int, int]]:
    """Present and obliged, summed over the held meetings of each demand."""
    if not demand_ids:
        return {}
    rows = session.execute(
        select(
            Duty.demand_id,
            func.coalesce(func.sum(Attendance.present), 0),
            func.coalesce(func.sum(Attendance.total - Attendance.exempt), 0),
        )
        .join(MeetingDuty, MeetingDuty.duty_id == Duty.id)
        .join(Meeting, Meeting.id == MeetingDuty.meeting_id)
        .join(Attendance, Attendance.meeting_id == MeetingDuty.meeting_id)
        .where(Meeting.state == "held", Duty.demand_id.in_(demand_ids), where)
        .group_by(Duty.demand_id)
    )
    return {demand_id: (int(present), int(obliged)) for demand_id, present, obliged in rows}


def current(today: date, back_days: int = 31) -> ColumnElement[bool]:
    """Duties that matter now: still open, or done and due within the last `back_days` days or later."""
    since = today - timedelta(days=back_days)
    return or_(Duty.state == "open", Duty.due_on.is_(None), Duty.due_on >= since)


def missing(where: ColumnElement[bool], today: date) -> Select[Duty, Unit]:
    """The open duties and their units, most overdue first."""
    return (
        select(Duty, Unit)
        .join(Unit, Unit.id == Duty.unit_id)
        .where(Duty.state == "open", Duty.opens_on <= today, where)
        .order_by(Duty.due_on.is_(None), Duty.due_on, Unit.path)
    )
