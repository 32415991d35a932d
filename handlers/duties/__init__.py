"""What this month asks of a unit, and what it chooses for itself."""

from bot.talk.desk import Flow, Handler
from handlers.duties import choice, month

COMMANDS: dict[str, Handler] = {
    "/thangnay": month.show_month,
}

ACTIONS: dict[str, Handler] = {
    "month": month.show_month,
    "confirm": month.confirm_duty,
    "confirm.undo": month.unconfirm_duty,
    "choice.topic": choice.choose_topic_of,
    "choice.add": choice.for_unit,
    "choice.documents": choice.choose_documents,
    "choice.drop": choice.drop_added_topic,
    "choice.apart": choice.meet_apart,
}

FLOWS: tuple[Flow, ...] = (choice.FLOW,)
