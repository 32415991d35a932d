"""Meetings: what they have given out comes back before its day; who above has said something of one hears what becomes of it."""

from datetime import datetime

from bot.meetings.leader_news import tell_leaders_of_meetings
from bot.meetings.tasks_due import remind_of_tasks
from bot.talk.desk import Desk


def tell_of_meetings(desk: Desk, at: datetime) -> int:
    return tell_leaders(desk, at) + remind_tasks(desk, at)


def remind_tasks(desk: Desk, at: datetime) -> int:
    """Tells of tasks whose day comes near; answers how many messages were written."""
    return remind_of_tasks(desk, at)


def tell_leaders(desk: Desk, at: datetime) -> int:
    """Tells leaders of the meetings that they have spoken of; answers how many messages were written."""
    return tell_leaders_of_meetings(desk, at)
