"""Reads who signs a paper out of what the secretary typed: a name, a role, or both."""

import re

from bot.reading.words import fold

COURTESY = frozenset({"dong chi", "d c", "dc", "ong", "ba", "anh", "chi"})
ROLES = frozenset(
    {
        *("bi thu", "pho bi thu", "pho bi thu thuong truc", "chi uy vien", "dang uy vien", "cap uy vien"),
        *("thu ky", "dang vien", "chu tri", "nguoi ghi bien ban"),
    }
)
BODIES = frozenset(
    {"chi bo", "chi uy", "dang uy", "dang bo", "cap uy", "to dang", "ban thuong", "truong thon"}
)
SURNAMES = frozenset(
    [
        "nguyen",
        "tran",
        "le",
        "pham",
        "hoang",
        "huynh",
        "phan",
        "vu",
        "vo",
        "dang",
        "bui",
        "do",
        "ho",
        "ngo",
        "duong",
        "ly",
        "dinh",
        "truong",
        "trinh",
        "mai",
        "cao",
    ]
)
LONGEST = max(len(phrase.split()) for phrase in ROLES | COURTESY)
WORD = re.compile(r"[^\W\d_]+(?:[.’'-][^\W\d_]*)*")


def name_in(text: str) -> str:
    """The bare name in "đ/c Nguyễn Văn A, Bí thư chi bộ"; "" where there is none, or none that is sure.

    A signature bears a name without titles. Courtesies and roles before it are taken off; what is left is a name if it is two
    to six words with a capital each, or, all in small letters, begins with a common surname. What follows the name of a
    body ("Bí thư Chi bộ Trần Phú") is taken for the body's own.
    """
    for part in re.split(r"[,;:()\n]|\s[-–]\s", text):
        words = _without_titles(part.split())
        if not 2 <= len(words) <= 6 or not all(WORD.fullmatch(word) for word in words):
            continue
        if all(word[0].isupper() for word in words):
            return " ".join(words)
        if all(word.islower() for word in words) and fold(words[0]) in SURNAMES:
            return " ".join(word.capitalize() for word in words)
    return ""


def speaks_of_deputy(text: str) -> bool:
    """Whether the text says that a deputy secretary acts."""
    return re.search(r"\bpho bi thu\b", fold(text)) is not None


def speaks_of_secretary(text: str) -> bool:
    """Whether the text says that the secretary, or a deputy, acts."""
    return re.search(r"\bbi thu\b", fold(text)) is not None


def _without_titles(words: list[str]) -> list[str]:
    while words and fold(" ".join(words[:2])) not in BODIES:
        taken = _title(words)
        if not taken:
            return words
        words = words[taken:]
    return []


def _title(words: list[str]) -> int:
    """How many words of a role or a courtesy stand at the beginning; "Ông Văn A" may be a surname."""
    for length in range(min(LONGEST, len(words)), 0, -1):
        phrase = fold(" ".join(words[:length]))
        if phrase in ROLES or (phrase in COURTESY and (length > 1 or phrase == "d c" or len(words) > 3)):
            return length
        if phrase in COURTESY and words[0].islower():
            return length
    return 0
