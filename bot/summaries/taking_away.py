"""A period to take away, made outside of the talk and sent to whoever has asked for it: the committee's report, or the table."""

import tempfile
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy.orm import Session

from bot.calendar import Moment
from bot.periods import summed_period
from bot.summaries.errand_reach import errand_reach
from bot.summaries.reporting import make_report
from bot.summaries.sheets.asked import AskedTable
from bot.summaries.table import period_workbook, read_table_words
from bot.tables import Errand
from bot.tables.asked import OrderedSummary
from bot.talk.desk import Desk
from bot.talk.errands import file_shelf, finish_errand, read_errand
from bot.talk.render import Renderer

TABLE = "xlsx"


def send_summary_file(desk: Desk, errand_id: int, at: datetime) -> None:
    _, asked, _ = read_errand(desk, errand_id, OrderedSummary)
    make = _make_table if asked.form == TABLE else make_report
    make(desk, errand_id, at)


def _make_table(desk: Desk, errand_id: int, at: datetime) -> None:
    with desk.db.read() as session:
        table, asked = _asked(session, errand_id, desk.moment(at), desk.render)
        content = period_workbook(session, table, read_table_words(desk.render.folder))
    name = desk.render.words["summary_files"]["table"].format(period=table.title).replace("/", "-")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.xlsx"
        path.write_bytes(content)
        file = file_shelf(desk).keep(f"{name}.xlsx", path)
    tell = partial(finish_errand, desk, errand_id, at, "summaries/table", files=(file,))
    tell(period=table.period, mark=asked.committee, names=table.names)


def _asked(
    session: Session, errand_id: int, moment: Moment, render: Renderer
) -> tuple[AskedTable, OrderedSummary]:
    errand = session.get_one(Errand, errand_id)
    asked = errand.about(OrderedSummary)
    units, scope = errand_reach(session, errand, asked.committee)
    period = summed_period(asked.period)
    names = [unit.name for unit in units]
    return AskedTable(scope, names, moment, render.summed_period(period.key), period), asked
