"""The kinds of questions that the steps of a meeting ask: a file each, and a line here."""

from sqlalchemy.orm import Session

from bot.meetings.questions.attendance import AttendanceQuestion, asks_clerk
from bot.meetings.questions.last_tasks import LastTasksQuestion
from bot.meetings.questions.notes import NotesQuestion
from bot.meetings.questions.question import Question
from bot.meetings.questions.read_back import ReadBackQuestion
from bot.meetings.questions.speakers import SpeakersQuestion
from bot.meetings.questions.tasks import TasksQuestion
from bot.meetings.questions.vote import VoteQuestion
from bot.meetings.walk import at_closing, present_step
from bot.tables import Meeting, MeetingState

NOTHING = Question()
QUESTIONS: dict[str, Question] = {
    one.name: one
    for one in (
        NOTHING,
        AttendanceQuestion(),
        NotesQuestion(),
        SpeakersQuestion(),
        VoteQuestion(),
        TasksQuestion(),
        LastTasksQuestion(),
        ReadBackQuestion(),
    )
}
"""In the order of the format (bot/plans/agenda.py)."""


def question_of(asks: str) -> Question:
    """The kind of that name; of one that is no more, the kind that asks nothing."""
    return QUESTIONS.get(asks, NOTHING)


def present_question(meeting: Meeting) -> Question:
    """What the present step asks; nothing once all steps are behind."""
    return NOTHING if at_closing(meeting) else question_of(present_step(meeting).asks)


def kept_by(kept_as: str) -> Question:
    """The kind whose answers are written down as that."""
    return next((one for one in QUESTIONS.values() if one.kept_as == kept_as), NOTHING)


def meant_as(session: Session, meeting: Meeting, text: str) -> str | None:
    """What a note of the present step may have been meant as: what the step asks for, else what the words surely tell."""
    if meeting.state != MeetingState.RUNNING or at_closing(meeting):
        return None
    question = present_question(meeting)
    meant = question.may_be_meant(session, meeting)
    told = next((one.kept_as for one in QUESTIONS.values() if one.overhears(session, meeting, text)), None)
    if asks_clerk(meeting) and not (question.opens and meant):
        return told or "clerk"
    return question.kept_as if meant else told
