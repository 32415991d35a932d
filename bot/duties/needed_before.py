"""What a unit is to have done so many days before a meeting whose day is not known yet."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from bot.calendar import NOT_RELATIVE, Side
from bot.tables import Demand, Duty, DutyKind, DutyState


@dataclass(frozen=True, slots=True)
class NeededBefore:
    """`days` (only working ones, if `working`) before the meeting; `due_on` if that is held on its last day."""

    title: str
    days: int
    working: bool
    due_on: date | None


def needed_before(session: Session, meetings: Collection[Duty]) -> Mapping[int, Sequence[NeededBefore]]:
    """By the id of each of these duties what is not done yet and waits for the day of its meeting."""
    found: dict[int, list[NeededBefore]] = {}
    of_unit = {(one.unit_id, one.plan_id, one.key): one for one in meetings if one.kind == DutyKind.MEETING}
    if not of_unit:
        return found
    rows = session.scalars(
        select(Duty)
        .join(Demand, Demand.id == Duty.demand_id)
        .where(
            Duty.unit_id.in_({unit for unit, _, _ in of_unit}),
            Duty.about_id.is_(None),
            Duty.kind != DutyKind.MEETING,
            Duty.state == DutyState.OPEN,
            Duty.due_on.is_(None),
            Demand.relative != NOT_RELATIVE,
        )
        .options(joinedload(Duty.demand))
        .order_by(Duty.id)
    )
    for one in rows:
        relative = one.demand.relative
        meeting = of_unit.get((one.unit_id, one.plan_id, relative.topic))
        if meeting is not None and relative.side == Side.BEFORE:
            due_on = relative.due_on(meeting.due_on) if meeting.due_on else None
            found.setdefault(meeting.id, []).append(
                NeededBefore(one.title, relative.days, relative.working, due_on)
            )
    return found


def ask_before(session: Session, plan_ids: Collection[int]) -> set[tuple[int, str]]:
    """The meetings, by plan and key, before which these plans want something done."""
    rows = session.execute(
        select(Demand.plan_id, Demand.relative).where(
            Demand.plan_id.in_(plan_ids), Demand.relative != NOT_RELATIVE
        )
    )
    return {(row.plan_id, row.relative.topic) for row in rows if row.relative.side == Side.BEFORE}
