"""Tables of what is sent in: uploads, and the reports handed in, files once by their bytes, submissions in versions."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.tables.base import Base
from bot.tables.plans import Duty
from bot.tables.units import Unit

UNTOLD = text("state = 'handed' AND told_at IS NULL")
ON_ITS_WAY = text("state = 'accepted' AND recipient_id IS NOT NULL AND recipient_told_at IS NULL")


class SubmissionState(StrEnum):
    DRAFT = "draft"
    HANDED = "handed"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    DROPPED = "dropped"


class Reviewers(StrEnum):
    """Who of the unit that looks at a report decides on it. BODY: it is the one that the plan names, and its own people do;
    OFFICE: the plan names nobody who is in the tree, so the committee's office does, and whoever follows the cell."""

    BODY = "body"
    OFFICE = "office"


class Submission(Base):
    """Files for one duty. A draft has no version yet; handing in gives it the next one."""

    __tablename__ = "submissions"
    __table_args__ = (
        UniqueConstraint("duty_id", "version"),
        Index("ix_submissions_person_state", "person_id", "state"),
        Index("ix_submissions_reviewer_state", "reviewer_id", "state"),
        Index("ix_submissions_untold", "handed_at", postgresql_where=UNTOLD, sqlite_where=UNTOLD),
        Index(
            "ix_submissions_on_its_way", "reviewed_at", postgresql_where=ON_ITS_WAY, sqlite_where=ON_ITS_WAY
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    duty_id: Mapped[int] = mapped_column(ForeignKey("duties.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    state: Mapped[SubmissionState] = mapped_column(default=SubmissionState.DRAFT)
    version: Mapped[int | None]
    created_at: Mapped[datetime]
    handed_at: Mapped[datetime | None]
    on_time: Mapped[bool | None]
    """Empty while it waits for the meeting that it tells of."""
    waits_for_id: Mapped[int | None] = mapped_column(ForeignKey("duties.id"), index=True)
    """The meeting that it tells of and that had not been held when it was handed in."""
    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    """The unit whose people look at it; of what was handed in before anybody looked, none."""
    reviewers: Mapped[Reviewers] = mapped_column(default=Reviewers.OFFICE)
    told_at: Mapped[datetime | None]
    """When they were told that it has come."""
    reviewed_at: Mapped[datetime | None]
    reviewed_by: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    remark: Mapped[str] = mapped_column(Text, default="")
    """Why it was returned."""
    recipient_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    """The unit that the plan has it for, once the office through which it goes has taken it."""
    recipient_told_at: Mapped[datetime | None]
    duty: Mapped[Duty] = relationship(foreign_keys=duty_id)
    reviewer: Mapped[Unit | None] = relationship(foreign_keys=reviewer_id)
    waits_for: Mapped[Duty | None] = relationship(foreign_keys=waits_for_id)
    files: Mapped[list["SubmissionFile"]] = relationship(order_by="SubmissionFile.position")


class SubmissionFile(Base):
    """One file of a submission; `digest` is where its bytes lie in the file store."""

    __tablename__ = "submission_files"

    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(200))
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(100))


class Upload(Base):
    """That a person has sent a file, whatever became of it: for what one may send a day, and for dropping what nothing needs."""

    __tablename__ = "uploads"
    __table_args__ = (Index("ix_uploads_person", "person_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    size: Mapped[int]
    at: Mapped[datetime] = mapped_column(index=True)
