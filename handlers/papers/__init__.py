"""The papers of a meeting, and what stands at their head."""

from bot.talk.desk import Flow, Handler
from handlers.papers import letterhead, papers

COMMANDS: dict[str, Handler] = {}

ACTIONS: dict[str, Handler] = {
    "paper": papers.show_papers,
    "paper.make": papers.order_paper,
    "paper.hand": papers.hand_in_paper,
    "paper.past": papers.show_past_meetings,
    "paper.notes": papers.resend_media_notes,
    "letterhead": letterhead.show_letterhead,
    "letterhead.place": letterhead.change_place,
    "letterhead.heading": letterhead.change_heading,
    "letterhead.term": letterhead.change_term,
}

FLOWS: tuple[Flow, ...] = (letterhead.FLOW,)
