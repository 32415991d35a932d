"""The sheets of sums: a row for each thing that is asked for, and the three boxes month by month."""

from collections.abc import Iterator, Mapping
from typing import Any

from openpyxl.chart import BarChart, Reference
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.duties.counting import tally_demands
from bot.periods import period_of
from bot.summaries.period import sum_period
from bot.summaries.picture import COLOURS
from bot.summaries.sheets.asked import AskedTable
from bot.tables import Demand, DutyKind, Plan
from bot.workbooks.look import Value

CHART_WIDTH, CHART_HEIGHT = 22, 10
"""In centimetres."""


def total_rows(session: Session, table: AskedTable) -> Iterator[list[Value]]:
    plans = session.execute(select(Demand.id, Plan.symbol).join(Plan, Plan.id == Demand.plan_id))
    symbols = {row.id: row.symbol for row in plans}
    for tally in tally_demands(session, table.within, table.moment.today):
        meeting = tally.kind == DutyKind.MEETING
        share = tally.attendance
        yield [
            symbols[tally.demand_id],
            tally.title,
            tally.due_on,
            tally.expected,
            tally.on_time,
            tally.late,
            tally.open,
            tally.overdue,
            tally.present if meeting else None,
            tally.obliged if meeting else None,
            float(share) if share is not None else None,
        ]


def month_rows(session: Session, table: AskedTable) -> Iterator[list[Value]]:
    """The first day of each month of the period in which something was due, and its boxes; without a period the months of this year."""
    period = table.period or period_of("year", table.moment.today)
    for month, count in sum_period(session, table.scope, period, table.moment.today).months:
        yield [month.first, count.expected, count.on_time, count.late, count.open, count.overdue]


def draw_months(sheet: Any, words: Mapping[str, Any], head_row: int, last: int) -> None:
    """The boxes of the months, one above the other, below the table whose last month stands in the row `last`."""
    chart = BarChart()
    chart.type, chart.grouping, chart.overlap = "col", "stacked", 100
    chart.title, chart.width, chart.height = words["chart"], CHART_WIDTH, CHART_HEIGHT
    chart.legend.position = "b"
    chart.x_axis.number_format, chart.x_axis.delete, chart.y_axis.delete = "mm/yyyy", False, False
    chart.y_axis.number_format = "0"
    chart.add_data(
        Reference(sheet, min_col=3, max_col=5, min_row=head_row, max_row=last), titles_from_data=True
    )
    chart.set_categories(Reference(sheet, min_col=1, min_row=head_row + 1, max_row=last))
    for series, colour in zip(chart.series, COLOURS.values(), strict=True):
        series.graphicalProperties.solidFill = colour.removeprefix("#")
    sheet.add_chart(chart, f"A{last + 3}")
