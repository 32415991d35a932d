"""`Nhắc lại sau`: a reminder is said again in an hour, this afternoon, this evening or tomorrow; also when that is typed after it."""

from dataclasses import replace
from datetime import datetime, time, timedelta

from bot.calendar import at_local, next_allowed
from bot.reading.put_off_words import read_put_off
from bot.reminders.answered import lately_reminded_of
from bot.reminders.asked_duty import leads_duty, own_duty
from bot.reminders.later import remind_later
from bot.talk.chat import Chat

AFTERNOON = time(14, 0)
EVENING = time(19, 0)


def ask_snooze(chat: Chat, duty_id: str) -> None:
    duty = own_duty(chat, duty_id)
    if duty is not None:
        in_an_hour = chat.at + timedelta(hours=1)
        afternoon, evening = (
            at_local(chat.today, clock, chat.zone) > in_an_hour for clock in (AFTERNOON, EVENING)
        )
        chat.say("reminders/snooze", duty=duty, afternoon=afternoon, evening=evening)


def snooze_reminder(chat: Chat, duty_id: str, choice: str) -> None:
    """Says the reminder again at the moment that was chosen, unless the duty is done by then."""
    duty = own_duty(chat, duty_id)
    if duty is None:
        return
    moment = _later(chat, choice)
    remind_later(chat, duty, moment)
    chat.say("reminders/snoozed", at=moment)


def take_said_later(chat: Chat) -> bool:
    """Whether the words put off what the latest reminder spoke of first, and have been taken. What is open yields to them where
    the reminder has come after it, and words are not what it asks for."""
    step = chat.open_step
    when = "" if chat.event.payload or (step and step.words) else read_put_off(chat.event.text)
    if not when:
        return False
    since = chat.dialog.touched_at if chat.dialog.flow else None
    reminded = lately_reminded_of(chat.session, chat.person.id, chat.at, since)
    duty = next((one for one in reminded if leads_duty(chat, one)), None)
    if duty is None:
        return False
    chat.go_beside()
    if when in ("later", "other_day"):
        ask_snooze(chat, str(duty.id))
    else:
        snooze_reminder(chat, str(duty.id), when)
    return True


def _later(chat: Chat, choice: str) -> datetime:
    if choice == "1h":
        moment = chat.at + timedelta(hours=1)
    elif choice == "evening":
        moment = max(at_local(chat.today, EVENING, chat.zone), chat.at)
    elif choice == "afternoon" and chat.at < (afternoon := at_local(chat.today, AFTERNOON, chat.zone)):
        moment = afternoon
    else:
        tomorrow = chat.today + timedelta(days=1)
        moment = at_local(tomorrow, time(chat.person.reminder_hour), chat.zone)
    return next_allowed(replace(chat.moment, at=moment))
