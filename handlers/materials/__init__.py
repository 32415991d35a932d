"""Files that a committee ties to a topic, and their receipts."""

from bot.talk.desk import Flow, Handler
from handlers.materials import enclosing, files

COMMANDS: dict[str, Handler] = {}

ACTIONS: dict[str, Handler] = {
    "papers": files.show_shelves,
    "papers.topic": files.show_topic_files,
    "papers.add": enclosing.begin_sending,
    "papers.back": files.ask_back,
    "papers.drop": files.take_file_back,
    "papers.again": files.send_again,
    "papers.got": files.confirm_receipt,
}

FLOWS: tuple[Flow, ...] = (enclosing.FLOW,)
