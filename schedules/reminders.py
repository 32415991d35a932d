"""Reminders: says what has come of each unit's duties."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.reminders import saying
from bot.store.db import bulk_span, take_turns
from bot.store.turns import Portion
from bot.tables import Duty, Membership
from bot.talk.desk import Desk


def say_reminders(desk: Desk, at: datetime) -> int:
    """Says what has come by `at`; answers how many messages were written."""
    written = 0
    portion = Portion(saying.BATCH, bulk_span(desk.db.engine))
    while True:
        with desk.db.write() as session, portion.timed() as most:
            # Rows locked one by one would let two replicas share a unit's morning: two messages instead of one.
            take_turns(session, "reminders")
            taken, told = saying.say_due(desk, session, at, most)
        written += told
        if taken:
            desk.wake()
        if taken < most:
            return written


_RUNG = (
    select(Duty.next_reminder_at)
    .where(Duty.next_reminder_at.is_not(None))
    .order_by(Duty.next_reminder_at)
    .limit(1)
)
_NEWCOMER = (
    select(Membership.catch_up_at)
    .where(Membership.catch_up_at.is_not(None), Membership.ended_at.is_(None))
    .order_by(Membership.catch_up_at)
    .limit(1)
)


def next_reminder_moment(session: Session) -> datetime | None:
    """The moment of the next rung of all, or of the next newcomer, for a clock that can be moved."""
    moments = session.scalar(_RUNG), session.scalar(_NEWCOMER)
    return min((moment for moment in moments if moment is not None), default=None)
