"""What went wrong for people is told to the office, and what is about to run out for them."""

from datetime import datetime

from bot.talk.allowances import tell_of_allowances
from bot.talk.desk import Desk
from bot.talk.failures import tell_failures


def tell_office(desk: Desk, at: datetime) -> int:
    """Once an hour, what has failed since; each share of a channel's allowance once. Answers how many messages were written."""
    with desk.db.write() as session:
        return tell_failures(desk, session, at) + tell_of_allowances(desk, session, at)
