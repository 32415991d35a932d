"""What a paper says about a meeting, as values: the whole tree is frozen and holds nothing that nobody entered."""

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from bot.meetings.questions.question import Came


@dataclass(frozen=True, slots=True)
class PaperUnit:
    """The unit as it was on the day of the meeting; `superior` is the first line of its papers, "" where nobody knows it."""

    name: str
    kind: str
    superior: str
    place_name: str


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """A plan that the meeting answers."""

    symbol: str
    issued_on: date | None
    issuer: str
    title: str


@dataclass(frozen=True, slots=True)
class AttendanceFacts:
    """Counts; None where the kind was not asked for."""

    total: int
    official: int | None
    probationary: int | None
    temporary: int
    exempt: int
    elsewhere: int
    present: int
    present_official: int | None
    present_probationary: int | None
    absent_excused: int
    absent_unexcused: int
    guests: int
    late: int

    @property
    def obliged(self) -> int:
        return self.total - self.exempt - self.elsewhere

    @property
    def rate(self) -> Fraction | None:
        """Present over those obliged to come (12-HD/BTCTW, 06/7/2018); None where nobody was."""
        return Fraction(self.present, self.obliged) if self.obliged > 0 else None


@dataclass(frozen=True, slots=True)
class Noted:
    """What was noted, in order, each once; a voice or a photo is counted, and its text stands among the texts."""

    texts: tuple[str, ...] = ()
    voices: int = 0
    photos: int = 0

    def __bool__(self) -> bool:
        return bool(self.texts or self.voices or self.photos)


@dataclass(frozen=True, slots=True)
class StepFacts:
    """A step of the agenda; `state` is done, skipped or "" where nobody has said; moments are local."""

    number: int
    key: str
    title: str
    phases: tuple[str, ...]
    owner: str
    asks: str
    state: str
    noted: Noted
    speakers: int | None
    turns: int | None
    """How often a step for each member was gone through."""
    begun: datetime | None
    ended: datetime | None


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """`state` is open, done, going or dropped, "" where this meeting has not looked at it."""

    what: str
    who: str
    due_on: date | None
    state: str
    outcome: str


@dataclass(frozen=True, slots=True)
class VoteFacts:
    """A vote of official members: `voters` were there, of `members` in all."""

    step: int
    subject: str
    resolution: bool
    agree: int
    against: int
    other: int
    voters: int
    members: int

    @property
    def of_voters(self) -> Fraction | None:
        return Fraction(self.agree, self.voters) if self.voters else None

    @property
    def of_members(self) -> Fraction | None:
        """A resolution wants more than half of these (Điều lệ Đảng, article 9)."""
        return Fraction(self.agree, self.members) if self.members else None

    @property
    def resolved(self) -> bool:
        """A resolution was voted on, and passed."""
        return self.resolution and 2 * self.agree > self.members


@dataclass(frozen=True, slots=True)
class ScoreFacts:
    sheet: str
    points: tuple[tuple[str, Any], ...]
    total: int | None
    grade: str
    weaknesses: str
    voted: bool
    decided_grade: str


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """A number that has been given; `made_on` is the local day."""

    kind: str
    number: int
    made_on: date


@dataclass(frozen=True, slots=True)
class MinutesFacts:
    """A meeting as its papers see it; all moments are local, None and "" are what nobody has said."""

    unit: PaperUnit
    kind: str
    """regular or thematic"""
    topics: tuple[str, ...]
    plans: tuple[PlanFacts, ...]
    documents: tuple[str, ...]
    rules: str
    place: str
    day: date
    began: datetime | None
    ended: datetime | None
    chair: str
    clerk: str
    presenter: str
    attendance: AttendanceFacts | None
    steps: tuple[StepFacts, ...]
    loose: Noted
    """Notes of a meeting without an agenda."""
    conclusions: tuple[str, ...]
    tasks: tuple[TaskFacts, ...]
    reviewed: tuple[TaskFacts, ...]
    """What the last meeting had given out, with what came of it."""
    votes: tuple[VoteFacts, ...]
    score: ScoreFacts | None
    read_back: datetime | None
    homework: tuple[str, ...]
    """What the agenda leaves for after the meeting."""
    papers: tuple[PaperFacts, ...]
    secretary: str = ""
    """The name of the unit's registered secretary on the day of the meeting."""

    def paper(self, kind: str) -> PaperFacts | None:
        return next((one for one in self.papers if one.kind == kind), None)

    def dated(self, kind: str) -> date:
        """The day that a paper of this kind bears: that of the meeting; of a report, the day it was made."""
        paper = self.paper(kind)
        return paper.made_on if paper and kind == "BC" else self.day

    @property
    def came(self) -> Came:
        there = self.attendance
        return Came(
            present=there.present if there else None,
            total=there.total if there else None,
            tasks=len(self.tasks),
            reviewed=len(self.reviewed),
            passed=self.read_back is not None,
        )

    @property
    def walked(self) -> bool:
        """It was led step by step, and something was said of every step."""
        return bool(self.steps) and all(step.state for step in self.steps)

    @property
    def speakers(self) -> int | None:
        """All who spoke, where they were counted at some step."""
        counted = [step.speakers for step in self.steps if step.speakers is not None]
        return sum(counted) if counted else None
