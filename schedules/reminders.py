"""Reminders: takes the duties whose next rung has come, tells the unit's people and who is above, moves the duties on."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.calendar import local_day
from bot.reminders import above, own
from bot.reminders.due import advance_duties, claim_due_duties, give_back
from bot.reminders.newcomers import claim_newcomers, missed_rungs
from bot.reminders.staff import staff_of
from bot.store.db import take_turns
from bot.tables import Duty, Membership
from bot.talk.desk import Desk

BATCH = 500


def say_reminders(desk: Desk, at: datetime) -> int:
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
    """How many duties and newcomers were taken, and how many messages written."""
    give_back(session, at, unit_id)
    newcomers = claim_newcomers(session, at, desk.zone, BATCH) if unit_id is None else []
    newly_led = {m.unit_id for m in newcomers if m.role == "secretary"}
    duties = claim_due_duties(session, at, BATCH, unit_id, newly_led)
    done = above.take_done(session, at, BATCH) if unit_id is None else []
    if not (duties or newcomers or done):
        return 0, 0
    staff = staff_of(session, {duty.unit_id for duty in duties} | newly_led, local_day(at, desk.zone))
    spoken = advance_duties(session, duties, at, desk.zone, staff)
    higher = [one for one in spoken if one.timed.rung.to == "above"]
    own_people = [one for one in spoken if one.timed.rung.to != "above"]
    told = own.tell_secretaries(
        desk, session, own_people, at, staff, missed_rungs(session, newcomers, staff, at)
    )
    more = max(len(duties), len(done)) >= BATCH
    told += above.tell_superiors(desk, session, higher, done, at, more=more)
    session.flush()
    return len(duties) + len(newcomers) + len(done), told


def next_reminder_moment(session: Session) -> datetime | None:
    """The moment of the next rung of all, or of the next newcomer, for a clock that can be moved."""
    rung = session.scalar(
        select(Duty.next_reminder_at)
        .where(Duty.next_reminder_at.is_not(None))
        .order_by(Duty.next_reminder_at)
        .limit(1)
    )
    newcomer = session.scalar(
        select(Membership.catch_up_at)
        .where(Membership.catch_up_at.is_not(None), Membership.ended_at.is_(None))
        .order_by(Membership.catch_up_at)
        .limit(1)
    )
    return min((moment for moment in (rung, newcomer) if moment is not None), default=None)
