"""Who is told only that something lies ready: whoever stands below a unit that has said so of the channel."""

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.people.discreet import discreet_channels, discreet_people, set_discreet
from bot.tables import Contact, Membership, Unit
from tests.kit.committees import committee
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.world import World

pytestmark = begins(committee)


def person(world: World, talker: Talker) -> int:
    with world.db.read() as session:
        return session.scalars(select(Contact.person_id).where(Contact.place == talker.address.place)).one()


def says_so(world: World, code: str, channel: str, *, discreet: bool = True) -> set[str]:
    with world.db.write() as session:
        unit = session.scalars(select(Unit).where(Unit.code == code)).one()
        set_discreet(session, unit.id, channel, discreet=discreet)
        return discreet_channels(session, unit.id)


def is_discreet(session: Session, person_id: int, channel: str) -> bool:
    return person_id in discreet_people(session, {person_id}, channel)


@pytest.mark.parametrize(
    ("unit", "role"), [("CB01", "secretary"), ("CB01", "follower"), ("DUK", "leader"), ("DUK", "admin")]
)
def test_it_holds_for_everybody_below_and_for_that_channel_alone(world: World, unit: str, role: str) -> None:
    who = person(world, world.registered(unit, role))
    assert says_so(world, "DUK", "telegram") == {"telegram"}
    with world.db.read() as session:
        assert is_discreet(session, who, "telegram")
        assert not is_discreet(session, who, "web")
    assert says_so(world, "DUK", "telegram", discreet=False) == set()
    with world.db.read() as session:
        assert not is_discreet(session, who, "telegram")


def test_of_two_units_one_is_enough_and_the_neighbours_are_let_be(world: World) -> None:
    both = world.registered("CB01", "secretary")
    neighbour = world.registered("CB01", "secretary")
    says_so(world, "CB02", "telegram")
    both.says(f"/start {world.invite('CB02', 'secretary')}")
    with world.db.read() as session:
        assert is_discreet(session, person(world, both), "telegram")
        assert not is_discreet(session, person(world, neighbour), "telegram")


def test_whoever_has_lost_the_last_role_is_told_of_that_as_before(world: World) -> None:
    who = person(world, world.registered("CB01", "secretary"))
    says_so(world, "CB01", "telegram")
    with world.db.write() as session:
        session.execute(update(Membership).values(ended_at=world.at))
    with world.db.read() as session:
        assert is_discreet(session, who, "telegram")
