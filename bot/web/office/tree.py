"""Rooms of the tree: the units with who leads them and their figures, who has registered, the plans in force."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from bot.duties.in_force import plans_in_force
from bot.duties.period_counts import Count
from bot.people.registered import count_led, registered_units
from bot.people.roles import may_act, topmost_units, units_below, within_subtree
from bot.people.staff import secretaries_of
from bot.periods import period_of
from bot.reading.words import fold
from bot.summaries.period import PartCount, sum_by_unit
from bot.tables import Duty, Unit
from bot.units.lookup import find_unit_ids, units_of
from bot.web.office.look import PAGE, Look


def see_units(look: Look) -> Mapping[str, Any]:
    """The units right below one, or those that a code or a name finds, each with who leads it; what stands below one with its
    figures of the quarter."""
    find = look.words("find")
    period = period_of("quarter", look.moment.today)
    shown = {"find": find, "period": period.key}
    if fold(find):
        return {**shown, "line": [], "counted": False, **_found(look, find)}
    tops = topmost_units(look.roles, "sum")
    asked = look.session.get(Unit, look.number("unit"))
    unit = asked if asked and may_act(look.roles, "sum", asked.path) else None
    top = units_below(Duty.path, unit.path) if unit else within_subtree(Duty.path, look.roles, "sum")
    parts = sum_by_unit(look.session, top, [unit] if unit else tops, period, look.moment.today)
    page = look.page_of(len(parts))
    its = parts[page["first"] : page["first"] + PAGE]
    return {**shown, "line": _line(look, unit or tops[0]), "counted": True, **page, **_with_people(look, its)}


def _found(look: Look, find: str) -> dict[str, Any]:
    ids = find_unit_ids(look.session, look.scope("sum"), find)
    page = look.page_of(len(ids))
    units = units_of(look.session, ids[page["first"] : page["first"] + PAGE])
    parents = _parents(look, units)
    parts = [PartCount(one.name, Count(), unit=one, below=one.id in parents) for one in units]
    return {**page, **_with_people(look, parts)}


def _with_people(look: Look, parts: Sequence[PartCount]) -> dict[str, Any]:
    units = [part.unit for part in parts if part.unit]
    return {
        "parts": parts,
        "leaders": secretaries_of(look.session, {unit.id for unit in units}),
        "own": {unit.id: may_act(look.roles, "administer", unit.path) for unit in units},
    }


def _parents(look: Look, units: Sequence[Unit]) -> set[int | None]:
    ids = [unit.id for unit in units]
    below = select(Unit.parent_id).where(Unit.parent_id.in_(ids), Unit.closed_on.is_(None))
    return set(look.session.scalars(below.distinct()))


def _line(look: Look, unit: Unit) -> list[Unit]:
    """The units over it that the reader reaches, from above, and itself."""
    ids = [int(part) for part in unit.path.strip("/").split("/")]
    over = select(Unit).where(Unit.id.in_(ids), look.scope("sum")).order_by(func.length(Unit.path))
    return list(look.session.scalars(over))


def see_registered(look: Look) -> Mapping[str, Any]:
    scope = look.scope("administer")
    led, cells = count_led(look.session, scope)
    page = look.page_of(cells)
    rows = registered_units(look.session, scope, page["first"], PAGE)
    return {"rows": rows, "led": led, **page}


def see_plans(look: Look) -> Mapping[str, Any]:
    plans = plans_in_force(look.session, look.roles, above=True)
    units = select(Unit).where(Unit.id.in_({plan.unit_id for plan in plans}))
    named = {unit.id: unit for unit in look.session.scalars(units)}
    own = {id for id, unit in named.items() if may_act(look.roles, "administer", unit.path)}
    return {"plans": plans, "units": named, "own": own}
