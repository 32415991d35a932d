"""What the file of rules is made of: guidance on meetings, replaced documents, bodies that are no more."""

from datetime import date
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from bot.plans.agenda import Key, Strict, Text, YesNo, check_placeholders
from bot.plans.fields import Day, Document, Window, field_fault
from bot.plans.guidance.words import same_symbol, stands_in, written_in

MOST = 1000
KEY_LIMIT = 20

Standing = Literal["official", "reported", "later"]
"""How sure it is: said by an official text; told by a second hand; only later, on the same matter, by the same issuer."""


def _number(value: object) -> int:
    written = str(value).strip()
    if written.isascii() and written.isdecimal() and int(written) <= MOST:
        return int(written)
    raise field_fault("rules_not_a_number", value=written, most=MOST)


Number = Annotated[int, BeforeValidator(_number)]
Texts = Annotated[tuple[Text, ...], Field(strict=False)]


class Target(Strict):
    """A share in per cent: more than `above`, or `at_least`."""

    above: Number | None = None
    at_least: Number | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> "Target":
        if (self.above is None) == (self.at_least is None):
            raise field_fault("rules_target_choice", allowed=["above", "at_least"])
        return self

    def met_by(self, ratio: Fraction) -> bool:
        if self.above is not None:
            return ratio * 100 > self.above
        return ratio * 100 >= (self.at_least or 0)


class Grade(Strict):
    """A grade of a meeting's quality and the least points (of 100) for it."""

    name: Text
    least: Number = Field(alias="from")


Circumstance = Literal["cell", "not_cell", "committee", "no_committee", "regular", "thematic"]
"""The unit is a cell or not; the cell has a committee (chi ủy) of its own or not; what the meeting is, or is also."""


def _for_a_button(key: str) -> str:
    if len(key) > KEY_LIMIT:
        raise field_fault("plan_too_long", limit=KEY_LIMIT)
    return key


class Preparation(Strict):
    """Something to be done before a meeting by `who`, where all of `when` holds: by the end of the day `before` days ahead.

    `optional`: "nếu có"; it is shown, and nobody is late with it.
    """

    key: Annotated[Key, AfterValidator(_for_a_button)]
    title: Text
    short: Text | None = None
    """The same in a few words; without them the title is short enough."""
    who: Text
    before: Number
    when: Annotated[tuple[Circumstance, ...], Field(strict=False)] = ()
    optional: YesNo = False


class InForce(Strict):
    """A document in force on `first`..`last`, both included; without `last`, until now."""

    symbol: Text
    date: Day
    issuer: Text
    title: Text | None = None
    first: Day = Field(alias="from")
    last: Day | None = Field(default=None, alias="to")


class RuleSet(InForce):
    """One guidance on the meetings of cells.

    What its sources do not say is None. `least_minutes`, and `least_minutes_merged` for a regular and a thematic meeting in
    one session; `excused_in_a_row`: how often in a row and a year a member may be excused; `upload_days` after the meeting.
    """

    replaced_by: Text | None = None
    least_minutes: Number | None = None
    least_minutes_merged: Number | None = None
    attendance_target: Target | None = None
    excused_in_a_row: Number | None = None
    quality: Annotated[tuple[Grade, ...], Field(strict=False)] = ()
    upload_days: Number | None = None
    upload_title: Text | None = None
    prepare: Annotated[tuple[Preparation, ...], Field(strict=False)] = ()

    @model_validator(mode="after")
    def _whole(self) -> "RuleSet":
        if self.last and self.last < self.first:
            raise field_fault("plan_period_order", first=self.first, last=self.last)
        if (self.upload_days is None) != (self.upload_title is None):
            raise field_fault("rules_upload_half")
        if self.upload_title:
            check_placeholders(self.upload_title, ("topic",))
        return self


class Replaced(Strict):
    """A document and what took its place on `first`; a day that is not known stays empty.

    `dated`: where its own day is not known, the days between which it must lie. `issuers`: words one of which stands in
    the name of the issuer, however a source writes it.
    """

    document: Document
    dated: Window | None = None
    issuers: Texts
    by: Document
    first: Day | None = Field(default=None, alias="from")
    standing: Standing

    def means(self, cited: Document) -> bool:
        """Whether the cited document is this one: by symbol, and by day and issuer where these are given."""
        if cited.symbol is None or not same_symbol(cited.symbol, self.document.symbol or ""):
            return False
        if cited.issuer and not any(stands_in(word, cited.issuer) for word in self.issuers):
            return False
        if cited.date is None:
            return True
        if self.document.date:
            return cited.date == self.document.date
        return self.dated is None or self.dated.first <= cited.date <= self.dated.last

    @property
    def earliest(self) -> date:
        """No paper of an earlier day can cite it."""
        return self.document.date or (self.dated.first if self.dated else date.min)


class AdvisingBody(Strict):
    """A body, or a level of bodies, that is no more since `first`, with the advice whom to decide on instead.

    `names` are found in any spelling; `written` (abbreviations) only as they stand, as words of their own.
    """

    name: Text
    names: Texts
    written: Texts = ()
    first: Day = Field(alias="from")
    standing: Standing
    advice: Text

    def named_in(self, text: str) -> bool:
        return any(stands_in(name, text) for name in self.names) or any(
            written_in(short, text) for short in self.written
        )
