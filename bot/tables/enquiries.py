"""Tables of what people ask: the office's questions with their answers, and what was asked that none of them answers."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.tables.base import Base, Kept
from bot.tables.units import Unit

FORMS: Kept[tuple[str, ...]] = Kept(tuple[str, ...], same=True)


class Enquiry(Base):
    """A question that a unit's office answers for all at or below it. `mark` is the question folded: an office has it once."""

    __tablename__ = "enquiries"
    __table_args__ = (UniqueConstraint("unit_id", "mark"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    mark: Mapped[str] = mapped_column(String(300))
    question: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
    others: Mapped[tuple[str, ...]] = mapped_column(FORMS, default=())
    """Other ways to ask it."""
    changed_at: Mapped[datetime]
    unit: Mapped[Unit] = relationship()


class AskedWords(Base):
    """What was asked below a unit whose office has it to answer; nobody's name stands with it. `times`: how often it found no
    answer; 0: it found one, which may yet be said to be wrong."""

    __tablename__ = "asked_words"
    __table_args__ = (UniqueConstraint("unit_id", "mark"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    mark: Mapped[str] = mapped_column(String(300))
    words: Mapped[str] = mapped_column(Text)
    times: Mapped[int] = mapped_column(default=0)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    unit: Mapped[Unit] = relationship()
