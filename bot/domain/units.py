"""The units' table: reads rows of a file, checks them all, writes the tree; open duties follow a unit that moves."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.domain.plan import KINDS, SECTORS
from bot.domain.problems import Problem, Rejected
from bot.models import Duty, Unit, UnitSpan

COLUMNS = ("code", "name", "kind", "sector", "parent_code", "members", "meeting_day")
REQUIRED = ("code", "name", "kind")
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
    """Turns (place, cells) into rows. Raises Rejected with every fault: missing or wrong cells, a code twice, a ring."""
    problems: list[Problem] = []
    rows = [_row(place, cells, problems) for place, cells in lines]
    seen: dict[str, Row] = {}
    for row in rows:
        if row.code and row.code in seen:
            problems.append(
                Problem(f"{row.place} code", "unit_twice", {"code": row.code, "first": seen[row.code].place})
            )
        seen.setdefault(row.code, row)
    for row in rows:
        if row.code and _in_ring(row, seen):
            problems.append(Problem(f"{row.place} parent_code", "unit_ring", {"code": row.code}))
    if not rows:
        problems.append(Problem("", "units_empty"))
    if problems:
        raise Rejected(problems)
    return rows


def _row(place: str, cells: Mapping[str, str], problems: list[Problem]) -> Row:
    clean = {name: (cells.get(name) or "").strip() for name in COLUMNS}
    for name in REQUIRED:
        if not clean[name]:
            problems.append(Problem(f"{place} {name}", "unit_cell_missing", {"column": name}))
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
    if not text.isdigit() or not 1 <= int(text) <= most:
        problems.append(Problem(f"{place} {name}", "unit_number_wrong", {"said": text, "most": most}))
        return None
    return int(text)


def _in_ring(row: Row, rows: Mapping[str, Row]) -> bool:
    seen = {row.code}
    parent = rows.get(row.parent_code)
    while parent is not None:
        if parent.code in seen:
            return parent.code == row.code
        seen.add(parent.code)
        parent = rows.get(parent.parent_code)
    return False


def write_units(session: Session, rows: Sequence[Row], today: date) -> Imported:
    """Writes the tree; units that are not in the file stay. Raises Rejected when a parent is neither in file nor database."""
    units = {unit.code: unit for unit in session.scalars(select(Unit))}
    known = {*units, *(row.code for row in rows)}
    orphans = [row for row in rows if row.parent_code and row.parent_code not in known]
    if orphans:
        raise Rejected(
            [
                Problem(f"{r.place} parent_code", "unit_parent_unknown", {"parent": r.parent_code})
                for r in orphans
            ]
        )
    fresh = [row for row in rows if row.code not in units]
    for row in fresh:
        units[row.code] = Unit(
            code=row.code, name=row.name, kind=row.kind, sector=row.sector, opened_on=today, path=""
        )
    session.add_all(units[row.code] for row in fresh)
    session.flush()
    changed = [row for row in rows if _write(session, units, row, today)]
    session.flush()
    _set_paths(session, units)
    return Imported(len(fresh), len(changed) - len(fresh), len(rows) - len(changed))


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
    if unit.path:
        session.execute(
            update(UnitSpan)
            .where(UnitSpan.unit_id == unit.id, UnitSpan.until_on.is_(None))
            .values(until_on=today)
        )
    session.add(
        UnitSpan(
            unit_id=unit.id,
            parent_id=unit.parent_id,
            name=unit.name,
            kind=unit.kind,
            sector=unit.sector,
            from_on=today,
        )
    )


def _set_paths(session: Session, units: Mapping[str, Unit]) -> None:
    """Writes every path anew; open duties of a unit that has moved go with it, done ones stay where they were done."""
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
                update(Duty).where(Duty.unit_id == unit.id, Duty.state == "open").values(path=path)
            )
        unit.path = path
    session.flush()
