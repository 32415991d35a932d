"""A whole year, 2022, of forty units and every shipped plan: secretaries who act in time, late or never, minute by minute.

What is counted at the end comes from the script of the people, not from the program.
"""

import csv
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from bot.calendar import Moment, at_local, end_of_day, is_holiday, next_allowed, quiet_since
from bot.duties.counting import tally_demands
from bot.duties.ladder import Anchors, next_at, rung_moments
from bot.duties.life import close_duty, rungs_of
from bot.duties.loading import load_plan
from bot.meetings.attendance import AttendanceCounts
from bot.meetings.meetings import held_before, set_meeting
from bot.people.people import CONSENT_VERSION
from bot.people.roles import units_below
from bot.plans.questions import plan_questions
from bot.store.db import Database
from bot.tables import (
    Contact,
    Demand,
    Duty,
    Meeting,
    MeetingDuty,
    Membership,
    Message,
    Person,
    Reminder,
    ReminderKind,
    Unit,
)
from bot.talk import delivery
from bot.talk.settling import SendOutcome, SendResult, settle_messages
from schedules import reminders, summaries
from tests.kit.places import ROOT, ZONE
from tests.kit.plans import ANSWERS, shipped
from tests.kit.world import World

START, END = date(2022, 1, 3), date(2022, 12, 31)
PLANS = sorted(path.name for path in (ROOT / "schedules" / "plans").glob("*.yaml"))
HABITS = ("early", "in time", "late", "never")
WAKING = timedelta(hours=1)


def tree() -> list[tuple[str, str, str, str, str | None]]:
    """Forty units: a committee with its offices, two grassroots committees, thirty-one cells."""
    rows: list[tuple[str, str, str, str, str | None]] = [("DU", "Đảng ủy mẫu", "dang_uy", "", None)]
    offices = ("ban_to_chuc", "ban_tuyen_giao", "van_phong", "uy_ban_kiem_tra", "mat_tran", "doan_the")
    rows += [(f"P{n}", f"Cơ quan {n}", kind, "", "DU") for n, kind in enumerate(offices)]
    rows += [(f"DB{n}", f"Đảng bộ cơ sở {n}", "dang_bo_co_so", "co_quan", "DU") for n in (1, 2)]
    sectors = ("co_quan", "doanh_nghiep", "nong_thon", "truong_hoc")
    for n in range(31):
        above = ("DU", "DU", "DB1", "DB2")[n % 4]
        rows.append((f"CB{n:02}", f"Chi bộ {n:02}", "chi_bo", sectors[n % 4], above))
    return rows


def habit(unit: str, key: str) -> str:
    """What this unit's people do about this duty, the same in every run."""
    weight = zlib.crc32(f"{unit} {key}".encode()) % 10
    return HABITS[0] if weight < 2 else HABITS[1] if weight < 6 else HABITS[2] if weight < 8 else HABITS[3]


@dataclass
class Year:
    """The people's script and what they have written down themselves."""

    world: World
    diary: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(demand key, in time | late | never): kept by the people."""
    settled: set[int] = field(default_factory=set)
    decided: dict[int, tuple[date, str]] = field(default_factory=dict)

    def people(self) -> None:
        with self.world.db.write() as session:
            for unit in session.scalars(select(Unit).order_by(Unit.id)).all():
                roles = ["secretary", "secretary"] if unit.id % 3 else ["secretary"]
                roles += ["leader"] if unit.kind in ("dang_uy", "dang_bo_co_so") else []
                roles += ["follower"] if unit.id % 10 == 0 else []
                for role in roles:
                    self._person(session, unit, role)

    def _person(self, session, unit: Unit, role: str) -> None:  # type: ignore[no-untyped-def]
        at = self.world.at
        person = Person(
            created_at=at, consent_version=CONSENT_VERSION, consented_at=at, reminder_hour=7 + unit.id % 3
        )
        session.add(person)
        session.flush()
        session.add(Contact(person_id=person.id, channel="telegram", place=f"p{person.id}", used_at=at))
        leads = role == "leader"
        session.add(
            Membership(
                person_id=person.id,
                unit_id=unit.id,
                role=role,
                since=at,
                next_summary_at=at if leads else None,
                summed_on=Moment(at, ZONE).today if leads else None,
            )
        )

    def plans(self) -> None:
        for name in PLANS:
            text = shipped(name)
            with self.world.db.write() as session:
                owner = session.scalars(select(Unit).where(Unit.code == "DU")).one()
                answers = {one.key: ANSWERS[one.open] for one in plan_questions(text)}
                load_plan(session, text, owner, self.world.moment, answers=answers)

    def days(self) -> Iterator[date]:
        day = START
        while day <= END:
            yield day
            day += timedelta(days=1)

    def clock(self, day: date) -> None:
        """Every moment of the day at which something falls due."""
        end = end_of_day(day, ZONE)
        self.world.at = max(self.world.at, at_local(day, time(6), ZONE))
        while self.world.at < end:
            self.world.tick(reminders.say_reminders)
            self.world.tick(summaries.tell_leaders)
            self.deliver()
            with self.world.db.read() as session:
                coming = [
                    moment
                    for moment in (
                        reminders.next_reminder_moment(session),
                        summaries.next_summary_moment(session),
                        session.scalar(
                            select(Message.due_at)
                            .where(Message.state == "waiting", Message.due_at > self.world.at)
                            .order_by(Message.due_at)
                            .limit(1)
                        ),
                    )
                    if moment is not None and moment > self.world.at
                ]
            self.act(day, before=min([*coming, end]))
            self.world.at = max(self.world.at, min([*coming, end]))

    def deliver(self) -> None:
        with self.world.db.write() as session:
            while claimed := delivery.claim_messages(session, self.world.at, ["telegram"], 500):
                outcomes = [SendOutcome(one, SendResult.SENT) for one in claimed]
                settle_messages(session, outcomes, self.world.at)

    def act(self, day: date, *, before: datetime) -> None:
        """At noon the people do what they have meant to do that day."""
        noon = at_local(day, time(12), ZONE)
        if not self.world.at <= noon < before:
            return
        self.world.at = noon
        with self.world.db.write() as session:
            open_ones = session.scalars(select(Duty.id).where(Duty.state == "open", Duty.opens_on <= day))
            thought_of = [one for one in open_ones if not self._is_left(one, day)]
            for duty in session.scalars(select(Duty).where(Duty.id.in_(thought_of))).all():
                self._consider(session, duty, day)

    def _is_left(self, duty_id: int, day: date) -> bool:
        """It is done, or its people have decided to do it later or never."""
        if duty_id not in self.decided:
            return False
        wanted, how = self.decided[duty_id]
        return duty_id in self.settled or how == "never" or day < wanted

    def _consider(self, session, duty: Duty, day: date) -> None:  # type: ignore[no-untyped-def]
        if duty.demand.relative.side and duty.due_on is None:
            return  # its meeting has no day yet
        if duty.id not in self.decided:
            self.decided[duty.id] = self._decide(session, duty, day)
        if self._is_left(duty.id, day):
            return
        self.settled.add(duty.id)
        # What had to come before a meeting that is over cannot be in time any more.
        in_time = duty.hurry != "after" and (duty.due_on is None or day <= duty.due_on)
        self.diary[duty.demand.key, "in time" if in_time else "late"] += 1
        if duty.kind == "meeting":
            counts = AttendanceCounts(total=20, present=18, absent_excused=1, absent_unexcused=1, exempt=0)
            moment = at_local(day, time(8), ZONE)
            held_before(session, duty.unit, duty, moment, counts, 1, self.world.moment)
        else:
            close_duty(session, duty, day, self.world.moment)

    def _decide(self, session, duty: Duty, day: date) -> tuple[date, str]:  # type: ignore[no-untyped-def]
        """When they will do it; a meeting that will be held in time is set beforehand."""
        how = habit(duty.unit.code, duty.key)
        due = duty.due_on or day + timedelta(days=20)
        wanted = {"early": day, "in time": max(day, due - timedelta(days=1)), "late": due + timedelta(days=9)}
        if duty.kind == "meeting" and how == "in time" and wanted[how] > day:
            moment = at_local(wanted[how], time(8), ZONE)
            set_meeting(session, duty.unit, duty, moment, "Hội trường", self.world.moment)
        return wanted.get(how, due), how


@pytest.fixture
def year(db: Database) -> Year:
    world = World(db, at_local(START, time(6), ZONE))
    world.units(*tree())
    lived = Year(world)
    lived.people()
    lived.plans()
    for day in lived.days():
        lived.clock(day)
    return lived


@pytest.mark.long
def test_a_year_of_forty_units(year: Year, tmp_path: Path) -> None:
    """One test, for the year is long: each look at it is a function of its own."""
    told = write_table(year, tmp_path / "messages.csv")
    assert len(told) == len({row["message"] for row in told})
    assert all(row["went out"] for row in told)
    with year.world.db.read() as session:
        duties = {d.id: d for d in session.scalars(select(Duty).options(joinedload(Duty.demand)))}
        demands = {demand.id: demand for demand in session.scalars(select(Demand))}
        meetings = dict(
            session.execute(
                select(MeetingDuty.duty_id, Meeting.planned_at).join(
                    Meeting, Meeting.id == MeetingDuty.meeting_id
                )
            ).all()
        )
        arranged = {
            (row.unit_id, row.key): row.created_at
            for row in session.execute(
                select(Duty.unit_id, Duty.key, Meeting.created_at)
                .join(MeetingDuty, MeetingDuty.duty_id == Duty.id)
                .join(Meeting, Meeting.id == MeetingDuty.meeting_id)
            )
        }
        table = session.execute(
            select(
                Reminder.duty_id,
                Reminder.rung,
                Reminder.person_id,
                Message.sent_at,
                Message.state,
                Message.created_at,
            )
            .join(Message, Message.id == Reminder.message_id)
            .order_by(Message.id)
        ).all()
        roles = {
            (row.person_id, row.unit_id): row.role
            for row in session.scalars(select(Membership).order_by(Membership.id))
        }
        figures = tally_demands(session, units_below(Duty.path, "/1/"), END)
    assert len(duties) > 500
    assert len(table) > 1000
    told_as_done = (ReminderKind.DONE, ReminderKind.SUMMARY)
    sent = [row for row in table if row.state == "sent" and row.rung.partition("@")[0] not in told_as_done]
    nobody_is_reminded_after_the_end(duties, sent)
    nobody_is_woken(duties, meetings, sent)
    nobody_hears_more_than_the_ladder_has(duties, demands, sent, roles)
    nothing_is_forgotten(duties, sent, arranged)
    the_figures_are_those_of_the_people(year, duties, demands, figures)


def write_table(year: Year, path: Path) -> list[dict[str, str]]:
    """Every message of the year: when, to whom, about what; as a table that a person can open and read."""
    with year.world.db.read() as session:
        rows = session.execute(
            select(Message.id, Message.sent_at, Message.state, Message.body, Unit.name, Membership.role)
            .join(Membership, Membership.person_id == Message.person_id)
            .join(Unit, Unit.id == Membership.unit_id)
            .where(Message.state == "sent")
            .order_by(Message.sent_at, Message.id)
        ).all()
    table = [
        {
            "message": str(row.id),
            "went out": f"{row.sent_at.astimezone(ZONE):%d/%m/%Y %H:%M}" if row.sent_at else "",
            "to": f"{row.role}, {row.name}",
            "says": row.body["text"].split("\n")[0],
        }
        for row in rows
    ]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(table[0]))
        writer.writeheader()
        writer.writerows(table)
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def nobody_is_reminded_after_the_end(duties: Mapping[int, Duty], sent: list) -> None:  # type: ignore[type-arg]
    for row in sent:
        duty = duties[row.duty_id]
        assert duty.state in ("open", "done") or duty.hurry == "after", (duty.key, duty.state)
        assert duty.done_at is None or row.sent_at <= duty.done_at, (duty.key, row)
        assert row.sent_at >= at_local(duty.announced_on, time(6), ZONE), (duty.key, row)


def nobody_is_woken(duties: Mapping[int, Duty], meetings: Mapping[int, datetime | None], sent: list) -> None:  # type: ignore[type-arg]
    for row in sent:
        local = row.sent_at.astimezone(ZONE)
        held = meetings.get(row.duty_id)
        own_day = held is not None and Moment(held, ZONE).today == local.date()
        assert own_day or not is_holiday(local.date()), (duties[row.duty_id].key, local)
        assert own_day or quiet_since(Moment(row.sent_at, ZONE)) is None, (duties[row.duty_id].key, local)


def nobody_hears_more_than_the_ladder_has(
    duties: Mapping[int, Duty],
    demands: Mapping[int, Demand],
    sent: list,  # type: ignore[type-arg]
    roles: Mapping[tuple[int, int], str],
) -> None:
    heard: dict[tuple[int, int], list[str]] = defaultdict(list)
    moments: dict[tuple[int, int], list[datetime]] = defaultdict(list)
    for row in sent:
        if row.rung.partition("@")[0] in (ReminderKind.CATCH_UP, "urgent"):
            continue
        heard[row.duty_id, row.person_id].append(row.rung.partition("@")[0])
        moments[row.duty_id, row.person_id].append(row.sent_at)
    for (duty_id, person_id), rungs in heard.items():
        duty = duties[duty_id]
        ladder = {rung.key: rung for rung in rungs_of(demands[duty.demand_id])}
        assert set(rungs) <= set(ladder), (duty.key, rungs)
        assert len(rungs) == len(set(rungs)), (duty.key, rungs)
        leads = roles.get((person_id, duty.unit_id)) == "secretary"
        allowed = {key for key, rung in ladder.items() if leads or rung.to == "above"}
        assert set(rungs) <= allowed, (duty.key, rungs)
        assert all(a < b for a, b in pairwise(moments[duty_id, person_id])), (duty.key, rungs)


def nothing_is_forgotten(
    duties: Mapping[int, Duty],
    sent: list,  # type: ignore[type-arg]
    arranged: Mapping[tuple[int, str], datetime],
) -> None:
    """Whatever was asked was said at least once, unless it was done before its first rung came."""
    spoken = {row.duty_id for row in sent}
    held = {(one.unit_id, one.key): one.done_at for one in duties.values() if one.kind == "meeting"}
    for duty in duties.values():
        if duty.id in spoken or duty.state not in ("open", "done"):
            continue
        if duty.demand.relative.side and duty.due_on is None:
            continue  # its meeting has no day: nobody is asked yet
        if duty.due_on is not None and duty.due_on < START:
            continue  # it was past when the plan came
        told_of = (duty.unit_id, duty.demand.reports_on)
        if told_of in held and held[told_of] is None:
            continue  # the meeting that it tells of was never held
        first_day = max(duty.announced_on, START)
        anchors = Anchors(max(duty.opens_on, START), duty.due_on, duty.safe_on, announced_on=first_day)
        # What hangs on a meeting has its day since the meeting was set or entered; the card of that moment says so.
        known = arranged.get((duty.about_id or duty.unit_id, duty.demand.relative.topic))
        if duty.demand.relative.side or duty.waits:
            known = max(known or at_local(START, time(6), ZONE), at_local(duty.opens_on, time(12), ZONE))
        known = held.get(told_of) or known
        first = next_at(rung_moments(rungs_of(duty.demand), anchors, ZONE), known)
        until = duty.done_at or end_of_day(END, ZONE)
        # People are told at their own hour, up to two hours after the rung; a holiday may lie between.
        first = first and next_allowed(Moment(first, ZONE), weekends=False)
        assert first is None or first + timedelta(hours=14) > until, (duty.unit_id, duty.key, first, until)


def the_figures_are_those_of_the_people(
    year: Year,
    duties: Mapping[int, Duty],
    demands: Mapping[int, Demand],
    figures: list,  # type: ignore[type-arg]
) -> None:
    told = Counter({(t.key, "in time"): 0 for t in figures})
    for tally in figures:
        told[tally.key, "in time"] += tally.on_time
        told[tally.key, "late"] += tally.late
        assert tally.expected == tally.on_time + tally.late + tally.open, tally.key
    assert +told == +year.diary
    asked = Counter(
        demands[d.demand_id].key
        for d in duties.values()
        if d.state in ("open", "done")
        and (d.state == "done" or d.opens_on <= END)
        and (d.due_on is not None or not demands[d.demand_id].relative.side)
    )
    expected = Counter()  # type: ignore[var-annotated]
    for tally in figures:
        expected[tally.key] += tally.expected
    assert expected == asked
    assert sum(told.values()) > 200
