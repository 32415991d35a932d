"""Reads the days and times of day that people type: "5/4", "thứ năm 19h30", "mai lúc 7 rưỡi tối"."""

import re
from dataclasses import dataclass
from datetime import date, time

from bot.reading.moment_days import DayReader
from bot.reading.moment_words import AROUND_MOMENT, HOUR_SIGNS, MINUTE_SIGNS, PARTS, PUNCTUATION, UNREADABLE
from bot.reading.patterns import unmarked_too
from bot.reading.words import is_sentence, own_words, plain_words

_TO = r"(?:đến|tới|den|toi)(?:\s+(?:hết|het))?"
_UNTIL = re.compile(rf"^\s*(?:(?:tôi|em|xin|đi|vắng|nghỉ|cho)\s+)*(?:{_TO}|hết|het)\s+", re.IGNORECASE)
_PUT_OFF = unmarked_too(
    r"^\s*(?:(?:tôi|xin|em|dạ|thưa|chi bộ|đồng chí|cho)[\s,]+)*(?:(?:buổi|cuộc|lịch)\s+)?(?:(?:họp|sinh hoạt)\s+)?"
    r"(?:hoãn|lùi|dời|chuyển|đổi)\s+(?:(?:lại|lịch|buổi|họp|sinh hoạt|cuộc|này)\s+)*"
    r"(?:(?:(?:đến|tới)(?:\s+hết)?|sang|qua|vào)\s+)?"
)
_REASON = unmarked_too(r"[\s,]+(?:bởi\s+)?vì\s.+$")


_SETS = unmarked_too(
    r"^\s*(?:(?:dạ|vâng|thưa|tôi|em|xin|chi bộ|chúng tôi|bên em|kính|trân trọng|mời|kính gửi|các|toàn thể|đồng chí|đảng viên|đến|tới|về)[\s,:]+)*"
    r"(?:(?:(?:đặt|hẹn|chốt|xếp)\s+)?(?:(?:lịch|buổi|ngày|dự|tham dự|thời gian)[\s:]+)?(?:(?:sẽ|dự kiến|định)\s+)?"
    r"(?:họp|sinh hoạt)(?:\s+chi bộ)?|(?:đặt|hẹn|chốt)(?:\s+lịch)?)[\s:]+"
)


_MEETS = unmarked_too(r"(?<!\w)(?:họp|sinh hoạt)(?!\w)")
_MEETS_THEN = unmarked_too(
    r"(?:[\s,]+(?:thì|mới|sẽ|chi bộ|chúng tôi|bên em|bên tôi|tôi|em))*[\s,]+(?:họp|sinh hoạt)(?:\s+chi bộ)?"
    r"(?:\s+(?:nhé|nha|ạ|rồi|đấy))*[\s.!]*$"
)


def without_setting(text: str) -> str:
    """Where it is said that a meeting is set for a day, the day alone: "đặt lịch họp 19h30 25/11", "thứ Tư chi bộ mới họp"."""
    if not is_sentence(text):
        return text
    return _MEETS_THEN.sub("", _SETS.sub("", without_put_off(text)))


def speaks_of_meeting(text: str) -> bool:
    """Whether it is said that something meets: "mai họp", "thứ Năm chi bộ sinh hoạt"."""
    return _MEETS.search(text) is not None


def without_until(text: str) -> str:
    """Where a last day was asked for, the day alone: "đến hết 30/6", "tôi vắng tới thứ Năm"."""
    return _UNTIL.sub("", text)


def without_put_off(text: str) -> str:
    """Where the day of a meeting was asked for, the new one alone: "hoãn đến thứ Ba tuần sau", "lùi lịch họp sang 12/4"."""
    if not is_sentence(text):
        return text
    left = _PUT_OFF.sub("", text)
    return text if left == text else _REASON.sub("", left)


@dataclass(frozen=True, slots=True)
class SpokenMoment:
    """What was said of a day and a time; at least one of the two is known."""

    day: date | None
    at: time | None


def read_moment(text: str, *, today: date, now: time | None = None, past: bool = False) -> SpokenMoment:
    """The day, the clock time or both: "5/4", "ngày 5 tháng 4", "thứ năm tuần sau 19h30", "7 rưỡi tối mai".

    `today` and `now` are what the person's wall shows. A day without its year, a day without its month and a bare
    weekday mean the nearest one from today on, or with `past` (a meeting already held) the nearest one up to today. A bare
    weekday that is today counts only if its time is still to come (with `past`: has come). A year that was said is
    taken as it is. "tối mai" has a day and no time. Raises Invalid, each with said=...: "date_unclear",
    "date_impossible" (31/2), "time_impossible" (25h), "date_weekday_differs" (also day=, the date as read).
    """
    return _When(text, today, now, past).read()


class _When(DayReader):
    """Walks over the words once, each reader taking what it knows, and then makes one moment of what was taken."""

    clock: tuple[int, int] | None = None
    part = ""

    def read(self) -> SpokenMoment:
        readers = (
            self._numeric_date,
            self._named_date,
            self._weekday,
            self._week,
            self._right_now,
            self._relative,
            self._clock,
            self._part,
            self._filler,
        )
        while self.at < len(self.words):
            if not any(reader() for reader in readers):
                raise self._wrong("date_unclear", word=self._own_word())
        at = self._time()
        day = self._day(at)
        if self.year or (day is None and at is None):
            raise self._wrong("date_unclear")
        return SpokenMoment(day, at)

    def _own_word(self) -> str:
        """The word that was not understood, as it was typed; "" where nothing was."""
        word = self.words[self.at]
        if not (self.days or self.clock or self.part or self.weekday is not None or self.week is not None):
            return ""
        return "" if word == UNREADABLE or not word.isalpha() else own_words(plain_words(word), self.text)

    def _right_now(self) -> bool:
        if self.words[self.at : self.at + 2] != ["bây", "gio"]:
            return False
        self.days.add(self.today)
        self.clock = (self.now.hour, self.now.minute) if self.now else self.clock
        self.at += 2
        return True

    def _clock(self) -> bool:
        count = self._count(self.at)
        if count is None:
            return False
        hour, at = count
        minute, sign = 0, self._word(at)
        if sign in HOUR_SIGNS:
            minute, at = self._minutes(at + 1)
        elif (sign == ":" and self._word(at + 1).isdecimal()) or self._dotted_clock(at - 1):
            minute, at = int(self._word(at + 1)), at + 2
            if self._word(at) == ":" and self._word(at + 1) == "00":
                at += 2
        elif sign == "ruoi":
            minute, at = 30, at + 1
        elif sign not in PARTS:
            return False
        if self.clock:
            raise self._wrong("date_unclear")
        if not -60 < minute < 60:
            raise self._wrong("time_impossible")
        self.clock = (hour, minute) if minute >= 0 else (hour - 1, minute + 60)
        self.at = at
        return True

    def _minutes(self, at: int) -> tuple[int, int]:
        """The minutes after an hour sign, negative after "kém", and the position behind them."""
        if self._word(at) == "ruoi":
            return 30, at + 1
        less = self._word(at) == "kem"
        count = self._count(at + less)
        # "19h 5/4" and "19h 5 tháng 4" go on with a date.
        if count is None or self._word(count[1]) in {"/", "thang"}:
            return 0, at
        minute, end = count
        return (-minute if less else minute), end + (self._word(end) in MINUTE_SIGNS)

    def _part(self) -> bool:
        word = self._word(self.at)
        lunar = word in {"am", "pm"} and self.clock is None  # "mung 5 am"
        if word not in PARTS or self.part not in ("", word) or lunar:
            return False
        self.part = word
        self.at += 1
        return True

    def _filler(self) -> bool:
        known = self._word(self.at) in AROUND_MOMENT | PUNCTUATION
        if self._word(self.at) == "t" and self.days and self._word(self.at + 2) == ":":
            known = True  # 2026-12-03T19:30
        self.at += known
        return known

    def _time(self) -> time | None:
        if self.clock is None:
            return None
        hour, minute = self.clock
        hours = PARTS[self.part] if self.part else range(24)
        for meant in (hour, hour + 12) if self.part else (hour,):
            if meant in hours:
                return time(meant, minute)
        raise self._wrong("time_impossible")
