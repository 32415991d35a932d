"""Files that a committee ties to a topic, and their receipts."""

from bot.talk.desk import Flow, Handler
from handlers.materials import enclosing, files

COMMANDS: dict[str, Handler] = {}

ACTIONS: dict[str, Handler] = {
    "papers": files.show,
    "papers.topic": files.topic,
    "papers.add": enclosing.begin,
    "papers.back": files.ask_back,
    "papers.drop": files.back,
    "papers.again": files.again,
    "papers.got": files.got,
}

FLOWS: tuple[Flow, ...] = (enclosing.FLOW,)
