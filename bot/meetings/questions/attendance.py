"""How many are there; and who writes, where no step is there for that alone."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.meetings.awaiting import line_of
from bot.meetings.counts import counts_of, number_called
from bot.meetings.questions.question import LONGEST, Came, Outcome, Question
from bot.meetings.walk import at_closing, mark_step, present_step
from bot.reading.words import fold, read_yes_no
from bot.tables import Meeting
from bot.tables.walked import StepMark

CLERK = "clerk"


class AttendanceQuestion(Question):
    name = "attendance"
    template = "meetings/questions/attendance"
    kept_as = "counts"
    opens = True
    counted = True

    def reads(self, session: Session, meeting: Meeting, text: str) -> bool:
        before = counts_of(session, meeting)
        return is_counts(text, before.total if before else number_called(session, meeting.unit))

    def may_be_meant(self, session: Session, meeting: Meeting) -> bool:
        return not (asks_clerk(meeting) and counts_of(session, meeting))

    def overhears(self, session: Session, meeting: Meeting, text: str) -> bool:
        figures = len(text) <= LONGEST and any(map(str.isdigit, text))
        return figures and line_of(text, number_called(session, meeting.unit)) in ("counts", "share")

    def outcome(self, came: Came) -> Outcome | None:
        if came.total is None:
            return None
        return Outcome("attendance", {"present": came.present, "total": came.total})


def is_counts(text: str, total_known: int | None) -> bool:
    """Whether somebody says how many are there or away, be it with figures that do not go together."""
    return len(text) <= LONGEST and read_yes_no(text) is not False and line_of(text, total_known) != ""


def mark_counted(meeting: Meeting, at: datetime) -> None:
    """Everybody has been counted: the step that asked for it is done, unless it asks who writes as well."""
    waits = at_closing(meeting) or present_step(meeting).asks != AttendanceQuestion.name
    if not waits and not asks_clerk(meeting, open_only=True):
        mark_step(meeting, StepMark.DONE, at)


def names_people(meeting: Meeting) -> bool:
    """Whether the clerk is chosen at the present step: where no step is there for it alone, with the attendance."""
    step = present_step(meeting)
    alone = any(one.key == CLERK for one in meeting.steps)
    return step.key == CLERK if alone else step.asks == AttendanceQuestion.name


def asks_clerk(meeting: Meeting, *, open_only: bool = False) -> bool:
    """Whether the present step, alone or with the attendance, asks who writes; `open_only`: and nobody has said it yet."""
    step = present_step(meeting)
    asked = names_people(meeting) and (step.key == CLERK or "thu ky" in fold(step.title))
    return asked and not (open_only and meeting.clerk)
