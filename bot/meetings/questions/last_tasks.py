"""What earlier meetings gave out and is not done: how it stands."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.meetings.questions.question import Came, KnownFact, Outcome, Question
from bot.meetings.tasks import read_outcome, to_review
from bot.tables import Meeting, Task, TaskState


class LastTasksQuestion(Question):
    name = "last_tasks"
    template = "meetings/questions/last_tasks"
    kept_as = "outcome"
    looks_back = True

    def shows(self, session: Session, meeting: Meeting) -> Mapping[str, Any]:
        return {"waiting": len(to_review(session, meeting))}

    def reads(self, session: Session, meeting: Meeting, text: str) -> bool:
        return len(to_review(session, meeting)) == 1 and read_outcome(text) is not None

    def may_be_meant(self, session: Session, meeting: Meeting) -> bool:
        return bool(to_review(session, meeting))

    def outcome(self, came: Came) -> Outcome | None:
        return Outcome("reviewed", {"count": came.reviewed}) if came.reviewed else None

    def knows(self, session: Session, meeting: Meeting) -> Mapping[str, KnownFact]:
        """How many of the tasks that the meeting looked back at were done."""
        states = session.scalars(select(Task.state).where(Task.reviewed_id == meeting.id)).all()
        kept = [state for state in states if state != TaskState.DROPPED]
        if not kept:
            return {}
        done = kept.count(TaskState.DONE)
        return {"tasks_done": KnownFact(Fraction(done, len(kept)), {"done": done, "all": len(kept)})}
