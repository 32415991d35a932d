"""What did not get out on its day is not said on the next one in the words of that day."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.duties.withdrawing import withdraw_outdated
from bot.reminders.above import word_above
from bot.reminders.later import word_again
from bot.tables import Message, MessageKind
from bot.talk.desk import Desk
from bot.talk.outbox import HOLD


def renew_outdated(desk: Desk, session: Session, message_ids: Collection[int], at: datetime) -> set[int]:
    """Of messages just claimed, which were due on an earlier day: reminders of the ladder are taken back, and said anew by the tick;
    what else speaks of what is owed is put into the words of today, and may be claimed again at once. Answers which are not to go out
    as they were claimed."""
    taken = withdraw_outdated(session, message_ids, at)
    of_above = Message.id.in_(message_ids), Message.kind == MessageKind.ABOVE
    above = set(session.scalars(select(Message.id).where(*of_above)))
    if above:
        word_above(desk, session, above, at)
    worded = above | word_again(desk, session, set(message_ids) - taken, at)
    if worded:
        session.execute(
            update(Message)
            .where(Message.id.in_(worded))
            .values(due_at=at, hold_until=at + HOLD, held_by=None, attempts=0)
            .execution_options(synchronize_session=False)
        )
    return taken | worded
