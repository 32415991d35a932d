"""Reports handed in, and photographs joined into one."""

from bot.talk.desk import Flow, Handler
from handlers.reports import report, scan

COMMANDS: dict[str, Handler] = {
    "/nop": report.show,
}

ACTIONS: dict[str, Handler] = {
    "report": report.show,
    "report.duty": report.for_duty,
    "report.done": report.finish,
    "report.undo": report.undo,
    "scan": scan.begin,
    "scan.drop": scan.begin_drop,
    "scan.move": scan.begin_move,
    "scan.turn": scan.begin_turn,
    "scan.done": scan.done,
}

FLOWS: tuple[Flow, ...] = (
    report.FLOW,
    scan.FLOW,
)
