"""Brings the duties of a plan to what it expects, portion by portion of the tree, so that memory stays flat."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, and_, exists, insert, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session, selectinload

from bot.calendar import local_day
from bot.duties.demands import Demands, demand_name
from bot.duties.ladder import Anchors, next_at, rung_moments
from bot.duties.life import LIVE_MEETING, follow_meeting, place_relative, release_duty, rungs_of
from bot.duties.withdrawing import withdraw_reminders
from bot.people.roles import units_below
from bot.plans.expected import Expected, UnitProfile, expected_about, expected_duties, fits_unit
from bot.plans.plan import PlanText
from bot.tables import Demand, Duty, Meeting, MeetingDuty, Plan, Unit

UNITS = 2000
ROWS = 5000
ASKING = ("open", "waiting")
GONE = ("withdrawn", "lapsed")

Line = Row[*tuple[Any, ...]]
Present = Line
"""What is read of each duty that is there: too many for whole objects."""


class ChangeCounts(Protocol):
    """Where it is counted what became of the duties."""

    units: int
    added: int
    moved: int
    kept: int
    done: int
    withdrawn: int
    lapsed: int
    new: list[str]
    gone: list[str]


Change = tuple[Present, Expected, Demand, str]
"""What is there, what is expected, its demand, and the path of the unit today."""
COMMITTEES = ("dang_uy", "dang_bo_co_so", "dang_bo_bo_phan", "chi_bo")


def _reach(unit: Unit) -> str:
    return unit.path if unit.kind in COMMITTEES else unit.path[: unit.path.rindex("/", 0, -1) + 1]


class Comparison:
    """One comparison of a whole plan with the duties that are there."""

    def __init__(
        self,
        session: Session,
        plan: Plan,
        text: PlanText,
        owner: Unit,
        demands: Demands,
        at: datetime,
        zone: ZoneInfo,
        counts: ChangeCounts,
    ) -> None:
        self._session = session
        self._plan = plan
        self._text = text
        self._owner = owner
        self._demands = demands
        self._at = at
        self._zone = zone
        self._today = local_day(at, zone)
        self._counts = counts
        self._pool = {topic.key for topic in text.topics if topic.pool}
        self._actors = self._acting()
        self._planned: dict[int, datetime] | None = None
        self._stale: list[int] = []

    def run(self, only: Unit | None = None) -> None:
        for units in self._units(only):
            self._compare_units(units)
        self._follow_meetings(only)
        if only is None:
            self._leave_the_rest()

    def _living(self) -> ColumnElement[bool]:
        return and_(
            units_below(Unit.path, self._owner.path),
            or_(Unit.closed_on.is_(None), Unit.closed_on > self._today),
        )

    def _units(self, only: Unit | None) -> Iterator[Sequence[Line]]:
        """The units that the plan is for, by their paths, some at a time."""
        shape = (Unit.id, Unit.path, Unit.code, Unit.kind, Unit.sector, Unit.parent_id, Unit.opened_on)
        columns = (*shape, Unit.meeting_day, Unit.meeting_shift)
        query = select(*columns).where(self._living()).order_by(Unit.path).limit(UNITS)
        if only is not None:
            yield self._session.execute(query.where(Unit.id == only.id)).all()
            return
        last = ""
        while rows := self._session.execute(query.where(Unit.path > last)).all():
            yield rows
            last = rows[-1].path

    def _acting(self) -> dict[str, list[tuple[int, str, str]]]:
        """Who may owe each duty that is asked for each unit: id, path, and the path below which its units stand.

        A committee owes it for the units below itself, an office for those of the committee that it belongs to.
        """
        found: dict[str, list[tuple[int, str, str]]] = {}
        for duty in self._text.duties:
            if not duty.for_each:
                continue
            query = select(Unit).where(self._living()).order_by(Unit.path)
            if duty.who.kinds:
                query = query.where(Unit.kind.in_(duty.who.kinds))
            rows = [u for u in self._session.scalars(query) if fits_unit(duty.who, self._facts_of(u))]
            found[duty.key] = [(u.id, u.path, _reach(u)) for u in rows]
        return found

    def _facts_of(self, unit: Any) -> UnitProfile:
        return UnitProfile(unit.code, unit.kind, unit.sector, unit.parent_id == self._owner.id)

    def _compare_units(self, units: Sequence[Line]) -> None:
        self._counts.units += len(units)
        present = self._present([unit.id for unit in units])
        fresh: list[dict[str, Any]] = []
        seen: set[int] = set()
        changed: list[Change] = []
        for unit in units:
            for unit_id, path, key, about, want in self._wanted(unit):
                there = present.get((unit_id, key))
                if there is None:
                    if unit.opened_on and want.due_on and want.due_on < unit.opened_on:
                        continue  # it was due before the unit was there
                    row = self._new(unit_id, path, key, about, want, self._leader(present, unit.id, want))
                    if not want.waits:
                        row["next_reminder_at"] = self._demands.first_reminder(want, unit)
                    fresh.append(row)
                    continue
                seen.add(there.id)
                demand = self._demands.of(want)
                if self._other(there, want, demand):
                    changed.append((there, want, demand, path))
            if len(fresh) >= ROWS:
                self._insert(fresh)
        self._insert(fresh)
        self._change(changed, present)
        self._leave([row for row in present.values() if row.id not in seen and not self._own_choice(row)])

    def _wanted(self, unit: Line) -> Iterator[tuple[int, str, str, int | None, Expected]]:
        """(unit, path, key, unit that it is about, what is expected) of all that is asked of the unit or about it."""
        facts = self._facts_of(unit)
        for want in expected_duties(self._text, facts):
            yield unit.id, unit.path, want.key, None, want
        for duty, wants in expected_about(self._text, facts):
            for actor_id, path, reach in self._actors[duty.key]:
                if actor_id != unit.id and unit.path.startswith(reach):
                    for want in wants:
                        yield actor_id, path, f"{want.key}@{unit.code}", unit.id, want

    def _present(self, unit_ids: Sequence[int]) -> dict[tuple[int, str], Present]:
        """Locked: one that is closed meanwhile must not be written over."""
        own = and_(Duty.unit_id.in_(unit_ids), Duty.about_id.is_(None))
        rows = self._session.execute(
            select(
                Duty.id,
                Duty.unit_id,
                Duty.about_id,
                Duty.key,
                Duty.state,
                Duty.demand_id,
                Duty.announced_on,
                Duty.opens_on,
                Duty.due_on,
                Duty.safe_on,
                Duty.done_at,
                Duty.waits,
                Duty.added,
            )
            .where(Duty.plan_id == self._plan.id, or_(own, Duty.about_id.in_(unit_ids)))
            .with_for_update()
        )
        return {(row.unit_id, row.key): row for row in rows}

    @staticmethod
    def _leader(present: Mapping[tuple[int, str], Present], unit_id: int, want: Expected) -> Present | None:
        """What the new duty waits for, if that has been done already."""
        there = present.get((unit_id, want.waits)) if want.waits else None
        return there if there is not None and there.state == "done" else None

    def _new(
        self, unit_id: int, path: str, key: str, about: int | None, want: Expected, leader: Present | None
    ) -> dict[str, Any]:
        self._counts.added += 1
        demand = self._demands.of(want)
        row = {
            "plan_id": self._plan.id,
            "demand_id": demand.id,
            "unit_id": unit_id,
            "path": path,
            "key": key,
            "about_id": about,
            "kind": want.kind,
            "state": "waiting" if want.waits else "open",
            "waits": want.waits or "",
            "announced_on": want.announced_on,
            "opens_on": want.opens_on,
            "due_on": want.due_on,
            "safe_on": want.safe_on,
            "next_reminder_at": None,
            "reminded_until": None,
            "added": False,
            "hurry": "",
            "picks": [],
        }
        if leader is not None:
            self._released(row, demand, leader)
        return row

    def _released(self, row: dict[str, Any], demand: Demand, leader: Present) -> None:
        """What the duty waits for was done before the duty was there."""
        names = ("state", "announced_on", "opens_on", "due_on", "safe_on")
        duty = Duty(**{name: row[name] for name in names}, demand=demand)
        release_duty(duty, local_day(leader.done_at, self._zone), self._at, self._zone)
        row |= {name: getattr(duty, name) for name in (*names, "next_reminder_at", "reminded_until")}
        row["hurry"] = duty.hurry or ""

    def _other(self, there: Present, want: Expected, demand: Demand) -> bool:
        """Whether what is there has to change. A done duty keeps what it was."""
        if there.state == "done":
            self._counts.done += 1
            return False
        own_days = (there.announced_on, there.opens_on, there.due_on, there.safe_on)
        wanted = (want.announced_on, want.opens_on, want.due_on, want.safe_on)
        moving = want.relative is not None or bool(want.waits)
        past = there.state == "open" and there.due_on is not None and there.due_on < self._today
        if past and own_days == wanted:
            self._counts.kept += 1  # it belongs to a period that is over, in the words of that time
            return False
        same_days = moving or own_days == wanted
        same = there.demand_id == demand.id and same_days and there.waits == (want.waits or "")
        if same and there.state not in GONE and demand_name(want) not in self._demands.changed:
            self._counts.kept += 1
            return False
        return True

    def _change(self, changed: Sequence[Change], present: Mapping[tuple[int, str], Present]) -> None:
        """An open duty follows the plan; one that had been taken back is asked again."""
        for start in range(0, len(changed), ROWS):
            some = changed[start : start + ROWS]
            duties = {
                duty.id: duty
                for duty in self._session.scalars(
                    select(Duty)
                    .where(Duty.id.in_([row.id for row, *_ in some]))
                    .options(selectinload(Duty.unit))
                )
            }
            for there, want, demand, path in some:
                leader = self._leader(present, there.about_id or there.unit_id, want)
                if there.state in GONE:
                    duties[there.id].path = path  # it may stand elsewhere than when it was taken back
                self._follow_plan(duties[there.id], want, demand, leader)
            self._session.flush()
            for duty in duties.values():
                self._session.expunge(duty)

    def _follow_plan(self, duty: Duty, want: Expected, demand: Demand, leader: Present | None) -> None:
        if duty.state == "lapsed" and duty.hurry == "after":
            return  # it was asked for once
        back = duty.state in GONE
        waited, duty.waits = duty.waits, want.waits or ""
        duty.kind, duty.demand = want.kind, demand
        duty.announced_on = want.announced_on
        if not want.relative:
            duty.opens_on, duty.due_on, duty.safe_on = want.opens_on, want.due_on, want.safe_on
        elif want.relative.side == "after" and duty.due_on is not None:
            place_relative(duty, demand.relative, duty.opens_on)
        if duty.waits and (back or duty.state == "waiting" or waited != duty.waits):
            duty.state, duty.next_reminder_at = "waiting", None
            if leader is not None:
                release_duty(duty, local_day(leader.done_at, self._zone), self._at, self._zone)
        else:
            duty.state = "open"
            self._remind_anew(duty, want, back=back)
        if back:
            self._counts.added += 1
            if want.title not in self._counts.new:
                self._counts.new.append(want.title)
        else:
            self._counts.moved += 1
            self._stale.append(duty.id)

    def _remind_anew(self, duty: Duty, want: Expected, *, back: bool) -> None:
        """A duty of which nothing has been said is still announced; of another, what its new days make due is said once."""
        past = duty.due_on is not None and duty.due_on < self._today
        if duty.reminded_until is None or (back and past):
            duty.next_reminder_at = self._demands.first_reminder(want, duty.unit)
            return
        timed = self._demands.timetable(want, duty.unit)
        planned = self._planned_at(duty)
        if planned or want.relative:
            anchors = Anchors(duty.opens_on, duty.due_on, duty.safe_on, planned, duty.announced_on)
            timed = rung_moments(rungs_of(duty.demand), anchors, self._zone)
        duty.next_reminder_at = self._demands.not_before_now(next_at(timed, duty.reminded_until))

    def _planned_at(self, duty: Duty) -> datetime | None:
        """When the duty's meeting is set for; read for the whole plan at once."""
        if self._planned is None:
            rows = self._session.execute(
                select(MeetingDuty.duty_id, Meeting.planned_at)
                .join(Meeting, Meeting.id == MeetingDuty.meeting_id)
                .join(Duty, Duty.id == MeetingDuty.duty_id)
                .where(Duty.plan_id == self._plan.id, Meeting.state.in_(LIVE_MEETING))
            )
            self._planned = {row.duty_id: row.planned_at for row in rows if row.planned_at}
        return self._planned.get(duty.id)

    def _follow_meetings(self, only: Unit | None) -> None:
        """Gives what counts from a meeting its day, where the demand is new or changed: from the day that is set, or
        from the day on which the meeting was held."""
        keys = self._demands.counted_from()
        if keys:
            query = (
                select(Meeting)
                .join(MeetingDuty, MeetingDuty.meeting_id == Meeting.id)
                .join(Duty, Duty.id == MeetingDuty.duty_id)
                .where(
                    Duty.plan_id == self._plan.id, Duty.key.in_(keys), Meeting.state.in_(("planned", "held"))
                )
                .order_by(Meeting.id)
            )
            if only is not None:
                query = query.where(Duty.unit_id == only.id)
            for meeting in self._session.scalars(query).unique().all():
                moment = meeting.started_at or meeting.planned_at
                if moment:
                    day = local_day(moment, self._zone)
                    follow_meeting(self._session, meeting, day, self._at, self._zone)
        for start in range(0, len(self._stale), ROWS):
            withdraw_reminders(self._session, self._stale[start : start + ROWS], self._at, anew=True)

    def _own_choice(self, row: Present) -> bool:
        """What a unit has taken on itself stays as long as its topic is in the pool."""
        return bool(row.added) and row.key.partition("+")[0] in self._pool

    def _leave_the_rest(self) -> None:
        """The duties of units that are no longer below the plan's committee, and those about such units."""
        gone = {row.id: row for column in (Duty.unit_id, Duty.about_id) for row in self._strange(column)}
        self._leave(list(gone.values()))

    def _strange(self, column: InstrumentedAttribute[Any]) -> Sequence[Line]:
        """What is asked of, or about, units that the plan is not for. Not "in none of": over a nation that never ends."""
        at_home = exists().where(Unit.id == column, self._living())
        return self._session.execute(
            select(Duty.id, Duty.state, Duty.due_on, Duty.demand_id).where(
                Duty.plan_id == self._plan.id, Duty.state.in_(ASKING), column.is_not(None), ~at_home
            )
        ).all()

    def _leave(self, rows: Sequence[Line]) -> None:
        """They are asked no more. What was due by yesterday stays in the figures as not done, what was done as done."""
        self._counts.done += sum(row.state == "done" for row in rows)
        asking = [row for row in rows if row.state in ASKING]
        past = [r.id for r in asking if r.state == "open" and r.due_on is not None and r.due_on < self._today]
        coming = [row.id for row in asking if row.id not in set(past)]
        self._counts.withdrawn += len(coming)
        self._counts.lapsed += len(past)
        for state, ids in (("lapsed", past), ("withdrawn", coming)):
            self._note_gone(ids)
            for start in range(0, len(ids), ROWS):
                some = ids[start : start + ROWS]
                self._session.execute(
                    update(Duty)
                    .where(Duty.id.in_(some), Duty.state.in_(ASKING))
                    .values(state=state, next_reminder_at=None)
                )
                withdraw_reminders(self._session, some, self._at)

    def _note_gone(self, ids: Sequence[int]) -> None:
        for start in range(0, len(ids), ROWS):
            some = select(Duty.demand_id).where(Duty.id.in_(ids[start : start + ROWS]))
            for title in self._session.scalars(select(Demand.title).where(Demand.id.in_(some))):
                if title not in self._counts.gone:
                    self._counts.gone.append(title)

    def _insert(self, rows: list[dict[str, Any]]) -> None:
        if rows:
            self._session.execute(insert(Duty), rows)
            rows.clear()
