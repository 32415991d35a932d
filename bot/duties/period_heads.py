"""Who was there at the meetings that answered what was due in a period, counted once a meeting, and which meetings have their day."""

from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from bot.tables import Attendance, Duty, DutyKind, DutyState, Meeting, MeetingDuty, MeetingState


@dataclass(frozen=True, slots=True)
class Heads:
    """Sums over `meetings` whose attendance was written down."""

    meetings: int = 0
    total: int = 0
    obliged: int = 0
    present: int = 0
    excused: int = 0
    unexcused: int = 0

    @property
    def share(self) -> Fraction | None:
        return Fraction(self.present, self.obliged) if self.obliged else None


def meetings_about(asked: ColumnElement[bool]) -> Select[int]:
    """The held meetings (ids) that answer a duty which `asked` (a condition on Duty) lets through; each once."""
    return (
        select(MeetingDuty.meeting_id)
        .join(Duty, Duty.id == MeetingDuty.duty_id)
        .join(Meeting, Meeting.id == MeetingDuty.meeting_id)
        .where(asked, Duty.kind == DutyKind.MEETING, Meeting.state == MeetingState.HELD)
        .distinct()
    )


def count_heads(session: Session, asked: ColumnElement[bool]) -> Heads:
    columns = (
        Attendance.total,
        Attendance.total - Attendance.exempt - Attendance.elsewhere,
        Attendance.present,
        Attendance.absent_excused,
        Attendance.absent_unexcused,
    )
    sums = [func.coalesce(func.sum(column), 0) for column in columns]
    its = meetings_about(asked)
    row = session.execute(select(func.count(), *sums).where(Attendance.meeting_id.in_(its))).one()
    return Heads(*map(int, row))


def count_planned(session: Session, asked: ColumnElement[bool]) -> int:
    """How many of the duties that are open have a meeting with its day, still to be held."""
    planned = (
        select(MeetingDuty.duty_id)
        .join(Meeting, Meeting.id == MeetingDuty.meeting_id)
        .where(Meeting.state == MeetingState.PLANNED, Meeting.planned_at.is_not(None))
    )
    waiting = (
        select(func.count())
        .select_from(Duty)
        .where(asked, Duty.state == DutyState.OPEN, Duty.id.in_(planned))
    )
    return session.scalar(waiting) or 0
