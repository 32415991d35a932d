"""What this month asks of a unit, and what it chooses for itself."""

from bot.talk.desk import Flow, Handler
from handlers.duties import choice, choosing, month

COMMANDS: dict[str, Handler] = {
    "/thangnay": month.show_month,
}

ACTIONS: dict[str, Handler] = {
    "month": month.show_month,
    "confirm": month.confirm_duty,
    "confirm.undo": month.unconfirm_duty,
    "choice.topic": choosing.choose_topic_of,
    "choice.add": choosing.for_unit,
    "choice.documents": choosing.choose_documents,
    "choice.drop": choosing.drop_added_topic,
    "choice.apart": choosing.meet_apart,
}

FLOWS: tuple[Flow, ...] = (choice.FLOW,)
