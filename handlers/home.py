"""`/start` and the home screen: who the person is here, and one button for each thing to do."""

from bot.conversation import Chat
from bot.domain.counting import current, tallies
from bot.domain.duties import outlooks
from bot.domain.roles import holders, within
from bot.models import Duty


def start(chat: Chat, *words: str) -> None:
    if words:
        chat.begin("register", code=" ".join(words))
    else:
        chat.end()
        show(chat)


def show(chat: Chat) -> None:
    """The home screen."""
    cells = []
    for membership in holders(chat.roles(), "lead"):
        waiting = outlooks(chat.session, membership.unit_id, chat.at, chat.zone)
        cells.append({"unit": membership.unit, "open": waiting, "late": [o for o in waiting if o.overdue]})
    overseen = holders(chat.roles(), "sum")
    figures = []
    if overseen:
        scope = within(Duty.path, chat.roles(), "sum")
        figures = [t for t in tallies(chat.session, scope & current(chat.today), chat.today) if t.open]
    chat.say(
        "home/home",
        cells=cells,
        overseen=overseen,
        figures=figures,
        admin=bool(holders(chat.roles(), "administer")),
    )
