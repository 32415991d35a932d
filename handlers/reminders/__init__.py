"""What a reminder is answered by: that it has come, or that it is to be said again later."""

from bot.talk.desk import Flow, Handler
from handlers.reminders import receipt, snooze

COMMANDS: dict[str, Handler] = {}

ACTIONS: dict[str, Handler] = {
    "got": receipt.take_receipt,
    "snooze": snooze.ask_snooze,
    "snooze.at": snooze.snooze_reminder,
}

FLOWS: tuple[Flow, ...] = ()
