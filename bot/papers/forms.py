"""The form of the papers by date and the words that are filled into them, as templates/documents keeps them."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import Field, ValidationError

from bot.papers.number_words import Numerals
from bot.plans.agenda import Strict
from bot.problems import Problem, Rejected
from bot.wording import read_words

Length = Annotated[float, Field(strict=False, ge=0, le=1000)]
Pair = Annotated[tuple[Length, Length], Field(strict=False)]


class PaperPage(Strict):
    """In millimetres."""

    width: Length
    height: Length
    top: Length
    bottom: Length
    left: Length
    right: Length


class BodyText(Strict):
    """In points, but the indent of the first line in millimetres."""

    size: Length
    line: Length
    after: Length
    first_line: Length


class PageNumber(Strict):
    size: Length
    first_page: bool


class Party(Strict):
    """The right-hand head: its size in points, its rule in millimetres."""

    size: Length
    rule: Length


class Recipients(Strict):
    label: Length
    item: Length


class Layout(Strict):
    """How a page looks; `columns` are those of its head and of its signatures, in millimetres."""

    page: PaperPage
    font: str
    body: BodyText
    page_number: PageNumber
    columns: Pair
    party: Party
    title: Length
    about: Length
    recipients: Recipients
    signature_gap: Length


class PaperForm(Strict):
    """One guidance on the form of papers, in force from `first` until the next."""

    symbol: str
    day: date = Field(alias="date")
    issuer: str
    first: date = Field(alias="from")
    ending: str
    between_recipients: str
    pad_days_below: int
    pad_months_below: int
    number_digits: int
    layout: Layout


class Organ(Strict):
    """Who issues a paper: its symbol, in whose name it is signed (`reports_for`: its report on a period, which `signs` signs), what
    it and its meetings are called."""

    kinds: Annotated[tuple[str, ...], Field(strict=False)]
    symbol: str
    on_behalf: str
    reports_for: str
    signs: str
    keep: str
    body: str
    session: str


class PaperForms(Strict):
    forms: Annotated[tuple[PaperForm, ...], Field(strict=False, min_length=1)]
    organs: Annotated[tuple[Organ, ...], Field(strict=False, min_length=1)]

    def on(self, day: date) -> PaperForm:
        """The form in force on that day; the first one for what is older."""
        return max(
            (one for one in self.forms if one.first <= day), key=_first, default=min(self.forms, key=_first)
        )

    def of(self, kind: str) -> Organ:
        """What a unit of this kind is; the last one for kinds that are not named."""
        return next((one for one in self.organs if kind in one.kinds), self.organs[-1])


def _first(form: PaperForm) -> date:
    return form.first


def read_forms(folder: Path) -> PaperForms:
    """`forms.yaml` of the folder. Raises Rejected with every fault (paper_form_broken, paper_form_field)."""
    found = _read(folder / "forms.yaml")
    try:
        return PaperForms.model_validate(found)
    except ValidationError as error:
        places = [".".join(map(str, one["loc"])) for one in error.errors()]
        problems = [Problem(f"forms.yaml: {place}", "paper_form_field", {"field": place}) for place in places]
        raise Rejected(problems) from error


def read_paper_words(folder: Path) -> dict[str, Any]:
    """`words.yaml` of the folder. Raises Rejected (paper_form_broken)."""
    found: dict[str, Any] = _read(folder / "words.yaml")
    return found


def _read(path: Path) -> Any:
    try:
        return read_words(path)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        facts = {"name": path.name, "error": type(error).__name__}
        raise Rejected([Problem(path.name, "paper_form_broken", facts)]) from error


def numerals_of(words: dict[str, Any]) -> Numerals:
    return Numerals(**{**words["numerals"], "digits": tuple(words["numerals"]["digits"])})
