"""Writes the units' table: a dated tree; what a unit still owes follows it when it moves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from bot.calendar import Moment
from bot.duties.life import follow_usual_day
from bot.problems import Rejected
from bot.tables import Duty, DutyState, Material, Unit, UnitSpan
from bot.units.ends import Closed, close_units
from bot.units.faults import tree_faults
from bot.units.matching import settle_rows
from bot.units.rows import UnitRow

SHAPE = ("name", "kind", "sector", "parent_code")
MOVING = (DutyState.OPEN, DutyState.WAITING, DutyState.WITHDRAWN)
"""What is not asked now may be asked again: then at the unit's own place."""


@dataclass(frozen=True, slots=True)
class UnitChange:
    """What a row changes of a unit that is there: a column, what stood in it, what stands in it now (None: nothing). Of the
    unit above, its name."""

    code: str
    name: str
    column: str
    old: str | int | None
    new: str | int | None


@dataclass(frozen=True, slots=True)
class Founded:
    """A unit that a row adds, and the name of the one above it."""

    code: str
    name: str
    above: str


@dataclass(frozen=True, slots=True)
class Imported:
    """How many rows were new, other than before, or the same; `passed` ones are of units that were closed before.

    `closed` are the units that the file has closed: their people are to be told. `founded` and `changes` say what is new
    and what becomes of what. `unlisted` are units that new ones may be under another name: see `_unlisted`.
    """

    added: int
    changed: int
    kept: int
    passed: int = 0
    closed: tuple[Closed, ...] = ()
    founded: tuple[Founded, ...] = field(default=(), compare=False)
    changes: tuple[UnitChange, ...] = field(default=(), compare=False)
    unlisted: tuple[Founded, ...] = field(default=(), compare=False)


def write_units(
    session: Session,
    rows: Sequence[UnitRow],
    moment: Moment,
    *,
    inside: str = "",
    title: str = "",
) -> Imported:
    """Writes the tree; units that are not in the file stay, what is empty keeps what is known, what is emptied ("–") goes, a
    unit that is closed stays as it is. `inside` is the path of the unit whose office has handed the file in: it may change what stands below,
    nothing else. `title` is the committee that the file names over its table.

    Raises Rejected with every fault; the transaction must not be committed then. The codes are those of
    `unit_matching.settle_rows`, `unit_faults.tree_faults` and `unit_ends.close_unit`.
    """
    units = {unit.code: unit for unit in session.scalars(select(Unit))}
    today = moment.today
    home = next((unit for unit in units.values() if inside and unit.path == inside), None)
    rows, problems = settle_rows(units, rows, home=home, title=title)
    problems += tree_faults(units, rows, today, inside)
    if problems:
        raise Rejected(problems)
    before = {code: (unit.meeting_day, unit.meeting_shift) for code, unit in units.items()}
    done = _write_tree(session, units, rows, today)
    for code, habit in before.items():
        if (units[code].meeting_day, units[code].meeting_shift) != habit:
            follow_usual_day(session, units[code], moment)
    return replace(done, closed=tuple(close_units(session, rows, moment)))


def _write_tree(session: Session, units: dict[str, Unit], rows: Sequence[UnitRow], today: date) -> Imported:
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
    names = {unit.id: unit.name for unit in units.values()}
    by_row = [_write(session, units, row, today, names) for row in living]
    session.flush()
    _set_paths(session, units, today)
    new = {row.code for row in fresh}
    changes = [changes for row, changes in zip(living, by_row, strict=True) if row.code not in new]
    changed = sum(bool(some) for some in changes)
    return Imported(
        len(fresh),
        changed,
        len(changes) - changed,
        len(rows) - len(living),
        founded=tuple(Founded(r.code, r.name, _above(units, r)) for r in fresh),
        changes=tuple(change for some in changes for change in some),
        unlisted=tuple(_unlisted(units, rows, fresh)),
    )


def _unlisted(units: Mapping[str, Unit], rows: Sequence[UnitRow], fresh: Sequence[UnitRow]) -> list[Founded]:
    """The living units beside a new one, of its kind, that the list leaves out while it has most of them: one that was renamed
    since, and bears no code there, is read as a new one."""
    listed, new = {row.code for row in rows}, {row.code for row in fresh}
    found: list[Founded] = []
    for parent, kind in dict.fromkeys((row.parent_code, row.kind) for row in fresh if row.parent_code):
        above = units[parent]
        beside = [
            unit
            for code, unit in units.items()
            if unit.parent_id == above.id and unit.kind == kind and unit.closed_on is None and code not in new
        ]
        left = [unit for unit in beside if unit.code not in listed]
        if 2 * len(left) <= len(beside):
            found += [Founded(unit.code, unit.name, above.name) for unit in left]
    return found


def _above(units: Mapping[str, Unit], row: UnitRow) -> str:
    return units[row.parent_code].name if row.parent_code else ""


def _write(
    session: Session, units: Mapping[str, Unit], row: UnitRow, today: date, names: Mapping[int, str]
) -> list[UnitChange]:
    """Brings one unit to what its row says, and says what that changes; a dated span is kept whenever its name, kind,
    sector or parent changes."""
    unit = units[row.code]
    fresh = not unit.path
    changes: list[UnitChange] = []
    moved = False
    for column, new in _wanted(units, unit, row).items():
        attribute = "parent_id" if column == "parent_code" else column
        old = getattr(unit, attribute)
        if old == new:
            continue
        setattr(unit, attribute, new)
        moved = moved or column in SHAPE
        if column == "parent_code":
            old, new = names.get(old), names.get(int(new)) if new else None
        changes.append(UnitChange(unit.code, names[unit.id], column, _shown(old), _shown(new)))
    if fresh or moved:
        _new_span(session, unit, today)
    return changes


def _shown(value: Any) -> str | int | None:
    return None if value == "" else value


def _wanted(units: Mapping[str, Unit], unit: Unit, row: UnitRow) -> dict[str, Any]:
    """What the unit's columns shall hold: what the row says, nothing where it empties, else what they hold."""
    parent = units[row.parent_code].id if row.parent_code else None
    return {
        "name": row.name or unit.name,
        "kind": row.kind or unit.kind,
        "sector": row.sector or ("" if "sector" in row.emptied else unit.sector),
        "parent_code": parent,
        "members": _number(row, "members", row.members, unit.members),
        "meeting_day": _number(row, "meeting_day", row.meeting_day, unit.meeting_day),
        "meeting_shift": row.meeting_shift
        or ("after" if "meeting_shift" in row.emptied else unit.meeting_shift),
    }


def _number(row: UnitRow, column: str, said: int | None, known: int | None) -> int | None:
    return said if said is not None or column in row.emptied else known


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
            session.execute(update(Material).where(Material.path == unit.path).values(path=path))
        unit.path = path
    session.flush()
