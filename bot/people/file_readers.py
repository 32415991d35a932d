"""Who may still fetch a file by the link that was made for them: whoever holds a role by which it is theirs to read."""

from sqlalchemy import Executable, select, union_all
from sqlalchemy.orm import Session, joinedload

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
    Unit,
)


def may_fetch_file(session: Session, contact: Contact, digest: str) -> bool:
    """Whether a role of whoever speaks from this contact lets them read the file.

    A unit's papers and what was noted in its meetings are its secretaries' alone; what it has handed in is read above it too;
    what a committee has tied to a topic by all who hold a role at or below it, or above. What no unit has (a template, a
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
    return (
        any(may_act(roles, "lead", path) for path in own)
        or any(may_act(roles, "read", path) for path in (*handed, *tied))
        or any(role.unit.path.startswith(path) for role in roles for path in tied)
    )


def _paths_of(digest: str) -> tuple[Executable, Executable, Executable]:
    """The units in whose meetings it was made or noted, those that have handed it in, and the committees that have tied it to
    a topic, even if it was taken back since: who has it keeps it."""
    kept = [
        select(Unit.path)
        .join(Meeting, Meeting.unit_id == Unit.id)
        .join(table, table.meeting_id == Meeting.id)
        .where(table.digest == digest)
        for table in (Note, Aside, Paper)
    ]
    handed = (
        select(Duty.path)
        .join(Submission, Submission.duty_id == Duty.id)
        .join(SubmissionFile, SubmissionFile.submission_id == Submission.id)
        .where(SubmissionFile.digest == digest)
    )
    return union_all(*kept), handed, select(Material.path).where(Material.digest == digest)
