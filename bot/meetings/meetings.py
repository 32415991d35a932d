"""Meetings: set, moved, walked step by step, counted, ended; the duties they answer follow."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from bot.calendar import Moment, at_local
from bot.duties.life import close_duty, follow_meeting, set_reminder
from bot.meetings.attendance import AttendanceCounts, check_counts
from bot.meetings.concerns import kind_of
from bot.meetings.counts import keep_heads, write_counts
from bot.meetings.joining import answer_on, duties_of, parts_in_order
from bot.meetings.programme import meeting_programme
from bot.meetings.walk import enter_step
from bot.plans.agenda import Agenda
from bot.problems import Invalid
from bot.store.known import Known, Whole
from bot.tables import (
    Attendance,
    Duty,
    DutyState,
    Meeting,
    MeetingDuty,
    MeetingKind,
    MeetingState,
    Note,
    Task,
    Unit,
    Vote,
)
from bot.tables.walked import MeetingMarks, MeetingStep, MeetingWalk

_MEETING = Whole(Meeting, near={"unit": Unit})
_LOCKED = Known(
    select(*_MEETING.columns)
    .where(Meeting.id == bindparam("meeting"))
    .with_for_update(key_share=True)  # a plain lock would keep others from noting at the same time
)
_UNIT = Whole(Unit)
_LOCKING = select(*_UNIT.columns).with_for_update(key_share=True)
_LOCKED_UNIT = Known(_LOCKING.where(Unit.id == bindparam("unit")))
_LOCKED_UNIT_OF = Known(
    _LOCKING.where(Unit.id == select(Duty.unit_id).where(Duty.id == bindparam("duty")).scalar_subquery())
)
_LAST = (
    select(*_MEETING.columns)
    .where(Meeting.unit_id == bindparam("unit"), Meeting.rehearsal.is_(False))
    .order_by(Meeting.id.desc())
    .limit(1)
)
_LIVE = _LAST.where(Meeting.state.in_((MeetingState.PLANNED, MeetingState.RUNNING)))
_LIVE_PLAIN = Known(_LIVE.where(~exists().where(MeetingDuty.meeting_id == Meeting.id)))
_LIVE_OF_DUTY = Known(
    _LIVE.join(MeetingDuty, MeetingDuty.meeting_id == Meeting.id).where(
        MeetingDuty.duty_id == bindparam("duty")
    )
)
_GOES_ON = _LAST.where(Meeting.state == MeetingState.RUNNING)
_RUNNING = Known(_GOES_ON)
_OTHER_RUNNING = Known(_GOES_ON.where(Meeting.kind == bindparam("kind"), Meeting.id != bindparam("meeting")))


@dataclass(frozen=True, slots=True)
class Planned:
    """A meeting that has been set, or moved; `parted`: the duties that its new day does not suit, so that it answers them
    no more."""

    meeting: Meeting
    moved: bool
    parted: list[Duty]


def lock_meeting(session: Session, meeting_id: int) -> Meeting | None:
    """The meeting with its row locked, so that two phones take turns."""
    return _MEETING.first(session, _LOCKED, {"meeting": meeting_id})


def lock_unit(session: Session, unit_id: int) -> Unit:
    """The unit with its row locked, so that two people do not begin or enter one meeting twice."""
    unit = _UNIT.first(session, _LOCKED_UNIT, {"unit": unit_id})
    if unit is None:
        raise LookupError(f"no unit {unit_id}")
    return unit


def lock_unit_of(session: Session, duty_id: int) -> None:
    """The same for the unit of a duty, which is then read as it stands."""
    _UNIT.first(session, _LOCKED_UNIT_OF, {"duty": duty_id})


def running_meeting_of(session: Session, unit_id: int) -> Meeting | None:
    """The unit's meeting that is going on, of whatever kind; no rehearsal."""
    return _MEETING.first(session, _RUNNING, {"unit": unit_id})


def live_meeting(session: Session, unit_id: int, duty_id: int | None) -> Meeting | None:
    """The meeting set or running for a duty, or (without one) the unit's meeting that answers no duty; no rehearsal."""
    if duty_id is None:
        return _MEETING.first(session, _LIVE_PLAIN, {"unit": unit_id})
    return _MEETING.first(session, _LIVE_OF_DUTY, {"unit": unit_id, "duty": duty_id})


def other_running(
    session: Session, unit_id: int, kind: MeetingKind, meeting: Meeting | None = None
) -> Meeting | None:
    """The unit's meeting of this kind that is going on, if it is another one than `meeting`; no rehearsal."""
    its = {"unit": unit_id, "kind": kind, "meeting": meeting.id if meeting else 0}
    return _MEETING.first(session, _OTHER_RUNNING, its)


def set_meeting(
    session: Session,
    unit: Unit,
    duty: Duty | None,
    moment: datetime,
    place: str,
    now: Moment,
    joint: Sequence[Duty] = (),
) -> Planned:
    """Sets the duty's meeting for `moment`, or moves the one that is set; its reminders follow.

    `joint`: other duties, `joinable` on that day, that it is to answer too; those it answered before stay as long as the
    day suits them. Raises Invalid(meeting_running).
    """
    lock_unit(session, unit.id)
    meeting = live_meeting(session, unit.id, duty.id if duty else None)
    if meeting is not None and meeting.state == MeetingState.RUNNING:
        raise Invalid("meeting_running")
    moved = meeting is not None
    if meeting is None:
        meeting = new_meeting(session, unit, duty, now.at)
    day = now.day_of(moment)
    parted = answer_on(session, meeting, duty, joint, day, now) if duty else []
    meeting.planned_at, meeting.place, meeting.set_at = moment, place, now.at
    session.flush()
    for linked in duties_of(session, meeting):
        set_reminder(session, linked, now)
    follow_meeting(session, meeting, day, now)
    return Planned(meeting, moved, parted)


def new_meeting(session: Session, unit: Unit, duty: Duty | None, at: datetime) -> Meeting:
    topic = duty.topic if duty else None
    meeting = Meeting(
        unit_id=unit.id,
        topic_id=topic.id if topic else None,
        kind=kind_of(duty),
        state=MeetingState.PLANNED,
        created_at=at,
        steps=(),
        marks=MeetingMarks(),
        step=0,
        place="",
        walk=MeetingWalk(),
    )
    session.add(meeting)
    session.flush()
    if duty is not None:
        session.add(MeetingDuty(meeting_id=meeting.id, duty_id=duty.id))
        session.flush()
    return meeting


def start_meeting(
    session: Session, meeting: Meeting, default: Agenda, person_id: int, moment: Moment
) -> None:
    """Begins the walk of a meeting that is set, as `begin_walk`. Raises Invalid(meeting_other_running) while another one of the
    unit, of the same kind, is going on."""
    lock_unit(session, meeting.unit_id)
    if meeting.state != MeetingState.PLANNED:
        return
    if not meeting.rehearsal and other_running(session, meeting.unit_id, meeting.kind, meeting) is not None:
        raise Invalid("meeting_other_running")
    begin_walk(session, meeting, default, person_id, moment)


def begin_walk(session: Session, meeting: Meeting, default: Agenda, person_id: int, moment: Moment) -> None:
    """The programme of all that the meeting answers is made and stays as it is now. The caller has locked the unit, and knows
    that no other meeting of the kind is going on.

    `default` serves without a topic, and where a topic's own agenda comes to no step at all.
    """
    duties = [duty for duty in duties_of(session, meeting) if duty.state == DutyState.OPEN]
    parts = parts_in_order(meeting, duties)
    steps = meeting_programme(meeting.unit.name, parts, meeting.topic, moment.today, default)
    meeting.steps = tuple(
        MeetingStep(**step.model_dump(exclude={"after"})) for step in steps if not step.after
    )
    homework = dict.fromkeys(step.title for step in steps if step.after)
    meeting.marks = MeetingMarks(homework=tuple(homework))
    meeting.state, meeting.step = MeetingState.RUNNING, 0
    meeting.started_at, meeting.led_by = moment.at, person_id
    meeting.planned_at = meeting.planned_at or moment.at
    meeting.walk = MeetingWalk()
    enter_step(meeting, moment.at)


def call_off(session: Session, meeting: Meeting, moment: Moment) -> None:
    """Takes back a start by mistake. Raises Invalid(meeting_has_notes) once anything has been noted, counted or decided."""
    kept = (
        session.scalar(select(exists().where(table.meeting_id == meeting.id)))
        for table in (Attendance, Note, Vote, Task)
    )
    if any(kept):
        raise Invalid("meeting_has_notes")
    if meeting.planned_at == meeting.started_at:
        meeting.planned_at = None
    meeting.state, meeting.step, meeting.steps, meeting.marks = MeetingState.PLANNED, 0, (), MeetingMarks()
    meeting.started_at, meeting.walk, meeting.rules = None, MeetingWalk(), ""
    session.flush()
    for duty in duties_of(session, meeting):
        set_reminder(session, duty, moment)


def end_meeting(session: Session, meeting: Meeting, moment: Moment, *, day: date | None = None) -> list[Duty]:
    """Ends the meeting, closes the duties it answers as done on `day` (default: the day it began), opens what follows it.

    Raises Invalid(meeting_no_counts) while nobody has been counted. Answers the duties that were closed.
    """
    if session.get(Attendance, meeting.id) is None:
        raise Invalid("meeting_no_counts")
    began = meeting.started_at or moment.at
    day = day or moment.day_of(began)
    if day != moment.day_of(began):
        meeting.started_at = at_local(day, began.astimezone(moment.zone).time(), moment.zone)
    meeting.state, meeting.ended_at = MeetingState.HELD, moment.at
    session.flush()
    closed = [duty for duty in duties_of(session, meeting) if duty.state == DutyState.OPEN]
    for duty in closed:
        close_duty(session, duty, day, moment)
    keep_heads(session, meeting)
    follow_meeting(session, meeting, day, moment)
    return closed


def held_before(
    session: Session,
    unit: Unit,
    duty: Duty | None,
    moment: datetime,
    counts: AttendanceCounts,
    person_id: int,
    now: Moment,
    joint: Sequence[Duty] = (),
) -> Meeting:
    """Enters a meeting that was held without the walk; `joint` as for `set_meeting`.

    Raises Invalid when the counts do not add up, duty_done.
    """
    check_counts(counts)
    lock_unit(session, unit.id)
    if duty is not None:
        session.refresh(duty)
        if duty.state != DutyState.OPEN:
            raise Invalid("duty_done")
    meeting = live_meeting(session, unit.id, duty.id if duty else None) or new_meeting(
        session, unit, duty, now.at
    )
    if duty is not None:
        answer_on(session, meeting, duty, joint, now.day_of(moment), now)
    meeting.state, meeting.started_at, meeting.planned_at = (
        MeetingState.RUNNING,
        moment,
        meeting.planned_at or moment,
    )
    meeting.led_by = person_id
    write_counts(session, meeting, counts, person_id, now.at)
    end_meeting(session, meeting, now, day=now.day_of(moment))
    return meeting


def last_place(session: Session, unit_id: int) -> str:
    """Where the unit met last; empty when it has said of none."""
    met = select(Meeting.place).where(
        Meeting.unit_id == unit_id, Meeting.place != "", Meeting.rehearsal.is_(False)
    )
    return session.scalars(met.order_by(Meeting.id.desc()).limit(1)).first() or ""
