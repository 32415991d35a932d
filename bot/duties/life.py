"""The life of a duty: its reminders are set, it follows its meeting, it is closed."""

from collections.abc import Collection
from datetime import date, timedelta

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import Session, joinedload

from bot.calendar import Moment, Relative, Side, at_local, next_allowed, next_working_day, safe_day
from bot.duties.hurry import is_near, mark_urgent
from bot.duties.ladder import MORNING, Anchors, next_at, rung_moments
from bot.duties.usual import usual_of
from bot.duties.withdrawing import TOLD_ABOVE, withdraw_reminders
from bot.plans.ladders import RETURNED, LadderLine, LadderRung, rung_of
from bot.store.known import Known, Whole
from bot.tables import (
    Demand,
    Duty,
    DutyKind,
    DutyState,
    Hurry,
    Meeting,
    MeetingDuty,
    MeetingState,
    Message,
    MessageState,
    Reminder,
    Submission,
    SubmissionState,
    Unit,
)

LIVE_MEETING = (MeetingState.PLANNED, MeetingState.RUNNING)
_MEETING = Whole(Meeting, near={"unit": Unit})
_MEETINGS = Known(
    select(*_MEETING.columns, MeetingDuty.duty_id)
    .join(Meeting, Meeting.id == MeetingDuty.meeting_id)
    .where(MeetingDuty.duty_id.in_(bindparam("duties", expanding=True)), Meeting.state.in_(LIVE_MEETING))
    .order_by(Meeting.id),
    "duties",
)


def rungs_of(demand: Demand) -> list[LadderRung]:
    return [rung_of(LadderLine(**line)) for line in demand.rungs]


def rungs_of_duty(duty: Duty) -> list[LadderRung]:
    """Those of its demand; what was returned has a ladder of its own."""
    return [rung_of(line) for line in RETURNED] if duty.returned else rungs_of(duty.demand)


def meeting_of(session: Session, duty: Duty) -> Meeting | None:
    """The meeting set or running for this duty."""
    return meetings_of(session, [duty.id]).get(duty.id)


def meetings_of(session: Session, duty_ids: Collection[int]) -> dict[int, Meeting]:
    """The meeting that is set or running for each of these duties."""
    if not duty_ids:
        return {}
    session.flush()
    rows = _MEETINGS.rows(session, {"duties": list(duty_ids)})
    return {row[-1]: _MEETING.of(session, row) for row in rows}


def anchors_of(duty: Duty, meeting: Meeting | None) -> Anchors:
    planned_at = meeting.planned_at if meeting else None
    usual_on = None if planned_at else usual_of(duty)
    safe_on = safe_day(duty.again_on) if duty.again_on else duty.safe_on
    return Anchors(duty.opens_on, duty.last_day, safe_on, planned_at, duty.announced_on, usual_on)


def follow_usual_day(session: Session, unit: Unit, now: Moment) -> None:
    """The unit's usual day is another from now on: what has been counted from it for its meetings is counted anew."""
    rows = session.scalars(
        select(Duty).where(
            Duty.unit_id == unit.id,
            Duty.kind == DutyKind.MEETING,
            Duty.state == DutyState.OPEN,
            Duty.next_reminder_at > now.at,  # what has come is counted by the tick
        )
    ).all()
    for duty in rows:
        timed = rung_moments(rungs_of(duty.demand), anchors_of(duty, meeting_of(session, duty)), now.zone)
        said = duty.reminded_until
        moment = next_at(timed, said and max(said, now.at))
        if moment is None or moment > now.at:  # else it is waiting for the next allowed time already
            duty.next_reminder_at = moment


def set_reminder(session: Session, duty: Duty, moment: Moment) -> None:
    """Sets the moment of the duty's next rung after `at`, and takes back what waits with its old days.

    Called whenever the duty's own days or its meeting change by what its people have just done.
    """
    if duty.state != DutyState.OPEN:
        duty.next_reminder_at = None
        return
    duty.reminded_until = moment.at
    timed = rung_moments(rungs_of_duty(duty), anchors_of(duty, meeting_of(session, duty)), moment.zone)
    duty.next_reminder_at = next_at(timed, moment.at)
    withdraw_reminders(session, [duty.id], moment.at)


def coming_calls(session: Session, duty: Duty, moment: Moment) -> list[date]:
    """The local days after `at` on which the duty's people will be reminded of its meeting, up to that of the meeting."""
    anchors = anchors_of(duty, meeting_of(session, duty))
    if anchors.meeting_at is None:
        return []
    days = {
        moment.day_of(timed.at)
        for timed in rung_moments(rungs_of(duty.demand), anchors, moment.zone)
        if timed.rung.anchor == "meeting" and moment.at < timed.at < anchors.meeting_at
    }
    return sorted(days)


def done_on_time(duty: Duty, day: date) -> bool:
    """Whether something done on `day` is in time; a duty without a due day cannot be late, and what had to come before a
    meeting that is over cannot be in time."""
    return duty.hurry != Hurry.AFTER and (duty.last_day is None or day <= duty.last_day)


def close_duty(session: Session, duty: Duty, day: date, moment: Moment) -> None:
    """The duty is done on the local day `day`: its reminders that still wait are taken back, what waited for it opens.

    What was returned and is done again by its own day counts as done when it was first; what was late stays so."""
    again = duty.again_on is not None and duty.on_time is not None
    in_time = done_on_time(duty, day)
    if not (again and in_time):
        duty.done_at = moment.at
    duty.state, duty.on_time = DutyState.DONE, in_time and (duty.on_time is not False if again else True)
    duty.next_reminder_at = None
    session.flush()
    withdraw_reminders(session, [duty.id], moment.at)
    if _told_above(session, duty):
        morning = next_working_day(moment.today + timedelta(days=1))
        duty.next_reminder_at = at_local(morning, MORNING, moment.zone)
    for waiting in _waiting_for(session, duty):
        release_duty(waiting, day, moment)
    for kept in _kept_for(session, duty, DutyState.OPEN):
        told_on = max(day, moment.day_of(kept.handed_at or moment.at))
        kept.on_time = done_on_time(kept.duty, told_on)
        close_duty(session, kept.duty, told_on, moment)
    session.flush()


def _told_above(session: Session, duty: Duty) -> bool:
    """Whether somebody above has been told that it is late: they are told that it is done, in the morning."""
    said = (
        select(Reminder.duty_id)
        .join(Message, Message.id == Reminder.message_id)
        .where(
            Reminder.duty_id == duty.id,
            Message.state == MessageState.SENT,
            Message.kind.in_(TOLD_ABOVE),
        )
    )
    return session.scalars(said.limit(1)).first() is not None


def _kept_for(session: Session, meeting: Duty, state: DutyState) -> list[Submission]:
    """The reports on this meeting that were handed in before it had been held, the newest of each duty in that state."""
    kept = session.scalars(
        select(Submission)
        .join(Duty, Duty.id == Submission.duty_id)
        .where(
            Submission.waits_for_id == meeting.id,
            Submission.state.in_((SubmissionState.HANDED, SubmissionState.ACCEPTED)),
            Duty.state == state,
        )
        .order_by(Submission.version)
    )
    return list({one.duty_id: one for one in kept}.values())


def reopen_duty(session: Session, duty: Duty, moment: Moment) -> None:
    """Takes back that the duty was done: it is asked again, and what it had opened waits again, unless that is done too."""
    duty.state, duty.done_at, duty.on_time, duty.again_on = DutyState.OPEN, None, None, None
    _ask_again(session, duty, moment)


def return_duty(session: Session, duty: Duty, again_on: date, moment: Moment) -> None:
    """What was handed in is given back: the duty is open again with the local day `again_on` for its last one and a ladder
    of its own. When it was done and whether that was in time stays written until it is done again."""
    duty.state, duty.again_on, duty.path = DutyState.OPEN, again_on, duty.unit.path
    _ask_again(session, duty, moment)


def _ask_again(session: Session, duty: Duty, moment: Moment) -> None:
    session.flush()
    session.expire(duty, ["returns"])
    set_reminder(session, duty, moment)
    opened = _waiting_for(session, duty, DutyState.OPEN)
    for follower in opened:
        follower.state, follower.next_reminder_at = DutyState.WAITING, None
    session.flush()
    withdraw_reminders(session, [follower.id for follower in opened], moment.at)
    for kept in _kept_for(session, duty, DutyState.DONE):
        kept.on_time, report = None, kept.duty
        report.state, report.done_at, report.on_time = DutyState.OPEN, None, None
    session.flush()


def _waiting_for(session: Session, done: Duty, state: DutyState = DutyState.WAITING) -> list[Duty]:
    """What waits for this duty: of the same unit, or a committee's about it."""
    subject = done.about_id or done.unit_id
    return list(
        session.scalars(
            select(Duty)
            .where(
                Duty.plan_id == done.plan_id,
                Duty.state == state,
                Duty.waits == done.demand.key,
                or_(Duty.about_id == subject, and_(Duty.about_id.is_(None), Duty.unit_id == subject)),
            )
            .options(joinedload(Duty.demand))
        )
    )


def release_duty(duty: Duty, day: date, moment: Moment) -> None:
    """What the duty waited for was done on the local day `day`: it is asked from now on, and said at once."""
    duty.state, duty.opens_on = DutyState.OPEN, max(duty.opens_on, day)
    duty.announced_on = duty.opens_on
    relative = duty.demand.relative
    if relative.side == Side.CHAIN:
        duty.due_on = relative.due_on(day)
        duty.safe_on = max(safe_day(duty.due_on), duty.opens_on)
    elif relative.side == Side.BEFORE and duty.due_on is not None:
        meeting_day, today = relative.meeting_day(duty.due_on), moment.today
        mark_urgent(duty, today, meeting_day, over=meeting_day < today, before=None)
    duty.reminded_until, duty.next_reminder_at = None, next_allowed(moment)


def follow_meeting(session: Session, meeting: Meeting, day: date, moment: Moment) -> list[Duty]:
    """Gives the duties that count from this meeting their days, now that it is set for (or was held on) `day`.

    What comes after the meeting has no day before it has been held: a meeting that is put off in silence asks for nothing.
    """
    rows = session.execute(
        select(Duty.plan_id, Duty.key)
        .join(MeetingDuty, MeetingDuty.duty_id == Duty.id)
        .where(MeetingDuty.meeting_id == meeting.id)
    )
    answered = {(row.plan_id, row.key) for row in rows}
    if not answered:
        return []
    own = and_(Duty.unit_id == meeting.unit_id, Duty.about_id.is_(None))
    linked = session.execute(
        select(Duty, Demand)
        .join(Demand, Demand.id == Duty.demand_id)
        .where(
            or_(own, Duty.about_id == meeting.unit_id),
            Duty.plan_id.in_({plan_id for plan_id, _ in answered}),
            Duty.state.in_((DutyState.OPEN, DutyState.WAITING)),
        )
    ).all()
    followed = []
    for duty, demand in linked:
        if (duty.plan_id, demand.relative.topic) not in answered:
            continue
        before = demand.relative.side == Side.BEFORE
        if meeting.state == MeetingState.HELD or before:
            known = duty.due_on
            place_relative(duty, demand.relative, day)
            if before and duty.state == DutyState.OPEN:
                mark_urgent(duty, moment.today, day, over=meeting.state == MeetingState.HELD, before=known)
            set_reminder(session, duty, moment)
            _speak_at_once(session, duty, moment)
            followed.append(duty)
    return followed


def _speak_at_once(session: Session, duty: Duty, moment: Moment) -> None:
    """The first word of what has become due by now, or has been, is not that it is late."""
    if duty.state != DutyState.OPEN or duty.due_on is None or not is_near(duty.due_on, moment.today):
        return
    told = session.scalar(select(Reminder.duty_id).where(Reminder.duty_id == duty.id).limit(1))
    if duty.hurry or told is None:
        duty.reminded_until, duty.next_reminder_at = None, next_allowed(moment)


def place_relative(duty: Duty, relative: Relative, day: date) -> None:
    """Gives a duty that counts from a meeting its days, for the meeting on the local day `day`."""
    duty.due_on = relative.due_on(day)
    duty.safe_on = safe_day(duty.due_on)
    if relative.side == Side.AFTER:
        duty.opens_on = duty.announced_on = day
        duty.safe_on = max(duty.safe_on, day)
