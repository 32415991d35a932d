"""What a person has said to have received of what they were reminded of."""

from datetime import datetime

from sqlalchemy import Select, and_, or_, select, update
from sqlalchemy.orm import Session

from bot.duties.outlook import WORDED_WITH
from bot.duties.withdrawing import to_own_people
from bot.tables import Duty, DutyState, Message, MessageState, Person, Reminder


def note_receipt(session: Session, person: Person, duty: Duty, at: datetime) -> list[Duty]:
    """Writes down that the latest message which reminded the person of the duty has come, the first time that it is said.

    Answers the duties of that message that are open, the first to end first; the duty itself where no message is known.
    """
    message_id = session.scalar(_latest_about(person, duty))
    session.execute(
        update(Reminder)
        .where(Reminder.message_id == message_id, Reminder.person_id == person.id, Reminder.got_at.is_(None))
        .values(got_at=at)
    )
    spoken_of = select(Reminder.duty_id).where(Reminder.message_id == message_id)
    return list(
        session.scalars(
            select(Duty)
            .where(or_(Duty.id == duty.id, Duty.id.in_(spoken_of)), Duty.state == DutyState.OPEN)
            .order_by(Duty.due_on.is_(None), Duty.due_on, Duty.id)
            .options(*WORDED_WITH)
        )
    )


def _latest_about(person: Person, duty: Duty) -> Select[int]:
    # It may have been read before it is marked as sent.
    gone_out = or_(
        Message.state == MessageState.SENT, and_(Message.state == MessageState.WAITING, Message.attempts > 0)
    )
    return (
        select(Message.id)
        .join(Reminder, Reminder.message_id == Message.id)
        .where(Reminder.person_id == person.id, Reminder.duty_id == duty.id, to_own_people(), gone_out)
        .order_by(Message.sent_at.is_(None).desc(), Message.sent_at.desc(), Message.id.desc())
        .limit(1)
    )
