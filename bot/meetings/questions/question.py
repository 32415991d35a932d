"""A kind of question that a step of a meeting asks: all that the rest of the program wants to know of one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy.orm import Session

from bot.tables import Aside, Meeting

LONGEST = 200
"""Nobody says counts, a name or a result at greater length."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Words that have been written down: the sentence that says so, with its facts, and what stood there before."""

    kept_as: str
    code: str
    facts: Mapping[str, object] = field(default_factory=dict)
    instead_of: str = ""


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a meeting, in numbers; None where nobody was counted."""

    present: int | None
    total: int | None
    tasks: int
    reviewed: int
    passed: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the minutes say of a step: a line of templates/documents/words.yaml by its name, with what it needs."""

    name: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KnownFact:
    """A fact for the score: its value (a number, a share from 0 to 1, a yes or no), and what its sentence needs."""

    value: int | Fraction | bool
    facts: Mapping[str, object] = field(default_factory=dict)


class Question:
    """A kind declares what is special about it; the kind that says nothing is the step that asks nothing."""

    name = "none"
    """In the agendas (`asks`), on every shelf."""
    template = "meetings/step"
    kept_as = "note"
    """What is typed at its step is written down as, where it reads as an answer."""
    opens = False
    """It opens a session: once, however many parts that has."""
    ends = False
    """It ends a session: nobody is chosen clerk there any more, and what came of it is said last."""
    looks_back = False
    """What became of the tasks of earlier meetings is told at its step."""
    counted = False
    """A number alone, typed at its step, is an answer."""
    unsaid = ""
    """What the minutes say where nothing came of it, by the name of the line, where it has one of its own."""

    def shows(self, session: Session, meeting: Meeting) -> Mapping[str, Any]:
        """What its template needs besides what every step has."""
        return {}

    def reads(self, session: Session, meeting: Meeting, text: str) -> bool:
        """Whether what was typed is an answer."""
        return False

    def may_be_meant(self, session: Session, meeting: Meeting) -> bool:
        """Whether a note made at its step may have been meant as an answer."""
        return False

    def overhears(self, session: Session, meeting: Meeting, text: str) -> bool:
        """Whether words noted at a step that asks something else surely tell what this kind asks."""
        return False

    def takes(self, meeting: Meeting, text: str, at: datetime) -> Taken | None:
        """Writes the answer down; None where a dialog does (handlers/meetings/step_answers.py). Raises Invalid for no answer."""
        return None

    def undoes(self, session: Session, meeting: Meeting, aside: Aside) -> None:
        """The words were no answer: what was written down is taken back."""

    def hears_note(self, meeting: Meeting, place: int) -> None:
        """Something has been noted at its step."""

    def outcome(self, came: Came) -> Outcome | None:
        """What the minutes say came of it."""
        return None

    def knows(self, session: Session, meeting: Meeting) -> Mapping[str, KnownFact]:
        """The facts of the score sheets (bot/scores/sheets.py) that come of it, whether or not a step has asked it."""
        return {}
