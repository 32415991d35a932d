"""The sheet of the reports that were asked for: when they came, in how many versions, which files, what has been said of them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from bot.calendar import Moment
from bot.duties.counting import last_day
from bot.summaries.sheets.asked import AskedTable, unit_portions
from bot.summaries.sheets.units import standing_of
from bot.tables import Demand, Duty, DutyKind, Plan, Submission, SubmissionFile, Unit
from bot.workbooks.look import Value


def report_rows(session: Session, table: AskedTable, words: Mapping[str, Any]) -> Iterator[list[Value]]:
    """A row for each report of each unit, with the newest version that was handed in."""
    for units in unit_portions(session, and_(table.asked, Duty.kind == DutyKind.REPORT)):
        yield from _portion(session, table, words, units)


def _portion(
    session: Session, table: AskedTable, words: Mapping[str, Any], units: Sequence[int]
) -> Iterator[list[Value]]:
    newest = (
        select(Submission.duty_id, func.max(Submission.version).label("version"))
        .join(Duty, Duty.id == Submission.duty_id)
        .where(Duty.unit_id.in_(units), Submission.version.is_not(None))
        .group_by(Submission.duty_id)
        .subquery()
    )
    rows = session.execute(
        select(
            *(
                Duty.unit_id,
                Unit.code,
                Unit.name,
                Plan.symbol,
                Demand.title,
                Duty.due_on,
                Duty.state,
                Duty.again_on,
            ),
            *(last_day().label("last_day"), Submission.id, Submission.handed_at, Submission.version),
            *(Submission.on_time, Submission.state.label("looked_at")),
        )
        .join(Unit, Unit.id == Duty.unit_id)
        .join(Demand, Demand.id == Duty.demand_id)
        .join(Plan, Plan.id == Duty.plan_id)
        .outerjoin(newest, newest.c.duty_id == Duty.id)
        .outerjoin(Submission, and_(Submission.duty_id == Duty.id, Submission.version == newest.c.version))
        .where(table.asked, Duty.kind == DutyKind.REPORT, Duty.unit_id.in_(units))
        .order_by(Duty.due_on.is_(None), Duty.due_on, Duty.id)
    ).all()
    files = _files(session, [row.id for row in rows if row.id is not None])
    place = {unit_id: number for number, unit_id in enumerate(units)}
    for row in sorted(rows, key=lambda row: place[row.unit_id]):
        yield _cells(row, files.get(row.id, []), table.moment, words)


def _files(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    """By version handed in: the names of its files in order."""
    found: dict[int, list[str]] = {}
    its = select(SubmissionFile.submission_id, SubmissionFile.name).where(
        SubmissionFile.submission_id.in_(ids)
    )
    for row in session.execute(its.order_by(SubmissionFile.submission_id, SubmissionFile.position)):
        found.setdefault(row.submission_id, []).append(row.name)
    return found


def _cells(row: Any, files: Sequence[str], moment: Moment, words: Mapping[str, Any]) -> list[Value]:
    on_time = "" if row.on_time is None else words["on_time"][row.on_time]
    return [
        *(row.code, row.name, row.symbol, row.title.replace("{unit}", row.name), row.due_on),
        words["states"][standing_of(row, moment.today)],
        Moment(row.handed_at, moment.zone).today if row.handed_at else None,
        *(row.version, on_time, words["looked_at"].get(row.looked_at, "") if row.id else ""),
        *(len(files) or None, "; ".join(files) or None),
    ]
