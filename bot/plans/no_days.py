"""Why a day that somebody has written is none, as far as that can be seen: said beside the fault."""

import re
from calendar import monthrange

from bot.reading.words import fold

_WRITTEN = re.compile(r"(?<!\d)(\d{1,2})[/.\-](\d{1,2})(?:[/.\-](\d{4}|\d{2}))?(?!\d)")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_AGAIN = re.compile(r"\b(?:hang|moi) (?:tuan|thang|quy|nam)\b")
LEAP = 2000
"""Stands for a year that is not said."""


def day_trouble(text: str) -> dict[str, object]:
    """Facts for the sentence: `trouble` is short (the month has only `last` days), swapped (the month came first), year (only
    two figures), again (something that comes back) or "" where nothing is known; with day, month and year, 0 if not said."""
    if _AGAIN.search(fold(text)):
        return _facts("again")
    found = [(int(d), int(m), y) for y, m, d in _ISO.findall(text)]
    found = found or [(int(d), int(m), y) for d, m, y in _WRITTEN.findall(text)]
    years = re.findall(r"\d{4}", text)
    for day, month, said in found:
        year = int(said or (years[-1] if years else 0))
        if month > 12 and 1 <= day <= 12 and month <= monthrange(year if year > 99 else LEAP, day)[1]:
            return _facts("swapped", month, day, year)
        if 1 <= month <= 12 and year not in range(1, 100):
            last = monthrange(year or LEAP, month)[1]
            if last < day <= 31:
                return _facts("short", day, month, year, last)
        if 1 <= month <= 12 and year in range(1, 100):
            return _facts("year", day, month, 2000 + year)
    return _facts("")


def _facts(trouble: str, day: int = 0, month: int = 0, year: int = 0, last: int = 0) -> dict[str, object]:
    return {"trouble": trouble, "day": day, "month": month, "year": year, "last": last}
