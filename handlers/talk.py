"""What belongs to no task: help, cancel, snooze, whatever is not understood, an edited message, a group."""

from datetime import datetime, time, timedelta

from sqlalchemy import select

from bot import overhearing
from bot.conversation import Chat
from bot.domain.calendar import at_local, next_allowed
from bot.domain.codes import code_in
from bot.domain.roles import holders
from bot.models import Message, Reminder

EVENING = time(19, 0)
GROUP_SILENCE = timedelta(hours=12)


def help_me(chat: Chat) -> None:
    may = {action: bool(holders(chat.roles(), action)) for action in ("lead", "sum", "nudge", "administer")}
    chat.say("talk/help", leads=may["lead"], sums=may["sum"], nudges=may["nudge"], admin=may["administer"])


def cancel(chat: Chat) -> None:
    """`/huy`: leaves the present dialog; what a meeting or a draft has already kept stays."""
    flow = chat.dialog.flow
    chat.end()
    chat.say("talk/cancelled", flow=flow)


def go_on(chat: Chat) -> None:
    """Asks the open question once more; home, where none is open any more."""
    if chat.dialog.flow:
        chat.again()
    else:
        chat.trouble = chat.desk.render.sentence("button_passed", {})
        chat.open("home")


def unknown(chat: Chat) -> None:
    """An answer to anything that is not understood, which says what can be done now; a code is taken for one more role."""
    if not chat.dialog.flow and _is_code(chat.event.text):
        chat.begin("register", code=chat.event.text)
        return
    if overhearing.offer(chat):
        return
    chat.say(
        "talk/unknown",
        meeting=None,
        leads=bool(holders(chat.roles(), "lead")),
        sums=bool(holders(chat.roles(), "sum")),
        admin=bool(holders(chat.roles(), "administer")),
    )


def _is_code(text: str) -> bool:
    """Two plain words of eight letters are no code."""
    said = code_in(text)
    return said != "" and (" " not in text.strip() or any(sign.isdigit() for sign in said))


def edited(chat: Chat) -> None:
    """An edit changes nothing but a note of a running meeting; the person is told, and the new words are offered as a note."""
    if chat.desk.routes.edit_note(chat):
        return
    chat.trouble = chat.desk.render.sentence("edited_late", {})
    if not overhearing.offer(chat):
        chat.say("talk/edited")


def refuse_group(chat: Chat) -> None:
    """Says once in a while that the bot talks to one person at a time."""
    recent = chat.session.scalars(
        select(Message.id)
        .where(Message.contact_id == chat.contact.id, Message.created_at > chat.at - GROUP_SILENCE)
        .limit(1)
    ).first()
    if recent is None:
        chat.say("talk/group")


def ask_snooze(chat: Chat, duty_id: str) -> None:
    duty = chat.own_duty(duty_id)
    if duty is not None:
        evening = at_local(chat.today, EVENING, chat.zone)
        chat.say("reminders/snooze", duty=duty, evening=evening > chat.at + timedelta(hours=1))


def snooze(chat: Chat, duty_id: str, choice: str) -> None:
    """Says the reminder again in an hour, this evening or tomorrow, unless the duty is done by then."""
    duty = chat.own_duty(duty_id)
    if duty is None:
        return
    moment = _later(chat, choice)
    message = chat.remind_later(duty, moment)
    chat.session.flush()
    chat.session.add(
        Reminder(
            duty_id=duty.id,
            rung=f"snooze@{moment:%Y%m%d%H%M}-{message.id}",
            person_id=chat.person.id,
            message_id=message.id,
            at=chat.at,
        )
    )
    chat.say("reminders/snoozed", at=moment)


def _later(chat: Chat, choice: str) -> datetime:
    if choice == "1h":
        moment = chat.at + timedelta(hours=1)
    elif choice == "evening":
        moment = max(at_local(chat.today, EVENING, chat.zone), chat.at)
    else:
        tomorrow = chat.today + timedelta(days=1)
        moment = at_local(tomorrow, time(chat.person.reminder_hour), chat.zone)
    return next_allowed(moment, chat.zone)
