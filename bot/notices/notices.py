"""Notices: whom one reaches, written, called off, received."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, distinct, func, or_, select
from sqlalchemy.orm import Session, joinedload

from bot.people.roles import role_holders, units_below, within_subtree
from bot.tables import Membership, Notice, NoticeReceipt, NoticeState, Role, Unit

SHOWN = 8
LOOK_BACK = timedelta(days=400)
TEXT_LIMIT = 3000
MOST_FILES = 5


def below(session: Session, tops: Collection[int]) -> ColumnElement[bool]:
    """Units that are open, at or below these."""
    paths = session.scalars(select(Unit.path).where(Unit.id.in_(tops)).order_by(Unit.id))
    return and_(or_(*(units_below(Unit.path, path) for path in paths)), Unit.closed_on.is_(None))


def hearers_of(session: Session, tops: Collection[int]) -> Select[int, int]:
    """(unit, person) of all who lead a unit there, in the order of the units."""
    return (
        select(Membership.unit_id, Membership.person_id)
        .join(Unit, Unit.id == Membership.unit_id)
        .where(below(session, tops), Membership.role == Role.SECRETARY, Membership.ended_at.is_(None))
        .order_by(Membership.unit_id, Membership.rank, Membership.id)
    )


def count_hearers(session: Session, tops: Collection[int]) -> tuple[int, int]:
    """How many units somebody leads there, and how many people that are."""
    hearers = hearers_of(session, tops).order_by(None).subquery()
    units, people = session.execute(
        select(func.count(distinct(hearers.c.unit_id)), func.count(distinct(hearers.c.person_id)))
    ).one()
    return units, people


def cells_without_hearers(session: Session, tops: Collection[int], most: int) -> tuple[Sequence[Unit], int]:
    """The first of the cells there that nobody leads, in natural order, and how many there are: they are told nothing."""
    led = select(Membership.unit_id).where(Membership.role == Role.SECRETARY, Membership.ended_at.is_(None))
    alone = (below(session, tops), Unit.kind == "chi_bo", Unit.id.not_in(led))
    rows = session.scalars(select(Unit).where(*alone).order_by(Unit.listed_as, Unit.id).limit(most)).all()
    return rows, session.scalar(select(func.count(Unit.id)).where(*alone)) or 0


def speaking_roles(roles: Collection[Membership]) -> list[Membership]:
    """In whose name somebody may speak: the leader's before the office's, a unit once for each."""
    order = {Role.LEADER: 0, Role.ADMIN: 1}
    held = role_holders(roles, "nudge")
    return sorted(held, key=lambda m: (order.get(m.role, 2), len(m.unit.path), m.unit_id))


def notices_in_reach(session: Session, roles: Collection[Membership], at: datetime) -> Sequence[Notice]:
    """The latest ones of the committees that these roles speak for, newest first."""
    own = within_subtree(Unit.path, roles, "nudge")
    return session.scalars(
        select(Notice)
        .join(Unit, Unit.id == Notice.unit_id)
        .where(own, Notice.state != NoticeState.DROPPED, Notice.created_at > at - LOOK_BACK)
        .options(joinedload(Notice.unit))
        .order_by(Notice.id.desc())
        .limit(SHOWN)
    ).all()


def drop_notice(notice: Notice) -> bool:
    """Calls it off; False when it has begun to go out."""
    if notice.state != NoticeState.WAITING or notice.through:
        return False
    notice.state = NoticeState.DROPPED
    return True


@dataclass(frozen=True, slots=True)
class Received:
    """How many people were told; how many of them have said that it has come, how many not yet (`open`); how many could not be told."""

    told: int
    got: int
    open: int
    lost: int


def received(session: Session, notice: Notice) -> Received:
    got = NoticeReceipt.got_at.is_not(None)
    rows = session.execute(
        select(NoticeReceipt.reached, got, func.count())
        .where(NoticeReceipt.notice_id == notice.id)
        .group_by(NoticeReceipt.reached, got)
    )
    counts = {(bool(reached), bool(said)): number for reached, said, number in rows}
    told, open_ = counts.get((True, True), 0), counts.get((True, False), 0)
    return Received(told + open_, told, open_, counts.get((False, True), 0) + counts.get((False, False), 0))


def open_receipts(
    session: Session, notice: Notice, first: int, most: int, *, lost_only: bool = False
) -> Sequence[NoticeReceipt]:
    """Who has not said that it has come, then who could not be told (with `lost_only` these alone), in the order of the units: so many
    from the place `first` on."""
    asked = (
        ~NoticeReceipt.reached if lost_only else or_(~NoticeReceipt.reached, NoticeReceipt.got_at.is_(None))
    )
    return session.scalars(
        select(NoticeReceipt)
        .join(Unit, Unit.id == NoticeReceipt.unit_id)
        .where(NoticeReceipt.notice_id == notice.id, asked)
        .options(joinedload(NoticeReceipt.person), joinedload(NoticeReceipt.unit))
        .order_by(NoticeReceipt.reached.desc(), Unit.listed_as, Unit.id, NoticeReceipt.person_id)
        .offset(first)
        .limit(most)
    ).all()


def confirm_notice(
    session: Session, notice_id: int, person_id: int, units: Collection[int], at: datetime
) -> Notice | None:
    """That it has come, to somebody who leads these units; None where it was told to none of them."""
    row = session.get(NoticeReceipt, (notice_id, person_id)) if units else None
    if row is None:
        told = (NoticeReceipt.notice_id == notice_id, NoticeReceipt.unit_id.in_(units))
        unit_id = session.scalar(select(NoticeReceipt.unit_id).where(*told).limit(1))
        if unit_id is None:
            return None
        row = NoticeReceipt(notice_id=notice_id, person_id=person_id, unit_id=unit_id)
        session.add(row)
    row.got_at = row.got_at or at
    return session.get_one(Notice, notice_id)
