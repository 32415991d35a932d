"""Whether two writings mean the same: the symbols of documents and the names of bodies, however a source spells them."""

import re
import unicodedata
from functools import lru_cache

from bot.reading.words import plain_words

DASHES = re.compile("[\u2010-\u2015\u2212]")
NUMBER_WORD = re.compile(r"^so:?(?=\d)")
LEADING_ZEROS = re.compile(r"^0+(?=\d)")


def same_symbol(one: str, other: str) -> bool:
    """Whether two symbols are one but for case, spaces, the kind of dash, a leading "so" or zero, and QDi for QD."""
    return _symbol(one) == _symbol(other)


@lru_cache(maxsize=1024)
def _symbol(text: str) -> str:
    bare = DASHES.sub("-", plain_words(text)).replace(" ", "")
    return LEADING_ZEROS.sub("", NUMBER_WORD.sub("", bare)).replace("-qdi/", "-qd/")


def stands_in(name: str, text: str) -> bool:
    """Whether the name stands in the text as whole words, in any case and placing of tones."""
    return _as_words(plain_words(name), plain_words(text))


def written_in(short: str, text: str) -> bool:
    """Whether the abbreviation stands in the text as a word, letter for letter."""
    return _as_words(unicodedata.normalize("NFC", short), unicodedata.normalize("NFC", text))


def _as_words(sought: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(sought)}(?!\w)", text) is not None
