"""A sentence that says of a meeting that it was held, on which day, and how many came: "họp rồi hôm 3/11, đủ 12/12"."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice

from bot.calendar import Moment
from bot.meetings.attendance_line import read_told
from bot.meetings.awaiting import line_of
from bot.problems import Invalid
from bot.reading.held_words import read_held_words
from bot.reading.moment_places import without_places
from bot.reading.moments import read_moment
from bot.reading.words import is_sentence

LATELY = timedelta(days=62)
"""Who tells of a meeting so tells of one of these days; "11/12" in July is no day of it."""
LONGEST, LONGEST_DAY = 60, 8
"""So many words may such a sentence have, spoken into the phone, and so many of them its day."""
PLACES = 6
"""So many ways to find a place in it are tried."""


@dataclass(frozen=True, slots=True)
class HeldLine:
    """What was said of the day, of the counts and of the place, each as it was typed; "" for nothing."""

    day: str
    counts: str
    place: str = ""


def read_held_line(text: str, members: int | None, moment: Moment) -> HeldLine | None:
    """None for what is no such sentence, or holds words that are none of these. `members`: of the unit; `moment`: when it is typed."""
    if not is_sentence(text):
        return None
    if found := _read(text, members, moment):
        return found
    if read_held_words(text) is None:
        return None
    for rest, place in islice(without_places(text), PLACES):
        if found := _read(rest, members, moment):
            return replace(found, place=place)
    return None


def _read(text: str, members: int | None, moment: Moment) -> HeldLine | None:
    held = read_held_words(text)
    if held is None or len(held.rest) > LONGEST:
        return None
    words, number = held.rest, len(held.rest)
    if not held.done and _is_ahead(" ".join(words), moment):
        return None
    for length in range(min(number, LONGEST_DAY), 0, -1):
        for start in range(number - length + 1):
            said = " ".join(words[start : start + length]).strip(" ,.;:")
            left = " ".join(words[:start] + words[start + length :]).strip(" ,.;:")
            if (day := recent_day(said, moment)) and (not left or _counts(left, members)):
                if left and _left_open(" ".join(words), members) == "":
                    return HeldLine("", " ".join(words))
                if _counts(said, members) and not left:
                    return HeldLine("", "")  # 11/12: a day, or eleven of twelve?
                sure = (
                    held.done
                    or (left and _left_open(left, members) in ("", "away"))
                    or _over(said, day, moment)
                )
                return HeldLine(said, left) if sure else None
    left = " ".join(words)
    return HeldLine("", left) if held.done and (not left or _counts(left, members)) else None


def _counts(text: str, members: int | None) -> bool:
    """A number alone may be anything; so many people, where a meeting was held, are those who were there."""
    kind = line_of(text, members)
    return kind in ("counts", "share") or (kind == "number" and not text.strip().isdecimal())


def _left_open(text: str, members: int | None) -> str | None:
    """What of the counts is still open, "" for nothing; None where they do not add up."""
    try:
        return read_told(text, members).missing
    except Invalid:
        return None


def recent_day(text: str, moment: Moment) -> date | None:
    """The day that the words say, where it is one of those of which such is told."""
    try:
        day = read_moment(text, today=moment.today, past=True).day
    except Invalid:
        return None
    return day if day is not None and moment.today - LATELY <= day <= moment.today else None


def _is_ahead(text: str, moment: Moment) -> bool:
    try:
        day = read_moment(text, today=moment.today).day
    except Invalid:
        return False
    return day is not None and moment.today < day <= moment.today + LATELY


def _over(text: str, day: date, moment: Moment) -> bool:
    """Whether nobody can mean a day to come by it."""
    try:
        ahead = read_moment(text, today=moment.today).day
    except Invalid:
        return True
    return ahead is None or ahead < moment.today or ahead - moment.today > LATELY
