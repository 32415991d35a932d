"""Plans: what the office has asked for, done outside of any talk."""

from datetime import datetime

from bot.talk.desk import Desk
from bot.talk.errands import do_all


def do_plan_errands(desk: Desk, at: datetime) -> int:
    """Does every errand of the office that is ready; answers how many."""
    return do_all(desk, at, desk.routes.work)
