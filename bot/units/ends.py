"""The end of a unit: it is closed or goes into another one; what it owes lapses or falls away, its people's roles end."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, true, update
from sqlalchemy.orm import Session, joinedload

from bot.calendar import Moment, at_local
from bot.duties.counting import last_day
from bot.duties.withdrawing import hand_over, withdraw_reminders
from bot.meetings.meetings import lock_unit
from bot.people.people import end_role
from bot.people.roles import MAY
from bot.problems import Invalid, Problem, Rejected
from bot.tables import (
    Audit,
    Duty,
    DutyState,
    Invite,
    Meeting,
    MeetingState,
    Membership,
    Message,
    MessageState,
    Reminder,
    Unit,
    UnitSpan,
)
from bot.units.rows import UnitRow

CLOSED = "unit closed"
REOPENED = "unit reopened"
NAMED = 3
BATCH = 5000


@dataclass(frozen=True, slots=True)
class Closed:
    """What closing a unit comes to: duties whose last day had passed and that stay counted as not done (`lapsed`), duties
    that are asked no more (`withdrawn`), planned meetings that fall away, the roles that end."""

    unit: Unit
    into: Unit | None
    lapsed: int
    withdrawn: int
    meetings: int
    ended: tuple[Membership, ...]


def foresee_closing(
    session: Session, unit: Unit, on: date, zone: ZoneInfo, *, into: Unit | None = None
) -> Closed:
    """What `close_unit` would do from the local day `on` on; writes nothing."""
    asking, past = _asking(unit), and_(Duty.state == DutyState.OPEN, last_day() < on)
    roles = session.scalars(
        select(Membership)
        .where(Membership.unit_id == unit.id, Membership.ended_at.is_(None))
        .options(joinedload(Membership.person))
        .order_by(Membership.id)
    )
    lapsed = _count(session, select(func.count()).select_from(Duty).where(asking, past))
    owed = _count(session, select(func.count()).select_from(Duty).where(asking))
    meetings = _count(session, select(func.count()).select_from(Meeting).where(_planned(unit, on, zone)))
    return Closed(unit, into, lapsed, owed - lapsed, meetings, tuple(roles))


def close_unit(
    session: Session,
    unit: Unit,
    on: date,
    moment: Moment,
    *,
    into: Unit | None = None,
    by: int | None = None,
) -> Closed:
    """From the local day `on` the unit is no more; with `into` it is part of that one, whose members it raises where both
    numbers are known. `at` is now, in UTC; `by` is the person who did it, for the audit.

    What was due before `on` lapses, the rest of what it owes (and of what is owed about it) is withdrawn, done duties
    stay; reminders that wait are taken back, planned meetings from `on` on cancelled, its roles and invitations ended.
    Raises Invalid, and has written nothing: unit_closed_already, unit_close_future, unit_close_before_opening,
    unit_has_below, unit_meeting_running, unit_merge_itself, unit_merge_closed.
    """
    session.flush()
    for unit_id in sorted({unit.id, into.id if into else unit.id}):
        lock_unit(session, unit_id)
    _check(session, unit, on, moment.today, into)
    closed = foresee_closing(session, unit, on, moment.zone, into=into)
    _end_duties(session, unit, on, moment.at)
    for meeting in session.scalars(select(Meeting).where(_planned(unit, on, moment.zone))).all():
        meeting.state, meeting.marks = MeetingState.CANCELLED, replace(meeting.marks, closed_at=moment.at)
    for membership in closed.ended:
        end_role(session, membership, moment.at)
        membership.ended_with_unit = True
        hand_over(session, membership.person_id, moment.at, unit_id=unit.id)
    session.execute(
        update(Invite).where(Invite.unit_id == unit.id, Invite.used_at.is_(None)).values(expires_at=moment.at)
    )
    _end_span(session, unit, on)
    unit.closed_on, unit.closed_at, unit.merged_into_id = on, moment.at, into.id if into else None
    if into is not None and into.members and unit.members:
        into.members += unit.members
    session.add(Audit(at=moment.at, person_id=by, action=CLOSED, subject=f"unit:{unit.id}"))
    session.flush()
    return closed


def _count(session: Session, query: Select[int]) -> int:
    return session.scalar(query) or 0


def _asking(unit: Unit) -> ColumnElement[bool]:
    """What the unit owes, and what a committee owes about it."""
    return and_(
        or_(Duty.unit_id == unit.id, Duty.about_id == unit.id),
        Duty.state.in_((DutyState.OPEN, DutyState.WAITING)),
    )


def _planned(unit: Unit, on: date, zone: ZoneInfo) -> ColumnElement[bool]:
    later = or_(Meeting.planned_at.is_(None), Meeting.planned_at >= at_local(on, time.min, zone))
    return and_(Meeting.unit_id == unit.id, Meeting.state == MeetingState.PLANNED, later)


def _check(session: Session, unit: Unit, on: date, today: date, into: Unit | None) -> None:
    if unit.closed_on is not None:
        raise Invalid("unit_closed_already", unit=unit.name, day=unit.closed_on)
    if on > today:
        raise Invalid("unit_close_future", day=on)
    if unit.opened_on is not None and on < unit.opened_on:
        raise Invalid("unit_close_before_opening", unit=unit.name, opened=unit.opened_on)
    if into is not None and into.id == unit.id:
        raise Invalid("unit_merge_itself")
    if into is not None and into.closed_on is not None and into.closed_on <= on:
        raise Invalid("unit_merge_closed", into=into.name, day=into.closed_on)
    check_below(session, unit, on)
    running = (
        select(Meeting.id)
        .where(
            Meeting.unit_id == unit.id, Meeting.state == MeetingState.RUNNING, Meeting.rehearsal.is_(False)
        )
        .limit(1)
    )
    if session.scalar(running) is not None:
        raise Invalid("unit_meeting_running", unit=unit.name)


def check_below(session: Session, unit: Unit, on: date) -> None:
    """Raises Invalid(unit_has_below) when units stand below this one on the local day `on`."""
    living = and_(Unit.parent_id == unit.id, or_(Unit.closed_on.is_(None), Unit.closed_on > on))
    names = session.scalars(select(Unit.name).where(living).order_by(Unit.listed_as).limit(NAMED)).all()
    if names:
        count = _count(session, select(func.count()).select_from(Unit).where(living))
        raise Invalid("unit_has_below", unit=unit.name, names=list(names), more=count - len(names))


def _end_duties(session: Session, unit: Unit, on: date, at: datetime) -> None:
    asking = _asking(unit)
    spoken = (
        select(Reminder.duty_id)
        .join(Message, Message.id == Reminder.message_id)
        .join(Duty, Duty.id == Reminder.duty_id)
        .where(Message.state == MessageState.WAITING, asking)
        .distinct()
    )
    ids = list(session.scalars(spoken))
    for where, state in (
        (and_(Duty.state == DutyState.OPEN, last_day() < on), DutyState.LAPSED),
        (true(), DutyState.WITHDRAWN),
    ):
        session.execute(
            update(Duty)
            .where(asking, where)
            .values(state=state, next_reminder_at=None)
            .execution_options(synchronize_session="fetch")
        )
    for start in range(0, len(ids), BATCH):
        withdraw_reminders(session, ids[start : start + BATCH], at)


def _end_span(session: Session, unit: Unit, on: date) -> None:
    last = case((UnitSpan.from_on > on, UnitSpan.from_on), else_=on)
    session.execute(
        update(UnitSpan)
        .where(UnitSpan.unit_id == unit.id, UnitSpan.until_on.is_(None))
        .values(until_on=last)
        .execution_options(synchronize_session="fetch")
    )


def close_units(session: Session, rows: Sequence[UnitRow], moment: Moment) -> list[Closed]:
    """Closes the units to which the table's rows give a last day, those below first; after `write_units`, in its transaction.

    A number of members that the file gives the other unit is its number after the merger. Raises Rejected with each
    row's fault: the transaction must not be committed then.
    """
    units = {unit.code: unit for unit in session.scalars(select(Unit))}
    given = {row.code: row.members for row in rows}
    leaving = [(row.closed_on, units[row.code], row) for row in rows if row.closed_on]
    leaving = [one for one in leaving if one[1].closed_on is None]
    leaving.sort(key=lambda one: (one[0], -one[1].path.count("/"), one[1].id))
    problems: list[Problem] = []
    done: list[Closed] = []
    for on, unit, row in leaving:
        into = units[row.merged_into] if row.merged_into else None
        try:
            done.append(close_unit(session, unit, on, moment, into=into))
        except Invalid as fault:
            column = "merged_into" if fault.code.startswith("unit_merge_") else "closed_on"
            problems.append(Problem(row.at(column), fault.code, fault.facts))
        else:
            if into is not None:
                number = given.get(into.code)
                into.members = into.members if number is None else number
    if problems:
        raise Rejected(problems)
    return done


def reopen_unit(session: Session, unit: Unit, moment: Moment, *, by: int | None = None) -> list[Membership]:
    """Takes back a closing of the same local day, made by mistake; answers the roles that are given back.

    The caller loads the plans again (`loading.reload_around`), which asks for what was withdrawn or had lapsed.
    Raises Invalid: unit_not_closed, unit_reopen_late, unit_parent_gone.
    """
    session.flush()
    unit = lock_unit(session, unit.id)
    if unit.closed_on is None or unit.closed_at is None:
        raise Invalid("unit_not_closed", unit=unit.name)
    if moment.day_of(unit.closed_at) != moment.today:
        raise Invalid("unit_reopen_late", unit=unit.name, day=unit.closed_on)
    parent = session.get(Unit, unit.parent_id) if unit.parent_id else None
    if parent is not None and parent.closed_on is not None:
        raise Invalid("unit_parent_gone", unit=unit.name, parent=parent.name)
    if unit.merged_into_id is not None:
        into = lock_unit(session, unit.merged_into_id)
        if into.members and unit.members and into.members > unit.members:
            into.members -= unit.members
    unit.closed_on, unit.closed_at, unit.merged_into_id = None, None, None
    _open_span(session, unit)
    cancelled = select(Meeting).where(Meeting.unit_id == unit.id, Meeting.state == MeetingState.CANCELLED)
    for meeting in session.scalars(cancelled).all():
        if meeting.marks.closed_at is not None:
            meeting.state = MeetingState.PLANNED
            meeting.marks = replace(meeting.marks, closed_at=None)
    session.add(Audit(at=moment.at, person_id=by, action=REOPENED, subject=f"unit:{unit.id}"))
    roles = _give_back(session, unit, moment.at)
    session.flush()
    return roles


def _open_span(session: Session, unit: Unit) -> None:
    span = session.scalars(
        select(UnitSpan)
        .where(UnitSpan.unit_id == unit.id)
        .order_by(UnitSpan.from_on.desc(), UnitSpan.id.desc())
        .limit(1)
    ).first()
    if span is not None:
        span.until_on = None


def _give_back(session: Session, unit: Unit, at: datetime) -> list[Membership]:
    roles = session.scalars(
        select(Membership)
        .where(Membership.unit_id == unit.id, Membership.ended_with_unit)
        .options(joinedload(Membership.person))
        .order_by(Membership.id)
    ).all()
    for membership in roles:
        membership.ended_at, membership.ended_with_unit = None, False
        if membership.role in MAY["sum"]:
            membership.next_summary_at = at
    return list(roles)
