"""Tells a unit's own people: its first secretary, and later those who stand in; one message to each person."""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from itertools import chain

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from bot.calendar import Moment
from bot.duties.ladder import ToldRung
from bot.duties.outlook import days_overdue, outlook_of
from bot.materials.sharing import share_materials
from bot.meetings.offering import Offer, offers_for
from bot.meetings.preparing import duty_checklists
from bot.people.staff import Staff
from bot.reminders.due import DueRung, hour_of, rungs_told
from bot.reminders.materials import Materials, materials_of, new_materials, note_materials
from bot.tables import Contact, DutyKind, Membership, Message, MessageState, Person, Reminder, Role
from bot.talk import outbox
from bot.talk.desk import Desk

log = logging.getLogger(__name__)

URGENCY = (
    "start",
    "today",
    "late",
    "deputy",
    "last_day",
    "result",
    "minutes",
    "due",
    "upload",
    "ready",
    "set_date",
    "topic",
)
IN_FULL = 5
"""So many duties are told with all that is known of them; of the rest there is a line each."""
BEFORE = ("ready", "upload")
"""What is said of what is to be done before the meeting."""


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
    offers = offers_for(session, [one.duty for one in every if one.meeting is None], desk.moment(at))
    posts = []
    for person_id, items in by_person.items():
        about = {one.duty.unit_id for one in items}
        named = len(about) > 1 or about != units.get(person_id)
        if post := _worded(desk, staff.contacts[person_id], items, at, materials, offers, named=named):
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


def _units_led(session: Session, people: Collection[int]) -> Mapping[int, set[int]]:
    """The units each person leads: who leads another than the message is about must read which one it is."""
    led: dict[int, set[int]] = {}
    rows = session.execute(
        select(Membership.person_id, Membership.unit_id).where(
            Membership.person_id.in_(people), Membership.role == Role.SECRETARY, Membership.ended_at.is_(None)
        )
    )
    for person_id, unit_id in rows:
        led.setdefault(person_id, set()).add(unit_id)
    return led


def _overtake(session: Session, by_person: Mapping[int, list[DueRung]]) -> None:
    """A message that was tried in vain and speaks of nothing but what is said anew is taken back."""
    fresh = {(one.duty.id, person) for person, items in by_person.items() for one in items}
    stuck = (
        select(Reminder.message_id)
        .join(Message, Message.id == Reminder.message_id)
        .where(
            Message.state == MessageState.WAITING,
            Message.attempts > 0,
            Reminder.duty_id.in_({duty for duty, _ in fresh}),
        )
    )
    rows = session.execute(
        select(Reminder.message_id, Reminder.duty_id, Reminder.person_id).where(
            Reminder.message_id.in_(stuck)
        )
    ).all()
    kept = {row.message_id for row in rows if (row.duty_id, row.person_id) not in fresh}
    gone = {row.message_id for row in rows} - kept
    if gone:
        session.execute(
            update(Message)
            .where(Message.id.in_(gone), Message.state == MessageState.WAITING)
            .values(state=MessageState.WITHDRAWN)
        )
        log.info("reminder.overtaken messages=%s", len(gone))


def _worded(
    desk: Desk,
    contact: Contact,
    items: list[DueRung],
    at: datetime,
    materials: Materials,
    offers: Mapping[int, Offer],
    *,
    named: bool,
) -> outbox.Post | None:
    """The message; what cannot be put into words is logged and silences nobody else."""
    items.sort(key=lambda one: _urgency(one, desk.moment(at)))
    views = [(outlook_of(one.duty, one.meeting, desk.moment(at)), one.say) for one in items]
    own = materials_of(items, materials)
    shared = share_materials(chain(*own.values()), partial(desk.file_link, contact=contact))
    today = desk.moment(at).today
    before = [(one.duty, one.meeting) for one in items if one.say in BEFORE]
    context = {
        "items": views[:IN_FULL],
        "brief": views[IN_FULL:],
        "catching_up": any(one.anew for one in items),
        "today": today,
        "named": named,
        "materials": own,
        "offers": offers,
        "shared": shared,
        "lists": duty_checklists(desk.rules, before, desk.moment(at)),
    }
    try:
        reply = desk.render.reply("reminders/reminder", context)
    except Exception:
        duties = [one.duty.id for one in items]
        log.exception("reminder.unwritable person=%s duties=%s", contact.person_id, duties)
        return None
    due_at = min(hour_of(contact.person, one, desk.moment(at)) for one in items)
    return outbox.Post(contact, replace(reply, files=shared.files), due_at)


def _urgency(one: DueRung, moment: Moment) -> tuple[int, bool, int, int, int]:
    """What a person hears of for the first time comes behind what is pressing: the present by its last days, then what is
    overdue already, the latest first; what has no last day behind everything that has one."""
    due = one.duty.last_day
    day = (due or date.max).toordinal()
    if not (one.anew or one.first):
        return 0, due is None, URGENCY.index(one.say), day, one.duty.id
    if days_overdue(one.duty, moment):
        return 2, False, 0, -day, one.duty.id
    return 1, due is None, day, one.duty.kind != DutyKind.MEETING, one.duty.id


def note_rungs_told(
    session: Session, said: Iterable[tuple[int, int, Iterable[tuple[int, ToldRung]]]], at: datetime
) -> None:
    """Writes down which message (id) says which rungs, each with its duty (id), to which person (id)."""
    rows = [
        {
            "duty_id": duty_id,
            "rung": rung.name,
            "kind": rung.kind,
            "rung_at": rung.at,
            "person_id": person_id,
            "message_id": message_id,
            "at": at,
        }
        for message_id, person_id, rungs in said
        for duty_id, rung in rungs
    ]
    if rows:
        session.execute(insert(Reminder), rows)
