"""The office is told what went wrong for people, what is about to run out for them, and what it owes them about their data."""

from datetime import datetime

from bot.talk.allowances import tell_of_allowances
from bot.talk.desk import Desk
from bot.talk.failures import tell_failures
from bot.talk.requests_due import tell_of_requests


def tell_office(desk: Desk, at: datetime) -> int:
    """Once an hour, what has failed since; each share of a channel's allowance once; each request about a person's data before
    and after its day. Answers how many messages were written."""
    with desk.db.write() as session:
        told = tell_failures(desk, session, at) + tell_of_allowances(desk, session, at)
        return told + tell_of_requests(desk, session, at)
