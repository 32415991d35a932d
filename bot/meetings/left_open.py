"""A meeting that was begun and never ended: it would stand in the way of the next of its kind for ever."""

from datetime import timedelta

from sqlalchemy.orm import Session

from bot.calendar import Moment
from bot.duties.life import set_reminder
from bot.meetings.joining import duties_of
from bot.meetings.meetings import live_meeting, lock_unit, other_running
from bot.meetings.walk import enter_step
from bot.problems import Invalid
from bot.tables import Meeting, MeetingState

FORGOTTEN = timedelta(days=7)
"""A meeting may be gone on with some days later; after so long that is not taken for granted."""


def days_open(meeting: Meeting, moment: Moment) -> timedelta:
    """How many days ago a running meeting began."""
    began = meeting.started_at
    return moment.today - moment.day_of(began) if began else timedelta()


def pass_to_close(meeting: Meeting, moment: Moment) -> None:
    """All steps are behind: what is left is the count and the end. None is marked as done that was not."""
    meeting.step = len(meeting.steps)
    enter_step(meeting, moment.at)


def set_aside(session: Session, meeting: Meeting, moment: Moment) -> None:
    """The meeting counts for nothing; what was noted stays with it, and what it was to answer is open again."""
    meeting.state = MeetingState.CANCELLED
    session.flush()
    for duty in duties_of(session, meeting):
        set_reminder(session, duty, moment)


def take_up_again(session: Session, meeting: Meeting, moment: Moment) -> None:
    """Goes on with a meeting that was set aside. Raises Invalid: meeting_other_running, meeting_replaced."""
    lock_unit(session, meeting.unit_id)
    if meeting.started_at is None or meeting.marks.closed_at is not None:
        raise Invalid("meeting_replaced")
    if other_running(session, meeting.unit_id, meeting.kind, meeting) is not None:
        raise Invalid("meeting_other_running")
    if any(live_meeting(session, meeting.unit_id, duty.id) for duty in duties_of(session, meeting)):
        raise Invalid("meeting_replaced")
    meeting.state = MeetingState.RUNNING
    session.flush()
    for duty in duties_of(session, meeting):
        set_reminder(session, duty, moment)
