"""The leader's workbook: what each unit has done, and the totals."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.expression import Subquery

from bot.calendar import Moment
from bot.duties.counting import asked_for, last_day, tally_demands
from bot.natural import in_tree_order
from bot.people.roles import within_subtree
from bot.scores.scoring import GRADE
from bot.summaries.figures_table import AskedColumn, asked_columns, asked_rows
from bot.summaries.localities import places_told_to
from bot.summaries.places_table import month_rows, period_rows, place_rows
from bot.tables import (
    Attendance,
    Demand,
    Duty,
    DutyKind,
    DutyState,
    Meeting,
    MeetingDuty,
    MeetingState,
    Membership,
    Plan,
    Score,
    Unit,
)
from bot.workbooks.look import Value
from bot.workbooks.table import ColumnHead, write_table

_FETCH = 500
FIGURE_WIDTH = 18


def summary_workbook(
    session: Session, memberships: Sequence[Membership], moment: Moment, words: Mapping[str, Any]
) -> bytes:
    """An XLSX of the duties that these roles may sum up; `words` is templates/web/export.yaml.

    Sheet 1: a row for each unit and demand that has opened by today; sheet 2: a row for each demand. A sum of
    sheet 1's columns gives sheet 2's figures. Three sheets more where other places report to this one.
    """
    today, zone = moment.today, moment.zone
    scope = within_subtree(Duty.path, memberships, "sum")
    book = Workbook(write_only=True)
    _sheet(book, words["units"], _unit_rows(session, scope, today, zone, words))
    _sheet(book, words["totals"], _total_rows(session, scope, today))
    if asked := asked_columns(session, scope, today):
        _sheet(
            book,
            _with_figures(words["asked"], asked),
            asked_rows(session, scope, today, asked, words["asked"]["sum"]),
        )
    if places := places_told_to(session, memberships, moment):
        _sheet(book, words["places"], place_rows(places, words["places"]))
        _sheet(book, words["place_periods"], period_rows(session, words["place_periods"]))
        _sheet(book, words["place_months"], month_rows(session, words["place_months"]))
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _unit_rows(
    session: Session, scope: ColumnElement[bool], today: date, zone: ZoneInfo, words: Mapping[str, Any]
) -> Iterator[list[Value]]:
    """Unit by unit, in the order of the tree; so many units at a time that few rows are held at once."""
    asking = select(Duty.unit_id).join(Demand, Demand.id == Duty.demand_id).where(asked_for(today), scope)
    units = session.execute(select(Unit.id, Unit.parent_id, Unit.code).where(Unit.id.in_(asking))).all()
    order = in_tree_order(units)
    for start in range(0, len(order), _FETCH):
        yield from _portion(session, scope, today, zone, words, order[start : start + _FETCH])


def _portion(
    session: Session,
    scope: ColumnElement[bool],
    today: date,
    zone: ZoneInfo,
    words: Mapping[str, Any],
    units: Sequence[int],
) -> Iterator[list[Value]]:
    heads = _heads(units)
    place = {unit_id: number for number, unit_id in enumerate(units)}
    rows = session.execute(
        select(
            *(Duty.unit_id, Unit.code, Unit.name, Plan.symbol, Demand.title),
            *(Duty.kind, Duty.due_on, Duty.state, Duty.done_at, Duty.on_time, Duty.again_on),
            last_day().label("last_day"),
            *(heads.c.total, heads.c.exempt, heads.c.present, heads.c.grade),
        )
        .join(Unit, Unit.id == Duty.unit_id)
        .join(Demand, Demand.id == Duty.demand_id)
        .join(Plan, Plan.id == Duty.plan_id)
        .outerjoin(heads, heads.c.duty_id == Duty.id)
        .where(asked_for(today), scope, Duty.unit_id.in_(units))
        .order_by(Duty.due_on.is_(None), Duty.due_on, Duty.id)
    ).all()
    return (_cells(row, today, zone, words) for row in sorted(rows, key=lambda row: place[row.unit_id]))


def _heads(units: Sequence[int]) -> Subquery:
    """By duty: who was there, over all meetings that were held for it, and the grade of its meeting."""
    return (
        select(
            MeetingDuty.duty_id.label("duty_id"),
            func.sum(Attendance.total).label("total"),
            func.sum(Attendance.exempt + Attendance.elsewhere).label("exempt"),
            func.sum(Attendance.present).label("present"),
            func.max(GRADE).label("grade"),
        )
        .join(Meeting, Meeting.id == MeetingDuty.meeting_id)
        .join(Attendance, Attendance.meeting_id == MeetingDuty.meeting_id)
        .outerjoin(Score, and_(Score.meeting_id == Meeting.id, Score.voted.is_(True)))
        .join(Duty, Duty.id == MeetingDuty.duty_id)
        .where(Meeting.state == MeetingState.HELD, Duty.unit_id.in_(units))
        .group_by(MeetingDuty.duty_id)
        .subquery()
    )


def _cells(row: Any, today: date, zone: ZoneInfo, words: Mapping[str, Any]) -> list[Value]:
    is_open = row.state == DutyState.OPEN
    overdue = is_open and row.last_day is not None and row.last_day < today
    standing = "overdue" if overdue else "returned" if is_open and row.again_on else row.state
    counts = (row.total, row.exempt, row.present) if row.kind == DutyKind.MEETING else (None, None, None)
    return [
        *(row.code, row.name, row.symbol, row.title, row.due_on),
        words["states"][standing],
        Moment(row.done_at, zone).today if row.done_at and not is_open else None,
        "" if row.on_time is None or is_open else words["on_time"][bool(row.on_time)],
        *(None if count is None else int(count) for count in counts),
        row.grade or None,
    ]


def _total_rows(session: Session, scope: ColumnElement[bool], today: date) -> Iterator[list[Value]]:
    plans = session.execute(select(Demand.id, Plan.symbol).join(Plan, Plan.id == Demand.plan_id))
    symbols = {row.id: row.symbol for row in plans}
    for tally in tally_demands(session, scope, today):
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


def _with_figures(words: Mapping[str, Any], asked: Sequence[AskedColumn]) -> dict[str, Any]:
    """The words of the sheet on figures, with a heading for each of them."""
    columns = [*words["columns"], *(column.heading for column in asked)]
    return {**words, "columns": columns, "widths": [*words["widths"], *[FIGURE_WIDTH] * len(asked)]}


def _sheet(book: Workbook, words: Mapping[str, Any], rows: Iterable[list[Value]]) -> None:
    sheet: Any = book.create_sheet(words["name"])
    heads = [ColumnHead(text, width) for text, width in zip(words["columns"], words["widths"], strict=True)]
    last = write_table(sheet, heads, rows)
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(heads))}{last}"
