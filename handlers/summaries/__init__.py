"""What a leader asks for: figures of now and of any period, who stands behind them, the table."""

from collections.abc import Mapping

from bot.summaries.errands import make_picture, make_summary_file
from bot.tables import ErrandKind
from bot.talk.desk import Flow, Handler
from bot.talk.errands import Work
from handlers.summaries import asking, figures, nudging, part, period, picking, summary, taking_away

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
    "sum.pick": picking.begin_picking,
    "sum.overdue": picking.begin_overdue,
    "sum.lacking": picking.begin_lacking,
    "sum.export": summary.link_export,
    "sum.periods": part.choose_period,
    "sum.period": period.show_period,
    "sum.parts": period.show_parts,
    "sum.names": period.show_names,
    "sum.figures": figures.show_figure_sums,
    "sum.texts": figures.show_figure_texts,
    "sum.asked": figures.show_period_figures,
    "sum.said": figures.show_period_texts,
    "sum.open": asking.open_unit,
    "sum.picture": taking_away.order_picture,
    "sum.report": taking_away.order_report,
    "sum.table": taking_away.order_table,
}

WORK: Mapping[ErrandKind, Work] = {
    ErrandKind.NUDGE: nudging.nudge_portions,
    ErrandKind.PICTURE: make_picture,
    ErrandKind.SUMMARY: make_summary_file,
}

FLOWS: tuple[Flow, ...] = (picking.FLOW,)
