"""What figures are narrowed down to besides a unit: a sector, a plan, or one thing that a plan asks for; found by its name, carried by a
button."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session, joinedload

from bot.reading.focus_words import is_named, read_focus
from bot.reading.words import fold
from bot.tables import Demand, Duty, DutyKind, DutyState, MeetingKind, Topic, Unit


@dataclass(frozen=True, slots=True)
class Focus:
    """`part`: "sectors", "plans", "topics" or "kinds"; `name`: the sector's code, the plan's symbol or title, the topic's title, one of
    KINDS; `mark`: as a button carries it; `only`: its condition on Duty."""

    part: str
    name: str
    mark: str
    only: ColumnElement[bool]


KINDS: Mapping[str, DutyKind] = {
    "meeting": DutyKind.MEETING,
    "regular": DutyKind.MEETING,
    "thematic": DutyKind.MEETING,
    "report": DutyKind.REPORT,
}


def find_focus(
    session: Session, scope: ColumnElement[bool], text: str, sectors: Mapping[str, str], part: str = ""
) -> list[Focus]:
    """Those that the words may mean, of what is asked for in `scope` (a condition on Duty); the nearest alone. `sectors`: their labels
    by code; `part`: which kind, where that has been said already."""
    lead, words = read_focus(text)
    wanted = part or lead
    named: list[tuple[Focus, tuple[str, ...]]] = []
    if wanted in ("", "sectors"):
        named += [(of_sector(code), (label,)) for code, label in sectors.items()]
    if wanted in ("", "plans", "topics"):
        demands = _demands(session, scope)
        if wanted != "topics":
            plans = {one.plan_id: one for one in demands}.values()
            named += [(_of_plan(one), (one.plan.symbol, one.plan.title)) for one in plans]
        if wanted != "plans":
            topics: dict[tuple[int, str], Demand] = {}
            for one in demands:
                topics.setdefault((one.plan_id, one.base), one)
            named += [(of_topic(one), (one.title,)) for one in topics.values()]
    return _nearest(named, words)


def _nearest(named: Iterable[tuple[Focus, tuple[str, ...]]], words: str) -> list[Focus]:
    """Who bears the whole name, else whose name begins so, else in whose name the words stand."""
    rows = list(named)
    whole = [one for one, names in rows if words in {fold(name) for name in names}]
    begun = [one for one, names in rows if any(f"{fold(name)} ".startswith(f"{words} ") for name in names)]
    return whole or begun or [one for one, names in rows if any(is_named(words, name) for name in names)]


def focus_marked(session: Session, scope: ColumnElement[bool], mark: str) -> Focus | None:
    """What a button carries; None for what is not asked for in `scope`."""
    kind, value = mark[:1], mark[1:]
    if kind == "s":
        return of_sector(value)
    if kind == "k":
        return of_kind(value) if value in KINDS else None
    demands = _demands(session, scope & (Duty.demand_id == int(value))) if value.isdecimal() else []
    if not demands:
        return None
    return _of_plan(demands[0]) if kind == "p" else of_topic(demands[0])


def of_sector(code: str) -> Focus:
    return Focus("sectors", code, f"s{code}", Duty.unit_id.in_(select(Unit.id).where(Unit.sector == code)))


def of_kind(name: str) -> Focus:
    """One of KINDS: meetings, all or of one sort, or reports."""
    only: ColumnElement[bool] = Duty.kind == KINDS[name]
    if name in set(MeetingKind):
        sort = select(Demand.id).join(Topic, Topic.id == Demand.topic_id).where(Topic.meeting == name)
        only = and_(only, Duty.demand_id.in_(sort))
    return Focus("kinds", name, f"k{name}", only)


def _of_plan(one: Demand) -> Focus:
    its = select(Demand.id).where(Demand.plan_id == one.plan_id)
    return Focus("plans", one.plan.symbol or one.plan.title, f"p{one.id}", Duty.demand_id.in_(its))


def of_topic(one: Demand) -> Focus:
    """The thing that the plan asks for, however often."""
    its = select(Demand.id).where(Demand.plan_id == one.plan_id, Demand.base == one.base)
    return Focus("topics", one.title, f"t{one.id}", Duty.demand_id.in_(its))


def _demands(session: Session, scope: ColumnElement[bool]) -> list[Demand]:
    asked = select(Duty.demand_id).where(scope, Duty.state != DutyState.WITHDRAWN)
    rows = select(Demand).where(Demand.id.in_(asked)).options(joinedload(Demand.plan)).order_by(Demand.id)
    return list(session.scalars(rows))
