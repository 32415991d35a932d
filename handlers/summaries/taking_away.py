"""A period to take away: the picture that a leader can forward, the committee's report, the table; asked for in chat, made by the clock."""

from bot.tables import Errand, ErrandKind, ErrandState
from bot.tables.asked import Asked, OrderedSummary, SummaryPicture
from bot.talk.chat import Chat, row_id
from handlers.summaries.part import Part, part_asked, period_asked


def order_picture(chat: Chat, key: str, unit_id: str = "") -> None:
    part = part_asked(chat, unit_id)
    period = period_asked(chat, key) if part else None
    if part is None or period is None:
        return
    _order(chat, ErrandKind.PICTURE, SummaryPicture(period.key, row_id(part.place)), part)
    chat.say("summaries/drawing", period=period, mark=part.mark)


def order_report(chat: Chat, key: str, unit_id: str = "", form: str = "") -> None:
    """As Word, or with "pdf" as PDF."""
    _order_file(chat, key, unit_id, "pdf" if form == "pdf" else "docx")


def order_table(chat: Chat, key: str, unit_id: str = "") -> None:
    _order_file(chat, key, unit_id, "xlsx")


def _order_file(chat: Chat, key: str, unit_id: str, form: str) -> None:
    part = part_asked(chat, unit_id)
    period = period_asked(chat, key) if part else None
    if part is None or period is None:
        return
    _order(chat, ErrandKind.SUMMARY, OrderedSummary(period.key, form, row_id(part.place)), part)
    chat.say("summaries/making", period=period, mark=part.mark, form=form)


def _order(chat: Chat, kind: ErrandKind, asked: Asked, part: Part) -> None:
    home = part.roots[0].id
    facts = {"person_id": chat.person.id, "unit_id": home, "created_at": chat.at}
    chat.session.add(Errand(kind=kind, state=ErrandState.NEW, args=asked, **facts))
    chat.note(f"{kind} asked for", f"unit:{home}")
