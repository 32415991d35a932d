"""What stands in a cell of the units' table, as offices write it: numbers of members, usual days, kinds told by a name."""

import re
import unicodedata
from functools import lru_cache

from bot.problems import Invalid
from bot.reading.words import fold, plain_words, read_number, words_of

folded = lru_cache(2**14)(fold)
"""`reading.fold`, which the words of a long table ask for again and again."""
EMPTIES = frozenset("-–—−")
"""A cell with nothing but this takes away what is known; an empty one changes nothing."""

_FLOAT = re.compile(r"(\d{1,9})[.,]0+")
_THOUSANDS = re.compile(r"(\d{1,3})\.(\d{3})")
_OF_THEM = re.compile(
    r"(?i)\s*(?:\((?:trong đó\s*)?(?:có\s*)?\d{1,4}[^()\d]*\bdự bị\)|[,;]?\s*trong đó\s+(?:có\s+)?\d{1,4}\D*\bdự bị)\s*$"
)
"""Of the members so many are candidates: they are counted among them."""
_DATE = re.compile(r"(?P<d>\d{1,2}) ?[/.-] ?(?:0?[1-9]|1[0-2])(?: ?[/.-] ?(?:\d{4}|\d{2}))?")
_ISO = re.compile(r"\d{4}-\d{2}-(?P<d>\d{2})")
_CLOCK = re.compile(r"\b\d{1,2} ?(?:h|g|gio|:) ?(?:[0-5]\d)?(?: ?(?:phut|p))?(?=\W|$)")
_DAY_WORDS = words_of(
    "vao ngay dinh ky mung mong hang moi thang so luc lich sinh hoat hop thuong le chi bo la cua cac"
)
_KINDS: tuple[tuple[str, str], ...] = (
    (r"chi bo|cb|cbcs|chi uy", "chi_bo"),
    (r"(?:dang bo|dang uy|db) bo phan|dbbp", "dang_bo_bo_phan"),
    (r"dang bo|db|dbcs|dang uy co so", "dang_bo_co_so"),
    (r"dang uy", "dang_uy"),
    (r"ban to chuc", "ban_to_chuc"),
    (r"ban tuyen giao", "ban_tuyen_giao"),
    (r"van phong (?:dang uy|cap uy|tinh uy|huyen uy|thanh uy|quan uy|thi uy)", "van_phong"),
    (r"uy ban kiem tra|ubkt", "uy_ban_kiem_tra"),
    (r"(?:uy ban |ub)?(?:mat tran|mttq)", "mat_tran"),
    (r"doan cong tac", "doan_cong_tac"),
    (r"cong doan|doan thanh nien|hoi cuu chien binh|hoi nong dan|hoi (?:lien hiep )?phu nu", "doan_the"),
)
_KIND_OF_NAME = tuple((re.compile(rf"(?:{words})\b"), kind) for words, kind in _KINDS)

_SEVERAL = re.compile(
    r"(?:cac|khoi|nhom|cum|loai hinh) .*|(?:chi bo|dang bo|to chuc dang|don vi)(?: (?:va )?(?:chi bo|dang bo))*(?: co so)? truc (?:thuoc|tiep)\b.*"
)


def one_line(text: str) -> str:
    """The text in NFC without line breaks and doubled spaces."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def whole_number(text: str) -> int | None:
    """The number of "28", "28.0", "1.200", "25 đ/c", "28 (2 dự bị)", "hai lăm"; None for anything else."""
    text = _OF_THEM.sub("", unicodedata.normalize("NFKC", text).strip())
    if found := _FLOAT.fullmatch(text):
        return int(found[1])
    if found := _THOUSANDS.fullmatch(text):
        return int(found[1] + found[2])
    try:
        return read_number(re.sub(r"(?i)đ ?\. ?c\b\.?", "đ/c", text).rstrip(". "))
    except Invalid:
        return None


def usual_day(text: str) -> tuple[int | None, bool]:
    """The day of the month in "3", "ngày 3", "mùng 3", "03 hằng tháng", "3/1/2027" and "19h30 ngày 3"; None where there is
    none. And whether something else was said beside it, a month or a clock time, which is not kept."""
    whole = plain_words(unicodedata.normalize("NFKC", text)).strip(" .,;")
    bare = _CLOCK.sub(" ", whole)
    words = [word for word in re.sub(r"[,;()]|/(?= ?[a-z])", " ", bare).split() if word not in _DAY_WORDS]
    rest = " ".join(words)
    found = _DATE.fullmatch(rest) or _ISO.fullmatch(rest)
    day = int(found["d"]) if found else whole_number(rest) if rest else None
    return (day if day is not None and 1 <= day <= 31 else None), bool(found) or bare != whole


@lru_cache(2**14)
def kind_of_name(name: str) -> str:
    """The kind of organisation that a name says in its first words: "Chi bộ Thôn 1" is a chi_bo; "" where it says none, or
    speaks of several: "Các chi bộ trực thuộc"."""
    if names_several(name):
        return ""
    return next((kind for pattern, kind in _KIND_OF_NAME if pattern.match(folded(name))), "")


def names_several(text: str) -> bool:
    """Whether the text is a heading of several units: "Các chi bộ trực thuộc", "Khối nông thôn"."""
    return bool(_SEVERAL.fullmatch(folded(text)))


def name_key(name: str) -> str:
    """What is left for telling whether two names are the same; a party committee may be named by its uỷ or its bộ."""
    return re.sub(r"^(?:ban chap hanh |bch )?(?:dang uy|dang bo)(?: co so)?\b", "dang bo", folded(name))


def code_of_name(name: str, most: int = 60) -> str:
    """A code for a unit that was given none, the same each time: "Chi bộ Thôn 1" is "CB-THON-1"."""
    words = fold(name)
    for long, short in (("chi bo", "cb"), ("dang bo", "db"), ("dang uy", "du")):
        words = re.sub(rf"^{long}\b", short, words)
    return "-".join(words.upper().split())[:most].strip("-") or "DV"
