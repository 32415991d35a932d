"""Tells who is above: one message a morning to each follower and leader, for all units whose duties have climbed, or are
done after they were told of as late."""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from bot.calendar import at_local, next_allowed, next_working_day
from bot.duties.apart import told_apart
from bot.duties.ladder import NAME_TIME, ToldRung
from bot.messages import Reply
from bot.people.staff import contacts_of
from bot.people.superiors import superiors_of
from bot.reminders.climbed import NAMED, News, climbed_news, told_above, told_late, waiting_above
from bot.reminders.due import DueRung, hour_of, rungs_told
from bot.reminders.own import note_rungs_told
from bot.tables import (
    Contact,
    Duty,
    DutyState,
    Membership,
    Message,
    MessageKind,
    MessageState,
    ReminderKind,
    Role,
)
from bot.talk import outbox
from bot.talk.desk import Desk

log = logging.getLogger(__name__)

GATHERING = timedelta(minutes=10)
"""So long a message waits for the units of the batches that follow, and a leader's for the summary that takes it in."""


@dataclass(slots=True)
class Heard:
    """What one person hears: rungs that have come, and duties that are done after all."""

    late: list[DueRung] = field(default_factory=list)
    done: list[Duty] = field(default_factory=list)


_DONE = (
    select(Duty)
    .where(Duty.next_reminder_at <= bindparam("at"), Duty.state == DutyState.DONE)
    .order_by(Duty.next_reminder_at, Duty.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True, of=Duty)
)


def take_done(session: Session, at: datetime, most: int) -> list[Duty]:
    """Duties that are done after who is above was told that they are late; locked."""
    duties = list(session.scalars(_DONE, {"at": at, "most": most}))
    for duty in duties:
        duty.next_reminder_at = None
    return duties


def tell_superiors(
    desk: Desk, session: Session, spoken: Sequence[DueRung], done: Sequence[Duty], at: datetime, *, more: bool
) -> int:
    """Writes one message to each person, or adds to the one that still waits; answers how many are new.

    `more`: units of other batches may follow.
    """
    by_person = _hearers(session, spoken, done)
    if not by_person:
        return 0
    contacts = contacts_of(session, by_person)
    by_person = {person_id: heard for person_id, heard in by_person.items() if person_id in contacts}
    if not by_person:
        return 0
    waiting = waiting_above(session, by_person)
    hours = _Hours(desk, session, by_person, at, more=more)
    posts = [
        outbox.Post(
            contacts[person_id], Reply(""), hours.of(contacts[person_id], heard), key, MessageKind.ABOVE
        )
        for person_id, heard in by_person.items()
        if person_id not in waiting
        for key in [f"above:{person_id}:{_first(heard)}:{at:%Y%m%d%H%M%S}"]
    ]
    written = outbox.post_many(session, posts, at)
    waiting |= written
    told_done = ToldRung(f"{ReminderKind.DONE}@{at:{NAME_TIME}}", ReminderKind.DONE, at)
    said = [
        (
            waiting[number],
            number,
            [*(one.as_told for one in heard.late), *((duty.id, told_done) for duty in heard.done)],
        )
        for number, heard in by_person.items()
    ]
    note_rungs_told(session, said, at)
    word_above(desk, session, list(waiting.values()), at)
    return len(written)


def _first(heard: Heard) -> int:
    return heard.late[0].duty.id if heard.late else heard.done[0].id


def _hearers(session: Session, spoken: Sequence[DueRung], done: Sequence[Duty]) -> dict[int, Heard]:
    by_person: dict[int, Heard] = {}
    over = superiors_of(session, {one.duty.unit_id: one.duty.unit.path for one in spoken}) if spoken else {}
    heard = rungs_told(session, spoken) if spoken else set()
    for one in spoken:
        for person_id in over[one.duty.unit_id]:
            if (one.duty.id, one.timed.name, person_id) not in heard:
                by_person.setdefault(person_id, Heard()).late.append(one)
    ends = {duty.id: duty for duty in done}
    for duty_id, person_id in sorted(told_late(session, ends)) if ends else ():
        by_person.setdefault(person_id, Heard()).done.append(ends[duty_id])
    return by_person


class _Hours:
    """When each person's message goes out: at the own hour; once a morning, and never beside a summary."""

    def __init__(
        self, desk: Desk, session: Session, people: Collection[int], at: datetime, *, more: bool
    ) -> None:
        self._now, self._more = desk.moment(at), more
        self._told = told_above(session, people, self._today_at(0))
        leads = select(Membership.person_id).where(
            Membership.person_id.in_(people), Membership.role == Role.LEADER, Membership.ended_at.is_(None)
        )
        self._leaders = set(session.scalars(leads))

    def of(self, contact: Contact, heard: Heard) -> datetime:
        person = contact.person
        wait = GATHERING if self._more or person.id in self._leaders else timedelta()
        if person.id in self._told:
            day = next_working_day(self._now.today + timedelta(days=1))
            return at_local(day, time(person.reminder_hour), self._now.zone) + wait
        own_hour = max(self._now.at, self._today_at(person.reminder_hour))
        hour = min([own_hour, *(hour_of(person.reminder_hour, one, self._now) for one in heard.late)])
        return next_allowed(replace(self._now, at=max(hour, self._now.at) + wait), weekends=False)

    def _today_at(self, hour: int) -> datetime:
        return at_local(self._now.today, time(hour), self._now.zone)


def word_above(desk: Desk, session: Session, message_ids: Collection[int], at: datetime) -> None:
    """Puts the messages into words, as of the day on which they go out; what cannot be is logged, taken back and silences
    nobody else."""
    due = session.execute(select(Message.id, Message.due_at).where(Message.id.in_(message_ids))).all()
    days = {row.id: desk.moment(max(row.due_at, at)).today for row in due}
    bodies, broken = [], []
    for day in sorted(set(days.values())):
        moment = max(at, at_local(day, time(12), desk.zone)) if day > desk.moment(at).today else at
        ids = [number for number, that in days.items() if that == day]
        for message_id, told_now in climbed_news(session, ids, desk.moment(moment)).items():
            try:
                reply = desk.render.reply("reminders/above", escalation_facts(told_now, day))
            except Exception:
                log.exception("reminder.unwritable message=%s", message_id)
                broken.append(message_id)
            else:
                bodies.append({"number": message_id, "words": outbox.to_body(reply)})
    if bodies:
        table = Message.__table__
        words = {"body": bindparam("words"), "pieces_sent": 0}
        worded = update(table).where(table.c.id == bindparam("number")).values(words)  # type: ignore[arg-type]
        session.connection().execute(worded, bodies)
    if broken:
        session.execute(update(Message).where(Message.id.in_(broken)).values(state=MessageState.WITHDRAWN))


def escalation_facts(told_now: News, today: object) -> Mapping[str, object]:
    """What the template is handed."""
    demands = [group.demand for group in told_now.groups]
    return {
        "groups": told_now.groups,
        "done": told_now.done,
        "today": today,
        "named": NAMED,
        "apart": told_apart(demands),
    }
