"""A cell's card as those above read it: who leads it, when it meets next, what is open, what it has done of late."""

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from bot.calendar import Moment
from bot.duties.outlook import Outlook, unit_outlooks
from bot.duties.period_counts import Count, count_by_day, sum_counts
from bot.people.staff import secretaries_of
from bot.tables import (
    Attendance,
    Contact,
    Duty,
    Meeting,
    MeetingState,
    Person,
    Submission,
    SubmissionState,
    Unit,
)

LATEST = 3
"""So many meetings and reports are shown."""
HANDED_IN = (SubmissionState.HANDED, SubmissionState.ACCEPTED, SubmissionState.RETURNED)


@dataclass(frozen=True, slots=True)
class HeldMeeting:
    """`present` of `obliged` to attend; both 0 where nobody was counted."""

    meeting: Meeting
    present: int = 0
    obliged: int = 0

    @property
    def attendance(self) -> Fraction | None:
        return Fraction(self.present, self.obliged) if self.obliged else None


@dataclass(frozen=True, slots=True)
class UnitStanding:
    """`heard_at`: when somebody who leads it last wrote or pressed anything, UTC; `reached`: one of them can be told something.
    Neither the place of a meeting nor what was said there is any of it."""

    unit: Unit
    parent: Unit | None
    leaders: list[Person]
    reached: bool
    heard_at: datetime | None
    next_meeting: Meeting | None
    open: list[Outlook]
    year: Count
    held: list[HeldMeeting]
    reports: list[Submission]
    below: int


def unit_standing(session: Session, unit: Unit, moment: Moment) -> UnitStanding:
    leaders = secretaries_of(session, [unit.id]).get(unit.id, [])
    ids = [person.id for person in leaders]
    heard, reached = session.execute(
        select(func.max(Contact.used_at), func.count(Contact.id).filter(Contact.lost_at.is_(None))).where(
            Contact.person_id.in_(ids)
        )
    ).one()
    year = moment.today.year
    counts = count_by_day(
        session, Duty.unit_id == unit.id, date(year, 1, 1), date(year, 12, 31), moment.today
    )
    below = select(func.count()).where(Unit.parent_id == unit.id, Unit.closed_on.is_(None))
    return UnitStanding(
        unit,
        session.get(Unit, unit.parent_id) if unit.parent_id else None,
        leaders,
        reached > 0,
        heard,
        _next_meeting(session, unit, moment),
        unit_outlooks(session, unit.id, moment),
        sum_counts(one.count for one in counts),
        _held_meetings(session, unit),
        _reports(session, unit),
        session.scalar(below) or 0,
    )


def _next_meeting(session: Session, unit: Unit, moment: Moment) -> Meeting | None:
    """The one that is going on, else the first that is set."""
    live = select(Meeting).where(
        Meeting.unit_id == unit.id,
        Meeting.state.in_((MeetingState.PLANNED, MeetingState.RUNNING)),
        Meeting.rehearsal.is_(False),
        Meeting.planned_at.is_not(None) | (Meeting.state == MeetingState.RUNNING),
    )
    turn = (Meeting.state != MeetingState.RUNNING, Meeting.planned_at, Meeting.id)
    return session.scalars(live.options(joinedload(Meeting.topic)).order_by(*turn).limit(1)).first()


def _held_meetings(session: Session, unit: Unit) -> list[HeldMeeting]:
    obliged = Attendance.total - Attendance.exempt - Attendance.elsewhere
    rows = session.execute(
        select(Meeting, Attendance.present, obliged)
        .outerjoin(Attendance, Attendance.meeting_id == Meeting.id)
        .where(Meeting.unit_id == unit.id, Meeting.state == MeetingState.HELD, Meeting.rehearsal.is_(False))
        .options(joinedload(Meeting.topic))
        .order_by(Meeting.started_at.desc(), Meeting.id.desc())
        .limit(LATEST)
    )
    return [HeldMeeting(meeting, present or 0, total or 0) for meeting, present, total in rows]


def _reports(session: Session, unit: Unit) -> list[Submission]:
    """The newest version of what was handed in last; of what was returned nobody above reads."""
    newest = (
        select(func.max(Submission.id))
        .join(Duty, Duty.id == Submission.duty_id)
        .where(Duty.unit_id == unit.id, Submission.state.in_(HANDED_IN))
        .group_by(Submission.duty_id)
    )
    rows = (
        select(Submission)
        .where(Submission.id.in_(newest), Submission.state != SubmissionState.RETURNED)
        .options(joinedload(Submission.duty).joinedload(Duty.demand))
    )
    return list(
        session.scalars(rows.order_by(Submission.handed_at.desc(), Submission.id.desc()).limit(LATEST))
    )
