"""A cell's card for whoever stands above it."""

from bot.scores.standing import unit_scores
from bot.tables import Unit
from bot.talk.chat import Chat, row_id
from bot.units.standing import unit_standing


def show_card(chat: Chat, unit_id: str) -> None:
    unit = chat.session.get(Unit, row_id(unit_id))
    if unit is None or not chat.may("sum", unit.path):
        chat.say("talk/not_yours")
        return
    parent = unit.parent_id and chat.session.get(Unit, unit.parent_id)
    chat.say(
        "units/card",
        card=unit_standing(chat.session, unit, chat.moment),
        scores=unit_scores(chat, unit),
        into=chat.session.get(Unit, unit.merged_into_id) if unit.merged_into_id else None,
        up=parent if parent and chat.may("sum", parent.path) else None,
    )
