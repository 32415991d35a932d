"""What the dialogs about a meeting have in common, for every room that opens one."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AliasChoices, BeforeValidator, Field

from bot.tables import Meeting
from bot.talk.answers import Answers


@dataclass
class AboutMeeting(Answers):
    """`meeting`: 0 where the dialog is about none; `rehearsal`: told even when that one is gone."""

    meeting: int = 0
    rehearsal: bool = False


def about(meeting: Meeting) -> tuple[int, bool]:
    """The first two answers of every dialog about the meeting."""
    return meeting.id, meeting.rehearsal


@dataclass(kw_only=True)
class MayJoin(Answers):
    """`joint`: the ids of the duties taken so far, `asked`: those that were offered."""

    joint: list[int] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)


@dataclass
class Walking(MayJoin, AboutMeeting):
    """At the present step; before the first one of a meeting of `duty`, the question what it may answer too."""

    duty: int | None = None


def _of_held(said: Any) -> Any:
    """Dialogs of older releases name the action that takes the counts."""
    return said.startswith("result.recounted") if isinstance(said, str) else said


@dataclass
class Counting(MayJoin, AboutMeeting):
    """The counts of a meeting: of a running one, of one that was `held`, or of one that is entered with them (`held_at`)."""

    known: int | None = None
    """The unit's number of members."""
    before: dict[str, int] = field(default_factory=dict)
    """Its kinds of members at its last meeting."""
    counts: dict[str, int] = field(default_factory=dict)
    day: date | None = None
    held: Annotated[bool, Field(validation_alias=AliasChoices("held", "then")), BeforeValidator(_of_held)] = (
        False
    )
    unit: int = 0
    duty: int | None = None
    held_at: datetime | None = None
    place: str = ""
    line: str = ""
    """A line whose kinds of members are not the whole roll."""
    newer: dict[str, int] = field(default_factory=dict)
    differs: dict[str, tuple[int, int]] = field(default_factory=dict)
    """What a newer line says otherwise: old and new."""
    was: dict[str, int] = field(default_factory=dict)
    """What the card showed before it was corrected."""
