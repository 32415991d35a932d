"""Finds for each row of the units' table the unit that it means: by its code, else by its name, so that the same list read
twice doubles nothing; and the unit above it, which may be named either way."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.problems import Problem
from bot.reading.unit_words import code_of_name, name_key
from bot.tables import Unit
from bot.units.rows import UnitRow, UnitSpot

COMMITTEE = "dang_uy"


@dataclass
class _Known:
    """The living units by code, by name and by id; `home` is the unit above all rows that say nothing else."""

    units: Mapping[str, Unit]
    home: Unit | None
    by_name: dict[str, list[Unit]] = field(default_factory=lambda: defaultdict(list))
    codes: dict[int, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        inside = self.home.path if self.home else ""
        for unit in self.units.values():
            self.codes[unit.id] = unit.code
            if unit.closed_on is None and unit.path.startswith(inside):
                self.by_name[name_key(unit.name)].append(unit)

    def parent_of(self, unit: Unit) -> Unit | None:
        return self.units[self.codes[unit.parent_id]] if unit.parent_id else None

    def is_called(self, unit: Unit | None, text: str) -> bool:
        return unit is not None and (unit.code == text or name_key(unit.name) == name_key(text))


def settle_rows(
    units: Mapping[str, Unit], rows: Sequence[UnitRow], *, home: Unit | None = None, title: str = ""
) -> tuple[list[UnitRow], list[Problem]]:
    """The rows with their codes and the codes of the units above them, and what is wrong.

    `units` holds all units by code, `home` the unit whose office has handed the file in: what is new and says nothing else
    stands below it. Without one it is the committee that the file's `title` names, or the only root, if the file has no
    column for it; for an empty tree that committee is founded. Problems: unit_name_many, unit_name_taken,
    unit_cell_missing, unit_members_few, unit_parent_many.
    """
    known = _Known(units, home)
    above = home or _only_root(units) if units else None
    if home is None and title and (named := known.by_name.get(name_key(title))):
        above = named[0]
    coded = _with_codes(known, rows)
    founded = _founded(coded, title) if not units else None
    names: dict[str, list[str]] = defaultdict(list)
    for row in coded:
        names[name_key(row.name)].append(row.code)
    codes = {row.code for row in coded}
    default = founded.code if founded else above.code if above else ""
    settled = [_below(known, row, names, codes, default) for row in coded]
    for row in settled:
        _check(known, row)
    return [*([founded] if founded else []), *settled], known.problems


def _only_root(units: Mapping[str, Unit]) -> Unit | None:
    roots = [unit for unit in units.values() if unit.parent_id is None and unit.closed_on is None]
    return roots[0] if len(roots) == 1 else None


def _founded(rows: Sequence[UnitRow], title: str) -> UnitRow | None:
    """The committee of the title, where nothing in an empty tree would stand above the rows."""
    if not title or any(_has_column(row) or row.kind == COMMITTEE for row in rows):
        return None
    if all(row.parent_code for row in rows):
        return None
    spot = UnitSpot("", 1, {})
    return UnitRow("1", code_of_name(title), title, COMMITTEE, "", "", None, None, spot=spot)


def _has_column(row: UnitRow) -> bool:
    return row.spot is None or "parent_code" in row.spot.letters


def _with_codes(known: _Known, rows: Sequence[UnitRow]) -> list[UnitRow]:
    taken = {*known.units, *(row.code for row in rows)}
    made: list[UnitRow] = []
    for row in rows:
        if row.code:
            _check_name(known, row)
            made.append(row)
            continue
        unit = _named(known, row)
        code = unit.code if unit else _new_code(row.name, taken)
        taken.add(code)
        made.append(replace(row, code=code))
    return made


def _named(known: _Known, row: UnitRow) -> Unit | None:
    """The living unit that a row without a code means: of its name, and below the unit that the row names."""
    found = known.by_name.get(name_key(row.name), [])
    if row.parent_code:
        below = [unit for unit in found if known.is_called(known.parent_of(unit), row.parent_code)]
        # The office's own unit stands where it stands, whatever the row says of it.
        return below[0] if len(below) == 1 else _many(known, row, below) or _own(known, found)
    if len(found) > 1 and known.home is not None:
        found = [unit for unit in found if unit.parent_id == known.home.id] or found
    return found[0] if len(found) == 1 else _many(known, row, found)


def _own(known: _Known, found: Sequence[Unit]) -> Unit | None:
    return known.home if known.home in found else None


def _many(known: _Known, row: UnitRow, found: Sequence[Unit]) -> Unit | None:
    if len(found) > 1:
        codes = ", ".join(sorted(unit.code for unit in found)[:5])
        facts = {"name": row.name, "count": len(found), "codes": codes}
        known.problems.append(Problem(row.at("name"), "unit_name_many", facts))
    return None


def _new_code(name: str, taken: set[str]) -> str:
    base = code_of_name(name, 56)
    code, number = base, 2
    while code in taken:
        code, number = f"{base}-{number}", number + 1
    return code


def _check_name(known: _Known, row: UnitRow) -> None:
    """A new code beside a known name would double the unit."""
    if row.code in known.units or row.closed_on or not row.name:
        return
    for unit in known.by_name.get(name_key(row.name), []):
        above = known.parent_of(unit)
        if known.is_called(above, row.parent_code) or (above is known.home and not row.parent_code):
            facts = {"name": unit.name, "code": row.code, "known": unit.code}
            known.problems.append(Problem(row.at("code"), "unit_name_taken", facts))
            return


def _below(
    known: _Known, row: UnitRow, names: Mapping[str, Sequence[str]], codes: set[str], default: str
) -> UnitRow:
    """The row with the code of the unit above it; blank, and not emptied, it keeps what is known."""
    unit = known.units.get(row.code)
    if not row.parent_code:
        if unit is not None:
            return row if "parent_code" in row.emptied else replace(row, parent_code=_present(known, unit))
        asks = known.home is not None or not _has_column(row)
        return replace(row, parent_code=default) if asks and default != row.code else row
    if row.parent_code in codes or row.parent_code in known.units:
        return row
    key = name_key(row.parent_code)
    found = {code for code in names.get(key, ()) if code != row.code}
    found |= {one.code for one in known.by_name.get(key, ())} - {row.code}
    same = [code for code in (*codes, *known.units) if code.casefold() == row.parent_code.casefold()]
    if len(found) > 1:
        facts = {"parent": row.parent_code, "codes": ", ".join(sorted(found)[:5])}
        known.problems.append(Problem(row.at("parent_code"), "unit_parent_many", facts))
    return replace(row, parent_code=(*found, *same)[0]) if found or same else row


def _present(known: _Known, unit: Unit) -> str:
    return known.codes[unit.parent_id] if unit.parent_id else ""


def _check(known: _Known, row: UnitRow) -> None:
    unit = known.units.get(row.code)
    if unit is None:
        for column in ("name", "kind"):
            if not getattr(row, column):
                facts = {"column": column, "said": row.name}
                known.problems.append(Problem(row.at(column), "unit_cell_missing", facts))
    kind = row.kind or (unit.kind if unit else "")
    if row.members == 0 and kind == "chi_bo":
        known.problems.append(Problem(row.at("members"), "unit_members_few", {"name": row.name or row.code}))
