"""What went wrong is told to the office once an hour, with how often it was, however many people it met."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.calendar import next_allowed
from bot.people.reaching import reachable_contact
from bot.store.db import take_turns
from bot.tables import Constant, Event, Membership, Person, Role
from bot.talk import outbox
from bot.talk.desk import Desk

EVERY = timedelta(hours=1)
LOOK_BACK = timedelta(days=2)
TOLD = "failures_told"


def tell_failures(desk: Desk, session: Session, at: datetime, but: int | None = None) -> int:
    """Tells the admins, but for the person `but`, of the events that failed since they were told last, if an hour has gone
    by since then. Answers how many were told."""
    take_turns(session, TOLD)
    mark = session.get(Constant, TOLD)
    told_at = datetime.fromisoformat(mark.value) if mark else at - LOOK_BACK
    if mark and at - told_at < EVERY:
        return 0
    failed = select(Event).where(Event.error != "", Event.at > max(told_at, at - LOOK_BACK))
    latest = session.scalars(failed.order_by(Event.at.desc(), Event.id).limit(1)).first()
    if latest is None:
        return 0
    count = session.scalar(select(func.count()).select_from(failed.subquery())) or 0
    session.merge(Constant(name=TOLD, value=at.isoformat()))
    return sum(
        _tell(desk, session, person, at, {"code": latest.error, "count": count})
        for person in all_admins(session)
        if person.id != but
    )


def latest_failures(session: Session, since: datetime, most: int) -> Sequence[Event]:
    """The events that failed after `since`, the latest first."""
    failed = select(Event).where(Event.error != "", Event.at > since)
    return session.scalars(failed.order_by(Event.at.desc(), Event.id).limit(most)).all()


def all_admins(session: Session) -> list[Person]:
    """In one order, so that two who tell at once do not wait for each other."""
    held = select(Membership.person_id).where(Membership.role == Role.ADMIN, Membership.ended_at.is_(None))
    return list(session.scalars(select(Person).where(Person.id.in_(held)).order_by(Person.id)))


def _tell(desk: Desk, session: Session, person: Person, at: datetime, facts: dict[str, object]) -> bool:
    contact = reachable_contact(session, person.id)
    if contact is None:
        return False
    reply = desk.render.reply("talk/failure", facts)
    outbox.post_message(session, contact, reply, at, bulk=True, due_at=next_allowed(desk.moment(at)))
    return True
