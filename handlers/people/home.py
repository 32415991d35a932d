"""`/start` and the home screen: who the person is here, and one button for each thing to do."""

from bot.duties.counting import tally_now, urgent_first
from bot.duties.outlook import unit_outlooks
from bot.people.roles import role_holders, within_subtree
from bot.reports.reviewing import count_waiting
from bot.tables import Duty, Unit
from bot.talk.chat import Chat
from handlers.people.admission import Registering


def start_talk(chat: Chat) -> None:
    """Only /start is followed by anything that is meant: a code."""
    given = chat.command.rest if chat.command else ""
    if given:
        chat.begin(Registering(given))
    else:
        show_home(chat)


def show_home(chat: Chat) -> None:
    """The home screen; what was begun is left, so that the next words are not taken for an answer to it."""
    chat.end()
    cells = []
    for unit in _units(chat, "lead"):
        waiting = unit_outlooks(chat.session, unit.id, chat.moment)
        cells.append({"unit": unit, "open": waiting, "late": [o for o in waiting if o.overdue]})
    overseen = _units(chat, "sum")
    figures = []
    if overseen:
        scope = within_subtree(Duty.path, chat.roles(), "sum")
        found = tally_now(chat.session, scope, chat.today)
        figures = [t for t in urgent_first(found, chat.today) if t.open]
    chat.say(
        "people/home/home",
        cells=cells,
        overseen=overseen,
        figures=figures,
        reviews=count_waiting(chat.session, chat.roles(), chat.person.id),
        admin=bool(role_holders(chat.roles(), "administer")),
        speaks=bool(role_holders(chat.roles(), "nudge")),
    )


def _units(chat: Chat, action: str) -> list[Unit]:
    return list({m.unit_id: m.unit for m in role_holders(chat.roles(), action)}.values())
