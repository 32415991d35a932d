"""Cleaning up by night, in small steps: what is past its time, the places of people who asked to be forgotten, dead codes,
files that nothing needs. Papers, reports, counts and tasks are the unit's archive: nothing here touches them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.calendar import quiet_since
from bot.enquiries.asked import forget_asked
from bot.people.devices import end_devices
from bot.people.places import EXPIRED, KEY_LIFE
from bot.store.unneeded import drop_unneeded_files
from bot.tables import (
    Aside,
    Audit,
    Contact,
    Duty,
    DutyState,
    Errand,
    Event,
    Invite,
    Meeting,
    MeetingState,
    Message,
    MessageState,
    Note,
    Person,
    Priority,
    Reminder,
)
from bot.talk.desk import Desk
from bot.talk.outbox import lose_contact

CODES_KEPT = timedelta(days=90)
STEP, PORTIONS = 500, 20
"""So many rows go in one transaction: whoever talks meanwhile does not wait for it; and so often in one go."""


@dataclass(frozen=True)
class KeepTimes:
    """How long what is remembered; None is for ever."""

    events: timedelta = timedelta(days=90)
    """That an event was handled: a second delivery is known for so long."""
    talk: timedelta = timedelta(days=400)
    """What was said to people, and by them in the web chat."""
    notes: timedelta | None = None
    """The words of a meeting's notes, after its end; the papers made of them stay."""
    audit: timedelta | None = timedelta(days=1826)


def clean_by_night(desk: Desk, at: datetime, kept: KeepTimes = KeepTimes()) -> int:
    return clean_up(desk, at, kept) if quiet_since(desk.moment(at)) is not None else 0


def clean_up(desk: Desk, at: datetime, kept: KeepTimes = KeepTimes()) -> int:
    """Answers how many rows and files were removed or emptied; what is left over comes the next time."""
    done = drop_unneeded_files(desk.db, desk.shelf, at) if desk.shelf else 0
    steps: list[Callable[[Session], int]] = [
        lambda session: _forget_places(session, at),
        lambda session: _expire_links(session, at),
        lambda session: _drop(session, Event.at, at - min(kept.events, kept.talk), Event.seq.is_(None)),
        lambda session: _drop(session, Event.at, at - kept.talk, Event.seq.is_not(None)),
        lambda session: _drop_reminders(session, at - kept.talk),
        lambda session: _drop_old_messages(session, at - kept.talk),
        lambda session: _drop(session, Invite.expires_at, at - CODES_KEPT),
        lambda session: _drop(session, Errand.created_at, at - CODES_KEPT),
        lambda session: forget_asked(session, at),
    ]
    if kept.audit is not None:
        long_ago = at - kept.audit
        steps.append(lambda session: _drop(session, Audit.at, long_ago))
    if kept.notes is not None:
        ended_before = at - kept.notes
        steps.append(lambda session: _empty_notes(session, ended_before))
    for step in steps:
        for _ in range(PORTIONS):
            with desk.db.write() as session:
                gone = step(session)
            done += gone
            if gone < STEP:
                break
    desk.db.renew_statistics()
    return done


def _run(session: Session, statement: Any) -> int:
    result: Any = session.execute(statement.execution_options(synchronize_session=False))
    return int(result.rowcount)


def _drop(
    session: Session, moment: InstrumentedAttribute[datetime], before: datetime, *where: ColumnElement[bool]
) -> int:
    """Drops a step of the rows whose `moment` is before then, the oldest first: an index has them in this order. By their numbers,
    as PostgreSQL would read the whole table to join it with them."""
    table: Any = moment.class_
    some = session.scalars(select(table.id).where(moment < before, *where).order_by(moment).limit(STEP)).all()
    return _run(session, delete(table).where(table.id.in_(some))) if some else 0


def _empty_notes(session: Session, ended_before: datetime) -> int:
    over = select(Meeting.id).where(Meeting.state == MeetingState.HELD, Meeting.ended_at < ended_before)
    some = (
        select(Note.id)
        .where(Note.meeting_id.in_(over), or_(Note.text != "", Note.digest != ""))
        .order_by(Note.id)
        .limit(STEP)
    )
    nothing = dict.fromkeys(("text", "digest", "name", "media_type", "message_ref"), "")
    emptied = _run(session, update(Note).where(Note.id.in_(some)).values(nothing))
    asides = select(Aside.id).where(Aside.meeting_id.in_(over)).order_by(Aside.id).limit(STEP)
    return emptied + _run(session, delete(Aside).where(Aside.id.in_(asides)))


def _forget_places(session: Session, at: datetime) -> int:
    """The last message to a forgotten person has gone out: now the place itself is forgotten."""
    waiting = exists().where(Message.contact_id == Contact.id, Message.state == MessageState.WAITING)
    forgotten = select(Person.id).where(Person.anonymised_at.is_not(None))
    rows = session.scalars(
        select(Contact).where(Contact.person_id.in_(forgotten), ~waiting, Contact.forgotten_at.is_(None))
    ).all()
    for contact in rows:
        contact.place, contact.lost_reason, contact.forgotten_at = f"-{contact.id}", "", at
        _run(session, update(Message).where(Message.contact_id == contact.id).values(body={"text": ""}))
    return len(rows)


def _expire_links(session: Session, at: datetime) -> int:
    """Nothing is sent any more to a web chat that nobody can open: the person counts as lost there."""
    before = at - KEY_LIFE
    unused = select(Contact).where(
        Contact.channel == "web",
        Contact.lost_at.is_(None),
        Contact.used_at <= before,
        Contact.opened_at <= before,
        Contact.forgotten_at.is_(None),
    )
    rows = session.scalars(unused.order_by(Contact.opened_at, Contact.id).limit(STEP)).all()
    for contact in rows:
        lose_contact(session, contact, EXPIRED, at)
    end_devices(session, [contact.id for contact in rows])
    return len(rows)


def _drop_reminders(session: Session, before: datetime) -> int:
    """What was said of duties that are still open stays: it tells how often somebody was reminded."""
    still_open = exists().where(Duty.id == Reminder.duty_id, Duty.state == DutyState.OPEN)
    past = Reminder.at < before, ~still_open
    some = session.scalars(select(Reminder.message_id).where(*past).order_by(Reminder.at).limit(STEP)).all()
    return _run(session, delete(Reminder).where(Reminder.message_id.in_(some), *past)) if some else 0


def _drop_old_messages(session: Session, before: datetime) -> int:
    spoken = exists().where(Reminder.message_id == Message.id)
    gone = Message.state != MessageState.WAITING, ~spoken
    return sum(
        _drop(session, Message.created_at, before, Message.priority == priority, *gone)
        for priority in Priority
    )
