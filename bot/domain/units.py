"""Writes the units' table: a dated tree; what a unit still owes follows it when it moves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from bot.domain.problems import Rejected
from bot.domain.unit_ends import Closed, close_units
from bot.domain.unit_faults import tree_faults
from bot.domain.unit_rows import Row
from bot.models import Duty, TopicFile, Unit, UnitSpan

__all__ = ["Imported", "Row", "write_units"]

MOVING = ("open", "waiting", "withdrawn")
"""What is not asked now may be asked again: then at the unit's own place."""


@dataclass(frozen=True, slots=True)
class Imported:
    """How many rows were new, other than before, or the same; `passed` ones are of units that were closed before.

    `closed` are the units that the file has closed: their people are to be told.
    """

    added: int
    changed: int
    kept: int
    passed: int = 0
    closed: tuple[Closed, ...] = ()


def write_units(
    session: Session,
    rows: Sequence[Row],
    today: date,
    *,
    at: datetime | None = None,
    zone: ZoneInfo | None = None,
    inside: str = "",
) -> Imported:
    """Writes the tree; units that are not in the file stay, an empty number or shift keeps what is known, a unit that is
    closed stays as it is. `today` is the local day; `at` (now, in UTC) and `zone` are needed for rows that close a unit.
    `inside` is the path of the unit whose office has handed the file in: it may change what stands below, nothing else.

    Raises Rejected with every fault; the transaction must not be committed then. The codes are those of
    `unit_faults.tree_faults` and of `unit_ends.close_unit`.
    """
    units = {unit.code: unit for unit in session.scalars(select(Unit))}
    if problems := tree_faults(units, rows, today, inside):
        raise Rejected(problems)
    done = _write_tree(session, units, rows, today)
    if not any(row.closed_on for row in rows):
        return done
    if at is None or zone is None:
        raise ValueError("units are closed at a moment in a time zone")
    return replace(done, closed=tuple(close_units(session, rows, at, zone)))


def _write_tree(session: Session, units: dict[str, Unit], rows: Sequence[Row], today: date) -> Imported:
    living = [row for row in rows if row.code not in units or units[row.code].closed_on is None]
    # The units that were there before the bot owe what a plan asked before; one that is founded later does not.
    opened_on = today if units else None
    fresh = [row for row in living if row.code not in units]
    for row in fresh:
        units[row.code] = Unit(
            code=row.code,
            name=row.name,
            kind=row.kind,
            sector=row.sector,
            opened_on=None if row.closed_on else opened_on,
            meeting_shift=row.meeting_shift or "after",
            path="",
        )
    session.add_all(units[row.code] for row in fresh)
    session.flush()
    changed = [row for row in living if _write(session, units, row, today)]
    session.flush()
    _set_paths(session, units, today)
    kept = len(living) - len(changed)
    return Imported(len(fresh), len(changed) - len(fresh), kept, len(rows) - len(living))


def _write(session: Session, units: Mapping[str, Unit], row: Row, today: date) -> bool:
    """Brings one unit to what its row says; a dated span is kept whenever its name, kind, sector or parent changes."""
    unit = units[row.code]
    parent = units[row.parent_code] if row.parent_code else None
    parent_id = parent.id if parent else None
    fresh = not unit.path
    shape = (row.name, row.kind, row.sector, parent_id)
    moved = (unit.name, unit.kind, unit.sector, unit.parent_id) != shape
    unit.name, unit.kind, unit.sector, unit.parent_id = shape
    facts = (
        row.members or unit.members,
        row.meeting_day or unit.meeting_day,
        row.meeting_shift or unit.meeting_shift,
    )
    other = (unit.members, unit.meeting_day, unit.meeting_shift) != facts
    unit.members, unit.meeting_day, unit.meeting_shift = facts
    if fresh or moved:
        _new_span(session, unit, today)
    return fresh or moved or other


def _new_span(session: Session, unit: Unit, today: date) -> None:
    """Ends the open span and begins one today; what changes twice in a day leaves one span."""
    span = None
    if unit.path:
        span = session.scalar(
            select(UnitSpan).where(UnitSpan.unit_id == unit.id, UnitSpan.until_on.is_(None))
        )
    if span is not None and span.from_on < today:
        span.until_on, span = today, None
    if span is None:
        span = UnitSpan(unit_id=unit.id, from_on=today)
        session.add(span)
    span.name, span.kind, span.sector, span.parent_id = unit.name, unit.kind, unit.sector, unit.parent_id


def _set_paths(session: Session, units: Mapping[str, Unit], today: date) -> None:
    """Writes every path anew. What a unit that has moved still has to do goes with it; what is done, has lapsed or was
    due before today stays where it was, so that the figures of a past period do not change."""
    by_id = {unit.id: unit for unit in units.values()}
    paths: dict[int, str] = {}

    def path_of(unit: Unit) -> str:
        if unit.id not in paths:
            above = path_of(by_id[unit.parent_id]) if unit.parent_id else "/"
            paths[unit.id] = f"{above}{unit.id}/"
        return paths[unit.id]

    for unit in by_id.values():
        path = path_of(unit)
        if unit.path == path:
            continue
        if unit.path:
            session.execute(
                update(Duty)
                .where(
                    Duty.unit_id == unit.id,
                    Duty.state.in_(MOVING),
                    or_(Duty.due_on.is_(None), Duty.due_on >= today),
                )
                .values(path=path)
            )
            session.execute(update(TopicFile).where(TopicFile.path == unit.path).values(path=path))
        unit.path = path
    session.flush()
