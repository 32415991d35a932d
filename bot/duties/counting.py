"""Counts over duties: expected, on time, late, open; ratios are sum over sum."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, union
from sqlalchemy.orm import Session, joinedload

from bot.duties.outlook import has_its_day
from bot.tables import (
    Attendance,
    Demand,
    Duty,
    DutyKind,
    DutyState,
    Hurry,
    Meeting,
    MeetingDuty,
    MeetingState,
    Membership,
    Role,
    Unit,
)

RECENT = timedelta(days=31)
UNDONE = (DutyState.OPEN, DutyState.LAPSED)


@dataclass(frozen=True, slots=True)
class Tally:
    """One demand over many units. `open` includes `overdue`; expected = on_time + late + open."""

    demand_id: int
    key: str
    variant: str
    kind: str
    title: str
    period_first: date
    due_on: date | None
    expected: int
    on_time: int
    late: int
    open: int
    overdue: int
    present: int
    obliged: int
    plan: str = ""
    """The symbol of its plan, or the plan's title."""
    returned: int = 0
    """How many of the open were handed in and given back."""

    @property
    def done(self) -> int:
        return self.on_time + self.late

    @property
    def attendance(self) -> Fraction | None:
        """Present over obliged to attend, summed over all meetings; None when nobody was counted."""
        return Fraction(self.present, self.obliged) if self.obliged else None


def last_day() -> ColumnElement[date | None]:
    """The last day that holds for a duty (a column of Duty): its own where it was returned, else the plan's."""
    return func.coalesce(Duty.again_on, Duty.due_on)


def sum_of(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """How many rows meet it."""
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def asked_for(today: date) -> ColumnElement[bool]:
    """What is counted (a condition on Duty joined to Demand): done, lapsed, or open by the local day `today`.

    A duty that counts its days from a meeting opens only when that meeting has its day. What lapsed was due before its
    unit or plan ended: the figures of that time keep it as not done; but what had to come before a meeting that became
    known when it was over is asked for once, and nobody knows.
    """
    kept = and_(Duty.state == DutyState.LAPSED, Duty.hurry != Hurry.AFTER)
    return or_(
        Duty.state == DutyState.DONE,
        kept,
        and_(Duty.state == DutyState.OPEN, Duty.opens_on <= today, has_its_day()),
    )


def asked_within(first: date, last: date, today: date) -> ColumnElement[bool]:
    """What of the days `first` to `last` (both included) is counted: a condition on Duty alone, as `asked_for` of what has its
    last day in them. What has no last day belongs to no period."""
    kept = and_(Duty.state == DutyState.LAPSED, Duty.hurry != Hurry.AFTER)
    opened = and_(Duty.state == DutyState.OPEN, Duty.opens_on <= today)
    return and_(Duty.due_on.between(first, last), or_(Duty.state == DutyState.DONE, kept, opened))


def tally_demands(
    session: Session, where: ColumnElement[bool], today: date, *, late_before: date | None = None
) -> list[Tally]:
    """One tally for each demand, over its duties that `where` (a condition on Duty) lets through and that are `asked`.

    What was due before `late_before` (default: `today`) counts as overdue.
    """
    counted = count_by_demand(where, today, late_before or today).subquery()
    rows = session.execute(
        select(Demand, counted)
        .join(counted, counted.c.demand_id == Demand.id)
        .order_by(Demand.due_on.is_(None), Demand.due_on, Demand.key, Demand.variant)
        .options(joinedload(Demand.plan))
    ).all()
    heads = _heads(session, where, [row[0].id for row in rows if row[0].kind == DutyKind.MEETING])
    return [
        Tally(
            demand.id,
            demand.key,
            demand.variant,
            demand.kind,
            demand.title.replace("{unit}", "…"),
            demand.period_first,
            demand.due_on,
            row.expected,
            row.on_time,
            row.late,
            row.open,
            row.overdue,
            *heads.get(demand.id, (0, 0)),
            demand.plan.symbol or demand.plan.title,
            row.returned,
        )
        for row in rows
        for demand in [row[0]]
    ]


def count_by_demand(where: ColumnElement[bool], today: date, late_before: date) -> Select[*tuple[int, ...]]:
    """By demand_id: expected, on_time, late, open, overdue, returned, as in a Tally."""
    done, undone = Duty.state == DutyState.DONE, Duty.state.in_(UNDONE)
    return (
        select(
            Duty.demand_id.label("demand_id"),
            func.count().label("expected"),
            sum_of(and_(done, Duty.on_time.is_(True))).label("on_time"),
            sum_of(and_(done, Duty.on_time.is_(False))).label("late"),
            sum_of(undone).label("open"),
            sum_of(and_(undone, last_day() < late_before)).label("overdue"),
            sum_of(and_(Duty.state == DutyState.OPEN, Duty.again_on.is_not(None))).label("returned"),
        )
        .join(Demand, Demand.id == Duty.demand_id)
        .where(asked_for(today), where)
        .group_by(Duty.demand_id)
    )


def _heads(
    session: Session, where: ColumnElement[bool], demand_ids: Sequence[int]
) -> dict[int, tuple[int, int]]:
    """Present and obliged, summed over the held meetings of each demand."""
    if not demand_ids:
        return {}
    rows = session.execute(
        select(
            Duty.demand_id,
            func.coalesce(func.sum(Attendance.present), 0),
            func.coalesce(func.sum(Attendance.total - Attendance.exempt - Attendance.elsewhere), 0),
        )
        .join(MeetingDuty, MeetingDuty.duty_id == Duty.id)
        .join(Meeting, Meeting.id == MeetingDuty.meeting_id)
        .join(Attendance, Attendance.meeting_id == MeetingDuty.meeting_id)
        .where(Meeting.state == MeetingState.HELD, Duty.demand_id.in_(demand_ids), where)
        .group_by(Duty.demand_id)
    )
    return {demand_id: (int(present), int(obliged)) for demand_id, present, obliged in rows}


def current_demands(scope: ColumnElement[bool], today: date) -> ColumnElement[bool]:
    """`scope` (a condition on Duty), narrowed to the demands that matter now: something of them is open, or they were
    due or done within the last month. All duties of such a demand stay, so that its figures are whole."""
    since = today - RECENT
    lately = Duty.due_on.between(since, date.max)  # bounded on both sides, SQLite takes the index of days
    done_since = and_(Duty.due_on.is_(None), Duty.done_at >= datetime.combine(since, time.min, UTC))
    live = (  # each by its own index: what matters now is little, what ever was is much
        select(Duty.demand_id).where(scope, matters).correlate(None)
        for matters in (Duty.state == DutyState.OPEN, lately, done_since)
    )
    return and_(scope, Duty.demand_id.in_(union(*live)))


def asked_in_year(scope: ColumnElement[bool], today: date) -> ColumnElement[bool]:
    """`scope` (a condition on Duty), narrowed to what falls into the calendar year of `today` or is due in it, and to what is
    open from before."""
    first = date(today.year, 1, 1)
    of_year = select(Demand.id).where(or_(Demand.period_last >= first, Demand.due_on >= first))
    return and_(
        scope,
        or_(Duty.state == DutyState.OPEN, Duty.due_on >= first, Duty.demand_id.in_(of_year.correlate(None))),
    )


def urgent_first(figures: Iterable[Tally], today: date) -> list[Tally]:
    """Meetings before the rest, what was due long ago behind what is due about now, the most overdue first."""

    def weight(t: Tally) -> tuple[bool, bool, int, bool, date, str]:
        past = t.due_on is not None and t.due_on < today - RECENT
        return t.kind != DutyKind.MEETING, past, -t.overdue, t.due_on is None, t.due_on or date.max, t.key

    return sorted(figures, key=weight)


def worst_first(figures: Iterable[Tally]) -> list[Tally]:
    """What most units are overdue with, the longest first; then what is due next, meetings before the rest."""

    def weight(t: Tally) -> tuple[int, bool, date, bool, str]:
        return -t.overdue, t.due_on is None, t.due_on or date.max, t.kind != DutyKind.MEETING, t.key

    return sorted(figures, key=weight)


def count_unstaffed(session: Session, where: ColumnElement[bool], today: date) -> int:
    """How many of the units with `missing` duties have nobody who leads them."""
    led = select(Membership.unit_id).where(Membership.role == Role.SECRETARY, Membership.ended_at.is_(None))
    asking = missing_duties(and_(Duty.state == DutyState.OPEN, where), today)
    units = asking.where(Unit.id.not_in(led)).with_only_columns(Unit.id).order_by(None)
    return session.scalar(select(func.count()).select_from(units.distinct().subquery())) or 0


def missing_duties(where: ColumnElement[bool], today: date) -> Select[Duty, Unit]:
    """The duties that are `asked` and not done, and their units, most overdue first, then by the units' codes in natural order."""
    return (
        select(Duty, Unit)
        .join(Unit, Unit.id == Duty.unit_id)
        .join(Demand, Demand.id == Duty.demand_id)
        .where(Duty.state.in_(UNDONE), asked_for(today), where)
        .order_by(Duty.due_on.is_(None), Duty.due_on, Unit.listed_as)
    )
