"""Meetings: what they have given out comes back before its day."""

from datetime import datetime

from bot.meetings.tasks_due import remind_of_tasks
from bot.talk.desk import Desk


def remind_tasks(desk: Desk, at: datetime) -> int:
    """Tells of tasks whose day comes near; answers how many messages were written."""
    return remind_of_tasks(desk, at)
