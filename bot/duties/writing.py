"""Writes the duties of a portion that are not there yet: one row for each unit and each thing wanted of it, in one statement."""

from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, insert, literal, or_, select
from sqlalchemy.orm import aliased

from bot.duties.changes import Loading
from bot.duties.wanted import ACTORS, SHAPE, WANTED, Part, wanted_of_unit
from bot.tables import Duty, DutyState, Hurry, Unit

_ROWS = Duty.__table__
_COLUMNS = (
    *("plan_id", "demand_id", "unit_id", "path", "key", "about_id", "kind", "state", "waits", *SHAPE),
    *("next_reminder_at", "added", "hurry", "picks"),
)


def write_own_duties(part: Part) -> int:
    """What is wanted of its units themselves; answers how many there were."""
    loading, key, mine = part.loading, WANTED.c.key, WANTED.c
    query = select(*_row(loading, Unit.id, Unit.path, key, literal(None, _ROWS.c.about_id.type)))
    query = query.select_from(Unit).join(WANTED, wanted_of_unit(loading))
    query = query.where(part.holds(Unit.id), mine.about.is_(False), *_to_write(loading, Unit.id, key))
    return _written(loading, query.order_by(Unit.path, mine.number))


def write_passed_on(part: Part) -> int:
    """What others owe for each of its units: a committee for what stands below it."""
    loading = part.loading
    key, mine, actor = WANTED.c.key + "@" + Unit.code, WANTED.c, ACTORS.c
    above = _above(part.holds(Unit.id))
    query = select(*_row(loading, actor.unit_id, actor.path, key, Unit.id))
    query = query.select_from(Unit).join(above, above.c.unit_id == Unit.id)
    query = query.join(ACTORS, and_(actor.reach == above.c.path, actor.unit_id != Unit.id))
    query = query.join(WANTED, and_(wanted_of_unit(loading), mine.base == actor.duty))
    query = query.where(part.holds(Unit.id), mine.about.is_(True), *_to_write(loading, actor.unit_id, key))
    inner = query.order_by(Unit.path, mine.number, actor.path).subquery()
    return _written(
        loading, select(inner)
    )  # a WITH before the INSERT would hide from SQLite's driver how many


def _above(units: ColumnElement[bool]) -> Any:
    """(unit, path) of each of the units and of whatever stands above it."""
    parent = aliased(Unit)
    own = (
        select(Unit.id.label("unit_id"), Unit.parent_id, Unit.path)
        .where(units)
        .cte("above", recursive=True, nesting=True)
    )
    next_above = select(own.c.unit_id, parent.parent_id, parent.path).join(
        parent, parent.id == own.c.parent_id
    )
    return own.union_all(next_above)


def _row(loading: Loading, unit_id: Any, path: Any, key: Any, about_id: Any) -> tuple[Any, ...]:
    mine = WANTED.c
    state = _ROWS.c.state.type
    return (
        *(literal(loading.plan.id), mine.demand_id, unit_id, path, key, about_id, mine.duty_kind),
        case((mine.waits != "", literal(DutyState.WAITING, state)), else_=literal(DutyState.OPEN, state)),
        mine.waits,
        *(mine[day] for day in SHAPE),
        mine.first_at,
        literal(False),
        literal(Hurry.NONE, _ROWS.c.hurry.type),
        literal([], _ROWS.c.picks.type),
    )


def _to_write(loading: Loading, unit_id: Any, key: Any) -> tuple[ColumnElement[bool], ...]:
    """Not what is there already, nor what was due before the unit was."""
    there = exists().where(Duty.plan_id == loading.plan.id, Duty.unit_id == unit_id, Duty.key == key)
    due_on = WANTED.c.due_on
    return ~there, or_(Unit.opened_on.is_(None), due_on.is_(None), due_on >= Unit.opened_on)


def _written(loading: Loading, query: Any) -> int:
    written = insert(Duty).from_select(_COLUMNS, query, include_defaults=False)
    counted = written.execution_options(preserve_rowcount=True)
    return loading.session.connection().execute(counted).rowcount
