"""Reads what a person types in Vietnamese, with or without diacritics: labels, numbers, yes and no."""

import re
import unicodedata
from collections.abc import Container, Iterable, Sequence, Set
from fractions import Fraction
from functools import cache, lru_cache
from itertools import pairwise

from bot.problems import Invalid

LONGEST_NUMBER = 5
ECHO = 60
LETTERS = 2048

DIGITS = {"mot": 1, "hai": 2, "ba": 3, "bon": 4, "nam": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9}
AFTER_TENS = DIGITS | {"tu": 4, "lam": 5, "nham": 5}
SHORT_TENS = {"mot": 1, "tu": 4, "lam": 5, "nham": 5}
SHORT_WORDS = {"ham": 20, "bam": 30}
ODD = {"linh", "le"}


def words_of(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


NO_WORDS = words_of("khong ko k khg hong")
POLITE = words_of("a da nhe nha thua em toi bao cao")
PEOPLE = words_of("dong chi dc nguoi ng dang vien dv thanh ban")
AROUND_NUMBER = (
    POLITE | PEOPLE | words_of("co mat la so tong cong tat ca du phut ngay mung mong hang moi thang")
)
NOBODY = POLITE | PEOPLE | words_of("co ai nao ca")

SAYS_YES = words_of(
    "có ừ ừm uh được đúng rồi phải vâng ok oke okie okê okay yes chuẩn xong đồng_ý nhất_trí đúng_rồi đúng_vậy đúng_thế đúng_hết đúng_cả"
)
SAYS_NO = words_of("không ko k khg hông khỏi thôi chưa chẳng đừng no")
SAYS_NEITHER = words_of("ạ a nhé nhe nha thưa em tôi chứ luôn cả đồng_chí đ c đc")
BOTH_WAYS = words_of("dung")  # đúng and đừng
SAYS_RECEIVED = re.compile(
    r"(?:nhan|xem|doc|nghe|thay|biet|hieu|nam)(?: duoc| ro| du| het| ky| chac| tin| tin nhan| thong bao)*|ro|tiep thu"
)
"""What is said of a message that has come, folded and without what may stand around it."""
BEFORE_RECEIVED = words_of("a da vang ok u thua toi em minh chung bao cao dong chi cam on")
AFTER_RECEIVED = words_of("a nhe nha roi thua dong chi em toi cam on nhieu")
NEVER_RECEIVED = words_of("nhắn nhân nhàn năm rô rổ rơ hiếu")
"""Words that are such a one but for their marks."""
UNMARKED = frozenset("bfghjklmpqrstvwxz0123456789")
TWO_WORDS = re.compile(
    r"\b(đồng ý|dong y|đồng chí|dong chi|nhất trí|nhat tri|(?:đúng|dung) (?:rồi|roi|vậy|vay|thế|the|hết|het|cả|ca))\b"
)


# A text is read letter by letter; what each becomes is remembered of those that are common.


@lru_cache(LETTERS)
def _bare(char: str) -> str:
    return "" if unicodedata.category(char) in ("Mn", "Me", "Cf") else char


@lru_cache(LETTERS)
def _apart(char: str) -> str:
    return char if char.isalnum() else " "


def plain_words(text: str) -> str:
    """Lower case without diacritics and invisible characters, đ as d, single spaces; punctuation stays."""
    text = text.lower()
    if not text.isascii():
        text = "".join(map(_bare, unicodedata.normalize("NFD", text.replace("đ", "d"))))
    return " ".join(text.split())


def fold(text: str) -> str:
    """What is left for comparing a typed label with a button's: letters and digits of `plain`, single spaces.

    Text of punctuation and emoji alone gives "", which is equal to no label.
    """
    return " ".join("".join(map(_apart, plain_words(text))).split())


LONGEST_SENTENCE = 800


def is_sentence(text: str) -> bool:
    """Whether it may be one that somebody types or dictates. Patterns that look for what people say run over nothing longer: of
    thousands of blanks or commas they would never come to an end."""
    return len(text) <= LONGEST_SENTENCE


def says_received(text: str) -> bool:
    """ "Nhận rồi", "em đã rõ ạ": that what was sent has come and has been read. "Xem" alone says nothing of the kind."""
    words, raws = (
        fold(text).split(),
        words_of(unicodedata.normalize("NFC", text.lower()).replace("tin nhắn", "")),
    )
    begins = next((at for at, word in enumerate(words) if word not in BEFORE_RECEIVED), len(words))
    ends = next((at for at in range(len(words), begins, -1) if words[at - 1] not in AFTER_RECEIVED), begins)
    core = " ".join(words[begins:ends])
    done = not raws.isdisjoint(("đã", "da")) or "roi" in words[ends:]
    said = SAYS_RECEIVED.fullmatch(core) and NEVER_RECEIVED.isdisjoint(raws)
    return bool(said) and (done or core.endswith(("ro", "du", "duoc", "tiep thu")))


def rough_pattern(folded: str) -> str:
    """A pattern for ILIKE that each text fits whose `fold` holds these folded words, and some others: of their letters those that
    neither Vietnamese nor the scripts of its minorities write with marks, and their digits."""
    return "%" + "".join(char if char in UNMARKED else "%" for char in folded) + "%"


def word_tokens(text: str) -> list[str]:
    """`plain` text as runs of digits, runs of letters and single other signs; "đ/c" is the one word "dc"."""
    joined = re.sub(r"(?<![a-z])d ?/ ?c(?![a-z])", " dc ", plain_words(text))
    return re.findall(r"[0-9]+|[a-z]+|\S", joined)


_TURNED = re.compile(
    "[\u00ad\u061c\u115f\u1160\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0]"
)


def shown_text(text: str) -> str:
    """The text with composed letters, as it is kept and shown to others: without what takes no room, and without what turns the
    direction of writing."""
    return text if text.isascii() else _TURNED.sub("", unicodedata.normalize("NFC", text))


SIGNS = ("So", "Sk", "Cf", "Cn", "Co")
"""Kinds of signs that say nothing: pictures, modifiers, what is not seen."""


def typed_text(text: str) -> str:
    """The text with composed letters, plain digits and spaces, without pictures; rows stay. A small or raised figure stays
    what it is, for it is no number."""
    return "".join(map(_typed, unicodedata.normalize("NFC", text.strip())))


@lru_cache(LETTERS)
def _typed(char: str) -> str:
    digit = unicodedata.decimal(char, None)
    if digit is not None:
        return str(digit)
    if char == "\n":
        return char
    if unicodedata.category(char) in SIGNS or char in "\ufe0f\u20e3":
        return " " if unicodedata.category(char) == "So" else ""
    if char.isspace():
        return " "  # and the wide signs of an Asian keyboard:
    return unicodedata.normalize("NFKC", char) if "\uff00" <= char <= "\uffef" else char


def undo_telex(word: str, vocabulary: Set[str]) -> str:
    """What "vawngs" and "pheps" would be, had the keyboard been on, folded; the word itself if that is no known one."""
    bare = word.replace("dd", "d")
    for twice in ("aa", "ee", "oo"):
        bare = bare.replace(twice, twice[0])
    head = re.match(r"[^aeiouy]*", bare)
    start = head.end() if head else 0
    bare = bare[:start] + re.sub(r"[sfrxjzw]", "", bare[start:])
    return bare if bare in vocabulary else word


def own_words(folded: str, text: str) -> str:
    """The folded words as the person has typed them in `text`."""
    raws = re.findall(r"[0-9]+|[^\W\d_]+|\S", typed_text(text))
    for length in range(1, len(raws) + 1):
        for at in range(len(raws) - length + 1):
            if plain_words(" ".join(raws[at : at + length])) == folded:
                return " ".join(raws[at : at + length])
    return folded


def quoted_words(text: str) -> str:
    """The person's own words, short enough to be quoted in an answer."""
    whole = " ".join(text.split())
    return whole if len(whole) <= ECHO else whole[: ECHO - 1] + "…"


def number_at(words: Sequence[str], start: int, *, pairs: bool = False) -> tuple[int, int] | None:
    """The number that begins at `words[start]` (folded words, 1 to 99,999) and the position behind it.

    "hai mốt", "hai lăm", "hai tư" are 21, 25, 24; two plain digits after each other are two numbers, but with `pairs`
    "hai tám" is 28. "hai ba" is two or three to everybody, and never 23.
    """
    head = _pair(words, start) if pairs else None
    head = head or _below_hundred(words, start)
    if head is None:
        return None
    value, at = head
    if word_at(words, at) in {"nghin", "ngan"}:
        hundreds = (0, at + 2) if word_at(words, at + 1) == "khong" else _below_hundred(words, at + 1)
        if hundreds and hundreds[0] < 10 and word_at(words, hundreds[1]) == "tram":
            return _below_tram(words, hundreds[1] + 1, 1000 * value + 100 * hundreds[0])
        return _below_tram(words, at + 1, 1000 * value)
    if word_at(words, at) == "tram" and value < 10:
        return _below_tram(words, at + 1, 100 * value)
    return value, at


def _pair(words: Sequence[str], at: int) -> tuple[int, int] | None:
    """Two digits for tens and ones, unless they follow each other as those of a guess do."""
    tens, ones = DIGITS.get(word_at(words, at), 0), DIGITS.get(word_at(words, at + 1), 0)
    following = word_at(words, at + 2)
    more = following in DIGITS or following in {"muoi", "chuc", "tram"}
    if tens < 2 or not ones or ones == tens + 1 or more:
        return None
    return 10 * tens + ones, at + 2


def _below_tram(words: Sequence[str], at: int, value: int) -> tuple[int, int]:
    if word_at(words, at) in ODD and word_at(words, at + 1) in AFTER_TENS:
        return value + AFTER_TENS[words[at + 1]], at + 2
    tail = _below_hundred(words, at)
    # "một trăm hai" is 102 to some and 120 to others.
    return (value + tail[0], tail[1]) if tail and tail[0] >= 10 else (value, at)


def _below_hundred(words: Sequence[str], at: int) -> tuple[int, int] | None:
    first, second = word_at(words, at), word_at(words, at + 1)
    if first in SHORT_WORDS:
        return (SHORT_WORDS[first] + AFTER_TENS[second], at + 2) if second in AFTER_TENS else None
    if first == "muoi":
        tens, at = 10, at + 1
    elif first not in DIGITS:
        return None
    elif second in {"muoi", "chuc"}:
        tens, at = 10 * DIGITS[first], at + 2
    elif second in SHORT_TENS and first != "mot":
        return 10 * DIGITS[first] + SHORT_TENS[second], at + 2
    else:
        return DIGITS[first], at + 1
    last = AFTER_TENS.get(word_at(words, at))
    return (tens, at) if last is None else (tens + last, at + 1)


def phrase_at(words: Sequence[str], at: int, phrases: Container[tuple[str, ...]], longest: int) -> int:
    """Of how many words the longest of the known `phrases` is that begins at `words[at]`; 0 for none."""
    lengths = range(min(longest, len(words) - at), 0, -1)
    return next((n for n in lengths if tuple(words[at : at + n]) in phrases), 0)


def word_at(words: Sequence[str], at: int) -> str:
    return words[at] if at < len(words) else ""


def share_fits(share: Fraction, shown: Iterable[Fraction]) -> bool:
    """Whether a share in per cent is one of these, rounded as people like: 89, 89,3, 90; all is never but nearly all."""
    return any(abs(share - one) < 1 and (share == 100) <= (one == 100) for one in shown)


def read_number(text: str) -> int:
    """The one whole number, 0 to 99,999, that a person gave: "25", "25 đ/c", "hai lăm", "không có ai".

    Raises Invalid("number_unclear", said=...) for anything else: two numbers, "25/28", decimals, negatives, per cent.
    """
    found = word_tokens(text)
    digits = [token for token in found if token.isdecimal()]
    words = [token for token in found if token.isalpha()]
    value = None
    if not _not_a_count(found):
        value = _digits_among(digits, words) if digits else _words_only(words)
    if value is None:
        raise Invalid("number_unclear", said=quoted_words(text))
    return value


def _not_a_count(found: list[str]) -> bool:
    if not found or found[0] in set("-−–.,"):
        return True
    unknown = [token for token in found if token.isalnum() and not token.isascii()]
    return (
        bool(unknown)
        or bool(set(found) & set("%<>~+*/"))
        or any(a in "-−–" and b.isdecimal() for a, b in pairwise(found))
    )


def _digits_among(digits: list[str], words: list[str]) -> int | None:
    if len(digits) > 1 or len(digits[0]) > LONGEST_NUMBER or not set(words) <= AROUND_NUMBER:
        return None
    return int(digits[0])


def _words_only(words: list[str]) -> int | None:
    core = [word for word in words if word not in POLITE]
    if core and core[0] in NO_WORDS and set(core[1:]) <= NOBODY:
        return 0
    while words and words[0] in AROUND_NUMBER:
        words = words[1:]
    while words and words[-1] in AROUND_NUMBER:
        words = words[:-1]
    read = number_at(words, 0, pairs=True)
    return read[0] if read and read[1] == len(words) else None


def read_yes_no(text: str) -> bool | None:
    """True for "có", "ừ", "đồng ý", "dạ được ạ"; False for "không", "thôi", "dạ chưa"; None when it is neither or both."""
    whole = unicodedata.normalize("NFC", " ".join(text.lower().split()))
    joined = TWO_WORDS.sub(lambda found: found[0].replace(" ", "_"), whole)
    words = [word for word in re.findall(r"\w+", joined) if not is_one_of(word, SAYS_NEITHER)]
    meant = [word for word in words if word not in {"dạ", "da"}]  # an agreeing noise before either answer
    answers = [
        True if is_one_of(word, SAYS_YES) else False if is_one_of(word, SAYS_NO) else None for word in meant
    ]
    if "?" in whole or None in answers or not words:
        return None
    if not answers or all(answers):
        return True
    grudging = meant[0] in {"thôi", "thoi"} and True in answers
    return None if answers[0] or grudging else False


def is_one_of(word: str, vocabulary: frozenset[str], both_ways: frozenset[str] = BOTH_WAYS) -> bool:
    """With its marks or, where it is typed without any, without; `both_ways`: those that are other words then as often."""
    return word in vocabulary or (
        word.isascii() and word not in both_ways and word in _without_marks(vocabulary)
    )


@cache
def _without_marks(vocabulary: frozenset[str]) -> frozenset[str]:
    return frozenset(map(plain_words, vocabulary))


FILLERS = words_of("rồi roi ạ nhé")


def past_fillers(words: list[str]) -> list[str]:
    """The words behind those that only close an answer: of "rồi ạ, nộp 12 báo cáo" the last four."""
    begins = next(
        (n for n, word in enumerate(words) if word.strip(":,;.!").lower() not in FILLERS), len(words)
    )
    return words[begins:]
