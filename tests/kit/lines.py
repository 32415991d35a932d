"""A line of counts, of which a test wants all or nothing."""

from bot.meetings.attendance import AttendanceCounts
from bot.meetings.attendance_line import read_told
from bot.problems import Invalid


def read_line(text: str, roll: int | None = None) -> AttendanceCounts:
    """The counts of a line that says all. Raises what `read_told` raises, and Invalid with what is asked for next where the
    line leaves it open (`left`: how many of those away nobody has spoken of)."""
    told = read_told(text, roll)
    if told.missing:
        raise Invalid(told.missing, left=told.left)
    return told.counts()
