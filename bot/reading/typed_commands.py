"""Reads a typed command: the slash of any keyboard, capitals, the bot's name, a comma, marks that a keyboard has put in; or, without
a slash, what the command is called."""

import difflib
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from bot.reading.words import fold, is_sentence

SLASHES = "/／⁄∕\\"
BETWEEN = " \t\n,.:;!?=-–—_…。，：！？"
WRITTEN = re.compile(
    rf"\s*[{re.escape(SLASHES)}]\s*(?P<word>[^\s@{re.escape(BETWEEN)}]+)(?:@\S*)?(?P<rest>.*)", re.DOTALL
)
LONGEST = 3
"""A command may be written as so many words: "/tháng này" for "/thangnay"."""
LIKENESS = 0.8
NAMES = {
    "/start": "trang chinh|ve trang chinh|trang chu|trang dau|man hinh chinh|menu|bat dau lai|co viec gi|viec gi|co gi|gi|co tin gi|bao gi|co gi moi|co viec gi moi",
    "/thangnay": "viec thang nay|thang nay|viec can lam|viec phai lam|thang nay co viec gi|thang nay lam gi|thang nay phai lam gi",
    "/lichhop": "lich hop|dat lich|dat lich hop|doi lich|doi lich hop|xem lich hop|hen lich hop",
    "/hop": "hop|vao hop|bat dau hop|hop chi bo|bat dau buoi hop|hop tiep|tiep tuc hop",
    "/ketqua": "ket qua|nhap ket qua|nhap ket qua hop|nhap ket qua buoi hop|bao cao ket qua hop"
    "|sua ket qua|sua ket qua hop|sua so lieu|sua diem danh|sua lai ket qua",
    "/nop": "nop bao cao|nop|gui bao cao",
    "/tinhhinh": "tinh hinh|tinh hinh chi bo|tinh hinh don vi|tinh hinh dang bo|xem tinh hinh",
    "/tonghop": "tong hop|xem tong hop",
    "/lichdonvi": "lich cac don vi|lich don vi|lich hop cac don vi|lich hop cac chi bo",
    "/chuanop": "chua xong|chua nop|don vi chua xong|don vi chua nop",
    "/thongbao": "thong bao|gui thong bao",
    "/xuat": "xuat|xuat excel|xuat bang|xuat bang excel|bang excel",
    "/quantri": "quan tri",
    "/caidat": "cai dat",
    "/trogiup": "tro giup|giup|giup toi|giup em|giup do|huong dan|huong dan su dung|cach dung|help",
    "/xoadulieu": "xoa du lieu",
    "/huy": "huy|huy bo|thoi|thoi khong lam nua|thoi de sau|dung lai|dung o day|thoat|thoat ra",
}
"""What each command is called, folded: on its button, or as people say it."""
_NAMED = {name: command for command, names in NAMES.items() for name in names.split("|")}
_ASKING = re.compile(
    r"^(?:(?:da|thua|em|toi|minh|xin|cho|muon|can|hay|tro ly|bot|oi|vao|mo|xem|phan|muc|giup toi|giup em)\b\s*)+"
)
_POLITELY = re.compile(
    r"(?: (?:a|ha|the|vay|day|nhe|nha|voi|di|giup|giup toi|giup em|cho toi|cho em|duoc khong))+$"
)
STOPS = re.compile(
    r"(?:thôi[\s,]+)?(?:h(?:uỷ|ủy)(?:\s+bỏ)?|dừng\s+lại|thoát(?:\s+ra)?)(?:\s+(?:ạ|nhé|đi))?[\s.!]*"
)


@dataclass(frozen=True, slots=True)
class Command:
    """`name` as the table of commands has it ("/start"), or as typed where it is none of them; `rest` is what follows."""

    name: str
    rest: str = ""


def read_command(text: str, known: Collection[str]) -> Command | None:
    """The command that a text is meant as; None for a text that does not begin with a slash. `known`: "/start", "/hop"…"""
    found = WRITTEN.fullmatch(text)
    if found is None:
        return None
    word, rest = fold(found["word"]).replace(" ", ""), found["rest"].strip(BETWEEN)
    return _whole(word, rest, known) or _glued(found["word"], rest, known) or _alike(word, rest, known)


def named_command(text: str) -> str:
    """The command that a text names without its slash: "Nộp báo cáo", "cho tôi xem lịch họp ạ"; "" where it names none. Such words
    may also be an answer: whoever has asked goes first."""
    if not is_sentence(text):
        return ""
    said = fold(text)
    asked = _ASKING.sub("", said)
    tried = (said, _POLITELY.sub("", said), asked, _POLITELY.sub("", asked))
    return next((_NAMED[one] for one in tried if one in _NAMED), "")


def says_stop(text: str) -> bool:
    """ "Hủy", "thôi, dừng lại ạ", with the marks that tell it from a name: nobody answers a question with that."""
    return STOPS.fullmatch(unicodedata.normalize("NFC", text).strip().lower()) is not None


def _whole(word: str, rest: str, known: Collection[str]) -> Command | None:
    """The word itself, or with the next ones where somebody writes it as two: "/tháng này"."""
    if f"/{word}" in known:
        return Command(f"/{word}", rest)
    words, joined = rest.split(), word
    for count, more in enumerate(words[: LONGEST - 1], 1):
        joined += fold(more).replace(" ", "")
        if f"/{joined}" in known:
            return Command(f"/{joined}", " ".join(words[count:]))
    return None


def _glued(word: str, rest: str, known: Collection[str]) -> Command | None:
    """ "/startABCD-EFGH": the space before the code is missing."""
    start = "/start"
    if start in known and fold(word).startswith("start"):
        return Command(start, f"{word[len(start) - 1 :]} {rest}".strip())
    return None


def _alike(word: str, rest: str, known: Collection[str]) -> Command:
    """A slip of a letter, also one that a Vietnamese keyboard makes ("/stảt"), where only one command is that near."""
    near = difflib.get_close_matches(f"/{word}", known, n=2, cutoff=LIKENESS)
    return Command(near[0], rest) if len(near) == 1 and word else Command(f"/{word}", rest)
