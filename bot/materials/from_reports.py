"""What a plan asks a board for (an outline of a topic) goes along with that topic from the moment in which it is handed in."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, CompoundSelect, and_, exists, or_, select, union
from sqlalchemy.orm import Session, aliased

from bot.duties.turns import EVERY
from bot.materials.materials import kept_materials, path_prefixes, take_material_back, units_reached
from bot.people.file_readers import READ_ABOVE
from bot.store.db import take_turns
from bot.tables import Demand, Duty, DutyKind, Material, Plan, Submission, SubmissionFile, Unit
from bot.talk.desk import Desk


@dataclass(frozen=True, slots=True)
class Bound:
    """Where the files of a report go: a topic (or a variant of it) of a plan, a turn of it or EVERY, the part of the tree."""

    plan_id: int
    key: str
    variant: str
    period: str
    path: str


def tie_report(session: Session, duty: Duty, at: datetime) -> int:
    """Ties the files of the report that stands for the duty to the topic that its plan names, and takes back those that stand no
    more: returned, replaced, taken back. What somebody has taken back by hand stays so. Answers how many units it is for.

    In 42-KH/ĐUK of 08/02/2022, IV.2, boards draft outlines for the cells.
    """
    bound, stands = _bound(session, duty), _standing(session, duty)
    for file in _tied_by(session, duty):
        keeps = (
            bound and stands and _place_of(file) == bound and file.digest in {f.digest for f in stands.files}
        )
        if not keeps:
            take_material_back(session, file, at)
        elif stands:
            file.submission_id = stands.id
    if bound is None or stands is None:
        return 0
    known = _rows_of(session, stands)
    for given in stands.files:
        row = known.get(given.digest)
        if row is None:
            session.add(_row(session, bound, stands, given, at))
        elif row.withdrawn_at and row.withdrawn_by is None and _place_of(row) == bound:
            row.withdrawn_at = None
    session.flush()
    return units_reached(session, bound.plan_id, bound.key, bound.period, [bound.path], bound.variant)


def _bound(session: Session, duty: Duty) -> Bound | None:
    demand = duty.demand
    if not demand.material_for:
        return None
    turns = select(Demand.id).where(
        Demand.plan_id == duty.plan_id,
        Demand.kind == DutyKind.MEETING,
        Demand.base == demand.material_for,
        Demand.period == demand.period,
    )
    turn = demand.period if session.scalar(turns.limit(1)) is not None else EVERY
    return Bound(duty.plan_id, demand.material_for, demand.material_variant, turn, _path_for(session, duty))


def _path_for(session: Session, duty: Duty) -> str:
    """A committee hands it to those below it, a board to those below the committee that it belongs to."""
    unit = duty.unit
    below = select(Unit.id).where(Unit.parent_id == unit.id).limit(1)
    home = session.scalar(select(Plan.unit_id).where(Plan.id == duty.plan_id))
    if unit.parent_id is None or unit.id == home or session.scalar(below) is not None:
        return unit.path
    return session.get_one(Unit, unit.parent_id).path


def _standing(session: Session, duty: Duty) -> Submission | None:
    its = select(Submission).where(Submission.duty_id == duty.id, _stands())
    return session.scalars(its).first()


def _stands() -> ColumnElement[bool]:
    """That a report (a condition on Submission) is the newest, and was not returned."""
    newer = aliased(Submission)
    last = ~exists().where(newer.duty_id == Submission.duty_id, newer.version > Submission.version)
    return and_(Submission.state.in_(READ_ABOVE), last)


def _tied_by(session: Session, duty: Duty) -> list[Material]:
    """What goes along by this duty now, whatever its version."""
    its = select(Material).join(Submission, Submission.id == Material.submission_id)
    live = its.where(Submission.duty_id == duty.id, Material.withdrawn_at.is_(None))
    return list(session.scalars(live.order_by(Material.id)))


def _rows_of(session: Session, submission: Submission) -> dict[str, Material]:
    """What was ever tied with this version, by its bytes; what goes along now before what was taken back."""
    rows = session.scalars(select(Material).where(Material.submission_id == submission.id))
    return {row.digest: row for row in sorted(rows, key=lambda row: (row.withdrawn_at is None, row.id))}


def _place_of(file: Material) -> Bound:
    return Bound(file.plan_id, file.key, file.variant, file.period, file.path)


def _row(
    session: Session, bound: Bound, submission: Submission, given: SubmissionFile, at: datetime
) -> Material:
    """What the committee has sent along by hand already is no news."""
    twin = (
        kept_materials(bound.plan_id, bound.key, bound.period),
        Material.path.in_(path_prefixes(bound.path)),
        Material.variant.in_(("", bound.variant)),
        Material.digest == given.digest,
    )
    known = session.scalar(select(Material.id).where(*twin).limit(1)) is not None
    return Material(
        plan_id=bound.plan_id,
        key=bound.key,
        variant=bound.variant,
        period=bound.period,
        path=bound.path,
        submission_id=submission.id,
        digest=given.digest,
        name=given.name,
        size=given.size,
        media_type=given.media_type,
        person_id=submission.person_id,
        at=at,
        told_at=at if known else None,
    )


def follow_reports(desk: Desk, at: datetime) -> int:
    """Ties what was handed in before its plan said what it is for, or by another road, and unties what the plan has dropped;
    answers for how many duties."""
    meant = exists().where(Demand.material_for != ""), exists().where(Material.submission_id.is_not(None))
    with desk.db.read() as session:
        if not session.scalar(select(or_(*meant))) or session.scalars(_adrift()).first() is None:
            return 0
    with desk.db.write() as session:
        take_turns(session, "materials")
        adrift = session.scalars(_adrift()).all()
        duties = session.scalars(select(Duty).where(Duty.id.in_(adrift)).order_by(Duty.id)).all()
        for duty in duties:
            tie_report(session, duty, at)
        return len(duties)


def _adrift() -> CompoundSelect[int]:
    """Duties (ids) whose report does not go along as their plan has it."""
    kept = or_(Material.withdrawn_at.is_(None), Material.withdrawn_by.is_not(None))
    here = and_(Material.key == Demand.material_for, Material.variant == Demand.material_variant)
    tied = exists().where(Material.submission_id == Submission.id, kept, here)
    reports = select(Submission.duty_id).join(Duty, Duty.id == Submission.duty_id)
    reports = reports.join(Demand, Demand.id == Duty.demand_id)
    kept_for_cells = Duty.demand_id.in_(select(Demand.id).where(Demand.material_for != ""))
    untied = reports.where(kept_for_cells, _stands(), Submission.files.any(), ~tied)
    elsewhere = reports.join(Material, Material.submission_id == Submission.id)
    elsewhere = elsewhere.where(Material.withdrawn_at.is_(None), ~here)
    # The few demands that ask for such reports, and the few files that came from one, are where to look: not all duties.
    return union(untied, elsewhere)
