"""Patterns of Vietnamese words that are also read where their marks are left out."""

import re

from bot.reading.words import plain_words


def unmarked_too(written: str) -> re.Pattern[str]:
    """The pattern with each of its words as it is written, or without marks, in any case: "thế nào" and "the nao"."""
    return re.compile(re.sub(r"[^\W\d_]+", lambda found: _either(found[0]), written), re.IGNORECASE)


def _either(word: str) -> str:
    return word if word.isascii() else f"(?:{word}|{plain_words(word)})"
