"""Takes the duties whose next rung has come, tells the unit's people and who is above, moves the duties on."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.people.staff import staff_of
from bot.reminders import above, own
from bot.reminders.alike import part_alike, tell_alike
from bot.reminders.claiming import claim_due_duties, give_back
from bot.reminders.due import advance_duties
from bot.reminders.newcomers import claim_newcomers, missed_rungs
from bot.tables import Role
from bot.talk.desk import Desk

BATCH = 400
"""So many duties are taken at first; the clock finds out how many go at once."""


def say_due(
    desk: Desk, session: Session, at: datetime, most: int = BATCH, *, unit_id: int | None = None
) -> tuple[int, int]:
    """Says what has come by `at`, for about `most` duties or for all that the one unit owes, in the caller's transaction.

    Answers how many duties and newcomers were taken, and how many messages written. Nothing is committed.
    """
    give_back(session, at, unit_id)
    newcomers = claim_newcomers(session, desk.moment(at), most) if unit_id is None else []
    newly_led = {m.unit_id for m in newcomers if m.role == Role.SECRETARY}
    due = claim_due_duties(session, at, most, unit_id, newly_led)
    done = above.take_done(session, at, most) if unit_id is None else []
    if not (due or newcomers or done):
        return 0, 0
    duties, many = part_alike(session, due, newly_led, desk.moment(at))
    staff = staff_of(session, {duty.unit_id for duty in duties} | newly_led, desk.moment(at).today)
    followers = {number: [one.duty_id for one in some[1:]] for number, some in many.items()}
    spoken = advance_duties(session, duties, desk.moment(at), staff, followers)
    told = tell_alike(desk, session, [one for one in spoken if one.duty.id in many], many, at, staff)
    spoken = [one for one in spoken if one.duty.id not in many]
    higher = [one for one in spoken if one.timed.rung.to == "above"]
    own_people = [one for one in spoken if one.timed.rung.to != "above"]
    told += own.tell_secretaries(
        desk, session, own_people, at, staff, missed_rungs(session, newcomers, staff, at)
    )
    more = max(len(due), len(done)) >= most
    told += above.tell_superiors(desk, session, higher, done, at, more=more)
    session.flush()
    return len(due) + len(newcomers) + len(done), told
