"""The words of which days and times of day are made, as people type them."""

import re

from bot.reading.words import (
    AFTER_TENS,
    DIGITS,
    ODD,
    PEOPLE,
    POLITE,
    SHORT_WORDS,
    plain_words,
    typed_text,
    undo_telex,
    words_of,
)

# Part of the day -> the hours of the 24-hour clock that it can mean.
PARTS = {
    "sang": range(12),
    "trua": range(10, 15),
    "chieu": range(12, 20),
    "toi": range(17, 24),
    "dem": range(18, 24),
    "am": range(12),
    "pm": range(12, 24),
}
RELATIVE_DAYS = {
    ("hom", "nay"): 0,
    ("bua", "nay"): 0,
    ("ngay", "mai"): 1,
    ("mai",): 1,
    ("ngay", "kia"): 2,
    ("ngay", "mốt"): 2,
    ("mốt",): 2,
    ("hom", "qua"): -1,
    ("hom", "kia"): -2,
}
AFTER_PART = {"nay": 0, "qua": -1}
NEXT = "tới"
UNREADABLE = "#"
WEEKS = {"nay": 0, "sau": 1, NEXT: 1, "toi": 1, "truoc": -1, "qua": -1}
MONTHS = {"nay": 0, NEXT: 1, "toi": 1, "truoc": -1}
WEEKDAYS = {"hai": 0, "ba": 1, "tu": 2, "nam": 3, "sau": 4, "bay": 5}
DAY_NAMES = words_of("ngay mung mong hom")
HOUR_SIGNS = words_of("h g gio")
AROUND_MOMENT = (
    (POLITE - {"toi"})
    | PEOPLE
    | DAY_NAMES
    | words_of("luc vao hoi hop o bat dau tu tam khoang buoi doi chuyen hen se anh bac nghe")
)
PUNCTUATION = set(",;.!()-–:'\"")
MINUTE_SIGNS = words_of("phut p ph")
AHEAD = {"ngay": 1, "hom": 1, "tuan": 7}
"""How many days ahead are "3 ngày nữa", "1 tuần nữa"."""
VOCABULARY = frozenset(
    {*DIGITS, *AFTER_TENS, *ODD, *SHORT_WORDS, *PARTS, *WEEKS, *MONTHS, *WEEKDAYS, *HOUR_SIGNS, *MINUTE_SIGNS}
    | {word for name in RELATIVE_DAYS for word in name}
    | AROUND_MOMENT
    | words_of("thu chu chua nhat cn t tuan thang nam muoi chuc tram ruoi kem vua roi nua")
)


def words_of_a_moment(text: str) -> list[str]:
    """Folded words and signs; a word that folding would make mean another thing keeps its marks or is left out."""
    whole = typed_text(text).lower()
    if re.search(r"\bbay gi[oờ]\b", whole):
        return [UNREADABLE]  # bây giờ, bảy giờ
    words: list[str] = []
    for raw in re.findall(r"[0-9]+|[^\W\d_]+|\S", whole):
        after_number = bool(words) and (words[-1] in DIGITS or words[-1] in {"muoi", "ham"})
        if raw in {"tới", "bây", "kìa", "âm"} or (raw == "mốt" and not after_number):
            words.append(raw)
        elif raw == "sau" and not whole.isascii():
            words.append(NEXT)
        elif raw in {"tôi", "em", "tây", "tooi"} or (raw == "sang" and not whole.isascii()):
            continue
        elif raw.isdecimal() and len(raw) > 4:
            words.append(UNREADABLE)
        elif word := plain_words(raw):
            words.append(_untelexed(word) if whole.isascii() and word not in VOCABULARY else word)
    return words


def _untelexed(word: str) -> str:
    """As `untelexed`, but where two words would be one: "towis" is no evening, and "baay" no seven."""
    meant = undo_telex(word, VOCABULARY)
    if meant == "toi" and "w" in word:
        return NEXT
    return UNREADABLE if meant == "bay" and meant != word else meant
