"""Tables of what came in and what goes out: events, the outbox, reminders said, constants of this installation."""

from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.tables.base import Base

SPOKEN, UNSPOKEN = text("seq IS NOT NULL"), text("seq IS NULL")
WAITING = text("state = 'waiting'")
FAILED = text("error != ''")
UNSENT = text("failed_at IS NOT NULL")
"""Few come to that: each message is written three times, when it is due, taken and sent, and PostgreSQL writes each time into all indexes
that hold it."""
OF_MATERIAL = text("material_id IS NOT NULL")
SENT = text("sent_at IS NOT NULL")
KNOCKED = text("cost > 0 AND sent_at IS NULL")


class Priority(IntEnum):
    """ANSWER: to somebody who waits; BULK: everything that goes out by the clock."""

    ANSWER = 0
    BULK = 5


class MessageState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


class MessageKind(StrEnum):
    """ABOVE and SUMMARY tell who is above of what units owe; REVIEW tells who looks at reports that some have come; KNOCK says only
    that something lies ready."""

    PLAIN = ""
    ABOVE = "above"
    SUMMARY = "summary"
    KNOCK = "knock"
    REVIEW = "review"


class ReminderKind(StrEnum):
    """RUNG: of the ladder; CATCH_UP: what a newcomer is told; NUDGE: in the name of the committee; RETURN: what
    was handed in is given back; SNOOZE: put off by its reader; to who is above, DONE: it is done after all; SUMMARY: it is late, in a summary."""

    RUNG = "rung"
    CATCH_UP = "catch-up"
    NUDGE = "nudge"
    RETURN = "return"
    SNOOZE = "snooze"
    DONE = "done"
    SUMMARY = "summary"


class Event(Base):
    """An event that has been handled. What was said is kept for the web chat alone, which has to show it again."""

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_contact_seq", "contact_id", "seq"),
        Index("ix_events_at", "at", postgresql_where=UNSPOKEN, sqlite_where=UNSPOKEN),
        Index("ix_events_spoken", "at", postgresql_where=SPOKEN, sqlite_where=SPOKEN),
        Index("ix_events_failed", "at", postgresql_where=FAILED, sqlite_where=FAILED),
    )

    id: Mapped[str] = mapped_column(String(120), primary_key=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"))
    at: Mapped[datetime]
    seq: Mapped[int | None]
    said: Mapped[str] = mapped_column(Text, default="")
    message_ref: Mapped[str] = mapped_column(String(64), default="")
    """The page's own number of it."""
    error: Mapped[str] = mapped_column(String(20), default="")


class Message(Base):
    """A message to one person. While it waits, `due_at` is when it may next be tried: a claim moves it past a lease."""

    __tablename__ = "messages"
    __table_args__ = (
        Index(
            "ix_messages_waiting",
            *("channel", "priority", "due_at", "id"),
            postgresql_where=WAITING,
            sqlite_where=WAITING,
        ),
        Index(
            "ix_messages_lane", "contact_id", "priority", "id", postgresql_where=WAITING, sqlite_where=WAITING
        ),
        Index("ix_messages_contact_seq", "contact_id", "seq"),
        Index("ix_messages_person", "person_id", "id"),
        Index("ix_messages_failed", "failed_at", postgresql_where=UNSENT, sqlite_where=UNSENT),
        Index("ix_messages_written", "priority", "created_at", "id"),
        Index("ix_messages_sent", "channel", "sent_at", "cost", postgresql_where=SENT, sqlite_where=SENT),
        Index("ix_messages_knocked", "channel", "created_at", postgresql_where=KNOCKED, sqlite_where=KNOCKED),
        Index("ix_messages_material", "material_id", postgresql_where=OF_MATERIAL, sqlite_where=OF_MATERIAL),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"))
    channel: Mapped[str] = mapped_column(String(20))
    priority: Mapped[int]
    """A Priority."""
    state: Mapped[MessageState] = mapped_column(default=MessageState.WAITING)
    body: Mapped[dict[str, Any]]
    kind: Mapped[MessageKind] = mapped_column(default=MessageKind.PLAIN)
    key: Mapped[str | None] = mapped_column(String(120), unique=True)
    """What keeps it from being written twice."""
    material_id: Mapped[int | None] = mapped_column(ForeignKey("materials.id"))
    """The first of the files of a topic's turn that it tells `unit_id` of, after the topic's reminder."""
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meetings.id"))
    """The meeting of which it gives notice to who is above."""
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    hold_until: Mapped[datetime | None]
    """Until then it lets a dialog of its recipient go first; empty: it does not wait."""
    held_by: Mapped[int | None]
    """The number of the process that is sending it; empty where none is, or one that gives no number."""
    attempts: Mapped[int] = mapped_column(default=0)
    cost: Mapped[int] = mapped_column(default=0)
    """What the channel has asked for it, in VND."""
    parts_sent: Mapped[int] = mapped_column(default=0)
    """What of it has gone out: its text, then so many of its files. The files of a message hold back nothing behind it."""
    pieces_sent: Mapped[int] = mapped_column(default=0)
    """So many of the pieces in which its text goes out have gone, while the others have not."""
    sent_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(String(200), default="")
    seq: Mapped[int | None]


class Push(Base):
    """That a message lies in a web chat, still to be said to one device; gone when it has been, or is not worth it any more."""

    __tablename__ = "pushes"
    __table_args__ = (UniqueConstraint("subscription_id", "message_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subscription_id: Mapped[int] = mapped_column(ForeignKey("push_subscriptions.id"))
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"), index=True)
    topic: Mapped[str] = mapped_column(String(32))
    """What it is about: a newer one of the same takes its place, here, on the way and on the device."""
    urgent: Mapped[bool]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime] = mapped_column(index=True)
    attempts: Mapped[int] = mapped_column(default=0)


class Process(Base):
    """A process that sends; it says every few seconds that it is alive."""

    __tablename__ = "processes"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    """Its machine and the address on which it listens: of one name only one can be alive."""
    alive_at: Mapped[datetime]


class Reminder(Base):
    """That a rung of a duty's ladder was said to a person: the key that keeps it from being said twice."""

    __tablename__ = "reminders"
    __table_args__ = (Index("ix_reminders_at", "at"),)

    duty_id: Mapped[int] = mapped_column(ForeignKey("duties.id"), primary_key=True)
    rung: Mapped[str] = mapped_column(String(60), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"), index=True)
    kind: Mapped[ReminderKind] = mapped_column(default=ReminderKind.RUNG)
    rung_at: Mapped[datetime | None]
    """The moment that the rung was for; of a SNOOZE none."""
    at: Mapped[datetime]
    got_at: Mapped[datetime | None]
    """When its reader has said that it has come."""


class Constant(Base):
    """What belongs to this installation and to no file: the key that signs its links."""

    __tablename__ = "constants"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
