"""Who looks at what was handed in, by the roles that they hold now."""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, text
from sqlalchemy.orm import Session, aliased, joinedload

from bot.people.roles import units_below
from bot.tables import (
    Demand,
    Duty,
    DutyState,
    Membership,
    Reviewers,
    Role,
    Submission,
    SubmissionState,
    Unit,
)

BODY = (Role.SECRETARY, Role.FOLLOWER, Role.LEADER)
STEPS_IN = (Role.ADMIN, Role.LEADER)
CELL = "chi_bo"
"""What stands above nobody, and looks at no report."""
NO_CELL = text(f"units.kind != '{CELL}'")
"""As the index ix_units_above_cells has it."""


def may_look(one: Membership) -> bool:
    """Whether a role may ever look at a report: a cell's own secretary has nobody below."""
    return one.role != Role.SECRETARY or one.unit.kind != CELL


def decided_by(memberships: Iterable[Membership]) -> ColumnElement[bool]:
    """The reports (a condition on Submission joined to Duty) that these roles decide on.

    Those of the body that the plan names, and of whom it goes on to once that body has taken it; else the committee's office and whoever follows the unit; where that body has
    nobody any more, the office and the leaders of the committees over it. Whoever leads a unit does not decide for it.
    """
    parts = [part for one in memberships for part in _parts(one)]
    return or_(*parts) if parts else false()


def reviewing_units(session: Session, memberships: Iterable[Membership]) -> set[int]:
    """The units (ids) at which these roles may have something to look at: a short list, by which reports are found at once."""
    found: set[int] = set()
    for one in memberships:
        found |= {one.unit_id, *(_line(one.unit.path) if one.role == Role.FOLLOWER else ())}
        if one.role in STEPS_IN:
            above_cells = select(Unit.id).where(units_below(Unit.path, one.unit.path), NO_CELL)
            found |= set(session.scalars(above_cells))
    return found


def _parts(one: Membership) -> list[ColumnElement[bool]]:
    unit, found = one.unit, []
    here = Submission.reviewer_id == unit.id
    if one.role in BODY:
        others = Duty.unit_id != unit.id if one.role == Role.SECRETARY else Duty.id.is_not(None)
        through = and_(Submission.recipient_id == unit.id, Submission.state == SubmissionState.ACCEPTED)
        found.append(and_(or_(and_(here, Submission.reviewers == Reviewers.BODY), through), others))
    if one.role == Role.ADMIN:
        found.append(and_(here, Submission.reviewers == Reviewers.OFFICE))
    if one.role == Role.FOLLOWER:
        over = Submission.reviewer_id.in_(_line(unit.path))
        below = units_below(Duty.path, unit.path)
        found.append(and_(over, Submission.reviewers == Reviewers.OFFICE, below))
    if one.role in STEPS_IN:
        found.append(and_(_left_alone(unit.path), units_below(Duty.path, unit.path)))
    return found


def passed_on_by(memberships: Iterable[Membership]) -> ColumnElement[bool]:
    """The reports (a condition on Submission joined to Duty) that these roles are to pass on: a duty of theirs about the unit waits for
    it. They read it, whoever decides."""
    units = [one.unit_id for one in memberships if one.role in BODY]
    chain, awaited = aliased(Duty), aliased(Demand)
    return exists().where(
        chain.unit_id.in_(units),
        chain.plan_id == Duty.plan_id,
        chain.about_id == Duty.unit_id,
        awaited.id == Duty.demand_id,
        chain.waits == awaited.key,
        chain.state.not_in((DutyState.WITHDRAWN, DutyState.LAPSED)),
    )


def _left_alone(path: str) -> ColumnElement[bool]:
    """That the unit which looks at the report is there or below, and has nobody."""
    looks, held = aliased(Unit), aliased(Membership)
    there = exists().where(looks.id == Submission.reviewer_id, units_below(looks.path, path))
    anybody = exists().where(held.unit_id == Submission.reviewer_id, held.ended_at.is_(None))
    return and_(there, ~anybody)


def _line(path: str) -> list[int]:
    """The ids that a path names."""
    return [int(part) for part in path.strip("/").split("/")]


def reviewers_of(session: Session, unit_id: int, who: Reviewers, duty: Duty) -> Sequence[Membership]:
    """The roles that decide on a report of this duty at the unit, in their order, as `decided_by` has it; none steps in."""
    held = select(Membership).where(Membership.ended_at.is_(None)).options(joinedload(Membership.unit))
    here = Membership.unit_id == unit_id
    if who == Reviewers.BODY:
        own = BODY if duty.unit_id != unit_id else BODY[1:]
        return session.scalars(
            held.where(here, Membership.role.in_(own)).order_by(Membership.rank, Membership.id)
        ).all()
    line = _line(duty.path)
    below = line[line.index(unit_id) :] if unit_id in line else []
    follows = and_(Membership.role == Role.FOLLOWER, Membership.unit_id.in_(below))
    office = and_(here, Membership.role == Role.ADMIN)
    return session.scalars(held.where(or_(office, follows)).order_by(Membership.rank, Membership.id)).all()
