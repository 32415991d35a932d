"""What to say before a meeting is set for a day: each may be confirmed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.calendar import Moment, rest_day
from bot.duties.hurry import too_near
from bot.duties.life import meeting_of
from bot.meetings.joining import duties_of, joinable_duties, merging_of
from bot.tables import Demand, Duty, DutyKind, DutyState, Meeting, MeetingKind, MeetingState, Topic, Unit

CLOSE = timedelta(hours=2)
"""Meetings of one day that lie no further apart are taken for one session."""


@dataclass(frozen=True, slots=True)
class Concern:
    """Something to say before a date is taken; it may be confirmed."""

    code: str
    facts: dict[str, object]


def setting_concerns(
    session: Session, unit_id: int, duty: Duty | None, moment: datetime, now: Moment
) -> list[Concern]:
    """What to say before a meeting is set for `moment`: a rest day, outside of the window, a second meeting that month,
    a thematic meeting beside the regular one where its plan forbids that, the pilot meeting not held yet, something due so
    many days before it that is due at once."""
    day = now.day_of(moment)
    found = list(_of_day(duty, day))
    others = _others(session, unit_id, duty)
    found += _second(session, duty, others, day, now)
    found += _merged(session, duty, others, Moment(moment, now.zone))
    if duty is not None:
        found += _before_pilot(session, duty, day, now.zone)
        today = now.today
        found += [Concern("too_near", {"owed": one}) for one in too_near(session, duty, day, today)]
    return found


def _of_day(duty: Duty | None, day: date) -> Iterator[Concern]:
    rest = rest_day(day)
    if rest is not None:
        yield Concern("rest_day", {"day": day, "kind": rest.kind, "name": rest.name})
    if duty is not None and duty.due_on is not None and day > duty.due_on:
        yield Concern("after_due", {"day": day, "due": duty.due_on})
    if duty is not None and day < duty.opens_on:
        yield Concern("before_open", {"day": day, "opens": duty.opens_on})


def _others(session: Session, unit_id: int, duty: Duty | None) -> list[tuple[Meeting, datetime]]:
    """The unit's other meetings, each with the moment for which it is set or at which it began."""
    own = meeting_of(session, duty) if duty else None
    rows = session.scalars(
        select(Meeting).where(
            Meeting.unit_id == unit_id,
            Meeting.state.in_((MeetingState.PLANNED, MeetingState.RUNNING, MeetingState.HELD)),
            Meeting.rehearsal.is_(False),
        )
    ).all()
    found = []
    for row in rows:
        when = row.started_at or row.planned_at
        mine = (
            own.id == row.id
            if own
            else duty is None and row.state != MeetingState.HELD and _plain(session, row)
        )
        if when is not None and not mine:
            found.append((row, when))
    return found


def _plain(session: Session, meeting: Meeting) -> bool:
    return not duties_of(session, meeting)


def _second(
    session: Session, duty: Duty | None, others: list[tuple[Meeting, datetime]], day: date, moment: Moment
) -> Iterator[Concern]:
    kind = kind_of(duty)
    for other, when in others:
        other_day = moment.day_of(when)
        if other.kind != kind or (other_day.year, other_day.month) != (day.year, day.month):
            continue
        if duty is not None and other_day == day and _joins(session, duty, other, day, moment):
            continue  # it will be asked whether the two are one
        yield Concern("second_meeting", {"other": other_day})
        return


def _joins(session: Session, duty: Duty, other: Meeting, day: date, moment: Moment) -> bool:
    there = {one.id for one in duties_of(session, other)}
    return any(joint.duty.id in there for joint in joinable_duties(session, duty, day, moment))


def _merged(
    session: Session, duty: Duty | None, others: list[tuple[Meeting, datetime]], moment: Moment
) -> Iterator[Concern]:
    """42-KH/ĐUK, 08/02/2022, II: "Không tổ chức sinh hoạt chuyên đề lồng ghép với sinh hoạt chi bộ"."""
    for other, when in others:
        if moment.day_of(when) != moment.today or abs(when - moment.at) > CLOSE:
            continue
        if other.kind == kind_of(duty):
            continue
        thematic = (
            [duty]
            if duty is not None and kind_of(duty) == MeetingKind.THEMATIC
            else duties_of(session, other)
        )
        for one in thematic:
            if kind_of(one) == MeetingKind.THEMATIC and merging_of(one) == "forbidden":
                facts = {"plan": one.demand.plan, "other": when, "regular": other.kind == MeetingKind.REGULAR}
                yield Concern("merging_forbidden", facts)
                return


def _before_pilot(session: Session, duty: Duty, day: date, zone: ZoneInfo) -> Iterator[Concern]:
    """A "sinh hoạt điểm" comes before the others learn from it: not held yet, and no earlier day is set for it."""
    topic = duty.topic
    if topic is None or not topic.follows:
        return
    rows = session.execute(
        select(Duty, Unit)
        .join(Unit, Unit.id == Duty.unit_id)
        .join(Demand, Demand.id == Duty.demand_id)
        .join(Topic, Topic.id == Demand.topic_id)
        .where(
            Duty.plan_id == topic.plan_id,
            Duty.kind == DutyKind.MEETING,
            Duty.state.in_((DutyState.OPEN, DutyState.WAITING, DutyState.DONE)),
            Topic.key == topic.follows,
        )
        .order_by(Unit.listed_as)
    ).all()
    if not rows or any(pilot.state == DutyState.DONE for pilot, _ in rows):
        return
    set_for: list[tuple[date, Unit]] = []
    for pilot, unit in rows:
        meeting = meeting_of(session, pilot)
        if meeting is not None and meeting.planned_at is not None:
            set_for.append((Moment(meeting.planned_at, zone).today, unit))
    if not set_for:
        yield Concern("pilot_first", {"unit": rows[0][1], "day": None})
        return
    first, unit = min(set_for, key=lambda one: one[0])
    if day <= first:
        yield Concern("pilot_first", {"unit": unit, "day": first})


def kind_of(duty: Duty | None) -> MeetingKind:
    """Which meeting the duty asks for; without one, the regular."""
    topic = duty.topic if duty else None
    return topic.meeting if topic else MeetingKind.REGULAR
