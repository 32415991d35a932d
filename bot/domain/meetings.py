"""Meetings: set, moved, walked step by step, counted, ended; the duties they answer follow."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.agenda import Agenda, fill, unfold
from bot.domain.attendance import Counts, check
from bot.domain.calendar import at_local, local_day, rest_day
from bot.domain.duties import close, follow_meeting, set_reminder
from bot.domain.problems import Invalid
from bot.models import Attendance, Duty, Meeting, MeetingDuty, Note, Unit

NOTE_LIMIT = 20_000


@dataclass(frozen=True, slots=True)
class Concern:
    """Something to say before a date is taken; it may be confirmed."""

    code: str
    facts: dict[str, object]


def duties_of(session: Session, meeting: Meeting) -> list[Duty]:
    """The duties a meeting answers."""
    return list(
        session.scalars(
            select(Duty)
            .join(MeetingDuty, MeetingDuty.duty_id == Duty.id)
            .where(MeetingDuty.meeting_id == meeting.id)
            .order_by(Duty.id)
        )
    )


def lock(session: Session, meeting_id: int) -> Meeting | None:
    """The meeting with its row locked, so that two phones take turns."""
    return session.scalar(
        select(Meeting)
        .where(Meeting.id == meeting_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def lock_unit(session: Session, unit_id: int) -> Unit:
    """The unit with its row locked, so that two people do not begin or enter one meeting twice."""
    return session.get_one(Unit, unit_id, with_for_update=True, populate_existing=True)


def live_meeting(session: Session, unit_id: int, duty_id: int | None) -> Meeting | None:
    """The meeting set or running for a duty, or (without one) the unit's meeting that answers no duty."""
    query = select(Meeting).where(Meeting.unit_id == unit_id, Meeting.state.in_(("planned", "running")))
    if duty_id is None:
        query = query.where(~Meeting.id.in_(select(MeetingDuty.meeting_id)))
    else:
        query = query.join(MeetingDuty, MeetingDuty.meeting_id == Meeting.id).where(
            MeetingDuty.duty_id == duty_id
        )
    query = query.order_by(Meeting.id.desc()).limit(1).execution_options(populate_existing=True)
    return session.scalars(query).first()


def concerns(
    session: Session, unit_id: int, duty: Duty | None, moment: datetime, at: datetime, zone: ZoneInfo
) -> list[Concern]:
    """What to say before a meeting is set for `moment`: a rest day, outside the window, a second meeting that month."""
    day = local_day(moment, zone)
    found = []
    rest = rest_day(day)
    if rest is not None:
        found.append(Concern("rest_day", {"day": day, "kind": rest.kind, "name": rest.name}))
    if duty is not None and duty.due_on is not None and day > duty.due_on:
        found.append(Concern("after_due", {"day": day, "due": duty.due_on}))
    if duty is not None and day < duty.opens_on:
        found.append(Concern("before_open", {"day": day, "opens": duty.opens_on}))
    own = live_meeting(session, unit_id, duty.id if duty else None)
    kind = kind_of(duty)
    others = session.scalars(
        select(Meeting).where(
            Meeting.unit_id == unit_id,
            Meeting.kind == kind,
            Meeting.state.in_(("planned", "running", "held")),
        )
    )
    for other in others:
        when = other.started_at or other.planned_at
        if when is None or (own is not None and other.id == own.id):
            continue
        other_day = local_day(when, zone)
        if (other_day.year, other_day.month) == (day.year, day.month):
            found.append(Concern("second_meeting", {"other": other_day}))
            break
    return found


def kind_of(duty: Duty | None) -> str:
    topic = duty.demand.topic if duty else None
    return topic.meeting if topic else "regular"


def set_meeting(
    session: Session,
    unit: Unit,
    duty: Duty | None,
    moment: datetime,
    place: str,
    at: datetime,
    zone: ZoneInfo,
) -> tuple[Meeting, bool]:
    """Sets the duty's meeting for `moment`, or moves the one that is set; its reminders follow. True when it was moved.

    Raises Invalid(meeting_running).
    """
    lock_unit(session, unit.id)
    meeting = live_meeting(session, unit.id, duty.id if duty else None)
    if meeting is not None and meeting.state == "running":
        raise Invalid("meeting_running")
    moved = meeting is not None
    if meeting is None:
        meeting = new_meeting(session, unit, duty, at)
    meeting.planned_at, meeting.place = moment, place
    session.flush()
    for linked in duties_of(session, meeting):
        set_reminder(session, linked, at, zone)
    follow_meeting(session, meeting, local_day(moment, zone), at, zone)
    return meeting, moved


def new_meeting(session: Session, unit: Unit, duty: Duty | None, at: datetime) -> Meeting:
    meeting = Meeting(
        unit_id=unit.id,
        topic_id=duty.demand.topic_id if duty else None,
        kind=kind_of(duty),
        state="planned",
        created_at=at,
        steps=[],
        marks={},
        step=0,
        place="",
    )
    session.add(meeting)
    session.flush()
    if duty is not None:
        session.add(MeetingDuty(meeting_id=meeting.id, duty_id=duty.id))
        session.flush()
    return meeting


def start(session: Session, meeting: Meeting, default: Agenda, person_id: int, at: datetime) -> None:
    """Begins the walk: the topic's agenda is unfolded into steps and stays as it is now.

    `default` serves without a topic, and where the topic's own agenda comes to no step at all.
    """
    if meeting.state != "planned":
        return
    topic = meeting.topic
    agenda = Agenda.model_validate_json(json.dumps(topic.agenda)) if topic and topic.agenda else default
    documents = [citation(d) for d in topic.documents] if topic else []
    if all(step.after for step in unfold(agenda, documents)):
        agenda = default
    names = {"topic": topic.title if topic else "", "unit": meeting.unit.name}
    steps = [
        step.model_copy(
            update={"title": fill(step.title, names), "words": step.words and fill(step.words, names)}
        )
        for step in unfold(agenda, documents)
    ]
    meeting.steps = [step.model_dump(mode="json") for step in steps if not step.after]
    meeting.marks = {"after": [step.title for step in steps if step.after]}
    meeting.state, meeting.step = "running", 0
    meeting.started_at, meeting.led_by = at, person_id
    meeting.planned_at = meeting.planned_at or at


def citation(document: Mapping[str, Any]) -> str:
    """How a document is named in a step: type, symbol and date, or its title when it has no symbol."""
    if not document.get("symbol"):
        return f"{document['type']} {document.get('title', '')}".strip()
    day = date.fromisoformat(document["date"]) if document.get("date") else None
    shown = f" ({day.day}/{day.month}/{day.year})" if day else ""
    return f"{document['type']} {document['symbol']}{shown}"


def call_off(session: Session, meeting: Meeting, at: datetime, zone: ZoneInfo) -> None:
    """Takes back a start by mistake. Raises Invalid(meeting_has_notes) once anything has been noted or counted."""
    if session.get(Attendance, meeting.id) is not None or notes_of(session, meeting):
        raise Invalid("meeting_has_notes")
    if meeting.planned_at == meeting.started_at:
        meeting.planned_at = None
    meeting.state, meeting.step, meeting.steps, meeting.marks = "planned", 0, [], {}
    meeting.started_at = None
    session.flush()
    for duty in duties_of(session, meeting):
        set_reminder(session, duty, at, zone)


def mark(meeting: Meeting, what: str) -> None:
    """Notes what became of the present step and goes on to the next; past the last one the closing card is shown."""
    meeting.marks = {**meeting.marks, str(meeting.step): what}
    meeting.step += 1


def step_back(meeting: Meeting) -> None:
    meeting.step = max(0, meeting.step - 1)


def add_note(session: Session, meeting: Meeting, person_id: int, text: str, at: datetime, ref: str) -> Note:
    """Notes something at the present step. Raises Invalid(note_empty)."""
    text = text.strip()
    if not text:
        raise Invalid("note_empty")
    note = Note(
        meeting_id=meeting.id,
        step=min(meeting.step, max(0, len(meeting.steps) - 1)),
        person_id=person_id,
        at=at,
        text=text[:NOTE_LIMIT],
        message_ref=ref,
    )
    session.add(note)
    session.flush()
    return note


def notes_of(session: Session, meeting: Meeting) -> Sequence[Note]:
    return session.scalars(
        select(Note).where(Note.meeting_id == meeting.id).order_by(Note.step, Note.id)
    ).all()


def write_counts(
    session: Session, meeting: Meeting, counts: Counts, person_id: int, at: datetime
) -> Attendance:
    """Stores the counts. Raises Invalid when they do not add up."""
    check(counts)
    row = session.get(Attendance, meeting.id)
    if row is None:
        row = Attendance(meeting_id=meeting.id)
        session.add(row)
    row.total, row.present, row.exempt = counts.total, counts.present, counts.exempt
    row.absent_excused, row.absent_unexcused = counts.absent_excused, counts.absent_unexcused
    row.entered_by, row.entered_at = person_id, at
    unit = meeting.unit
    unit.members = counts.total
    session.flush()
    return row


def counts_of(session: Session, meeting: Meeting) -> Counts | None:
    row = session.get(Attendance, meeting.id)
    if row is None:
        return None
    return Counts(row.total, row.present, row.absent_excused, row.absent_unexcused, row.exempt)


def end(
    session: Session, meeting: Meeting, at: datetime, zone: ZoneInfo, *, day: date | None = None
) -> list[Duty]:
    """Ends the meeting, closes the duties it answers as done on `day` (default: the day it began), opens what follows it.

    Raises Invalid(meeting_no_counts) while nobody has been counted. Answers the duties that were closed.
    """
    if session.get(Attendance, meeting.id) is None:
        raise Invalid("meeting_no_counts")
    began = meeting.started_at or at
    day = day or local_day(began, zone)
    if day != local_day(began, zone):
        meeting.started_at = at_local(day, began.astimezone(zone).time(), zone)
    meeting.state, meeting.ended_at = "held", at
    session.flush()
    closed = [duty for duty in duties_of(session, meeting) if duty.state == "open"]
    for duty in closed:
        close(session, duty, day, at, zone)
    follow_meeting(session, meeting, day, at, zone)
    return closed


def held_before(
    session: Session,
    unit: Unit,
    duty: Duty | None,
    moment: datetime,
    counts: Counts,
    person_id: int,
    at: datetime,
    zone: ZoneInfo,
) -> Meeting:
    """Enters a meeting that was held without the walk. Raises Invalid when the counts do not add up, and duty_done."""
    check(counts)
    lock_unit(session, unit.id)
    if duty is not None:
        session.refresh(duty)
        if duty.state != "open":
            raise Invalid("duty_done")
    meeting = live_meeting(session, unit.id, duty.id if duty else None) or new_meeting(
        session, unit, duty, at
    )
    meeting.state, meeting.started_at, meeting.planned_at = "running", moment, meeting.planned_at or moment
    meeting.led_by = person_id
    write_counts(session, meeting, counts, person_id, at)
    end(session, meeting, at, zone, day=local_day(moment, zone))
    return meeting
