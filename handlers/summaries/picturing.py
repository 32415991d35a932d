"""The picture of a period that a leader can forward: asked for in chat, drawn by the clock."""

from bot.tables import Errand, ErrandKind, ErrandState
from bot.tables.asked import SummaryPicture
from bot.talk.chat import Chat
from handlers.summaries.part import part_asked, period_asked


def order_picture(chat: Chat, key: str, unit_id: str = "") -> None:
    part = part_asked(chat, unit_id)
    period = period_asked(chat, key) if part else None
    if part is None or period is None:
        return
    committee = part.unit.id if part.unit else 0
    facts = {"person_id": chat.person.id, "unit_id": part.roots[0].id, "created_at": chat.at}
    chat.session.add(
        Errand(
            kind=ErrandKind.PICTURE,
            state=ErrandState.NEW,
            args=SummaryPicture(period.key, committee),
            **facts,
        )
    )
    chat.note("picture asked for", f"unit:{part.roots[0].id}")
    chat.say("summaries/drawing", period=period, mark=part.mark)
