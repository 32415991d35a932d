"""Reads which week or month of a calendar is meant: "tuần tới", "tháng này", "tháng 5", "5/2022"; what says neither is handed back."""

import re
from datetime import date, timedelta

from bot.reading.words import own_words, plain_words

FROM_NOW = {"nay": 0, "toi": 1, "sau": 1, "truoc": -1, "qua": -1}
WEEK = re.compile(r"\btuan (nay|toi|sau|truoc|qua)\b")
MONTH = re.compile(r"\bthang (nay|toi|sau|truoc|qua)\b")
NUMBERED = re.compile(r"\b(?:thang )?(1[0-2]|0?[1-9]) ?(?:/|nam) ?(20[0-9]{2})\b|\bthang (1[0-2]|0?[1-9])\b")


def read_span(text: str, today: date) -> tuple[str, str]:
    """The key of a week ("w2022-04-04", its Monday) or a month ("2022-05"), "" where none is said; and the other words. A month
    without its year is that of this year."""
    words = plain_words(text)
    if found := WEEK.search(words):
        monday = today + timedelta(weeks=FROM_NOW[found[1]], days=-today.weekday())
        return f"w{monday}", _others(words, found, text)
    if found := MONTH.search(words):
        months = today.year * 12 + today.month - 1 + FROM_NOW[found[1]]
        return f"{months // 12}-{months % 12 + 1:02}", _others(words, found, text)
    if found := NUMBERED.search(words):
        return f"{found[2] or today.year}-{int(found[1] or found[3]):02}", _others(words, found, text)
    return "", text.strip()


def _others(words: str, found: re.Match[str], text: str) -> str:
    """What is left, as it was typed."""
    left = f"{words[: found.start()]} {words[found.end() :]}".split()
    return own_words(" ".join(left), text) if left else ""
