"""A plan's workbook as somebody has given it: where it is a list of units, that is said."""

from pathlib import Path

from bot.plans.plan import PlanText
from bot.plans.workbook import read_plan_workbook
from bot.problems import Problem, Rejected
from bot.units.table_in import read_units

NO_LIST = frozenset(
    (
        *("units_is_plan", "units_header", "units_hidden", "units_unreadable", "text_quote_open"),
        *("sheet_unreadable", "sheet_old", "sheet_locked", "sheet_too_large"),
    )
)
"""Faults of what is no list of units, or none that can be seen."""


def read_given_plan(path: Path, templates: Path) -> PlanText:
    """As `read_plan_workbook`; also raises Rejected: plan_is_units."""
    try:
        return read_plan_workbook(path, templates)
    except Rejected as rejected:
        strange = any(one.code == "sheet_not_ours" for one in rejected.problems)
        if strange and is_units_list(path, templates):
            raise Rejected([Problem(path.name, "plan_is_units")]) from None
        raise


def is_units_list(path: Path, templates: Path) -> bool:
    """Whether the file, a workbook or text in columns, lists units, be it with faults."""
    try:
        return bool(read_units(path, templates).rows)
    except Rejected as rejected:
        return NO_LIST.isdisjoint(one.code for one in rejected.problems)
