"""What is said of a duty beside its ladder: once more at a chosen moment, or in the name of the committee."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from bot.calendar import next_allowed
from bot.duties.outlook import duty_outlook
from bot.people.nudging import nudge_key
from bot.tables import Duty, Message, Person, Reminder, ReminderKind
from bot.talk import outbox
from bot.talk.chat import Chat


def remind_later(chat: Chat, duty: Duty, moment: datetime) -> None:
    """Writes the reminder of a duty once more, to go out at `moment`, unless the duty is done by then."""
    view = duty_outlook(chat.session, duty, replace(chat.moment, at=moment))
    reply = chat.desk.render.reply("reminders/again", {"view": view, "today": chat.today})
    message = outbox.post_message(chat.session, chat.contact, reply, chat.at, bulk=True, due_at=moment)
    chat.session.flush()
    _speaks_of(
        chat, message, duty, chat.person.id, ReminderKind.SNOOZE, f"snooze@{moment:%Y%m%d%H%M}-{message.id}"
    )


def nudge_person(chat: Chat, person: Person, duty: Duty) -> bool:
    """Reminds somebody of a duty in the name of the committee, once a day; False when that was done or cannot be."""
    contact = outbox.reachable_contact(chat.session, person.id)
    key = nudge_key(duty, person, chat.today)
    if contact is None or chat.session.scalar(select(Message.id).where(Message.key == key)):
        return False
    view = duty_outlook(chat.session, duty, chat.moment)
    reply = chat.desk.render.reply("reminders/nudge", {"view": view, "today": chat.today})
    due_at = next_allowed(chat.moment)
    message = outbox.post_message(chat.session, contact, reply, chat.at, bulk=True, key=key, due_at=due_at)
    chat.session.flush()
    _speaks_of(chat, message, duty, person.id, ReminderKind.NUDGE, f"nudge-{message.id}@{chat.at:%Y%m%d%H%M}")
    return True


def _speaks_of(
    chat: Chat, message: Message, duty: Duty, person_id: int, kind: ReminderKind, rung: str
) -> None:
    """So that the message is taken back when the duty is done before it has gone out."""
    chat.session.add(
        Reminder(
            duty_id=duty.id,
            rung=rung,
            kind=kind,
            rung_at=chat.at if kind == ReminderKind.NUDGE else None,
            person_id=person_id,
            message_id=message.id,
            at=chat.at,
        )
    )
