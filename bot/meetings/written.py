"""How much of a meeting has been written down: notes, votes and tasks, at a step and in all."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, bindparam, func, select
from sqlalchemy.orm import Session

from bot.meetings.votes import AFTER
from bot.store.known import Known
from bot.tables import Meeting, Note, Task, Vote


@dataclass(frozen=True, slots=True)
class Written:
    notes: int
    votes: int
    tasks: int


def _numbers(*where: ColumnElement[bool]) -> Known:
    """Of the notes, the votes and the tasks for which the conditions hold, in this order; the vote on the meeting's score belongs to
    the score alone."""
    whose = zip((Note.meeting_id, Vote.meeting_id, Task.meeting_id), where, strict=True)
    counted = (select(func.count()).where(meeting == bindparam("meeting"), one) for meeting, one in whose)
    return Known(select(*(query.scalar_subquery() for query in counted)))


_AT_STEP = _numbers(*(kind.step == bindparam("step") for kind in (Note, Vote, Task)))
_IN_ALL = _numbers(*(kind.step != AFTER for kind in (Note, Vote, Task)))


def written_at(session: Session, meeting: Meeting, step: int) -> Written:
    """What was written down at the step."""
    return _counted(session, _AT_STEP, {"meeting": meeting.id, "step": step})


def written_in_all(session: Session, meeting: Meeting) -> Written:
    return _counted(session, _IN_ALL, {"meeting": meeting.id})


def _counted(session: Session, numbers: Known, its: dict[str, int]) -> Written:
    session.flush()
    return Written(*numbers.rows(session, its)[0])
