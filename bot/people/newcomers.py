"""Who has just come (a role, a way to be reached, a return) and is to be told what was said before, to others or to nobody."""

from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from bot.calendar import Moment, at_local, next_allowed
from bot.people.roles import units_below
from bot.tables import Duty, DutyState, Meeting, MeetingState, Membership, Person, Role

NEW = timedelta(days=7)
"""So long a secretary is a newcomer, who is told even what the unit's first secretary has read already."""
ONE_DAY = timedelta(days=1)


def look_again(session: Session, person_id: int, at: datetime) -> None:
    """Something has changed about how this person's units are spoken to: their secretaries are looked at anew, and of what
    the person follows or leads from above too."""
    units = select(Membership.unit_id).where(
        Membership.person_id == person_id, Membership.role == Role.SECRETARY
    )
    concerned = or_(Membership.unit_id.in_(units), Membership.person_id == person_id)
    session.execute(
        update(Membership)
        .where(concerned, Membership.ended_at.is_(None), Membership.role != Role.ADMIN)
        .values(catch_up_at=at)
    )


def look_again_at(session: Session, unit_id: int, at: datetime) -> None:
    """The same for one unit's secretaries."""
    session.execute(
        update(Membership)
        .where(
            Membership.unit_id == unit_id, Membership.role == Role.SECRETARY, Membership.ended_at.is_(None)
        )
        .values(catch_up_at=at)
    )


def heard_from(session: Session, membership: Membership, now: Moment) -> datetime:
    """The next moment from `at` on at which the holder may be told: neither at night nor on a rest day; on a weekend only
    who wants that, or whose unit meets on that day or the next."""
    person = membership.person
    moment = next_allowed(now)
    if not person.weekends and not _meets(session, membership.unit_id, Moment(moment, now.zone)):
        moment = next_allowed(now, weekends=False)
    return moment


def _meets(session: Session, unit_id: int, moment: Moment) -> bool:
    today = moment.at.astimezone(moment.zone).date()
    end = at_local(today + 2 * ONE_DAY, datetime.min.time(), moment.zone)
    coming = select(Meeting.id).where(
        Meeting.unit_id == unit_id,
        Meeting.state == MeetingState.PLANNED,
        Meeting.rehearsal.is_(False),
        Meeting.planned_at >= moment.at,
        Meeting.planned_at < end,
    )
    return session.scalars(coming.limit(1)).first() is not None


def is_new(membership: Membership, at: datetime) -> bool:
    return membership.since > at - NEW


def is_away(person: Person, today: date) -> bool:
    return person.away_until is not None and person.away_until >= today


def wake_newcomer(session: Session, memberships: list[Membership], at: datetime, today: date) -> None:
    """Lets the tick look now at what the units of these roles owe: what was said to nobody is said to who is there now.

    What has no next rung is past, or counts from a meeting that has no day: it stays as it is.
    """
    own = {m.unit_id for m in memberships if m.role == Role.SECRETARY}
    paths = {m.unit.path for m in memberships if m.role in (Role.FOLLOWER, Role.LEADER)}
    parts: list[ColumnElement[bool]] = [
        and_(units_below(Duty.path, path), Duty.due_on < today) for path in sorted(paths)
    ]
    if own:
        parts.append(Duty.unit_id.in_(own))
    if parts:
        session.execute(
            update(Duty)
            .where(or_(*parts), Duty.state == DutyState.OPEN, Duty.next_reminder_at > at)
            .values(next_reminder_at=at)
            .execution_options(synchronize_session=False)
        )
