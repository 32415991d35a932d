"""Correcting a meeting that was held: its day, its counts; when that may be done, and what is written down of it."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, joinedload

from bot.calendar import Moment, Side, at_local
from bot.duties.life import done_on_time, follow_meeting, place_relative, release_duty, set_reminder
from bot.meetings.attendance import AttendanceCounts
from bot.meetings.counts import counts_of, write_counts
from bot.meetings.joining import duties_of
from bot.problems import Invalid
from bot.tables import Demand, Duty, DutyState, Meeting, MeetingState

LOCKED_AFTER = timedelta(days=30)
"""Figures of an older meeting have gone into summaries: changing them wants the leave of a leader above."""
UNLOCKED_FOR = timedelta(days=3)


def figures_locked(meeting: Meeting, moment: Moment) -> bool:
    """Whether the figures of a held meeting may be corrected no more without leave."""
    if meeting.state != MeetingState.HELD or meeting.started_at is None:
        return False
    if meeting.unlocked_until is not None and moment.at < meeting.unlocked_until:
        return False
    return moment.day_of(meeting.started_at) < moment.today - LOCKED_AFTER


def unlock_figures(meeting: Meeting, at: datetime) -> datetime:
    """Gives leave; answers until when."""
    meeting.unlocked_until = at + UNLOCKED_FOR
    return meeting.unlocked_until


def correct_counts(
    session: Session, meeting: Meeting, counts: AttendanceCounts, person_id: int, at: datetime
) -> list[str]:
    """Writes the counts anew; answers what has changed, as "present 25>26". Raises Invalid when they do not add up."""
    before = counts_of(session, meeting)
    write_counts(session, meeting, counts, person_id, at)
    after = counts_of(session, meeting)
    return list(_changes(before, after)) if after else []


def _changes(before: AttendanceCounts | None, after: AttendanceCounts) -> Iterator[str]:
    for name in AttendanceCounts.__slots__:
        old = getattr(before, name) if before else None
        new = getattr(after, name)
        if old != new:
            yield f"{name} {'-' if old is None else old}>{'-' if new is None else new}"


def correct_day(session: Session, meeting: Meeting, day: date, today: date, moment: Moment) -> list[str]:
    """The meeting was held on `day`: what hangs on its day follows; answers what has changed, as "day 2022-04-05>2022-04-06".

    Raises Invalid: date_future (day), date_before_open (day, opens).
    """
    began = meeting.started_at or moment.at
    before = moment.day_of(began)
    answered = duties_of(session, meeting)
    if day > today:
        raise Invalid("date_future", day=day)
    late = [duty.announced_on for duty in answered if day < duty.announced_on]
    if late:
        raise Invalid("date_before_open", day=day, opens=max(late))
    if day == before:
        return []
    if meeting.started_at and meeting.ended_at:
        meeting.ended_at += day - before
    meeting.started_at = at_local(day, began.astimezone(moment.zone).time(), moment.zone)
    session.flush()
    for duty in answered:
        if duty.state == DutyState.DONE:
            duty.on_time = done_on_time(duty, day)
            _move_chain(session, duty, day, moment)
    follow_meeting(session, meeting, day, moment)
    _judge_again(session, meeting, answered, day, moment.zone)
    return [f"day {before}>{day}"]


def _judge_again(session: Session, meeting: Meeting, answered: list[Duty], day: date, zone: ZoneInfo) -> None:
    """What was due so many days after the meeting, and is done already, may have been in time or late after all."""
    keys = {(duty.plan_id, duty.key) for duty in answered}
    done = session.scalars(
        select(Duty)
        .join(Demand, Demand.id == Duty.demand_id)
        .where(
            Duty.plan_id.in_({plan_id for plan_id, _ in keys}),
            Duty.state == DutyState.DONE,
            Duty.done_at.is_not(None),
            Duty.again_on.is_(None),
            or_(
                and_(Duty.unit_id == meeting.unit_id, Duty.about_id.is_(None)),
                Duty.about_id == meeting.unit_id,
            ),
        )
        .options(joinedload(Duty.demand))
    ).all()
    for duty in done:
        relative = duty.demand.relative
        if relative.side == Side.AFTER and (duty.plan_id, relative.topic) in keys and duty.done_at:
            place_relative(duty, relative, day)
            duty.on_time = done_on_time(duty, Moment(duty.done_at, zone).today)


def _move_chain(session: Session, done: Duty, day: date, moment: Moment) -> None:
    """What waited for this duty, and is open since, counts its days from the new one."""
    subject = done.about_id or done.unit_id
    waited = session.scalars(
        select(Duty)
        .where(
            Duty.plan_id == done.plan_id,
            Duty.state == DutyState.OPEN,
            Duty.waits == done.demand.key,
            or_(Duty.about_id == subject, and_(Duty.about_id.is_(None), Duty.unit_id == subject)),
        )
        .options(joinedload(Duty.demand))
    ).all()
    for duty in waited:
        if duty.demand.relative.side == Side.CHAIN:
            release_duty(duty, day, moment)
            set_reminder(session, duty, moment)
