"""Tells a unit's own people: its first secretary, and later those who stand in; one message to each person."""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from bot.duties.ladder import ToldRung
from bot.duties.needed_before import needed_before
from bot.meetings.offering import offers_for
from bot.people.staff import Staff
from bot.reminders.due import DueRung, rungs_told
from bot.reminders.materials import materials_of, new_materials, note_materials
from bot.reminders.wording import Wording
from bot.store.given import insert_given
from bot.tables import Membership, Message, MessageState, Person, Reminder, Role
from bot.talk import outbox
from bot.talk.desk import Desk

log = logging.getLogger(__name__)

Missed = Mapping[int, Sequence[DueRung]]
"""What people have missed, by person: see `bot/reminders/newcomers.py`."""


def tell_secretaries(
    desk: Desk, session: Session, spoken: Sequence[DueRung], at: datetime, staff: Staff, missed: Missed
) -> int:
    """Writes one message to each person who is to hear something; answers how many."""
    by_person = _heard_now(session, spoken, staff)
    for person_id, items in missed.items():
        by_person[person_id] = _with_missed(by_person.get(person_id, []), items)
    if not by_person:
        return 0
    units = _units_led(session, by_person)
    _overtake(session, by_person)
    materials = new_materials(session, [one for items in by_person.values() for one in items])
    every = [one for items in by_person.values() for one in items]
    unset = [one.duty for one in every if one.meeting is None]
    offers = offers_for(session, unset, desk.moment(at))
    wording = Wording(desk, desk.moment(at), materials, offers, needed_before(session, unset))
    posts = []
    for person_id, items in by_person.items():
        about = {one.duty.unit_id for one in items}
        named = len(about) > 1 or about != units.get(person_id)
        if post := wording.post(staff.contacts[person_id], items, named=named):
            posts.append(post)
    written = outbox.post_many(session, posts, at)
    note_rungs_told(
        session,
        [(number, who, [one.as_told for one in by_person[who]]) for who, number in written.items()],
        at,
    )
    brought = {number: materials_of(by_person[person_id], materials) for person_id, number in written.items()}
    note_materials(session, {number: chain(*found.values()) for number, found in brought.items() if found})
    return len(written)


def _heard_now(session: Session, spoken: Sequence[DueRung], staff: Staff) -> dict[int, list[DueRung]]:
    """Who hears which rungs; what the unit has been told is not said to another who speaks for it by now."""
    by_person: dict[int, list[DueRung]] = {}
    heard = rungs_told(session, spoken) if spoken else set()
    before = {(duty, rung) for duty, rung, _ in heard}
    for one in spoken:
        name = one.duty.id, one.timed.name
        if one.timed.rung.to == "secretary" and name in before:
            continue
        for person in _hearers(one, staff):
            if (*name, person.id) not in heard:
                by_person.setdefault(person.id, []).append(one)
    return by_person


def _with_missed(now: list[DueRung], missed: Sequence[DueRung]) -> list[DueRung]:
    """One line for each duty: what is said of it now, to a person who has never heard of it."""
    unheard = {one.duty.id for one in missed}
    said = [replace(one, anew=True) if one.duty.id in unheard else one for one in now]
    there = {one.duty.id for one in now}
    return said + [one for one in missed if one.duty.id not in there]


def _hearers(one: DueRung, staff: Staff) -> list[Person]:
    duty = one.duty
    if one.timed.rung.to == "deputy":
        found = staff.others(duty.unit_id)
        if not found:
            log.info("reminder.no_deputy duty=%s unit=%s", duty.id, duty.unit_id)
        return found
    person = staff.speaker(duty.unit_id)
    if not staff.led(duty.unit_id):
        log.info("reminder.nobody duty=%s unit=%s", duty.id, duty.unit_id)
    elif person is None:
        log.warning("reminder.unreachable duty=%s unit=%s", duty.id, duty.unit_id)
    return [person] if person else []


_LED = select(Membership.person_id, Membership.unit_id).where(
    Membership.person_id.in_(bindparam("people", expanding=True)),
    Membership.role == Role.SECRETARY,
    Membership.ended_at.is_(None),
)


def _units_led(session: Session, people: Collection[int]) -> Mapping[int, set[int]]:
    """The units each person leads: who leads another than the message is about must read which one it is."""
    led: dict[int, set[int]] = {}
    for person_id, unit_id in session.execute(_LED, {"people": list(people)}):
        led.setdefault(person_id, set()).add(unit_id)
    return led


_STUCK = select(Reminder.message_id, Reminder.duty_id, Reminder.person_id).where(
    Reminder.message_id.in_(
        select(Reminder.message_id)
        .join(Message, Message.id == Reminder.message_id)
        .where(
            Message.state == MessageState.WAITING,
            Message.attempts > 0,
            Reminder.duty_id.in_(bindparam("duties", expanding=True)),
        )
    )
)


def _overtake(session: Session, by_person: Mapping[int, list[DueRung]]) -> None:
    """A message that was tried in vain and speaks of nothing but what is said anew is taken back."""
    fresh = {(one.duty.id, person) for person, items in by_person.items() for one in items}
    rows = session.execute(_STUCK, {"duties": list({duty for duty, _ in fresh})}).all()
    kept = {row.message_id for row in rows if (row.duty_id, row.person_id) not in fresh}
    gone = {row.message_id for row in rows} - kept
    if gone:
        session.execute(
            update(Message)
            .where(Message.id.in_(gone), Message.state == MessageState.WAITING)
            .values(state=MessageState.WITHDRAWN)
        )
        log.info("reminder.overtaken messages=%s", len(gone))


_NEW_REMINDERS = insert_given(
    Reminder, ("rung", "kind", "rung_at", "at"), ("duty_id", "person_id", "message_id")
)


def note_rungs_told(
    session: Session, said: Iterable[tuple[int, int, Iterable[tuple[int, ToldRung]]]], at: datetime
) -> None:
    """Writes down which message (id) says which rungs, each with its duty (id), to which person (id)."""
    alike: dict[ToldRung, list[tuple[int, int, int]]] = {}
    for message_id, person_id, rungs in said:
        for duty_id, rung in rungs:
            alike.setdefault(rung, []).append((duty_id, person_id, message_id))
    if alike:
        session.flush()
        groups = [((*rung, at), rows) for rung, rows in alike.items()]
        session.connection().execute(_NEW_REMINDERS, {"groups": groups})
