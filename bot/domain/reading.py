"""Reads what a person types in Vietnamese, with or without diacritics: labels, numbers, days and times, yes and no."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import pairwise

from bot.domain.problems import Invalid

LONGEST_NUMBER = 5
ECHO = 60

DIGITS = {"mot": 1, "hai": 2, "ba": 3, "bon": 4, "nam": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9}
AFTER_TENS = DIGITS | {"tu": 4, "lam": 5, "nham": 5}
SHORT_TENS = {"mot": 1, "tu": 4, "lam": 5, "nham": 5}
ODD = {"linh", "le"}


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


NO_WORDS = _words("khong ko k khg hong")
POLITE = _words("a da nhe nha thua em toi bao cao")
PEOPLE = _words("dong chi dc nguoi ng dang vien dv thanh ban")
AROUND_NUMBER = (
    POLITE | PEOPLE | _words("co mat la so tong cong tat ca du phut ngay mung mong hang moi thang")
)
NOBODY = POLITE | PEOPLE | _words("co ai nao ca")

SAYS_YES = _words("có ừ ừm uh được đúng rồi phải vâng ok oke okie okê okay yes chuẩn xong đồng_ý nhất_trí")
SAYS_NO = _words("không ko k khg hông khỏi thôi chưa chẳng đừng no")
SAYS_NEITHER = _words("ạ a nhé nhe nha thưa em tôi chứ luôn cả đồng_chí đ c đc")
BOTH_WAYS = _words("dung")  # đúng and đừng
TWO_WORDS = re.compile(r"\b(đồng ý|dong y|đồng chí|dong chi|nhất trí|nhat tri)\b")


def plain(text: str) -> str:
    """Lower case without diacritics and invisible characters, đ as d, single spaces; punctuation stays."""
    parts = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    kept = "".join(char for char in parts if unicodedata.category(char) not in ("Mn", "Me", "Cf"))
    return " ".join(kept.split())


def fold(text: str) -> str:
    """What is left for comparing a typed label with a button's: letters and digits of `plain`, single spaces.

    Text of punctuation and emoji alone gives "", which is equal to no label.
    """
    return " ".join("".join(char if char.isalnum() else " " for char in plain(text)).split())


def tokens(text: str) -> list[str]:
    """`plain` text as runs of digits, runs of letters and single other signs; "đ/c" is the one word "dc"."""
    joined = re.sub(r"(?<![a-z])d ?/ ?c(?![a-z])", " dc ", plain(text))
    return re.findall(r"[0-9]+|[a-z]+|\S", joined)


def said(text: str) -> str:
    """The person's own words, short enough to be quoted in an answer."""
    whole = " ".join(text.split())
    return whole if len(whole) <= ECHO else whole[: ECHO - 1] + "…"


def spoken(words: Sequence[str], start: int) -> tuple[int, int] | None:
    """The number that begins at `words[start]` (folded words, 1 to 99,999) and the position behind it.

    "hai mốt", "hai lăm", "hai tư" are 21, 25, 24; two plain digits after each other are two numbers.
    """
    head = _below_hundred(words, start)
    if head is None:
        return None
    value, at = head
    if _word(words, at) in {"nghin", "ngan"}:
        hundreds = (0, at + 2) if _word(words, at + 1) == "khong" else _below_hundred(words, at + 1)
        if hundreds and hundreds[0] < 10 and _word(words, hundreds[1]) == "tram":
            return _below_tram(words, hundreds[1] + 1, 1000 * value + 100 * hundreds[0])
        return _below_tram(words, at + 1, 1000 * value)
    if _word(words, at) == "tram" and value < 10:
        return _below_tram(words, at + 1, 100 * value)
    return value, at


def _below_tram(words: Sequence[str], at: int, value: int) -> tuple[int, int]:
    if _word(words, at) in ODD and _word(words, at + 1) in AFTER_TENS:
        return value + AFTER_TENS[words[at + 1]], at + 2
    tail = _below_hundred(words, at)
    # "một trăm hai" is 102 to some and 120 to others.
    return (value + tail[0], tail[1]) if tail and tail[0] >= 10 else (value, at)


def _below_hundred(words: Sequence[str], at: int) -> tuple[int, int] | None:
    first, second = _word(words, at), _word(words, at + 1)
    if first == "ham":
        return (20 + AFTER_TENS[second], at + 2) if second in AFTER_TENS else None
    if first == "muoi":
        tens, at = 10, at + 1
    elif first not in DIGITS:
        return None
    elif second in {"muoi", "chuc"}:
        tens, at = 10 * DIGITS[first], at + 2
    elif second in SHORT_TENS and first != "mot":
        return 10 * DIGITS[first] + SHORT_TENS[second], at + 2
    else:
        return DIGITS[first], at + 1
    last = AFTER_TENS.get(_word(words, at))
    return (tens, at) if last is None else (tens + last, at + 1)


def _word(words: Sequence[str], at: int) -> str:
    return words[at] if at < len(words) else ""


def number(text: str) -> int:
    """The one whole number, 0 to 99,999, that a person gave: "25", "25 đ/c", "hai lăm", "không có ai".

    Raises Invalid("number_unclear", said=...) for anything else: two numbers, "25/28", decimals, negatives, per cent.
    """
    found = tokens(text)
    digits = [token for token in found if token.isdigit()]
    words = [token for token in found if token.isalpha()]
    value = None
    if not _not_a_count(found):
        value = _digits_among(digits, words) if digits else _words_only(words)
    if value is None:
        raise Invalid("number_unclear", said=said(text))
    return value


def _not_a_count(found: list[str]) -> bool:
    if not found or found[0] in set("-−–.,"):
        return True
    unknown = [token for token in found if token.isalnum() and not token.isascii()]
    return (
        bool(unknown)
        or bool(set(found) & set("%<>~+*/"))
        or any(a in "-−–" and b.isdigit() for a, b in pairwise(found))
    )


def _digits_among(digits: list[str], words: list[str]) -> int | None:
    if len(digits) > 1 or len(digits[0]) > LONGEST_NUMBER or not set(words) <= AROUND_NUMBER:
        return None
    return int(digits[0])


def _words_only(words: list[str]) -> int | None:
    core = [word for word in words if word not in POLITE]
    if core and core[0] in NO_WORDS and set(core[1:]) <= NOBODY:
        return 0
    while words and words[0] in AROUND_NUMBER:
        words = words[1:]
    while words and words[-1] in AROUND_NUMBER:
        words = words[:-1]
    read = spoken(words, 0)
    return read[0] if read and read[1] == len(words) else None


def yes(text: str) -> bool | None:
    """True for "có", "ừ", "đồng ý", "dạ được ạ"; False for "không", "thôi", "dạ chưa"; None when it is neither or both."""
    whole = unicodedata.normalize("NFC", " ".join(text.lower().split()))
    joined = TWO_WORDS.sub(lambda found: found[0].replace(" ", "_"), whole)
    words = [word for word in re.findall(r"\w+", joined) if not _means(word, SAYS_NEITHER)]
    meant = [word for word in words if word not in {"dạ", "da"}]  # an agreeing noise before either answer
    answers = [True if _means(word, SAYS_YES) else False if _means(word, SAYS_NO) else None for word in meant]
    if "?" in whole or None in answers or not words:
        return None
    if not answers or all(answers):
        return True
    grudging = meant[0] in {"thôi", "thoi"} and True in answers
    return None if answers[0] or grudging else False


def _means(word: str, vocabulary: frozenset[str]) -> bool:
    unmarked = word.isascii() and word not in BOTH_WAYS and word in {plain(one) for one in vocabulary}
    return unmarked or word in vocabulary


@dataclass(frozen=True, slots=True)
class Moment:
    """What was said of a day and a time; at least one of the two is known."""

    day: date | None
    at: time | None


def when(text: str, *, today: date, now: time | None = None, past: bool = False) -> Moment:
    """The day, the clock time or both: "5/4", "ngày 5 tháng 4", "thứ năm tuần sau 19h30", "7 rưỡi tối mai".

    `today` and `now` are what the person's wall shows. A day without its year, a day without its month and a bare
    weekday mean the nearest one from today on, or with `past` (a meeting already held) the nearest one up to today. A bare
    weekday that is today counts only if its time is still to come (with `past`: has come). A year that was said is
    taken as it is. "tối mai" has a day and no time. Raises Invalid, each with said=...: "date_unclear",
    "date_impossible" (31/2), "time_impossible" (25h), "date_weekday_differs" (also day=, the date as read).
    """
    return _When(text, today, now, past).read()


# Part of the day -> the hours of the 24-hour clock that it can mean.
PARTS = {
    "sang": range(12),
    "trua": range(10, 15),
    "chieu": range(12, 20),
    "toi": range(17, 24),
    "dem": range(18, 24),
}
RELATIVE_DAYS = {
    ("hom", "nay"): 0,
    ("bua", "nay"): 0,
    ("ngay", "mai"): 1,
    ("mai",): 1,
    ("ngay", "kia"): 2,
    ("ngay", "mốt"): 2,
    ("mốt",): 2,
    ("hom", "qua"): -1,
    ("hom", "kia"): -2,
}
AFTER_PART = {"nay": 0, "qua": -1}
NEXT = "tới"
UNREADABLE = "#"
WEEKS = {"nay": 0, "sau": 1, NEXT: 1, "toi": 1, "truoc": -1, "qua": -1}
MONTHS = {"nay": 0, NEXT: 1, "toi": 1, "truoc": -1}
WEEKDAYS = {"hai": 0, "ba": 1, "tu": 2, "nam": 3, "sau": 4, "bay": 5}
DAY_NAMES = _words("ngay mung mong")
HOUR_SIGNS = _words("h g gio")
AROUND_MOMENT = (
    (POLITE - {"toi"})
    | PEOPLE
    | DAY_NAMES
    | _words("luc vao hoi hop o bat dau tu tam khoang buoi doi chuyen hen se")
)
PUNCTUATION = set(",;.!()-–:'\"")
MONTHS_LOOKED_AT = 9 * 12  # 29/2 may be eight years away


class _When:
    """Walks over the words once, each reader taking what it knows, and then makes one moment of what was taken."""

    def __init__(self, text: str, today: date, now: time | None, past: bool) -> None:
        self.text, self.today, self.now, self.past = text, today, now, past
        self.words = _words_of_a_moment(text)
        self.year = self._take_year()
        self.at = 0
        self.days: set[date] = set()
        self.weekday: int | None = None
        self.week: int | None = None
        self.not_today = False
        self.clock: tuple[int, int] | None = None
        self.part = ""

    def read(self) -> Moment:
        readers = (
            self._numeric_date,
            self._named_date,
            self._weekday,
            self._week,
            self._relative,
            self._clock,
            self._part,
            self._filler,
        )
        while self.at < len(self.words):
            if not any(reader() for reader in readers):
                raise self._wrong("date_unclear")
        at = self._time()
        day = self._day(at)
        if self.year or (day is None and at is None):
            raise self._wrong("date_unclear")
        return Moment(day, at)

    def _wrong(self, code: str, **facts: object) -> Invalid:
        return Invalid(code, said=said(self.text), **facts)

    def _word(self, at: int) -> str:
        return _word(self.words, at)

    def _count(self, at: int) -> tuple[int, int] | None:
        return (int(self._word(at)), at + 1) if self._word(at).isdecimal() else spoken(self.words, at)

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
        if first == "cn" or (first, second) == ("chu", "nhat"):
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
        return True

    def _relative(self) -> bool:
        if self.words[self.at : self.at + 2] == ["bây", "gio"]:
            self.days.add(self.today)
            self.clock = (self.now.hour, self.now.minute) if self.now else self.clock
            self.at += 2
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

    def _clock(self) -> bool:
        count = self._count(self.at)
        if count is None:
            return False
        hour, at = count
        minute, sign = 0, self._word(at)
        if sign in HOUR_SIGNS:
            minute, at = self._minutes(at + 1)
        elif sign == ":" and self._word(at + 1).isdecimal():
            minute, at = int(self._word(at + 1)), at + 2
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
        return (-minute if less else minute), end + (self._word(end) in {"phut", "p"})

    def _part(self) -> bool:
        word = self._word(self.at)
        if word not in PARTS or self.part not in ("", word):
            return False
        self.part = word
        self.at += 1
        return True

    def _filler(self) -> bool:
        known = self._word(self.at) in AROUND_MOMENT | PUNCTUATION
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


def _words_of_a_moment(text: str) -> list[str]:
    """Folded words and signs; a word that folding would make mean another thing keeps its marks or is left out."""
    whole = unicodedata.normalize("NFC", text.lower())
    if re.search(r"\bbay gi[oờ]\b", whole):
        return [UNREADABLE]  # bây giờ, bảy giờ
    words: list[str] = []
    for raw in re.findall(r"[0-9]+|[^\W\d_]+|\S", whole):
        after_number = bool(words) and (words[-1] in DIGITS or words[-1] in {"muoi", "ham"})
        if raw in {"tới", "bây", "kìa"} or (raw == "mốt" and not after_number):
            words.append(raw)
        elif raw == "sau" and not whole.isascii():
            words.append(NEXT)
        elif raw in {"tôi", "em"} or (raw == "sang" and not whole.isascii()):
            continue
        elif raw.isdecimal() and (len(raw) > 4 or not raw.isascii()):
            words.append(UNREADABLE)
        elif word := plain(raw):
            words.append(word)
    return words
