"""The duties whose next rung has come, taken by whoever is first; what was said to nobody after all is given back before."""

import logging
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, delete, or_, select
from sqlalchemy.orm import Session

from bot.duties.outlook import WORDED_WITH
from bot.store.given import among
from bot.tables import (
    Contact,
    Duty,
    DutyState,
    Errand,
    ErrandState,
    Message,
    MessageState,
    Plan,
    Reminder,
    Unit,
)

log = logging.getLogger(__name__)

LOST_LATELY = timedelta(days=3)
LONG_AGO = timedelta(days=366)


_HALF = (
    select(Plan.id)
    .outerjoin(Errand, Errand.id == Plan.loading_id)
    .where(or_(Errand.state == ErrandState.AGREED, Plan.loading_until > bindparam("at")))
)
_DUE = (
    Duty.next_reminder_at <= bindparam("at"),
    Duty.state == DutyState.OPEN,
    Duty.plan_id.not_in(_HALF),
)
_FIRST = select(Duty.unit_id).where(*_DUE).order_by(Duty.next_reminder_at).limit(bindparam("most"))
SHAPE = (
    *(Duty.demand_id, Duty.announced_on, Duty.opens_on, Duty.due_on, Duty.safe_on, Duty.reminded_until),
    *(Unit.meeting_day, Unit.meeting_shift),
)
"""What decides, of duties of which their units have made nothing yet, which rungs have come and how they are said."""
OWN = (Duty.about_id, Duty.chosen_id, Duty.picks, Duty.hurry, Duty.again_on)
"""What a unit makes of a duty, or what is so of its own alone."""
_CLAIMED = (
    select(Duty.id, Duty.unit_id, *SHAPE, *OWN)
    .join(Unit, Unit.id == Duty.unit_id)
    .where(*_DUE, among(Duty.unit_id, "units"))
    .order_by(Duty.id)
    .with_for_update(skip_locked=True, of=Duty)
    # By the index of what is due it would read all that is, again for each portion.
    .with_hint(Duty, "INDEXED BY ix_duties_unit_state", "sqlite")
)

Claimed = Row[*tuple[Any, ...]]
"""A duty's id and its unit's, then SHAPE, then OWN: most are never wanted as whole objects."""


def claim_due_duties(
    session: Session, at: datetime, most: int, unit_id: int | None = None, with_units: Collection[int] = ()
) -> Sequence[Claimed]:
    """Due duties, locked; whole units together, so that one morning makes one message. About `most` of them, and those of
    `with_units` in any case. None of a plan that is being loaded: nobody hears of a part."""
    units: set[int] = {unit_id} if unit_id is not None else set()
    if unit_id is None:
        units = {*session.scalars(_FIRST, {"at": at, "most": most}), *with_units}
    return session.execute(_CLAIMED, {"at": at, "units": list(units)}).all() if units else ()


_WHOLE = (
    select(Duty)
    .where(among(Duty.id, "ids"))
    .order_by(Duty.id)
    .options(*WORDED_WITH)
    .execution_options(populate_existing=True)
)


def duties_claimed(session: Session, ids: Collection[int]) -> list[Duty]:
    """With all that they are worded with, as they are now."""
    return list(session.scalars(_WHOLE, {"ids": list(ids)})) if ids else []


_UNHEARD = (
    select(Message.id)
    .join(Contact, Contact.id == Message.contact_id)
    .where(
        Message.failed_at > bindparam("since"),
        Message.failed_at <= bindparam("at"),
        Message.state == MessageState.FAILED,
        Contact.lost_at.is_not(None),
    )
)
_SPOKEN_OF = (
    select(Duty, Reminder)
    .join(Reminder, Reminder.duty_id == Duty.id)
    .where(Reminder.message_id.in_(bindparam("messages", expanding=True)), Duty.state == DutyState.OPEN)
)


def give_back(session: Session, at: datetime, unit_id: int | None = None) -> None:
    """What was written to somebody whose last contact was lost before it went out is to be said to the next one."""
    unheard = session.scalars(_UNHEARD, {"since": at - LOST_LATELY, "at": at}).all()
    if not unheard:
        return
    query = _SPOKEN_OF if unit_id is None else _SPOKEN_OF.where(Duty.unit_id == unit_id)
    rows = session.execute(query, {"messages": unheard}).all()
    for duty, said in rows:
        if moment := said.rung_at:
            duty.reminded_until, duty.next_reminder_at = moment - LONG_AGO, at
    spent = {said.message_id for _, said in rows}
    if spent:
        session.execute(delete(Reminder).where(Reminder.message_id.in_(spent)))
        log.info("reminder.unheard messages=%s", len(spent))
