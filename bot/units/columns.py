"""What the headings of an office's table of units mean, in the many words that offices have for them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.reading.words import fold
from bot.units.form import UnitsForm
from bot.units.rows import COLUMNS

ORDER, EITHER = "order", "kind or sector"
"""The running number; and a column "Loại hình", of which only its values say what it holds."""
WITHIN = " / "
"""Stands between the words of a heading of several rows, the upper one first."""
SURE, LIKELY, WEAK = 3, 2, 1

_ORGANISATION = (
    r"(?:to chuc co so dang|to chuc dang co so|to chuc co so|to chuc dang|to chuc|tccsd|tcd|chi bo|dang bo"
    r"|chi dang bo|co so dang|don vi|dv|cb)"
)
_ORGANISATIONS = (
    rf"(?:cac )?{_ORGANISATION}(?: (?:va |hoac )?(?:cac )?{_ORGANISATION})*(?: co so| truc thuoc)*"
)
_MEANINGS: tuple[tuple[str, str, int], ...] = (
    (r"t ?t|s ?t ?t|so t ?t|so thu tu|thu tu|no|stt tt", ORDER, SURE),
    (r".*\b(?:sap nhap|nhap vao|hop nhat)\b.*", "merged_into", LIKELY),
    (r".*\b(?:giai the|ket thuc hoat dong|ngung hoat dong)\b.*", "closed_on", LIKELY),
    (r".*\b(?:trung ngay|ngay le|ngay nghi|nghi le)\b.*", "meeting_shift", LIKELY),
    (r"(?:dia diem|noi|gio|dia chi)\b.*", "", SURE),
    (r"(?:ngay|lich|thoi gian|ky)\b.*\b(?:hop|sinh hoat|sh|shcb)\b.*", "meeting_day", LIKELY),
    (r"(?:sinh hoat|hop)(?: chi bo)? (?:dinh ky|thuong ky|hang thang|ngay)\b.*", "meeting_day", LIKELY),
    (
        r".*\bcap tren\b.*|(?:dang bo|dang uy|cap uy) quan ly.*|thuoc (?:dang bo|dang uy|don vi).*",
        "parent_code",
        SURE,
    ),
    (
        r"(?:(?:don vi|to chuc(?: dang)?) )?(?:truc thuoc|thuoc)(?: (?:dang bo|dang uy|to chuc dang))?",
        "parent_code",
        LIKELY,
    ),
    (r"(?:dang bo|dang uy)(?: co so| bo phan| xa| phuong)?", "parent_code", WEAK),
    (r"ma(?: so| dinh danh)?(?: .*)?|code|ky hieu|id", "code", LIKELY),
    (r"loai(?: hinh)? (?:to chuc|tccsd)\b.*|cap to chuc.*|kind", "kind", LIKELY),
    (r"(?:phan )?loai(?: hinh)?(?: .*)?|hinh thuc to chuc|nhom|khu vuc|nganh|khoi(?: .*)?", EITHER, LIKELY),
    (r"linh vuc(?: .*)?", "sector", LIKELY),
    (rf"ten(?: goi| day du)?(?: (?:cua )?{_ORGANISATIONS})?|name", "name", SURE),
    (rf"(?:danh sach |ten )?{_ORGANISATIONS}", "name", LIKELY),
    (r"don vi|co quan(?:,? don vi)?", "name", WEAK),
    (
        r".*\b(?:du bi|chinh thuc|nu|nam|dan toc|ton giao|mien|moi ket nap|nghi huu|ket nap|ho ten|ho va ten)\b.*",
        "",
        SURE,
    ),
    (
        r"(?:(?:tong |ts |tong so |so luong |so |sl |quan so )+)?(?:dang vien|dv|dang so)\b.*",
        "members",
        LIKELY,
    ),
    (r"(?:tong so|so luong|quan so|si so|dang so)(?: (?:dc|nguoi|hien co))?", "members", WEAK),
)
_COMPILED = tuple((re.compile(pattern), meaning, weight) for pattern, meaning, weight in _MEANINGS)
DATA = (*(name for name in COLUMNS if name not in ("name", "merged_into")), EITHER)


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of a table by its number from 1, its heading as it stands, and what it means ("" if it is not read)."""

    column: int
    text: str
    meaning: str = ""


def heading_meaning(text: str, form: UnitsForm) -> tuple[str, int]:
    """What a heading means and how sure that is; ("", 0) for one that is not known."""
    if known := form.headings.get(fold(text)):
        return known, SURE + 1
    for words in (text, " ".join(reversed(text.split(WITHIN)))):
        folded = fold(re.sub(r"\([^)]*\)", " ", words)) or fold(words)
        for pattern, meaning, weight in _COMPILED:
            if pattern.fullmatch(folded):
                return meaning, weight if meaning else 0
    return "", 0


def read_headings(texts: Mapping[int, str], form: UnitsForm) -> list[Heading] | None:
    """The columns of a table with these headings, by column number; None if they are no headings of a table of units."""
    found = {column: heading_meaning(text, form) for column, text in texts.items()}
    best: dict[str, int] = {}
    for column, (meaning, weight) in sorted(found.items()):
        if meaning and (meaning not in best or weight > found[best[meaning]][1]):
            best[meaning] = column
    _settle_names(found, best)
    meanings = {column: meaning for meaning, column in best.items()}
    if not _is_table(best):
        return None
    return [Heading(column, text, meanings.get(column, "")) for column, text in sorted(texts.items())]


def _settle_names(found: Mapping[int, tuple[str, int]], best: dict[str, int]) -> None:
    """ "Đảng bộ" alone is the unit's name; beside a name it is what the unit belongs to."""
    if "name" in best:
        return
    weak = [
        column for column, (meaning, weight) in found.items() if (meaning, weight) == ("parent_code", WEAK)
    ]
    likely = [c for c, (meaning, weight) in found.items() if (meaning, weight) == ("parent_code", LIKELY)]
    for column in weak or likely:
        if best.get("parent_code") == column:
            del best["parent_code"]
        best["name"] = column
        return


def _is_table(best: Mapping[str, int]) -> bool:
    others = [name for name in best if name in DATA and name != "code"]
    if "name" in best:
        return len(best) > 1
    return "code" in best and bool(others)
