"""What a leader asks for: figures, who is missing, the table."""

from collections.abc import Mapping

from bot.tables import ErrandKind
from bot.talk.desk import Flow, Handler
from bot.talk.errands import Work
from handlers.summaries import nudging, summary

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

WORK: Mapping[ErrandKind, Work] = {ErrandKind.NUDGE: nudging.nudge_portions}

FLOWS: tuple[Flow, ...] = ()
