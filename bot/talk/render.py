"""Turns templates into replies: the text a person reads and the choices under it."""

import html
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from bot.calendar import Moment, day_and_month, day_of_document
from bot.messages import Choice, Reply
from bot.periods import ROMAN
from bot.reading.readings import documents_to_read
from bot.wording import read_words

PAYLOAD_BYTES = 64
_today: ContextVar[date | None] = ContextVar("today", default=None)
"""The day on which what is being rendered is read; macros do not see the template's own facts."""


class Choices:
    """What a template has put under its text, row by row; `pick` answers the present question, `button` acts by itself."""

    def __init__(self, question: int | None) -> None:
        self._question = question
        self._rows: list[list[Choice]] = []
        self.quick: list[Choice] = []

    def answer_quickly(self, label: str, *action: object) -> str:
        """Stands on the notification alone."""
        self.quick.append(_choice(label, ":".join(str(part) for part in action)))
        return ""

    def button(self, label: str, *action: object, beside: bool = False) -> str:
        return self._add(label, ":".join(str(part) for part in action), beside)

    def pick(self, label: str, value: object, beside: bool = False) -> str:
        if self._question is None:
            raise ValueError(f"pick({label!r}) stands outside of a question")
        return self._add(label, f"={self._question}:{value}", beside)

    def _add(self, label: str, payload: str, beside: bool) -> str:
        choice = _choice(label, payload)
        if beside and self._rows:
            self._rows[-1].append(choice)
        else:
            self._rows.append([choice])
        return ""

    def rows(self) -> tuple[tuple[Choice, ...], ...]:
        """Choices that read alike are told apart by a number: two units may have one name."""
        labels = [choice.label for row in self._rows for choice in row]
        if len(set(labels)) == len(labels):
            return tuple(map(tuple, self._rows))
        alike = Counter(labels)
        seen: Counter[str] = Counter()
        return tuple(tuple(_told_apart(choice, alike, seen) for choice in row) for row in self._rows)


def _choice(label: str, payload: str) -> Choice:
    if len(payload.encode()) > PAYLOAD_BYTES:
        raise ValueError(f"a button carries more than {PAYLOAD_BYTES} bytes: {payload}")
    return Choice(html.unescape(str(label)), payload)


def _told_apart(choice: Choice, alike: Counter[str], seen: Counter[str]) -> Choice:
    seen[choice.label] += 1
    return (
        choice
        if alike[choice.label] == 1
        else replace(choice, label=f"{choice.label} ({seen[choice.label]})")
    )


ABOUT_A_MONTH, A_YEAR = 45, 366
"""Days that a topic is about one month, or one year."""


class Renderer:
    """All wording. `folder` is templates/; `zone` is the time zone in which moments are shown."""

    def __init__(self, folder: Path, zone: ZoneInfo) -> None:
        self.folder = folder
        self.zone = zone
        self.words: dict[str, Any] = read_words(folder / "words.yaml")
        self.environment = Environment(
            loader=FileSystemLoader(folder),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=-1,
        )
        self.environment.globals["words"] = self.words
        self.environment.filters.update(self._filters())
        self._sentences: dict[str, str] = {}
        for path in sorted((folder / "problems").glob("*.yaml")):
            self._sentences |= read_words(path)
        self._compiled = cache(lambda code: self.environment.from_string(self._sentences[code]))

    def reply(self, name: str, context: Mapping[str, Any], question: int | None = None) -> Reply:
        """Renders templates/<name>.html; raises if the template asks for something that `context` lacks."""
        choices = Choices(question)
        with _read_on(context):
            text = self.environment.get_template(f"{name}.html").render(
                {**context, "button": choices.button, "pick": choices.pick, "quick": choices.answer_quickly}
            )
        return Reply(tidy_text(text), choices.rows(), quick=tuple(choices.quick))

    def page(self, name: str, context: Mapping[str, Any]) -> str:
        with _read_on(context):
            return self.environment.get_template(name).render(context)

    def sentence(self, code: str, facts: Mapping[str, Any]) -> str:
        """The plain sentence that says what is wrong; `today` among the facts is the day on which it is read."""
        with _read_on(facts):
            return self._compiled(code).render(facts)

    def codes(self) -> set[str]:
        return set(self._sentences)

    def _filters(self) -> dict[str, Callable[..., Any]]:
        return {
            "day": self.day,
            "day_label": lambda day: capital_first(self.day(day)),
            "long_day": self.long_day,
            "date": day_of_document,
            "readings": documents_to_read,
            "month_name": lambda day: self.period(f"{day:%Y-%m}").capitalize(),
            "month_short": self.month_short,
            "clock": self.clock,
            "local_day": lambda moment: Moment(moment, self.zone).today,
            "moment": self.moment,
            "file_size": self.file_size,
            "percent": self.percent,
            "courtesy": lambda courtesy: self.words["courtesies"][courtesy],
            "role": lambda role: self.words["roles"][role],
            "period": self.period,
            "summed": self.summed_period,
            "capital": capital_first,
            "turn": lambda key: self.period(key)[:1].upper() + self.period(key)[1:],
            "cut": cut_text,
            "squeeze": squeeze_text,
            "first_lines": lambda text, most: " / ".join(text.strip().split("\n")[:most]),
            "plain": lambda text: Markup(text).striptags(),  # noqa: S704 - our own rendered text
        }

    def day(self, day: date | datetime | str) -> str:
        """The one way in which a day is written: "thứ Tư 04/5", with its year where that is not the present one."""
        day = self._local(date.fromisoformat(day) if isinstance(day, str) else day)
        today = _today.get()
        year = "" if today is not None and today.year == day.year else f"/{day.year}"
        return f"{self.words['weekdays'][day.weekday()]} {day_and_month(day)}{year}"

    def long_day(self, day: date) -> str:
        """As papers write it: "ngày 05 tháng 02 năm 2026"."""
        number, _, month = day_and_month(day).partition("/")
        return str(self.words["long_day"].format(day=number, month=month, year=day.year))

    def clock(self, moment: datetime) -> str:
        local = moment.astimezone(self.zone)
        return f"{local.hour}{self.words['hour_sign']}{local.minute:02}"

    def moment(self, moment: datetime) -> str:
        return f"{self.clock(moment)} {self.day(moment)}"

    def file_size(self, size: int) -> str:
        if size < 1024**2:
            return f"{max(1, round(size / 1024))} KB"
        return f"{size / 1024**2:.1f} MB".replace(".", ",")

    def percent(self, ratio: Fraction | float | None) -> str:
        if ratio is None:
            return "–"
        return f"{float(ratio) * 100:.1f}%".replace(".", ",").replace(",0%", "%")

    def period(self, key: str) -> str:
        """A period key ("2022-04", "2022-Q2", "2022-H1", "2022") in words."""
        year, _, part = key.partition("-")
        names = self.words["periods"]
        if not part:
            return str(names["year"].format(year=year))
        if part[0] in "QH":
            return str(names[part[0]].format(year=year, part=ROMAN[int(part[1:])]))
        return str(names["M"].format(year=year, part=part.lstrip("0")))

    def summed_period(self, key: str) -> str:
        """The same as a leader asks for it: "6 tháng đầu năm 2022", also nine months."""
        year, _, part = key.partition("-")
        name = self.words["long_periods"].get(part)
        return str(name.format(year=year)) if name else self.period(key)

    def month_short(self, first: date, last: date | None = None) -> str:
        """The period of a topic in a line of figures: a month, a quarter or a year when it is one, else from month to month, or
        from year to year."""
        names = self.words["short_periods"]

        def of(day: date) -> str:
            return str(names["M"].format(part=day.month))

        if last is None or (last - first).days <= ABOUT_A_MONTH:
            return of(first)
        quarter = (first.month + 2) // 3
        if first.year == last.year and quarter == (last.month + 2) // 3:
            return str(names["Q"].format(part=quarter))
        if first.year == last.year and (first.month, last.month) == (1, 12):
            return str(names["Y"].format(part=first.year))
        return f"{of(first)}–{of(last)}" if (last - first).days <= A_YEAR else f"{first.year}–{last.year}"

    def _local(self, day: date | datetime) -> date:
        return day.astimezone(self.zone).date() if isinstance(day, datetime) else day


@contextmanager
def _read_on(facts: Mapping[str, Any]) -> Iterator[None]:
    before = _today.set(facts.get("today"))
    try:
        yield
    finally:
        _today.reset(before)


def tidy_text(text: str) -> str:
    text = re.sub(r"[ \t]+\n", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def cut_text(text: str, length: int) -> str:
    """Shortens at a space, with an ellipsis."""
    if len(text) <= length:
        return text
    return text[: length - 1].rsplit(" ", 1)[0].rstrip(" ,;.") + "…"


def squeeze_text(text: str, length: int) -> str:
    """Shortens in the middle: what tells titles of one kind apart often stands at their end."""
    if len(text) <= length:
        return text
    end = text[-(length // 2) :]
    end = end.partition(" ")[2] or end
    return f"{cut_text(text, length - len(end) - 1)} {end}"


def capital_first(text: str) -> str:
    """The first letter in capitals, the rest as it is ("CN" stays "CN")."""
    return text[:1].upper() + text[1:]
