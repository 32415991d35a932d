"""Cleaning up: events and web talk past their time, the places of people who asked to be forgotten, dead codes, files that
nothing needs."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from bot.store.unneeded import drop_unneeded_files
from bot.tables import Contact, Duty, Errand, Event, Invite, Message, Person, Reminder
from bot.talk.desk import Desk

EVENTS_KEPT = timedelta(days=90)
TALK_KEPT = timedelta(days=400)
CODES_KEPT = timedelta(days=90)


def clean_up(desk: Desk, at: datetime) -> int:
    """Answers how many rows and files were removed or emptied."""
    files = drop_unneeded_files(desk.db, desk.shelf, at) if desk.shelf else 0
    with desk.db.write() as session:
        return (
            files
            + _forget_places(session)
            + _run(session, delete(Event).where(Event.at < at - EVENTS_KEPT, Event.seq.is_(None)))
            + _run(session, delete(Event).where(Event.at < at - TALK_KEPT))
            + _drop_old_messages(session, at - TALK_KEPT)
            + _run(session, delete(Invite).where(Invite.expires_at < at - CODES_KEPT))
            + _run(session, delete(Errand).where(Errand.created_at < at - CODES_KEPT))
        )


def _run(session: Session, statement: Any) -> int:
    result: Any = session.execute(statement.execution_options(synchronize_session=False))
    return int(result.rowcount)


def _forget_places(session: Session) -> int:
    """The last message to a forgotten person has gone out: now the place itself is forgotten."""
    waiting = exists().where(Message.contact_id == Contact.id, Message.state == "waiting")
    forgotten = select(Person.id).where(Person.anonymised_at.is_not(None))
    rows = session.scalars(
        select(Contact).where(Contact.person_id.in_(forgotten), ~waiting, ~Contact.place.startswith("-"))
    ).all()
    for contact in rows:
        contact.place, contact.lost_reason = f"-{contact.id}", ""
        _run(session, update(Message).where(Message.contact_id == contact.id).values(body={"text": ""}))
    return len(rows)


def _drop_old_messages(session: Session, before: datetime) -> int:
    """What was said of duties that are still open stays: it tells how often somebody was reminded."""
    still_open = select(Duty.id).where(Duty.state == "open")
    forgotten = delete(Reminder).where(Reminder.at < before, Reminder.duty_id.not_in(still_open))
    spoken = exists().where(Reminder.message_id == Message.id)
    old = delete(Message).where(Message.created_at < before, Message.state != "waiting", ~spoken)
    return _run(session, forgotten) + _run(session, old)
