"""Finds the people whom a sentence names: what goes up tells of the cell, and names nobody.

A sign that it may be so, no proof: "đường Nguyễn Văn Trỗi" is a street, and whoever typed it has the last word.
"""

import re
from collections.abc import Sequence

from bot.reading.signers import ROLES
from bot.reading.words import fold

WORD = re.compile(r"đ/c\b|[^\W\d_]+", re.IGNORECASE)
COURTESIES = frozenset(["đ/c", "đc", "ông", "bà", "anh", "chị", "cô", "chú", "bác", "thầy", "cụ"])
TITLES = ROLES | {
    *("chu tich", "pho chu tich", "truong thon", "pho truong thon", "to truong", "truong ban"),
    *("giam doc", "pho giam doc", "hieu truong", "truong phong", "tong bi thu"),
}
LONGEST_TITLE = max(len(title.split()) for title in TITLES)
BODIES = frozenset(
    [
        "Ban",
        "Bí",
        "Chi",
        "Chính",
        "Cấp",
        "Công",
        "Hội",
        "Mặt",
        "Phó",
        "Quốc",
        "Thường",
        "Trung",
        "Trưởng",
        "Tổ",
        "Ủy",
        "Đoàn",
        "Đảng",
    ]
)
"""How the names of bodies and offices begin, behind a courtesy too: "các đồng chí Chi ủy viên"."""
SURNAMES = frozenset(
    [
        "nguyễn",
        "trần",
        "lê",
        "phạm",
        "hoàng",
        "huỳnh",
        "phan",
        "vũ",
        "võ",
        "đặng",
        "bùi",
        "đỗ",
        "hồ",
        "ngô",
        "dương",
        "lý",
        "đinh",
        "trương",
        "trịnh",
        "mai",
        "cao",
        "lương",
        "lưu",
        "tạ",
        "tô",
        "hà",
        "đào",
        "phùng",
        "quách",
        "thái",
        "châu",
        "vương",
        "tống",
        "từ",
        "kiều",
        "nông",
        "hứa",
        "lò",
        "lường",
        "triệu",
        "nguyen",
        "tran",
        "pham",
        "hoang",
        "huynh",
        "bui",
        "dinh",
        "trinh",
    ]
)
"""Without their marks only those that are no other word."""
MIDDLE = frozenset(("văn", "thị", "van", "thi"))
PLACES = frozenset(
    [
        "duong",
        "pho",
        "truong",
        "xa",
        "phuong",
        "thon",
        "xom",
        "ap",
        "to",
        "quan",
        "huyen",
        "tinh",
        "khu",
        "cau",
        "cho",
        "vien",
        "hoc",
        "thpt",
        "thcs",
        "bo",
        "tac",
        "gia",
        "tuong",
        "dai",
        "nui",
        "song",
        "dao",
    ]
)
"""What stands before a name that is that of a place, a school, a cell."""
REMEMBERED = frozenset(("ho chi minh", "ho", "lenin", "le nin", "mac", "cac mac"))
MOST_WORDS = 5
Span = tuple[int, int]


def people_named(text: str) -> list[str]:
    """The names as they stand in the text, each with the courtesy before it; in their order."""
    return [text[first:last] for first, last in _spans(text)]


def without_people(text: str, instead: str) -> str:
    """The text with `instead` in the place of each name; with a capital where a sentence begins with it."""
    out, at = "", 0
    for first, last in _spans(text):
        out += text[at:first]
        begins = not out.strip() or out.rstrip()[-1] in ".!?\n"
        out += instead[:1].upper() + instead[1:] if begins else instead
        at = last
    return out + text[at:]


def _spans(text: str) -> list[Span]:
    words = list(WORD.finditer(text))
    found, at = [], 0
    while at < len(words):
        run = _run(text, words, at)
        length = _person(run, _before(text, words, at), shouted=text == text.upper())
        if length:
            found.append((words[at].start(), words[at + length - 1].end()))
        at += length or 1
    return found


def _run(text: str, words: Sequence[re.Match[str]], at: int) -> list[str]:
    """The words from here on between which nothing but spaces stands."""
    run = [words[at].group()]
    for before, word in zip(words[at:], words[at + 1 :], strict=False):
        if text[before.end() : word.start()].strip() or len(run) > MOST_WORDS + LONGEST_TITLE + 2:
            break
        run.append(word.group())
    return run


def _before(text: str, words: Sequence[re.Match[str]], at: int) -> str:
    near = at > 0 and not text[words[at - 1].end() : words[at].start()].strip()
    return fold(words[at - 1].group()) if near else ""


def _person(run: Sequence[str], before: str, *, shouted: bool) -> int:
    """So many of the words are a person; 0 where they are none."""
    courtesy = _courtesy(run)
    titled = courtesy + _title(run[courtesy:]) if courtesy else 0
    for start in dict.fromkeys((titled, courtesy)):
        name = _name(run[start:], sure=courtesy > 0, before="" if courtesy else before, shouted=shouted)
        if name:
            return start + name
    return 0


def _courtesy(run: Sequence[str]) -> int:
    if fold(" ".join(run[:2])) == "dong chi":
        return 2
    return 1 if run[0].lower() in COURTESIES else 0


def _title(run: Sequence[str]) -> int:
    lengths = range(min(LONGEST_TITLE, len(run)), 0, -1)
    return next((length for length in lengths if fold(" ".join(run[:length])) in TITLES), 0)


def _name(run: Sequence[str], *, sure: bool, before: str, shouted: bool) -> int:
    """So many words of a name at the beginning: behind a courtesy one with a capital is enough, else it takes a surname."""
    if not run or before in PLACES:
        return 0
    surname = run[0].lower() in SURNAMES
    capitals = 0 if shouted else _capitals(run)
    if fold(" ".join(run[:capitals])) in REMEMBERED:
        return 0
    if capitals and ((sure and run[0] not in BODIES) or (surname and capitals > 2)):
        return capitals
    if surname and len(run) > 2 and run[1].lower() in MIDDLE:
        return 3
    return 0


def _capitals(run: Sequence[str]) -> int:
    count = 0
    while count < min(MOST_WORDS, len(run)) and run[count][0].isupper():
        count += 1
    return count
