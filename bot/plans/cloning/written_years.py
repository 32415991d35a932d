"""Years as titles write them: which of them move with the plan, and how many years an anniversary counts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

BIRTH_OF_HO_CHI_MINH = 1890

DATE = r"\d{1,2}(?:[/.-]|\s+tháng\s+)\d{1,2}(?:[/.-]|\s+năm\s+)\d{4}(?!\d)"
SYMBOL = r"\d+\s?[-–]\s?[A-ZĐ]\w*\s?/\s?[A-ZĐ]\w*"
# A symbol, or "số 01", with its day; the number of a law; a day of which somebody ("của") is said to be the author.
OF_A_DOCUMENT = rf"(?:{SYMBOL}|\bsố\s+\d+)(?:[,;]?\s+\(?(?:ngày\s+)?{DATE})|{SYMBOL}|\d+/\d{{4}}/[A-ZĐ]\w*|{DATE}(?=\s+của\s)"
WRITTEN = re.compile(
    rf"(?P<kept>(?<!\d)(?:{OF_A_DOCUMENT}))"
    r"|(?<![\d/])(?P<day>\d{1,2})(?P<a>[/.-]|\s+tháng\s+)(?P<month>\d{1,2})(?P<b>[/.-]|\s+năm\s+)(?P<of>\d{4})(?!\d)"
    r"|(?<!\d)(?P<first>\d{4})(?P<dash>\s?[-–—]\s?)(?P<last>\d{4})(?!\d)"
    r"|(?<!\d)(?P<year>\d{4})(?!\d)"
)
YEAR_IN_KEY = re.compile(r"(?<!\d)\d{4}(?!\d)")
COUNTED = re.compile(
    r"(?<!\d)(?<!\d[/.,-])(?<!tháng )(?<!quý )(?<!sau )(?<!trong )(?<!mỗi )(?P<number>\d{1,3})\s+năm\b"
    r"(?!\s+\d{4})(?!\s+một\s+lần)",
    re.IGNORECASE,
)
BIRTHDAY = re.compile(r"\s+ngày\s+sinh\s+.{0,40}(?:Hồ\s+Chí\s+Minh|Bác\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Move:
    """From the years `first`..`last`, the window of a plan, to as many years from `first + by` on."""

    first: int
    last: int
    by: int

    def year(self, year: int) -> int:
        return year + self.by if self.first <= year <= self.last else year

    def day(self, day: date) -> date:
        """The same day of the new year, whether or not the old one lies in the window; 29/2 becomes 28/2 where it must."""
        return moved_day(day, self.by)

    def key(self, key: str) -> str:
        return YEAR_IN_KEY.sub(lambda found: str(self.year(int(found[0]))), key)

    def title(self, title: str) -> str:
        """The title with the years of the window moved. The number and the day of a cited document stay, and so does a
        span of years ("2021-2025") that reaches beyond the window."""
        return WRITTEN.sub(self._written, title)

    def _written(self, found: re.Match[str]) -> str:
        if found["year"]:
            return str(self.year(int(found["year"])))
        if found["first"]:
            first, last = int(found["first"]), int(found["last"])
            if self.first <= first <= last <= self.last:
                return f"{first + self.by}{found['dash']}{last + self.by}"
        if found["of"] and self.first <= int(found["of"]) <= self.last:
            leap = (int(found["day"]), int(found["month"])) == (29, 2)
            year = int(found["of"]) + self.by
            day = str(moved_day(date(year - self.by, 2, 29), self.by).day) if leap else found["day"]
            return f"{day}{found['a']}{found['month']}{found['b']}{year}"
        return found[0]


def moved_day(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29/2
        return day.replace(year=day.year + years, day=28)


@dataclass(frozen=True, slots=True)
class Anniversary:
    """A number of years in a title: as it is written, and the year it counts from where that is known."""

    said: str
    number: int
    base: int | None


def written_anniversaries(title: str) -> Iterator[Anniversary]:
    """Every "N năm" of a title that may count the years since something; "sau 02 năm" and the like do not."""
    for found in COUNTED.finditer(title):
        birthday = BIRTHDAY.match(title, found.end())
        yield Anniversary(found[0], int(found["number"]), BIRTH_OF_HO_CHI_MINH if birthday else None)
