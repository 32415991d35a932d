"""What is said: it is noted, as at every step."""

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.meetings.questions.question import KnownFact, Question
from bot.tables import Meeting, Note


class NotesQuestion(Question):
    name = "notes"

    def knows(self, session: Session, meeting: Meeting) -> Mapping[str, KnownFact]:
        if not meeting.steps:
            return {}
        noted = session.scalar(select(func.count()).where(Note.meeting_id == meeting.id)) or 0
        return {"notes": KnownFact(noted, {"notes": noted})}
