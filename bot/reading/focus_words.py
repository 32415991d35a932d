"""Reads what a leader narrows figures down to: "kế hoạch 60", "chuyên đề chuyển đổi số", "lĩnh vực nông thôn", or the name alone."""

import re

from bot.reading.words import fold

LEADS = {"sectors": ("linh vuc", "khoi"), "plans": ("ke hoach",), "topics": ("chuyen de", "chu de", "viec")}


_ASKS_BEFORE = re.compile(
    r"^\s*(?:(?:cho (?:tôi |anh |chị )?(?:biết|xem|hỏi)|xem|hỏi)\s+)?"
    r"(?:(?:tình hình|kết quả)\s+(?:của\s+)?"
    r"|(?:có\s+)?(?:bao nhiêu|mấy)\s+(?:chi bộ|đơn vị)\s+(?:đã\s+)?(?:sinh hoạt|họp|nộp(?:\s+báo cáo)?)\s+)?",
    re.IGNORECASE,
)
_ASKS_BEHIND = re.compile(
    r"\s+(?:(?:đã\s+)?(?:sinh hoạt|họp|nộp(?:\s+báo cáo)?)\s+chưa"
    r"|(?:sinh hoạt|họp)\s+(?:vào\s+)?(?:ngày nào|hôm nào|bao giờ|khi nào|lúc nào)|(?:thì\s+)?(?:thế nào|ra sao|sao rồi|đến đâu)(?:\s+rồi)?)"
    r"(?:\s+(?:ạ|nhỉ|vậy|nhé))?[\s?.!]*$",
    re.IGNORECASE,
)


def without_asking(text: str) -> str:
    """What is asked after, alone: "tình hình chi bộ Thanh tra", "Chi bộ Thanh tra họp chưa?", "bao nhiêu chi bộ đã họp tháng 4?"."""
    # The pattern looks behind each blank: in a row of thousands that took minutes.
    in_a_line = " ".join(text.split())
    return _ASKS_BEHIND.sub("", _ASKS_BEFORE.sub("", in_a_line)).strip(" ?.!")


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
