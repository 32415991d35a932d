"""What a leader asks for: figures, who is missing, the table."""

from bot.talk.desk import Flow, Handler
from handlers.summaries import summary

COMMANDS: dict[str, Handler] = {
    "/tonghop": summary.show_summary,
    "/chuanop": summary.missing_list,
    "/xuat": summary.link_export,
}

ACTIONS: dict[str, Handler] = {
    "sum": summary.show_summary,
    "sum.missing": summary.missing_list,
    "sum.units": summary.missing_units,
    "sum.nudge": summary.nudge_missing,
    "sum.export": summary.link_export,
}

FLOWS: tuple[Flow, ...] = ()
