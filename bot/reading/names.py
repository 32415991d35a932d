"""Reads a person's name as people give it: "Tôi tên là Nguyễn Văn An ạ", "đ/c An", "NGUYỄN VĂN AN"."""

import re
import unicodedata

from bot.problems import Invalid
from bot.reading.courtesy import read_courtesy
from bot.reading.words import quoted_words, words_of

LONGEST_NAME = 60
MOST_WORDS = 10
NEVER = words_of("để xem không gì chưa rồi nhỉ tôi")
"""Words of talk that no name has."""
_I_AM = re.compile(
    r"^(?:(?:(?:sai|nhầm|nham)(?: rồi| roi)?|(?:chưa|không|chua|khong) (?:đúng|phải|dung|phai))(?=[\s,.:;!–-])[\s,.:;!–-]*)?"
    r"(?:(?:dạ|thưa|vâng)[\s,]+)?"
    r"(?:(?:tôi|toi|em|mình|tên|ten|họ tên|ho ten|họ và tên|ho va ten)\s*"
    r"(?:(?:tên là|ten la|của tôi là|của em là|tôi là|em là|là|la|tên|ten)(?=[\s:])|:)[\s:]*)?"
    r"(?:(?:đồng chí|dong chi|đ/c|đc|d/c)(?:\s+|$))?",
    re.IGNORECASE,
)
_POLITE_END = re.compile(r"[\s,]*(?:\b(?:ạ|nhé|nhe)\b)?[\s.,!;]*$", re.IGNORECASE)
_DRAWN = ("So", "Sk", "Cf", "Cc", "Co", "Cn")
"""Kinds of signs that belong to no name: pictures, and what cannot be seen."""


def read_name(text: str) -> str:
    """The name, with capitals where all of it came in small letters or all in capitals; 60 characters at most.

    Raises Invalid: name_unclear for what holds no letter, a digit, thanks or a greeting, or more than a name.
    """
    drawn = "".join(" " if unicodedata.category(sign) in _DRAWN else sign for sign in text)
    whole = unicodedata.normalize("NFC", " ".join(drawn.split()))
    name = _POLITE_END.sub("", _I_AM.sub("", whole, count=1))
    words = name.split()
    letters = [sign for sign in name if sign.isalpha()]
    odd = any(sign.isdigit() or sign in "/\\@<>{}=?" for sign in name) or NEVER & set(name.lower().split())
    if len(letters) < 2 or odd or read_courtesy(text) or len(name) > LONGEST_NAME or len(words) > MOST_WORDS:
        raise Invalid("name_unclear", said=quoted_words(text))
    return " ".join(_capital(word) for word in words) if name in (name.lower(), name.upper()) else name


def _capital(word: str) -> str:
    low = word.lower()
    return low[:1].upper() + low[1:]
