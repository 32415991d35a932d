"""What somebody answers who writes after a reminder: the duties of which the latest one spoke."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.duties.withdrawing import to_own_people
from bot.tables import Duty, DutyState, Message, MessageState, Reminder

ANSWERED_WITHIN = timedelta(days=2)


def lately_reminded_of(
    session: Session, person_id: int, at: datetime, since: datetime | None = None
) -> Sequence[Duty]:
    """The open duties of the latest reminder that has reached the person in these days, and after `since`, the first to end first."""
    begin = max(at - ANSWERED_WITHIN, since) if since else at - ANSWERED_WITHIN
    latest = (
        select(Message.id)
        .join(Reminder, Reminder.message_id == Message.id)
        .where(
            Message.person_id == person_id,
            Message.state == MessageState.SENT,
            Message.sent_at > begin,
            to_own_people(),
        )
        .order_by(Message.sent_at.desc(), Message.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    spoken_of = select(Reminder.duty_id).where(Reminder.message_id == latest)
    return session.scalars(
        select(Duty)
        .where(Duty.id.in_(spoken_of), Duty.state == DutyState.OPEN)
        .order_by(Duty.due_on.is_(None), Duty.due_on, Duty.id)
    ).all()
