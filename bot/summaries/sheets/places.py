"""The sheets of the leader's workbook on what other installations have reported upward."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.summaries.localities import LocalityFigures
from bot.tables import FigureKind, Locality, LocalityAnswers, LocalityDuties, LocalityMeetings
from bot.workbooks.look import Value


def place_rows(places: Sequence[LocalityFigures]) -> Iterator[list[Value]]:
    """A row for each place, of the month before and this one."""
    for place in places:
        yield [place.name, place.taken_on, *_counts(place)]


def _counts(place: LocalityFigures) -> list[Value]:
    share = place.attendance
    return [
        *(place.units, place.cells),
        *(place.expected, place.on_time, place.late, place.open, place.overdue),
        *(place.held, place.present, place.obliged, None if share is None else float(share)),
    ]


def period_rows(session: Session, words: Mapping[str, Any]) -> Iterator[list[Value]]:
    """Every period that a place has ever reported, the newest first."""
    table = LocalityDuties
    rows = session.execute(
        select(Locality.name, table)
        .join(Locality, Locality.id == table.locality_id)
        .order_by(table.first.desc(), table.last, table.plan, table.issued_on, table.kind, Locality.name)
    )
    for name, row in rows:
        asked = [row.plan or words["no_symbol"], row.issued_on, words["kinds"][row.kind], row.first, row.last]
        yield [name, *asked, row.expected, row.on_time, row.late, row.open, row.overdue]


def answer_rows(session: Session, words: Mapping[str, Any]) -> Iterator[list[Value]]:
    """Every figure of every period that a place has ever reported, the newest first. Of texts there is no sum."""
    table = LocalityAnswers
    rows = session.execute(
        select(Locality.name, table)
        .join(Locality, Locality.id == table.locality_id)
        .order_by(
            table.first.desc(), table.last, table.plan, table.issued_on, table.key, table.kind, Locality.name
        )
    )
    for name, row in rows:
        asked = [row.plan or words["no_symbol"], row.issued_on, row.title, row.first, row.last]
        total = row.total if row.kind == FigureKind.NUMBER else None
        yield [name, *asked, total, row.said, row.answered, row.expected]


def month_rows(session: Session, words: Mapping[str, Any]) -> Iterator[list[Value]]:
    table = LocalityMeetings
    rows = session.execute(
        select(Locality.name, table)
        .join(Locality, Locality.id == table.locality_id)
        .order_by(table.month.desc(), table.kind, Locality.name)
    )
    for name, row in rows:
        share = row.present / row.obliged if row.obliged else None
        yield [name, row.month, words["meetings"][row.kind], row.held, row.present, row.obliged, share]
