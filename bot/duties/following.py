"""Open duties follow their plan when it is loaded anew: their days, what they wait for, their reminders."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import selectinload

from bot.calendar import Side
from bot.duties.changes import Loading, note_title
from bot.duties.demands import Demands
from bot.duties.ladder import Anchors, next_at, rung_moments
from bot.duties.life import LIVE_MEETING, follow_meeting, place_relative, release_duty, rungs_of
from bot.duties.present import GONE, ROWS, Present, done_before
from bot.duties.withdrawing import withdraw_reminders
from bot.plans.expected import Expected
from bot.tables import Demand, Duty, DutyState, Hurry, Meeting, MeetingDuty, MeetingState, Unit

Change = tuple[Present, Expected, Demand, str]
"""What is there, what is expected, its demand, and the path of the unit today."""


class Following:
    """The duties of one loading that follow it."""

    def __init__(self, loading: Loading, demands: Demands) -> None:
        self._loading = loading
        self._demands = demands
        self._planned: dict[int, datetime] | None = None
        self._stale: list[int] = []

    def change(self, changed: Sequence[Change], present: Mapping[tuple[int, str], Present]) -> None:
        """An open duty follows the plan; one that had been taken back is asked again."""
        for start in range(0, len(changed), ROWS):
            some = changed[start : start + ROWS]
            duties = {
                duty.id: duty
                for duty in self._loading.session.scalars(
                    select(Duty)
                    .where(Duty.id.in_([row.id for row, *_ in some]))
                    .options(selectinload(Duty.unit))
                )
            }
            for there, want, demand, path in some:
                leader = done_before(present, there.about_id or there.unit_id, want)
                if there.state in GONE:
                    duties[there.id].path = path  # it may stand elsewhere than when it was taken back
                self._follow_plan(duties[there.id], want, demand, leader)
            self._loading.session.flush()
            for duty in duties.values():
                self._loading.session.expunge(duty)

    def _follow_plan(self, duty: Duty, want: Expected, demand: Demand, leader: Present | None) -> None:
        if duty.state == DutyState.LAPSED and duty.hurry == Hurry.AFTER:
            return  # it was asked for once
        back = duty.state in GONE
        waited, duty.waits = duty.waits, want.waits or ""
        duty.kind, duty.demand = demand.kind, demand
        duty.announced_on = want.announced_on
        if not want.relative.side:
            duty.opens_on, duty.due_on, duty.safe_on = want.opens_on, want.due_on, want.safe_on
        elif want.relative.side == Side.AFTER and duty.due_on is not None:
            place_relative(duty, demand.relative, duty.opens_on)
        if duty.waits and (back or duty.state == DutyState.WAITING or waited != duty.waits):
            duty.state, duty.next_reminder_at = DutyState.WAITING, None
            if leader is not None:
                release_duty(
                    duty,
                    self._loading.moment.day_of(leader.done_at),
                    self._loading.moment,
                )
        else:
            duty.state = DutyState.OPEN
            if duty.again_on is None:
                self._remind_anew(duty, want, back=back)
        if back:
            self._loading.changes.added += 1
            note_title(self._loading.changes.new, want.title)
        else:
            self._loading.changes.moved += 1
            self._stale.append(duty.id)

    def _remind_anew(self, duty: Duty, want: Expected, *, back: bool) -> None:
        """A duty of which nothing has been said is still announced; of another, what its new days make due is said once."""
        past = duty.due_on is not None and duty.due_on < self._loading.today
        if duty.reminded_until is None or (back and past):
            duty.next_reminder_at = self._demands.first_reminder(want, duty.unit)
            return
        timed = self._demands.timetable(want, duty.unit)
        planned = self._planned_at(duty)
        if planned or want.relative.side:
            anchors = Anchors(duty.opens_on, duty.due_on, duty.safe_on, planned, duty.announced_on)
            timed = rung_moments(rungs_of(duty.demand), anchors, self._loading.moment.zone)
        duty.next_reminder_at = self._demands.not_before_now(next_at(timed, duty.reminded_until))

    def _planned_at(self, duty: Duty) -> datetime | None:
        """When the duty's meeting is set for; read for the whole plan at once."""
        if self._planned is None:
            rows = self._loading.session.execute(
                select(MeetingDuty.duty_id, Meeting.planned_at)
                .join(Meeting, Meeting.id == MeetingDuty.meeting_id)
                .join(Duty, Duty.id == MeetingDuty.duty_id)
                .where(Duty.plan_id == self._loading.plan.id, Meeting.state.in_(LIVE_MEETING))
            )
            self._planned = {row.duty_id: row.planned_at for row in rows if row.planned_at}
        return self._planned.get(duty.id)

    def follow_meetings(self, only: ColumnElement[bool] | None) -> None:
        """Gives what counts from a meeting its day, where the demand is new or changed: from the day that is set, or
        from the day on which the meeting was held."""
        keys = self._demands.counted_from()
        if keys:
            query = (
                select(Meeting)
                .join(MeetingDuty, MeetingDuty.meeting_id == Meeting.id)
                .join(Duty, Duty.id == MeetingDuty.duty_id)
                .where(
                    Duty.plan_id == self._loading.plan.id,
                    Duty.key.in_(keys),
                    Meeting.state.in_((MeetingState.PLANNED, MeetingState.HELD)),
                )
                .order_by(Meeting.id)
            )
            if only is not None:
                query = query.where(Duty.unit_id.in_(select(Unit.id).where(only)))
            for meeting in self._loading.session.scalars(query).unique().all():
                moment = meeting.started_at or meeting.planned_at
                if moment:
                    day = self._loading.moment.day_of(moment)
                    follow_meeting(self._loading.session, meeting, day, self._loading.moment)
        for start in range(0, len(self._stale), ROWS):
            withdraw_reminders(
                self._loading.session, self._stale[start : start + ROWS], self._loading.moment.at, anew=True
            )
