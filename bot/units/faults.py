"""What is wrong with the rows of the units' table beside the tree that is there: parents, ends, whose they are."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from bot.problems import Problem
from bot.tables import Unit
from bot.units.rows import UnitRow, superior_rings


def tree_faults(
    units: Mapping[str, Unit], rows: Sequence[UnitRow], today: date, inside: str = ""
) -> list[Problem]:
    """Every fault of the rows; `units` holds all units by code, `today` is the local day.

    unit_parent_unknown (neither in the file nor in the database), unit_parent_closed, unit_ring (the two together make a
    unit its own superior), unit_close_future, unit_closed_already (on another day or into another unit),
    unit_merge_unknown; with `inside`, a path, unit_not_yours for what reaches out of that part of the tree.
    """
    codes = {unit.id: unit.code for unit in units.values()}
    above = {unit.code: codes[unit.parent_id] for unit in units.values() if unit.parent_id}
    return [
        *_parents(units, rows),
        *superior_rings(rows, above),
        *_ends(units, codes, rows, today),
        *(_strange(units, above, rows, inside) if inside else ()),
    ]


def _parents(units: Mapping[str, Unit], rows: Sequence[UnitRow]) -> Iterator[Problem]:
    known = {*units, *(row.code for row in rows)}
    closed = {unit.code for unit in units.values() if unit.closed_on}
    for row in rows:
        if row.parent_code and row.parent_code not in known:
            yield Problem(row.at("parent_code"), "unit_parent_unknown", {"parent": row.parent_code})
        elif row.parent_code in closed and row.code not in closed and not row.closed_on:
            yield Problem(row.at("parent_code"), "unit_parent_closed", {"parent": row.parent_code})


def _ends(
    units: Mapping[str, Unit], codes: Mapping[int, str], rows: Sequence[UnitRow], today: date
) -> Iterator[Problem]:
    known = {*units, *(row.code for row in rows)}
    for row in rows:
        if row.closed_on is None:
            continue
        unit = units.get(row.code)
        if row.closed_on > today:
            yield Problem(row.at("closed_on"), "unit_close_future", {"day": row.closed_on})
        elif unit is not None and unit.closed_on is not None:
            into = codes[unit.merged_into_id] if unit.merged_into_id else ""
            if row.closed_on != unit.closed_on or (row.merged_into and row.merged_into != into):
                facts = {"unit": unit.name, "day": unit.closed_on}
                yield Problem(row.at("closed_on"), "unit_closed_already", facts)
        if row.merged_into and row.merged_into not in known:
            yield Problem(row.at("merged_into"), "unit_merge_unknown", {"into": row.merged_into})


def _strange(
    units: Mapping[str, Unit], above: Mapping[str, str], rows: Sequence[UnitRow], inside: str
) -> Iterator[Problem]:
    """The office's own unit may be named, and stays where it is; what is new must hang below it."""
    own = {unit.code for unit in units.values() if unit.path.startswith(inside)}
    home = {unit.code for unit in units.values() if unit.path == inside}
    reached = own | {row.code for row in rows if row.code not in units}
    for row in rows:
        if row.code not in reached:
            yield Problem(row.at("code"), "unit_not_yours", {"code": row.code})
            continue
        stays = row.parent_code == above.get(row.code, "")
        if not (stays if row.code in home else row.parent_code in reached):
            yield Problem(row.at("parent_code"), "unit_not_yours", {"code": row.parent_code or row.code})
        if row.merged_into and row.merged_into not in reached:
            yield Problem(row.at("merged_into"), "unit_not_yours", {"code": row.merged_into})
