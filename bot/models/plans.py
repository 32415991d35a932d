"""Tables of the plans: what a committee asks for, and the duties that follow from it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.models.base import Base, Path
from bot.models.units import Unit


class Plan(Base):
    """A loaded plan; its key is symbol, date and issuer. `content` is the whole plan as it was read."""

    __tablename__ = "plans"
    __table_args__ = (UniqueConstraint("symbol", "issued_on", "issuer", "unit_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    symbol: Mapped[str] = mapped_column(String(60))
    issued_on: Mapped[date]
    issuer: Mapped[str] = mapped_column(String(250))
    title: Mapped[str] = mapped_column(Text)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    """The committee whose subtree the plan is for."""
    content: Mapped[dict[str, Any]]
    loaded_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class Topic(Base):
    """What a period's meeting is about. `variant` is empty or names the kind of unit the wording is for."""

    __tablename__ = "topics"
    __table_args__ = (UniqueConstraint("plan_id", "key", "variant"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id"))
    key: Mapped[str] = mapped_column(String(60))
    variant: Mapped[str] = mapped_column(String(60), default="")
    title: Mapped[str] = mapped_column(Text)
    meeting: Mapped[str] = mapped_column(String(20))
    documents: Mapped[list[Any]] = mapped_column(default=list)
    agenda: Mapped[dict[str, Any]] = mapped_column(default=dict)
    plan: Mapped[Plan] = relationship()


class Demand(Base):
    """One thing a plan asks of many units alike: its wording, dates and ladder, kept once."""

    __tablename__ = "demands"
    __table_args__ = (UniqueConstraint("plan_id", "key", "variant"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id"))
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id"))
    key: Mapped[str] = mapped_column(String(80))
    variant: Mapped[str] = mapped_column(String(60), default="")
    kind: Mapped[str] = mapped_column(String(20))
    """meeting, report or confirm"""
    title: Mapped[str] = mapped_column(Text)
    period_first: Mapped[date]
    period_last: Mapped[date]
    opens_on: Mapped[date]
    due_on: Mapped[date | None]
    safe_on: Mapped[date | None]
    recipient: Mapped[str] = mapped_column(Text, default="")
    via: Mapped[str] = mapped_column(Text, default="")
    rungs: Mapped[list[Any]] = mapped_column(default=list)
    relative: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """{} or {side: before|after, days: n, topic: key}: the due day counts from a meeting."""
    plan: Mapped[Plan] = relationship()
    topic: Mapped[Topic | None] = relationship()


class Duty(Base):
    """One expected thing of one unit. `path` is the unit's place in the tree while the duty is open and stays as it was then."""

    __tablename__ = "duties"
    __table_args__ = (
        UniqueConstraint("plan_id", "unit_id", "key"),
        Index("ix_duties_unit_state", "unit_id", "state"),
        Index("ix_duties_next_reminder_at", "next_reminder_at"),
        Index("ix_duties_path", "path", "demand_id"),
        Index("ix_duties_due_on", "due_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id"))
    demand_id: Mapped[int] = mapped_column(ForeignKey("demands.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    path: Mapped[str] = mapped_column(Path)
    key: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20), default="open")
    """open, done or withdrawn"""
    opens_on: Mapped[date]
    due_on: Mapped[date | None]
    safe_on: Mapped[date | None]
    done_at: Mapped[datetime | None]
    on_time: Mapped[bool | None]
    next_reminder_at: Mapped[datetime | None]
    reminded_until: Mapped[datetime | None]
    """Rungs up to this moment have been said or are past."""
    demand: Mapped[Demand] = relationship()
    unit: Mapped[Unit] = relationship()
