"""Which units meet when: a week or a month of those below, day by day; who has set nothing in it; pilots on one evening."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import get_args

from sqlalchemy import ColumnElement, and_, case, exists, false, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from bot.calendar import ONE_DAY, Moment, at_local, end_of_day
from bot.periods import Period, Shift, period_named, period_of, periods_within, usual_meeting_day
from bot.problems import Invalid
from bot.tables import Meeting, MeetingState, Topic, Unit

WEEK = timedelta(days=7)
WEEK_KEY = re.compile(r"w(\d{4}-\d{2}-\d{2})")
PAGE = 20


def week_of(day: date) -> Period:
    """Monday to Sunday; its key names the Monday: "w2022-04-04"."""
    first = day - timedelta(days=day.weekday())
    return Period(first, first + WEEK - ONE_DAY, f"w{first.isoformat()}")


def span_named(key: str) -> Period:
    """A week or a month by its key. Raises Invalid("period_unclear", said=...)."""
    found = WEEK_KEY.fullmatch(key)
    if not found:
        return period_named(key)
    try:
        return week_of(date.fromisoformat(found[1]))
    except ValueError:
        raise Invalid("period_unclear", said=key) from None


def spans_offered(today: date) -> list[Period]:
    """This week, the next, this month, the next."""
    week, month = week_of(today), period_of("month", today)
    return [week, week_of(week.last + ONE_DAY), month, period_of("month", month.last + ONE_DAY)]


@dataclass(frozen=True, slots=True)
class Planned:
    """A meeting at its time: when it began where it was held, else when it is set for."""

    meeting: Meeting
    unit: Unit
    at: datetime


def _bounds(span: Period, moment: Moment) -> tuple[datetime, datetime]:
    return at_local(span.first, time(), moment.zone), end_of_day(span.last, moment.zone)


def _within(span: Period, moment: Moment) -> ColumnElement[bool]:
    first, end = _bounds(span, moment)
    live = Meeting.state.in_((MeetingState.PLANNED, MeetingState.RUNNING))
    held = and_(Meeting.state == MeetingState.HELD, Meeting.started_at >= first, Meeting.started_at < end)
    planned = and_(live, Meeting.planned_at >= first, Meeting.planned_at < end)
    return and_(Meeting.rehearsal.is_(False), or_(planned, held))


def meetings_within(
    session: Session, scope: ColumnElement[bool], span: Period, moment: Moment, first: int = 0
) -> tuple[list[Planned], int]:
    """A page of the meetings of units in `scope` (a condition on Unit), by time, at one time in natural order; and how many
    there are of them in all."""
    when = case((Meeting.state == MeetingState.HELD, Meeting.started_at), else_=Meeting.planned_at)
    wanted = (scope, _within(span, moment))
    count = select(func.count()).select_from(Meeting).join(Unit, Unit.id == Meeting.unit_id).where(*wanted)
    rows = session.execute(
        select(Meeting, Unit)
        .join(Unit, Unit.id == Meeting.unit_id)
        .where(*wanted)
        .options(joinedload(Meeting.topic))
        .order_by(when, Unit.listed_as, Meeting.id)
        .offset(first)
        .limit(PAGE)
    )
    found = [
        Planned(meeting, unit, meeting.held_at or meeting.planned_at or moment.at) for meeting, unit in rows
    ]
    return found, session.scalar(count) or 0


@dataclass(frozen=True, slots=True)
class Habitual:
    """A cell that has set nothing in the month of its usual day, which is still to come."""

    name: str
    day: date


def usual_within(
    session: Session, scope: ColumnElement[bool], span: Period, moment: Moment
) -> list[Habitual]:
    """The cells in `scope` (a condition on Unit) whose usual day lies in the span, by day, on one day in natural order."""
    columns = (Unit.name, Unit.meeting_day, Unit.meeting_shift)
    wanted = (scope, Unit.kind == "chi_bo", Unit.closed_on.is_(None), _meets_as_usual(span, moment))
    rows = session.execute(select(*columns).where(*wanted).order_by(Unit.listed_as, Unit.id)).all()
    days = {(usual, shift): day for usual, shift, day in _usual_days(span, moment)}
    found = [Habitual(name, days[usual or 0, shift]) for name, usual, shift in rows]
    return sorted(found, key=lambda one: one.day)


def _usual_days(span: Period, moment: Moment) -> list[tuple[int, str, date]]:
    """(day of the month, where it goes on a rest day, the day that this is): those of the span that are still to come; where it holds
    two of one cell, the first."""
    found = {}
    for month in reversed(periods_within("month", span.first, span.last)):
        for usual in range(1, 32):
            for shift in get_args(Shift):
                day = usual_meeting_day(usual, month, shift)
                if max(span.first, moment.today) <= day <= span.last:
                    found[usual, shift] = day
    return [(usual, shift, day) for (usual, shift), day in found.items()]


def _meets_as_usual(span: Period, moment: Moment) -> ColumnElement[bool]:
    months: dict[Period, list[ColumnElement[bool]]] = {}
    for usual, shift, day in _usual_days(span, moment):
        its = and_(Unit.meeting_day == usual, Unit.meeting_shift == shift)
        months.setdefault(period_of("month", day), []).append(its)
    return or_(
        false(),
        *(
            and_(or_(*its), ~exists().where(Meeting.unit_id == Unit.id, _within(month, moment)))
            for month, its in months.items()
        ),
    )


def units_without(
    session: Session, scope: ColumnElement[bool], span: Period, moment: Moment, first: int = 0
) -> tuple[Sequence[Unit], int]:
    """A page of the cells that have neither a meeting nor their usual day in the span, in natural order; and how many there are."""
    wanted = (
        scope,
        Unit.kind == "chi_bo",
        Unit.closed_on.is_(None),
        or_(Unit.opened_on.is_(None), Unit.opened_on <= span.last),
        ~exists().where(Meeting.unit_id == Unit.id, _within(span, moment)),
        or_(Unit.meeting_day.is_(None), ~_meets_as_usual(span, moment)),
    )
    rows = select(Unit).where(*wanted).order_by(Unit.listed_as, Unit.id).offset(first).limit(PAGE)
    return session.scalars(rows).all(), session.scalar(select(func.count(Unit.id)).where(*wanted)) or 0


def pilots_together(
    session: Session, scope: ColumnElement[bool], span: Period, moment: Moment
) -> list[list[Planned]]:
    """The pilots that are set for one day. A pilot ("sinh hoạt điểm") is a meeting about a topic that another topic of its plan
    is to follow."""
    follower = aliased(Topic)
    first, end = _bounds(span, moment)
    rows = session.execute(
        select(Meeting, Unit)
        .join(Unit, Unit.id == Meeting.unit_id)
        .join(Topic, Topic.id == Meeting.topic_id)
        .where(
            scope,
            Meeting.state == MeetingState.PLANNED,
            Meeting.rehearsal.is_(False),
            Meeting.planned_at >= first,
            Meeting.planned_at < end,
            exists().where(follower.plan_id == Topic.plan_id, follower.follows == Topic.key),
        )
        .order_by(Meeting.planned_at, Unit.listed_as, Meeting.id)
    )
    planned = [Planned(meeting, unit, meeting.planned_at or moment.at) for meeting, unit in rows]
    days = [list(some) for _, some in groupby(planned, key=lambda one: moment.day_of(one.at))]
    return [day for day in days if len({one.unit.id for one in day}) > 1]
