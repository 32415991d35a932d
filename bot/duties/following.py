"""Open duties follow their plan when it is loaded anew: their days, what they wait for, their reminders."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.calendar import Side
from bot.duties.changes import Loading, note_title
from bot.duties.demands import Demands
from bot.duties.ladder import Anchors, next_at, rung_moments
from bot.duties.life import follow_meeting, place_relative, release_duty, rungs_of
from bot.duties.present import GONE, ROWS, Present, freed_duties
from bot.duties.wanted import Part
from bot.duties.withdrawing import withdraw_reminders
from bot.plans.expected import Expected
from bot.tables import Duty, DutyState, Hurry, Meeting, MeetingDuty, MeetingState, Unit

COLUMNS = (
    *("kind", "demand_id", "waits", "state", "hurry", "announced_on", "opens_on", "due_on", "safe_on"),
    *("next_reminder_at", "reminded_until"),
)
"""What a duty may be given when it follows."""
KNOWN = (*COLUMNS[2:], "again_on")


class Following:
    """The duties of one loading that follow it. Those of which all is alike that decides follow as one."""

    def __init__(self, loading: Loading, demands: Demands) -> None:
        self._loading = loading
        self._demands = demands
        self._stale: list[int] = []

    def change(self, changed: Iterable[Present], wants: Sequence[Expected]) -> None:
        """An open duty follows the plan; one that had been taken back is asked again. `wants`: what is wanted, by number."""
        become = _Become()
        for there, ids in _alike(changed).items():
            if there.state == DutyState.LAPSED and there.hurry == Hurry.AFTER:
                continue  # it was asked for once
            want = wants[there.number]
            duty = self._as_it_is(there, want)
            self._follow_plan(duty, want, there)
            become.note(duty, ids, elsewhere=there.state in GONE)
            if there.state in GONE:
                self._loading.changes.added += len(ids)
                note_title(self._loading.changes.new, want.title)
            else:
                if there.followed:
                    self._loading.changes.kept += len(ids)
                else:
                    self._loading.changes.moved += len(ids)
                self._stale += ids
        become.write(self._loading.session)

    def release(self, part: Part, wants: Sequence[Expected]) -> None:
        """What has been written for its units and waits for what is done by now is asked at once."""
        become = _Become()
        for there, ids in _alike(freed_duties(part)).items():
            duty = self._as_it_is(there, wants[there.number])
            self._release(duty, there)
            become.note(duty, ids)
        become.write(self._loading.session)

    def _as_it_is(self, there: Present, want: Expected) -> Duty:
        demand = self._demands.of(want)
        return Duty(
            **{name: getattr(there, name) for name in KNOWN},
            demand=demand,
            demand_id=demand.id,
            kind=demand.kind,
        )

    def _release(self, duty: Duty, there: Present) -> None:
        moment = self._loading.moment
        release_duty(duty, moment.day_of(there.leader_done_at), moment)

    def _follow_plan(self, duty: Duty, want: Expected, there: Present) -> None:
        back = duty.state in GONE
        waited, duty.waits = duty.waits, want.waits or ""
        duty.announced_on = want.announced_on
        if not want.relative.side:
            duty.opens_on, duty.due_on, duty.safe_on = want.opens_on, want.due_on, want.safe_on
        elif want.relative.side == Side.AFTER and duty.due_on is not None:
            place_relative(duty, want.relative, duty.opens_on)
        if duty.waits and (back or duty.state == DutyState.WAITING or waited != duty.waits):
            duty.state, duty.next_reminder_at = DutyState.WAITING, None
            if there.leader_done_at is not None:
                self._release(duty, there)
        else:
            duty.state = DutyState.OPEN
            if duty.again_on is None:
                self._remind_anew(duty, want, there, back=back)

    def _remind_anew(self, duty: Duty, want: Expected, there: Present, *, back: bool) -> None:
        """A duty of which nothing has been said is still announced; of another, what its new days make due is said once."""
        past = duty.due_on is not None and duty.due_on < self._loading.today
        if duty.reminded_until is None or (back and past):
            duty.next_reminder_at = self._demands.first_reminder(want, there)
            return
        timed = self._demands.timetable(want, there)
        if there.planned_at or want.relative.side:
            anchors = Anchors(duty.opens_on, duty.due_on, duty.safe_on, there.planned_at, duty.announced_on)
            timed = rung_moments(rungs_of(duty.demand), anchors, self._loading.moment.zone)
        duty.next_reminder_at = self._demands.not_before_now(next_at(timed, duty.reminded_until))

    def follow_meetings(self, part: Part) -> None:
        """Gives what counts from a meeting of its units its day, where the demand is new or changed: from the day that is set, or
        from the day on which the meeting was held. Then what waits to be said of all that has moved is said anew."""
        loading = self._loading
        query = (
            select(Meeting)
            .join(MeetingDuty, MeetingDuty.meeting_id == Meeting.id)
            .join(Duty, Duty.id == MeetingDuty.duty_id)
            .where(
                Duty.plan_id == loading.plan.id,
                Duty.key.in_(sorted(self._demands.counted_from())),
                Meeting.state.in_((MeetingState.PLANNED, MeetingState.HELD)),
                part.holds(Duty.unit_id),
            )
            .order_by(Meeting.id)
        )
        meetings = loading.session.scalars(query).unique().all() if self._demands.counted_from() else []
        for meeting in meetings:
            if moment := meeting.started_at or meeting.planned_at:
                follow_meeting(loading.session, meeting, loading.moment.day_of(moment), loading.moment)
        for start in range(0, len(self._stale), ROWS):
            withdraw_reminders(
                loading.session, self._stale[start : start + ROWS], loading.moment.at, anew=True
            )
        self._stale.clear()


class _Become:
    """What becomes of duties: those of which the same becomes are written at once."""

    def __init__(self) -> None:
        self._ids: dict[tuple[Any, ...], list[int]] = {}

    def note(self, duty: Duty, ids: Iterable[int], *, elsewhere: bool = False) -> None:
        """`elsewhere`: its unit may stand elsewhere than when it was taken back."""
        values = elsewhere, *(getattr(duty, name) for name in COLUMNS)
        self._ids.setdefault(values, []).extend(ids)

    def write(self, session: Session) -> None:
        path = select(Unit.path).where(Unit.id == Duty.unit_id).scalar_subquery()
        for (elsewhere, *values), ids in self._ids.items():
            new = dict(zip(COLUMNS, values, strict=True)) | ({"path": path} if elsewhere else {})
            for start in range(0, len(ids), ROWS):
                session.execute(update(Duty).where(Duty.id.in_(ids[start : start + ROWS])).values(**new))


def _alike(rows: Iterable[Present]) -> dict[Present, list[int]]:
    """One of each that are alike but for their numbers, with the numbers of all."""
    found: dict[tuple[Any, ...], tuple[Present, list[int]]] = {}
    for row in rows:
        found.setdefault(tuple(row)[:-1], (row, []))[1].append(row.id)
    return dict(found.values())
