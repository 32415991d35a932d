"""`python -m bot run` as it stands, but without Telegram's limit and with a clock that starts in the shipped plan's April."""

import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partialmethod
from unittest.mock import patch

from bot import __main__ as program
from bot.channels.telegram.channel import Telegram
from bot.talk.receive import utc_now
from schedules import TICKS
from schedules.reminders import say_reminders

EAGER = "eager"
"""With this word the clock looks for reminders every second."""
APRIL = datetime(2022, 4, 12, 2, 0, tzinfo=UTC)
"""09:00 of a working day in Viet Nam: a time at which plan 60-KH/ĐUK asks for something."""


def april_clock() -> Callable[[], datetime]:
    began = utc_now()
    return lambda: APRIL + (utc_now() - began)


if __name__ == "__main__":
    if EAGER in sys.argv:  # the scheduler warns when a tick takes longer than its interval
        logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)
    with (
        patch.object(Telegram, "__init__", partialmethod(Telegram.__init__, rate=None)),
        patch.object(program, "utc_now", april_clock()),
        patch.dict(TICKS, {"reminders": (say_reminders, timedelta(seconds=1))} if EAGER in sys.argv else {}),
    ):
        program.run()
