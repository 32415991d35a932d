"""What a unit owes, as its row stands now."""

from sqlalchemy import select

from bot.tables import Demand, Duty, Plan, Unit
from tests.kit.world import World


def duty_of(world: World, key: str, unit: str = "CB01", *, symbol: str = "") -> Duty:
    """The one duty of this key, of the unit of this code; of several plans that of the one with this symbol."""
    query = (
        select(Duty)
        .join(Unit, Unit.id == Duty.unit_id)
        .join(Demand, Demand.id == Duty.demand_id)
        .join(Plan, Plan.id == Demand.plan_id)
        .where(Duty.key == key, Unit.code == unit)
    )
    with world.db.read() as session:
        duty = session.scalars(query.where(Plan.symbol == symbol) if symbol else query).one()
        assert duty.title  # what it is called is read along
        return duty
