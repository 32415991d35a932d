"""The duties whose next rung has come, taken by whoever is first; what was said to nobody after all is given back before."""

import logging
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from bot.duties.outlook import WORDED_WITH
from bot.tables import Contact, Duty, DutyState, Errand, ErrandState, Message, MessageState, Plan, Reminder

log = logging.getLogger(__name__)

LOST_LATELY = timedelta(days=3)
LONG_AGO = timedelta(days=366)


def claim_due_duties(
    session: Session, at: datetime, most: int, unit_id: int | None = None, with_units: Collection[int] = ()
) -> list[Duty]:
    """Due duties, locked; whole units together, so that one morning makes one message. About `most` of them, and those of
    `with_units` in any case. None of a plan that is being loaded: nobody hears of a part."""
    half = (
        select(Plan.id)
        .outerjoin(Errand, Errand.id == Plan.loading_id)
        .where(or_(Errand.state == ErrandState.AGREED, Plan.loading_until > at))
    )
    due = (Duty.next_reminder_at <= at, Duty.state == DutyState.OPEN, Duty.plan_id.not_in(half))
    units: set[int] = {unit_id} if unit_id is not None else set()
    if unit_id is None:
        first = select(Duty.unit_id).where(*due).order_by(Duty.next_reminder_at).limit(most)
        units = {*session.scalars(first), *with_units}
    return list(
        session.scalars(
            select(Duty)
            .where(*due, Duty.unit_id.in_(units))
            .order_by(Duty.id)
            .options(*WORDED_WITH)
            .with_for_update(skip_locked=True, of=Duty)
        )
    )


def give_back(session: Session, at: datetime, unit_id: int | None = None) -> None:
    """What was written to somebody whose last contact was lost before it went out is to be said to the next one."""
    query = (
        select(Duty, Reminder)
        .join(Reminder, Reminder.duty_id == Duty.id)
        .join(Message, Message.id == Reminder.message_id)
        .join(Contact, Contact.id == Message.contact_id)
        .where(
            Message.failed_at > at - LOST_LATELY,
            Message.failed_at <= at,
            Message.state == MessageState.FAILED,
            Contact.lost_at.is_not(None),
            Duty.state == DutyState.OPEN,
        )
    )
    rows = session.execute(query if unit_id is None else query.where(Duty.unit_id == unit_id)).all()
    for duty, said in rows:
        if moment := said.rung_at:
            duty.reminded_until, duty.next_reminder_at = moment - LONG_AGO, at
    spent = {said.message_id for _, said in rows}
    if spent:
        session.execute(delete(Reminder).where(Reminder.message_id.in_(spent)))
        log.info("reminder.unheard messages=%s", len(spent))
