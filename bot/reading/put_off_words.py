"""Reads that what somebody was reminded of is to wait: "để sau", "mai nhắc lại", "tuần sau họp", "chưa họp được vì mưa bão"."""

import re
from typing import Literal

from bot.reading.patterns import unmarked_too
from bot.reading.words import is_sentence, typed_text

PutOff = Literal["", "later", "afternoon", "evening", "tomorrow", "other_day"]

_BEFORE = (
    r"^[\s.,]*(?:(?:dạ|vâng|thôi|thưa đồng chí|thưa|tôi|em|mình|chi bộ|chúng tôi|bên em|bên tôi|xin|xin phép|cho|để|cứ|hôm nay|nay|tháng này"
    r"|buổi|cuộc|lịch|giờ)[\s,]+)*"
)
_AFTER = (
    r"(?:[\s,]+(?:nhé|nha|nhá|ạ|vậy|thôi|đã|rồi|giúp|giùm|hộ|với|tôi|em|mình|đồng chí|lại|cho))*+[\s.!]*$"
)
_SAYS = r"(?:nhắc|báo)(?:\s+(?:lại|tôi|em|mình|giúp|hộ|cho))*"
_DOES = r"(?:làm|nộp|gửi|xem|tính|trả lời|nhập)"


def _whole(*said: str) -> re.Pattern[str]:
    return unmarked_too(_BEFORE + "(?:" + "|".join(said) + ")" + _AFTER)


_READ: tuple[tuple[PutOff, re.Pattern[str]], ...] = (
    (
        "tomorrow",
        _whole(
            rf"(?:sáng |ngày )?mai(?:\s+(?:{_SAYS}|{_DOES}))?",
            rf"{_SAYS}\s+(?:vào\s+)?(?:sáng |ngày )?mai",
        ),
    ),
    (
        "afternoon",
        _whole(
            rf"(?:đến |đầu )?chiều(?: nay)?\s+(?:{_SAYS}|{_DOES})", rf"{_SAYS}\s+(?:vào\s+)?chiều(?: nay)?"
        ),
    ),
    (
        "evening",
        _whole(rf"(?:đến )?tối(?: nay)?\s+(?:{_SAYS}|{_DOES})", rf"{_SAYS}\s+(?:vào\s+)?tối(?: nay)?"),
    ),
    (
        "later",
        _whole(
            rf"(?:{_SAYS}\s+)?(?:sau|lúc khác|khi khác|lát nữa|lát|tí nữa|tý nữa|chút nữa)",
            rf"(?:lúc khác|khi khác|lát nữa|lát|tí nữa|tý nữa|chút nữa)\s+(?:{_SAYS}|{_DOES})",
            r"nhắc lại",
            r"(?:đang|hơi) bận(?: quá| lắm)?",
            r"bận (?:quá|lắm|rồi)",
            r"chưa (?:rảnh|kịp|làm kịp|xong|làm|có thời gian)",
        ),
    ),
    (
        "other_day",
        _whole(
            r"(?:sang |qua |đến |tới )?tuần (?:sau|tới)(?: (?:mới )?(?:họp|sinh hoạt))?",
            r"(?:tạm )?(?:hoãn|lùi|dời)(?: (?:họp|lịch|buổi|cuộc|lại|ngày))*(?: (?:\d{1,2}|một|hai|ba|vài|mấy) (?:ngày|hôm|bữa|tuần))?",
            r"(?:hoãn|lùi|dời|chuyển)(?: (?:họp|lịch|lại))* (?:sang |đến |tới |qua )?tuần (?:sau|tới)",
            r"(?:vẫn )?chưa (?:họp|sinh hoạt)(?: được)?(?:[\s,]+(?:vì|do|tại) [^?]{1,80})?",
            r"không (?:họp|sinh hoạt)(?: được)?(?: tháng này)?(?:[\s,]+(?:vì|do|tại) [^?]{1,80})?",
        ),
    ),
)


def read_put_off(text: str) -> PutOff:
    """When it is to come again; "other_day" where a meeting wants another day; "" for anything else, and for a question.

    "mai" by itself is a day: whoever waits for one has asked for it before.
    """
    if "?" in text or not is_sentence(text):
        return ""
    return next((kind for kind, pattern in _READ if pattern.search(typed_text(text))), "")
