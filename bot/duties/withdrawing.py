"""Reminders that still wait are taken back, and said anew to whoever is to hear them now."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from bot.duties.ladder import said_at
from bot.people.newcomers import CAUGHT_UP, look_again_at
from bot.tables import Duty, DutyState, Membership, Message, MessageState, Reminder, Role

YEAR = timedelta(days=366)
ABOVE_KEY, SUMMARY_KEY = ABOVE_KEYS = ("above:", "summary:")
"""How the keys of messages begin that tell who is above of what units owe."""
DONE, SUMMED = "done", "summary"
"""Under these it is written down that who is above was told of a duty: that it is done after all; that it is late, in a summary."""


def to_own_people() -> ColumnElement[bool]:
    """A message (a condition on Message) to a unit's own people about what they owe, none about it to who is above them."""
    above_keys = [Message.key.like(f"{start}%") for start in ABOVE_KEYS]
    return or_(Message.key.is_(None), ~or_(*above_keys))


def withdraw_reminders(
    session: Session, duty_ids: Sequence[int], at: datetime, *, anew: bool = False
) -> None:
    """Takes back waiting messages that speak of these duties; the other open duties of those messages are said anew.

    With `anew` these duties themselves are said again too, in the words of now.
    """
    waiting = (
        select(Reminder.message_id)
        .join(Message, Message.id == Reminder.message_id)
        .where(Reminder.duty_id.in_(duty_ids), Message.state == MessageState.WAITING)
    )
    taken = set(session.scalars(waiting))
    if not taken:
        return
    session.execute(
        update(Message)
        .where(Message.id.in_(taken), Message.state == MessageState.WAITING)
        .values(state=MessageState.WITHDRAWN)
        .execution_options(synchronize_session=False)
    )
    gone = set() if anew else set(duty_ids)
    rows = session.execute(
        select(Reminder, Duty).join(Duty, Duty.id == Reminder.duty_id).where(Reminder.message_id.in_(taken))
    ).all()
    for said, duty in rows:
        if said.rung.startswith(CAUGHT_UP):
            look_again_at(session, duty.unit_id, at)
        elif said.rung.startswith(f"{DONE}@"):
            duty.next_reminder_at = at if duty.state == DutyState.DONE else duty.next_reminder_at
        elif duty.id not in gone and not said.rung.startswith(f"{SUMMED}@"):
            _say_anew(duty, said_at(said.rung), at)
    _sum_anew(session, taken, at)
    session.execute(
        delete(Reminder).where(Reminder.message_id.in_(taken)).execution_options(synchronize_session="fetch")
    )
    session.flush()


def _sum_anew(session: Session, message_ids: Collection[int], at: datetime) -> None:
    """A leader's summary that has been taken back is made anew, with what holds now."""
    people = select(Message.person_id).where(Message.id.in_(message_ids), Message.key.startswith(SUMMARY_KEY))
    leaders = session.scalars(
        select(Membership).where(
            Membership.person_id.in_(people), Membership.role == Role.LEADER, Membership.ended_at.is_(None)
        )
    )
    for leader in leaders:
        leader.next_summary_at = at
        leader.summed_on = leader.summed_on and leader.summed_on - timedelta(days=1)


def hand_over(session: Session, person_id: int, at: datetime, *, unit_id: int | None = None) -> None:
    """Takes back the reminders that still wait for this person (about one unit), and lets the tick say them to whoever is
    spoken to now."""
    waiting = (
        select(Reminder.duty_id)
        .join(Message, Message.id == Reminder.message_id)
        .join(Duty, Duty.id == Reminder.duty_id)
        .where(Reminder.person_id == person_id, Message.state == MessageState.WAITING)
    )
    if unit_id is not None:
        waiting = waiting.where(Duty.unit_id == unit_id)
    ids = sorted(set(session.scalars(waiting)))
    if ids:
        withdraw_reminders(session, ids, at, anew=True)


def _say_anew(duty: Duty, rung_at: datetime | None, at: datetime) -> None:
    """Lets the tick find the rung that holds now; who has had that one already is passed over.

    A rung that has been brought forward in between would be lost if only that one moment were gone back.
    """
    if duty.state == DutyState.OPEN and rung_at is not None:
        duty.reminded_until, duty.next_reminder_at = rung_at - YEAR, at
