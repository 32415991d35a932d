"""Reports: the photographs of a draft, shown and joined outside of any talk; those who look at what has come are told."""

from datetime import datetime

from bot.reports import going_on, notices
from bot.reports.errands import work_on_scan
from bot.tables import ErrandKind
from bot.talk.desk import Desk
from bot.talk.errands import do_all


def look_after_reports(desk: Desk, at: datetime) -> int:
    """Both; answers how much was done."""
    return join_scans(desk, at) + tell_reviewers(desk, at)


def join_scans(desk: Desk, at: datetime) -> int:
    """Shows the pages of each errand that is new and joins those of each that is agreed; answers how many."""
    return do_all(desk, at, {ErrandKind.SCAN: work_on_scan}, "reports/scan/failed")


def tell_reviewers(desk: Desk, at: datetime) -> int:
    """Tells of the reports that have come, and of those that go on; answers how many messages were written."""
    return notices.tell_reviewers(desk, at) + going_on.tell_recipients(desk, at)
