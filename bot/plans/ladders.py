"""The ladders of reminders: their lines in a plan, the rungs these mean, and the ladders that hold without any."""

import re
from dataclasses import dataclass
from datetime import time
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator

from bot.plans.agenda import Key, Strict, Text, not_empty
from bot.plans.fields import field_fault

RUNG_AT = re.compile(
    r"(?P<anchor>announce|opens|usual|safe|due|meeting)(?:(?P<sign>[+-])(?P<number>\d{1,3})(?P<unit>[dh]))?"
    r"(?: (?P<hour>\d{1,2}):(?P<minute>\d{2}))?"
)


Say = Literal[
    "topic", "set_date", "ready", "upload", "today", "start", "result", "due", "last_day", "late", "minutes"
]
Anchor = Literal["announce", "opens", "usual", "safe", "due", "meeting"]
COMING: tuple[Anchor, ...] = ("meeting", "usual")
"""The anchors that are days of meetings, and are counted down to."""
When = Literal["always", "scheduled", "unscheduled"]
To = Literal["secretary", "deputy", "above"]


@dataclass(frozen=True, slots=True)
class LadderRung:
    """One reminder: `days` and `hours` from its anchor, at `clock` (local), else at the usual time of day.

    From a meeting, `hours` and zero days without a clock time count from its hour.
    `scheduled`: only when the unit has set its meeting; `unscheduled`: only while it has not. `to`: the unit's first
    secretary, those who stand in, or who follows the unit from above with the leaders of the committee over it.
    """

    key: str
    anchor: Anchor
    days: int
    hours: int
    clock: time | None
    say: Say
    when: When
    to: To = "secretary"


class LadderLine(Strict):
    key: Key
    at: Text
    say: Say
    when: When = "always"
    to: To = "secretary"

    @field_validator("at")
    @classmethod
    def _understood(cls, at: str) -> str:
        _moment(at)
        return at


@lru_cache(maxsize=256)
def _moment(at: str) -> tuple[str, int, int, time | None]:
    found = RUNG_AT.fullmatch(at)
    if found is None:
        raise field_fault("plan_bad_rung", value=at)
    number = int(f"{found['sign']}{found['number']}") if found["unit"] else 0
    try:
        clock = time(int(found["hour"]), int(found["minute"])) if found["hour"] else None
    except ValueError:
        raise field_fault("plan_bad_rung", value=at) from None
    if found["unit"] == "h":
        if clock or found["anchor"] != "meeting":
            raise field_fault("plan_bad_rung", value=at)
        return found["anchor"], 0, number, None
    return found["anchor"], number, 0, clock


Rungs = Annotated[tuple[LadderLine, ...], Field(strict=False), AfterValidator(not_empty)]


def _rungs(*lines: tuple[str, str, Say, When]) -> tuple[LadderLine, ...]:
    return tuple(LadderLine(key=key, at=at, say=say, when=when) for key, at, say, when in lines)


LATE = (
    LadderLine(key="late", at="due+1d", say="late"),
    LadderLine(key="deputy", at="due+3d", say="late", to="deputy"),
    LadderLine(key="above", at="due+5d", say="late", to="above"),
)
"""What is not done in time goes up: to the unit's first secretary, to those who stand in, to who is above; once each."""


RETURNED = (
    LadderLine(key="again-1", at="safe-1d", say="due"),
    LadderLine(key="again-last", at="safe+0d", say="last_day"),
    *LATE,
)
"""Of what was handed in and given back; its last day is its own."""


LADDERS: dict[str, tuple[LadderLine, ...]] = {
    "meeting": _rungs(
        ("topic", "announce+0d", "topic", "always"),
        ("usual-10", "usual-10d", "topic", "unscheduled"),
        ("usual-3", "usual-3d", "set_date", "unscheduled"),
        ("usual-1", "usual-1d", "set_date", "unscheduled"),
        ("usual-past", "usual+1d", "result", "unscheduled"),
        ("set-date-open", "opens+3d", "set_date", "unscheduled"),
        ("set-date-10", "safe-10d", "set_date", "unscheduled"),
        ("set-date-3", "safe-3d", "set_date", "unscheduled"),
        ("topic-10", "meeting-10d", "topic", "scheduled"),
        ("ready", "meeting-3d", "ready", "scheduled"),
        ("upload", "meeting-1d", "upload", "scheduled"),
        ("today", "meeting+0d 07:00", "today", "scheduled"),
        ("start", "meeting+0h", "start", "scheduled"),
        ("result", "meeting+3h", "result", "scheduled"),
        ("result-1", "meeting+1d", "result", "scheduled"),
        ("last-day", "safe+0d", "last_day", "unscheduled"),
    )
    + LATE,
    "report": _rungs(
        ("due-7", "safe-7d", "due", "always"),
        ("due-3", "safe-3d", "due", "always"),
        ("due-1", "safe-1d", "due", "always"),
        ("last-day", "safe+0d", "last_day", "always"),
    )
    + LATE,
    "undated": _rungs(
        ("opens", "opens+0d", "due", "always"),
        ("again-14", "opens+14d", "due", "always"),
        ("again-28", "opens+28d", "due", "always"),
    ),
    "minutes": _rungs(
        ("minutes-1", "opens+1d", "minutes", "always"),
        ("minutes-2", "opens+2d", "minutes", "always"),
    ),
}


@lru_cache(maxsize=256)
def rung_of(line: LadderLine) -> LadderRung:
    """The rung that a line of a ladder means; lines have been checked when they were made."""
    anchor, days, hours, clock = _moment(line.at)
    return LadderRung(line.key, anchor, days, hours, clock, line.say, line.when, line.to)  # type: ignore[arg-type]
