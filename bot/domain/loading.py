"""Loads a plan: one demand for each thing it asks, one duty for each unit that owes it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from bot.domain.calendar import local_day, next_allowed
from bot.domain.duties import LIVE_MEETING, follow_meeting, place_relative, rungs_of, withdraw_reminders
from bot.domain.expected import Expected, UnitFacts, expected
from bot.domain.ladder import Anchors, Timed, next_at, timetable
from bot.domain.plan import Plan as PlanText
from bot.domain.plan import Topic as TopicText
from bot.domain.plan import documents_of, lines_of, plan_from_json, plan_to_json
from bot.domain.plan_fields import Document
from bot.domain.plan_ladders import rung_of
from bot.domain.roles import below
from bot.models import Demand, Duty, Meeting, MeetingDuty, Plan, Topic, Unit

BATCH = 5000


@dataclass
class Changes:
    """What loading did: how many duties of how many units, and the titles of what is new, moved or gone.

    `changed` also names what has other words or documents than before; its duties count as moved when they are its own.
    """

    units: int = 0
    added: int = 0
    moved: int = 0
    kept: int = 0
    done: int = 0
    withdrawn: int = 0
    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)

    @property
    def nothing(self) -> bool:
        return not (self.added or self.moved or self.withdrawn or self.changed)


def load(session: Session, text: PlanText, owner: Unit, at: datetime, zone: ZoneInfo) -> tuple[Plan, Changes]:
    """Writes a plan and its duties for the subtree of `owner`. Loaded again after an edit, done duties stay as they
    were, open ones follow, what is no longer asked is withdrawn, and nothing doubles. `at` is now, in UTC."""
    loading = _Loading(session, owner, at, zone)
    loading.plan = loading.write_plan(text)
    loading.write_topics(text)
    loading.write_duties(text)
    return loading.plan, loading.changes


class _Loading:
    """One run of `load`; keeps the plan's rows at hand while tens of thousands of duties are compared."""

    plan: Plan

    def __init__(self, session: Session, owner: Unit, at: datetime, zone: ZoneInfo) -> None:
        self.session = session
        self.owner = owner
        self.at = at
        self.zone = zone
        self.changes = Changes()
        self.topics: dict[tuple[str, str], Topic] = {}
        self.demands: dict[tuple[str, str], Demand] = {}
        self.timetables: dict[tuple[str, str], list[Timed]] = {}
        self.first_reminders: dict[tuple[str, str], datetime | None] = {}
        self.changed: set[tuple[str, str]] = set()
        """The demands that are new or other than before."""
        self.stale: list[int] = []
        self._planned: dict[int, datetime] | None = None

    def write_plan(self, text: PlanText) -> Plan:
        head = text.head
        plan = self.session.scalar(
            select(Plan)
            .where(
                Plan.symbol == head.symbol,
                Plan.issued_on == head.date,
                Plan.issuer == head.issuer,
                Plan.unit_id == self.owner.id,
            )
            .with_for_update()
        )
        if plan is None:
            plan = Plan(symbol=head.symbol, issued_on=head.date, issuer=head.issuer, unit_id=self.owner.id)
            self.session.add(plan)
        plan.title, plan.content = head.title, json.loads(plan_to_json(text))
        plan.loaded_at, plan.withdrawn_at = self.at, None
        self.session.flush()
        return plan

    def write_topics(self, text: PlanText) -> None:
        known = {
            (t.key, t.variant): t
            for t in self.session.scalars(select(Topic).where(Topic.plan_id == self.plan.id))
        }
        for topic in text.topics:
            agenda = text.agendas[topic.agenda].model_dump(mode="json", by_alias=True)
            for variant, title, documents in faces(topic):
                row = known.get((topic.key, variant))
                papers = [d.model_dump(mode="json", by_alias=True, exclude_none=True) for d in documents]
                if row is None:
                    row = Topic(plan_id=self.plan.id, key=topic.key, variant=variant)
                    self.session.add(row)
                elif (row.title, row.meeting, row.agenda, row.documents) != (
                    title,
                    topic.meeting,
                    agenda,
                    papers,
                ):
                    self._note(self.changes.changed, title)
                row.title, row.meeting, row.agenda, row.documents = title, topic.meeting, agenda, papers
                self.topics[topic.key, variant] = row
        self.session.flush()

    def write_duties(self, text: PlanText) -> None:
        self._read_demands()
        present = self._present()
        fresh: list[dict[str, Any]] = []
        seen: set[int] = set()
        for unit_id, path, facts, opened_on in self._units():
            self.changes.units += 1
            for want in expected(text, facts):
                if (
                    opened_on
                    and want.due_on
                    and want.due_on < opened_on
                    and (unit_id, want.key) not in present
                ):
                    continue  # it was due before the unit was there
                demand = self._demand(text, want)
                duty = present.get((unit_id, want.key))
                if duty is None:
                    fresh.append(self._new_duty(unit_id, path, want, demand))
                else:
                    seen.add(duty.id)
                    self._compare(duty, want, demand)
            if len(fresh) >= BATCH:
                self._insert(fresh)
                fresh = []
        self._insert(fresh)
        self._follow_planned()
        self._withdraw([d for d in present.values() if d.id not in seen])
        for start in range(0, len(self.stale), BATCH):
            withdraw_reminders(self.session, self.stale[start : start + BATCH], self.at, anew=True)

    def _units(self) -> Sequence[tuple[int, str, UnitFacts, date | None]]:
        today = local_day(self.at, self.zone)
        rows = self.session.execute(
            select(
                Unit.id,
                Unit.path,
                Unit.code,
                Unit.kind,
                Unit.sector,
                Unit.parent_id,
                Unit.closed_on,
                Unit.opened_on,
            )
            .where(below(Unit.path, self.owner.path))
            .order_by(Unit.path)
        )
        return [
            (
                row.id,
                row.path,
                UnitFacts(row.code, row.kind, row.sector, row.parent_id == self.owner.id),
                row.opened_on,
            )
            for row in rows
            if row.closed_on is None or row.closed_on > today
        ]

    def _read_demands(self) -> None:
        for demand in self.session.scalars(select(Demand).where(Demand.plan_id == self.plan.id)):
            self.demands[demand.key, demand.variant] = demand

    def _present(self) -> dict[tuple[int, str], Duty]:
        # Locked: one that is closed meanwhile must not be written over.
        rows = self.session.scalars(select(Duty).where(Duty.plan_id == self.plan.id).with_for_update())
        return {(duty.unit_id, duty.key): duty for duty in rows}

    def _demand(self, text: PlanText, want: Expected) -> Demand:
        name = want.key, want.variant or ""
        if name in self.first_reminders:
            return self.demands[name]
        facts = self._demand_facts(text, want)
        demand = self.demands.get(name)
        if demand is None:
            demand = Demand(plan_id=self.plan.id, key=want.key, variant=want.variant or "", **facts)
            self.session.add(demand)
            self.demands[name] = demand
            self.changed.add(name)
            self._note(self.changes.new, want.title)
        elif any(getattr(demand, field_name) != value for field_name, value in facts.items()):
            for field_name, value in facts.items():
                setattr(demand, field_name, value)
            self.changed.add(name)
            self._note(self.changes.changed, want.title)
        self.session.flush()
        anchors = Anchors(want.opens_on, want.due_on, want.safe_on)
        timed = timetable([rung_of(line) for line in lines_of(text, want.ladder)], anchors, self.zone)
        self.timetables[name] = timed
        self.first_reminders[name] = None if want.relative else self._first(want, timed)
        return demand

    @staticmethod
    def _note(titles: list[str], title: str) -> None:
        if title not in titles:
            titles.append(title)

    def _first(self, want: Expected, timed: Sequence[Timed]) -> datetime | None:
        """A plan that is loaded in the middle of a period still announces it; nothing is said of one that is past."""
        if want.due_on is not None and want.due_on < local_day(self.at, self.zone):
            return None
        return self._not_before_now(next_at(timed, None))

    def _not_before_now(self, moment: datetime | None) -> datetime | None:
        return None if moment is None else max(moment, next_allowed(self.at, self.zone))

    def _demand_facts(self, text: PlanText, want: Expected) -> dict[str, Any]:
        topic = self.topics.get((want.topic, want.variant or "")) if want.topic else None
        relative = want.relative
        return {
            "topic_id": topic.id if topic else None,
            "kind": want.kind,
            "title": want.title,
            "period_first": want.period_first,
            "period_last": want.period_last,
            "opens_on": want.opens_on,
            "due_on": want.due_on,
            "safe_on": want.safe_on,
            "recipient": want.to or "",
            "via": want.via or "",
            "rungs": [line.model_dump() for line in lines_of(text, want.ladder)],
            "relative": {"side": relative.side, "days": relative.days, "topic": relative.topic}
            if relative
            else {},
        }

    def _new_duty(self, unit_id: int, path: str, want: Expected, demand: Demand) -> dict[str, Any]:
        self.changes.added += 1
        return {
            "plan_id": self.plan.id,
            "demand_id": demand.id,
            "unit_id": unit_id,
            "path": path,
            "key": want.key,
            "kind": want.kind,
            "state": "open",
            "opens_on": want.opens_on,
            "due_on": want.due_on,
            "safe_on": want.safe_on,
            "next_reminder_at": self.first_reminders[want.key, want.variant or ""],
            "reminded_until": None,
        }

    def _compare(self, duty: Duty, want: Expected, demand: Demand) -> None:
        """An open duty follows the plan; a done one keeps what it was."""
        if duty.state == "done":
            self.changes.done += 1
            return
        back = duty.state == "withdrawn"
        own_days = (duty.opens_on, duty.due_on, duty.safe_on)
        wanted = own_days if want.relative else (want.opens_on, want.due_on, want.safe_on)
        name = want.key, want.variant or ""
        if not back and duty.demand_id == demand.id and own_days == wanted and name not in self.changed:
            self.changes.kept += 1
            return
        duty.state, duty.kind, duty.demand = "open", want.kind, demand
        duty.opens_on, duty.due_on, duty.safe_on = wanted
        if want.relative and want.relative.side == "after" and duty.due_on is not None:
            place_relative(duty, demand.relative, duty.opens_on)
        self._remind_anew(duty, want, back=back)
        if back:
            self.changes.added += 1
            self._note(self.changes.new, want.title)
        else:
            self.changes.moved += 1
            self.stale.append(duty.id)

    def _remind_anew(self, duty: Duty, want: Expected, *, back: bool) -> None:
        """A duty of which nothing has been said is still announced; of another, what its new days make due is said once."""
        name = want.key, want.variant or ""
        past = duty.due_on is not None and duty.due_on < local_day(self.at, self.zone)
        if duty.reminded_until is None or (back and past):
            duty.next_reminder_at = self.first_reminders[name]
            return
        timed = self.timetables[name]
        planned = self._planned_at(duty)
        if planned or want.relative:
            anchors = Anchors(duty.opens_on, duty.due_on, duty.safe_on, planned)
            timed = timetable(rungs_of(duty.demand), anchors, self.zone)
        duty.next_reminder_at = self._not_before_now(next_at(timed, duty.reminded_until))

    def _planned_at(self, duty: Duty) -> datetime | None:
        """When the duty's meeting is set for; read for the whole plan at once."""
        if self._planned is None:
            rows = self.session.execute(
                select(MeetingDuty.duty_id, Meeting.planned_at)
                .join(Meeting, Meeting.id == MeetingDuty.meeting_id)
                .join(Duty, Duty.id == MeetingDuty.duty_id)
                .where(Duty.plan_id == self.plan.id, Meeting.state.in_(LIVE_MEETING))
            )
            self._planned = {row.duty_id: row.planned_at for row in rows if row.planned_at}
        return self._planned.get(duty.id)

    def _follow_planned(self) -> None:
        """Gives what counts from a meeting its day, where the demand is new or changed: from the day that is set, or
        from the day on which the meeting was held."""
        topics = {self.demands[name].relative.get("topic") for name in self.changed} - {None}
        if not topics:
            return
        meetings = self.session.scalars(
            select(Meeting)
            .join(Topic, Topic.id == Meeting.topic_id)
            .where(
                Topic.plan_id == self.plan.id, Topic.key.in_(topics), Meeting.state.in_(("planned", "held"))
            )
        )
        for meeting in meetings.all():
            moment = meeting.started_at or meeting.planned_at
            if moment:
                follow_meeting(self.session, meeting, local_day(moment, self.zone), self.at, self.zone)

    def _withdraw(self, duties: list[Duty]) -> None:
        gone = [duty for duty in duties if duty.state == "open"]
        self.changes.done += sum(duty.state == "done" for duty in duties)
        if not gone:
            return
        self.changes.withdrawn = len(gone)
        titles = {duty.demand_id: duty.demand.title for duty in gone}
        self.changes.gone = list(titles.values())
        ids = [duty.id for duty in gone]
        for start in range(0, len(ids), BATCH):
            some = ids[start : start + BATCH]
            self.session.execute(
                update(Duty)
                .where(Duty.id.in_(some), Duty.state == "open")
                .values(state="withdrawn", next_reminder_at=None)
            )
            withdraw_reminders(self.session, some, self.at)

    def _insert(self, rows: list[dict[str, Any]]) -> None:
        if rows:
            self.session.execute(insert(Duty), rows)


def faces(topic: TopicText) -> list[tuple[str, str, tuple[Document, ...]]]:
    """The topic as each group of units has it: variant key ('' without variants), title, documents."""
    if not topic.variants:
        return [("", topic.title, topic.documents)]
    return [(v.key, v.title or topic.title, documents_of(topic, v.key)) for v in topic.variants]


def reload_all(session: Session, at: datetime, zone: ZoneInfo) -> list[tuple[Plan, Changes]]:
    """Loads every plan in force again, after the tree of units has changed."""
    done = []
    for plan in session.scalars(select(Plan).where(Plan.withdrawn_at.is_(None)).order_by(Plan.id)).all():
        text = plan_from_json(json.dumps(plan.content))
        done.append(load(session, text, session.get_one(Unit, plan.unit_id), at, zone))
    return done
