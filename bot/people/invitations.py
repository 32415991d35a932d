"""Invitation codes: made, found, used; the role that one gives."""

import hashlib
import secrets
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.people.roles import MAY
from bot.problems import Invalid
from bot.reading.codes import CODE_LENGTH, LETTERS, normal_code
from bot.tables import Contact, Invite, Membership, Person, Role, Unit

INVITE_DAYS = 14
LINK_MINUTES = 30
WRONG_CODES = 10
WRONG_WINDOW = timedelta(hours=1)


def hashed_code(code: str) -> str:
    return hashlib.sha256(normal_code(code).encode()).hexdigest()


def new_code() -> str:
    return normal_code("".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH)))


def create_invitation(
    session: Session, unit: Unit, role: Role, at: datetime, code: str = "", *, rank: int = 0
) -> tuple[str, Invite]:
    """Makes a single-use code for a role in a unit, or of the new `code`; only its hash is kept. `rank` is that of the role."""
    code = code or new_code()
    row = Invite(
        code_hash=hashed_code(code),
        unit_id=unit.id,
        role=role,
        created_at=at,
        expires_at=at + timedelta(days=INVITE_DAYS),
        rank=rank,
    )
    session.add(row)
    return code, row


def invite_channel(session: Session, person: Person, at: datetime) -> str:
    """Makes a short-lived code that joins another channel to the same person."""
    code = new_code()
    session.add(
        Invite(
            code_hash=hashed_code(code),
            person_id=person.id,
            created_at=at,
            expires_at=at + timedelta(minutes=LINK_MINUTES),
        )
    )
    return code


def find_invite(session: Session, contact: Contact, code: str, at: datetime) -> Invite:
    """The open invite of this code, locked. Raises Invalid: code_wait, code_wrong, code_used, code_expired.

    Ten wrong codes within an hour and the contact waits until that hour is over. The count is kept even though
    Invalid is raised: the caller's transaction goes on to say so.
    """
    if contact.wrong_since is not None and at - contact.wrong_since >= WRONG_WINDOW:
        contact.wrong_codes, contact.wrong_since = 0, None
    if contact.wrong_codes >= WRONG_CODES and contact.wrong_since is not None:
        left = contact.wrong_since + WRONG_WINDOW - at
        raise Invalid("code_wait", minutes=max(1, -(-int(left.total_seconds()) // 60)))
    row = session.scalar(
        select(Invite)
        .where(Invite.code_hash == hashed_code(code))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        contact.wrong_codes += 1
        contact.wrong_since = contact.wrong_since or at
        raise Invalid("code_wrong", left=max(0, WRONG_CODES - contact.wrong_codes))
    _check_open(row, at)
    contact.wrong_codes, contact.wrong_since = 0, None
    return row


def open_invite(session: Session, invite_id: int, at: datetime) -> Invite:
    """The invite once more, locked: it may have been used or have expired since. Raises Invalid: code_used, code_expired."""
    row = session.get(Invite, invite_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise Invalid("code_expired")
    _check_open(row, at)
    return row


def _check_open(row: Invite, at: datetime) -> None:
    if row.used_at is not None:
        raise Invalid("code_used")
    if row.expires_at <= at:
        raise Invalid("code_expired")


def unused_invitations(session: Session, unit: Unit, at: datetime) -> list[Invite]:
    """The codes for roles in the unit that somebody could still use, oldest first."""
    return list(
        session.scalars(
            select(Invite)
            .where(Invite.unit_id == unit.id, Invite.used_at.is_(None), Invite.expires_at > at)
            .order_by(Invite.id)
        )
    )


def rank_invited(session: Session, unit: Unit, role: Role) -> int:
    """The rank that the newest code of this role gives, if nobody has used it: a new code in its place gives the same."""
    newest = select(Invite).where(Invite.unit_id == unit.id, Invite.role == role).order_by(Invite.id.desc())
    row = session.scalars(newest.limit(1)).first()
    return row.rank if row is not None and row.used_at is None else 0


def spent_by(session: Session, code: str, person: Person) -> bool:
    """Whether it was this very person who used the code."""
    used = select(Invite.id).where(Invite.code_hash == hashed_code(code), Invite.used_by == person.id)
    return session.scalar(used) is not None


def accept_invitation(session: Session, row: Invite, person: Person, at: datetime, today: date) -> Membership:
    """Gives the invite's role to the person; a role that is already held is not doubled. `today` is the local day."""
    row.used_at, row.used_by = at, person.id
    held = session.scalar(
        select(Membership).where(
            Membership.person_id == person.id,
            Membership.unit_id == row.unit_id,
            Membership.role == row.role,
            Membership.ended_at.is_(None),
        )
    )
    if held is not None:
        return held
    membership = Membership(
        person_id=person.id,
        unit_id=row.unit_id,
        role=row.role,
        rank=row.rank,
        since=at,
        next_summary_at=at if row.role in MAY["sum"] else None,
        summed_on=today,
        catch_up_at=at if row.role != Role.ADMIN else None,
    )
    session.add(membership)
    session.flush()
    return membership
