"""Brings the duties of a plan to what it expects, portion by portion of the tree, so that memory stays flat."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, insert, select, true

from bot.duties.changes import Loading
from bot.duties.demands import Demands, demand_name
from bot.duties.following import Change, Following
from bot.duties.leaving import leave_duties, leave_the_rest
from bot.duties.life import release_duty
from bot.duties.present import GONE, ROWS, Present, done_before, present_duties
from bot.plans.expected import Expected, expected_about, expected_duties
from bot.plans.who import fits_unit, reach_of_unit
from bot.tables import Demand, Duty, DutyState, Hurry, Unit

UNITS = 2000
DAYS = ("announced_on", "opens_on", "due_on", "safe_on")
UnitLine = Row[*tuple[Any, ...]]


class Comparison:
    """One comparison of a whole plan with the duties that are there."""

    def __init__(self, loading: Loading, demands: Demands) -> None:
        self._loading = loading
        self._demands = demands
        self._following = Following(loading, demands)
        self._pool = {topic.key for topic in loading.text.topics if topic.pool}
        self._actors = self._acting()

    def run(self, only: ColumnElement[bool] | None = None) -> None:
        """With `only`, a condition on Unit, of these units alone."""
        meant = true() if only is None else only
        for units in self._units(meant):
            self._compare_units(units)
        self._following.follow_meetings(only)
        leave_the_rest(self._loading, only)

    def _units(self, meant: ColumnElement[bool]) -> Iterator[Sequence[UnitLine]]:
        """The units that the plan is for, by their paths, some at a time."""
        shape = (Unit.id, Unit.path, Unit.code, Unit.kind, Unit.sector, Unit.parent_id, Unit.opened_on)
        columns = (*shape, Unit.meeting_day, Unit.meeting_shift)
        query = select(*columns).where(self._loading.living(), meant).order_by(Unit.path).limit(UNITS)
        last = ""
        while rows := self._loading.session.execute(query.where(Unit.path > last)).all():
            yield rows
            last = rows[-1].path

    def _acting(self) -> dict[str, list[tuple[int, str, str]]]:
        """Who may owe each duty that is asked for each unit: id, path, and the path below which its units stand.

        A committee owes it for the units below itself, an office for those of the committee that it belongs to.
        """
        found: dict[str, list[tuple[int, str, str]]] = {}
        for duty in self._loading.text.duties:
            if not duty.for_each:
                continue
            query = select(Unit).where(self._loading.living()).order_by(Unit.path)
            if duty.who.kinds:
                query = query.where(Unit.kind.in_(duty.who.kinds))
            rows = [
                u
                for u in self._loading.session.scalars(query)
                if fits_unit(duty.who, self._loading.profile(u))
            ]
            found[duty.key] = [(u.id, u.path, reach_of_unit(u.path, u.kind)) for u in rows]
        return found

    def _compare_units(self, units: Sequence[UnitLine]) -> None:
        self._loading.changes.units += len(units)
        present = present_duties(self._loading, [unit.id for unit in units])
        fresh: list[dict[str, Any]] = []
        seen: set[int] = set()
        changed: list[Change] = []
        for unit in units:
            for unit_id, path, key, about, want in self._wanted(unit):
                there = present.get((unit_id, key))
                if there is None:
                    if unit.opened_on and want.due_on and want.due_on < unit.opened_on:
                        continue  # it was due before the unit was there
                    row = self._new(unit_id, path, key, about, want, done_before(present, unit.id, want))
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
        self._following.change(changed, present)
        leave_duties(
            self._loading,
            [row for row in present.values() if row.id not in seen and not self._own_choice(row)],
        )

    def _wanted(self, unit: UnitLine) -> Iterator[tuple[int, str, str, int | None, Expected]]:
        """(unit, path, key, unit that it is about, what is expected) of all that is asked of the unit or about it."""
        facts = self._loading.profile(unit)
        for want in expected_duties(self._loading.text, facts):
            yield unit.id, unit.path, want.key, None, want
        for duty, wants in expected_about(self._loading.text, facts):
            for actor_id, path, reach in self._actors[duty.key]:
                if actor_id != unit.id and unit.path.startswith(reach):
                    for want in wants:
                        yield actor_id, path, f"{want.key}@{unit.code}", unit.id, want

    def _new(
        self, unit_id: int, path: str, key: str, about: int | None, want: Expected, leader: Present | None
    ) -> dict[str, Any]:
        self._loading.changes.added += 1
        demand = self._demands.of(want)
        row = {
            "plan_id": self._loading.plan.id,
            "demand_id": demand.id,
            "unit_id": unit_id,
            "path": path,
            "key": key,
            "about_id": about,
            "state": DutyState.WAITING if want.waits else DutyState.OPEN,
            "waits": want.waits or "",
            **{name: getattr(want, name) for name in ("kind", *DAYS)},
            "next_reminder_at": None,
            "reminded_until": None,
            "added": False,
            "hurry": Hurry.NONE,
            "picks": [],
        }
        if leader is not None:
            self._released(row, demand, leader)
        return row

    def _released(self, row: dict[str, Any], demand: Demand, leader: Present) -> None:
        """What the duty waits for was done before the duty was there."""
        names = ("state", *DAYS)
        duty = Duty(**{name: row[name] for name in names}, demand=demand)
        release_duty(duty, self._loading.moment.day_of(leader.done_at), self._loading.moment)
        row |= {name: getattr(duty, name) for name in (*names, "next_reminder_at", "reminded_until")}
        row["hurry"] = duty.hurry

    def _other(self, there: Present, want: Expected, demand: Demand) -> bool:
        """Whether what is there has to change. A done duty keeps what it was."""
        if there.state == DutyState.DONE:
            self._loading.changes.done += 1
            return False
        days_hold = all(getattr(there, day) == getattr(want, day) for day in DAYS)
        moving = bool(want.relative.side or want.waits)
        past = (
            there.state == DutyState.OPEN and there.due_on is not None and there.due_on < self._loading.today
        )
        if past and days_hold:
            self._loading.changes.kept += 1  # it belongs to a period that is over, in the words of that time
            return False
        same = there.demand_id == demand.id and (moving or days_hold) and there.waits == (want.waits or "")
        if same and there.state not in GONE and demand_name(want) not in self._demands.changed:
            self._loading.changes.kept += 1
            return False
        return True

    def _own_choice(self, row: Present) -> bool:
        """What a unit has taken on itself stays as long as its topic is in the pool."""
        return bool(row.added) and row.base in self._pool

    def _insert(self, rows: list[dict[str, Any]]) -> None:
        if rows:
            self._loading.session.execute(insert(Duty), rows)
            rows.clear()
