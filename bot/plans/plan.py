"""The format of a plan: who must do what by when, in strict models that keep what the source says."""

import hashlib
import re
from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from bot.plans.agenda import Agenda, Key, Strict, Text, YesNo, check_placeholders
from bot.plans.fields import (
    Day,
    Days,
    Document,
    Documents,
    Figures,
    Filter,
    SourceKey,
    Who,
    Window,
    field_fault,
)
from bot.plans.ladders import LADDERS, LadderLine, LadderRung, Rungs, rung_of

OPERATORS = ("before", "by", "every", "after_meeting", "before_meeting", "after_waiting", "undated")
RELATIVE = ("after_meeting", "before_meeting", "after_waiting")
ANNOUNCED_BEFORE = 10
"""Days."""
WITHIN = re.compile(
    r"Q[1-4]|H[12]|0[1-9]|1[0-2]"
    r"|(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|1\d|2[0-8])"
)
"""A part of each year, or a day of it that every year has, month first."""
Span = Literal["month", "quarter", "half_year", "year"]


def _within(value: str) -> str:
    if not WITHIN.fullmatch(value):
        raise field_fault("plan_bad_within", value=value)
    return value


class Variant(Strict):
    """A topic as one group of units has it; without `who`, as all the others have it."""

    key: Key
    who: Filter | None = None
    title: Text | None = None
    documents: Documents = ()


class TopicText(Strict):
    """What a meeting is about: once in `period`, or `every` so often inside of it (by default inside the plan's window).

    With `asks_last` the source gives no last day: the office is asked for one inside of `period`.
    With neither `period` nor `every` it stands in the pool that a unit may choose from: no duty. With `gaps` it asks only for the periods for which
    no other topic asks the unit for a meeting of that kind. `theme`: one meeting may answer all topics of one theme.
    `follows`: the topic (a pilot) to be met about before. `choose`: the unit takes those of the documents that suit it.
    """

    key: Key
    title: Text
    meeting: Literal["regular", "thematic"]
    period: Window | None = None
    every: Span | None = None
    asks_last: YesNo = False
    gaps: YesNo = False
    who: Who = Who()
    variants: Annotated[tuple[Variant, ...], Field(strict=False)] = ()
    documents: Documents = ()
    choose: YesNo = False
    theme: Key | None = None
    follows: Key | None = None
    guests: Annotated[tuple[Text, ...], Field(strict=False)] = ()
    agenda: Key = Field(default_factory=lambda given: given["meeting"])
    ladder: Key = "meeting"

    @model_validator(mode="after")
    def _gaps_of_what(self) -> "TopicText":
        if self.gaps and self.every is None:
            raise field_fault("plan_due_extra", value="gaps", allowed=["every"])
        if self.asks_last and (self.period is None or self.every):
            raise field_fault("plan_due_extra", value="asks_last", allowed=["period"])
        return self

    @property
    def pool(self) -> bool:
        """Whether a unit may choose it, and nobody is asked for it."""
        return self.period is None and self.every is None


class Due(Strict):
    """The last permitted day, by exactly one operator. `before` excludes its day, `by` includes it.

    `every: ask` is a "định kỳ" without a period, `every: year` without `within` a "hằng năm" without a day: the office is
    asked when the plan is loaded. `within` names the part of each year ("Q1", "H1", "03") or its day ("01-31"). `after_waiting` counts from the day on which the thing waited for was done.
    """

    before: Day | None = None
    by: Day | None = None
    every: Literal["month", "quarter", "half_year", "year", "ask"] | None = None
    within: Annotated[Text, AfterValidator(_within)] | None = None
    first: Day | None = Field(default=None, alias="from")
    last: Day | None = Field(default=None, alias="to")
    after_meeting: Days | None = None
    before_meeting: Days | None = None
    topics: Annotated[tuple[Key, ...], Field(strict=False)] = ()
    after_waiting: Days | None = None
    undated: YesNo = False
    count: Literal["calendar", "working"] = "calendar"

    @model_validator(mode="after")
    def _one_operator(self) -> "Due":
        given = [
            name for name in OPERATORS if getattr(self, name) is not None and getattr(self, name) is not False
        ]
        if len(given) != 1:
            raise field_fault("plan_due_choice", allowed=list(OPERATORS))
        if self.every is None and (self.first or self.last):
            raise field_fault("plan_due_extra", value="from, to", allowed=["every"])
        if self.within and self.every != "year":
            raise field_fault("plan_due_extra", value="within", allowed=["every: year"])
        if self.topics and not self.by_meeting:
            raise field_fault("plan_due_extra", value="topics", allowed=["after_meeting", "before_meeting"])
        if self.count == "working" and not self.relative:
            raise field_fault("plan_due_extra", value="count", allowed=list(RELATIVE))
        return self

    @property
    def by_meeting(self) -> bool:
        """Whether the day hangs on the day of a meeting."""
        return self.after_meeting is not None or self.before_meeting is not None

    @property
    def relative(self) -> bool:
        """Whether the day is not known before something else has its day."""
        return self.by_meeting or self.after_waiting is not None

    @property
    def placeholders(self) -> tuple[str, ...]:
        return ("topic",) if self.by_meeting else ("period",) if self.every else ()


class DutyText(Strict):
    """What is expected beside the meetings themselves: a report handed in, or a thing confirmed as done.

    `waits` names the duty or topic that must be done first: until then nothing is asked. `reports_on` names the topic whose
    meeting a dated report tells of: it is to be held in time for it. `for_each: unit` asks it of `who`
    (the committee, its office) once for each unit that `of` lets through: its report passed on, its meeting attended.
    `asks` are the numbers and short texts that a report is asked for, `without_files` where they
    are all of it. `material_for` names the topic that the files of the report go along with (an outline that a board drafts for the
    cells), `material_variant` the variant of it that they are for.
    """

    key: Key
    do: Literal["report", "confirm"]
    due: Due
    for_each: Literal["unit"] | None = None
    of: Who | None = None
    title: Text
    who: Who = Who()
    to: Text | None = None
    via: Text | None = None
    opens: Day | None = None
    waits: Key | None = None
    reports_on: Key | None = None
    asks: Figures = ()
    without_files: YesNo = False
    material_for: Key | None = None
    material_variant: Key | None = None
    ladder: Key = Field(
        default_factory=lambda given: "undated" if "due" in given and given["due"].undated else "report"
    )

    @field_validator("title")
    @classmethod
    def _fillable(cls, title: str, info: ValidationInfo) -> str:
        due: Due | None = info.data.get("due")
        if due is None:
            return title
        each = ("unit",) if info.data.get("for_each") else ()
        return check_placeholders(title, (*due.placeholders, *each))

    @field_validator("opens")
    @classmethod
    def _opens_once(cls, opens: object, info: ValidationInfo) -> object:
        due: Due | None = info.data.get("due")
        if opens and due and (due.every or due.relative):
            raise field_fault("plan_opens_not_here")
        return opens

    @model_validator(mode="after")
    def _whole(self) -> "DutyText":
        if self.due.after_waiting is not None and self.waits is None:
            raise field_fault("plan_waits_missing")
        if self.of is not None and self.for_each is None:
            raise field_fault("plan_due_extra", value="of", allowed=["for_each"])
        if self.asks and self.do != "report":
            raise field_fault("plan_due_extra", value="asks", allowed=["report"])
        if self.without_files and not self.asks:
            raise field_fault("plan_due_extra", value="without_files", allowed=["asks"])
        if self.material_variant and not self.material_for:
            raise field_fault("plan_due_extra", value="material_variant", allowed=["material_for"])
        if self.material_for and (self.do != "report" or self.without_files):
            raise field_fault("plan_due_extra", value="material_for", allowed=["report"])
        if self.material_for and self.due.by_meeting:
            raise field_fault("plan_due_extra", value="material_for", allowed=["before", "by", "every"])
        return self


class Decision(Strict):
    """Something that a person must settle before the plan may be loaded: `field` says where, `why` says what."""

    field: Text
    why: Text


class Head(Strict):
    """The plan's own papers. Nothing of it may be due outside `starts`..`ends`, both included.

    `choosing`: may a unit add a topic of the pool, or put one in the place of another? `announce`: so many days before its
    period a topic is told, and may be set, prepared and met about. `recipients` is its "Nơi nhận".
    """

    symbol: Text | None = None
    date: Day | None = None
    issuer: Text
    title: Text
    starts: Day
    ends: Day
    merging: Literal["forbidden", "sequential", "embedded"] = "forbidden"
    choosing: Annotated[tuple[Literal["add", "replace"], ...], Field(strict=False)] = ()
    announce: Days = ANNOUNCED_BEFORE
    basis: Documents = ()
    documents: Documents = ()
    recipients: Annotated[tuple[Text, ...], Field(strict=False)] = ()

    @model_validator(mode="after")
    def _in_order(self) -> "Head":
        if self.ends < self.starts:
            raise field_fault("plan_period_order", first=self.starts, last=self.ends)
        return self


class PlanText(Strict):
    """A whole plan. As `read_plan` gives it, it carries the agendas and ladders that it uses and needs no file more."""

    head: Head = Field(alias="plan")
    decide: Annotated[tuple[Decision, ...], Field(strict=False)] = ()
    topics: Annotated[tuple[TopicText, ...], Field(strict=False)] = ()
    duties: Annotated[tuple[DutyText, ...], Field(strict=False)] = ()
    ladders: dict[Key, Rungs] = {}
    agendas: dict[Key, Agenda] = {}

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def key(self) -> SourceKey:
        """What it is known by; one that bears no number is known by its title too."""
        title = None if self.head.symbol else self.head.title
        return SourceKey(self.head.symbol, self.head.date, self.head.issuer, title)


def key_digest(plan: PlanText) -> str:
    """What stands for the plan's key in the database: a hash, for a key may be long and parts of it missing."""
    key = plan.key
    parts = [key.symbol or "", key.date.isoformat() if key.date else "", key.issuer or "", key.title or ""]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def topic_of(plan: PlanText, key: str) -> TopicText:
    """The topic of that key; raises KeyError when the plan has none."""
    for topic in plan.topics:
        if topic.key == key:
            return topic
    raise KeyError(key)


def topic_documents(topic: TopicText, variant: str | None) -> tuple[Document, ...]:
    """The topic's own documents, then those of the variant that the unit has."""
    own: Iterable[Document] = (d for v in topic.variants if v.key == variant for d in v.documents)
    return (*topic.documents, *own)


def lines_of(plan: PlanText, name: str) -> tuple[LadderLine, ...]:
    """The lines of a ladder in the order of the file; the plan's own first, else the default. KeyError if neither."""
    return plan.ladders[name] if name in plan.ladders else LADDERS[name]


def ladder_of(plan: PlanText, name: str) -> tuple[LadderRung, ...]:
    """As `lines_of`, as rungs."""
    return tuple(rung_of(line) for line in lines_of(plan, name))


def plan_to_json(plan: PlanText) -> str:
    return plan.model_dump_json(by_alias=True, exclude_none=True)


def plan_from_json(text: str) -> PlanText:
    """What `plan_to_json` wrote; raises pydantic's ValidationError for anything else."""
    return PlanText.model_validate_json(text)
