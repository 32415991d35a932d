"""Reports handed in and looked at, and photographs joined into one."""

from bot.talk.desk import Flow, Handler
from handlers.reports import figures, report, review, scan

COMMANDS: dict[str, Handler] = {
    "/nop": report.show_reports,
}

ACTIONS: dict[str, Handler] = {
    "report": report.show_reports,
    "report.duty": report.hand_in_report_of,
    "report.done": report.finish_draft,
    "report.undo": report.undo_submission,
    "report.figures": figures.show_figures,
    "report.figure": figures.correct_figure,
    "review": review.show_waiting,
    "review.open": review.open_report,
    "review.awaited": review.open_awaited,
    "review.pass": review.pass_report,
    "review.back": review.begin_return,
    "review.versions": review.show_versions,
    "review.handed": review.show_handed_in,
    "scan": scan.begin_scan,
    "scan.drop": scan.begin_drop,
    "scan.move": scan.begin_move,
    "scan.turn": scan.begin_turn,
    "scan.done": scan.finish_scan,
}

FLOWS: tuple[Flow, ...] = (
    report.FLOW,
    figures.FLOW,
    review.FLOW,
    scan.FLOW,
)
