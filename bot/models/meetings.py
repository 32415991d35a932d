"""Tables of the meetings: the walk through the agenda, the notes, the counts."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.models.base import Base
from bot.models.plans import Topic
from bot.models.units import Unit


class Meeting(Base):
    """A meeting of a unit. `step` is where it stands, for everyone who looks; `steps` is the agenda as it was at the start."""

    __tablename__ = "meetings"
    __table_args__ = (Index("ix_meetings_unit_state", "unit_id", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id"))
    kind: Mapped[str] = mapped_column(String(20))
    """regular or thematic"""
    state: Mapped[str] = mapped_column(String(20), default="planned")
    """planned, running, held or cancelled"""
    planned_at: Mapped[datetime | None]
    place: Mapped[str] = mapped_column(String(200), default="")
    steps: Mapped[list[Any]] = mapped_column(default=list)
    step: Mapped[int] = mapped_column(default=0)
    marks: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What became of each step, by its index: done or skipped."""
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    rules: Mapped[str] = mapped_column(String(60), default="")
    """The symbol of the guidance in force on its day."""
    led_by: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    created_at: Mapped[datetime]
    unit: Mapped[Unit] = relationship()
    topic: Mapped[Topic | None] = relationship()


class MeetingDuty(Base):
    """Which duties a meeting answers; one meeting may answer several plans."""

    __tablename__ = "meeting_duties"

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), primary_key=True)
    duty_id: Mapped[int] = mapped_column(ForeignKey("duties.id"), primary_key=True, index=True)


class Note(Base):
    """What was noted at a step. `message_ref` finds the chat message again when its writer edits it."""

    __tablename__ = "notes"
    __table_args__ = (Index("ix_notes_meeting", "meeting_id", "step"), Index("ix_notes_ref", "message_ref"))

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"))
    step: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    at: Mapped[datetime]
    text: Mapped[str] = mapped_column(Text)
    message_ref: Mapped[str] = mapped_column(String(120), default="")


class Attendance(Base):
    """Counts, never a list of people."""

    __tablename__ = "attendances"

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), primary_key=True)
    total: Mapped[int]
    present: Mapped[int]
    absent_excused: Mapped[int]
    absent_unexcused: Mapped[int]
    exempt: Mapped[int]
    entered_by: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    entered_at: Mapped[datetime]
