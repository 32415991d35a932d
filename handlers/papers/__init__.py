"""The papers of a meeting, and what stands at their head."""

from bot.talk.desk import Flow, Handler
from handlers.papers import letterhead, papers

COMMANDS: dict[str, Handler] = {}

ACTIONS: dict[str, Handler] = {
    "paper": papers.show,
    "paper.make": papers.make,
    "paper.past": papers.past,
    "paper.notes": papers.notes,
    "letterhead": letterhead.show,
    "letterhead.place": letterhead.place,
    "letterhead.heading": letterhead.heading,
    "letterhead.term": letterhead.term,
}

FLOWS: tuple[Flow, ...] = (letterhead.FLOW,)
