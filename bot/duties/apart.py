"""Names of demands that look alike in a list, and what tells them apart: their last day, else their plan, else their number."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from bot.duties.counting import Tally
from bot.tables import Demand, DutyKind


class Named(Protocol):
    """What has a name in a line of figures."""

    @property
    def kind(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def period_first(self) -> date: ...
    @property
    def due_on(self) -> date | None: ...


@dataclass(frozen=True, slots=True)
class Mark:
    """What is said beside a name: `due_on`, its last day; `plan`, its plan's symbol or title; `number`, its place among
    those that even so are alike. Empty where the name alone will do."""

    due_on: date | None = None
    plan: str = ""
    number: int = 0


ALONE = Mark()
SHORT = 30
"""Of a title so much is shown on a button."""


def told_apart(demands: Iterable[Demand]) -> Mapping[int, Mark]:
    """The marks of these demands, by their ids."""
    return distinguishing_marks({d.id: (d, d.plan.symbol or d.plan.title) for d in demands})


def apart_figures(figures: Iterable[Tally]) -> Mapping[int, Mark]:
    """The marks of these figures, by the ids of their demands."""
    return distinguishing_marks({t.demand_id: (t, t.plan) for t in figures})


def distinguishing_marks(named: Mapping[int, tuple[Named, str]]) -> Mapping[int, Mark]:
    """The marks of what has these numbers, each with the name of its plan."""
    short = _alike(named, lambda one, plan: _short(one))
    due = _alike(named, lambda one, plan: (_short(one), one.due_on))
    plans = _alike(named, lambda one, plan: (_short(one), one.due_on, plan))
    seen: Counter[Hashable] = Counter()
    found = {}
    for number, (one, plan) in named.items():
        mark = ALONE
        if number in short:
            last = number in plans
            seen[_short(one), one.due_on, plan] += last
            place = seen[_short(one), one.due_on, plan] if last else 0
            mark = Mark(one.due_on, plan if number in due else "", place)
        found[number] = mark
    return found


def _short(one: Named) -> Hashable:
    """On a button a meeting is known by its month alone, on whichever day of that its period begins."""
    month = one.period_first.replace(day=1)
    return month if one.kind == DutyKind.MEETING else (one.title[:SHORT], one.title[-SHORT:])


def _alike(named: Mapping[int, tuple[Named, str]], name: Callable[[Named, str], Hashable]) -> set[int]:
    often = Counter(name(one, plan) for one, plan in named.values())
    return {number for number, (one, plan) in named.items() if often[name(one, plan)] > 1}
