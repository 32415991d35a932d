"""Tables of what a committee or its office says to the units below: the notice, and who has received it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.messages import File
from bot.tables.base import Base, Kept
from bot.tables.people import Person, Role
from bot.tables.units import Unit


class NoticeState(StrEnum):
    """WAITING: for its moment, or on its way; DROPPED: called off before that."""

    WAITING = "waiting"
    SENT = "sent"
    DROPPED = "dropped"


FILES: Kept[tuple[File, ...]] = Kept(tuple[File, ...], same=True)
UNITS: Kept[tuple[int, ...]] = Kept(tuple[int, ...], same=True)


class Notice(Base):
    """Words for all who lead a unit at or below some units, in the name of a committee (`unit_id`) by somebody's role there."""

    __tablename__ = "notices"
    __table_args__ = (Index("ix_notices_state", "state", "due_at"), Index("ix_notices_unit", "unit_id", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    role: Mapped[Role]
    tops: Mapped[tuple[int, ...]] = mapped_column(UNITS)
    """The units at or below which it is told."""
    text: Mapped[str] = mapped_column(Text)
    files: Mapped[tuple[File, ...]] = mapped_column(FILES, default=())
    hint: Mapped[bool] = mapped_column(default=False)
    """It is to be discussed: it comes up in the next meeting of each of the units."""
    state: Mapped[NoticeState] = mapped_column(default=NoticeState.WAITING)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    through: Mapped[int] = mapped_column(default=0)
    """Up to the unit of this id all have been told."""
    nudged_at: Mapped[datetime | None]
    """When those who had not received it were told once more."""
    unit: Mapped[Unit] = relationship()


class NoticeReceipt(Base):
    """That a notice was told to a person for a unit, or (`reached`) could not be; `got_at`: when they have said that it has come."""

    __tablename__ = "notice_receipts"

    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    reached: Mapped[bool] = mapped_column(default=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id", ondelete="SET NULL"), index=True)
    got_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship()
    unit: Mapped[Unit] = relationship()


class NoticeMeeting(Base):
    """That a unit's hint has come up in a meeting of it."""

    __tablename__ = "notice_meetings"

    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), index=True)
