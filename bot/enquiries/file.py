"""The office's file of questions and answers: what a sheet of them would change, and changing it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.reading.words import fold
from bot.tables import Enquiry, Unit

LONGEST_QUESTION, LONGEST_ANSWER, LONGEST_OTHERS = 200, 1500, 1500
MOST = 500
"""So many questions may an office have."""


@dataclass(frozen=True, slots=True)
class EnquiryRow:
    """A row of the sheet; without an answer the question is to go."""

    question: str
    answer: str
    others: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        return fold(self.question)


@dataclass
class FileChanges:
    """The questions that are added, changed, taken out, and how many stay as they are."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    kept: int = 0


def enquiries_of(session: Session, unit_id: int) -> list[Enquiry]:
    return list(session.scalars(select(Enquiry).where(Enquiry.unit_id == unit_id).order_by(Enquiry.id)))


def write_enquiries(session: Session, unit: Unit, rows: Sequence[EnquiryRow], at: datetime) -> FileChanges:
    """Adds and changes what the rows say and takes out what they say is to go; questions that no row names stay."""
    known = {one.mark: one for one in enquiries_of(session, unit.id)}
    changes = FileChanges()
    for row in rows:
        old = known.get(row.mark)
        if not row.answer:
            if old is not None:
                session.delete(old)
                changes.removed.append(old.question)
        elif old is None:
            session.add(
                Enquiry(
                    unit_id=unit.id,
                    mark=row.mark,
                    question=row.question,
                    answer=row.answer,
                    others=row.others,
                    changed_at=at,
                )
            )
            changes.added.append(row.question)
        elif (old.question, old.answer, old.others) == (row.question, row.answer, row.others):
            changes.kept += 1
        else:
            old.question, old.answer, old.others, old.changed_at = row.question, row.answer, row.others, at
            changes.changed.append(row.question)
    session.flush()
    return changes


def add_answer(session: Session, unit: Unit, row: EnquiryRow, at: datetime) -> None:
    """One more question with its answer; a question that is there already gets this answer, and keeps its other forms."""
    old = next((one for one in enquiries_of(session, unit.id) if one.mark == row.mark), None)
    others = tuple(dict.fromkeys((*old.others, *row.others))) if old else row.others
    write_enquiries(session, unit, [EnquiryRow(row.question, row.answer, others)], at)
