"""The stamps of state secrecy (MẬT, TỐI MẬT, TUYỆT MẬT), read from text, file names and first pages.

Source of the rule: Luật Bảo vệ bí mật nhà nước số 117/2025/QH15 (10/12/2025, in force from 01/3/2026): what is
stamped may not be kept on or sent over machines that are connected to the Internet.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from bot.store import filetypes
from bot.store.first_pages import first_page_text
from bot.store.lookalikes import fold_lookalikes, given_name, mark_given_name

_DEGREES = frozenset({"MẬT", "TỐIMẬT", "TUYỆTMẬT"})
# The same in the encodings before Unicode, TCVN3 (.VnTime) and VNI, as they look when read as Latin-1.
_OLD_FONTS = frozenset({"MËT", "TèIMËT", "TÈIMËT", "TUYÖTMËT", "MAÄT", "TOÁIMAÄT", "TUYEÄTMAÄT"})
_BESIDE_OLD = re.compile(r"[\w\s()\[\]{}*.–|-]*")
"""Bytes that are no text have such letters by chance, among other signs."""
_SEEN = re.compile("M[A4]T|(?:T[O0Q]I|TUY[EF]T)(?:M[A4]?T|[A4]T|M[A4])")
_WRITTEN_I = re.compile("(?<=TỐ)[1Ll](?=MẬT)")
_DEGREE = r"(?:(?:TỐI|TUYỆT)\s+)?MẬT"

_COLUMNS = re.compile(r"\t+|\s{2,}|\s*[|│┃]\s*")
_COMPANY = re.compile(
    r"\b(?:H[ỎO][ẢA] TỐC|THƯỢNG KHẨN|KHẨN|DỰ THẢO|TÀI LIỆU|VĂN BẢN|HỒ SƠ|ĐỘ(?= +(?:TỐI|TUYỆT))|BẢN SỐ\W{0,3}[\d/]+)(?!\w)"
)
_LABEL = re.compile(
    r"độ\s+mật\s*[:：=–-][^\w☐□]*(?:(?:tối|tuyệt)\s+mật|mật)(?!\w)(?!\W*(?:tối|tuyệt|mật|độ|mã|khẩu))",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"[(\[]\s?(?:(?:tối|tuyệt)\s+)?mật\s?[)\]]", re.IGNORECASE)
_AT_LINE_START = re.compile(
    rf"\W*{_DEGREE} (?:ĐẢNG CỘNG SẢN|CỘNG H[ÒO][ÀA]|[A-ZĐ]\w*[^\W\dA-Z]\w*.{{0,60}}, ngày\b)"
)
_AT_LINE_END = re.compile(
    rf"(?:^\W*VIỆT NAM|ĐẢNG CỘNG SẢN VIỆT NAM|^(?:Số|SỐ|\d).{{0,60}}[-/][A-ZĐ]\w*) {_DEGREE}\W*$"
)
_JOINED_BEFORE = ("bí", "bảo", "cơ", "thân", "trăng", "huyền")
_WRAPPED_AFTER = frozenset({"khẩu", "ong", "ngữ"})
"""Words that a narrow cell puts below the one they belong to."""


def bears_secrecy_stamp(text: str) -> bool:
    """Tell whether a line of `text` (any Unicode form) bears a stamp of secrecy, in any letters that look like one, and not
    only the word in a sentence."""
    lines = [line.strip() for line in fold_lookalikes(text).splitlines() if line.strip()]
    return _in_pieces(lines) or any(_stands_in(lines, at) for at in range(len(lines)))


def typed_stamp(text: str) -> bool:
    """Tell whether typed words, or cells of a table, bear a stamp. One person's given name, Mật, as in a list of who is absent, is none."""
    return bears_secrecy_stamp("\n".join(map(mark_given_name, text.splitlines())))


def seen_stamp(line: str) -> bool:
    """Tell whether a line reads like a stamp as eyes see it that know no Vietnamese marks: "MAT", "TOIMAT", "TUYÊT MT"."""
    bare = "".join(char for char in unicodedata.normalize("NFD", fold_lookalikes(line)) if char.isalnum())
    return bool(_SEEN.fullmatch(bare))


def _stands_in(lines: Sequence[str], at: int) -> bool:
    line = lines[at]
    before = _end_of(lines[at - 1]) if at else ""
    if not _line_stamped(line, wrapped=before.endswith(_JOINED_BEFORE)):
        return False
    after = _letters(lines[at + 1][:20].split(maxsplit=1)[0]).casefold() if at + 1 < len(lines) else ""
    if after in _WRAPPED_AFTER and _letters(line).casefold().endswith("mật"):
        return False
    # A table about secrecy has all three degrees one below the other; a stamp is of one.
    around = {_letters(near).upper() for near in lines[max(0, at - 2) : at + 3]}
    return not around >= _DEGREES


def _end_of(line: str) -> str:
    return _letters(line[-40:]).casefold()


def _in_pieces(lines: Sequence[str]) -> bool:
    """A stamp whose letters stand one below the other."""
    column = ""
    for line in [*lines, "."]:
        letters = _letters(line)
        if 0 < len(letters) <= 2 and len(line) <= 4:
            column += letters
        elif column:
            if column in _DEGREES:
                return True
            column = ""
    return False


def _line_stamped(line: str, *, wrapped: bool) -> bool:
    if _alone(line, wrapped=wrapped):
        return True
    columns = [part for part in _COLUMNS.split(line) if part]
    # Two degrees side by side are the heads of a table about secrecy, not a stamp.
    if len(columns) > 1 and sum(_column_stamped(columns, at) for at in range(len(columns))) == 1:
        return True
    if _LABEL.search(line) or any(
        _after_symbol(line[: found.start()]) for found in _BRACKETED.finditer(line)
    ):
        return True
    # A PDF loses the gap between the two columns of a letterhead.
    words = " ".join(line.split())
    return len(words) <= 200 and bool(_AT_LINE_START.match(words) or _AT_LINE_END.search(words))


def _column_stamped(columns: Sequence[str], at: int) -> bool:
    # In a list somebody's given name stands in a column of its own; in justified lines two blanks part words.
    joined = bool(at) and _end_of(columns[at - 1]).endswith(_JOINED_BEFORE)
    return not given_name(columns[at]) and _alone(columns[at], wrapped=joined)


def _alone(part: str, *, wrapped: bool) -> bool:
    if len(part) > 80 or any(mark in part for mark in "☐□:?…"):
        return False
    letters = _WRITTEN_I.sub("I", _letters(_COMPANY.sub("", part)))
    bracketed = part[0] in "([{*<«"
    if letters in _DEGREES or (letters in _OLD_FONTS and _BESIDE_OLD.fullmatch(part)):
        return bracketed or not (wrapped and letters == "MẬT")
    return letters.upper() in _DEGREES and (bracketed or not (letters.islower() or wrapped))


def _letters(part: str) -> str:
    # Spaces and stars fall out; a PDF may also set the marks of a letter apart from it.
    return unicodedata.normalize("NFC", "".join(map(_letter, part)))


@lru_cache(2048)
def _letter(char: str) -> str:
    return char if char.isalnum() or unicodedata.combining(char) else ""


def _after_symbol(before: str) -> bool:
    symbol = before[-80:].rsplit(maxsplit=1)[-1:]
    return bool(symbol and re.search(r"[-/]", symbol[0]) and re.search(r"[A-ZĐ]", symbol[0]))


# File names

_NAME_WORDS = re.compile(r"[^\W_]+")
_NAME_BRACKETED = re.compile(r"[(\[]\s*(?:(?:tối|tuyệt|toi|tuyet)[\s_-]*)?(?:mật|mat)\s*[)\]]", re.IGNORECASE)
_JOINED_AFTER = frozenset({"khẩu", "mã", "ong", "độ", "thiết", "danh", "thư", "lệnh", "đường", "vụ", "ngữ"})
_SYMBOL_WORD = re.compile(
    r"\d+[a-z]?|BC|QĐ|QD|KH|CV|TB|KL|NQ|HD|CT|CTr|TTr|BB|ĐA|DA|QC|TW|TU|ĐU|DU|HU|ĐUK|UBND|VP"
)
_BEFORE_A_NAME = re.compile(
    "Thị|Văn|Đức|Hữu|Xuân|Ngọc|Thanh|Minh|Nguyễn|Trần|Lê|Phạm|Hoàng|Huỳnh|Phan|Vũ|Võ|Đặng|Bùi|Đỗ|Hồ|Ngô|Dương|Lý|Lò|Đinh|Trịnh"
    "|(?:Ô|ô)ng|(?:B|b)à|(?:T|t)hôn|(?:L|l)àng|(?:X|x)óm|(?:Ấ|ấ)p|(?:X|x)ã"
)
_ASCII_JOINED_BEFORE = frozenset(
    {"bao", "bi", "co", "than", "vang", "gap", "ra", "be", "lam", "kin", "hai", "khuon"}
)


def stamped_name(name: str) -> bool:
    """Tell whether a file name says that the file is secret, as in `123-BC_MAT.docx` or `Báo cáo (Mật).pdf`.

    Without diacritics "mat" is also mặt, mất and mắt: it counts in brackets, after TUYET or TOI, and in capitals
    at the end after a document symbol or a dash.
    """
    stem = re.sub(r"\.[A-Za-z]{2,4}x?$", "", fold_lookalikes(name).strip())
    if _NAME_BRACKETED.search(stem) or _letters(stem).upper() in _DEGREES:
        return True
    words = list(_NAME_WORDS.finditer(stem))
    return any(_word_stamped(stem, words, at) for at in range(len(words)))


def _word_stamped(stem: str, words: list[re.Match[str]], at: int) -> bool:
    word = words[at][0]
    low = word.casefold()
    before = words[at - 1][0] if at else ""
    after = words[at + 1][0].casefold() if at + 1 < len(words) else ""
    gap = stem[words[at - 1].end() : words[at].start()] if at else ""
    if low in ("tốimật", "tuyệtmật", "tuyetmat"):
        return True
    if low == "mật":
        if before.casefold() in ("tối", "tuyệt"):
            return True
        if before.casefold() in _JOINED_BEFORE or after in _JOINED_AFTER:
            return False
        if word == "Mật" and _names_somebody(words, at):
            return False
        leads = not at and not stem[words[0].end() :].startswith(" ")
        return word == "MẬT" or not after or leads
    if low == "mat" and before.casefold() == "tuyet":
        return True
    if low == "mat" and before.casefold() == "toi":
        return not after or (at == 1 and after != "tran")
    if word != "MAT":
        return False
    if not after:
        symbol = bool(_SYMBOL_WORD.fullmatch(before))
        dashed = (
            bool(gap.strip(" ")) and not before.isupper() and before.casefold() not in _ASCII_JOINED_BEFORE
        )
        return symbol or dashed
    return not at and bool(
        re.match(r"[\s_-]+\d+[\s_-]*(?:BC|QĐ|QD|KH|CV|TB|KL|NQ|HD|CT)\b", stem[words[0].end() :])
    )


def _names_somebody(words: list[re.Match[str]], at: int) -> bool:
    """Whether the word before it is one that stands before a given name or a village's, or a family's name."""
    return bool(at) and _BEFORE_A_NAME.fullmatch(words[at - 1][0]) is not None


_OF_CELLS = frozenset({filetypes.XLSX, filetypes.XLS, filetypes.CSV})


def secret_file(path: Path, media_type: str, name: str) -> bool:
    """Tell whether the file at `path`, of a type that `filetypes.sniff` gave, bears a stamp in its name or first page.

    Only what `first_page_text` reads is looked at.
    Raises Invalid: `file_damaged`, `file_encrypted` (a password keeps the text from being read).
    """
    bears = typed_stamp if media_type in _OF_CELLS else bears_secrecy_stamp
    return stamped_name(name) or bears(first_page_text(path, media_type))
