"""Tables of duties typed out by hand: a plan's sample tree, and what is expected of each unit in one line a thing."""

from collections.abc import Iterable
from functools import cache

from bot.plans.expected import Expected, expected_about, expected_duties
from bot.plans.fields import Document
from bot.plans.plan import PlanText
from bot.plans.questions import with_answers
from bot.plans.who import UnitProfile
from bot.plans.yaml_in import read_plan
from tests.kit.places import AGENDAS, PLANS

Row = tuple[str, ...]
"""(key, kind, opens, last day, safe day); a day that hangs on another is "-5 topic", "+2 topic" or "+730", without a safe day; no
day at all is "". What is waited for stands at the end."""


@cache
def plan(name: str) -> PlanText:
    return read_plan(PLANS / f"{name}.yaml", agendas=AGENDAS)


SAID: dict[str, dict[str, str]] = {
    "ket-luan-01-21-ky-loi-2022": {
        "danh-gia-mo-hinh": "12-20",
        "so-ket-hang-nam": "12-15",
        "ke-hoach-kiem-tra-hang-nam": "01-31",
    },
    "tu-soi-tu-sua-huyen-uy-2022": {"dot-cuoi-nam": "2022-12-14"},
}
"""What an office might say of the days that the sources leave open."""


@cache
def said(name: str) -> PlanText:
    """The plan once the office has said its days; a "định kỳ" stays open."""
    return with_answers(plan(name), SAID.get(name, {}))


Line = tuple[str, str, str | None, str | None]
"""A unit of a sample tree: code, kind, sector, code of the parent. The first owns the plan."""


def tree(*lines: Line) -> dict[str, UnitProfile]:
    """The units of a sample tree by code."""
    owner = lines[0][0]
    return {
        code: UnitProfile(code, kind, sector, direct=parent == owner) for code, kind, sector, parent in lines
    }


def row(one: Expected) -> Row:
    waits = (one.waits,) if one.waits else ()
    when, safe = str(one.due_on or ""), str(one.safe_on or "")
    if one.relative.side:
        sign = "-" if one.relative.side == "before" else "+"
        when = f"{sign}{one.relative.days} {one.relative.topic}".strip()
        assert not one.relative.working
    return (one.key, one.kind, str(one.opens_on), when, safe, *waits)


def rows(found: Iterable[Expected]) -> list[Row]:
    return sorted(row(one) for one in found)


def own(name: str, unit: UnitProfile) -> list[Row]:
    found = expected_duties(said(name), unit)
    days = [str(one.due_on or "9999") for one in found]
    assert days == sorted(days)
    return rows(found)


def about(name: str, unit: UnitProfile) -> list[Row]:
    """What the committee or its offices owe about the unit."""
    return rows(one for _, found in expected_about(said(name), unit) for one in found)


def cited(document: Document) -> str:
    """The symbol (without one, the type), then the day as 5/8/2022."""
    name, day = document.symbol or document.type, document.date
    return f"{name} {day.day}/{day.month}/{day.year}" if day else name
