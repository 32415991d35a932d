"""Brings the duties of a plan to what it expects, portion by portion of the tree: a portion is written by sets, so that a unit costs the
same in a nation as in a committee."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import ColumnElement, select, true

from bot.duties.changes import Loading
from bot.duties.demands import Demands, Name, demand_name
from bot.duties.following import Following
from bot.duties.leaving import leave_duties, leave_the_rest
from bot.duties.present import Fate, count_fates, duties_with_fate
from bot.duties.usual import Habit
from bot.duties.wanted import SHAPE, Part, UnitClass, lay_out, unit_classes
from bot.duties.writing import write_own_duties, write_passed_on
from bot.plans.expected import Expected, expected_about, expected_duties
from bot.plans.plan import DutyText
from bot.plans.who import COMMITTEES, UnitProfile, fits_unit, reach_of_unit
from bot.tables import Unit

ROWS = 8000
"""About so many duties are compared and written at once."""
UNITS = 250
"""So many units are looked at first, before it is known how much each of them is asked."""


class Comparison:
    """One comparison of a whole plan with the duties that are there."""

    def __init__(self, loading: Loading, demands: Demands) -> None:
        self._loading = loading
        self._demands = demands
        self._following = Following(loading, demands)
        self._pool = {topic.key for topic in loading.text.topics if topic.pool}
        self._most = UNITS

    def run(self, only: ColumnElement[bool] | None = None) -> None:
        """With `only`, a condition on Unit, of these units alone."""
        after = ""
        while (part := self.next_part(after, only)) is not None:
            self.compare(part)
            after = part.upto
        leave_the_rest(self._loading, only)

    def next_part(
        self, after: str, only: ColumnElement[bool] | None = None, *, most: int = 8 * UNITS
    ) -> Part | None:
        """The portion behind the path `after` of the units that the plan is for, `most` of them; None when all have been looked at."""
        meant = true() if only is None else only
        query = select(Unit.id, Unit.path).where(self._loading.living(after), meant)
        units = self._loading.session.execute(query.order_by(Unit.path).limit(min(most, self._most))).all()
        return Part(self._loading, units) if units else None

    def compare(self, part: Part) -> None:
        """Brings what is asked of the units of the part, and about them, to what the plan wants."""
        changes = self._loading.changes
        classes = unit_classes(part)
        actors = self._acting(part)
        wants, asked = self._lay_out(classes, actors)
        fates = count_fates(part)
        units = sum(one.units for one in classes)
        self._most = max(1, min(ROWS * units // max(1, asked, fates.total()), 8 * UNITS))
        changes.kept += fates[Fate.KEPT]
        changes.done += fates[Fate.DONE]
        if fates[Fate.CHANGED]:
            self._following.change(duties_with_fate(part, Fate.CHANGED), wants)
        fresh = write_own_duties(part) + (write_passed_on(part) if self._loading.about_units else 0)
        changes.added += fresh
        if fresh and any(want.waits for want in wants):
            self._following.release(part, wants)
        if fates[Fate.GONE]:
            gone = duties_with_fate(part, Fate.GONE)
            leave_duties(self._loading, [row for row in gone if not (row.added and row.base in self._pool)])
        self._following.follow_meetings(part)

    def _lay_out(
        self, classes: Sequence[UnitClass], actors: Sequence[dict[str, Any]]
    ) -> tuple[list[Expected], int]:
        """Lays out what the units of each class are asked; answers what that is, by its number there, and how often in all."""
        wants: dict[Name, Expected] = {}
        rows: list[dict[str, Any]] = []
        asked = 0
        owed_about = {actor["duty"] for actor in actors}
        for profile in dict.fromkeys(one.profile for one in classes):
            habits = [one for one in classes if one.profile == profile]
            units = sum(one.units for one in habits)
            self._loading.changes.units += units
            for about, want in self._wanted(profile, habits, owed_about):
                asked += units
                wants.setdefault(demand_name(want), want)
                number = list(wants).index(demand_name(want))
                rows += self._lines(profile, habits, want, number, about=about)
        lay_out(self._loading.session, rows, actors)
        return list(wants.values()), asked

    def _wanted(
        self, profile: UnitProfile, habits: Sequence[UnitClass], owed_about: Collection[str]
    ) -> Iterator[tuple[bool, Expected]]:
        """(whether it is asked about the unit, what is expected) of units alike, but for what was due before any of them was there
        and is not known."""
        text = self._loading.text
        opened = None if any(one.opened is None for one in habits) else min(one.opened for one in habits)
        found = [(False, want) for want in expected_duties(text, profile)]
        for duty, wants in expected_about(text, profile):
            found += [(True, want) for want in wants if duty.key in owed_about]
        for about, want in found:
            if not (opened and want.due_on and want.due_on < opened) or self._demands.known(want):
                yield about, want

    def _lines(
        self, profile: UnitProfile, habits: Sequence[Habit], want: Expected, number: int, *, about: bool
    ) -> Iterator[dict[str, Any]]:
        """A line of WANTED; where the usual day decides when it is said first, one for each such day."""
        demand = self._demands.of(want)
        line = {
            **asdict(profile),
            "shift": "",
            "day": 0,
            "number": number,
            "demand_id": demand.id,
            "about": about,
            "base": want.base,
            "key": want.key,
            "duty_kind": demand.kind,
            "waits": want.waits or "",
            **{name: getattr(want, name) for name in SHAPE},
            "moving": bool(want.relative.side or want.waits),
            "changed": demand_name(want) in self._demands.changed,
            "followed": self._loading.followed.get(demand_name(want), ""),
            "first_at": None,
        }
        if want.waits:
            yield line
            return
        first = {
            (one.meeting_shift, one.meeting_day or 0): self._demands.first_reminder(want, one)
            for one in habits
        }
        if len(set(first.values())) == 1:
            yield line | {"first_at": next(iter(first.values()))}
            return
        for (shift, day), at in first.items():
            yield line | {"shift": shift, "day": day, "first_at": at}

    def _acting(self, part: Part) -> list[dict[str, Any]]:
        """Who may owe something about units of the part, a line of ACTORS each.

        A committee owes it for the units below itself, an office for those of the committee that it belongs to.
        """
        asking = [duty for duty in self._loading.text.duties if duty.for_each]
        if not asking:
            return []
        columns = (Unit.id, Unit.path, Unit.code, Unit.kind, Unit.sector, Unit.parent_id)
        query = select(*columns).where(self._loading.living(), self._near(part, asking))
        units = self._loading.session.execute(query.order_by(Unit.path)).all()
        return [
            {
                "duty": duty.key,
                "unit_id": unit.id,
                "path": unit.path,
                "reach": reach_of_unit(unit.path, unit.kind),
            }
            for duty in asking
            for unit in units
            if fits_unit(duty.who, self._loading.profile(unit))
        ]

    @staticmethod
    def _near(part: Part, asking: Sequence[DutyText]) -> ColumnElement[bool]:
        """The units of the kinds that are asked which a unit of the part stands below, or whose office they are."""
        kinds = {kind for duty in asking for kind in duty.who.kinds}
        if any(not duty.who.kinds for duty in asking):
            return part.reaches(Unit.id) | (part.reaches(Unit.parent_id) & Unit.kind.not_in(COMMITTEES))
        found = part.reaches(Unit.id) & Unit.kind.in_(kinds)
        if offices := kinds - set(COMMITTEES):
            found |= part.reaches(Unit.parent_id) & Unit.kind.in_(offices)
        return found
