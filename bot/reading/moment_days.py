"""Reads the days in what people type of a moment: "5/4", "ngày 5 tháng 4", "thứ năm tuần sau", "3 ngày nữa"."""

from datetime import date, time, timedelta

from bot.problems import Invalid
from bot.reading.moment_words import (
    AFTER_PART,
    AHEAD,
    DAY_NAMES,
    MONTHS,
    NEXT,
    PARTS,
    RELATIVE_DAYS,
    WEEKDAYS,
    WEEKS,
    words_of_a_moment,
)
from bot.reading.words import number_at, quoted_words, word_at

MONTHS_LOOKED_AT = 9 * 12  # 29/2 may be eight years away


class DayReader:
    """Stands before a word and takes what it knows of days; one day comes of all that was taken."""

    def __init__(self, text: str, today: date, now: time | None, past: bool) -> None:
        self.text, self.today, self.now, self.past = text, today, now, past
        self.words = words_of_a_moment(text)
        self.year = self._take_year()
        self.at = 0
        self.days: set[date] = set()
        self.weekday: int | None = None
        self.week: int | None = None
        self.not_today = False

    def _wrong(self, code: str, **facts: object) -> Invalid:
        return Invalid(code, said=quoted_words(self.text), **facts)

    def _word(self, at: int) -> str:
        return word_at(self.words, at)

    def _count(self, at: int) -> tuple[int, int] | None:
        return (int(self._word(at)), at + 1) if self._word(at).isdecimal() else number_at(self.words, at)

    def _take_year(self) -> int | None:
        # First of all, since "tháng mười năm 2022" would else be read as month 15.
        for at in range(len(self.words) - 1):
            year = self.words[at + 1]
            if self.words[at] == "nam" and year.isdecimal() and len(year) == 4:
                del self.words[at : at + 2]
                return int(year)
        return None

    def _numeric_date(self) -> bool:
        first, sign, second, again, third = (self._word(self.at + n) for n in range(5))
        if sign not in {"/", "-", "."} or not (first.isdecimal() and second.isdecimal()):
            return False
        three = again == sign and third.isdecimal()
        if not three and self._dotted_clock(self.at):
            return False
        if len(first) == 4 and three and len(second) <= 2:
            self._add_date(int(third), int(second), int(first))
        elif len(first) > 2 or len(second) > 2 or (three and len(third) not in (2, 4)):
            raise self._wrong("date_unclear")
        elif three:
            self._add_date(int(first), int(second), int(third) + (2000 if len(third) == 2 else 0))
        else:
            self._add_date(int(first), int(second), self._year_said())
        self.at += 5 if three else 3
        return True

    def _dotted_clock(self, at: int) -> bool:
        """ "19.30" is no day of any month."""
        hour, sign, minute = (self._word(at + n) for n in range(3))
        digits = sign == "." and hour.isdecimal() and minute.isdecimal() and len(minute) == 2
        return digits and int(hour) < 24 and 12 < int(minute) < 60

    def _named_date(self) -> bool:
        at = self.at
        while self._word(at) in DAY_NAMES:
            at += 1
        named, count = at > self.at, self._count(at)
        if count is None:
            return False
        day, end = count
        if self._word(end) == "thang":
            self.at = self._add_named_month(day, end + 1)
            return True
        if not named or (self._word(end) in {"/", "-", "."} and self._word(end + 1).isdecimal()):
            return False
        if self.words[at - 1 : end] == ["ngay", "mot"]:  # ngày một, ngày mốt
            raise self._wrong("date_unclear")
        self._add_date(day, None, None)
        self.at = end
        return True

    def _add_named_month(self, day: int, at: int) -> int:
        name = self._word(at)
        if name in MONTHS:
            months = 12 * self.today.year + self.today.month - 1 + MONTHS[name]
            self._add_date(day, months % 12 + 1, months // 12)
            return at + 1
        count = (4, at + 1) if name == "tu" else self._count(at)
        if count is None or (name == "sau" and self.text.isascii()):  # tháng sáu, tháng sau
            raise self._wrong("date_unclear")
        month, end = count
        year = self._word(end + 1)
        if self._word(end) in {"/", "-"} and year.isdecimal() and len(year) == 4:
            self._add_date(day, month, int(year))
            return end + 2
        if len(self._word(end)) == 4 and self._word(end).isdecimal():
            self._add_date(day, month, int(self._word(end)))
            return end + 1
        self._add_date(day, month, self._year_said())
        return end

    def _year_said(self) -> int | None:
        year, self.year = self.year, None
        return year

    def _add_date(self, day: int, month: int | None, year: int | None) -> None:
        found = _exact(day, month, year) if month and year else self._nearest(day, month)
        if found is None:
            raise self._wrong("date_impossible")
        self.days.add(found)

    def _nearest(self, day: int, month: int | None) -> date | None:
        this_month = 12 * self.today.year + self.today.month - 1
        for distance in range(MONTHS_LOOKED_AT):
            months = this_month + (-distance if self.past else distance)
            if month in (None, months % 12 + 1):
                found = _exact(day, months % 12 + 1, months // 12)
                if found and (found <= self.today if self.past else found >= self.today):
                    return found
        return None

    def _weekday(self) -> bool:
        first, second = self._word(self.at), self._word(self.at + 1)
        if first == "cn" or (first in {"chu", "chua"} and second == "nhat"):
            weekday, length = 6, 1 if first == "cn" else 2
        elif first == "thu" and second.isdecimal():
            weekday, length = int(second) - 2, 2
        elif first == "thu" and second in WEEKDAYS:
            weekday, length = WEEKDAYS[second], 2
        elif first == "t" and second in set("234567"):
            weekday, length = int(second) - 2, 2
        else:
            return False
        if not 0 <= weekday <= 6 or (weekday == 6 and first == "thu"):
            raise self._wrong("date_impossible")
        if self.weekday not in (None, weekday):
            raise self._wrong("date_unclear")
        self.weekday = weekday
        self.at += length
        self._which_one()
        return True

    def _which_one(self) -> None:
        after = self._word(self.at)
        if after in {NEXT, "nay", "truoc"}:
            self.not_today = after == NEXT
            self.past = self.past or after == "truoc"
            self.at += 1
        elif after == "vua" and self._word(self.at + 1) in {"roi", "qua"}:
            self.past = True
            self.at += 2

    def _week(self) -> bool:
        if self._word(self.at) != "tuan" or self._word(self.at + 1) not in WEEKS or self.week is not None:
            return False
        self.week = WEEKS[self._word(self.at + 1)]
        self.at += 2
        if self._word(self.at) == "nua" and self.week == 1:
            self.week, self.at = 2, self.at + 1
        return True

    def _relative(self) -> bool:
        count = self._count(self.at)
        if count and self._word(count[1]) in AHEAD and self._word(count[1] + 1) == "nua" and count[0] < 100:
            self.days.add(self.today + timedelta(count[0] * AHEAD[self._word(count[1])]))
            self.at = count[1] + 2
            return True
        if self._word(self.at) in AFTER_PART and self.at and self.words[self.at - 1] in PARTS:
            self.days.add(self.today + timedelta(AFTER_PART[self._word(self.at)]))
            self.at += 1
            return True
        for length in (2, 1):
            name = tuple(self.words[self.at : self.at + length])
            if name in RELATIVE_DAYS:
                self.days.add(self.today + timedelta(RELATIVE_DAYS[name]))
                self.at += length
                return True
        return False

    def _day(self, at: time | None) -> date | None:
        if len(self.days) > 1 or (self.week is not None and (self.weekday is None or self.days)):
            raise self._wrong("date_unclear")
        if not self.days:
            return None if self.weekday is None else self._day_of_week(self.weekday, at)
        day = next(iter(self.days))
        if self.weekday not in (None, day.weekday()):
            raise self._wrong("date_weekday_differs", day=day)
        return day

    def _day_of_week(self, weekday: int, at: time | None) -> date:
        ahead = (weekday - self.today.weekday()) % 7
        if self.week is not None:
            return self.today + timedelta(weekday - self.today.weekday() + 7 * self.week)
        # Negative while the time of day is still to come, positive once it is over, 0 where that is not known.
        over = (self.now > at) - (self.now < at) if at is not None and self.now is not None else 0
        if self.past:
            return self.today - timedelta(-ahead % 7 or (7 if over < 0 else 0))
        return self.today + timedelta(ahead or (7 if over > 0 or self.not_today else 0))


def _exact(day: int, month: int, year: int) -> date | None:
    try:
        return date(year, month, day) if 1900 <= year < 2200 else None
    except ValueError:
        return None
