"""Files that a committee ties to a topic, and their receipts."""

from bot.talk.desk import Flow, Handler
from handlers.materials import files, sending

COMMANDS: dict[str, Handler] = {}

ACTIONS: dict[str, Handler] = {
    "materials": files.show_shelves,
    "materials.topic": files.show_topic_files,
    "materials.add": sending.begin_sending,
    "materials.back": files.ask_back,
    "materials.drop": files.take_file_back,
    "materials.again": files.send_again,
    "materials.got": files.confirm_receipt,
}

FLOWS: tuple[Flow, ...] = (sending.FLOW,)
