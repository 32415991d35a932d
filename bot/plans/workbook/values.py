"""What a clerk types in a cell and what it means: days, periods, parts of a year, moments of reminders, lists."""

import re
from collections.abc import Iterable, Mapping
from datetime import date

from bot.periods import ROMAN, Period, period_named
from bot.plans.agenda import PLACEHOLDER
from bot.plans.plan import WITHIN
from bot.plans.workbook.shape import Words
from bot.problems import Invalid
from bot.reading.words import fold, plain_words

DAY_IN_FIGURES = re.compile(r"(?:ngay )?(\d{1,2}) ?[/.\-] ?(\d{1,2}) ?[/.\-] ?(\d{4})")
DAY_IN_WORDS = re.compile(r"(?:ngay )?(\d{1,2}) thang (\d{1,2}),? nam (\d{4})")
MONTH = re.compile(r"(?:thang |t)?(\d{1,2})(?: ?[/.\-] ?| nam )(\d{4})")
QUARTER = re.compile(r"(?:quy |q)(iv|i{1,3}|[1-4])(?: ?[/.\-,] ?| nam | )(\d{4})")
HALF = re.compile(r"(?:(?:6|sau) thang|nua) (dau|cuoi) nam (\d{4})")
YEAR = re.compile(r"(?:ca )?(?:nam )?(\d{4})")
RANGE = re.compile(r"(?:tu )?(.+?) ?(?: den | toi |–|—| - )(?:het )?(.+)|(?:tu )?([^-]+)-([^-]+)")
WITHIN_QUARTER = re.compile(r"(?:quy |q)(iv|i{1,3}|[1-4])")
WITHIN_HALF = re.compile(r"(?:(?:6|sau) thang|nua) (dau|cuoi) nam")
WITHIN_MONTH = re.compile(r"(?:thang |t)?(\d{1,2})")
DAY_OF_YEAR = re.compile(r"(?:ngay )?(\d{1,2})(?: ?[/.] ?| thang )(\d{1,2})")
NUMBER_OF_DAYS = re.compile(r"(\d+)(?: ngay)?(?: lam viec)?")
AT = re.compile(r"(\w+)(?:([+-])(\d{1,3})([dh]))?(?: (\d{1,2}:\d{2}))?")
BULLET = re.compile(r"[-+•–*]\s+")
QUARTERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}
YES, NO = frozenset({"co", "x", "yes", "true", "1", "v", "dung"}), frozenset({"khong", "no", "false", "0"})
FOR_CODES, FOR_TEXTS = ",;\n", ";\n"

Span = tuple[date, date]


def day_typed(text: str, year: int | None = None) -> str:
    """A day as the plan's format takes it, without a year one of `year`; what is none comes back as it is."""
    said = plain_words(text)
    found = DAY_IN_FIGURES.fullmatch(said) or DAY_IN_WORDS.fullmatch(said)
    if year and not found and (short := DAY_OF_YEAR.fullmatch(said)):
        meant = f"{short[1]}/{short[2]}/{year}"
        return meant if _span(meant) else text
    return "/".join(found.groups()) if found else text


def period_typed(text: str, year: int | None = None) -> object:
    """A period as the plan's format takes it: its key, or its two days, without a year those of `year`; what is none comes
    back as it is."""
    said = plain_words(text)
    found = _period_meant(said)
    if year and found is None and any(map(str.isalpha, said)):
        endings = (f" nam {year}", f"/{year}", f" {year}")
        found = next((whole for end in endings if (whole := _period_meant(said + end))), None)
    return text if found is None else found


def _period_meant(said: str) -> object:
    if key := _period_key(said):
        return key
    if (found := RANGE.fullmatch(said)) and (span := _range(*(part for part in found.groups() if part))):
        return {"from": span[0].isoformat(), "to": span[1].isoformat()}
    return None


def _period_key(said: str) -> str | None:
    if found := QUARTER.fullmatch(said):
        key = f"{found[2]}-Q{QUARTERS[found[1]]}"
    elif found := HALF.fullmatch(said):
        key = f"{found[2]}-H{1 if found[1] == 'dau' else 2}"
    elif found := MONTH.fullmatch(said):
        key = f"{found[2]}-{int(found[1]):02}"
    elif found := YEAR.fullmatch(said):
        key = found[1]
    else:
        key = said.upper()
    return key if _whole(key) else None


def _whole(key: str) -> Period | None:
    try:
        return period_named(key)
    except Invalid:
        return None


def _range(first: str, last: str) -> Span | None:
    """From the first day of one to the last day of the other; "tháng 5 - tháng 6/2022" has its year once."""
    end = _span(last)
    start = _span(first) or (_span(f"{first}/{end[1].year}") if end else None)
    return (start[0], end[1]) if start and end else None


def _span(said: str) -> Span | None:
    found = DAY_IN_FIGURES.fullmatch(said) or DAY_IN_WORDS.fullmatch(said)
    if found:
        try:
            day = date(int(found[3]), int(found[2]), int(found[1]))
        except ValueError:
            return None
        return day, day
    whole = _whole(_period_key(said) or "")
    return (whole.first, whole.last) if whole else None


def period_said(first: date, last: date, words: Words) -> str:
    """A window as `period_typed` reads it back."""
    texts = words.texts
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    number = (first.month - 1) // months + 1
    span = {1: f"-{number:02}", 3: f"-Q{number}", 6: f"-H{number}", 12: ""}.get(months)
    whole = None if span is None else _whole(f"{first.year}{span}")
    if whole is None or (whole.first, whole.last) != (first, last):
        return str(texts["range"]).format(first=f"{first:%d/%m/%Y}", last=f"{last:%d/%m/%Y}")
    if months == 1:
        return str(texts["month"]).format(month=first.month, year=first.year)
    if months == 3:
        return str(texts["quarter"]).format(part=ROMAN[number], year=first.year)
    if months == 6:
        return str(texts["half"]).format(half=texts["halves"][str(number)], year=first.year)
    return str(texts["year"]).format(year=first.year)


def within_typed(text: str) -> str:
    """A part of each year, as the plan's format names it; what is none comes back as it is."""
    said = plain_words(text)
    if found := WITHIN_QUARTER.fullmatch(said):
        return f"Q{QUARTERS[found[1]]}"
    if found := WITHIN_HALF.fullmatch(said):
        return f"H{1 if found[1] == 'dau' else 2}"
    if (found := WITHIN_MONTH.fullmatch(said)) and WITHIN.fullmatch(month := f"{int(found[1]):02}"):
        return month
    if (found := DAY_OF_YEAR.fullmatch(said)) and WITHIN.fullmatch(
        day := f"{int(found[2]):02}-{int(found[1]):02}"
    ):
        return day
    return said.upper() if WITHIN.fullmatch(said.upper()) else text


def within_said(part: str, words: Words) -> str:
    if part[0] == "Q":
        return str(words.texts["within_quarter"]).format(part=ROMAN[int(part[1])])
    if part[0] == "H":
        return str(words.texts["halves"][part[1]])
    if "-" in part:
        return str(words.texts["within_day"]).format(day=int(part[3:]), month=int(part[:2]))
    return str(words.texts["within_month"]).format(month=int(part))


def days_typed(text: str) -> str:
    found = NUMBER_OF_DAYS.fullmatch(plain_words(text))
    return (found[1].lstrip("0") or "0") if found else text


def yes_typed(text: str) -> str | None:
    """A no is as good as nothing: every yes or no of a plan is a no unless it is given."""
    said = fold(text)
    return "true" if said in YES else None if said in NO else text


def moment_typed(text: str, words: Words) -> str:
    """When a rung reminds ("due+1d 09:00"), from words; what is not in our words comes back as it is."""
    said = plain_words(text)
    clock = plain_words(str(words.texts["clock"])).partition("{clock}")[0]
    lead, parted, late = said.partition(clock) if clock in said else said.partition(clock.strip(", "))
    time = re.fullmatch(r"(\d{1,2}) ?(?::|h|gio) ?(\d{2})?", late.strip()) if parted else None
    if parted and not time:
        return text
    lead = fold(lead)
    for name, (sign, unit) in _STEPS.items():
        for anchor, label in words.lists["anchors"].items():
            pattern = fold(words.lists["moments"][name].format(anchor=label, n="number"))
            if found := re.fullmatch(pattern.replace("number", r"0*(\d{1,3})"), lead):
                number = found[1] if found.groups() else "0"
                at = f"{anchor}{sign}{number}{unit}"
                return f"{at} {int(time[1]):02}:{time[2] or '00'}" if time else at
    return text


_STEPS: Mapping[str, tuple[str, str]] = {
    "days_before": ("-", "d"),
    "days_after": ("+", "d"),
    "hours_before": ("-", "h"),
    "hours_after": ("+", "h"),
    "same_day": ("+", "d"),
}


def moment_said(at: str, words: Words) -> str:
    """A rung's moment in words, or as it stands where `moment_typed` would not give the very same back."""
    found = AT.fullmatch(at)
    if found and found[1] in words.lists["anchors"] and found[2]:
        step = (found[2], found[4])
        name = next(name for name, meant in _STEPS.items() if meant == step)
        if found[3] == "0" and step == ("+", "d"):
            name = "same_day"
        said = words.lists["moments"][name].format(anchor=words.lists["anchors"][found[1]], n=found[3])
        said += str(words.texts["clock"]).format(clock=found[5]) if found[5] else ""
        if moment_typed(said, words) == at:
            return said
    return at


def split_cell(text: str, separators: str) -> list[str]:
    """The values of a cell that holds several. One in "double quotes" may hold a separator; a bullet before one is dropped."""
    found: list[str] = []
    rest = text.strip()
    while rest:
        quoted = re.match(rf'"((?:[^"]|"")*)"\s*(?:[{separators}]|$)', rest)
        if quoted:
            found.append(quoted[1].replace('""', '"'))
            rest = rest[quoted.end() :].strip()
            continue
        item, *more = re.split(rf"[{separators}]", rest, maxsplit=1)
        rest = more[0].strip() if more else ""
        item = BULLET.sub("", item.strip(), count=1) if BULLET.match(item.strip()) else item.strip()
        if item:
            found.append(item)
    return found


def join_cell(items: Iterable[str], separators: str) -> str:
    """Several values as one cell, which `parts` takes apart again."""
    glue = "\n" if separators == FOR_TEXTS else "; "
    return glue.join(
        item
        if split_cell(item, separators) == [item] and item[0] != '"'
        else '"' + item.replace('"', '""') + '"'
        for item in items
    )


def blanks_typed(text: str, words: Words) -> str:
    """A text with its {blanks} named as the plan's format names them."""
    names = {fold(label): name for name, label in words.lists["placeholders"].items()}
    return PLACEHOLDER.sub(lambda found: f"{{{names.get(fold(found[1]), found[1])}}}", text)


def blanks_said(text: str, words: Words) -> str:
    names = words.lists["placeholders"]
    return PLACEHOLDER.sub(lambda found: f"{{{names.get(found[1], found[1])}}}", text)
