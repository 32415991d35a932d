"""The duties of a plan that are there when it is loaded: how each stands to what is wanted now."""

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, exists, func, select
from sqlalchemy.orm import aliased

from bot.duties.changes import Loading
from bot.duties.wanted import ACTORS, SHAPE, WANTED, Part, wanted_of_unit
from bot.tables import Demand, Duty, DutyState, Meeting, MeetingDuty, MeetingState, Unit

ROWS = 5000
"""So many are written at once."""
ASKING = (DutyState.OPEN, DutyState.WAITING)
GONE = (DutyState.WITHDRAWN, DutyState.LAPSED)
LIVE_MEETING = (MeetingState.PLANNED, MeetingState.RUNNING)

Present = Row[*tuple[Any, ...]]
"""What is read of each duty that is there: too many for whole objects."""


class Fate(StrEnum):
    """DONE keeps what it was, KEPT is as the plan wants it; GONE is wanted no more."""

    DONE = "done"
    KEPT = "kept"
    CHANGED = "changed"
    GONE = "gone"


def count_fates(part: Part) -> Counter[Fate]:
    """How many duties of its units, and about them, go which way."""
    found: Counter[Fate] = Counter()
    fate = _fate(part.loading)
    for about in _ways(part):
        query = _beside_wanted(select(fate, func.count()), part, about=about).group_by(fate)
        for name, number in part.loading.session.execute(query):
            found[Fate(name)] += number
    return found


def duties_with_fate(part: Part, fate: Fate) -> list[Present]:
    """Locked: one that is closed meanwhile must not be written over. `number` is that of what is wanted."""
    return _duties(part, _fate(part.loading) == fate)


def freed_duties(part: Part) -> list[Present]:
    """What waits for something that had been done before it was there."""
    return _duties(part, and_(Duty.state == DutyState.WAITING, _leader_done_at(part.loading).is_not(None)))


def _duties(part: Part, where: ColumnElement[bool]) -> list[Present]:
    found: list[Present] = []
    for about in _ways(part):
        query = _beside_wanted(select(*_decisive(part.loading)), part, about=about).where(where)
        found += part.loading.session.execute(query.order_by(Duty.id).with_for_update(of=Duty)).all()
    return found


def _ways(part: Part) -> Sequence[bool]:
    """To what its units owe themselves, and to what others owe about them."""
    return (False, True) if part.loading.about_units else (False,)


def _beside_wanted(query: Any, part: Part, *, about: bool) -> Any:
    """From the units to their duties (or those about them), beside what is wanted of each, if anything."""
    # Looked up by their units, never by the plan, which has all the others too: no database uses an index for a sum.
    subject = and_(
        Duty.about_id == Unit.id, part.holds(Duty.about_id), Duty.plan_id + 0 == part.loading.plan.id
    )
    key: ColumnElement[str] = WANTED.c.key
    wanted = [wanted_of_unit(part.loading), WANTED.c.about.is_(about)]
    if about:
        key = key + "@" + Unit.code
        wanted.append(
            exists().where(
                ACTORS.c.duty == WANTED.c.base,
                ACTORS.c.unit_id == Duty.unit_id,
                Unit.id != Duty.unit_id,
                func.substr(Unit.path, 1, func.length(ACTORS.c.reach)) == ACTORS.c.reach,
            )
        )
    else:
        subject = and_(
            Duty.unit_id == Unit.id,
            Duty.about_id.is_(None),
            part.holds(Duty.unit_id),
            Duty.plan_id == part.loading.plan.id,
        )
    return query.select_from(Unit).join(Duty, subject).outerjoin(WANTED, and_(*wanted, key == Duty.key))


_DAYS_HOLD = and_(*(getattr(Duty, day).is_not_distinct_from(WANTED.c[day]) for day in SHAPE))
_STANDS_SO = and_(
    Duty.demand_id == WANTED.c.demand_id,
    WANTED.c.moving.is_(True) | _DAYS_HOLD,
    Duty.waits == WANTED.c.waits,
    Duty.state.not_in(GONE),
)
"""That it is as it is wanted, but for its words."""


def _fate(loading: Loading) -> ColumnElement[str]:
    """What was due and asked for in the words of its time stays, though the words are others by now: it is past."""
    mine = WANTED.c
    past = and_(Duty.state == DutyState.OPEN, Duty.due_on < loading.today)
    return case(
        (mine.number.is_(None), Fate.GONE.value),
        (Duty.state == DutyState.DONE, Fate.DONE.value),
        (past & _DAYS_HOLD, Fate.KEPT.value),
        (and_(_STANDS_SO, mine.changed.is_(False)), Fate.KEPT.value),
        else_=Fate.CHANGED.value,
    )


def _decisive(loading: Loading) -> tuple[Any, ...]:
    """What decides how a duty follows, its id at the end."""
    planned = (
        select(Meeting.planned_at)
        .join(MeetingDuty, MeetingDuty.meeting_id == Meeting.id)
        .where(
            MeetingDuty.duty_id == Duty.id, Meeting.state.in_(LIVE_MEETING), Meeting.planned_at.is_not(None)
        )
        .order_by(Meeting.id.desc())
        .limit(1)
    )
    base = select(Demand.base).where(Demand.id == Duty.demand_id)
    return (
        WANTED.c.number,
        Unit.meeting_day,
        Unit.meeting_shift,
        planned.scalar_subquery().label("planned_at"),
        _leader_done_at(loading).label("leader_done_at"),
        *(Duty.state, Duty.hurry, Duty.waits, Duty.announced_on, Duty.opens_on, Duty.due_on, Duty.safe_on),
        *(Duty.again_on, Duty.next_reminder_at, Duty.reminded_until, Duty.added, Duty.demand_id),
        base.scalar_subquery().label("base"),
        and_(_STANDS_SO, Unit.path <= WANTED.c.followed).label("followed"),
        Duty.id,
    )


def _leader_done_at(loading: Loading) -> ColumnElement[Any]:
    """When what the duty is to wait for was done; the unit's own, also of a duty about it."""
    leader = aliased(Duty)
    done = select(leader.done_at).where(
        leader.plan_id == loading.plan.id,
        leader.unit_id == Unit.id,
        leader.key == WANTED.c.waits,
        leader.state == DutyState.DONE,
        WANTED.c.waits != "",
    )
    return done.scalar_subquery()
