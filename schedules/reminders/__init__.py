"""Reminders: takes the duties whose next rung has come, tells the unit's people and who is above, moves the duties on."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.chat import Desk
from bot.db import take_turns
from bot.models import Duty
from schedules.reminders import above, own
from schedules.reminders.due import come, give_back, take

BATCH = 500


def tick(desk: Desk, at: datetime) -> int:
    """Says what has come by `at`; answers how many messages were written."""
    written = 0
    while True:
        with desk.db.write() as session:
            # Rows locked one by one would let two replicas share a unit's morning: two messages instead of one.
            take_turns(session, "reminders")
            taken, told = _say_batch(desk, session, at)
        written += told
        if not taken:
            return written
        desk.wake()


def say_due(desk: Desk, session: Session, at: datetime, *, unit_id: int | None = None) -> int:
    """Says what has come by `at`, for one batch of units or for all that the one unit owes, in the caller's transaction.

    Answers how many messages were written. Nothing is committed.
    """
    return _say_batch(desk, session, at, unit_id)[1]


def _say_batch(desk: Desk, session: Session, at: datetime, unit_id: int | None = None) -> tuple[int, int]:
    """How many duties were taken, and how many messages written."""
    give_back(session, at, unit_id)
    duties = take(session, at, BATCH, unit_id)
    if not duties:
        return 0, 0
    spoken = come(session, duties, at, desk.zone)
    higher = [one for one in spoken if one.timed.rung.to == "above"]
    told = own.tell(desk, session, [one for one in spoken if one.timed.rung.to != "above"], at)
    told += above.tell(desk, session, higher, at, more=len(duties) >= BATCH)
    session.flush()
    return len(duties), told


def next_moment(session: Session) -> datetime | None:
    """The moment of the next rung of all, for a clock that can be moved."""
    return session.scalar(
        select(Duty.next_reminder_at)
        .where(Duty.next_reminder_at.is_not(None))
        .order_by(Duty.next_reminder_at)
        .limit(1)
    )
