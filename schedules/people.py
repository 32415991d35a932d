"""What went wrong for people is told to the office."""

from datetime import datetime

from bot.talk.desk import Desk
from bot.talk.failures import tell_failures


def tell_of_failures(desk: Desk, at: datetime) -> int:
    """Once an hour, what has failed since; answers how many admins were told."""
    with desk.db.write() as session:
        return tell_failures(desk, session, at)
