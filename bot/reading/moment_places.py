"""Reads a place out of what says when a meeting is: "19h30 31/12 ở nhà văn hóa", "tại hội trường xã lúc 8h thứ Bảy"."""

from collections.abc import Iterator
from datetime import date, time

from bot.problems import Invalid
from bot.reading.moments import read_moment
from bot.reading.patterns import unmarked_too

LONGEST = 200
_BEGINS = unmarked_too(
    r"(?:^|[\s,;:–-]+)(?:(?:địa điểm|nơi họp|chỗ họp)(?:\s+(?:họp|là|ở|tại))*[\s:]+|(?:tại|ở|o)\s+"
    r"|(?=(?:nhà|hội trường|phòng họp|trụ sở|trường|văn phòng|ủy ban|ubnd|nvh|đình|trạm)\s))"
)
"""What stands before a place, or the word that begins one."""
_ENDS = unmarked_too(
    r"(?=[,;])|[\s,;.–-]+(?:(?:lúc|vào|hồi|ngày|mùng|thứ|chủ nhật|cn|sáng|trưa|chiều|tối|đêm|hôm|mai|tuần|có mặt|vắng|đủ|đông đủ|dự|tổng số|gồm)(?=[\s\d:])"
    r"|(?:bắt đầu|thời gian)[\s:]|[0-9]{1,4}\s?(?:h|g|giờ|:|/|-|đồng chí|đ/c|đảng viên|người)|$)|[\s,;.–-]*$"
)
"""Where a place may end: a word of days and hours follows, or nothing."""
_POLITE_END = unmarked_too(r"(?:[\s,]+(?:nhé|nha|ạ|em|đồng chí|đ/c))+$")
SIGNS = " ,;:.–-"


def split_place(text: str, *, today: date, now: time | None = None) -> tuple[str, str]:
    """What is said of the day and the hour, and the place; "" for it where the text is read without one, or not at all."""
    if len(text) > LONGEST or _reads(text, today, now):
        return text, ""
    return next(
        ((rest, place) for rest, place in without_places(text) if _reads(rest, today, now)), (text, "")
    )


def without_places(text: str) -> Iterator[tuple[str, str]]:
    """The text without what may be a place in it, and that place: each that there may be."""
    in_a_line = " ".join(text.split())
    for begin in _BEGINS.finditer(in_a_line):
        for end in _ENDS.finditer(in_a_line, begin.end()):
            place = _POLITE_END.sub("", in_a_line[begin.end() : end.start()].strip(SIGNS))
            left = (in_a_line[: begin.start()].strip(SIGNS), in_a_line[end.start() :].strip(SIGNS))
            rest = " ".join(filter(None, left))
            if rest and sum(map(str.isalpha, place)) > 1:
                yield rest, place


def _reads(text: str, today: date, now: time | None) -> bool:
    try:
        read_moment(text, today=today, now=now)
    except Invalid:
        return False
    return True
