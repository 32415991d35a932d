"""That a message lies in a web chat is to be said on the devices that ring there: written when the message is in the talk."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from bot.tables import Message, MessageKind, Push, PushSubscription, Reminder


@dataclass(frozen=True, slots=True)
class _Told:
    """A message, and what it is about: a duty or a meeting, where it is about one alone."""

    id: int
    contact_id: int
    duty_id: int | None
    meeting_id: int | None
    urgent: bool
    """A reminder of one's own work: a phone that sleeps is woken for it."""

    @property
    def topic(self) -> str:
        """Numbers alone: the push service can read it. At most 32 letters of base64url (RFC 8030)."""
        if self.duty_id is not None:
            return f"d{self.duty_id}"
        return f"g{self.meeting_id}" if self.meeting_id is not None else f"m{self.id}"


def note_pushes(session: Session, message_ids: Collection[int], at: datetime) -> None:
    """One push for each device of these messages' web chats. A newer one about the same takes the place of an older."""
    if not message_ids:
        return
    chats = select(Message.contact_id).where(Message.id.in_(message_ids))
    devices = session.execute(
        select(PushSubscription.id, PushSubscription.contact_id)
        .where(PushSubscription.contact_id.in_(chats))
        .order_by(PushSubscription.id)
        # A device that is just being ended is passed over.
        .with_for_update(read=True, key_share=True, skip_locked=True)
    ).all()
    if not devices:
        return
    for told in _told(session, message_ids):
        for device in devices:
            if device.contact_id == told.contact_id:
                _note(session, device.id, told, at)


def _told(session: Session, message_ids: Collection[int]) -> Sequence[_Told]:
    least, most = func.min(Reminder.duty_id), func.max(Reminder.duty_id)
    found = (
        select(
            *(Message.id, Message.contact_id, Message.meeting_id, Message.kind),
            *(least.label("least"), most.label("most")),
        )
        .outerjoin(Reminder, Reminder.message_id == Message.id)
        .where(Message.id.in_(message_ids))
        .group_by(Message.id, Message.contact_id, Message.meeting_id, Message.kind)
        .order_by(Message.id)
    )
    return [
        _Told(
            row.id,
            row.contact_id,
            row.least if row.least == row.most else None,
            row.meeting_id,
            urgent=row.most is not None and row.kind == MessageKind.PLAIN,
        )
        for row in session.execute(found)
    ]


def _note(session: Session, device_id: int, told: _Told, at: datetime) -> None:
    same = delete(Push).where(Push.subscription_id == device_id, Push.topic == told.topic)
    session.execute(same.execution_options(synchronize_session=False))
    facts = {"subscription_id": device_id, "message_id": told.id, "topic": told.topic, "attempts": 0}
    session.execute(insert(Push).values(urgent=told.urgent, created_at=at, due_at=at, **facts))
