"""Reads what somebody answers instead of yes or no, a day or an hour: "8/4", "thôi, để thứ Năm 19h30"; and a number that is said anew."""

import re
from datetime import date, time

from bot.problems import Invalid
from bot.reading.moments import SpokenMoment, read_moment
from bot.reading.words import is_sentence, plain_words

_BEFORE = re.compile(
    r"^(?:(?:thoi|khong|ko|k|u|uh|vang|da|a|xin|cho|toi|em|chi bo|de|hay la|hay|hoac|doi|chuyen|doi lai|lui|hoan|sang|thanh|"
    r"chon|hop|vao|den|qua|ngay khac|giu ngay|ngay|luc)\b[\s,.:;–-]*)+"
)
_AFTER = re.compile(r"[\s,]*\b(?:di|nhe|nha|a|duoc khong|thi sao|hon|vay)?[\s?.!]*$")


def other_moment(text: str, *, today: date, now: time) -> SpokenMoment | None:
    """The day, the hour or both that the text asks for; None where it names neither. A bare number is a day of the month."""
    rest = plain_words(text)
    for said in (text, rest, _AFTER.sub("", _BEFORE.sub("", rest))):
        bare = said.strip().isdecimal() and len(said.strip()) <= 2
        try:
            return read_moment(f"ngay {said.strip()}" if bare else said, today=today, now=now)
        except Invalid:
            continue
    return None


_PEOPLE = r"(?: ?(?:dong chi|dc|d/c|nguoi|dang vien|dv))?"
_NOT_OLD = re.compile(
    rf"[\s,]*(?:\bchu (?:khong|ko|k|hong|dau)(?: phai)?|\b(?:khong|ko) phai)(?: la)? ?\d+{_PEOPLE}"
)
_FROM_OLD = re.compile(
    rf"(?:\btu )?\b\d+{_PEOPLE},? ?(?:\b(?:sua|doi|chuyen|dieu chinh) )?(?:\b(?:lai )?(?:thanh|len|xuong|sang|con)\b|->|=>|→) ?(?:la )?(?=\d)"
)
_IS_NEW = re.compile(r"\b(?:thanh|phai la|dung la|dung ra la|moi la|len|xuong|chi con|con)(?: la)? (?=\d)")
_MENDING = re.compile(
    r"^(?:(?:da|thua|vang|a|toi|em|xin|cho|muon|can|sua|doi|lai|dinh chinh|dieu chinh|nham|sai|roi|thuc ra|dung ra|thi|so)\b[\s,.:;–-]*)+"
)
_RIGHT_NOW = re.compile(
    r"(?:[\s,]*\b(?:(?:moi|la) dung|moi phai|nhe|nha|a|giup toi|giup em|giup)\b)+[\s.!]*$"
)


def said_anew(text: str) -> str:
    """What somebody who corrects a number says it is, in plain words, without what it was and that it is a correction: "co mat 26" of
    "sửa có mặt từ 25 thành 26", and of "nhầm, có mặt 26 chứ không phải 25"."""
    if not is_sentence(text):
        return ""
    rest = _RIGHT_NOW.sub("", plain_words(text))
    return _IS_NEW.sub("", _FROM_OLD.sub(" ", _NOT_OLD.sub("", _MENDING.sub("", rest)))).strip()
