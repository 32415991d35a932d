"""What a leader's workbook is about, and the units of it, portion by portion in the order of the tree."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from bot.calendar import Moment
from bot.duties.counting import asked_for
from bot.natural import in_tree_order
from bot.periods import Period
from bot.tables import Demand, Duty, Unit

PORTION = 500


@dataclass(frozen=True, slots=True)
class AskedTable:
    """`scope` is a condition on Duty; `names` those of the topmost units in it; without a `period` all that has ever been asked
    for. `title`: the period in words."""

    scope: ColumnElement[bool]
    names: Sequence[str]
    moment: Moment
    title: str
    period: Period | None = None

    @property
    def within(self) -> ColumnElement[bool]:
        """The scope, and of the period what was due in it."""
        if self.period is None:
            return self.scope
        return and_(self.scope, Duty.due_on.between(self.period.first, self.period.last))

    @property
    def asked(self) -> ColumnElement[bool]:
        """What is counted: a condition on Duty joined to Demand."""
        return and_(asked_for(self.moment.today), self.within)


def unit_portions(session: Session, asked: ColumnElement[bool]) -> Iterator[list[int]]:
    """The ids of the units of whom something is asked."""
    asking = select(Duty.unit_id).join(Demand, Demand.id == Duty.demand_id).where(asked)
    units = session.execute(select(Unit.id, Unit.parent_id, Unit.code).where(Unit.id.in_(asking))).all()
    order = in_tree_order(units)
    for start in range(0, len(order), PORTION):
        yield order[start : start + PORTION]
