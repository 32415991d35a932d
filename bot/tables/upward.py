"""Tables of what other installations have reported upward: sums, and nobody's name."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.tables.base import Base
from bot.tables.figures import FigureKind
from bot.tables.plans import DutyKind, MeetingKind


class Locality(Base):
    """An installation whose signed counts are taken, under the name that this one has given it."""

    __tablename__ = "localities"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    """Its public key."""
    trusted_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    """When it took the counts that came last."""
    digest: Mapped[str] = mapped_column(String(64), default="")
    """The hash of those."""
    units: Mapped[int] = mapped_column(default=0)
    cells: Mapped[int] = mapped_column(default=0)


class LocalityDuties(Base):
    """What was asked there in one period by one plan, and how much of it was done."""

    __tablename__ = "locality_duties"

    id: Mapped[int] = mapped_column(primary_key=True)
    locality_id: Mapped[int] = mapped_column(ForeignKey("localities.id", ondelete="CASCADE"), index=True)
    plan: Mapped[str] = mapped_column(String(60))
    """The symbol of the plan; empty for one without."""
    issued_on: Mapped[date | None]
    kind: Mapped[DutyKind]
    first: Mapped[date]
    last: Mapped[date]
    expected: Mapped[int]
    on_time: Mapped[int]
    late: Mapped[int]
    open: Mapped[int]
    overdue: Mapped[int]


class LocalityAnswers(Base):
    """What the cells there have answered in one period to one figure of one plan: a sum; of texts how many there are."""

    __tablename__ = "locality_answers"

    id: Mapped[int] = mapped_column(primary_key=True)
    locality_id: Mapped[int] = mapped_column(ForeignKey("localities.id", ondelete="CASCADE"), index=True)
    plan: Mapped[str] = mapped_column(String(60))
    issued_on: Mapped[date | None]
    key: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(120))
    """As the plan has it, perhaps cut."""
    kind: Mapped[FigureKind]
    first: Mapped[date]
    last: Mapped[date]
    total: Mapped[int] = mapped_column(BigInteger)
    said: Mapped[int]
    answered: Mapped[int]
    expected: Mapped[int]


class LocalityMeetings(Base):
    """The meetings held there in one month, whether a plan had asked for them or not."""

    __tablename__ = "locality_meetings"

    id: Mapped[int] = mapped_column(primary_key=True)
    locality_id: Mapped[int] = mapped_column(ForeignKey("localities.id", ondelete="CASCADE"), index=True)
    month: Mapped[date]
    """Its first day."""
    kind: Mapped[MeetingKind]
    held: Mapped[int]
    present: Mapped[int]
    obliged: Mapped[int]
