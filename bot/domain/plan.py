"""The format of a plan: who must do what by when, in strict models that keep what the source says."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from bot.domain.agenda import Agenda, Key, Strict, Text, YesNo, check_placeholders, not_empty
from bot.domain.calendar import period
from bot.domain.problems import Invalid

KINDS = (
    "chi_bo",
    "dang_bo_co_so",
    "dang_bo_bo_phan",
    "dang_uy",
    "ban_to_chuc",
    "ban_tuyen_giao",
    "van_phong",
    "uy_ban_kiem_tra",
    "doan_the",
)
SECTORS = ("co_quan", "doanh_nghiep", "nong_thon", "truong_hoc", "luc_luong", "khac")
OPERATORS = ("before", "by", "every", "after_meeting", "before_meeting")
MOST_DAYS = 366

DAY = re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})")
VIETNAMESE_DAY = re.compile(r"(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})")
RUNG_AT = re.compile(
    r"(?P<anchor>opens|safe|due|meeting)(?:(?P<sign>[+-])(?P<number>\d{1,3})(?P<unit>[dh]))?"
    r"(?: (?P<hour>\d{1,2}):(?P<minute>\d{2}))?"
)

Say = Literal["topic", "set_date", "ready", "upload", "today", "start", "result", "due", "last_day", "late"]
Anchor = Literal["opens", "safe", "due", "meeting"]
When = Literal["always", "scheduled", "unscheduled"]


def fault(code: str, **facts: object) -> PydanticCustomError:
    """An error that pydantic carries to the reader of the file with its place; `code` names the sentence."""
    return PydanticCustomError(code, "see templates/problems/plan.yaml", facts)


def _day(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    written = str(value).strip()
    if found := DAY.fullmatch(written) or VIETNAMESE_DAY.fullmatch(written):
        try:
            day = date(int(found["y"]), int(found["m"]), int(found["d"]))
        except ValueError:
            day = date.min
        if 1900 <= day.year <= 2100:
            return day
    raise fault("plan_not_a_date", value=written)


def _days(value: object) -> int:
    written = str(value).strip()
    if re.fullmatch(r"[0-9]{1,3}", written) and int(written) <= MOST_DAYS:
        return int(written)
    raise fault("plan_not_a_number", value=written, most=MOST_DAYS)


def _kind(value: str) -> str:
    if value not in KINDS:
        raise fault("plan_unknown_kind", value=value, known=list(KINDS))
    return value


def _sector(value: str) -> str:
    if value not in SECTORS:
        raise fault("plan_unknown_sector", value=value, known=list(SECTORS))
    return value


def _url(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]+\S*", value):
        raise fault("plan_bad_url", value=value)
    return value


def _inside(value: str) -> str:
    if value.startswith("/") or "\\" in value or ":" in value or ".." in value.split("/"):
        raise fault("plan_bad_path", value=value)
    return value


Day = Annotated[date, BeforeValidator(_day)]
Days = Annotated[int, BeforeValidator(_days)]
Kind = Annotated[Text, AfterValidator(_kind)]
Sector = Annotated[Text, AfterValidator(_sector)]


@dataclass(frozen=True, slots=True)
class SourceKey:
    """What a plan or a document is known by. Never the symbol alone: two committees number alike."""

    symbol: str | None
    date: date | None
    issuer: str | None


class Document(Strict):
    """A document as its source cites it; what the source does not say stays empty. `title` keeps its "về"."""

    type: Text
    symbol: Text | None = None
    date: Day | None = None
    issuer: Text | None = None
    title: Text | None = None
    via: Text | None = None
    url: Annotated[Text, AfterValidator(_url)] | None = None
    file: Annotated[Text, AfterValidator(_inside)] | None = None

    @model_validator(mode="after")
    def _named(self) -> "Document":
        if self.symbol is None and self.title is None:
            raise fault("plan_document_unnamed")
        return self

    @property
    def key(self) -> SourceKey:
        return SourceKey(self.symbol, self.date, self.issuer)


Documents = Annotated[tuple[Document, ...], Field(strict=False)]


class Filter(Strict):
    """Which units: all that pass every part that is given."""

    kinds: Annotated[tuple[Kind, ...], Field(strict=False)] = ()
    sectors: Annotated[tuple[Sector, ...], Field(strict=False)] = ()
    direct: YesNo = False
    units: Annotated[tuple[Text, ...], Field(strict=False)] = ()
    excluded: Annotated[tuple[Text, ...], Field(strict=False)] = Field(default=(), alias="except")


class Who(Filter):
    """A filter that means the cells (chi bộ) unless it says another kind or names units."""

    kinds: Annotated[tuple[Kind, ...], Field(strict=False)] = ("chi_bo",)

    @model_validator(mode="before")
    @classmethod
    def _named_units_of_any_kind(cls, given: object) -> object:
        if isinstance(given, dict) and given.get("units") and "kinds" not in given:
            return {**given, "kinds": []}
        return given


class Window(Strict):
    """Both days included. In a file also a period in short: 2022-04, 2022-Q1, 2022-H1, 2022."""

    first: Day = Field(alias="from")
    last: Day = Field(alias="to")

    @model_validator(mode="before")
    @classmethod
    def _in_short(cls, given: object) -> object:
        if not isinstance(given, str):
            return given
        try:
            whole = period(given)
        except Invalid as error:
            raise fault("plan_bad_period", value=given.strip()) from error
        return {"from": whole.first, "to": whole.last}

    @model_validator(mode="after")
    def _in_order(self) -> "Window":
        if self.last < self.first:
            raise fault("plan_period_order", first=self.first, last=self.last)
        return self


class Variant(Strict):
    """A topic as one group of units has it; without `who`, as all the others have it."""

    key: Key
    who: Filter | None = None
    title: Text | None = None
    documents: Documents = ()


class Topic(Strict):
    """What a meeting is about. Without `period` it stands in the pool that a unit may choose from: no duty."""

    key: Key
    title: Text
    meeting: Literal["regular", "thematic"]
    period: Window | None = None
    who: Who = Who()
    variants: Annotated[tuple[Variant, ...], Field(strict=False)] = ()
    documents: Documents = ()
    agenda: Key = Field(default_factory=lambda given: given["meeting"])
    ladder: Key = "meeting"


class Due(Strict):
    """The last permitted day, by exactly one operator. `before` excludes its day, `by` includes it."""

    before: Day | None = None
    by: Day | None = None
    every: Literal["month", "quarter", "half_year", "year"] | None = None
    first: Day | None = Field(default=None, alias="from")
    last: Day | None = Field(default=None, alias="to")
    after_meeting: Days | None = None
    before_meeting: Days | None = None
    topics: Annotated[tuple[Key, ...], Field(strict=False)] = ()

    @model_validator(mode="after")
    def _one_operator(self) -> "Due":
        if sum(getattr(self, name) is not None for name in OPERATORS) != 1:
            raise fault("plan_due_choice", allowed=list(OPERATORS))
        if self.every is None and (self.first or self.last):
            raise fault("plan_due_extra", value="from, to", allowed=["every"])
        if self.topics and not self.relative:
            raise fault("plan_due_extra", value="topics", allowed=["after_meeting", "before_meeting"])
        return self

    @property
    def relative(self) -> bool:
        """Whether the day hangs on the day of a meeting."""
        return self.after_meeting is not None or self.before_meeting is not None

    @property
    def placeholders(self) -> tuple[str, ...]:
        return ("topic",) if self.relative else ("period",) if self.every else ()


class Duty(Strict):
    """What is expected beside the meetings themselves: a report handed in, or a thing confirmed as done."""

    key: Key
    do: Literal["report", "confirm"]
    due: Due
    title: Text
    who: Who = Who()
    to: Text | None = None
    via: Text | None = None
    opens: Day | None = None
    ladder: Key = "report"

    @field_validator("title")
    @classmethod
    def _fillable(cls, title: str, info: ValidationInfo) -> str:
        due: Due | None = info.data.get("due")
        return check_placeholders(title, due.placeholders) if due else title

    @field_validator("opens")
    @classmethod
    def _opens_once(cls, opens: date | None, info: ValidationInfo) -> date | None:
        due: Due | None = info.data.get("due")
        if opens and due and (due.every or due.relative):
            raise fault("plan_opens_not_here")
        return opens


@dataclass(frozen=True, slots=True)
class Rung:
    """One reminder: `days` and `hours` from its anchor, at `clock` (local), else at the usual time of day.

    From a meeting, `hours` and zero days without a clock time count from its hour.
    `scheduled`: only when the unit has set its meeting; `unscheduled`: only while it has not.
    """

    key: str
    anchor: Anchor
    days: int
    hours: int
    clock: time | None
    say: Say
    when: When


class RungLine(Strict):
    key: Key
    at: Text
    say: Say
    when: When = "always"

    @field_validator("at")
    @classmethod
    def _understood(cls, at: str) -> str:
        _moment(at)
        return at


@lru_cache(maxsize=256)
def _moment(at: str) -> tuple[str, int, int, time | None]:
    found = RUNG_AT.fullmatch(at)
    if found is None:
        raise fault("plan_bad_rung", value=at)
    number = int(f"{found['sign']}{found['number']}") if found["unit"] else 0
    try:
        clock = time(int(found["hour"]), int(found["minute"])) if found["hour"] else None
    except ValueError:
        raise fault("plan_bad_rung", value=at) from None
    if found["unit"] == "h":
        if clock or found["anchor"] != "meeting":
            raise fault("plan_bad_rung", value=at)
        return found["anchor"], 0, number, None
    return found["anchor"], number, 0, clock


Rungs = Annotated[tuple[RungLine, ...], Field(strict=False), AfterValidator(not_empty)]


def _rungs(*lines: tuple[str, str, Say, When]) -> tuple[RungLine, ...]:
    return tuple(RungLine(key=key, at=at, say=say, when=when) for key, at, say, when in lines)


LADDERS: dict[str, tuple[RungLine, ...]] = {
    "meeting": _rungs(
        ("topic", "opens+0d", "topic", "always"),
        ("set-date-10", "safe-10d", "set_date", "unscheduled"),
        ("set-date-3", "safe-3d", "set_date", "unscheduled"),
        ("ready", "meeting-3d", "ready", "scheduled"),
        ("upload", "meeting-1d", "upload", "scheduled"),
        ("today", "meeting+0d 07:00", "today", "scheduled"),
        ("start", "meeting+0h", "start", "scheduled"),
        ("result", "meeting+3h", "result", "scheduled"),
        ("last-day", "safe+0d", "last_day", "unscheduled"),
        ("late", "due+1d", "late", "always"),
    ),
    "report": _rungs(
        ("due-7", "safe-7d", "due", "always"),
        ("due-3", "safe-3d", "due", "always"),
        ("due-1", "safe-1d", "due", "always"),
        ("last-day", "safe+0d", "last_day", "always"),
        ("late", "due+1d", "late", "always"),
    ),
}


class Head(Strict):
    """The plan's own papers. Nothing of it may be due outside `starts`..`ends`, both included."""

    symbol: Text
    date: Day
    issuer: Text
    title: Text
    starts: Day
    ends: Day
    merging: Literal["forbidden", "sequential", "embedded"] = "forbidden"
    basis: Documents = ()
    documents: Documents = ()

    @model_validator(mode="after")
    def _in_order(self) -> "Head":
        if self.ends < self.starts:
            raise fault("plan_period_order", first=self.starts, last=self.ends)
        return self


class Plan(Strict):
    """A whole plan. As `read_plan` gives it, it carries the agendas and ladders that it uses and needs no file more."""

    head: Head = Field(alias="plan")
    topics: Annotated[tuple[Topic, ...], Field(strict=False)] = ()
    duties: Annotated[tuple[Duty, ...], Field(strict=False)] = ()
    ladders: dict[Key, Rungs] = {}
    agendas: dict[Key, Agenda] = {}

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def key(self) -> SourceKey:
        return SourceKey(self.head.symbol, self.head.date, self.head.issuer)


def topic_of(plan: Plan, key: str) -> Topic:
    """The topic of that key; raises KeyError when the plan has none."""
    for topic in plan.topics:
        if topic.key == key:
            return topic
    raise KeyError(key)


def documents_of(topic: Topic, variant: str | None) -> tuple[Document, ...]:
    """The topic's own documents, then those of the variant that the unit has."""
    own: Iterable[Document] = (d for v in topic.variants if v.key == variant for d in v.documents)
    return (*topic.documents, *own)


def ladder_of(plan: Plan, name: str) -> tuple[Rung, ...]:
    """The rungs of a ladder in the order of the file; the plan's own first, else the default. KeyError if neither."""
    lines = plan.ladders[name] if name in plan.ladders else LADDERS[name]
    return tuple(rung_of(line) for line in lines)


@lru_cache(maxsize=256)
def rung_of(line: RungLine) -> Rung:
    """The rung that a line of a ladder means; lines have been checked when they were made."""
    anchor, days, hours, clock = _moment(line.at)
    return Rung(line.key, anchor, days, hours, clock, line.say, line.when)  # type: ignore[arg-type]


def plan_to_json(plan: Plan) -> str:
    return plan.model_dump_json(by_alias=True, exclude_none=True)


def plan_from_json(text: str) -> Plan:
    """What `plan_to_json` wrote; raises pydantic's ValidationError for anything else."""
    return Plan.model_validate_json(text)
