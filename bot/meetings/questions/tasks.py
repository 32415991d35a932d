"""Who does what by when."""

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.meetings.questions.question import Came, KnownFact, Outcome, Question
from bot.meetings.questions.read_back import agrees_to_minutes
from bot.meetings.tasks import WHAT_LIMIT
from bot.reading.words import read_yes_no
from bot.tables import Aside, Meeting, Task


class TasksQuestion(Question):
    name = "tasks"
    template = "meetings/questions/tasks"
    kept_as = "task"
    unsaid = "no_tasks"

    def reads(self, session: Session, meeting: Meeting, text: str) -> bool:
        return len(text) <= WHAT_LIMIT and read_yes_no(text) is None and not agrees_to_minutes(text)

    def may_be_meant(self, session: Session, meeting: Meeting) -> bool:
        return True

    def undoes(self, session: Session, meeting: Meeting, aside: Aside) -> None:
        task = session.get(Task, aside.kept_id) if aside.kept_id else None
        if task is not None and task.meeting_id == meeting.id:
            session.delete(task)

    def outcome(self, came: Came) -> Outcome | None:
        return Outcome("tasks", {"count": came.tasks}) if came.tasks else None

    def knows(self, session: Session, meeting: Meeting) -> Mapping[str, KnownFact]:
        if not meeting.steps:
            return {}
        given = session.scalar(select(func.count()).where(Task.meeting_id == meeting.id)) or 0
        return {"tasks_given": KnownFact(given, {"given": given})}
