"""What a line about attendance is made of: numbers, names of counts, signs; whatever else stands in it is pointed at."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from bot.problems import Invalid
from bot.reading.words import (
    AFTER_TENS,
    DIGITS,
    LONGEST_NUMBER,
    ODD,
    PEOPLE,
    POLITE,
    number_at,
    phrase_at,
    plain_words,
    quoted_words,
    typed_text,
    undo_telex,
    words_of,
)

NAMES: dict[str, str] = {
    "T": "tong so|tong cong|tong|si so|sy so|ts|ss|quan so",
    "B": "phai du hop|phai du|phai co mat|duoc trieu tap|trieu tap|can du",
    "P": "co mat|hien dien|du hop|tham du|tham gia|di hop|den hop|du sinh hoat|sinh hoat|cm|hd|di|den|du",
    "A": "vang mat|vang hop|vang|thieu|nghi hop|nghi|xin vang|xin nghi|khong tham du|khong du hop|di vang"
    "|khong co mat|khong den|vm|v|tong so vang|tong vang|tong so vang mat|khong di hop|ko du hop|khong tham gia",
    "E": "co phep|co ly do|co li do|co xin phep|da xin phep|xin phep|phep|ly do chinh dang|li do chinh dang"
    "|ly do|li do|cp|p|cld|co ld|duoc phep",
    "AE": "vang phep|vp|vcp|vcld|vang cp|vang p|vang co phep|vang co ly do|vang co li do|nghi phep",
    "U": "kp|kld|k p|ko p|kh p|vo ly do|vo li do|chua xin phep|chua co phep|chua co ly do|khong duoc phep",
    "AU": "vkp|vkld|vang kp|vang khong phep|vang khong ly do|vang khong li do|vang khong co ly do",
    "X": "mien sinh hoat dang|mien cong tac sinh hoat|mien cong tac va sinh hoat|mien sinh hoat|mien cong tac"
    "|mien sh|mien ct|mien|msh",
    "O": "chinh thuc|ct",
    "D": "du bi|db",
    "W": "sinh hoat tam thoi noi khac|sinh hoat tam thoi o noi khac|sinh hoat noi khac|di noi khac|o noi khac"
    "|di sinh hoat tam thoi|sinh hoat o noi khac|noi khac|nhiem vu dac biet|sinh hoat tam thoi di noi khac"
    "|gioi thieu sinh hoat tam thoi di noi khac|sinh hoat tam noi khac|chuyen di noi khac",
    "M": "sinh hoat dang tam thoi|sinh hoat tam thoi|sinh hoat tam|sh tam|tam thoi",
    "G": "khach moi|khach|dai bieu",
    "L": "den muon|di muon|den tre|di tre|den sau|muon|tre",
    "F": "day du ca|day du|du ca|du het|du mat|dong du|di du|den du|du so|du quan so|du quan|day du het|du",
    "f": "gan du|gan nhu du|chua day du|khong day du|du tru|chua du|khong du|hau het",
    "r": "con lai du|con lai co mat du|con lai deu co mat|con lai co mat|con lai co mat day du|con lai day du|con lai deu du"
    "|con lai tham du day du|con lai tham du du|con lai co mat ca|con lai di du|con lai du ca|con lai deu co mat day du",
    "R": "om|benh|bi om|bi benh|di cong tac|cong tac|di ct|thai san|nghi thai san|nghi om|nghi de|viec rieng"
    "|viec gia dinh|ban viec|ban viec gia dinh|di hoc|di xa|di vien|nam vien|nghi mat|nghi che do|om dau"
    "|di benh vien|viec nha|di lam|truc|dam tang|dam cuoi|hieu hi",
    "Z": "khong ro ly do|khong ro li do|chua ro ly do|chua ro li do|khong ro|chua ro|chua bao|khong bao"
    "|khong bao cao|chua bao cao|chua biet ly do|chua biet|co bao|co bao cao",
    "Y": "tat ca|toan bo|toan the|moi nguoi|ca chi bo|het",
    "K": "khong|ko|k|kh|khg|hong",
    "/": "/|\\|tren|trong so|trong tong|trong",
    "(": "(|trong do|gom|bao gom|gom co|ke ca|tinh ca",
    ",": ",|va|tru|con|cung",
    ";": ";|.|)",
    "+": "+",
    "": "con lai|so con lai",
}
"""The letter of each name or sign in a clause, and its words, folded; two letters say two things at once."""

for _no in ("khong", "ko", "k", "kh", "khg"):
    NAMES["U"] += "".join(
        f"|{_no} {reason}"
        for reason in (
            "phep", "ly do", "li do", "xin phep", "co phep", "co ly do", "co li do", "ly do chinh dang",
            "co ly do chinh dang", "co xin phep", "ld",
        )
    )  # fmt: skip

SYLLABLES = {word for listed in NAMES.values() for word in listed.replace("|", " ").split()}
PHRASES: dict[tuple[str, ...], str] = {}
for _code, _listed in NAMES.items():
    for _name in _listed.split("|"):
        PHRASES[tuple(_name.split())] = _code
        if len(_name) > 5 and " " in _name:
            PHRASES[(_name.replace(" ", ""),)] = _code  # "cóphép"
LONGEST = max(map(len, PHRASES))
IGNORED = (
    PEOPLE
    | (POLITE - {"bao", "cao"})
    | words_of(
        "truong hop chinh co ai la duoc deu ca a da so bo cua dang hom nay buoi bao cao anh thay cac nao luong lai"
        " ti le ty dat chi uy kinh gui luc sl xin toi cho biet thi thuong ky bang chiem ok trong bat dau nham sua lai"
    )
)
MEANT = {"đủ": "F", "dự": "P", "bận": "R", "trễ": "L", "muộn": "L", "vâng": "", "bạn": ""}
"""Words that folding makes like others, and what they say; "" is nothing."""
NUMBERS_WRITTEN = words_of(
    "một mốt hai ba bốn tư năm lăm nhăm sáu bảy bẩy tám chín mười mươi chục trăm hăm băm linh lẻ nghìn ngàn không"
)
GLUE = set(":=-–—•*!\"'“”‘’…|>~_")
NAMED_AFTER = words_of("chi dc anh bac ong ba")
NUMERALS = DIGITS.keys() | AFTER_TENS.keys() | ODD | words_of("muoi chuc tram ham bam nghin ngan khong")
VOCABULARY = {word for phrase in PHRASES for word in phrase} | IGNORED | NUMERALS
PER_CENT = re.compile(
    r"(?<![0-9.,/])([0-9]{1,3}(?:[.,][0-9]{1,2})?)\s*(?:%|phần trăm|phan tram)", re.IGNORECASE
)
CLOCK = re.compile(
    r"\b[0-2]?[0-9]\s?(?:h|g|giờ|gio)\s?(?:[0-5][0-9])?(?:\s?(?:'|p|ph|phút|phut))?(?![^\W\d_])",
    re.IGNORECASE,
)
NOT_WHOLE = re.compile(r"(?:(?<=[^\s\n])[ \t]+|[,;(])[-−–][0-9]|[0-9]\.[0-9]|[0-9],[0-9]{3}(?![0-9])")
"""Below zero, decimals, 1.200. A dash before the first number of a row is a bullet."""


@dataclass(frozen=True, slots=True)
class CountItem:
    """A number or the letter of a name; `raw`: as the person wrote it."""

    code: str
    value: int = 0
    raw: str = ""


@dataclass(frozen=True, slots=True)
class CountLine:
    """`clauses`: the items between two breaks, each with the break before it; `shares`: what was said in per cent."""

    clauses: tuple[tuple[str, tuple[CountItem, ...]], ...]
    shares: tuple[Fraction, ...]
    bare: bool
    """Numbers alone, with nothing but commas and dashes between them."""


@dataclass(frozen=True, slots=True)
class _Word:
    folded: str
    raw: str
    glued: bool
    """No space before it."""


def read_items(text: str) -> CountLine:
    """The line in clauses. Raises Invalid attendance_unclear (said, word: the first thing not understood)."""
    whole = typed_text(text).replace("\n", " ;\n")
    if wrong := NOT_WHOLE.search(whole):
        raise is_unclear(text, wrong[0].strip(" ,;(\t"))
    shares = tuple(Fraction(found[1].replace(",", ".")) for found in PER_CENT.finditer(whole))
    if any(share > 100 for share in shares):
        raise is_unclear(text, "%")
    words = _words(CLOCK.sub(" ", PER_CENT.sub(" ", whole)))
    items = list(_items(words, text))
    clock = CLOCK.search(whole)
    if clock and {item.code for item in items} <= set("N/,;(+"):
        raise is_unclear(text, clock[0])  # "28/4 19h30" is a day
    bare = {item.code for item in items} <= {"N", ",", ";"} and not any(w.folded == "+" for w in words)
    return CountLine(tuple(_clauses(items)), shares, bare)


def is_unclear(text: str, word: str) -> Invalid:
    return Invalid("attendance_unclear", said=quoted_words(text), word=quoted_words(word))


def _words(whole: str) -> list[_Word]:
    joined = re.sub(r"(?<![^\W\d_])([đdĐD]) ?[/.] ?([cC])(?![^\W\d_])", " đc ", whole)
    joined = re.sub(r"(?<![^\W\d_])([^\W\d_])\.(?=[^\W\d_](?![^\W\d_]))", r"\1", joined)  # "v.k.p" is "vkp"
    telex = joined.isascii()
    words = []
    for found in re.finditer(r"[0-9]+|[^\W\d_]+|\S", joined):
        folded = plain_words(found[0])
        if telex and folded not in VOCABULARY and folded.isalpha():
            folded = undo_telex(folded, VOCABULARY)
        glued = found.start() > 0 and not joined[found.start() - 1].isspace()
        words.append(_Word(folded, found[0], glued))
    return words


def _items(words: list[_Word], text: str) -> Iterator[CountItem]:
    folded = [word.folded for word in words]
    numerals = [word.folded if _as_written(word, text) else word.raw for word in words]
    at, last = 0, ""
    while at < len(words):
        _refuse_figures_of_tones(words, at, text)
        item, end = _item_at(words, folded, numerals, at, last)
        if item is None and (folded[at] not in IGNORED | GLUE or _names_a_day(words, at)):
            raise is_unclear(text, words[at].raw)
        if item is None and folded[at] in GLUE and last == "N":
            item = CountItem("+" if folded[at] == "=" else ",", 0, words[at].raw)
        if item is not None and item.code:
            yield item
            last = item.code
        at = end


def _names_a_day(words: list[_Word], at: int) -> bool:
    """ "hôm nay đủ" and "tôi báo 25/28", but "hôm 24/11" and "tối 24/11" are no counts."""
    last = at + 1 == len(words)
    return words[at].raw.lower() == "tối" or (
        words[at].folded == "hom" and (last or words[at + 1].folded != "nay")
    )


def _as_written(word: _Word, text: str) -> bool:
    """A numeral, where marks are typed at all, has its own: "15 nam" is not 15 and five."""
    plainly = text.isascii() or word.folded not in NUMERALS
    return plainly or word.raw.lower() in NUMBERS_WRITTEN or word.folded in {"tu", "le", "lam"}


def _item_at(
    words: list[_Word], folded: list[str], numerals: list[str], at: int, last: str
) -> tuple[CountItem | None, int]:
    """The item that begins there, if any, and the position behind it."""
    phrase = phrase_at(folded, at, PHRASES, LONGEST)
    # "đồng chí Ba" is a person, not three.
    count = None if at and folded[at - 1] in NAMED_AFTER else number_at(numerals, at, pairs=True)
    if folded[at].isdecimal() and len(folded[at]) <= LONGEST_NUMBER:
        return CountItem("N", int(folded[at]), words[at].raw), at + 1
    if phrase <= 1 and words[at].raw.lower() in MEANT:
        return CountItem(MEANT[words[at].raw.lower()], 0, words[at].raw), at + 1
    if phrase and not (count and count[1] - at > phrase):
        raw = " ".join(word.raw for word in words[at : at + phrase])
        code = _code_of(PHRASES[tuple(folded[at : at + phrase])], raw.lower())
        if raw.lower() == "trong":  # "25 trong 28", and not "trong chi bộ"
            code = "/" if last == "N" and (folded[at + 1 : at + 2] or [""])[0].isdecimal() else ""
        return CountItem(code, 0, raw), at + phrase
    if count:
        return CountItem("N", count[0], " ".join(word.raw for word in words[at : count[1]])), count[1]
    return None, at + 1


def _code_of(code: str, raw: str) -> str:
    """đủ and dự are one word where no marks are typed: "q" is either."""
    if raw == "du":
        return "q"
    if raw.endswith(" du") and code == "f":
        return "?"
    return "A" if raw.endswith(" dự") and code == "f" else code


def _refuse_figures_of_tones(words: list[_Word], at: int, text: str) -> None:
    """ "va8ng" and "phe1p" are letters of another keyboard, and their digits no numbers."""
    if at + 2 < len(words) and words[at + 1].glued and words[at + 2].glued:
        head, digit, tail = (words[at + n].folded for n in range(3))
        if (
            head.isalpha()
            and digit.isdecimal()
            and tail.isalpha()
            and (head + tail) in SYLLABLES - {"vp", "kp", "cp"}
        ):
            raise is_unclear(text, "".join(word.raw for word in words[at : at + 3]))


def _clauses(items: Iterable[CountItem]) -> Iterator[tuple[str, tuple[CountItem, ...]]]:
    """Split at the breaks; a number in words and again in figures, "hai lăm (25)", is one."""
    breaks, row, last = "", list[CountItem](), -1
    for item in [*items, CountItem(";")]:
        if item.code not in {",", ";", "(", "+"}:
            row += [CountItem(code, item.value, item.raw) for code in item.code]
            continue
        if row:
            again = "(" in breaks and len(row) == 1 and row[0].code == "N" and row[0].value == last
            if not again:
                yield next((sign for sign in "(+;" if sign in breaks), ","), tuple(row)
            breaks, last = "", row[-1].value if row[-1].code == "N" else -1
            row = []
        breaks += item.code
