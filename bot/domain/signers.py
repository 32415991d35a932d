"""Reads who signs a paper out of what the secretary typed: a name, a role, or both."""

import re

from bot.domain.reading import fold

COURTESY = frozenset({"dong chi", "d c", "dc", "ong", "ba", "anh", "chi"})
ROLES = frozenset(
    {
        *("bi thu", "pho bi thu", "pho bi thu thuong truc", "chi uy vien", "dang uy vien", "cap uy vien"),
        *("thu ky", "dang vien", "chu tri", "nguoi ghi bien ban", "bi thu chi bo", "pho bi thu chi bo"),
    }
)
NO_NAME = frozenset("bi thu pho uy chi bo dang ban to thon khu ky vien truong phong xa phuong".split())
"""Words of roles and bodies: a name that has two of them beside each other is rather one of those."""
LONGEST = max(len(phrase.split()) for phrase in ROLES | COURTESY)


def name_in(text: str) -> str:
    """The bare name in "đ/c Nguyễn Văn A, Bí thư chi bộ"; "" where there is none, or none that is sure.

    A signature bears a name without titles. Courtesies and roles before it are taken off; what is left is a name if it is of
    two to six words of letters, each with a capital (or the whole in small letters), and names no body.
    """
    for part in re.split(r"[,;:()\n]|\s[-–]\s", text):
        words = _without_titles(part.split())
        if not 2 <= len(words) <= 6 or not all(re.fullmatch(r"[^\W\d_]+[.’']?", word) for word in words):
            continue
        if _names_a_body(words):
            continue
        if all(word[0].isupper() for word in words):
            return " ".join(words)
        if all(word.islower() for word in words):
            return " ".join(word.capitalize() for word in words)
    return ""


def deputy(text: str) -> bool:
    """Whether the text says that a deputy secretary acts."""
    return re.search(r"\bpho bi thu\b", fold(text)) is not None


def secretary(text: str) -> bool:
    """Whether the text says that the secretary, or a deputy, acts."""
    return re.search(r"\bbi thu\b", fold(text)) is not None


def _without_titles(words: list[str]) -> list[str]:
    while words:
        for length in range(min(LONGEST, len(words)), 0, -1):
            phrase = fold(" ".join(words[:length]))
            capital = words[0][:1].isupper() and length == 1 and len(words) <= 3
            if phrase in ROLES or (phrase in COURTESY and not capital):
                words = words[length:]
                break
        else:
            return words
    return words


def _names_a_body(words: list[str]) -> bool:
    folded = [fold(word) for word in words]
    return any(one in NO_NAME and two in NO_NAME for one, two in zip(folded, folded[1:], strict=False))
