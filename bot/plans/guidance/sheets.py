"""The sheets by which the quality of a meeting is scored: their format in YAML, their faults, and which one holds."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, Field, PrivateAttr

from bot.plans.agenda import Key, Strict, Text, YesNo, not_empty
from bot.plans.fields import Kind
from bot.plans.guidance.fields import Grade, InForce, Number

NUMBERS = (
    "duration_minutes",
    "minutes_short",
    "minutes_late",
    "attendance",
    "absent_unexcused",
    "steps_missing",
    "prepared_checklist",
    "speakers",
    "notes",
    "tasks_done",
    "tasks_given",
)
"""Facts with a number: `attendance` and `tasks_done` in per cent, `prepared_checklist` of the keys that the condition names."""
ANSWERS = (
    "attendance_target",
    "steps_complete",
    "minutes_read_back",
    "uploaded_in_time",
    "resolution_passed",
)
"""Facts that are a yes or a no."""
SHARES = 5
"""So many equal steps are offered for the points of a question that names none itself."""


class Condition(Strict):
    """What a fact must be: a number `at_least` or `at_most`, or `is` yes or no; `of`: the ticks of the checklist that count."""

    at_least: Number | None = None
    at_most: Number | None = None
    answer: YesNo | None = Field(default=None, alias="is")
    of: Annotated[tuple[Key, ...], Field(strict=False)] = ()


class GradeRung(Strict):
    """So many points where every one of the facts is as it says."""

    points: Number
    facts: dict[Text, Condition] = Field(alias="if")


class SheetQuestion(Strict):
    """What a person is asked for: with points to choose from, and the facts that are shown beside it."""

    prompt: Text
    offers: Annotated[tuple[Number, ...], Field(strict=False)] = ()
    shows: Annotated[tuple[Text, ...], Field(strict=False)] = ()


class Part(Strict):
    """A part of a criterion. The first rung that holds gives the points; where none does, or a fact is not known, it is asked."""

    key: Key
    title: Text
    most: Number
    computes: Annotated[tuple[GradeRung, ...], Field(strict=False)] = ()
    asks: SheetQuestion | None = None

    @property
    def offers(self) -> list[int]:
        """The points to choose from, the most first."""
        given = set(self.asks.offers) if self.asks else set()
        rungs = {rung.points for rung in self.computes}
        if not given and len(rungs) > 1:
            given = rungs
        return sorted(given or {self.most * step // SHARES for step in range(SHARES + 1)}, reverse=True)


class Criterion(Strict):
    key: Key
    title: Text
    most: Number
    parts: Annotated[tuple[Part, ...], Field(strict=False), AfterValidator(not_empty)]


class Length(Strict):
    """The least length in minutes of the meetings of a cell with so many `members` or more; of any without them."""

    least: Number
    members: Number = 0


class ScoreSheet(InForce):
    """`units`: codes of the units that it holds for, all below them included; empty: for all. `kinds` of these; empty: all. `minutes` by the size of the cell,
    `minutes_merged` for a regular and a thematic meeting in one session; without them those of the guidance hold.
    `scale`: the best grade first.
    """

    units: Annotated[tuple[Text, ...], Field(strict=False)] = Field(default=(), alias="for")
    kinds: Annotated[tuple[Kind, ...], Field(strict=False)] = ()
    most: Number
    minutes: Annotated[tuple[Length, ...], Field(strict=False)] = ()
    minutes_merged: Number | None = None
    criteria: Annotated[tuple[Criterion, ...], Field(strict=False), AfterValidator(not_empty)]
    scale: Annotated[tuple[Grade, ...], Field(strict=False), AfterValidator(not_empty)]
    _key: str = PrivateAttr("")

    @property
    def key(self) -> str:
        """The name of its file."""
        return self._key

    def named(self, key: str) -> "ScoreSheet":
        copy = self.model_copy()
        copy._key = key
        return copy

    @property
    def parts(self) -> list[tuple[Criterion, Part]]:
        return [(criterion, part) for criterion in self.criteria for part in criterion.parts]

    def grade(self, total: int) -> str:
        return next(grade.name for grade in self.scale if total >= grade.least)

    def least_minutes(self, members: int | None) -> int | None:
        """The sheet's own least length for a cell of so many members; None where it says none."""
        fitting = [one for one in self.minutes if one.members <= (members or 0)]
        return max(fitting, key=lambda one: one.members).least if fitting else None

    def holds(self, day: datetime.date, kind: str) -> bool:
        """Whether it is in force on that day for some units of the kind."""
        meant = not self.kinds or kind in self.kinds
        return meant and self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class ScoreSheets:
    """All sheets that the program knows, by the names of their files."""

    by_key: Mapping[str, ScoreSheet]

    def on(self, day: datetime.date, kind: str, codes: Sequence[str]) -> ScoreSheet | None:
        """The sheet in force on that day for the unit of that kind whose code and those above it, upwards, are `codes`: the
        nearest committee's own, else the general one."""
        held = [sheet for sheet in self.by_key.values() if sheet.holds(day, kind)]
        for code in codes:
            for sheet in held:
                if code in sheet.units:
                    return sheet
        return next((sheet for sheet in held if not sheet.units), None)

    def any_on(self, day: datetime.date, kind: str) -> bool:
        """Whether units of the kind are scored on that day at all."""
        return any(sheet.holds(day, kind) for sheet in self.by_key.values())

    def order(self, grade: str) -> tuple[int, str]:
        """A key that sorts grades from the best to the worst; one that no sheet knows comes last."""
        places = [
            number
            for sheet in self.by_key.values()
            for number, one in enumerate(sheet.scale)
            if one.name == grade
        ]
        return min(places, default=len(grade) + 1000), grade
