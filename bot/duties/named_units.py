"""Units that a plan names, and that are not there: nobody would be asked, and nothing would be said about it."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from bot.people.roles import units_below
from bot.plans.fields import Filter
from bot.plans.plan import PlanText
from bot.tables import Unit


@dataclass(frozen=True, slots=True)
class UnknownUnit:
    """What the plan says, and the code of the unit that is called so, "" if none is."""

    said: str
    code: str


def unknown_units(session: Session, text: PlanText, owner: Unit) -> list[UnknownUnit]:
    """Those that bear no code of a living unit of the owner's, in the order in which the plan names them."""
    said = list(dict.fromkeys(name for who in _filters(text) for name in (*who.units, *who.excluded)))
    if not said:
        return []
    low = [name.lower() for name in said]
    rows = session.execute(
        select(Unit.code, Unit.name).where(
            units_below(Unit.path, owner.path),
            Unit.closed_on.is_(None),
            or_(Unit.code.in_(said), func.lower(Unit.code).in_(low), Unit.name.in_(said)),
        )
    ).all()
    codes = {code for code, _ in rows}
    called = {code.lower(): code for code in codes} | {name.lower(): code for code, name in rows}
    return [UnknownUnit(name, called.get(name.lower(), "")) for name in said if name not in codes]


def _filters(text: PlanText) -> Iterator[Filter]:
    for topic in text.topics:
        yield topic.who
        yield from (variant.who for variant in topic.variants if variant.who is not None)
    for duty in text.duties:
        yield duty.who
        if duty.of is not None:
            yield duty.of
