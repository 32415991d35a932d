"""Tables of the figures: the numbers and short texts that a plan's report asks for, and what units have answered."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.tables.base import Base, Kept

CURRENT = text("replaced_at IS NULL")


class FigureKind(StrEnum):
    NUMBER = "number"
    TEXT = "text"


class KnownOf(StrEnum):
    """What a meeting has counted already."""

    MEMBERS = "members"
    PRESENT = "present"
    SPEAKERS = "speakers"
    TASKS = "tasks"
    VOTES = "votes"
    WEAKNESSES = "weaknesses"


@dataclass(frozen=True, slots=True)
class AskedFigure:
    """One number or short text that a report asks for, as its plan has it; `optional`: it may be passed over."""

    key: str
    title: str
    kind: FigureKind = FigureKind.NUMBER
    optional: bool = False
    known: KnownOf | None = None


ASKED: Kept[tuple[AskedFigure, ...]] = Kept(tuple[AskedFigure, ...], same=True)


class Figure(Base):
    """A unit's answer. A correction is a row of its own, beside the one that it replaces; what was passed over says nothing."""

    __tablename__ = "figures"
    __table_args__ = (
        UniqueConstraint("duty_id", "key", "version"),
        Index(
            "ix_figures_current",
            "duty_id",
            "key",
            unique=True,
            postgresql_where=CURRENT,
            sqlite_where=CURRENT,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    duty_id: Mapped[int] = mapped_column(ForeignKey("duties.id"))
    key: Mapped[str] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(default=1)
    number: Mapped[int | None]
    text: Mapped[str] = mapped_column(Text, default="")
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]

    @property
    def said(self) -> str:
        """As it is said; empty for what was passed over."""
        return self.text if self.number is None else str(self.number)

    @property
    def passed_over(self) -> bool:
        return self.number is None and not self.text
