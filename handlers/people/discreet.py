"""How much is said on each channel: an office that fears for secrecy there has its people told only that something lies ready."""

from sqlalchemy import select

from bot.people.discreet import discreet_channels, set_discreet
from bot.people.roles import role_holders
from bot.tables import Contact, Unit
from bot.talk.chat import Chat, row_id

WEB = "web"
FULL, DISCREET = "full", "discreet"


def show_discretion(chat: Chat) -> None:
    """The channels on which somebody is reached, and of the web chat its notifications; for each unit that the office looks after."""
    units = [membership.unit for membership in role_holders(chat.roles(), "administer")]
    if not units:
        chat.say("talk/not_yours")
        return
    chosen = {unit.id: discreet_channels(chat.session, unit.id) for unit in units}
    chat.say("people/admin/discretion", units=units, chosen=chosen, channels=_in_use(chat))


def set_discretion(chat: Chat, unit_id: str = "", channel: str = "", wording: str = "") -> None:
    unit = chat.session.get(Unit, row_id(unit_id))
    if unit is None or not chat.may("administer", unit.path):
        chat.say("talk/not_yours")
        return
    if channel in _in_use(chat) and wording in (FULL, DISCREET):
        set_discreet(chat.session, unit.id, channel, discreet=wording == DISCREET)
        chat.note(f"wording {wording}", f"unit:{unit.id} {channel}")
    show_discretion(chat)


def _in_use(chat: Chat) -> list[str]:
    reached = set(chat.session.scalars(select(Contact.channel).where(Contact.lost_at.is_(None)).distinct()))
    return [name for name in chat.desk.abilities if name in reached | {WEB}]
