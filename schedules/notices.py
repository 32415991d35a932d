"""Notices: what a committee has written goes out when its moment has come."""

from datetime import datetime

from bot.notices import sending
from bot.talk.desk import Desk


def send_notices(desk: Desk, at: datetime) -> int:
    """Sends what has come due; answers how many messages were written."""
    return sending.send_notices(desk, at)
