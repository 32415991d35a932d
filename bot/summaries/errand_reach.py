"""Of whom a picture, a report or a table speaks that somebody has asked for and that is made later."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from bot.people.roles import topmost_units, units_below, within_subtree
from bot.tables import Duty, Errand, Membership, Unit


def errand_reach(
    session: Session, errand: Errand, committee: int
) -> tuple[Sequence[Unit], ColumnElement[bool]]:
    """The units of which it speaks, and the condition on Duty: the committee (an id) that was asked for (whether it may be
    summed up has been looked at), else all that the person's roles reach now."""
    if committee:
        unit = session.get_one(Unit, committee)
        return [unit], units_below(Duty.path, unit.path)
    its = select(Membership).where(Membership.person_id == errand.person_id, Membership.ended_at.is_(None))
    roles = session.scalars(its.order_by(Membership.id)).all()
    return topmost_units(roles, "sum"), within_subtree(Duty.path, roles, "sum")
