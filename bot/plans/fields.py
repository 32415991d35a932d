"""What the fields of a plan are made of: days, kinds of units, documents, who is meant, from when until when."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from bot.periods import period_named
from bot.plans.agenda import Key, Strict, Text, YesNo
from bot.plans.no_days import day_trouble
from bot.problems import Invalid

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
    "mat_tran",
    "doan_cong_tac",
    "co_quan_khac",
)
SECTORS = ("co_quan", "doanh_nghiep", "nong_thon", "truong_hoc", "luc_luong", "khac")
MOST_DAYS = 1100

DAY = re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})")
VIETNAMESE_DAY = re.compile(r"(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})")


def field_fault(code: str, **facts: object) -> PydanticCustomError:
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
    raise field_fault("plan_not_a_date", value=written, **day_trouble(written))


def _days(value: object) -> int:
    written = str(value).strip()
    if re.fullmatch(r"[0-9]{1,4}", written) and int(written) <= MOST_DAYS:
        return int(written)
    raise field_fault("plan_not_a_number", value=written, most=MOST_DAYS)


def _kind(value: str) -> str:
    if value not in KINDS:
        raise field_fault("plan_unknown_kind", value=value, known=list(KINDS))
    return value


def _sector(value: str) -> str:
    if value not in SECTORS:
        raise field_fault("plan_unknown_sector", value=value, known=list(SECTORS))
    return value


def _url(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]+\S*", value):
        raise field_fault("plan_bad_url", value=value)
    return value


def _inside(value: str) -> str:
    if value.startswith("/") or "\\" in value or ":" in value or ".." in value.split("/"):
        raise field_fault("plan_bad_path", value=value)
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
    title: str | None = None


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
            raise field_fault("plan_document_unnamed")
        return self

    @property
    def key(self) -> SourceKey:
        return SourceKey(self.symbol, self.date, self.issuer)


Documents = Annotated[tuple[Document, ...], Field(strict=False)]


class FigureText(Strict):
    """A number or a short text that a report is asked for; `optional`: it may be passed over. `known`: what a meeting that
    the report tells of has counted already, so that it is offered as the answer."""

    key: Key
    title: Text
    kind: Literal["number", "text"] = "number"
    optional: YesNo = False
    known: Literal["members", "present", "speakers", "tasks", "votes", "weaknesses"] | None = None

    @model_validator(mode="after")
    def _known_of_its_kind(self) -> "FigureText":
        if self.known and (self.known == "weaknesses") != (self.kind == "text"):
            raise field_fault("plan_due_extra", value="known", allowed=["number", "text"])
        return self


Figures = Annotated[tuple[FigureText, ...], Field(strict=False)]


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
            whole = period_named(given)
        except Invalid as error:
            raise field_fault("plan_bad_period", value=given.strip(), **day_trouble(given)) from error
        return {"from": whole.first, "to": whole.last}

    @model_validator(mode="after")
    def _in_order(self) -> "Window":
        if self.last < self.first:
            raise field_fault("plan_period_order", first=self.first, last=self.last)
        return self
