"""Counts over duties: expected, on time, late, open; ratios are sum over sum."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session, joinedload

from bot.calendar import NOT_RELATIVE
from bot.duties.outlook import has_its_day
from bot.duties.standings import UNDONE, Standing, count_standings, standing_rows
from bot.tables import (
    Demand,
    Duty,
    DutyKind,
    DutyState,
    Hurry,
    Membership,
    Plan,
    Role,
    Unit,
)

RECENT = timedelta(days=31)
FAR = datetime(9999, 1, 1, tzinfo=UTC)


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
    expected: int = 0
    on_time: int = 0
    late: int = 0
    open: int = 0
    overdue: int = 0
    present: int = 0
    obliged: int = 0
    plan: str = ""
    """The symbol of its plan, or the plan's title."""
    returned: int = 0
    """How many of the open were handed in and given back."""

    @property
    def done(self) -> int:
        return self.on_time + self.late

    def with_more(self, some: Standing, late_before: date) -> "Tally":
        """With these duties, of which what was due before `late_before` is overdue."""
        done, number = some.state == DutyState.DONE, some.number
        return replace(
            self,
            expected=self.expected + number,
            on_time=self.on_time + (number if done and some.on_time else 0),
            late=self.late + (number if done and some.on_time is False else 0),
            open=self.open + (0 if done else number),
            overdue=self.overdue + (number if some.overdue(late_before) else 0),
            returned=self.returned + (number if some.state == DutyState.OPEN and some.again_on else 0),
        )

    def with_heads(self, some: Standing) -> "Tally":
        return replace(self, present=self.present + some.present, obliged=self.obliged + some.obliged)

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


def asked_for(today: date | BindParameter[date]) -> ColumnElement[bool]:
    """What is counted (a condition on Duty joined to Demand): done, lapsed, or open by the local day `today`.

    A duty that counts its days from a meeting opens only when that meeting has its day. What lapsed was due before its
    unit or plan ended: the figures of that time keep it as not done; but what had to come before a meeting that became
    known when it was over is asked for once, and nobody knows.
    """
    kept = and_(Duty.state == DutyState.LAPSED, Duty.hurry != Hurry.AFTER)
    return or_(
        Duty.state == DutyState.DONE,
        kept,
        asking_now(today),
    )


def asked_within(first: date, last: date, today: date) -> ColumnElement[bool]:
    """What of the days `first` to `last` (both included) is counted: a condition on Duty alone, as `asked_for` of what has its
    last day in them. What has no last day belongs to no period."""
    kept = and_(Duty.state == DutyState.LAPSED, Duty.hurry != Hurry.AFTER)
    opened = and_(Duty.state == DutyState.OPEN, Duty.opens_on <= today)
    return and_(Duty.due_on.between(first, last), or_(Duty.state == DutyState.DONE, kept, opened))


def tally_demands(session: Session, where: ColumnElement[bool], today: date) -> list[Tally]:
    """One tally for each demand, over its duties that `where` (a condition on Duty) lets through and that are `asked`."""
    return tally_standings(session, count_standings(session, where), today, today)


def tally_now(session: Session, scope: ColumnElement[bool], today: date) -> list[Tally]:
    """As `tally_demands`, of the demands that matter now: something of them has opened and is open, or they were due or done within
    the last month. All duties of such a demand are counted, so that its figures are whole."""
    since = today - RECENT
    done = done_from(scope & Duty.due_on.is_(None), datetime.combine(since, time.min, UTC))
    lately = set(session.scalars(done))
    perhaps = session.scalars(_PERHAPS_NOW, {"today": today, "since": since}).all()
    standings = count_standings(session, scope, demand_ids={*lately, *perhaps})
    lately |= {one.demand_id for one in standings if one.current(since, today)}
    live = [one for one in standings if one.demand_id in lately]
    return tally_standings(session, live, today, today)


def open_about(session: Session, first: date, last: date) -> set[int]:
    """The demands (ids) of which something, of whomever, is open and has its last day between these two (both included)."""
    return set(session.scalars(_OPEN_ABOUT, {"first": first, "last": last}))


def _of_whomever(end: ColumnElement[Any], *where: ColumnElement[bool]) -> ScalarSelect[Any]:
    """The first or last day of a demand's duties, whosever they are: an index leads to it at once. Where PostgreSQL is asked
    whether there is any, it may read all duties of all demands to know."""
    return select(end).where(Duty.demand_id == Demand.id, *where).correlate(Demand).scalar_subquery()


def _first_opened(state: DutyState) -> ScalarSelect[Any]:
    return _of_whomever(func.min(Duty.opens_on), Duty.state == state)


_PERHAPS_NOW = select(Demand.id).where(
    or_(
        _first_opened(DutyState.OPEN) <= bindparam("today"),
        and_(
            or_(_first_opened(DutyState.DONE).is_not(None), _first_opened(DutyState.LAPSED).is_not(None)),
            _of_whomever(func.max(Duty.due_on)) >= bindparam("since"),
        ),
    )
)
_ABOUT = (Duty.state == DutyState.OPEN, Duty.due_on.between(bindparam("first"), bindparam("last")))
_OPEN_ABOUT = select(Demand.id).where(_of_whomever(func.min(Duty.due_on), *_ABOUT).is_not(None))


def done_from(scope: ColumnElement[bool], since: datetime) -> Select[int]:
    """The demands (ids) of which something was done from that moment on."""
    lately = Duty.done_at.between(since, FAR)  # bounded on both sides, SQLite takes the index of moments
    done = select(Duty.demand_id).where(scope, Duty.state == DutyState.DONE, lately).distinct()
    return done.with_hint(Duty, "INDEXED BY ix_duties_done", "sqlite")


def tally_standings(
    session: Session, standings: Sequence[Standing], today: date, late_before: date
) -> list[Tally]:
    """One tally for each demand of these. What was due before `late_before` is overdue."""
    found: dict[int, Tally] = {}
    demands = _demands(session, {one.demand_id for one in standings})
    for one in standings:
        demand = demands[one.demand_id]
        if one.asked(today, without_day=demand.relative == NOT_RELATIVE):
            known = found.get(demand.id) or _empty(demand)
            found[demand.id] = known.with_more(one, late_before)
    for one in standings:
        if one.obliged and one.demand_id in found:
            found[one.demand_id] = found[one.demand_id].with_heads(one)
    return sorted(found.values(), key=lambda t: (t.due_on is None, t.due_on or date.max, t.key, t.variant))


def _demands(session: Session, ids: Collection[int]) -> dict[int, Demand]:
    named = joinedload(Demand.plan).load_only(Plan.symbol, Plan.title)
    found = select(Demand).where(Demand.id.in_(ids)).options(named)
    return {demand.id: demand for demand in session.scalars(found)}


def _empty(demand: Demand) -> Tally:
    return Tally(
        demand.id,
        demand.key,
        demand.variant,
        demand.kind,
        demand.title.replace("{unit}", "…"),
        demand.period_first,
        demand.due_on,
        plan=demand.plan.symbol or demand.plan.title,
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


def count_unstaffed(
    session: Session, scope: ColumnElement[bool], today: date, *only: ColumnElement[bool]
) -> int:
    """How many of the units with `missing` duties have nobody who leads them; `only`: further conditions on Duty."""
    led = exists().where(
        Membership.unit_id == Duty.unit_id, Membership.role == Role.SECRETARY, Membership.ended_at.is_(None)
    )
    asking = standing_rows(session, scope, func.count(Duty.unit_id.distinct())).where(*only)
    return session.scalar(asking.where(asking_now(today), ~led)) or 0


def asking_now(today: date | BindParameter[date]) -> ColumnElement[bool]:
    """What is open and asked for (a condition on Duty joined to Demand)."""
    return and_(Duty.state == DutyState.OPEN, Duty.opens_on <= today, has_its_day())


def missing_duties(where: ColumnElement[bool], today: date) -> Select[Duty, Unit]:
    """The duties that are `asked` and not done, and their units, most overdue first, then by the units' codes in natural order."""
    rows = select(Duty, Unit).join(Demand, Demand.id == Duty.demand_id).where(where)
    return _missing(rows.join(Unit, Unit.id == Duty.unit_id), today)


def _missing(rows: Select[*tuple[Any, ...]], today: date) -> Select[*tuple[Any, ...]]:
    missing = rows.where(Duty.state.in_(UNDONE), asked_for(today))
    return missing.order_by(Duty.due_on.is_(None), Duty.due_on, Unit.listed_as)


def first_missing(
    session: Session, scope: ColumnElement[bool], today: date, most: int, *only: ColumnElement[bool]
) -> list[tuple[Duty, Unit]]:
    """So many of the `missing_duties`: found by what they are in order of, before whole rows are read."""
    found = standing_rows(session, scope, Duty.id).where(*only).join(Unit, Unit.id == Duty.unit_id)
    ids = session.scalars(_missing(found, today).limit(most)).all()
    rows = session.execute(missing_duties(Duty.id.in_(ids), today))
    return [(duty, unit) for duty, unit in rows]
