"""The photographs of a draft, shown and joined apart; libraries are loaded where that is done, for they take memory."""

from datetime import datetime

from bot.talk.desk import Desk


def work_on_scan(desk: Desk, errand_id: int, at: datetime) -> None:
    from bot.reports.joining import show_or_join

    show_or_join(desk, errand_id, at)
