"""The words of one form: the head of a paper, days, clock times, plans, numbers."""

from datetime import date, datetime
from typing import Any

from bot.papers.facts import PaperUnit, PlanFacts
from bot.papers.forms import Organ, PaperForm, numerals_of
from bot.papers.number_words import in_words

Tags = dict[str, Any]


class FormWords:
    """What is not known becomes None, which the template shows as a blank. `words` is templates/documents/words.yaml."""

    def __init__(self, form: PaperForm, organ: Organ, words: dict[str, Any]) -> None:
        self.form = form
        self.organ = organ
        self.words = words
        self.numerals = numerals_of(words)

    def head(self, kind: str, unit: PaperUnit, number: str, day: date, about: str) -> Tags:
        """The tags of the head of a paper that bears this day; without a number there is room for one."""
        words = self.words
        return {
            "superior": unit.superior,
            "superior_caps": unit.superior.upper(),
            "unit": unit.name,
            "unit_caps": unit.name.upper(),
            "number": number,
            "number_line": words["number"].format(
                number=number or words["blank"], kind=kind, symbol=self.organ.symbol or words["blank"]
            ),
            "place_and_date": words["place_and_date"].format(
                place=unit.place_name or words["blank"], date=self.long_date(day)
            ),
            "title": words["titles_of_papers"][kind],
            "about": about,
            "ending": self.form.ending,
            "between_recipients": self.form.between_recipients,
            "form": self.form.symbol,
        }

    def plan(self, plan: PlanFacts) -> str:
        words = self.words["plan"]
        if not plan.symbol:
            return str(words["plain"].format(title=plan.title, issuer=plan.issuer))
        mark = plan.symbol.partition("/")[0].rpartition("-")[2]
        day = self.short_date(plan.issued_on) if plan.issued_on else self.words["blank"]
        return str(
            words["numbered"].format(
                type=words["types"].get(mark, words["other"]),
                symbol=plan.symbol,
                date=words["day"].format(day=day),
                issuer=plan.issuer,
                title=plan.title,
            )
        )

    def _padded(self, day: date) -> dict[str, str]:
        return {
            "day": f"{day.day:02}" if day.day < self.form.pad_days_below else str(day.day),
            "month": f"{day.month:02}" if day.month < self.form.pad_months_below else str(day.month),
            "year": str(day.year),
        }

    def long_date(self, day: date) -> str:
        return str(self.words["date"].format(**self._padded(day)))

    def short_date(self, day: date) -> str:
        return str(self.words["short_date"].format(**self._padded(day)))

    def month(self, day: date) -> str:
        return str(self.words["month"].format(**self._padded(day)))

    def clock(self, moment: datetime | None) -> str | None:
        return self.words["clock"].format(hour=moment.hour, minute=moment.minute) if moment else None

    def in_words(self, number: int | None) -> str | None:
        return None if number is None else in_words(number, self.numerals)
