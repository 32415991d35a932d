"""The plans that are in force for whom an office looks after."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.people.roles import role_holders, within_subtree
from bot.tables import Membership, Plan, Unit


def plans_in_force(session: Session, roles: Sequence[Membership], *, above: bool = False) -> list[Plan]:
    """Those of the units in the office's tree, in the order of loading; with `above`, those of the committees over it as well."""
    held = role_holders(roles, "administer")
    over = {int(part) for one in held for part in one.unit.path.split("/") if part} if above else set()
    return list(
        session.scalars(
            select(Plan)
            .join(Unit, Unit.id == Plan.unit_id)
            .where(or_(within_subtree(Unit.path, held, "administer"), Unit.id.in_(over)))
            .where(Plan.withdrawn_at.is_(None))
            .order_by(Plan.id)
        )
    )
