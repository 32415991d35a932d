"""Reads what a leader narrows figures down to: "kế hoạch 60", "chuyên đề chuyển đổi số", "lĩnh vực nông thôn", or the name alone."""

from bot.reading.patterns import unmarked_too
from bot.reading.words import fold

LEADS = {"sectors": ("linh vuc", "khoi"), "plans": ("ke hoach",), "topics": ("chuyen de", "chu de", "viec")}


_DONE = r"(?:sinh hoạt|họp|nộp(?:\s+báo cáo)?)"
_WHEN = r"(?:ngày nào|hôm nào|bao giờ|khi nào|lúc nào|mấy giờ)"
_ASKS_BEFORE = unmarked_too(
    r"^\s*(?:(?:cho (?:tôi |anh |chị )?(?:biết|xem|hỏi)|xem)\s+)?"
    r"(?:(?:tình hình|kết quả|số liệu)(?:\s+của)?(?=\s|$)\s*"
    rf"|(?:có\s+)?(?:bao nhiêu|mấy)\s+(?:chi bộ|đơn vị)\s+(?:đã\s+)?{_DONE}\s+)?"
)
_ASKS_BEHIND = unmarked_too(
    rf"(?:^|\s+)(?:(?:đã\s+)?(?:{_DONE}|làm)\s+(?:xong\s+)?(?:rồi\s+)?chưa|xong\s+(?:rồi\s+)?chưa"
    rf"|(?:sinh hoạt|họp)\s+(?:vào\s+)?{_WHEN}"
    r"|(?:thì\s+)?(?:như\s+)?(?:thế nào|ra sao|sao|(?:làm\s+)?(?:đến|tới) đâu)(?:\s+rồi)?)"
    r"(?:\s+(?:ạ|nhỉ|vậy|nhé|thế|hả|em|đồng chí))*[\s?.!]*$"
)
_ASKS_WHEN = unmarked_too(
    rf"^\s*{_WHEN}\s+(?:thì\s+)?(?P<what>.+?)\s+(?:sẽ\s+)?(?:sinh hoạt|họp)(?:\s+(?:ạ|nhỉ|vậy|thế))*[\s?.!]*$"
)
OF_ALL = frozenset(
    ("", "chung", "hom nay", "hien nay", "den nay", "bay gio", "cac chi bo", "cac don vi", "toan dang bo")
)
"""Folded; what is left of a question about how all stand now."""


def without_asking(text: str) -> str:
    """What is asked after, alone: "tình hình chi bộ Thanh tra", "chi bo 5 sao roi", "bao nhiêu chi bộ đã họp tháng 4?"."""
    # The pattern looks behind each blank: in a row of thousands that took minutes.
    in_a_line = " ".join(text.split())
    if when := _ASKS_WHEN.fullmatch(in_a_line):
        return when["what"]
    return _ASKS_BEHIND.sub("", _ASKS_BEFORE.sub("", in_a_line)).strip(" ?.!")


def asks_of_all(text: str) -> bool:
    """Whether it is asked how things stand, and of nothing alone: "tinh hinh", "tình hình chung thế nào?", "sao rồi"."""
    in_a_line = " ".join(text.split()).strip(" ?.!")
    left = without_asking(in_a_line)
    return left != in_a_line and fold(left) in OF_ALL


def read_focus(text: str) -> tuple[str, str]:
    """Which of LEADS the words begin with, "" for none; and the words behind it, folded."""
    words = fold(text)
    for part, leads in LEADS.items():
        for lead in leads:
            if words.startswith(f"{lead} "):
                return part, words.removeprefix(f"{lead} ")
    return "", words


def is_named(words: str, name: str) -> bool:
    """Whether the folded words are whole words of the name, however near."""
    return bool(words) and f" {words} " in f" {fold(name)} "
