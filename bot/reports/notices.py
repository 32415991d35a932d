"""Those who look at reports are told that some have come: at once of the first of a day, of what comes later in one message the
next working morning."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from bot.calendar import Moment, at_local, next_allowed
from bot.messages import Reply
from bot.people.newcomers import is_away
from bot.people.reviewers import reviewers_of
from bot.people.staff import contacts_of
from bot.reports.recipients import address_report
from bot.reports.reviewing import count_waiting, waiting_reviews, waits_for_review
from bot.store.db import take_turns
from bot.tables import Contact, Duty, Membership, Message, MessageKind, Submission, SubmissionState
from bot.talk import outbox
from bot.talk.desk import Desk

log = logging.getLogger(__name__)

SETTLE = timedelta(minutes=2)
"""So long it may still be that the unit has pressed by mistake."""
LISTED = 10
PORTION = 500
"""So many reports are addressed in one transaction."""


def tell_reviewers(desk: Desk, at: datetime) -> int:
    """Tells of the reports that have come and may be told of now; answers how many messages were written."""
    moment = desk.moment(at)
    if next_allowed(moment, weekends=False) > at or _address_old(desk):
        return 0
    with desk.db.read() as session:
        if not any(
            _may_be_told(session, unit_id, found, moment) for unit_id, found in _by_unit(session, moment)
        ):
            return 0
    with desk.db.write() as session:
        take_turns(session, "reviews")
        return sum(
            _tell_unit(desk, session, unit_id, found, moment)
            for unit_id, found in _by_unit(session, moment)
            if _may_be_told(session, unit_id, found, moment)
        )


def _address_old(desk: Desk) -> int:
    """What was handed in before anybody looked at reports is put before those who do now, a portion at a time; nothing is told before
    all of it has its reader, so that each is told in one message. Answers for how many."""
    old = (
        select(Submission)
        .join(Duty, Duty.id == Submission.duty_id)
        .where(Submission.reviewer_id.is_(None), Submission.told_at.is_(None), waits_for_review())
        .order_by(Submission.id)
        .limit(PORTION)
    )
    with desk.db.read() as session:
        if session.scalars(old.with_only_columns(Submission.id).limit(1)).first() is None:
            return 0
    with desk.db.write() as session:
        take_turns(session, "reviews")
        found = session.scalars(old).all()
        for one in found:
            address_report(session, one)
        session.flush()
        return len(found)


def _by_unit(session: Session, moment: Moment) -> list[tuple[int, list[Submission]]]:
    """What has not been told, by the unit that looks at it."""
    found = groupby(_untold(session, moment), key=lambda one: one.reviewer_id or 0)
    return [(unit_id, list(some)) for unit_id, some in found]


def _may_be_told(session: Session, unit_id: int, found: Iterable[Submission], moment: Moment) -> bool:
    people = sorted({role.person_id for role in _deciders(session, unit_id, found)})
    return not _told_today(session, people, unit_id, moment)


def _untold(session: Session, moment: Moment) -> Sequence[Submission]:
    """By the unit that looks at them, then the oldest first."""
    found = (
        select(Submission)
        .join(Duty, Duty.id == Submission.duty_id)
        .where(
            Submission.state == SubmissionState.HANDED,
            Submission.told_at.is_(None),
            Submission.handed_at <= moment.at - SETTLE,
            waits_for_review(),
        )
        .order_by(Submission.reviewer_id, Submission.handed_at, Submission.id)
        .options(joinedload(Submission.duty))
    )
    return session.scalars(found).all()


def _tell_unit(
    desk: Desk, session: Session, unit_id: int, found: Sequence[Submission], moment: Moment
) -> int:
    """Tells the people of one unit, each of what waits for them."""
    roles = _deciders(session, unit_id, found)
    people = sorted({role.person_id for role in roles})
    contacts = contacts_of(session, people)
    there = [one for one in contacts.values() if not is_away(one.person, moment.today)]
    new = {one.id for one in found}
    told = [
        one
        for one in there or list(contacts.values())
        if _tell_person(desk, session, one, unit_id, new, moment)
    ]
    if not told:
        log.info("reviews.nobody unit=%s reports=%s", unit_id, len(found))
    for one in found:
        one.told_at = moment.at
    session.flush()
    return len(told)


def _deciders(session: Session, unit_id: int, found: Iterable[Submission]) -> list[Membership]:
    roles = {
        role.id: role for one in found for role in reviewers_of(session, unit_id, one.reviewers, one.duty)
    }
    return list(roles.values())


def _told_today(session: Session, people: Sequence[int], unit_id: int, moment: Moment) -> bool:
    """One message a day: what comes after it waits for the next morning."""
    told = select(Message.id).where(
        Message.person_id.in_(people),
        Message.kind == MessageKind.REVIEW,
        Message.unit_id == unit_id,
        Message.created_at >= at_local(moment.today, time(), moment.zone),
    )
    return session.scalars(told.limit(1)).first() is not None


def _tell_person(
    desk: Desk, session: Session, contact: Contact, unit_id: int, new: set[int], moment: Moment
) -> bool:
    """The message tells of all that waits for the person, the new among it; False where none of the new is for them."""
    held = select(Membership).where(Membership.person_id == contact.person_id, Membership.ended_at.is_(None))
    roles = session.scalars(held.options(joinedload(Membership.unit))).all()
    rows = waiting_reviews(session, roles, contact.person_id, len(new) + LISTED * LISTED)
    fresh = [one for one in rows if one.id in new]
    if not fresh:
        return False
    total = count_waiting(session, roles, contact.person_id)
    shown = fresh if len(fresh) == 1 else [*fresh, *(one for one in rows if one.id not in new)]
    facts = {"rows": shown[:LISTED], "total": 1 if len(fresh) == 1 else total, "today": moment.today}
    reply: Reply = desk.render.reply("reports/review/news", facts)
    hour = at_local(moment.today, time(contact.person.reminder_hour), moment.zone)
    message = outbox.post_message(
        session,
        contact,
        reply,
        moment.at,
        bulk=True,
        due_at=max(moment.at, hour),
        key=f"review:{contact.person_id}:{unit_id}:{moment.today}",
        kind=MessageKind.REVIEW,
    )
    message.unit_id = unit_id
    return True
