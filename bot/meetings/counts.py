"""The counts of a meeting as they are kept: written, read, and those of the unit's last meeting."""

from datetime import datetime

from sqlalchemy import ScalarSelect, SQLColumnExpression, bindparam, exists, func, select, update
from sqlalchemy.orm import Session

from bot.meetings.attendance import AttendanceCounts, check_counts, fill_counts
from bot.problems import Invalid
from bot.store.known import Known, Whole
from bot.tables import Attendance, Duty, Meeting, MeetingDuty, MeetingState, Unit

KEPT = ("official", "probationary", "temporary", "guests")
"""What a new count, of as many members, leaves as it was unless it says something of it."""

_ATTENDANCE = Whole(Attendance)
_ITS = Known(select(*_ATTENDANCE.columns).where(Attendance.meeting_id == bindparam("meeting")))


def _of_held(heads: SQLColumnExpression[int]) -> ScalarSelect[int]:
    """Summed over the meetings held for a duty."""
    its = select(func.sum(heads)).join(Meeting, Meeting.id == Attendance.meeting_id)
    its = its.join(MeetingDuty, MeetingDuty.meeting_id == Meeting.id).correlate(Duty)
    return its.where(Meeting.state == MeetingState.HELD, MeetingDuty.duty_id == Duty.id).scalar_subquery()


_ANSWERED = select(MeetingDuty.duty_id).where(MeetingDuty.meeting_id == bindparam("meeting"))
_KEEP_HEADS = (
    update(Duty)
    .where(Duty.id.in_(_ANSWERED))
    .values(
        present=_of_held(Attendance.present),
        obliged=_of_held(Attendance.total - Attendance.exempt - Attendance.elsewhere),
    )
    .execution_options(synchronize_session=False)
)


def write_counts(
    session: Session, meeting: Meeting, counts: AttendanceCounts, person_id: int, at: datetime
) -> Attendance:
    """Stores the counts; a cell has so many members from now on, unless a later meeting was counted, or this is a
    rehearsal. Raises Invalid when they do not add up."""
    counts = fill_counts(counts)
    check_counts(counts)
    row = session.get(Attendance, meeting.id)
    if row is None:
        row = Attendance(meeting_id=meeting.id)
        session.add(row)
    else:
        counts = _with_kept(counts, _counts(row))
    for name in AttendanceCounts.__slots__:
        setattr(row, name, getattr(counts, name))
    row.entered_by, row.entered_at = person_id, at
    if meeting.unit.kind == "chi_bo" and not meeting.rehearsal and _is_latest(session, meeting):
        meeting.unit.members = counts.total
    session.flush()
    if meeting.state == MeetingState.HELD:
        keep_heads(session, meeting)
    return row


def keep_heads(session: Session, meeting: Meeting) -> None:
    """The duties that the meeting, which has been held, answers know how many were there: whenever one has ended, and when it is counted
    anew."""
    session.execute(_KEEP_HEADS, {"meeting": meeting.id})


def _with_kept(counts: AttendanceCounts, before: AttendanceCounts) -> AttendanceCounts:
    """What was counted anew says nothing of the kinds of members: as long as they still add up they are the same."""
    if counts.official is not None or counts.temporary or counts.total != before.total:
        return counts
    known = {name: getattr(before, name) for name in KEPT if not getattr(counts, name)}
    try:
        return counts.with_kinds({name: value for name, value in known.items() if value is not None})
    except Invalid:
        return counts


def _is_latest(session: Session, meeting: Meeting) -> bool:
    later = exists().where(
        Meeting.unit_id == meeting.unit_id,
        Meeting.id != meeting.id,
        Meeting.state == MeetingState.HELD,
        Meeting.rehearsal.is_(False),
        Meeting.started_at > meeting.started_at,
    )
    return not session.scalar(select(later))


def counts_of(session: Session, meeting: Meeting) -> AttendanceCounts | None:
    row = _ATTENDANCE.first(session, _ITS, {"meeting": meeting.id})
    return None if row is None else _counts(row)


def _counts(row: Attendance) -> AttendanceCounts:
    return AttendanceCounts(**{name: getattr(row, name) for name in AttendanceCounts.__slots__})


def number_called(session: Session, unit: Unit) -> int | None:
    """How many are called to a unit's meetings: the members of a cell; of a committee, whose members are those of all cells
    below it, as many as last time. None where nobody has said."""
    if unit.kind == "chi_bo":
        return unit.members
    last = last_counts(session, unit.id)
    return last.total if last else None


def last_counts(session: Session, unit_id: int) -> AttendanceCounts | None:
    """Those of the unit's last meeting that was held."""
    row = session.scalars(
        select(Attendance)
        .join(Meeting, Meeting.id == Attendance.meeting_id)
        .where(Meeting.unit_id == unit_id, Meeting.state == MeetingState.HELD, Meeting.rehearsal.is_(False))
        .order_by(Meeting.started_at.desc(), Meeting.id.desc())
        .limit(1)
    ).first()
    return None if row is None else _counts(row)
