"""Who may still fetch a file by the link that was made for them: whoever holds a role by which it is theirs to read."""

from sqlalchemy import Executable, Select, and_, or_, select, union_all
from sqlalchemy.orm import Session, joinedload

from bot.people.reviewers import decided_by, passed_on_by
from bot.people.roles import may_act
from bot.tables import (
    Aside,
    Contact,
    Duty,
    Material,
    Meeting,
    Membership,
    Note,
    Paper,
    Submission,
    SubmissionFile,
    SubmissionState,
    Unit,
)

READ_ABOVE = (SubmissionState.HANDED, SubmissionState.ACCEPTED)
GIVEN = (*READ_ABOVE, SubmissionState.RETURNED)


def may_fetch_file(session: Session, contact: Contact, digest: str) -> bool:
    """Whether a role of whoever speaks from this contact lets them read the file.

    A unit's papers and what was noted in its meetings are its secretaries' alone; what it has handed in is read above it too,
    and by those who look at it, but for what was returned, which is theirs and the unit's; what a committee has tied to a topic by all who hold a role at or below it, or above. What no unit has (a template, a
    copy of a plan) was made for this person alone.
    """
    roles = session.scalars(
        select(Membership)
        .where(Membership.person_id == contact.person_id, Membership.ended_at.is_(None))
        .options(joinedload(Membership.unit))
    ).all()
    own, handed, tied = (list(session.scalars(paths)) for paths in _paths_of(digest))
    if not (own or handed or tied):
        return bool(roles)
    theirs = and_(decided_by(roles), Submission.state.in_(GIVEN))
    passing = and_(passed_on_by(roles), Submission.state.in_(READ_ABOVE))
    looks = _handed_in(digest).where(or_(theirs, passing))
    if session.scalars(looks.limit(1)).first() is not None:
        return True
    return (
        any(may_act(roles, "lead", path) for path in own)
        or any(may_act(roles, "read", path) for path in (*handed, *tied))
        or any(role.unit.path.startswith(path) for role in roles for path in tied)
    )


def _paths_of(digest: str) -> tuple[Executable, Executable, Executable]:
    """The units whose own it is (of their meetings, or of what they hand in), those of which it is read above, and the committees that have tied it to
    a topic, even if it was taken back since: who has it keeps it."""
    kept = [
        select(Unit.path)
        .join(Meeting, Meeting.unit_id == Unit.id)
        .join(table, table.meeting_id == Meeting.id)
        .where(table.digest == digest)
        for table in (Note, Aside, Paper)
    ]
    handed = _handed_in(digest)
    above = handed.where(Submission.state.in_(READ_ABOVE))
    return union_all(*kept, handed), above, select(Material.path).where(Material.digest == digest)


def _handed_in(digest: str) -> Select[str]:
    """The units that have sent it for a report, whatever became of that."""
    return (
        select(Duty.path)
        .join(Submission, Submission.duty_id == Duty.id)
        .join(SubmissionFile, SubmissionFile.submission_id == Submission.id)
        .where(SubmissionFile.digest == digest)
    )
