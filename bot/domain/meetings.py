"""Meetings: set, moved, walked step by step, counted, ended; the duties they answer follow."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.agenda import Agenda
from bot.domain.attendance import Counts, check
from bot.domain.calendar import at_local, local_day
from bot.domain.concerns import kind_of
from bot.domain.duties import close, follow_meeting, set_reminder
from bot.domain.joining import answer_on, in_order
from bot.domain.joining import duties_of as duties_of
from bot.domain.problems import Invalid
from bot.domain.programme import programme
from bot.models import Attendance, Duty, Meeting, MeetingDuty, Note, Unit

NOTE_LIMIT = 20_000


@dataclass(frozen=True, slots=True)
class Planned:
    """A meeting that has been set, or moved; `parted`: the duties that its new day does not suit, so that it answers them
    no more."""

    meeting: Meeting
    moved: bool
    parted: list[Duty]


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


def set_meeting(
    session: Session,
    unit: Unit,
    duty: Duty | None,
    moment: datetime,
    place: str,
    at: datetime,
    zone: ZoneInfo,
    joint: Sequence[Duty] = (),
) -> Planned:
    """Sets the duty's meeting for `moment`, or moves the one that is set; its reminders follow.

    `joint`: other duties, `joinable` on that day, that it is to answer too; those it answered before stay as long as the
    day suits them. Raises Invalid(meeting_running).
    """
    lock_unit(session, unit.id)
    meeting = live_meeting(session, unit.id, duty.id if duty else None)
    if meeting is not None and meeting.state == "running":
        raise Invalid("meeting_running")
    moved = meeting is not None
    if meeting is None:
        meeting = new_meeting(session, unit, duty, at)
    day = local_day(moment, zone)
    parted = answer_on(session, meeting, duty, joint, day, at, zone) if duty else []
    meeting.planned_at, meeting.place = moment, place
    session.flush()
    for linked in duties_of(session, meeting):
        set_reminder(session, linked, at, zone)
    follow_meeting(session, meeting, day, at, zone)
    return Planned(meeting, moved, parted)


def new_meeting(session: Session, unit: Unit, duty: Duty | None, at: datetime) -> Meeting:
    topic = duty.topic if duty else None
    meeting = Meeting(
        unit_id=unit.id,
        topic_id=topic.id if topic else None,
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


def start(
    session: Session, meeting: Meeting, default: Agenda, person_id: int, at: datetime, zone: ZoneInfo
) -> None:
    """Begins the walk: the programme of all that the meeting answers is made and stays as it is now.

    `default` serves without a topic, and where a topic's own agenda comes to no step at all.
    """
    if meeting.state != "planned":
        return
    duties = [duty for duty in duties_of(session, meeting) if duty.state == "open"]
    parts = in_order(meeting, duties)
    steps = programme(meeting.unit.name, parts, meeting.topic, local_day(at, zone), default)
    meeting.steps = [step.model_dump(mode="json") for step in steps if not step.after]
    meeting.marks = {"after": list(dict.fromkeys(step.title for step in steps if step.after))}
    meeting.state, meeting.step = "running", 0
    meeting.started_at, meeting.led_by = at, person_id
    meeting.planned_at = meeting.planned_at or at


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
    joint: Sequence[Duty] = (),
) -> Meeting:
    """Enters a meeting that was held without the walk; `joint` as for `set_meeting`.

    Raises Invalid when the counts do not add up, duty_done.
    """
    check(counts)
    lock_unit(session, unit.id)
    if duty is not None:
        session.refresh(duty)
        if duty.state != "open":
            raise Invalid("duty_done")
    meeting = live_meeting(session, unit.id, duty.id if duty else None) or new_meeting(
        session, unit, duty, at
    )
    if duty is not None:
        answer_on(session, meeting, duty, joint, local_day(moment, zone), at, zone)
    meeting.state, meeting.started_at, meeting.planned_at = "running", moment, meeting.planned_at or moment
    meeting.led_by = person_id
    write_counts(session, meeting, counts, person_id, at)
    end(session, meeting, at, zone, day=local_day(moment, zone))
    return meeting
