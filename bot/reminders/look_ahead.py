"""A look ahead: every message that a plan would send about one unit, by the very code that sends them, and nothing is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.calendar import at_local
from bot.duties.life import meeting_of
from bot.duties.loading import load_plan
from bot.meetings.meetings import set_meeting
from bot.meetings.offering import offers_for
from bot.messages import Reply
from bot.people.staff import secretaries_of
from bot.plans.plan import PlanText, key_digest
from bot.reminders.saying import say_due
from bot.tables import (
    Contact,
    Duty,
    DutyKind,
    DutyState,
    Membership,
    Message,
    MessageState,
    Person,
    Plan,
    Role,
    Unit,
)
from bot.talk import outbox
from bot.talk.desk import Desk

USUAL_HOUR = time(19, 30)
MOST = 2000
"""So many moments are looked at; a ladder of a whole term has far fewer."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """One message: when it would go out (UTC), to which role of which unit, and what it would say."""

    at: datetime
    role: str
    unit: str
    reply: Reply
    deputy: bool = False
    """It goes to one who stands in for the unit's first secretary."""


def foresee_messages(
    desk: Desk,
    text: PlanText,
    owner_id: int,
    unit_id: int,
    first: date,
    last: date,
    *,
    answers: Mapping[str, str] | None = None,
    as_usual: bool = False,
) -> list[Foreseen]:
    """The messages of the local days `first` to `last`, in order, if nothing were done in the meantime.

    With `as_usual` each meeting is set, as soon as it has been told of, for the unit's next usual day, at its usual hour or
    at 19:30. A unit without anybody gets somebody for the
    look. Raises Rejected for a plan that cannot be loaded.
    """
    with desk.db.trial() as session:
        unit = session.get_one(Unit, unit_id)
        start = at_local(first, time.min, desk.zone)
        _somebody(session, unit, start)
        _still(session, unit, key_digest(text))
        plan, _ = load_plan(
            session,
            text,
            session.get_one(Unit, owner_id),
            desk.moment(start),
            answers=answers,
            only=Unit.id == unit.id,
        )
        end = at_local(last + timedelta(1), time.min, desk.zone)
        return _walk(desk, session, unit, plan.id, start, end, as_usual=as_usual)


def _somebody(session: Session, unit: Unit, at: datetime) -> None:
    if secretaries_of(session, [unit.id]):
        return
    person = Person(created_at=at)
    contact = Contact(person=person, channel="web", place=f"look-ahead-{unit.id}", used_at=at)
    session.add_all([person, contact])
    session.flush()
    session.add(Membership(person_id=person.id, unit_id=unit.id, role=Role.SECRETARY, since=at))
    session.flush()


def _still(session: Session, unit: Unit, mark: str) -> None:
    """What other plans ask of the unit is not the matter of this look."""
    others = select(Plan.id).where(Plan.mark != mark)
    for duty in session.scalars(select(Duty).where(Duty.unit_id == unit.id, Duty.plan_id.in_(others))):
        duty.next_reminder_at = None
    session.flush()


def _set_meetings(session: Session, unit: Unit, plan_id: int, at: datetime, desk: Desk) -> None:
    """Sets each meeting that has been told of, and has no day yet, for the unit's next usual day: at `at`, never before."""
    asked = select(Duty).where(
        Duty.unit_id == unit.id, Duty.plan_id == plan_id, Duty.kind == DutyKind.MEETING
    )
    told = asked.where(Duty.state == DutyState.OPEN, Duty.reminded_until.is_not(None)).order_by(
        Duty.due_on, Duty.id
    )
    unset = [duty for duty in session.scalars(told).all() if meeting_of(session, duty) is None]
    for duty_id, offer in offers_for(session, unset, desk.moment(at)).items():
        moment = offer.at or at_local(offer.day, USUAL_HOUR, desk.zone)
        set_meeting(session, unit, session.get_one(Duty, duty_id), moment, offer.place, desk.moment(at))


def _walk(
    desk: Desk,
    session: Session,
    unit: Unit,
    plan_id: int,
    start: datetime,
    end: datetime,
    *,
    as_usual: bool,
) -> list[Foreseen]:
    due = (
        select(Duty.next_reminder_at)
        .where(Duty.unit_id == unit.id, Duty.plan_id == plan_id, Duty.next_reminder_at.is_not(None))
        .order_by(Duty.next_reminder_at)
        .limit(1)
    )
    newest = session.scalar(select(Message.id).order_by(Message.id.desc()).limit(1)) or 0
    moment = start
    for _ in range(MOST):
        following = session.scalar(due.where(Duty.state == DutyState.OPEN))
        if following is None or following >= end:
            break
        moment = max(moment, following)
        _arrives(session, newest, moment)
        say_due(desk, session, moment, unit_id=unit.id)
        session.flush()
        if as_usual:
            _set_meetings(session, unit, plan_id, moment, desk)
    return _told(session, newest, end, unit)


def _arrives(session: Session, after: int, moment: datetime) -> None:
    """What is due by then has reached its people: what climbs is said because they have heard."""
    due = (Message.id > after, Message.state == MessageState.WAITING, Message.due_at <= moment)
    session.execute(update(Message).where(*due).values(state=MessageState.SENT, sent_at=Message.due_at))


def _told(session: Session, after: int, end: datetime, unit: Unit) -> list[Foreseen]:
    rows = session.scalars(
        select(Message).where(Message.id > after).order_by(Message.due_at, Message.id)
    ).all()
    return [_one(session, row, unit) for row in rows if row.due_at < end]


def _one(session: Session, row: Message, unit: Unit) -> Foreseen:
    """The role in which the person hears it: that in the unit itself, else the first one."""
    roles = session.scalars(
        select(Membership)
        .where(Membership.person_id == row.person_id, Membership.ended_at.is_(None))
        .order_by(Membership.id)
    ).all()
    own = [m for m in roles if m.unit_id == unit.id]
    found = next(iter((*own, *roles)), None)
    leading = secretaries_of(session, [unit.id]).get(unit.id, [])
    deputy = bool(own) and row.person_id in {person.id for person in leading[1:]}
    role, name = (found.role, found.unit.name) if found else ("", "")
    return Foreseen(row.due_at, role, name, outbox.from_body(row.body), deputy)
