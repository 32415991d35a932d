"""Which units have said that a topic's files came: one receipt for each unit and turn, renewed when files came later."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, bindparam, case, exists, func, select
from sqlalchemy.orm import Session

from bot.duties.counting import asked_for
from bot.duties.turns import turn_of
from bot.materials.materials import duties_about_topic, files_for, kept_materials
from bot.tables import Demand, Duty, DutyKind, Material, MaterialReceipt, Topic


@dataclass(frozen=True, slots=True)
class MaterialState:
    """The files of one duty's topic; `received` says that the unit has them, if it has said so of all of them."""

    files: list[Material]
    received: MaterialReceipt | None


@dataclass(frozen=True, slots=True)
class Receipts:
    """Of the `expected` units so many have `received` all files that are for them."""

    received: int
    expected: int


_RECEIPTS = select(MaterialReceipt).where(MaterialReceipt.unit_id.in_(bindparam("units", expanding=True)))


def materials_for(session: Session, duties: Iterable[Duty]) -> dict[int, MaterialState]:
    """The files of these duties' topics by the duties' ids; a duty whose topic has none is not in the answer."""
    duties = list(duties)
    files = files_for(session, duties)
    if not files:
        return {}
    units = list({duty.unit_id for duty in duties if duty.id in files})
    rows = session.scalars(_RECEIPTS, {"units": units})
    receipts = {(row.plan_id, row.key, row.period, row.unit_id): row for row in rows}
    found = {}
    for duty in duties:
        if duty.id in files and duty.topic is not None:
            receipt = receipts.get((duty.topic.plan_id, duty.topic.key, turn_of(duty), duty.unit_id))
            found[duty.id] = MaterialState(
                files[duty.id], receipt if _covers(receipt, files[duty.id]) else None
            )
    return found


def _covers(receipt: MaterialReceipt | None, files: Sequence[Material]) -> bool:
    return receipt is not None and all(file.at <= receipt.at for file in files)


def confirm_materials(session: Session, duty: Duty, person_id: int, at: datetime) -> MaterialReceipt | None:
    """Notes that the duty's unit has the files of its topic; None when there are none.

    What has been noted stays, who and when, unless a file came after it.
    """
    topic = duty.topic
    period = turn_of(duty)
    files = files_for(session, [duty]).get(duty.id, [])
    if topic is None or not files:
        return None
    name = topic.plan_id, topic.key, period, duty.unit_id
    receipt = session.get(MaterialReceipt, name, with_for_update=True, populate_existing=True)
    if receipt is None:
        receipt = MaterialReceipt(
            plan_id=topic.plan_id,
            key=topic.key,
            period=period,
            unit_id=duty.unit_id,
            person_id=person_id,
            at=at,
        )
        session.add(receipt)
    elif not _covers(receipt, files):
        receipt.person_id, receipt.at = person_id, at
    session.flush()
    return receipt


def material_receipts(
    session: Session, plan_id: int, key: str, period: str, where: ColumnElement[bool], today: date
) -> Receipts:
    """Over the units whose meeting on the topic's turn `where` (a condition on Duty) lets through and that is asked for on
    the local day `today`, as far as there are files for them."""
    tied = kept_materials(plan_id, key, period)
    if session.scalars(select(Material.id).where(tied).limit(1)).first() is None:
        return Receipts(0, 0)
    chosen = select(Topic.variant).where(Topic.id == Duty.chosen_id).correlate(Duty).scalar_subquery()
    its = and_(
        func.substr(Duty.path, 1, func.length(Material.path)) == Material.path,
        Material.variant.in_(("", func.coalesce(chosen, Demand.variant))),
    )
    later = (
        exists().where(tied, its, Material.at > MaterialReceipt.at).correlate(Duty, Demand, MaterialReceipt)
    )
    has = and_(MaterialReceipt.unit_id.is_not(None), ~later)
    received, expected = session.execute(
        select(
            func.count(case((has, Duty.unit_id)).distinct()),
            func.count(Duty.unit_id.distinct()),
        )
        .select_from(Duty)
        .join(Demand, Demand.id == Duty.demand_id)
        .outerjoin(
            MaterialReceipt,
            and_(
                MaterialReceipt.plan_id == plan_id,
                MaterialReceipt.key == key,
                MaterialReceipt.period == period,
                MaterialReceipt.unit_id == Duty.unit_id,
            ),
        )
        .where(
            duties_about_topic(plan_id, key, period),
            asked_for(today),
            where,
            exists().where(tied, its).correlate(Duty, Demand),
        )
    ).one()
    return Receipts(received, expected)


def receipts_of_demands(
    session: Session, demand_ids: Iterable[int], where: ColumnElement[bool], today: date
) -> dict[int, Receipts]:
    """As `receipts`, for the topic of each demand and its own duties; only demands for whose units there are files."""
    rows = session.execute(
        select(Demand.id, Topic.plan_id, Topic.key, Demand.period)
        .join(Topic, Topic.id == Demand.topic_id)
        .where(
            Demand.id.in_(list(demand_ids)),
            Demand.kind == DutyKind.MEETING,
            exists().where(
                Material.plan_id == Topic.plan_id,
                Material.key == Topic.key,
                Material.withdrawn_at.is_(None),
            ),
        )
    ).all()
    found = {
        row.id: material_receipts(
            session,
            row.plan_id,
            row.key,
            row.period,
            and_(where, Duty.demand_id == row.id),
            today,
        )
        for row in rows
    }
    return {demand_id: counted for demand_id, counted in found.items() if counted.expected}
