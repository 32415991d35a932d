"""Tables of the people: who they are, where they are reached, what they may do, where their talk stands."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.tables.asked import ASKED, Asked, GivenWorkbook, LoadedPlan, Nothing
from bot.tables.base import Base
from bot.tables.units import Unit

A = TypeVar("A", bound=Asked)


CLOSED = text("closed_at IS NOT NULL")
LOST = text("lost_at IS NOT NULL")
OPENABLE = text("opened_at IS NOT NULL AND lost_at IS NULL")
ANONYMISED = text("anonymised_at IS NOT NULL")


class Role(StrEnum):
    """Of an invitation NONE: it brings a person's second channel."""

    NONE = ""
    SECRETARY = "secretary"
    FOLLOWER = "follower"
    LEADER = "leader"
    ADMIN = "admin"


class ErrandKind(StrEnum):
    """PLAN, UNITS and ENQUIRIES: a workbook handed in; SCAN: pictures of a draft made into one PDF; PAPER: one of a meeting; NUDGE: many
    units reminded in a leader's name; NOTICE: many told once more of a notice; INVITES: codes for all units that nobody leads; SUMMARY: a period as Word or Excel; the rest is
    what the office asks for."""

    PLAN = "plan"
    UNITS = "units"
    TEMPLATE = "template"
    UNIT_TEMPLATE = "unit_template"
    EXPORT = "export"
    UNIT_EXPORT = "unit_export"
    CLONE = "clone"
    LOOK = "look"
    WITHDRAW = "withdraw"
    SCAN = "scan"
    PAPER = "paper"
    NUDGE = "nudge"
    NOTICE = "notice"
    PICTURE = "picture"
    SUMMARY = "summary"
    INVITES = "invites"
    ENQUIRIES = "enquiries"
    ENQUIRY_BOOK = "enquiry_book"


class ErrandState(StrEnum):
    """ASKING: for an answer that is missing; READ: with it; SHOWN: it waits for a yes."""

    NEW = "new"
    ASKING = "asking"
    READ = "read"
    SHOWN = "shown"
    AGREED = "agreed"
    DONE = "done"
    DROPPED = "dropped"


class Person(Base):
    __tablename__ = "persons"
    __table_args__ = (
        Index("ix_persons_anonymised", "anonymised_at", postgresql_where=ANONYMISED, sqlite_where=ANONYMISED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime]
    consent_version: Mapped[int] = mapped_column(default=0)
    consented_at: Mapped[datetime | None]
    reminder_hour: Mapped[int] = mapped_column(default=8)
    away_until: Mapped[date | None]
    """Away up to and including this day."""
    delegate_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    weekends: Mapped[bool] = mapped_column(default=False)
    """Wants to be reminded on Saturdays and Sundays too."""
    anonymised_at: Mapped[datetime | None]
    calendar_key: Mapped[int] = mapped_column(default=0)
    """The number that the link of the person's calendar bears; those with another have ended. 0: none was asked for."""


class Consent(Base):
    """A text that asked a person for consent, as it was shown: Decree 356/2025 wants the consent provable. Kept when the person is
    forgotten."""

    __tablename__ = "consents"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    version: Mapped[int]
    text_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the text, in UTF-8 with its markup."""
    shown_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    agreed: Mapped[bool | None]


class RequestKind(StrEnum):
    """What a person may ask about their own data: to be given it, to have it corrected, to withdraw or limit the consent, to have
    it deleted (Decree 356/2025/NĐ-CP)."""

    SEE = "see"
    CORRECT = "correct"
    WITHDRAW = "withdraw"
    DELETE = "delete"


class RequestState(StrEnum):
    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"


class DataRequest(Base):
    """What a person has asked the office about their own data, where the program cannot do it by itself. Kept when the person is
    forgotten, without their words."""

    __tablename__ = "data_requests"
    __table_args__ = (Index("ix_data_requests_state", "state", "due_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    kind: Mapped[RequestKind]
    state: Mapped[RequestState] = mapped_column(default=RequestState.OPEN)
    words: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    due_on: Mapped[date]
    """The last local day on which it may be answered."""
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why it was refused."""
    reminded_at: Mapped[datetime | None]
    """When the office was told that its day is near."""
    overdue_at: Mapped[datetime | None]
    """When the office was told that its day has passed."""
    person: Mapped["Person"] = relationship(foreign_keys=person_id)


class Contact(Base):
    """A place on one channel where a person is reached. `seq` numbers what its web chat has shown so far."""

    __tablename__ = "contacts"
    __table_args__ = (
        UniqueConstraint("channel", "place"),
        Index("ix_contacts_closed", "channel", postgresql_where=CLOSED, sqlite_where=CLOSED),
        Index("ix_contacts_lost", "person_id", postgresql_where=LOST, sqlite_where=LOST),
        Index("ix_contacts_opened", "opened_at", postgresql_where=OPENABLE, sqlite_where=OPENABLE),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    channel: Mapped[str] = mapped_column(String(20))
    place: Mapped[str] = mapped_column(String(100))
    used_at: Mapped[datetime]
    lost_at: Mapped[datetime | None]
    lost_reason: Mapped[str] = mapped_column(String(200), default="")
    seq: Mapped[int] = mapped_column(default=0)
    wrong_codes: Mapped[int] = mapped_column(default=0)
    wrong_since: Mapped[datetime | None]
    stranger_since: Mapped[datetime | None]
    """When somebody without a role was answered here last, and a silence began; empty for whoever has one."""
    stranger_answers: Mapped[int] = mapped_column(default=0)
    key: Mapped[int] = mapped_column(default=0)
    """Of a web chat: the number that its links bear; those with another have ended."""
    opened_at: Mapped[datetime | None]
    """When its page was opened last, to the day, or its link made."""
    forgotten_at: Mapped[datetime | None]
    """When its place was emptied, after the last word to a person who is forgotten."""
    closed_at: Mapped[datetime | None]
    """Since when the other side takes nothing for this place; the person's next word there opens it again."""
    knocked_at: Mapped[datetime | None]
    """When it was knocked at last, while it is closed."""
    chosen_at: Mapped[datetime | None]
    """When the person has chosen to hear here first; the latest choice counts."""
    person: Mapped[Person] = relationship()


class PushSubscription(Base):
    """A device that lets the web chat ring: where its browser's push service takes messages for it, and the keys by which they are
    encrypted for it alone (RFC 8291)."""

    __tablename__ = "push_subscriptions"

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), index=True)
    endpoint: Mapped[str] = mapped_column(String(1000), unique=True)
    p256dh: Mapped[str] = mapped_column(String(100))
    """Its public key, an uncompressed point of P-256 in base64url."""
    auth: Mapped[str] = mapped_column(String(40))
    """16 bytes that it shares with us, in base64url."""
    created_at: Mapped[datetime]
    last_sent_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    """So many pushes have been refused one after another."""


class Membership(Base):
    """A person's role in a unit: secretary, follower, leader, admin; ended, never deleted."""

    __tablename__ = "memberships"
    __table_args__ = (
        Index("ix_memberships_unit_role", "unit_id", "role"),
        Index("ix_memberships_next_summary_at", "next_summary_at"),
        Index("ix_memberships_catch_up_at", "catch_up_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    role: Mapped[Role]
    rank: Mapped[int] = mapped_column(default=0)
    """Of a unit's secretaries the lowest is spoken to first; equals in the order in which they came."""
    since: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_with_unit: Mapped[bool] = mapped_column(default=False)
    """It comes back if the closing of its unit is taken back."""
    next_summary_at: Mapped[datetime | None]
    summed_on: Mapped[date | None]
    """The last local day whose summary has been looked after."""
    catch_up_at: Mapped[datetime | None]
    """When its holder is next told what was said to others, or to nobody, before: a newcomer, or one who is back."""
    person: Mapped[Person] = relationship()
    unit: Mapped[Unit] = relationship()


class Invite(Base):
    """A single-use code, kept as a hash: a role in a unit, or (with `person_id`) a second channel for one person."""

    __tablename__ = "invites"

    id: Mapped[int] = mapped_column(primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    role: Mapped[Role] = mapped_column(default=Role.NONE)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
    used_by: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    rank: Mapped[int] = mapped_column(default=0)
    """That of the role that it gives: a successor is spoken to where the one before was."""
    unit: Mapped[Unit | None] = relationship()


class Dialog(Base):
    """Where a person's talk stands. `question` counts what was asked, so that a button of an old question is known."""

    __tablename__ = "dialogs"

    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    flow: Mapped[str] = mapped_column(String(40), default="")
    step: Mapped[str] = mapped_column(String(40), default="")
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    trail: Mapped[list[Any]] = mapped_column(default=list)
    question: Mapped[int] = mapped_column(default=0)
    touched_at: Mapped[datetime | None]


class Errand(Base):
    """What has been asked for that reads or writes files: done by the clock, outside of the talk. `args` is what it is about."""

    __tablename__ = "errands"
    __table_args__ = (Index("ix_errands_state", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    """The office's own unit; of a scan, the one that hands in."""
    kind: Mapped[ErrandKind]
    state: Mapped[ErrandState] = mapped_column(default=ErrandState.NEW)
    args: Mapped[Asked] = mapped_column(ASKED, default=Nothing())
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship()
    unit: Mapped[Unit] = relationship()

    @property
    def begun(self) -> bool:
        """Whether a part of it is done and kept."""
        return isinstance(self.args, (GivenWorkbook, LoadedPlan)) and bool(self.args.done)

    def about(self, kind: type[A]) -> A:
        """What it is about. Raises LookupError where it is about something else."""
        if not isinstance(self.args, kind):
            raise LookupError(f"{kind.__name__} in the errand {self.id}")
        return self.args


class Audit(Base):
    """Who did what when, without anything that was said."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(60), default="")
