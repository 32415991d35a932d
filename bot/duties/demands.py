"""The demands of a plan while it is loaded: what is asked, once for all units alike, and when its first reminder falls."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from bot.calendar import next_allowed
from bot.duties.changes import Loading, note_title
from bot.duties.ladder import Anchors, Timed, next_at, rung_moments
from bot.duties.usual import Habit, expected_day, in_time
from bot.plans.expected import Expected
from bot.plans.guidance.rules import asks_upload
from bot.plans.ladders import rung_of
from bot.plans.plan import lines_of
from bot.tables import AskedFigure, Demand, FigureKind, KnownOf, Topic

Name = tuple[str, str]
"""A demand's key and variant."""


AS_EXPECTED = (
    *("base", "period", "kind", "title", "period_first", "period_last"),
    *("announced_on", "opens_on", "due_on", "safe_on", "report_due_on", "relative"),
)
"""What a demand says in the very words of the plan."""


class Demands:
    """Writes each demand when it is first asked for, and remembers what the duties of one demand have in common."""

    def __init__(self, loading: Loading, topics: Mapping[Name, Topic]) -> None:
        self._loading = loading
        self._topics = topics
        rows = loading.session.scalars(select(Demand).where(Demand.plan_id == loading.plan.id))
        self._rows: dict[Name, Demand] = {(demand.key, demand.variant): demand for demand in rows}
        self._written: set[Name] = set()
        self._timetables: dict[tuple[str, str, date | None], list[Timed]] = {}
        self.changed: set[Name] = loading.changes.demands

    def known(self, want: Expected) -> bool:
        """Whether it has a row by now."""
        return demand_name(want) in self._rows

    def of(self, want: Expected) -> Demand:
        """The row of what is expected; written or brought up to date at its first mention."""
        name = demand_name(want)
        if name in self._written:
            return self._rows[name]
        facts = self._facts(want)
        demand = self._rows.get(name)
        if demand is None:
            demand = Demand(plan_id=self._loading.plan.id, key=name[0], variant=name[1], **facts)
            self._loading.session.add(demand)
            self._rows[name] = demand
            self._note(self._loading.changes.new, name, want)
        elif any(getattr(demand, field_name) != value for field_name, value in facts.items()):
            for field_name, value in facts.items():
                setattr(demand, field_name, value)
            self._note(self._loading.changes.changed, name, want)
        self._loading.session.flush()
        self._written.add(name)
        return demand

    def timetable(self, want: Expected, habit: Habit) -> list[Timed]:
        """The rungs of what is expected of a unit with this usual day, while no meeting is set."""
        usual_on = None
        if want.kind == "meeting":
            usual_on = expected_day(habit, want.opens_on, in_time(want.due_on, want.report_due_on))
        key = *demand_name(want), usual_on
        if key not in self._timetables:
            rungs = [rung_of(line) for line in lines_of(self._loading.text, want.ladder)]
            anchors = Anchors(
                want.opens_on,
                want.due_on,
                want.safe_on,
                announced_on=want.announced_on,
                usual_on=usual_on,
            )
            self._timetables[key] = rung_moments(rungs, anchors, self._loading.moment.zone)
        return self._timetables[key]

    def counted_from(self) -> set[str]:
        """The keys of the meetings from which new or changed demands count their days."""
        return {self._rows[name].relative.topic for name in self.changed} - {""}

    def _note(self, titles: list[str], name: Name, want: Expected) -> None:
        self.changed.add(name)
        self._loading.followed.pop(name, None)
        note_title(titles, want.title)

    def first_reminder(self, want: Expected, habit: Habit) -> datetime | None:
        """A plan that is loaded in the middle of a period still announces it; nothing is said of one that is past."""
        if want.relative.side or (want.due_on is not None and want.due_on < self._loading.today):
            return None
        return self.not_before_now(next_at(self.timetable(want, habit), None))

    def not_before_now(self, moment: datetime | None) -> datetime | None:
        return None if moment is None else max(moment, next_allowed(self._loading.moment))

    def _facts(self, want: Expected) -> dict[str, Any]:
        topic = self._topics.get((want.topic, want.variant or "")) if want.topic else None
        return {
            "topic_id": topic.id if topic else None,
            **{name: getattr(want, name) for name in AS_EXPECTED},
            "reports_on": want.reports_on or "",
            "uploads": asks_upload(want.base),
            "recipient": want.to or "",
            "via": want.via or "",
            "asks": _asked(want),
            "without_files": want.without_files,
            "material_for": want.material_for or "",
            "material_variant": want.material_variant or "",
            "rungs": [line.model_dump() for line in lines_of(self._loading.text, want.ladder)],
        }


def _asked(want: Expected) -> tuple[AskedFigure, ...]:
    return tuple(
        AskedFigure(
            figure.key,
            figure.title,
            FigureKind(figure.kind),
            figure.optional,
            KnownOf(figure.known) if figure.known else None,
        )
        for figure in want.asks
    )


def demand_name(want: Expected) -> Name:
    return want.key, want.variant or ""
