"""What errands are about, as values: by the kind of the errand one of these. Nobody else knows a key of their JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field

from bot.tables.base import Kept


@dataclass(frozen=True, slots=True)
class Nothing:
    """There is nothing more to know, or it is over and has been forgotten."""


@dataclass(frozen=True, slots=True)
class GivenWorkbook:
    """The workbook of a plan, of units or of enquiries that was handed in; `plan` is what was read from it (JSON), `answers` what the office has said
    about what it leaves open. `through`: the path of the unit up to which the plan is loaded by now, and `done` what that has changed (as JSON); of units
    the same of the plan that is just loaded again."""

    name: str
    digest: str
    plan: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    through: str = ""
    done: str = ""


@dataclass(frozen=True, slots=True)
class LoadedPlan:
    """A loaded plan that is exported, taken back, or (`year`) copied for another year. `through` and `done`: how far it is taken back by
    now, as of a GivenWorkbook."""

    plan_id: int
    year: int = 0
    through: str = ""
    done: str = ""


@dataclass(frozen=True, slots=True)
class PlanPreview:
    """A look ahead for a unit, with its `usual` days: by a loaded plan, or by the one that the errand `of` has shown."""

    unit: int
    usual: bool = False
    plan_id: int | None = None
    plan: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    of: int = 0


@dataclass(frozen=True, slots=True)
class ScannedPages:
    """Pictures of a draft: (digest, turn in degrees) of each page in order, the digests of those left out; `round` counts how
    often they were arranged."""

    submission: int
    duty: int
    round: int = 0
    pages: tuple[tuple[str, int], ...] = ()
    out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderedPaper:
    """A paper of a meeting, by a PaperKind, as "docx" or "pdf"."""

    meeting: int
    kind: str
    form: str = "docx"


@dataclass(frozen=True, slots=True)
class NudgedUnits:
    """The units that miss a demand, reminded by and by: up to the unit `after` (id) they are through; so many units `told`, so
    many told `again` on that day by somebody else. With `overdue` only those whose last day has passed, with `units` (ids) only
    these; with `figures` those that have not answered all numbers and texts, whether the report was handed in or not."""

    demand: int
    after: int = 0
    told: int = 0
    again: int = 0
    overdue: bool = False
    units: tuple[int, ...] = ()
    figures: bool = False


@dataclass(frozen=True, slots=True)
class RemindedNotice:
    """A notice of which those are told once more who have not said that it has come: up to the person `after` (id) they are
    through, so many `told`."""

    notice: int
    after: int = 0
    told: int = 0


@dataclass(frozen=True, slots=True)
class WantedInvites:
    """Codes for the units below that nobody leads: as slips on paper ("docx", "pdf"), or as messages to pass on ("messages")."""

    invites: str


@dataclass(frozen=True, slots=True)
class SummaryPicture:
    """The picture of a period (its key) of all below the unit `committee`; 0: of all that the person's roles reach."""

    period: str
    committee: int = 0


@dataclass(frozen=True, slots=True)
class OrderedSummary:
    """What a SummaryPicture is about, as a "docx", "pdf" or "xlsx" to take away."""

    period: str
    form: str
    committee: int = 0


Asked = (
    GivenWorkbook
    | ScannedPages
    | OrderedPaper
    | OrderedSummary
    | SummaryPicture
    | PlanPreview
    | LoadedPlan
    | NudgedUnits
    | RemindedNotice
    | WantedInvites
    | Nothing
)
ASKED: Kept[Asked] = Kept(Annotated[Asked, Field(union_mode="left_to_right")])
"""The first whose fields are there: what comes before knows more."""
