"""`/thangnay`: this month's topic with its documents, what is due when, what is done, a button for each next step."""

from datetime import timedelta

from bot.conversation import Chat
from bot.domain.duties import done_since, outlooks

SHOWN_DONE = timedelta(days=45)


def show(chat: Chat, unit_id: str = "") -> None:
    unit = chat.unit_for("month", unit_id)
    if unit is None:
        return
    waiting = outlooks(chat.session, unit.id, chat.at, chat.zone)
    done = done_since(chat.session, unit.id, chat.today - SHOWN_DONE)
    chat.say("month/month", unit=unit, waiting=waiting, done=done)


def confirm(chat: Chat, duty_id: str) -> None:
    """A duty that only asks for a yes is done by one tap."""
    duty = chat.own_duty(duty_id, "confirm")
    if duty is None:
        return
    chat.close_duty(duty)
    chat.say("month/confirmed", duty=duty)
