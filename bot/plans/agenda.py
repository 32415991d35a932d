"""The agenda of a meeting: its format in YAML, and its unfolding into the steps that are walked."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
Item = TypeVar("Item")
INNER = re.compile(r"\s*[›>]\s*")
MOST_MINUTES = 600
YES = frozenset({"true", "yes", "on", "có"})
NO = frozenset({"false", "no", "off", "không"})


class Strict(BaseModel):
    """The base of every format read from a file: nothing is guessed, nothing unknown is let through."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


def _one_line(value: object) -> object:
    return " ".join(unicodedata.normalize("NFC", value).split()) if isinstance(value, str) else value


def _prose(value: object) -> object:
    return unicodedata.normalize("NFC", value).strip() if isinstance(value, str) else value


def _yes_or_no(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in YES | NO:
        return value.strip().lower() in YES
    raise PydanticCustomError("plan_not_yes_no", "not a yes or a no", {"value": str(value)})


def _nested(value: object) -> object:
    """Parts inside of parts: "Tiến hành > Thảo luận", in one spelling."""
    text = _one_line(value)
    return INNER.sub(" › ", text).strip() if isinstance(text, str) else text


def _minutes(value: object) -> int:
    written = str(value).strip()
    if written.isascii() and written.isdecimal() and 1 <= int(written) <= MOST_MINUTES:
        return int(written)
    raise PydanticCustomError("plan_minutes", "no minutes", {"value": written, "most": MOST_MINUTES})


def check_placeholders(text: str, allowed: Sequence[str]) -> str:
    """The same text; raises the `plan_placeholder` error for a {name} that nothing would fill in."""
    for name in PLACEHOLDER.findall(text):
        if name not in allowed:
            raise PydanticCustomError(
                "plan_placeholder", "unknown placeholder", {"value": name, "allowed": list(allowed)}
            )
    return text


def not_empty(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """The same items. After they are sound: a minimum length would also count the broken ones out."""
    if not items:
        raise PydanticCustomError("plan_empty", "nothing in the list")
    return items


Text = Annotated[str, Field(min_length=1, max_length=1000), BeforeValidator(_one_line)]
Prose = Annotated[str, Field(min_length=1, max_length=3000), BeforeValidator(_prose)]
Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$"), BeforeValidator(_one_line)]
Phase = Annotated[str, Field(min_length=1, max_length=1000), BeforeValidator(_nested)]
Minutes = Annotated[int, BeforeValidator(_minutes)]
YesNo = Annotated[bool, BeforeValidator(_yes_or_no)]
Asks = Literal[
    "none", "attendance", "notes", "speakers", "vote", "tasks", "last_tasks", "read_back"
]  # fmt: skip


class AgendaStep(Strict):
    """One step of a meeting. `for_each` repeats it; `after` puts it behind the meeting, as homework.

    `speakers` are notes whose number is that of those who have spoken; `last_tasks` are those of earlier meetings. The
    minutes are wishes: they are spoken of once, and hold nobody up.
    """

    key: Key
    for_each: Literal["document", "member"] | None = None
    phase: Phase | None = None
    title: Text
    words: Prose | None = None
    owner: Text | None = None
    asks: Asks = "none"
    optional: YesNo = False
    least_minutes: Minutes | None = None
    most_minutes: Minutes | None = None
    after: YesNo = False

    @field_validator("title", "words")
    @classmethod
    def _fillable(cls, text: str | None, info: ValidationInfo) -> str | None:
        named = info.data.get("for_each", "not understood") in ("document", "not understood")
        return text and check_placeholders(text, ("topic", "unit", *(("document",) if named else ())))

    @model_validator(mode="after")
    def _in_order(self) -> "AgendaStep":
        if self.least_minutes and self.most_minutes and self.most_minutes < self.least_minutes:
            facts = {"least": self.least_minutes, "most": self.most_minutes}
            raise PydanticCustomError("plan_minutes_order", "the most is less than the least", facts)
        return self


class Agenda(Strict):
    """`key` is the name of its file, or its name inside the plan; the reader puts it in."""

    key: Key
    title: Text
    steps: Annotated[tuple[AgendaStep, ...], Field(strict=False), AfterValidator(not_empty)]

    @field_validator("steps")
    @classmethod
    def _told_apart(cls, steps: tuple[AgendaStep, ...]) -> tuple[AgendaStep, ...]:
        keys = [step.key for step in steps]
        for key in keys:
            if keys.count(key) > 1:
                raise PydanticCustomError("plan_duplicate_key", "two steps of one key", {"value": key})
        return steps


def unfold_agenda(agenda: Agenda, documents: Sequence[str]) -> list[AgendaStep]:
    """The steps as they are walked, those done after the meeting included.

    `documents` are the names of the topic's documents as a person reads them, in the plan's order. A step
    with `for_each: document` becomes one step a document, keyed `<key>:1`, `<key>:2`, ...; none without documents. One with
    `for_each: member` stays one step: how often it is gone through shows only in the meeting.
    {topic} and {unit} stay in the text for `fill`.
    """
    steps: list[AgendaStep] = []
    for step in agenda.steps:
        if step.for_each != "document":
            steps.append(step)
        else:
            steps.extend(_about(step, number, name) for number, name in enumerate(documents, 1))
    return steps


def _about(step: AgendaStep, number: int, document: str) -> AgendaStep:
    values = {"document": document}
    return step.model_copy(
        update={
            "key": f"{step.key}:{number}",
            "for_each": None,
            "title": fill_step_texts(step.title, values),
            "words": step.words and fill_step_texts(step.words, values),
        }
    )


def fill_step_texts(text: str, values: Mapping[str, str]) -> str:
    """`text` with each {name} that `values` knows replaced, once; any other brace stays as it is."""
    return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)
