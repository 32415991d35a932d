"""One loading of a plan, and what it changes."""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from bot.calendar import Moment
from bot.people.roles import units_below
from bot.plans.plan import PlanText
from bot.plans.who import UnitProfile
from bot.tables import Duty, Plan, Unit


@dataclass
class Changes:
    """What loading did: how many duties of how many units, and the titles of what is new, moved or gone.

    `changed` also names what has other words or documents than before; its duties count as moved when they are its own.
    `lapsed`: what is asked no more although its last day had passed; it stays in the figures as not done.
    """

    units: int = 0
    added: int = 0
    moved: int = 0
    kept: int = 0
    done: int = 0
    withdrawn: int = 0
    lapsed: int = 0
    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    demands: set[tuple[str, str]] = field(default_factory=set)
    """Key and variant of each demand that is new or other than before."""
    about_units: bool | None = None
    """Whether anything of the plan is asked about units, or was; not looked at yet: None."""

    @property
    def nothing(self) -> bool:
        return not (self.added or self.moved or self.withdrawn or self.lapsed or self.changed)


@dataclass(frozen=True)
class Loading:
    """A plan that is loaded for the subtree of `owner`: its row, and its text with the questions answered. `moment` is now."""

    session: Session
    plan: Plan
    text: PlanText
    owner: Unit
    moment: Moment
    changes: Changes = field(default_factory=Changes)
    followed: dict[tuple[str, str], str] = field(default_factory=dict)
    """By key and variant of a demand, the path up to which its duties follow it already: a loading before this one came so far."""

    @cached_property
    def today(self) -> date:
        return self.moment.today

    @property
    def about_units(self) -> bool:
        """Whether any duty of the plan is about a unit, or is to be: most plans have none, and nothing is looked up of them."""
        if self.changes.about_units is None:
            there = select(Duty.id).where(Duty.plan_id == self.plan.id, Duty.about_id.is_not(None)).limit(1)
            asked = any(duty.for_each for duty in self.text.duties)
            self.changes.about_units = asked or self.session.scalar(there) is not None
        return self.changes.about_units

    def living(self, after: str = "") -> ColumnElement[bool]:
        """The units that the plan is for, behind the path `after`."""
        open_today = or_(Unit.closed_on.is_(None), Unit.closed_on > self.today)
        return and_(units_below(Unit.path, self.owner.path, after), open_today)

    def profile(self, unit: Any) -> UnitProfile:
        return UnitProfile(unit.code, unit.kind, unit.sector, unit.parent_id == self.owner.id)


def note_title(titles: list[str], title: str) -> None:
    if title not in titles:
        titles.append(title)
