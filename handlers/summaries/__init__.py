"""What a leader asks for: figures, who is missing, the table."""

from bot.talk.desk import Flow, Handler
from handlers.summaries import summary

COMMANDS: dict[str, Handler] = {
    "/tonghop": summary.show,
    "/chuanop": summary.missing_list,
    "/xuat": summary.export,
}

ACTIONS: dict[str, Handler] = {
    "sum": summary.show,
    "sum.missing": summary.missing_list,
    "sum.units": summary.missing_units,
    "sum.nudge": summary.nudge,
    "sum.export": summary.export,
}

FLOWS: tuple[Flow, ...] = ()
