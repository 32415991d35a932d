"""Tables of the plans: what a committee asks for, and the duties that follow from it."""

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.calendar import NOT_RELATIVE, Relative
from bot.tables.base import Base, Kept, Path, stored_enum
from bot.tables.figures import ASKED, AskedFigure
from bot.tables.units import Unit

if TYPE_CHECKING:
    from bot.tables.submissions import Submission

DONE = text("done_at IS NOT NULL")
REMINDED = text("next_reminder_at IS NOT NULL")
ABOUT = text("about_id IS NOT NULL")
"""Most are about no unit: an index that held these too would be taken for a way to them, and read them all."""
RELATIVE: Kept[Relative] = Kept(Relative, same=True)


class MeetingKind(StrEnum):
    REGULAR = "regular"
    THEMATIC = "thematic"


class DutyKind(StrEnum):
    MEETING = "meeting"
    REPORT = "report"
    CONFIRM = "confirm"


class DutyState(StrEnum):
    """WAITING: for another duty to be done; WITHDRAWN: not asked any more; LAPSED: its unit or plan ended after its last
    day, so that it counts as not done and nobody is reminded."""

    OPEN = "open"
    WAITING = "waiting"
    DONE = "done"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class Hurry(StrEnum):
    """Of what is due before a meeting. URGENT: the meeting was set nearer than that; AFTER: it became known only once the
    meeting was over: then it is asked for once, and lapses."""

    NONE = ""
    URGENT = "urgent"
    AFTER = "after"


class Plan(Base):
    """A loaded plan. `mark` stands for what it is known by: symbol, date and issuer, without a symbol its title too."""

    __tablename__ = "plans"
    __table_args__ = (UniqueConstraint("unit_id", "mark"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    mark: Mapped[str] = mapped_column(String(64))
    symbol: Mapped[str] = mapped_column(String(60), default="")
    issued_on: Mapped[date | None]
    issuer: Mapped[str] = mapped_column(String(250))
    title: Mapped[str] = mapped_column(Text)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    """The committee whose subtree the plan is for."""
    content: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    """The whole plan as it was read: long, and loaded only where it is asked for."""
    merging: Mapped[str] = mapped_column(String(20), default="forbidden")
    """What it says of a thematic meeting inside of the regular one: forbidden, sequential or embedded."""
    choosing: Mapped[list[Any]] = mapped_column(default=list)
    """Whether a unit may "add" a topic of its pool, or "replace" one by it."""
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What the office said about each "định kỳ" without a period: duty key -> span or "none"."""
    loaded_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    loading_id: Mapped[int | None]
    """The errand that loads it or takes it back: while that is at work nobody hears of a part of what is asked."""
    loading_until: Mapped[datetime | None]
    """The same while a command does so; it may be killed, and never come back."""
    unfinished: Mapped[list[Any]] = mapped_column(default=list)
    """Key and variant of each demand that is new or other, while some of its duties have not followed yet; and the path of the last unit
    whose duties have."""


class Topic(Base):
    """What a period's meeting is about. `variant` is empty or names the kind of unit the wording is for."""

    __tablename__ = "topics"
    __table_args__ = (UniqueConstraint("plan_id", "key", "variant"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id"))
    key: Mapped[str] = mapped_column(String(60))
    variant: Mapped[str] = mapped_column(String(60), default="")
    title: Mapped[str] = mapped_column(Text)
    meeting: Mapped[MeetingKind]
    documents: Mapped[list[Any]] = mapped_column(default=list)
    agenda: Mapped[dict[str, Any]] = mapped_column(default=dict, deferred=True)
    pool: Mapped[bool] = mapped_column(default=False)
    """A unit may choose it; nobody is asked for it."""
    choose: Mapped[bool] = mapped_column(default=False)
    """The unit takes those of the documents that suit it."""
    theme: Mapped[str] = mapped_column(String(64), default="")
    """One meeting may answer all topics of one theme."""
    follows: Mapped[str] = mapped_column(String(64), default="")
    """The key of the topic that some unit is to meet about before."""
    guests: Mapped[list[Any]] = mapped_column(default=list)
    plan: Mapped[Plan] = relationship()


def _opens_on(context: Any) -> date:
    """What nobody announces ahead is told when it opens."""
    opens: date = context.get_current_parameters()["opens_on"]
    return opens


class Demand(Base):
    """One thing a plan asks of many units alike: its wording, dates and ladder, kept once."""

    __tablename__ = "demands"
    __table_args__ = (UniqueConstraint("plan_id", "key", "variant"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id"))
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id"))
    key: Mapped[str] = mapped_column(String(160))
    base: Mapped[str] = mapped_column(String(64))
    """The key of its topic or duty in the plan, however often that comes."""
    period: Mapped[str] = mapped_column(String(160))
    """What tells its turns apart: the period ("2022-04"), or the key of the meeting that it belongs to; empty: it comes once."""
    variant: Mapped[str] = mapped_column(String(60), default="")
    kind: Mapped[DutyKind]
    title: Mapped[str] = mapped_column(Text)
    period_first: Mapped[date]
    period_last: Mapped[date]
    announced_on: Mapped[date] = mapped_column(default=_opens_on)
    """From when on it is told, and may be set, prepared and done; it counts from `opens_on`."""
    opens_on: Mapped[date]
    due_on: Mapped[date | None]
    safe_on: Mapped[date | None]
    report_due_on: Mapped[date | None]
    """The last day of the report on this meeting, where that is before the meeting's own last day."""
    reports_on: Mapped[str] = mapped_column(String(64), default="")
    """The key of the topic whose meeting this report tells of."""
    uploads: Mapped[bool] = mapped_column(default=False)
    """It confirms that the minutes of a meeting have been uploaded."""
    recipient: Mapped[str] = mapped_column(Text, default="")
    via: Mapped[str] = mapped_column(Text, default="")
    rungs: Mapped[list[Any]] = mapped_column(default=list)
    relative: Mapped[Relative] = mapped_column(RELATIVE, default=NOT_RELATIVE)
    asks: Mapped[tuple[AskedFigure, ...]] = mapped_column(ASKED, default=())
    """The numbers and short texts that its report asks for."""
    without_files: Mapped[bool] = mapped_column(default=False)
    """They are the whole report."""
    material_for: Mapped[str] = mapped_column(String(64), default="")
    """The key of the topic that the files of this report go along with."""
    material_variant: Mapped[str] = mapped_column(String(64), default="")
    """The variant of it that they are for; empty: all of it."""
    plan: Mapped[Plan] = relationship()
    topic: Mapped[Topic | None] = relationship()


class Duty(Base):
    """One expected thing of one unit. `path` is the unit's place in the tree while the duty is open and stays as it was then."""

    __tablename__ = "duties"
    __table_args__ = (
        UniqueConstraint("plan_id", "unit_id", "key"),
        Index("ix_duties_unit_state", "unit_id", "state"),
        Index(
            "ix_duties_next_reminder",
            *("state", "next_reminder_at"),
            postgresql_where=REMINDED,
            sqlite_where=REMINDED,
        ),
        Index("ix_duties_about_id", "about_id", postgresql_where=ABOUT, sqlite_where=ABOUT),
        Index("ix_duties_path", "path", "demand_id"),
        Index("ix_duties_demand_state", "demand_id", "state", "opens_on", "path", postgresql_include=["id"]),
        Index(
            "ix_duties_standing",
            *("demand_id", "due_on", "state", "on_time", "again_on", "opens_on", "hurry", "path", "unit_id"),
            *("present", "obliged"),
        ),
        Index(
            "ix_duties_done",
            *("done_at", "demand_id", "path", "due_on", "state"),
            postgresql_where=DONE,
            sqlite_where=DONE,
        ),
        Index("ix_duties_state_path", "state", "path", "demand_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id"))
    demand_id: Mapped[int] = mapped_column(ForeignKey("demands.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    path: Mapped[str] = mapped_column(Path)
    key: Mapped[str] = mapped_column(String(240))
    """That of its demand; with "@" and a unit's code where it is about that unit."""
    about_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    """The unit that it is about, where a committee owes it for each of its units."""
    kind: Mapped[DutyKind]
    state: Mapped[DutyState] = mapped_column(default=DutyState.OPEN)
    waits: Mapped[str] = mapped_column(String(160), default="")
    """The key of the duty that must be done first."""
    announced_on: Mapped[date] = mapped_column(default=_opens_on)
    opens_on: Mapped[date]
    due_on: Mapped[date | None]
    safe_on: Mapped[date | None]
    done_at: Mapped[datetime | None]
    on_time: Mapped[bool | None]
    again_on: Mapped[date | None]
    """The last day of its own on which what was returned is to be handed in again; `done_at` and `on_time` stay those of the
    first time until then."""
    next_reminder_at: Mapped[datetime | None]
    reminded_until: Mapped[datetime | None]
    """Rungs up to this moment have been said or are past."""
    chosen_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id"))
    """The topic of the pool that the unit has put in the place of the plan's."""
    added: Mapped[bool] = mapped_column(default=False)
    """The unit has taken it on itself, from the pool."""
    hurry: Mapped[Hurry] = mapped_column(stored_enum(Hurry, 10), default=Hurry.NONE)
    picks: Mapped[list[Any]] = mapped_column(default=list)
    """The documents that the unit has chosen, by their place in the topic's list; empty: all."""
    present: Mapped[int | None] = mapped_column(deferred=True)
    """So many of those who were `obliged` came to the meetings held for it, by their counts (bot/meetings/counts.py keeps both):
    summed over many duties they are only read where the duties are."""
    obliged: Mapped[int | None] = mapped_column(deferred=True)
    demand: Mapped[Demand] = relationship()
    unit: Mapped[Unit] = relationship(foreign_keys=unit_id)
    about: Mapped[Unit | None] = relationship(foreign_keys=about_id)
    chosen: Mapped[Topic | None] = relationship()
    returns: Mapped[list["Submission"]] = relationship(
        primaryjoin="and_(Duty.id == foreign(Submission.duty_id), Submission.state == 'returned')",
        order_by="Submission.version",
        viewonly=True,
    )

    @property
    def returned(self) -> "Submission | None":
        """What was given back to the unit and waits to be handed in again."""
        if self.state != DutyState.OPEN or self.again_on is None:
            return None
        return self.returns[-1] if self.returns else None

    @property
    def last_day(self) -> date | None:
        """The last day that holds now: that of what was returned, else the plan's."""
        return self.again_on or self.due_on

    @property
    def topic(self) -> Topic | None:
        """What its meeting is about: the unit's own choice, else the plan's."""
        return self.chosen or self.demand.topic

    @property
    def documents(self) -> list[Any]:
        """Those of its topic that the unit has chosen; all of them when it has chosen none."""
        every = self.topic.documents if self.topic else []
        return [every[place] for place in self.picks or () if place < len(every)] or every

    @property
    def title(self) -> str:
        text = self.chosen.title if self.chosen else self.demand.title
        return text.replace("{unit}", self.about.name) if self.about else text


class Material(Base):
    """A file that a committee has tied to a topic; it goes out with the topic's reminder to the units below `path`."""

    __tablename__ = "materials"
    __table_args__ = (Index("ix_materials_topic", "plan_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id"))
    key: Mapped[str] = mapped_column(String(64))
    """The key of the topic, whatever its variant."""
    variant: Mapped[str] = mapped_column(String(64), default="")
    """The variant of the topic that it is for; empty: all of it."""
    period: Mapped[str] = mapped_column(String(20), default="")
    """The turn of a topic that recurs ("2022-04"); empty: it goes with every turn, or the topic comes once."""
    path: Mapped[str] = mapped_column(Path)
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submissions.id"), index=True)
    """The report with which it came, where a plan asks a board for it."""
    digest: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(200))
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(100))
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    """When those units were told that have had the topic's reminder already."""
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    """Nobody, where it was returned or a newer version took its place."""


class MaterialReceipt(Base):
    """That a unit has said that it received the files of a topic's turn."""

    __tablename__ = "material_receipts"

    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    period: Mapped[str] = mapped_column(String(20), primary_key=True, default="")
    """As that of the files: the turn of a topic that recurs."""
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    at: Mapped[datetime]
