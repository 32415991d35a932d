"""Tables of the party organisations: a dated tree."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, validates

from bot.natural import natural_key
from bot.tables.base import Base, Path

NO_CELL = text("kind != 'chi_bo'")


def _listed_as(context: Any) -> str:
    return natural_key(context.get_current_parameters()["code"])


class Unit(Base):
    """A node of the tree as it stands today; `path` lists the ids from the root down to this node: "/1/5/23/"."""

    __tablename__ = "units"
    __table_args__ = (Index("ix_units_above_cells", "path", postgresql_where=NO_CELL, sqlite_where=NO_CELL),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(60), unique=True)
    listed_as: Mapped[str] = mapped_column(Path, default=_listed_as)
    """Its code as lists are sorted by it: CB2 before CB10."""
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(40))
    sector: Mapped[str] = mapped_column(String(40), default="")
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    path: Mapped[str] = mapped_column(Path, index=True, default="")
    members: Mapped[int | None]
    meeting_day: Mapped[int | None]
    """The usual day of the month, 1 to 31."""
    meeting_shift: Mapped[str] = mapped_column(String(10), default="after")
    """Where the usual day goes when it is a rest day: after, before or keep."""
    opened_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    """The first day on which it is no more."""
    closed_at: Mapped[datetime | None]
    """When that was written down; it can be taken back on that day."""
    term_from: Mapped[date | None]
    """The first day of its committee's term: papers are numbered from there."""
    place_name: Mapped[str] = mapped_column(String(100), default="")
    """The place that its papers are dated from (địa danh)."""
    heading: Mapped[str] = mapped_column(String(200), default="")
    """The first line of its papers, where it is not the name of the unit above."""
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))

    @validates("code")
    def _place_in_lists(self, _: str, code: str) -> str:
        self.listed_as = natural_key(code)
        return code


class UnitSpan(Base):
    """What a unit was from one day until the day before another; the open span (`until_on` empty) equals the Unit."""

    __tablename__ = "unit_spans"
    __table_args__ = (Index("ix_unit_spans_unit", "unit_id", "from_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id", ondelete="CASCADE"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(40))
    sector: Mapped[str] = mapped_column(String(40))
    from_on: Mapped[date]
    until_on: Mapped[date | None]


class DiscreetChannel(Base):
    """A channel on which the people of a unit and of all below it are told unasked only that something lies ready. Of "web" it is
    what its notifications say."""

    __tablename__ = "discreet_channels"

    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id", ondelete="CASCADE"), primary_key=True)
    channel: Mapped[str] = mapped_column(String(20), primary_key=True)
