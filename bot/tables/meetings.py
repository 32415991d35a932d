"""Tables of the meetings: the walk through the agenda, the notes, the counts."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.tables.base import Base, stored_enum
from bot.tables.plans import MeetingKind, Topic
from bot.tables.units import Unit
from bot.tables.walked import MARKS, STEPS, WALK, MeetingMarks, MeetingStep, MeetingWalk

OF_A_FILE = text("digest != ''")


class MeetingState(StrEnum):
    PLANNED = "planned"
    RUNNING = "running"
    HELD = "held"
    CANCELLED = "cancelled"


class NoteKind(StrEnum):
    """A voice or a photo has a file and may have a text beside it."""

    TEXT = "text"
    VOICE = "voice"
    PHOTO = "photo"


class TaskState(StrEnum):
    OPEN = "open"
    DONE = "done"
    GOING = "going"
    """It goes on."""
    DROPPED = "dropped"


class PaperKind(StrEnum):
    """By the mark in its number: minutes (biên bản), resolution (nghị quyết), report (báo cáo)."""

    MINUTES = "BB"
    RESOLUTION = "NQ"
    REPORT = "BC"


class Meeting(Base):
    """A meeting of a unit. `step` is where it stands, for everyone who looks; `steps` is the agenda as it was at the start."""

    __tablename__ = "meetings"
    __table_args__ = (
        Index("ix_meetings_unit_state", "unit_id", "state"),
        Index("ix_meetings_started_at", "started_at"),
        Index("ix_meetings_planned_at", "planned_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id"))
    kind: Mapped[MeetingKind]
    state: Mapped[MeetingState] = mapped_column(default=MeetingState.PLANNED)
    planned_at: Mapped[datetime | None]
    set_at: Mapped[datetime | None]
    """When its day or place was said last."""
    place: Mapped[str] = mapped_column(String(200), default="")
    steps: Mapped[tuple[MeetingStep, ...]] = mapped_column(STEPS, default=())
    step: Mapped[int] = mapped_column(default=0)
    marks: Mapped[MeetingMarks] = mapped_column(MARKS, default=MeetingMarks())
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    rules: Mapped[str] = mapped_column(String(60), default="")
    """The symbol of the guidance in force on its day."""
    led_by: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    presenter: Mapped[str] = mapped_column(String(120), default="")
    """Who presents, by role or name as the secretary says it; so also the clerk and the chair."""
    clerk: Mapped[str] = mapped_column(String(120), default="")
    chair: Mapped[str] = mapped_column(String(120), default="")
    ready: Mapped[list[Any]] = mapped_column(default=list)
    """What of the preparations is ticked, by the keys of the checklist."""
    walk: Mapped[MeetingWalk] = mapped_column(WALK, default=MeetingWalk())
    rehearsal: Mapped[bool] = mapped_column(default=False)
    """Held for practice: no duty, no figure, no paper knows of it."""
    read_back_at: Mapped[datetime | None]
    unlocked_until: Mapped[datetime | None]
    """A leader has let its figures be corrected although its period is locked."""
    created_at: Mapped[datetime]
    unit: Mapped[Unit] = relationship(viewonly=True)
    topic: Mapped[Topic | None] = relationship(viewonly=True)
    """Both are only read, so that writing where a walk stands, at every step, need not look at them."""

    @property
    def held_at(self) -> datetime | None:
        """When it began; None for one that has not been held, and for a rehearsal."""
        return self.started_at if self.state == MeetingState.HELD and not self.rehearsal else None


class MeetingDuty(Base):
    """Which duties a meeting answers; one meeting may answer several plans."""

    __tablename__ = "meeting_duties"
    __table_args__ = (Index("ix_meeting_duties_duty", "duty_id", "meeting_id"),)

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), primary_key=True)
    duty_id: Mapped[int] = mapped_column(ForeignKey("duties.id"), primary_key=True)


class Jotted:
    """What a person wrote, said or photographed at a step. `message_ref` finds the chat message again when its writer edits it."""

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"))
    step: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    at: Mapped[datetime]
    text: Mapped[str] = mapped_column(Text)
    kind: Mapped[NoteKind] = mapped_column(default=NoteKind.TEXT)
    digest: Mapped[str] = mapped_column(String(64), default="")
    name: Mapped[str] = mapped_column(String(200), default="")
    media_type: Mapped[str] = mapped_column(String(100), default="")
    message_ref: Mapped[str] = mapped_column(String(120), default="")


class Note(Jotted, Base):
    """What was noted at a step."""

    __tablename__ = "notes"
    __table_args__ = (
        Index("ix_notes_meeting", "meeting_id", "step"),
        Index("ix_notes_ref", "message_ref"),
        Index("ix_notes_digest", "digest", postgresql_where=OF_A_FILE, sqlite_where=OF_A_FILE),
    )


class Aside(Jotted, Base):
    """What somebody typed, spoke or photographed while a meeting ran, and what has become of it: nothing said there is lost."""

    __tablename__ = "asides"
    __table_args__ = (
        Index("ix_asides_meeting", "meeting_id"),
        Index("ix_asides_person_ref", "person_id", "message_ref"),
        Index("ix_asides_digest", "digest", postgresql_where=OF_A_FILE, sqlite_where=OF_A_FILE),
    )

    kept_as: Mapped[str] = mapped_column(String(20), default="")
    """What it was written down as (bot.meetings.asides.Kept); "" while it stands nowhere."""
    kept_id: Mapped[int | None]
    """The row of the note, the vote or the task."""
    instead_of: Mapped[str] = mapped_column(String(120), default="")
    """The name, or the number of speakers, that stood there before."""


class Attendance(Base):
    """Counts, never a list of people."""

    __tablename__ = "attendances"

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), primary_key=True)
    total: Mapped[int]
    present: Mapped[int]
    absent_excused: Mapped[int]
    absent_unexcused: Mapped[int]
    exempt: Mapped[int]
    official: Mapped[int | None]
    """Of `total`: official and probationary members, and those here for a time; empty: not asked."""
    probationary: Mapped[int | None]
    temporary: Mapped[int] = mapped_column(default=0)
    elsewhere: Mapped[int] = mapped_column(default=0)
    """Meeting elsewhere for a time, or on special duty: not obliged to come."""
    present_official: Mapped[int | None]
    present_probationary: Mapped[int | None]
    guests: Mapped[int] = mapped_column(default=0)
    late: Mapped[int] = mapped_column(default=0)
    """Of `present`, those who came after the count."""
    entered_by: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    entered_at: Mapped[datetime]


class Vote(Base):
    """A vote of the official members that were there; probationary members have none."""

    __tablename__ = "votes"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), index=True)
    step: Mapped[int]
    subject: Mapped[str] = mapped_column(Text)
    resolution: Mapped[bool] = mapped_column(default=False)
    """What was voted on is a resolution (nghị quyết)."""
    agree: Mapped[int]
    against: Mapped[int]
    other: Mapped[int]
    voters: Mapped[int]
    """Official members present."""
    members: Mapped[int]
    """Official members of the unit."""
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    at: Mapped[datetime]


class Task(Base):
    """What a meeting has given to somebody: who by role, what, by when. It comes back at the next meeting."""

    __tablename__ = "tasks"
    __table_args__ = (
        Index("ix_tasks_unit_state", "unit_id", "state"),
        Index("ix_tasks_remind_on", "remind_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), index=True)
    step: Mapped[int]
    what: Mapped[str] = mapped_column(Text)
    who: Mapped[str] = mapped_column(String(120), default="")
    due_on: Mapped[date | None]
    remind_on: Mapped[date | None]
    """The local day on which the unit is reminded of it; empty once it has been."""
    state: Mapped[TaskState] = mapped_column(default=TaskState.OPEN)
    outcome: Mapped[str] = mapped_column(Text, default="")
    reviewed_id: Mapped[int | None] = mapped_column(ForeignKey("meetings.id"))
    """The meeting that last looked at it."""
    settled_at: Mapped[datetime | None]
    """When somebody last said how it stands."""
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    at: Mapped[datetime]


class Score(Base):
    """The quality of a meeting by the sheet in force: proposed, voted, and what the superior committee decided."""

    __tablename__ = "scores"

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), primary_key=True)
    sheet: Mapped[str] = mapped_column(String(60))
    points: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Points by criterion; what was computed and what was said are told apart by the sheet."""
    total: Mapped[int | None]
    grade: Mapped[str] = mapped_column(String(20), default="")
    weaknesses: Mapped[str] = mapped_column(Text, default="")
    voted: Mapped[bool] = mapped_column(default=False)
    decided_grade: Mapped[str] = mapped_column(String(20), default="", index=True)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    at: Mapped[datetime]


class Paper(Base):
    """A paper made of a meeting: its number runs on for its kind over the committee's term."""

    __tablename__ = "papers"
    __table_args__ = (
        UniqueConstraint("unit_id", "kind", "term_from", "number"),
        Index("ix_papers_digest", "digest", postgresql_where=OF_A_FILE, sqlite_where=OF_A_FILE),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), index=True)
    kind: Mapped[PaperKind] = mapped_column(stored_enum(PaperKind, 10))
    term_from: Mapped[date]
    number: Mapped[int]
    made_at: Mapped[datetime]
    digest: Mapped[str] = mapped_column(String(64), default="")
    """The newest file made of it, and below what it is; what was made before that was noted has no name."""
    name: Mapped[str] = mapped_column(String(200), default="")
    size: Mapped[int] = mapped_column(default=0)
    media_type: Mapped[str] = mapped_column(String(100), default="")
