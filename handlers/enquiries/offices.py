"""Whose office somebody is, for the room of enquiries."""

from bot.people.roles import role_holders
from bot.tables import Unit
from bot.talk.chat import Chat


def offices_of(chat: Chat) -> list[Unit]:
    return list({m.unit_id: m.unit for m in role_holders(chat.roles(), "administer")}.values())


def own_office(chat: Chat, unit_id: str | int) -> Unit | None:
    """The unit, if the person is its office; else says so."""
    found = next((unit for unit in offices_of(chat) if str(unit.id) == str(unit_id)), None)
    if found is None:
        chat.refuse()
    return found
