"""`python -m bot run` with a clock that all hosts of the drill share: noon of a day on which the shipped plan asks for something."""

import sys
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from benchmarks.outbox import NOON
from bot import __main__ as program
from bot.talk.receive import utc_now

if __name__ == "__main__":
    began = datetime.fromtimestamp(float(sys.argv[1]), UTC)

    def drill_clock() -> datetime:
        passed: timedelta = utc_now() - began
        return NOON + passed

    with patch.object(program, "utc_now", drill_clock):
        program.run()
