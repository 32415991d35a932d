"""A reminder that is to be said again later."""

from bot.talk.desk import Flow, Handler
from handlers.reminders import snooze

COMMANDS: dict[str, Handler] = {}

ACTIONS: dict[str, Handler] = {
    "snooze": snooze.ask_snooze,
    "snooze.at": snooze.snooze_reminder,
}

FLOWS: tuple[Flow, ...] = ()
