"""What a row of a meeting keeps as JSON, as values: the steps of its agenda, what became of them, how the walk went.

Nobody else knows a key of that JSON. Every field has a default, so that a row of an older release loads.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator, Field, PlainSerializer

from bot.tables.base import Kept


@dataclass(frozen=True, slots=True)
class MeetingStep:
    """A step of the agenda as it was when the meeting began; `asks` is the name of its kind of question."""

    key: str = ""
    title: str = ""
    phase: str | None = None
    words: str | None = None
    owner: str | None = None
    asks: str = "none"
    for_each: str | None = None
    optional: bool = False
    least_minutes: int | None = None
    most_minutes: int | None = None


class StepMark(StrEnum):
    DONE = "done"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class MeetingMarks:
    """`steps`: what became of each, by its place; `homework`: what the agenda leaves for after the meeting; `offered`: the
    duties that it was offered to answer too; `closed_at`: when the closing of its unit cancelled it."""

    steps: dict[int, StepMark] = field(default_factory=dict)
    homework: tuple[str, ...] = ()
    offered: tuple[int, ...] = ()
    closed_at: datetime | None = None


class StepTime(NamedTuple):
    begun: datetime
    ended: datetime | None = None


class TaskReview(NamedTuple):
    """How a meeting found a task: later ones will find it otherwise."""

    state: str
    outcome: str


@dataclass(frozen=True, slots=True)
class MeetingWalk:
    """How the walk went, by the places of the steps: `pauses` in seconds; `speakers` counted, of whom `unworded` have no note
    yet; `heard`: members for whom a round, by its first step, was gone through; `remarks`: what was said about time, once.
    `reviews` are by the ids of the tasks."""

    times: Annotated[dict[int, StepTime], Field(alias="at")] = field(default_factory=dict)
    pauses: Annotated[dict[int, int], Field(alias="off")] = field(default_factory=dict)
    paused_at: Annotated[datetime | None, Field(alias="paused")] = None
    remarks: Annotated[tuple[str, ...], Field(alias="told")] = ()
    speakers: dict[int, int] = field(default_factory=dict)
    unworded: dict[int, int] = field(default_factory=dict)
    heard: Annotated[dict[int, int], Field(alias="loops")] = field(default_factory=dict)
    reviews: dict[int, TaskReview] = field(default_factory=dict)


def _read_marks(kept: Any) -> Any:
    """The row has the marks of the steps beside the rest, each under its number."""
    if not isinstance(kept, dict):
        return kept
    steps = {place: mark for place, mark in kept.items() if place.isdecimal()}
    named = {"homework": kept.get("after"), "offered": kept.get("asked"), "closed_at": kept.get("closed")}
    return {"steps": steps, **{name: value for name, value in named.items() if value is not None}}


def _write_marks(marks: MeetingMarks) -> dict[str, Any]:
    named = {
        "after": list(marks.homework),
        "asked": list(marks.offered),
        "closed": marks.closed_at and marks.closed_at.isoformat(),
    }
    steps = {str(place): str(mark) for place, mark in marks.steps.items()}
    return {**{name: value for name, value in named.items() if value}, **steps}


STEPS: Kept[tuple[MeetingStep, ...]] = Kept(tuple[MeetingStep, ...], same=True)
MARKS: Kept[MeetingMarks] = Kept(
    Annotated[MeetingMarks, BeforeValidator(_read_marks), PlainSerializer(_write_marks)]
)
WALK: Kept[MeetingWalk] = Kept(MeetingWalk)
