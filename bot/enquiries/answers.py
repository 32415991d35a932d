"""Who answers what somebody asks: the offices of their own units and of those above, the nearest first, then the rules in force."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from bot.enquiries.index import Index, nearest_first
from bot.enquiries.lexicon import read_lexicon
from bot.plans.guidance.fields import RuleSet
from bot.plans.guidance.rules import Rules
from bot.tables import Enquiry, Membership
from bot.wording import read_words

OTHERS = 2
"""So many other questions are offered beside the answer."""


@dataclass(frozen=True, slots=True)
class Found:
    """An answer: of an office, or (`figure`) what the guidance `rules` says. `ref` is what a button calls it."""

    question: str
    enquiry: Enquiry | None = None
    figure: str = ""
    rules: RuleSet | None = None

    @property
    def ref(self) -> str:
        return str(self.enquiry.id) if self.enquiry else self.figure


@cache
def _rule_questions(path: Path) -> Mapping[str, Mapping[str, Any]]:
    """By the name of a figure: how it is `asked`, and what `must` be said."""
    return read_words(path)


def units_on_the_way_up(roles: Iterable[Membership]) -> list[int]:
    """The units of the roles and all above them (ids), those that are nearest to a role first."""
    steps = [
        (distance, int(part))
        for role in roles
        for distance, part in enumerate(reversed(role.unit.path.strip("/").split("/")))
    ]
    return list(dict.fromkeys(unit_id for _, unit_id in sorted(steps)))


def answers_for(
    session: Session, roles: Iterable[Membership], rules: Rules, today: date, folder: Path
) -> list[Found]:
    """All that these people may be answered, the nearest office's first; `folder`: templates/. A question that two offices have
    is the nearer one's."""
    units = units_on_the_way_up(roles)
    rows = session.scalars(
        select(Enquiry)
        .where(Enquiry.unit_id.in_(units))
        .options(joinedload(Enquiry.unit))
        .order_by(Enquiry.id)
    )
    mine: dict[str, Enquiry] = {}
    for row in sorted(rows, key=lambda row: units.index(row.unit_id)):
        mine.setdefault(row.mark, row)
    found = [Found(row.question, enquiry=row) for row in mine.values()]
    return [*found, *_figures(rules.on(today), folder)]


def _figures(held: RuleSet | None, folder: Path) -> list[Found]:
    questions = _rule_questions(folder / "enquiries" / "rules.yaml")
    known = [name for name in questions if held is not None and getattr(held, name) is not None]
    return [Found(questions[name]["asked"][0], figure=name, rules=held) for name in known]


def find_answers(text: str, answers: Sequence[Found], folder: Path) -> list[Found]:
    """Which of these answers the words are about: the likeliest, and at most OTHERS more; none where nothing is like it."""
    questions = _rule_questions(folder / "enquiries" / "rules.yaml")
    forms = [
        (one.question, *one.enquiry.others) if one.enquiry else questions[one.figure]["asked"]
        for one in answers
    ]
    musts = {place: questions[one.figure]["must"] for place, one in enumerate(answers) if one.figure}
    index = Index(read_lexicon(folder / "enquiries" / "words.yaml"), forms, musts)
    places = nearest_first(index.find(text), _nearness(answers))
    return [answers[match.place] for match in places[: OTHERS + 1]]


def _nearness(answers: Sequence[Found]) -> list[int]:
    """The offices in their order; the rules come last."""
    offices = list(dict.fromkeys(one.enquiry.unit_id for one in answers if one.enquiry))
    return [offices.index(one.enquiry.unit_id) if one.enquiry else len(offices) for one in answers]
