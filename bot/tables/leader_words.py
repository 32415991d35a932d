"""What those above say of a meeting that a cell has set."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.tables.base import Base
from bot.tables.meetings import Meeting
from bot.tables.people import Person


class LeaderWord(Base):
    """What somebody above has said of a meeting as it was set for `planned_at`; nothing of it holds for another moment.

    A row of which nothing is left tells that this person hears of what becomes of the meeting."""

    __tablename__ = "leader_words"

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), primary_key=True, index=True)
    planned_at: Mapped[datetime]
    known_at: Mapped[datetime]
    """The moment that the person knew of last: `planned_at`, unless what was to tell of it has been taken back unsent."""
    agreed_at: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why another day was asked for."""
    attends_at: Mapped[datetime | None]
    """When the person said that they would come."""
    day_told_at: Mapped[datetime | None]
    hours_told_at: Mapped[datetime | None]
    """When they were reminded on the day before, and two hours before."""
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id", ondelete="SET NULL"), index=True)
    """What was told last by itself: taken back while it waits, once it is true no more."""
    meeting: Mapped[Meeting] = relationship()
    person: Mapped[Person] = relationship()
