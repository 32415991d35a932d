"""Reminders that still wait are taken back, and said anew to whoever is to hear them now."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from bot.people.newcomers import look_again_at
from bot.people.roles import MAY
from bot.tables import (
    Duty,
    DutyState,
    Membership,
    Message,
    MessageKind,
    MessageState,
    Reminder,
    ReminderKind,
)

YEAR = timedelta(days=366)
TOLD_ABOVE = (MessageKind.ABOVE, MessageKind.SUMMARY)
"""The messages that tell who is above of what units owe."""


def to_own_people() -> ColumnElement[bool]:
    """A message (a condition on Message) to a unit's own people about what they owe, none about it to who is above them."""
    return Message.kind.not_in(TOLD_ABOVE)


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
    _undo(session, taken, at, gone=set() if anew else set(duty_ids))
    _sum_anew(session, taken, at)
    session.flush()


def withdraw_outdated(session: Session, message_ids: Collection[int], at: datetime) -> set[int]:
    """Of these messages, which were to go out on an earlier day, takes back those that remind: what they say of that day ("hôm nay", "còn 3
    ngày") is true no more, and what still holds is said anew. Answers which."""
    of_ladder = Reminder.kind.in_((ReminderKind.RUNG, ReminderKind.CATCH_UP))
    reminding = Reminder.message_id.in_(message_ids), to_own_people()
    rows = session.execute(
        select(Reminder.message_id, of_ladder)
        .join(Message, Message.id == Reminder.message_id)
        .where(*reminding)
    ).all()
    taken = {number for number, _ in rows} - {number for number, plain in rows if not plain}
    if taken:
        session.execute(
            update(Message)
            .where(Message.id.in_(taken))
            .values(state=MessageState.WITHDRAWN, held_by=None)
            .execution_options(synchronize_session=False)
        )
        _undo(session, taken, at)
        session.flush()
    return taken


def _undo(
    session: Session, message_ids: Collection[int], at: datetime, gone: Collection[int] = frozenset()
) -> None:
    """What these messages were to say has not been said; it is said anew, but of duties that are `gone`."""
    rows = session.execute(
        select(Reminder, Duty)
        .join(Duty, Duty.id == Reminder.duty_id)
        .where(Reminder.message_id.in_(message_ids))
    ).all()
    for said, duty in rows:
        if said.kind == ReminderKind.CATCH_UP:
            look_again_at(session, duty.unit_id, at)
        elif said.kind == ReminderKind.DONE:
            duty.next_reminder_at = at if duty.state == DutyState.DONE else duty.next_reminder_at
        elif duty.id not in gone and said.kind != ReminderKind.SUMMARY:
            _say_anew(duty, said.rung_at, at)
    session.execute(
        delete(Reminder)
        .where(Reminder.message_id.in_(message_ids))
        .execution_options(synchronize_session="fetch")
    )


def _sum_anew(session: Session, message_ids: Collection[int], at: datetime) -> None:
    """A leader's summary that has been taken back is made anew, with what holds now."""
    people = select(Message.person_id).where(Message.id.in_(message_ids), Message.kind == MessageKind.SUMMARY)
    leaders = session.scalars(
        select(Membership).where(
            Membership.person_id.in_(people), Membership.role.in_(MAY["sum"]), Membership.ended_at.is_(None)
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
