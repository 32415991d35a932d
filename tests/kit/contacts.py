"""One person at several places."""

from sqlalchemy import select, update

from bot.tables import Contact, PushSubscription
from tests.kit.talker import Talker
from tests.kit.world import World


def also_on(world: World, talker: Talker, channel: str) -> Talker:
    """The same person on another channel, linked as people do it: by a code from the first."""
    talker.says("/caidat").taps("Nối kênh khác")
    code = talker.last.text.partition("<code>")[2].partition("</code>")[0]
    other = world.person(channel=channel).says(code)
    assert "Đã nối kênh này" in other.last.text
    world.later(minutes=1)
    return other


def contact_of(world: World, talker: Talker) -> Contact:
    with world.db.read() as session:
        address = (Contact.channel == talker.address.channel, Contact.place == talker.address.place)
        return session.scalars(select(Contact).where(*address)).one()


def alters_contact(world: World, talker: Talker, **values: object) -> None:
    with world.db.write() as session:
        session.execute(update(Contact).where(Contact.id == contact_of(world, talker).id).values(**values))


def rings_on_a_device(world: World, talker: Talker) -> None:
    """A browser of this web chat has asked to be woken."""
    with world.db.write() as session:
        number = contact_of(world, talker).id
        session.add(
            PushSubscription(
                contact_id=number,
                endpoint=f"https://push.example/{number}",
                p256dh="key",
                auth="auth",
                created_at=world.at,
            )
        )
