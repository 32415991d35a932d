"""Reads which units a leader asks after: "chi bộ nào chưa họp tháng 11?", "ai chưa nộp báo cáo quý 3", "những đơn vị nộp muộn"."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from bot.reading.words import plain_words, typed_text

Stands = Literal["open", "late", "ontime", "done"]
LONGEST = 40
SIGNS = ".,;:!?"
ROLES: dict[str, str] = {
    "whom": "chi bo|don vi|dang bo|co so dang|to chuc dang|noi|bi thu|dong chi",
    "who": "ai|nhung ai|con ai|chi bo nao|don vi nao|noi nao|dang bo nao|to chuc dang nao|bi thu nao|dong chi nao",
    "which": "nao|nhung|cac|danh sach|liet ke|con|nhac|don doc|nhac nho",
    "count": "bao nhieu|may",
    "open": "chua|con thieu|con no|qua han|con",
    "late": "tre han|tre|muon|cham|cham tre",
    "ontime": "dung han|kip thoi|dung thoi han",
    "done": "da|xong",
    "meeting": "hop|sinh hoat|to chuc hop|hop chi bo|sinh hoat chi bo",
    "thematic": "sinh hoat chuyen de|hop chuyen de|chuyen de",
    "regular": "hop thuong ky|sinh hoat thuong ky|sinh hoat dinh ky|thuong ky",
    "report": "nop|bao cao|nop bao cao|gui bao cao|co bao cao",
    "any": "xong|hoan thanh|lam xong|thuc hien|lam",
    "": "cho toi biet|cho anh biet|cho chi biet|cho biet|cho toi xem|cho xem|cho hoi|xem|hien nay|hien|tinh den nay|den nay|den gio|van|ma"
    "|roi|a|nhi|vay|the|nhe|voi|em oi|co|la|dung|trong|cua|ten|bi|deu|lai|thi",
}
PHRASES = {tuple(phrase.split()): role for role, listed in ROLES.items() for phrase in listed.split("|")}
MOST = max(map(len, PHRASES))
MEANT = {
    "chua": "chưa",
    "ai": "ai",
    "may": "mấy",
    "nao": "nào",
    "con": "còn",
    "da": "đã",
    "hop": "họp",
    "tre": "trễ",
    "cham": "chậm",
}
"""Words that folding makes like others: where marks are typed, only these are meant."""
KINDS = ("thematic", "regular", "report", "meeting")


@dataclass(frozen=True, slots=True)
class AskedStanding:
    """`stands`: how they stand; `count`: whether only their number is asked for; `kind`: of what, of KINDS, or ""; `rest`: the other
    words, as they were typed: perhaps a period, a topic, a unit."""

    stands: Stands
    count: bool
    kind: str
    rest: str


def read_standing(text: str) -> AskedStanding | None:
    """None for words that do not ask which units have done something, or have not."""
    typed = typed_text(text.replace("?", " ")).split()
    if len(typed) > LONGEST:
        return None
    parts = list(_roles(typed))
    said = [role for role, _ in parts if role]
    rest = [word for role, words in parts if role is None for word in words]
    asks = "who" in said or ("whom" in said and ({"which", "count"} & set(said)))
    asks = asks or [role for role, _ in parts[:2]] == ["whom", "open"]
    stands = next((one for one in ("late", "ontime", "open", "done") if one in said), None)
    kind = next((one for one in KINDS if one in said), "")
    if not asks or stands is None or not (kind or "any" in said):
        return None
    return AskedStanding(stands, "count" in said, kind, " ".join(rest))


def _roles(typed: list[str]) -> Iterator[tuple[str | None, list[str]]]:
    """The words in order, each with what it says; None for what says nothing of this."""
    marked = not "".join(typed).isascii()
    words = [plain_words(word).strip(SIGNS) for word in typed]
    at = 0
    while at < len(words):
        for length in range(min(MOST, len(words) - at), 0, -1):
            phrase = tuple(words[at : at + length])
            if phrase in PHRASES and (not marked or all(map(_is_meant, typed[at : at + length], phrase))):
                yield PHRASES[phrase], typed[at : at + length]
                break
        else:
            length = 1
            yield None, typed[at : at + 1]
        at += length


def _is_meant(typed: str, plain: str) -> bool:
    return plain not in MEANT or typed.lower().strip(SIGNS) == MEANT[plain]
