"""Reads the period that a leader asks for: "quý 1", "tháng 7/2022", "6 tháng", "năm ngoái"; what is not understood is handed back."""

import re
from dataclasses import dataclass, field
from datetime import date

from bot.periods import Period, period_before, period_of, summed_period
from bot.reading.words import DIGITS, number_at, plain_words, quoted_words, typed_text, word_at, words_of

ROMANS = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
MONTH_NAMES = {"gieng": 1, "chap": 12, "tu": 4}
LENGTHS = {3: "-Q1", 6: "-H1", 9: "-9M", 12: ""}
LAST_OF_YEAR = {3: "-Q4", 6: "-H2"}
NOW = words_of("nay")
BEFORE = words_of("truoc roi qua ngoai")
SIGNS = frozenset("/-.")
PARTS = {
    "units": ("tung don vi", "theo don vi", "tung chi bo", "theo chi bo", "tung dang bo", "theo dang bo"),
    "sectors": ("theo linh vuc", "tung linh vuc"),
    "plans": ("theo ke hoach", "tung ke hoach"),
    "topics": ("theo chuyen de", "tung chuyen de", "theo chu de", "tung chu de", "theo viec", "tung viec"),
}
"""What the figures are taken apart by."""
COMMAND = ["tong", "hop"]
WORD = re.compile(r"[0-9]+|[^\W\d_]+|\S")
BEFORE_NAME = words_of("xem cho cua toi em , : -")
BEHIND_NAME = words_of("ạ nhé nhe nha đi với . , ! ? ;")
"""These are no part of a unit's name; they are compared as typed, for a committee may be called A."""


@dataclass(frozen=True, slots=True)
class AskedPeriod:
    """`part`: what the figures are to be taken apart by, of PARTS, or empty; `rest`: the words, as they were typed, that say
    neither: perhaps the name of a unit; `coming`: where no year was said and that of this year is still to begin, this one."""

    period: Period | None
    part: str = ""
    rest: str = ""
    coming: Period | None = field(default=None, compare=False)


def read_asked_period(text: str, today: date) -> AskedPeriod:
    """A period without its year is the latest one that has begun by `today`: of "quý 4" in April that of last year."""
    return _Asked(text, today).read()


class _Asked:
    """Walks over the words and takes the first period and the first part; the others stay."""

    def __init__(self, text: str, today: date) -> None:
        self.text, self.today = typed_text(text), today
        self.found = list(WORD.finditer(self.text))
        self.raw = [found[0].lower() for found in self.found]
        self.words = [plain_words(word) or word for word in self.raw]
        self.period: Period | None = None
        self.coming: Period | None = None
        self.part = ""

    def read(self) -> AskedPeriod:
        left = []
        at = len(COMMAND) if self.words[: len(COMMAND)] == COMMAND else 0
        while at < len(self.words):
            end = self._part(at) or self._period(at)
            if end is None:
                left.append(at)
            at = end or at + 1
        return AskedPeriod(self.period, self.part, self._rest(left), self.coming)

    def _rest(self, left: list[int]) -> str:
        while left and self.words[left[0]] in BEFORE_NAME:
            left = left[1:]
        while left and self.raw[left[-1]] in BEHIND_NAME:
            left = left[:-1]
        runs: list[list[int]] = []
        for at in left:
            if runs and runs[-1][-1] == at - 1:
                runs[-1].append(at)
            else:
                runs.append([at])
        parts = (self.text[self.found[run[0]].start() : self.found[run[-1]].end()] for run in runs)
        return quoted_words(" ".join(parts))

    def _word(self, at: int) -> str:
        return word_at(self.words, at) if at >= 0 else ""

    def _part(self, at: int) -> int | None:
        for part, phrases in PARTS.items():
            for phrase in phrases:
                end = at + len(phrase.split())
                if not self.part and " ".join(self.words[at:end]) == phrase:
                    self.part = part
                    return end
        return None

    def _period(self, at: int) -> int | None:
        if self.period is not None or self._word(at - 1) in SIGNS:
            return None
        readers = (
            self._dashed,
            self._numeric,
            self._quarter,
            self._month,
            self._months,
            self._half,
            self._year,
        )
        return next((end for reader in readers if (end := reader(at)) is not None), None)

    def _number(self, at: int) -> tuple[int, int] | None:
        word = self._word(at)
        if word.isdecimal():
            return (int(word), at + 1) if len(word) <= 2 else None
        # "tháng mười năm 2022" is no month 15, and "tháng năm năm nay" is May
        end = next((n for n in range(at + 1, len(self.words)) if self._said_year(n)), len(self.words))
        return number_at(self.words[:end], at)

    def _said_year(self, at: int) -> tuple[int, int] | None:
        """The year that "năm 2022", "/2022", "/22" or "năm ngoái" says at this place, and the position behind it."""
        sign, year = self._word(at), self._word(at + 1)
        if sign == "nam" and year in NOW | BEFORE:
            return self.today.year - (year in BEFORE), at + 2
        if sign in SIGNS | {"nam"} and _is_year(year):
            return int(year), at + 2
        if sign == "/" and year.isdecimal() and len(year) == 2:
            return 2000 + int(year), at + 2
        return (int(sign), at + 1) if _is_year(sign) else None

    def _take(self, key: str, end: int) -> int:
        """The period of this key, which has no year yet, and the position behind it."""
        said = self._said_year(end)
        if said is not None:
            self.period = summed_period(f"{said[0]}{key}")
            return said[1]
        this_year = summed_period(f"{self.today.year}{key}")
        begun = this_year.first <= self.today
        self.coming = None if begun else this_year
        self.period = this_year if begun else summed_period(f"{self.today.year - 1}{key}")
        return end

    def _near(self, at: int, now: Period) -> int | None:
        """ "này", "trước", "vừa qua"."""
        at += self._word(at) == "vua"
        word = self._word(at)
        if word not in NOW | BEFORE:
            return None
        self.period = now if word in NOW else period_before(now)
        return at + 1

    def _dashed(self, at: int) -> int | None:
        """2022-07, 2022-Q1."""
        year, dash, month, quarter = (self._word(at + n) for n in range(4))
        if not _is_year(year) or dash != "-":
            return None
        if month == "q" and quarter in {"1", "2", "3", "4"}:
            self.period = summed_period(f"{year}-Q{quarter}")
            return at + 4
        if not month.isdecimal() or not 1 <= int(month) <= 12:
            return None
        self.period = summed_period(f"{year}-{int(month):02}")
        return at + 3

    def _numeric(self, at: int) -> int | None:
        """7/2022."""
        month, sign, year = (self._word(at + n) for n in range(3))
        if not month.isdecimal() or sign not in SIGNS or not _is_year(year) or not 1 <= int(month) <= 12:
            return None
        return self._take(f"-{int(month):02}", at + 1)

    def _quarter(self, at: int) -> int | None:
        if self._word(at) not in {"quy", "q"}:
            return None
        if near := self._near(at + 1, period_of("quarter", self.today)):
            return near
        word = self._word(at + 1)
        number = ROMANS.get(word) or (4 if word == "tu" else None)
        said = (number, at + 2) if number else self._number(at + 1)
        return self._take(f"-Q{said[0]}", said[1]) if said and 1 <= said[0] <= 4 else None

    def _month(self, at: int) -> int | None:
        if self._word(at) not in {"thang", "t"}:
            return None
        if near := self._near(at + 1, period_of("month", self.today)):
            return near
        word = self._word(at + 1)
        if word == "sau" and self.raw[at + 1] == "sau" and not self.text.isascii():
            return None  # the next month: nothing is to be told of it yet
        said = (MONTH_NAMES[word], at + 2) if word in MONTH_NAMES else self._number(at + 1)
        return self._take(f"-{said[0]:02}", said[1]) if said and 1 <= said[0] <= 12 else None

    def _months(self, at: int) -> int | None:
        """ "6 tháng đầu năm", "6 tháng cuối năm 2021", "9 tháng"; but of "3 tháng 7" the month is meant."""
        word = self._word(at)
        count = int(word) if word.isdecimal() and len(word) <= 2 else DIGITS.get(word, 0)
        named = self._number(at + 2) is not None and not self._said_year(at + 2)
        if self._word(at + 1) != "thang" or count not in LENGTHS or named:
            return None
        end, late = self._which_end(at + 2)
        return self._take(LAST_OF_YEAR.get(count, LENGTHS[count]) if late else LENGTHS[count], end)

    def _half(self, at: int) -> int | None:
        """ "nửa năm", "nửa đầu năm", "nửa cuối năm 2021"."""
        if self._word(at) != "nua":
            return None
        end, late = self._which_end(at + 1)
        if end == at + 1 and self._word(end) != "nam":
            return None
        if end == at + 1 and self._said_year(end) is None:
            end += 1
        return self._take("-H2" if late else "-H1", end)

    def _which_end(self, at: int) -> tuple[int, bool]:
        """Behind "đầu năm" or "cuối năm", and whether it is the end of the year; a year that is said stays to be read."""
        if self._word(at) not in {"dau", "cuoi"}:
            return at, False
        alone = self._word(at + 1) == "nam" and self._said_year(at + 1) is None
        return at + 1 + alone, self._word(at) == "cuoi"

    def _year(self, at: int) -> int | None:
        """ "năm 2022", "năm ngoái", "cả năm"."""
        start = at + (self._word(at) == "ca")
        said = None if self._word(start) in SIGNS else self._said_year(start)
        if said is not None:
            self.period = summed_period(str(said[0]))
            return said[1]
        if start > at and self._word(start) == "nam":
            self.period = period_of("year", self.today)
            return start + 1
        return None


def _is_year(word: str) -> bool:
    return word.isdecimal() and len(word) == 4 and 1900 <= int(word) < 2200
