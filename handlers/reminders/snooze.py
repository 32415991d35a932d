"""`Nhắc lại sau`: a reminder is said again in an hour, this afternoon, this evening or tomorrow."""

from dataclasses import replace
from datetime import datetime, time, timedelta

from bot.calendar import at_local, next_allowed
from bot.reminders.asked_duty import own_duty
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
