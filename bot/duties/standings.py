"""How the duties of each demand stand: one pass over one index, from which every summary is summed up (docs/decisions/0011)."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import JSON, ColumnElement, Select, func, literal_column, select
from sqlalchemy.orm import Session, aliased

from bot.tables import Demand, Duty, DutyState, Hurry

FEW = 2000
BY_STANDING = "INDEXED BY ix_duties_standing"
UNDONE = (DutyState.OPEN, DutyState.LAPSED)
KEYS = (Duty.due_on, Duty.state, Duty.on_time, Duty.again_on, Duty.opens_on, Duty.hurry)
"""Behind the demand in the order of the index ix_duties_standing: neither database sorts, or reads a row beside the index."""
_HEADS = [func.coalesce(func.sum(column), 0) for column in (Duty.present, Duty.obliged)]
OTHER_WAYS = ("enable_hashagg", "enable_seqscan", "enable_sort")
SEPARATOR = ","
HOLD_FEW = "scopes that hold few duties"


@dataclass(frozen=True, slots=True)
class Standing:
    """`number` duties of one demand that stand alike."""

    demand_id: int
    due_on: date | None
    state: DutyState
    on_time: bool | None
    again_on: date | None
    opens_on: date
    hurry: Hurry
    number: int
    present: int = 0
    obliged: int = 0
    """Of the meetings held for them, where that was asked."""

    def asked(self, today: date, *, without_day: bool = False) -> bool:
        """Whether they are counted, as `asked_for`; what is open without a last day only where it has none for ever."""
        if self.state == DutyState.LAPSED:
            return self.hurry != Hurry.AFTER
        if self.state == DutyState.OPEN:
            return self.opens_on <= today and (self.due_on is not None or without_day)
        return self.state == DutyState.DONE

    def current(self, since: date, today: date) -> bool:
        """Whether they have opened and are open, or were due from `since` on. What was done ahead of its time counts from its time
        on, with all the others: "1/1" would be said of what forty are to do."""
        if self.state == DutyState.OPEN or self.opens_on > today:
            return self.opens_on <= today
        return self.due_on is not None and self.due_on >= since

    def overdue(self, before: date) -> bool:
        """Not done, and their last day was before this one."""
        last = self.again_on or self.due_on
        return self.state in UNDONE and last is not None and last < before


def count_standings(
    session: Session,
    scope: ColumnElement[bool],
    *,
    days: tuple[date, date] | None = None,
    demand_ids: Collection[int] | None = None,
    heads: bool = True,
) -> Sequence[Standing]:
    """Of the duties that `scope` (a condition on Duty) lets through: those with their last day within `days` (both included), those
    of these demands. `heads`: with who was there, which over a year takes a fifth more."""
    told = (func.count(), *(_HEADS if heads else ()))
    return [Standing(*row) for row in _counted(session, scope, days, demand_ids, *told)]


def place_standings(
    session: Session, scope: ColumnElement[bool], days: tuple[date, date]
) -> Iterator[tuple[Standing, list[str]]]:
    """As `count_standings`, each with the paths at which its duties stood, in order. They come as one text: to group them by what they
    lie below would sort all duties anew."""
    paths = func.aggregate_strings(Duty.path, SEPARATOR)
    for row in _counted(session, scope, days, None, paths):
        found = sorted(row[-1].split(SEPARATOR))
        kind = (*row[:-1], len(found))
        yield Standing(*kind), found


def _counted(
    session: Session,
    scope: ColumnElement[bool],
    days: tuple[date, date] | None,
    demand_ids: Collection[int] | None,
    *told: ColumnElement[Any],
) -> Sequence[Any]:
    """Of each demand and KEYS for which there are any, what is `told` of them."""
    few = _holds_few(session, scope)
    if not few and _on_sqlite(session):
        return _counted_by_kind(session, scope, days, demand_ids, told)
    by_hand = not few
    if by_hand and demand_ids is None:
        demand_ids = session.scalars(
            select(Demand.id)
        ).all()  # of each, however many years there are, its part
    keys = (Duty.demand_id if by_hand else Demand.id, *KEYS)
    rows = select(*keys, *told) if by_hand else _rows_of_demands((*keys, *told), few=few)
    rows = rows.where(scope, *_within(Duty, days, demand_ids)).group_by(*keys)
    with _in_order_of_index(session) if by_hand else nullcontext():
        return session.execute(rows).all()


def _counted_by_kind(
    session: Session,
    scope: ColumnElement[bool],
    days: tuple[date, date] | None,
    demand_ids: Collection[int] | None,
    told: tuple[ColumnElement[Any], ...],
) -> Sequence[Any]:
    """SQLite leaps from one kind of duty to the next in the index, and counts of each what lies in the scope: half of what grouping
    all of them takes, and of one committee of a nation its own duties alone."""
    each = aliased(Duty)
    kinds = (
        select(*(getattr(each, column.key) for column in (Duty.demand_id, *KEYS)))
        .where(*_within(each, days, demand_ids))
        .distinct()
        .with_hint(each, BY_STANDING, "sqlite")
        .subquery()
    )
    alike = [column.is_not_distinct_from(kinds.c[column.key]) for column in (Duty.demand_id, *KEYS)]
    one = told[0] if len(told) == 1 else func.json_array(*told, type_=JSON)
    answer = select(one).where(*alike, scope).with_hint(Duty, BY_STANDING, "sqlite").scalar_subquery()
    found = [
        (*kind, *(said if len(told) > 1 else [said]))
        for *kind, said in session.execute(select(kinds, answer))
    ]
    return [row for row in found if any(row[-len(told) :])]


def _within(
    duty: type[Duty], days: tuple[date, date] | None, demand_ids: Collection[int] | None
) -> Iterator[ColumnElement[bool]]:
    if days is not None:
        yield duty.due_on.between(*days)
    if demand_ids is not None:
        yield duty.demand_id.in_(demand_ids)


@contextmanager
def _in_order_of_index(session: Session) -> Iterator[None]:
    """PostgreSQL takes the index of standings, in whose order they lie: by itself it reads the table, and works out for each duty among
    which others it counts, which takes twice as long."""

    def turn(setting: str) -> None:
        session.execute(
            select(*[func.set_config(way, setting, literal_column("true")) for way in OTHER_WAYS])
        )

    turn("off")
    yield
    turn("on")


def standing_rows(session: Session, scope: ColumnElement[bool], *columns: Any) -> Select[*tuple[Any, ...]]:
    """Duties joined to their demands: of each demand, however many years there are, its part of the index."""
    few = _on_sqlite(session) and _holds_few(session, scope)
    return _rows_of_demands(columns, few=few).where(scope)


def _rows_of_demands(columns: tuple[Any, ...], *, few: bool) -> Select[*tuple[Any, ...]]:
    joined = (Duty.demand_id + 0 if few else Duty.demand_id) == Demand.id
    rows = select(*columns).select_from(Demand).join(Duty, joined)
    return rows if few else rows.with_hint(Duty, BY_STANDING, "sqlite")


def duty_rows(session: Session, scope: ColumnElement[bool], *columns: Any) -> Select[*tuple[Any, ...]]:
    """Duties alone, in the same way, for what is not grouped by demand."""
    rows = select(*columns).select_from(Duty).where(scope)
    if not _on_sqlite(session) or _holds_few(session, scope):
        return rows
    return rows.where(Duty.demand_id.in_(select(Demand.id))).with_hint(Duty, BY_STANDING, "sqlite")


def _holds_few(session: Session, scope: ColumnElement[bool]) -> bool:
    """The databases do not know how much a subtree holds, and are told: of a small one its own rows are read, of a large one the index
    alone. Looked up once for a scope in a session."""
    known = session.info.setdefault(HOLD_FEW, {})
    if id(scope) not in known:
        last = select(Duty.id).where(scope).offset(FEW - 1).limit(1).scalar_subquery()
        asked = select(last) if _on_sqlite(session) else select(last, _PLANNED_ANEW)
        known[id(scope)] = scope, session.scalar(asked) is None
    return bool(known[id(scope)][1])


_PLANNED_ANEW = func.set_config("plan_cache_mode", "force_custom_plan", literal_column("true"))
"""Until the transaction ends PostgreSQL plans each statement for the values that it is said with. One plan for all values, which it would
take after some ten times, looks up row by row what of a large subtree is better read at once."""


def _on_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
