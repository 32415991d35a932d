"""The leader's workbook: what each unit has done, its meetings and reports, and the sums; of a period or of all that was asked for."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from sqlalchemy.orm import Session

from bot.calendar import Moment, day_of_document
from bot.people.roles import topmost_units, within_subtree
from bot.summaries.localities import places_told_to
from bot.summaries.sheets import places
from bot.summaries.sheets.asked import AskedTable
from bot.summaries.sheets.figures import asked_columns, asked_rows, with_figures
from bot.summaries.sheets.meetings import meeting_rows
from bot.summaries.sheets.reports import report_rows
from bot.summaries.sheets.totals import draw_months, month_rows, total_rows
from bot.summaries.sheets.units import unit_rows
from bot.tables import Duty, Membership
from bot.wording import read_words
from bot.workbooks.listing import HEAD_ROW, write_listing
from bot.workbooks.look import Value

Rows = Iterable[Sequence[Value]]
Write = Callable[..., int]


def read_table_words(templates: Path) -> Mapping[str, Any]:
    """What the workbook says; `templates` is the folder of all wording."""
    return read_words(templates / "web" / "export.yaml")


def summary_workbook(
    session: Session, memberships: Sequence[Membership], moment: Moment, words: Mapping[str, Any]
) -> bytes:
    """An XLSX of all duties that these roles may sum up; `words` is templates/web/export.yaml. Four sheets more than a
    period has where other places report to this one."""
    names = [unit.name for unit in topmost_units(memberships, "sum")]
    scope = within_subtree(Duty.path, memberships, "sum")
    book, sheet = _drawn(session, AskedTable(scope, names, moment, words["always"]), words)
    if told := places_told_to(session, memberships, moment):
        sheet("places", places.place_rows(told))
        sheet("place_periods", places.period_rows(session, words["place_periods"]))
        sheet("place_answers", places.answer_rows(session, words["place_answers"]))
        sheet("place_months", places.month_rows(session, words["place_months"]))
    return _bytes(book)


def period_workbook(session: Session, table: AskedTable, words: Mapping[str, Any]) -> bytes:
    """The same of what the table is about."""
    return _bytes(_drawn(session, table, words)[0])


def _drawn(session: Session, table: AskedTable, words: Mapping[str, Any]) -> tuple[Workbook, Write]:
    """The workbook, and what adds a sheet to it."""
    book = Workbook(write_only=True)

    def sheet(name: str, rows: Rows, its: Mapping[str, Any] | None = None) -> int:
        its = its or words[name]
        day = day_of_document(table.moment.today)
        title = words["title"].format(name=its["name"], period=table.title)
        about = words["as_of"].format(units=", ".join(dict.fromkeys(table.names)), day=day)
        return write_listing(book.create_sheet(its["name"]), (title, about), its, words["sum"], rows)

    sheet("totals", total_rows(session, table))
    last = sheet("months", month_rows(session, table))
    if last > HEAD_ROW:
        draw_months(book[words["months"]["name"]], words["months"], HEAD_ROW, last)
    sheet("units", unit_rows(session, table, words))
    sheet("meetings", meeting_rows(session, table, words))
    sheet("reports", report_rows(session, table, words))
    if figures := asked_columns(session, table):
        sheet("asked", asked_rows(session, table, figures), with_figures(words["asked"], figures))
    return book, sheet


def _bytes(book: Workbook) -> bytes:
    out = BytesIO()
    book.save(out)
    return out.getvalue()
