"""What stands in a person's calendar: the meetings of their units and of those below, and last days. Counts, never people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from bot.calendar import Moment, at_local
from bot.duties.outlook import WORDED_WITH
from bot.people.roles import role_holders, within_subtree
from bot.tables import (
    Demand,
    Duty,
    DutyState,
    Hurry,
    Meeting,
    MeetingState,
    Membership,
    Plan,
    Unit,
)

BACK, AHEAD = timedelta(days=90), timedelta(days=400)
COUNTED = timedelta(days=31)
"""So far from today units are counted; what is due later has hardly been begun, and what was due before is in the summaries."""
MOST = 200
"""So many meetings that are to come, and that were, are shown of all units together."""
USUAL = timedelta(minutes=90)
"""How long a meeting takes (42-HD/BTCTW of 28/10/2025: 90 minutes at least); where it is not known better."""
LONGEST = timedelta(hours=12)
"""What ran for longer was left open."""


@dataclass(frozen=True, slots=True)
class FeedMeeting:
    """`what` is empty where it is about no topic; `version` grows with each change."""

    id: int
    unit: str
    kind: str
    what: str
    place: str
    starts: datetime
    ends: datetime
    cancelled: bool
    made_at: datetime
    changed_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class FeedDuty:
    """A last day of a unit of one's own; `unit` is empty where there is one alone."""

    id: int
    unit: str
    title: str
    due_on: date
    safe_on: date | None
    made_at: datetime


@dataclass(frozen=True, slots=True)
class FeedDemand:
    """What is asked of the units below by one day: how many have it still to do, of how many; None where they are not counted."""

    title: str
    plan: str
    due_on: date
    made_at: datetime
    left: int | None = None
    expected: int = 0


@dataclass(frozen=True, slots=True)
class Feed:
    """`left_out_after`: the day after which meetings are not shown any more, because there are too many."""

    meetings: Sequence[FeedMeeting] = ()
    duties: Sequence[FeedDuty] = ()
    days: Sequence[tuple[date, Sequence[FeedDemand]]] = ()
    left_out_after: date | None = None


def collect_feed(session: Session, memberships: Sequence[Membership], moment: Moment) -> Feed:
    """The calendar of whoever holds these roles, from 90 days ago until 400 days ahead."""
    leads = role_holders(memberships, "lead")
    own = [m.unit_id for m in leads]
    scope = within_subtree(Unit.path, memberships, "sum") if role_holders(memberships, "sum") else None
    wanted = Unit.id.in_(own) if scope is None else or_(Unit.id.in_(own), scope)
    coming = _meetings(session, wanted, moment, _coming(moment))
    shown = [*coming[:MOST], *_meetings(session, wanted, moment, _past(moment))[:MOST]]
    return Feed(
        sorted(shown, key=lambda one: (one.starts, one.id)),
        _own_duties(session, own, moment),
        _days(session, memberships, moment) if scope is not None else (),
        moment.day_of(coming[MOST - 1].starts) if len(coming) > MOST else None,
    )


def _window(moment: Moment) -> tuple[datetime, datetime, datetime]:
    """Its beginning, this morning, its end."""
    days = (moment.today - BACK, moment.today, moment.today + AHEAD)
    first, now, last = (at_local(day, time(), moment.zone) for day in days)
    return first, now, last


def _coming(moment: Moment) -> tuple[ColumnElement[bool], ColumnElement[Any]]:
    _, now, last = _window(moment)
    set_for = Meeting.planned_at.between(now, last)
    return and_(set_for, Meeting.state != MeetingState.HELD), Meeting.planned_at.asc()


def _past(moment: Moment) -> tuple[ColumnElement[bool], ColumnElement[Any]]:
    """Those that were held, by when they began; one that was set for an earlier day and is not held yet, by that day."""
    first, now, _ = _window(moment)
    held = and_(Meeting.state == MeetingState.HELD, Meeting.started_at >= first)
    open_still = and_(
        Meeting.state != MeetingState.HELD, Meeting.planned_at >= first, Meeting.planned_at < now
    )
    return or_(held, open_still), func.coalesce(Meeting.started_at, Meeting.planned_at).desc()


def _meetings(
    session: Session,
    wanted: ColumnElement[bool],
    moment: Moment,
    which: tuple[ColumnElement[bool], ColumnElement[Any]],
) -> list[FeedMeeting]:
    """One more than are shown, where there are more."""
    where, order = which
    rows = session.execute(
        select(Meeting, Unit)
        .join(Unit, Unit.id == Meeting.unit_id)
        .where(wanted, where, Meeting.rehearsal.is_(False))
        .options(joinedload(Meeting.topic))
        .order_by(order, Meeting.id)
        .limit(MOST + 1)
    )
    return [_meeting(meeting, unit, moment) for meeting, unit in rows]


def _meeting(meeting: Meeting, unit: Unit, moment: Moment) -> FeedMeeting:
    starts = meeting.held_at or meeting.planned_at or moment.at
    took = meeting.ended_at - starts if meeting.held_at and meeting.ended_at else USUAL
    cancelled = meeting.state == MeetingState.CANCELLED
    changed_at = meeting.set_at or meeting.created_at
    return FeedMeeting(
        meeting.id,
        unit.name,
        meeting.kind,
        meeting.topic.title if meeting.topic else "",
        meeting.place,
        starts,
        starts + (took if timedelta() < took < LONGEST else USUAL),
        cancelled,
        meeting.created_at,
        changed_at,
        int((changed_at - meeting.created_at).total_seconds()) + cancelled,
    )


def _own_duties(session: Session, units: Sequence[int], moment: Moment) -> list[FeedDuty]:
    """What the units have still to do and has its day."""
    rows = session.scalars(
        select(Duty)
        .where(
            Duty.unit_id.in_(units),
            Duty.state == DutyState.OPEN,
            Duty.due_on.between(moment.today - BACK, moment.today + AHEAD),
        )
        .options(*WORDED_WITH, selectinload(Duty.demand).selectinload(Demand.plan))
        .order_by(Duty.due_on, Duty.id)
    ).all()
    several = len(set(units)) > 1
    return [
        FeedDuty(
            duty.id,
            duty.unit.name if several else "",
            duty.title,
            duty.due_on,
            duty.safe_on if duty.safe_on and duty.safe_on < duty.due_on else None,
            duty.demand.plan.loaded_at,
        )
        for duty in rows
        if duty.due_on is not None
    ]


def _days(
    session: Session, memberships: Sequence[Membership], moment: Moment
) -> list[tuple[date, list[FeedDemand]]]:
    """The last days of what is asked of the units below, each with all that is due on it. What counts from each unit's own meeting
    has no day that they share."""
    scope = within_subtree(Duty.path, memberships, "sum")
    asked = exists().where(Duty.demand_id == Demand.id, Duty.state != DutyState.WITHDRAWN, scope)
    demands = session.execute(
        select(Demand.id, Demand.title, Demand.due_on, Plan.symbol, Plan.loaded_at)
        .join(Plan, Plan.id == Demand.plan_id)
        .where(Demand.due_on.between(moment.today - BACK, moment.today + AHEAD), asked)
        .order_by(Demand.due_on, Demand.key, Demand.variant)
    ).all()
    near = [one.id for one in demands if abs(one.due_on - moment.today) <= COUNTED]
    counts = _counts(session, scope, near)
    found = [
        FeedDemand(
            one.title.replace("{unit}", "…"),
            one.symbol,
            one.due_on,
            one.loaded_at,
            *counts.get(one.id, (None, 0)),
        )
        for one in demands
        if one.id in counts or one.id not in near
    ]
    return [(day, list(those)) for day, those in groupby(found, key=lambda one: one.due_on)]


def _counts(
    session: Session, scope: ColumnElement[bool], demands: Sequence[int]
) -> dict[int, tuple[int, int]]:
    """By demand: how many units have it still to do, of how many that were asked."""
    asked = and_(
        Duty.state.in_((DutyState.OPEN, DutyState.DONE, DutyState.LAPSED)), Duty.hurry != Hurry.AFTER
    )
    rows = session.execute(
        select(
            Duty.demand_id,
            func.sum(case((Duty.state != DutyState.DONE, 1), else_=0)),
            func.count(),
        )
        .where(Duty.demand_id.in_(demands), scope, asked)
        .group_by(Duty.demand_id)
    )
    return {demand: (int(left), int(expected)) for demand, left, expected in rows}
