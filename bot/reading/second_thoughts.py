"""Reads a day or an hour that somebody answers instead of yes or no: "8/4", "thôi, để thứ Năm 19h30", "hay là 20h?"."""

import re
from datetime import date, time

from bot.problems import Invalid
from bot.reading.moments import SpokenMoment, read_moment
from bot.reading.words import plain_words

_BEFORE = re.compile(
    r"^(?:(?:thoi|khong|ko|k|u|uh|vang|da|a|xin|cho|toi|em|chi bo|de|hay la|hay|hoac|doi|chuyen|doi lai|lui|hoan|sang|thanh|"
    r"chon|hop|vao|den|qua|ngay khac|giu ngay|ngay|luc)\b[\s,.:;–-]*)+"
)
_AFTER = re.compile(r"[\s,]*\b(?:di|nhe|nha|a|duoc khong|thi sao|hon|vay)?[\s?.!]*$")


def other_moment(text: str, *, today: date, now: time) -> SpokenMoment | None:
    """The day, the hour or both that the text asks for; None where it names neither. A bare number is a day of the month."""
    rest = plain_words(text)
    for said in (text, rest, _AFTER.sub("", _BEFORE.sub("", rest))):
        bare = said.strip().isdecimal() and len(said.strip()) <= 2
        try:
            return read_moment(f"ngay {said.strip()}" if bare else said, today=today, now=now)
        except Invalid:
            continue
    return None
