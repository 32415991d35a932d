"""What this month asks of a unit, and what it chooses for itself."""

from bot.talk.desk import Flow, Handler
from handlers.duties import choice, month

COMMANDS: dict[str, Handler] = {
    "/thangnay": month.show,
}

ACTIONS: dict[str, Handler] = {
    "month": month.show,
    "confirm": month.confirm,
    "confirm.undo": month.unconfirm,
    "choice.topic": choice.for_duty,
    "choice.add": choice.for_unit,
    "choice.papers": choice.papers,
    "choice.drop": choice.drop,
    "choice.apart": choice.apart,
}

FLOWS: tuple[Flow, ...] = (choice.FLOW,)
