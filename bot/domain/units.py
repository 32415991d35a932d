"""The units' table: reads rows of a file, checks them all, writes the tree; open duties follow a unit that moves."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.domain.plan_fields import KINDS, SECTORS
from bot.domain.problems import Problem, Rejected
from bot.models import Duty, Unit, UnitSpan

COLUMNS = ("code", "name", "kind", "sector", "parent_code", "members", "meeting_day")
REQUIRED = ("code", "name", "kind")
LENGTHS = {"code": 60, "name": 200}
MOST_MEMBERS = 5000


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; `place` says where it stands in the file."""

    place: str
    code: str
    name: str
    kind: str
    sector: str
    parent_code: str
    members: int | None
    meeting_day: int | None


@dataclass(frozen=True, slots=True)
class Imported:
    added: int
    changed: int
    kept: int


def read_rows(lines: Iterable[tuple[str, Mapping[str, str]]]) -> list[Row]:
    """Turns (place, cells) into rows. Raises Rejected with every fault at once.

    Problems: unit_cell_missing, unit_too_long, unit_word_unknown, unit_number_wrong, unit_twice, unit_ring, units_empty.
    """
    problems: list[Problem] = []
    rows = [_row(place, cells, problems) for place, cells in lines]
    seen: dict[str, Row] = {}
    for row in rows:
        if row.code and row.code in seen:
            problems.append(
                Problem(f"{row.place} code", "unit_twice", {"code": row.code, "first": seen[row.code].place})
            )
        seen.setdefault(row.code, row)
    problems += _rings(rows, {})
    if not rows:
        problems.append(Problem("", "units_empty"))
    if problems:
        raise Rejected(problems)
    return rows


def _row(place: str, cells: Mapping[str, str], problems: list[Problem]) -> Row:
    clean = {name: unicodedata.normalize("NFC", cells.get(name) or "").strip() for name in COLUMNS}
    for name in REQUIRED:
        if not clean[name]:
            problems.append(Problem(f"{place} {name}", "unit_cell_missing", {"column": name}))
    for name, most in LENGTHS.items():
        if len(clean[name]) > most:
            problems.append(Problem(f"{place} {name}", "unit_too_long", {"column": name, "most": most}))
    for name, known in (("kind", KINDS), ("sector", SECTORS)):
        if clean[name] and clean[name] not in known:
            facts = {"said": clean[name], "known": ", ".join(known)}
            problems.append(Problem(f"{place} {name}", "unit_word_unknown", facts))
    return Row(
        place,
        clean["code"],
        clean["name"],
        clean["kind"],
        clean["sector"],
        clean["parent_code"],
        _whole(place, "members", clean["members"], MOST_MEMBERS, problems),
        _whole(place, "meeting_day", clean["meeting_day"], 31, problems),
    )


def _whole(place: str, name: str, text: str, most: int, problems: list[Problem]) -> int | None:
    if not text:
        return None
    text = text.removesuffix(".0")  # a spreadsheet keeps whole numbers as 28.0
    if not text.isdecimal() or len(text) > 9 or not 1 <= int(text) <= most:
        problems.append(Problem(f"{place} {name}", "unit_number_wrong", {"said": text, "most": most}))
        return None
    return int(text)


def _rings(rows: Sequence[Row], above: Mapping[str, str]) -> list[Problem]:
    """The rows that are their own superior; `above` holds the parents (by code) of units outside of the file."""
    parents = {**above, **{row.code: row.parent_code for row in rows}}
    return [
        Problem(f"{row.place} parent_code", "unit_ring", {"code": row.code})
        for row in rows
        if row.code and _in_ring(row.code, parents)
    ]


def _in_ring(code: str, parents: Mapping[str, str]) -> bool:
    seen: set[str] = set()
    above = parents.get(code, "")
    while above and above not in seen:
        if above == code:
            return True
        seen.add(above)
        above = parents.get(above, "")
    return False


def write_units(session: Session, rows: Sequence[Row], today: date) -> Imported:
    """Writes the tree; units that are not in the file stay, an empty number keeps what is known. `today` is the local day.

    Raises Rejected before anything is written: unit_parent_unknown when a parent is neither in the file nor in the
    database, unit_ring when the two together make a unit its own superior.
    """
    units = {unit.code: unit for unit in session.scalars(select(Unit))}
    _check_tree(units, rows)
    # The units that were there before the bot owe what a plan asked before; one that is founded later does not.
    opened_on = today if units else None
    fresh = [row for row in rows if row.code not in units]
    for row in fresh:
        units[row.code] = Unit(
            code=row.code, name=row.name, kind=row.kind, sector=row.sector, opened_on=opened_on, path=""
        )
    session.add_all(units[row.code] for row in fresh)
    session.flush()
    changed = [row for row in rows if _write(session, units, row, today)]
    session.flush()
    _set_paths(session, units)
    return Imported(len(fresh), len(changed) - len(fresh), len(rows) - len(changed))


def _check_tree(units: Mapping[str, Unit], rows: Sequence[Row]) -> None:
    known = {*units, *(row.code for row in rows)}
    problems = [
        Problem(f"{row.place} parent_code", "unit_parent_unknown", {"parent": row.parent_code})
        for row in rows
        if row.parent_code and row.parent_code not in known
    ]
    codes = {unit.id: unit.code for unit in units.values()}
    above = {unit.code: codes[unit.parent_id] for unit in units.values() if unit.parent_id}
    problems += _rings(rows, above)
    if problems:
        raise Rejected(problems)


def _write(session: Session, units: Mapping[str, Unit], row: Row, today: date) -> bool:
    """Brings one unit to what its row says; a dated span is kept whenever its name, kind, sector or parent changes."""
    unit = units[row.code]
    parent = units[row.parent_code] if row.parent_code else None
    parent_id = parent.id if parent else None
    fresh = not unit.path
    shape = (row.name, row.kind, row.sector, parent_id)
    moved = (unit.name, unit.kind, unit.sector, unit.parent_id) != shape
    unit.name, unit.kind, unit.sector, unit.parent_id = shape
    counts = (row.members or unit.members, row.meeting_day or unit.meeting_day)
    counted = (unit.members, unit.meeting_day) != counts
    unit.members, unit.meeting_day = counts
    if fresh or moved:
        _new_span(session, unit, today)
    return fresh or moved or counted


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


def _set_paths(session: Session, units: Mapping[str, Unit]) -> None:
    """Writes every path anew; duties of a unit that has moved go with it, done ones stay where they were done."""
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
                update(Duty).where(Duty.unit_id == unit.id, Duty.state != "done").values(path=path)
            )
        unit.path = path
    session.flush()
