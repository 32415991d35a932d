"""The sheet of the meetings that answer what was asked for: planned and held, who was there, what was voted."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from bot.calendar import Moment
from bot.scores.scoring import GRADE
from bot.summaries.sheets.asked import AskedTable, unit_portions
from bot.tables import (
    Attendance,
    Demand,
    Duty,
    DutyKind,
    Meeting,
    MeetingDuty,
    MeetingState,
    Score,
    Unit,
    Vote,
)
from bot.workbooks.look import Value

SHOWN = (MeetingState.PLANNED, MeetingState.RUNNING, MeetingState.HELD)
COUNTS = (
    Attendance.total,
    (Attendance.total - Attendance.exempt - Attendance.elsewhere).label("obliged"),
    Attendance.present,
    Attendance.absent_excused,
    Attendance.absent_unexcused,
    Attendance.exempt,
    Attendance.elsewhere,
    Attendance.guests,
)


def meeting_rows(session: Session, table: AskedTable, words: Mapping[str, Any]) -> Iterator[list[Value]]:
    """A row for each meeting, by unit in the order of the tree and by day: however much it answers, who was there counts once."""
    for units in unit_portions(session, and_(table.asked, Duty.kind == DutyKind.MEETING)):
        yield from _portion(session, table, words, units)


def _portion(
    session: Session, table: AskedTable, words: Mapping[str, Any], units: Sequence[int]
) -> Iterator[list[Value]]:
    found = session.execute(
        select(*(Meeting.id, Meeting.unit_id, Duty.id.label("duty"), Demand.title, Unit.name))
        .join(MeetingDuty, MeetingDuty.meeting_id == Meeting.id)
        .join(Duty, Duty.id == MeetingDuty.duty_id)
        .join(Demand, Demand.id == Duty.demand_id)
        .join(Unit, Unit.id == Meeting.unit_id)
        .where(table.asked, Duty.unit_id.in_(units), Meeting.state.in_(SHOWN))
        .order_by(Duty.due_on, Duty.id)
    )
    titles: dict[int, list[str]] = {}
    for row in found:
        titles.setdefault(row.id, []).append(row.title.replace("{unit}", row.name))
    votes = _votes(session, list(titles), words)
    place = {unit_id: number for number, unit_id in enumerate(units)}
    rows = session.execute(_meetings(list(titles))).all()
    for row in sorted(rows, key=lambda row: (place[row.unit_id], row.started_at or row.planned_at, row.id)):
        yield _cells(row, "; ".join(titles[row.id]), votes.get(row.id, ""), table.moment, words)


def _meetings(ids: Sequence[int]) -> Any:
    return (
        select(
            *(
                Meeting.id,
                Meeting.unit_id,
                Meeting.kind,
                Meeting.state,
                Meeting.planned_at,
                Meeting.started_at,
            ),
            *(Unit.code, Unit.name, *COUNTS, GRADE.label("grade")),
        )
        .join(Unit, Unit.id == Meeting.unit_id)
        .outerjoin(Attendance, Attendance.meeting_id == Meeting.id)
        .outerjoin(Score, and_(Score.meeting_id == Meeting.id, Score.voted.is_(True)))
        .where(Meeting.id.in_(ids))
    )


def _votes(session: Session, ids: Sequence[int], words: Mapping[str, Any]) -> dict[int, str]:
    """By meeting: how each vote went. On what is not told: it may name a person."""
    found: dict[int, list[str]] = {}
    rows = select(Vote.meeting_id, Vote.resolution, Vote.agree, Vote.voters)
    for row in session.execute(rows.where(Vote.meeting_id.in_(ids)).order_by(Vote.id)):
        told = words["votes"][row.resolution].format(agree=row.agree, voters=row.voters)
        found.setdefault(row.meeting_id, []).append(told)
    return {meeting: "; ".join(told) for meeting, told in found.items()}


def _cells(row: Any, title: str, votes: str, moment: Moment, words: Mapping[str, Any]) -> list[Value]:
    def day(at: datetime | None) -> Value:
        return Moment(at, moment.zone).today if at else None

    share = row.present / row.obliged if row.obliged else None
    counts = (row.total, row.obliged, row.present, row.absent_excused, row.absent_unexcused, row.exempt)
    return [
        *(row.code, row.name, title, words["kinds_of_meetings"][row.kind]),
        *(day(row.planned_at), day(row.started_at) if row.state == MeetingState.HELD else None),
        words["meeting_states"][row.state],
        *(*counts, row.elsewhere, row.guests, share, votes or None, row.grade or None),
    ]
