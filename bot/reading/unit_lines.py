"""What a row of an office's sheet is: a unit, a group of units, a total, the foot of the page; told by its words."""

import re

from bot.reading.unit_words import folded, kind_of_name, one_line
from bot.reading.words import plain_words

_TOTAL = re.compile(
    r"(?:tong|tong cong|tong so|cong|cong chung|cong toan)"
    r"(?: (?:\d+|cac|co|la|va|toan|chi|dang|bo|uy|vien|don|vi|to|chuc|co so|so|xa|phuong|khoi|tccsd|dv|dc|dong chi))*"
)
_FOOT = re.compile(
    r"(?:nguoi (?:lap|tong hop|bao cao|ky|lam)|thu truong|xac nhan|noi nhan|ghi chu|luu |t m |tm |thay mat|k t |kt |tl |t l "
    r"|ky ten|ky ghi|da ky|duyet|chu thich|ket qua|nguon|ban thuong vu$|ban chap hanh$).*"
    r"|.*\bngay\b.*\bthang\b.*\bnam\b.*"
    r"|(?:pho )?bi thu|chanh van phong|(?:pho )?truong ban|chu tich"
)
_NUMBERING = re.compile(r"\(?(?:\d{1,2}|[A-Z]|[IVX]{1,4})\)?")
_MARK = re.compile(r"(?P<roman>[IVX]{1,5}|[A-HĐ])|(?P<number>\d{1,4}(?:\.\d{1,3})*)")
_LEADING_MARK = re.compile(
    r"\s*(?:(?P<mark>[IVX]{1,5}|[A-HĐ]|\d{1,3}(?:\.\d{1,3})*)\s*[.)/:-]+|[-+•*])\s*(?=\S)"
)
_NUMBER_BEFORE = re.compile(r"^\s*(?:[IVX]{1,5}|[A-HĐ]|\d{1,2})\s*[.)/:-]\s*")
_GROUP_WORDS = re.compile(
    r"^(?:cac |khoi |nhom |loai hinh |linh vuc |chi bo |to chuc dang |don vi |thuoc |trong )+"
)


def lists_cells(title: str) -> bool:
    """Whether a title says that the table holds chi bộ alone: "Danh sách các chi bộ trực thuộc"."""
    return bool(re.match(r"danh sach (?:cac )?chi bo\b(?! (?:va )?dang bo)", folded(title)))


def committee_of(title: str) -> str:
    """The committee that a line over the table names: "ĐẢNG ỦY XÃ A", "Danh sách chi bộ trực thuộc Đảng bộ xã A"."""
    text = one_line(title)
    if kind_of_name(text).startswith("dang_"):
        return text
    found = re.search(r"(?:trực thuộc|thuộc)\s+((?:đảng bộ|đảng ủy|đảng uỷ)\s.+)$", text, re.IGNORECASE)
    return found[1] if found else ""


def is_total(texts: list[str]) -> bool:
    """Whether the first words of the row say that it sums up: "Tổng cộng", "Cộng:", "Tổng số 12 chi bộ"."""
    spoken = [folded(text) for text in texts if any(char.isalpha() for char in text)]
    return bool(spoken) and bool(_TOTAL.fullmatch(spoken[0]))


def is_foot(texts: list[str]) -> bool:
    """Whether the row belongs below the table: place and date, who signs, notes."""
    return any(_FOOT.fullmatch(folded(text)) for text in texts)


def is_numbering(texts: list[str]) -> bool:
    """Whether the row only numbers the columns: "1 2 3", "(1) (2) (3)", "A B 1 2"."""
    return len(texts) > 1 and all(_NUMBERING.fullmatch(text.strip()) for text in texts)


def running_mark(text: str) -> str:
    """A running number as it groups: "I." and "A" give "group", "1.2" gives "1.2", anything else ""."""
    found = _MARK.fullmatch(text.strip().rstrip(".)/:").strip())
    if not found:
        return ""
    return "group" if found["roman"] else found["number"]


def without_mark(text: str) -> tuple[str, str]:
    """The text without a number or dash typed before it ("I. Đảng bộ A", "- Chi bộ 1"), and that number as `mark_of`."""
    found = _LEADING_MARK.match(text)
    if not found or not kind_of_name(text[found.end() :]):
        return text, ""
    return text[found.end() :], running_mark(found["mark"] or "")


def group_words(text: str) -> str:
    """What a heading of a group says beside "khối", "nhóm", "các chi bộ", folded."""
    return _GROUP_WORDS.sub("", folded(without_number(text)))


def without_number(text: str) -> str:
    """The text of a heading without "I.", "A)" or "2." before it."""
    return _NUMBER_BEFORE.sub("", text)


def names_no_superior(text: str) -> bool:
    """Whether a heading ends the group above it: "Các chi bộ trực thuộc"."""
    return bool(re.search(r"\btruc thuoc\b|\btruc tiep\b", plain_words(text)))
