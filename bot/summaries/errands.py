"""What a leader has asked for that is made apart; libraries are loaded where it is made, for they take memory."""

from datetime import datetime

from bot.talk.desk import Desk


def make_picture(desk: Desk, errand_id: int, at: datetime) -> None:
    """The picture of a period."""
    from bot.summaries.picturing import send_picture

    send_picture(desk, errand_id, at)


def make_summary_file(desk: Desk, errand_id: int, at: datetime) -> None:
    """The committee's report on a period, or its table."""
    from bot.summaries.taking_away import send_summary_file

    send_summary_file(desk, errand_id, at)
