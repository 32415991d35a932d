"""Who has just come, or is back, and what each of them has missed: told in one message, at the next allowed time."""

from collections.abc import Collection, Sequence
from datetime import datetime, time, timedelta

from sqlalchemy import ColumnElement, bindparam, select
from sqlalchemy.orm import Session, joinedload

from bot.calendar import Moment, at_local
from bot.duties.ladder import Timed
from bot.duties.life import meetings_of
from bot.duties.outlook import WORDED_WITH, has_its_day
from bot.materials.materials import unit_was_reminded
from bot.people.newcomers import heard_from, is_away, is_new, wake_newcomer
from bot.people.staff import Staff, staff_of
from bot.plans.ladders import LadderRung
from bot.reminders.due import DueRung, introduction_of
from bot.tables import Demand, Duty, DutyState, Membership, Message, Reminder, ReminderKind, Role

_COME = (
    select(Membership)
    .where(Membership.catch_up_at <= bindparam("at"), Membership.ended_at.is_(None))
    .options(joinedload(Membership.person), joinedload(Membership.unit))
    .order_by(Membership.catch_up_at, Membership.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True, of=Membership)
)


def claim_newcomers(session: Session, moment: Moment, most: int) -> list[Membership]:
    """The roles whose holders are to be told now what they have missed, locked; their units' duties are woken. Whoever may
    not be told now is put off."""
    found = session.scalars(_COME, {"at": moment.at, "most": most}).all()
    if not found:
        return []
    today = moment.today
    staff = staff_of(session, {m.unit_id for m in found if m.role == Role.SECRETARY}, today)
    for membership in found:
        membership.catch_up_at = _when(session, membership, staff, moment)
    come = [m for m in found if m.catch_up_at is None]
    session.flush()
    wake_newcomer(session, come, moment.at, today)
    return come


def _when(session: Session, membership: Membership, staff: Staff, moment: Moment) -> datetime | None:
    """When to look again; None when the holder is told now."""
    person, today = membership.person, moment.today
    if membership.role == Role.SECRETARY and is_away(person, today) and person.away_until:
        speaker = staff.speaker(membership.unit_id)
        if speaker is not None and speaker.id != person.id:
            return at_local(person.away_until + timedelta(days=1), time(person.reminder_hour), moment.zone)
    allowed = heard_from(session, membership, moment)
    return allowed if allowed > moment.at else None


def missed_rungs(
    session: Session, come: Collection[Membership], staff: Staff, at: datetime
) -> dict[int, list[DueRung]]:
    """What each of these secretaries (by person) has never heard of, of what others have been told: those who speak for
    their unit now, and newcomers."""
    eligible = [m for m in come if m.role == Role.SECRETARY and _hears(m, staff, at)]
    if not eligible:
        return {}
    duties = asked_duties(session, Duty.unit_id.in_({m.unit_id for m in eligible}))
    meetings = meetings_of(session, [duty.id for duty in duties])
    heard = heard_of(session, [duty.id for duty in duties])
    known = {duty_id for duty_id, _ in heard}
    found: dict[int, list[DueRung]] = {}
    for membership in eligible:
        for duty in duties:
            fresh = (duty.id, membership.person_id) not in heard
            if duty.unit_id == membership.unit_id and duty.id in known and fresh:
                line = DueRung(duty, meetings.get(duty.id), Timed(at, catch_up_rung(duty)), anew=True)
                found.setdefault(membership.person_id, []).append(line)
    return found


def _hears(membership: Membership, staff: Staff, at: datetime) -> bool:
    speaker = staff.speaker(membership.unit_id)
    speaks = speaker is not None and speaker.id == membership.person_id
    return membership.person_id in staff.contacts and (speaks or is_new(membership, at))


def asked_duties(session: Session, where: ColumnElement[bool]) -> Sequence[Duty]:
    """The open duties that people are asked for, of those that `where` (a condition on Duty) lets through."""
    return session.scalars(
        select(Duty)
        .join(Demand, Demand.id == Duty.demand_id)
        .where(where, Duty.state == DutyState.OPEN, has_its_day())
        .order_by(Duty.id)
        .options(*WORDED_WITH)
    ).all()


def heard_of(session: Session, duty_ids: Collection[int]) -> set[tuple[int, int]]:
    """(duty, person) of what has been or will be said."""
    rows = session.execute(
        select(Reminder.duty_id, Reminder.person_id)
        .join(Message, Message.id == Reminder.message_id)
        .where(Reminder.duty_id.in_(duty_ids), unit_was_reminded())
        .distinct()
    )
    return {(row.duty_id, row.person_id) for row in rows}


def catch_up_rung(duty: Duty) -> LadderRung:
    return LadderRung(ReminderKind.CATCH_UP, "opens", 0, 0, None, introduction_of(duty), "always")
