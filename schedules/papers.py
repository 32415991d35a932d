"""Papers: made outside of any talk."""

from datetime import datetime

from bot.papers.making import make_paper
from bot.tables import ErrandKind
from bot.talk.desk import Desk
from bot.talk.errands import do_all


def make_papers(desk: Desk, at: datetime) -> int:
    """Makes every paper that has been asked for; answers how many."""
    return do_all(desk, at, {ErrandKind.PAPER: make_paper}, failed="papers/failed")
