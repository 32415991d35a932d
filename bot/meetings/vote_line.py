"""What was said of a vote in a line, and the sum that must hold."""

import re
from collections.abc import Mapping
from fractions import Fraction

from bot.problems import Invalid
from bot.reading.words import (
    LONGEST_NUMBER,
    PEOPLE,
    number_at,
    own_words,
    phrase_at,
    plain_words,
    quoted_words,
    share_fits,
    typed_text,
    undo_telex,
    word_tokens,
)

PHRASES: Mapping[str, tuple[str, ...]] = {
    "agree": (
        *("tan thanh", "dong y", "nhat tri", "thong nhat", "dong tinh", "thuan", "tt", "ung ho"),
        *("phieu thuan", "bieu quyet tan thanh", "bieu quyet dong y", "bieu quyet nhat tri"),
    ),
    "against": (
        *("khong tan thanh", "khong dong y", "khong nhat tri", "khong thong nhat", "khong dong tinh"),
        *("phan doi", "chong", "ktt", "ko tan thanh", "ko dong y", "k tan thanh", "k dong y", "phieu chong"),
        *("ko nhat tri", "k nhat tri", "chua tan thanh", "chua dong y", "chua nhat tri"),
    ),
    "other": (
        *("khong co y kien", "khong y kien", "y kien khac", "phieu trang", "bo phieu trang", "khac", "trang"),
        *("bo trang", "khong bieu quyet", "khong tham gia bieu quyet", "phieu khac", "khong bo phieu"),
    ),
    "nobody": ("khong co ai", "khong ai", "khong co"),
    "no": ("khong", "ko", "k"),
    "all": (
        "tat ca",
        "toan the",
        "toan bo",
        "moi nguoi",
        "ca chi bo",
        "100 %",
        "ca",
        "het",
        "deu",
        "tuyet doi",
        "day du",
        "du",
    ),
    "slash": ("/", "tren"),
    "break": (",", ";", ".", "va", "con", "lai"),
}
WORDS = {tuple(phrase.split()): name for name, phrases in PHRASES.items() for phrase in phrases}
VOCABULARY = frozenset(word for phrase in WORDS for word in phrase)
LONGEST = max(map(len, WORDS))
PARTLY = re.compile(r"\b(?:co ban|da so|phan lon|gan nhu|gan het|hau het|khoang|hon|qua ban|khong phai)\b")
"""What leaves open how many."""
PERCENTAGE = re.compile(
    r"\(?\s*(?:\b(?:dat|chiem|bang|ty le|ti le)\s*:?\s*)*(?<![0-9.,/])([0-9]{1,3}(?:[.,][0-9]+)?)\s*%\s*\)?"
)
SKIPPED = PEOPLE | {
    "phieu",
    "so",
    "la",
    "co",
    "deu",
    "a",
    "da",
    "bieu",
    "quyet",
    "thong",
    "qua",
    "(",
    ")",
    "nhe",
    ":",
}

Item = tuple[str, int]


def check_vote(agree: int, against: int, other: int, voters: int) -> None:
    """Raises Invalid vote_sum (agree, against, other, sum, voters, difference) unless everybody there has voted once."""
    added = agree + against + other
    if added != voters:
        facts = {"agree": agree, "against": against, "other": other, "voters": voters}
        raise Invalid("vote_sum", sum=added, difference=added - voters, **facts)


def read_vote(text: str, voters: int) -> tuple[int, int | None, int | None]:
    """Agree, against and other from one line: "25 tán thành, 1 không", "tất cả", "25/26 tán thành"; None is what is still to
    be asked. With all said, or with those against, the sum must be `voters`.

    Raises Invalid: vote_unclear (said, word: what was not understood, or ""), vote_sum, vote_voters_differ (said, voters),
    vote_percent (percent, voters).
    """
    items = _items(text)
    found = _stated(items, voters)
    if found is None or [kind for kind, _ in items] == ["no"]:
        raise unclear_vote(text)
    agree, against, other = (found.get(name) for name in ("agree", "against", "other"))
    if agree is None:
        agree = voters - (against or 0) - (other or 0)
        if agree < 0:
            check_vote(0, against or 0, other or 0, voters)
    _check_shares(text, (agree, against or 0, other or 0), voters)
    if agree > voters or against is not None or other is not None or agree == voters:
        check_vote(agree, against or 0, other or 0, voters)
        return agree, against or 0, other or 0
    return agree, None, None


def unclear_vote(text: str, word: str = "") -> Invalid:
    return Invalid("vote_unclear", said=quoted_words(text), word=own_words(word, text))


def _check_shares(text: str, result: tuple[int, int, int], voters: int) -> None:
    shown = [Fraction(100 * part, voters) for part in result if voters]
    for found in PERCENTAGE.findall(plain_words(typed_text(text))):
        share = Fraction(found.replace(",", "."))
        if not share_fits(share, shown):
            raise Invalid("vote_percent", percent=float(share), voters=voters)


def _items(text: str) -> list[Item]:
    whole = plain_words(typed_text(text).replace("\n", " ; "))
    if found := PARTLY.search(whole):
        raise unclear_vote(text, found[0])
    bare = PERCENTAGE.sub(" ", whole)
    words = word_tokens(bare if re.search("[0-9]", bare) else whole)
    if typed_text(text).isascii():
        words = [word if word in VOCABULARY else undo_telex(word, VOCABULARY) for word in words]
    items: list[Item] = []
    at = 0
    while at < len(words):
        length = phrase_at(words, at, WORDS, LONGEST)
        count = number_at(words, at, pairs=True)
        if words[at].isdecimal() and len(words[at]) <= LONGEST_NUMBER and not (length > 1):
            items.append(("number", int(words[at])))
            at += 1
        elif length:
            items.append((WORDS[tuple(words[at : at + length])], 0))
            at += length
        elif count:
            items.append(("number", count[0]))
            at = count[1]
        elif words[at] in SKIPPED:
            at += 1
        else:
            raise unclear_vote(text, words[at])
    return items


def _plain(items: list[Item], voters: int) -> list[Item]:
    """The same as numbers, names of answers and breaks alone. Raises Invalid vote_voters_differ."""
    found: list[Item] = []
    for place, (kind, value) in enumerate(items):
        before = items[place - 1][0] if place else "break"
        after = items[place + 1][0] if place + 1 < len(items) else "break"
        beside_number = "number" in (before, after)
        if kind == "number" and before == "slash":
            if value != voters:
                raise Invalid("vote_voters_differ", said=value, voters=voters)
        elif kind == "no":
            found.append(("against", 0) if beside_number else ("number", 0))
        elif kind == "nobody":
            found.append(("number", 0))
        elif kind == "all":
            found += [] if beside_number else [("number", voters)]
        elif kind != "slash":
            found.append((kind, value))
    return found


def _stated(items: list[Item], voters: int) -> dict[str, int] | None:
    """Each answer with its number, which stands before its name or behind it; None for what cannot be told."""
    found: dict[str, int] = {}
    number: int | None = None
    name = ""
    for kind, value in [*_plain(items, voters), ("break", 0)]:
        if kind == "break":
            if name == "agree" and not found:
                number = voters  # "nhất trí", and nothing else
            if name == "agree" and number is None and "agree" not in found:
                name = ""  # "1 không, còn lại nhất trí"
                continue
            if name and number is None:
                return None
            name = name or "agree"
        elif kind == "number":
            if number is not None:
                return None
            number = value
        elif name:
            return None
        else:
            name = kind
        if number is not None and name:
            if found.setdefault(name, number) != number:
                return None
            number, name = None, ""
        elif kind == "break":
            name = ""
    return found or None
