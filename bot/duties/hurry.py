"""What is due so many days before a meeting that was set nearer than that, or became known only when it was over."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, joinedload

from bot.calendar import next_working_day, safe_day
from bot.tables import Demand, Duty, DutyKind, DutyState, Hurry

TIME_TO_ANSWER = timedelta(days=7)
"""So long what had to come before a meeting that is over may still be handed in; then it lapses."""
ONE_DAY = timedelta(days=1)


def is_near(due_on: date, today: date) -> bool:
    """Whether no working day is left for it after `today`."""
    return safe_day(due_on) <= today


def mark_urgent(duty: Duty, today: date, meeting_day: date, *, over: bool, before: date | None) -> None:
    """Marks a duty of side BEFORE that has just been given its days; `before`: its due day until now.

    Before the meeting it is due at once, never earlier than it could be known. Of a meeting that is over it is asked
    for once if it had no day until then. What was due already stays due when it was.
    """
    duty.hurry = Hurry.NONE
    if duty.due_on is None or not is_near(duty.due_on, today):
        return
    if before is not None and (over or before < today):
        duty.due_on = max(before, duty.due_on)
        duty.safe_on = safe_day(duty.due_on)
    elif over:
        duty.hurry = Hurry.AFTER
        duty.due_on = duty.safe_on = next_working_day(today + TIME_TO_ANSWER)
    else:
        duty.hurry = Hurry.URGENT
        duty.due_on = max(duty.due_on, _at_once(today, meeting_day))
        duty.safe_on = max(safe_day(duty.due_on), today)


def _at_once(today: date, meeting_day: date) -> date:
    """Today, or the next working day that still comes before the meeting."""
    working = next_working_day(today)
    return working if working < meeting_day else today


@dataclass(frozen=True, slots=True)
class TooNear:
    """Something that would be due at once: so many days before the meeting, that is on `due_on`."""

    title: str
    days: int
    due_on: date


def too_near(session: Session, duty: Duty, day: date, today: date) -> Iterator[TooNear]:
    """What the unit would owe at once if the duty's meeting were set for the local day `day`."""
    rows = session.scalars(
        select(Duty)
        .join(Demand, Demand.id == Duty.demand_id)
        .where(
            and_(Duty.unit_id == duty.unit_id, Duty.about_id.is_(None)),
            Duty.plan_id == duty.plan_id,
            Duty.state.in_((DutyState.OPEN, DutyState.WAITING)),
            Duty.kind != DutyKind.MEETING,
        )
        .options(joinedload(Duty.demand))
        .order_by(Duty.id)
    ).all()
    for one in rows:
        relative = one.demand.relative
        if relative.before_meeting(duty.key):
            due_on = relative.due_on(day)
            if is_near(due_on, today):
                yield TooNear(one.title, relative.days, due_on)
