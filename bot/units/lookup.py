"""What the office looks up: a unit by its code or name, who holds which role in it, how it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, joinedload

from bot.duties.counting import asked_for, last_day
from bot.reading.words import fold, rough_pattern
from bot.tables import Demand, Duty, DutyState, Membership, Role, Unit
from bot.talk.chat import row_id

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Card:
    """A unit as the office sees it: `open` duties, of which `overdue`; `below`: units that stand under it."""

    unit: Unit
    parent: Unit | None
    holders: list[Membership]
    open: int
    overdue: int
    below: int

    @property
    def secretaries(self) -> list[Membership]:
        """Who leads it; the first is spoken to first."""
        found = [m for m in self.holders if m.role == Role.SECRETARY]
        return sorted(found, key=lambda m: (m.rank, m.id))


def find_units(
    session: Session, scope: ColumnElement[bool], *, chosen: str, text: str, offered: Sequence[int]
) -> list[Unit]:
    """The units within `scope` (a condition on Unit) that are not closed and that a person means: by the id of a button
    (`chosen`), by a code, by a number among those `offered` before, or by its name.

    The nearest wins: the whole name before whole words of one ("thôn 1" is not thôn 10), and those before a part of a word.
    """
    if chosen:
        its = scope & Unit.closed_on.is_(None) & (Unit.id == row_id(chosen))
        return list(session.scalars(select(Unit).where(its)))
    return units_of(session, find_unit_ids(session, scope, text, offered))


def find_closed_units(session: Session, scope: ColumnElement[bool], text: str) -> list[Unit]:
    """The units within `scope` that are no more and whose code, name or whole words of it were typed, in natural order."""
    words = fold(text)
    if not words:
        return []
    rough = rough_pattern(words)
    like = or_(Unit.code.ilike(rough), Unit.name.ilike(rough))
    its = select(Unit).where(scope, Unit.closed_on.is_not(None), like).order_by(Unit.listed_as, Unit.id)
    ended = session.scalars(its).all()
    whole = [unit for unit in ended if words in (fold(unit.code), fold(unit.name))]
    return whole or [unit for unit in ended if f" {words} " in f" {fold(unit.name)} "]


def units_of(session: Session, ids: Sequence[int]) -> list[Unit]:
    """In the order of the ids."""
    found: dict[int, Unit] = {}
    for start in range(0, len(ids), BATCH):
        batch = select(Unit).where(Unit.id.in_(ids[start : start + BATCH]))
        found |= {unit.id: unit for unit in session.scalars(batch)}
    return [found[unit_id] for unit_id in ids]


def find_unit_ids(
    session: Session, scope: ColumnElement[bool], text: str, offered: Sequence[int] = ()
) -> list[int]:
    """As `find_units` finds them by what was typed, in natural order: over many units, those alone that are shown need be read, and
    the names only of those that may be meant."""
    words = fold(text)
    if not words:
        return []
    where, rough = scope & Unit.closed_on.is_(None), rough_pattern(words)
    like = or_(Unit.code.ilike(rough), Unit.name.ilike(rough))
    rows = session.execute(
        select(Unit.id, Unit.code, Unit.name).where(where, like).order_by(Unit.listed_as, Unit.id)
    ).all()
    if exact := [unit_id for unit_id, code, _ in rows if fold(code) == words]:
        return exact
    if words.isdecimal() and len(words) == 1 and 1 <= int(words) <= len(offered):
        return list(session.scalars(select(Unit.id).where(where, Unit.id == offered[int(words) - 1])))
    return _by_name([(unit_id, fold(name)) for unit_id, _, name in rows], words)


def _by_name(named: Sequence[tuple[int, str]], words: str) -> list[int]:
    meant = [unit_id for unit_id, name in named if name == words]
    meant = meant or [unit_id for unit_id, name in named if f" {words} " in f" {name} "]
    return meant or [unit_id for unit_id, name in named if words in name]


def units_stand_below(session: Session, unit: Unit) -> bool:
    """Whether other units that are not closed stand right under it."""
    below = select(Unit.id).where(Unit.parent_id == unit.id, Unit.closed_on.is_(None)).limit(1)
    return session.scalar(below) is not None


def holders_of(session: Session, unit: Unit) -> list[Membership]:
    """Who has a role in this very unit now."""
    return list(
        session.scalars(
            select(Membership)
            .where(Membership.unit_id == unit.id, Membership.ended_at.is_(None))
            .options(joinedload(Membership.person))
            .order_by(Membership.id)
        )
    )


def unit_card(session: Session, unit: Unit, today: date) -> Card:
    """How the unit stands on the local day `today`."""
    mine = (
        select(func.count())
        .select_from(Duty)
        .join(Demand, Demand.id == Duty.demand_id)
        .where(Duty.unit_id == unit.id, Duty.state == DutyState.OPEN, asked_for(today))
    )
    below = select(func.count()).where(Unit.parent_id == unit.id, Unit.closed_on.is_(None))
    return Card(
        unit,
        session.get(Unit, unit.parent_id) if unit.parent_id else None,
        holders_of(session, unit),
        session.scalar(mine) or 0,
        session.scalar(mine.where(last_day() < today)) or 0,
        session.scalar(below) or 0,
    )


def promote_secretary(session: Session, membership: Membership) -> None:
    """Lets this secretary be spoken to first; the others keep their order."""
    lowest = session.scalar(
        select(func.min(Membership.rank)).where(
            Membership.unit_id == membership.unit_id,
            Membership.role == Role.SECRETARY,
            Membership.ended_at.is_(None),
        )
    )
    membership.rank = (lowest or 0) - 1
