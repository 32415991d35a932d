"""The sheet with a row for each unit and thing that is asked of it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.expression import Subquery

from bot.calendar import Moment
from bot.duties.counting import last_day
from bot.scores.scoring import GRADE
from bot.summaries.sheets.asked import AskedTable, unit_portions
from bot.tables import (
    Attendance,
    Demand,
    Duty,
    DutyKind,
    DutyState,
    Meeting,
    MeetingDuty,
    MeetingState,
    Plan,
    Score,
    Unit,
)
from bot.workbooks.look import Value


def unit_rows(session: Session, table: AskedTable, words: Mapping[str, Any]) -> Iterator[list[Value]]:
    """Unit by unit, in the order of the tree."""
    for units in unit_portions(session, table.asked):
        yield from _portion(session, table, words, units)


def standing_of(row: Any, today: date) -> str:
    """How a duty stands (its state, again_on and last_day), as a key of the workbook's words."""
    is_open = row.state == DutyState.OPEN
    overdue = is_open and row.last_day is not None and row.last_day < today
    return "overdue" if overdue else "returned" if is_open and row.again_on else str(row.state)


def _portion(
    session: Session, table: AskedTable, words: Mapping[str, Any], units: Sequence[int]
) -> Iterator[list[Value]]:
    heads = _heads(units)
    place = {unit_id: number for number, unit_id in enumerate(units)}
    rows = session.execute(
        select(
            *(Duty.unit_id, Unit.code, Unit.name, Plan.symbol, Demand.title),
            *(Duty.kind, Duty.due_on, Duty.state, Duty.done_at, Duty.on_time, Duty.again_on),
            last_day().label("last_day"),
            *(heads.c.total, heads.c.exempt, heads.c.present, heads.c.grade),
        )
        .join(Unit, Unit.id == Duty.unit_id)
        .join(Demand, Demand.id == Duty.demand_id)
        .join(Plan, Plan.id == Duty.plan_id)
        .outerjoin(heads, heads.c.duty_id == Duty.id)
        .where(table.asked, Duty.unit_id.in_(units))
        .order_by(Duty.due_on.is_(None), Duty.due_on, Duty.id)
    ).all()
    return (_cells(row, table.moment, words) for row in sorted(rows, key=lambda row: place[row.unit_id]))


def _heads(units: Sequence[int]) -> Subquery:
    """By duty: who was there, over all meetings that were held for it, and the grade of its meeting."""
    return (
        select(
            MeetingDuty.duty_id.label("duty_id"),
            func.sum(Attendance.total).label("total"),
            func.sum(Attendance.exempt + Attendance.elsewhere).label("exempt"),
            func.sum(Attendance.present).label("present"),
            func.max(GRADE).label("grade"),
        )
        .join(Meeting, Meeting.id == MeetingDuty.meeting_id)
        .join(Attendance, Attendance.meeting_id == MeetingDuty.meeting_id)
        .outerjoin(Score, and_(Score.meeting_id == Meeting.id, Score.voted.is_(True)))
        .join(Duty, Duty.id == MeetingDuty.duty_id)
        .where(Meeting.state == MeetingState.HELD, Duty.unit_id.in_(units))
        .group_by(MeetingDuty.duty_id)
        .subquery()
    )


def _cells(row: Any, moment: Moment, words: Mapping[str, Any]) -> list[Value]:
    is_open = row.state == DutyState.OPEN
    counts = (row.total, row.exempt, row.present) if row.kind == DutyKind.MEETING else (None, None, None)
    return [
        *(row.code, row.name, row.symbol, row.title, row.due_on),
        words["states"][standing_of(row, moment.today)],
        Moment(row.done_at, moment.zone).today if row.done_at and not is_open else None,
        "" if row.on_time is None or is_open else words["on_time"][bool(row.on_time)],
        *(None if count is None else int(count) for count in counts),
        row.grade or None,
    ]
