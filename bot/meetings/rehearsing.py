"""Rehearsals ("họp thử"): a whole meeting that no duty, figure or paper knows of, and of which nothing is left."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.meetings.meetings import new_meeting
from bot.tables import Aside, Attendance, Duty, Meeting, MeetingDuty, Note, Paper, Score, Task, Unit, Vote

ROWS = (Aside, Note, Vote, Task, Attendance, Score, Paper, MeetingDuty)


def rehearsal_of(session: Session, unit_id: int) -> Meeting | None:
    """The unit's rehearsal that is going on."""
    return session.scalars(
        select(Meeting)
        .where(Meeting.unit_id == unit_id, Meeting.rehearsal.is_(True))
        .order_by(Meeting.id.desc())
        .limit(1)
    ).first()


def new_rehearsal(session: Session, unit: Unit, duty: Duty | None, at: datetime) -> Meeting:
    """A rehearsal of the meeting that the duty asks for, or of a regular one; one that was left open is forgotten."""
    for old in session.scalars(
        select(Meeting).where(Meeting.unit_id == unit.id, Meeting.rehearsal.is_(True))
    ).all():
        forget_rehearsal(session, old)
    meeting = new_meeting(session, unit, None, at)
    meeting.rehearsal = True
    if duty is not None and duty.topic is not None:
        meeting.topic_id, meeting.kind = duty.topic.id, duty.topic.meeting
    session.flush()
    session.refresh(meeting, ["topic"])
    return meeting


def forget_rehearsal(session: Session, meeting: Meeting) -> None:
    """Deletes the rehearsal with all its rows. A meeting that counts is left alone: ValueError."""
    if not meeting.rehearsal:
        raise ValueError("not a rehearsal")
    session.flush()
    for table in ROWS:
        session.execute(
            delete(table).where(table.meeting_id == meeting.id).execution_options(synchronize_session="fetch")
        )
    session.delete(meeting)
    session.flush()
