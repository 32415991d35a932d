"""The numbers of papers: they run on for each kind over the term of the unit's committee, and none is given twice."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from bot.calendar import Moment, at_local
from bot.meetings.meetings import lock_unit
from bot.problems import Invalid
from bot.tables import Meeting, MeetingState, Paper, Unit

UNKNOWN_TERM = date(1900, 1, 1)
"""Where nobody has said when the term began: one row of numbers for all that time."""


def number_for(session: Session, meeting: Meeting, kind: str, moment: Moment) -> Paper:
    """The meeting's paper of this kind ("BB", "NQ", "BC") with its number; the same one every time it is asked for.

    Numbers of a kind run on over the committee's term, not by the year (36-HD/VPTW, 03/4/2018; 05-HD/VPTW, 27/5/2026), by
    the day of the meeting. What was numbered before the term's first day was known, or corrected, keeps its number, and that
    is not given again. `at` is now. Raises Invalid(paper_rehearsal), Invalid(paper_not_held).
    """
    if meeting.rehearsal:
        raise Invalid("paper_rehearsal")
    if meeting.state not in (MeetingState.RUNNING, MeetingState.HELD):
        raise Invalid("paper_not_held")
    unit = lock_unit(session, meeting.unit_id)
    found = session.scalars(
        select(Paper).where(Paper.meeting_id == meeting.id, Paper.kind == kind).order_by(Paper.id)
    ).first()
    if found is not None:
        return found
    term = _term(session, unit, _day(meeting, moment.zone))
    paper = Paper(
        unit_id=unit.id,
        meeting_id=meeting.id,
        kind=kind,
        term_from=term,
        number=_highest(session, unit, kind, term, moment.zone) + 1,
        made_at=moment.at,
    )
    session.add(paper)
    session.flush()
    return paper


def _day(meeting: Meeting, zone: ZoneInfo) -> date:
    return Moment(meeting.started_at or meeting.planned_at or meeting.created_at, zone).today


def _term(session: Session, unit: Unit, day: date) -> date:
    """The first day of the term in which `day` lies; one of a former term is known from its papers."""
    if unit.term_from and unit.term_from <= day:
        return unit.term_from
    former = session.scalar(
        select(func.max(Paper.term_from)).where(Paper.unit_id == unit.id, Paper.term_from <= day)
    )
    return former or UNKNOWN_TERM


def _highest(session: Session, unit: Unit, kind: str, term: date, zone: ZoneInfo) -> int:
    """The highest number given in the term, also of papers that were numbered when it was thought to be another one."""
    held = func.coalesce(Meeting.started_at, Meeting.planned_at, Meeting.created_at)
    later = unit.term_from if unit.term_from and unit.term_from > term else None
    inside = held >= _midnight(term, zone)
    if later:
        inside = and_(inside, held < _midnight(later, zone))
    return (
        session.scalar(
            select(func.max(Paper.number))
            .join(Meeting, Meeting.id == Paper.meeting_id)
            .where(Paper.unit_id == unit.id, Paper.kind == kind, or_(Paper.term_from == term, inside))
        )
        or 0
    )


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return at_local(day, time.min, zone).astimezone(UTC)
