"""Whom a plan has a report for is told that the office through which it goes has taken it: at once of the first of a day, of
what comes later in one message the next working morning."""

import logging
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from bot.calendar import Moment, at_local, next_allowed
from bot.people.newcomers import is_away
from bot.people.reviewers import reviewers_of
from bot.people.staff import contacts_of
from bot.store.db import take_turns
from bot.tables import Contact, Reviewers, Submission, SubmissionState
from bot.talk import outbox
from bot.talk.desk import Desk

log = logging.getLogger(__name__)

SETTLE = timedelta(minutes=2)
LISTED = 10


def tell_recipients(desk: Desk, at: datetime) -> int:
    """Tells of what has been taken and may be told of now; answers how many messages were written."""
    moment = desk.moment(at)
    if next_allowed(moment, weekends=False) > at:
        return 0
    with desk.db.read() as session:
        if not _on_their_way(session, moment):
            return 0
    with desk.db.write() as session:
        take_turns(session, "reviews")
        found = groupby(_on_their_way(session, moment), key=lambda one: one.recipient_id or 0)
        return sum(_tell_unit(desk, session, unit_id, list(some), moment) for unit_id, some in found)


def _on_their_way(session: Session, moment: Moment) -> Sequence[Submission]:
    """By the unit that they are for, but for units that were told of some today; then the oldest first."""
    today = at_local(moment.today, time(), moment.zone)
    told = select(Submission.recipient_id).where(
        Submission.recipient_told_at >= today, Submission.recipient_id.is_not(None)
    )
    found = select(Submission).where(
        Submission.state == SubmissionState.ACCEPTED,
        Submission.recipient_id.is_not(None),
        Submission.recipient_told_at.is_(None),
        Submission.reviewed_at <= moment.at - SETTLE,
        Submission.recipient_id.not_in(told),
    )
    page = found.order_by(Submission.recipient_id, Submission.reviewed_at, Submission.id)
    return session.scalars(page.options(joinedload(Submission.duty), joinedload(Submission.reviewer))).all()


def _tell_unit(
    desk: Desk, session: Session, unit_id: int, found: Sequence[Submission], moment: Moment
) -> int:
    roles = {
        role.person_id: role
        for one in found
        for role in reviewers_of(session, unit_id, Reviewers.BODY, one.duty)
    }
    contacts = contacts_of(session, sorted(roles))
    there = [one for one in contacts.values() if not is_away(one.person, moment.today)]
    told = sum(_tell_person(desk, session, one, found, moment) for one in there or contacts.values())
    if not told:
        log.info("recipients.nobody unit=%s reports=%s", unit_id, len(found))
    for one in found:
        one.recipient_told_at = moment.at
    session.flush()
    return told


def _tell_person(
    desk: Desk, session: Session, contact: Contact, found: Sequence[Submission], moment: Moment
) -> bool:
    """Nobody is told of what they have taken or handed in themselves."""
    its = [one for one in found if contact.person_id not in (one.reviewed_by, one.person_id)]
    if not its:
        return False
    facts = {"rows": its[:LISTED], "total": len(its), "today": moment.today}
    reply = desk.render.reply("reports/review/taken", facts)
    hour = at_local(moment.today, time(contact.person.reminder_hour), moment.zone)
    unit_id = its[0].recipient_id
    key = f"taken:{contact.person_id}:{unit_id}:{moment.today}"
    due_at = max(moment.at, hour)
    message = outbox.post_message(session, contact, reply, moment.at, bulk=True, due_at=due_at, key=key)
    message.unit_id = unit_id
    return True
