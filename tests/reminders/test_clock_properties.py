"""Whatever the ladder, the days and the meetings: when reminders fall, and a year of one unit tick by tick."""

import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from itertools import count, cycle, pairwise
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from bot.calendar import (
    QUIET_FROM,
    QUIET_UNTIL,
    Moment,
    at_local,
    is_holiday,
    is_weekend,
    next_allowed,
    safe_day,
)
from bot.duties.ladder import CLIMB, Anchors, next_at, rung_moments, worth_saying
from bot.duties.life import close_duty
from bot.meetings.meetings import set_meeting
from bot.plans.ladders import RUNG_AT, LadderLine, LadderRung, rung_of
from bot.plans.plan import PlanText
from bot.plans.yaml_in import read_plan
from bot.store.db import Database
from bot.tables import Contact, Demand, Duty, Membership, Message, Person, Reminder, ReminderKind, Unit
from bot.talk.outbox import lose_contact
from schedules import reminders
from tests.kit.databases import Ground
from tests.kit.places import ROOT, ZONE
from tests.kit.world import World

NEW_YEAR, LAST = date(2026, 1, 1), date(2026, 12, 31)
SAYS = (
    "topic",
    "set_date",
    "ready",
    "upload",
    "today",
    "start",
    "result",
    "due",
    "last_day",
    "late",
    "minutes",
)
CLOCKS = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30]))
TIMELESS = settings(deadline=None)
ANY_YEAR = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@st.composite
def lines(
    draw: st.DrawFn, anchors: Sequence[str] = ("opens", "safe", "due", "meeting")
) -> list[dict[str, str]]:
    """A ladder as a plan's file has it."""
    found = []
    for number in range(draw(st.integers(1, 8))):
        anchor, sign = draw(st.sampled_from(anchors)), draw(st.sampled_from("+-"))
        if anchor == "meeting" and draw(st.booleans()):
            at = f"meeting{sign}{draw(st.integers(0, 30))}h"
        else:
            clock = draw(st.none() | CLOCKS)
            at = f"{anchor}{sign}{draw(st.integers(0, 40))}d" + (f" {clock:%H:%M}" if clock else "")
        assert RUNG_AT.fullmatch(at)
        line = {"key": f"r{number}", "at": at, "say": draw(st.sampled_from(SAYS))}
        line["when"] = draw(st.sampled_from(["always", "scheduled", "unscheduled"]))
        line["to"] = draw(st.sampled_from(CLIMB))
        found.append(line)
    return found


@st.composite
def days(draw: st.DrawFn) -> Anchors:
    opens = draw(st.dates(date(2021, 12, 1), date(2027, 6, 30)))
    due = draw(st.none() | st.integers(0, 120).map(lambda n: opens + timedelta(days=n)))
    meeting = draw(st.none() | st.tuples(st.integers(-20, 140), CLOCKS))
    meeting_at = at_local(opens + timedelta(days=meeting[0]), meeting[1], ZONE) if meeting else None
    return Anchors(opens, due, safe_day(due) if due else None, meeting_at)


def rungs(ladder: Sequence[dict[str, str]]) -> list[LadderRung]:
    return [rung_of(LadderLine.model_validate(line)) for line in ladder]


@TIMELESS
@given(lines(), days())
def test_no_reminder_at_night_on_a_holiday_or_before_its_duty_opens(
    ladder: list[dict[str, str]], given: Anchors
) -> None:
    timed = rung_moments(rungs(ladder), given, ZONE)
    own_day = Moment(given.meeting_at, ZONE).today if given.meeting_at else None
    for one in timed:
        own = own_day if one.rung.anchor == "meeting" else None
        assert next_allowed(Moment(one.at, ZONE), except_day=own) == one.at
        assert one.at >= at_local(given.opens_on, time.min, ZONE)
    assert all(one.at < later.at for one, later in pairwise(timed))
    assert len({one.rung.key for one in timed}) == len(timed)


@TIMELESS
@given(lines().flatmap(lambda ladder: st.tuples(st.just(ladder), st.permutations(ladder))), days())
def test_the_order_of_a_ladder_changes_nothing(
    ladders: tuple[list[dict[str, str]], list[dict[str, str]]], given: Anchors
) -> None:
    ladder, mixed = ladders
    timed = rung_moments(rungs(ladder), given, ZONE)
    assert timed == rung_moments(rungs(mixed), given, ZONE) == rung_moments(rungs(ladder[::-1]), given, ZONE)


@TIMELESS
@given(days())
def test_each_step_up_has_a_day_of_its_own(given: Anchors) -> None:
    """The three steps after the last day, whatever festival lies there: in their order, never two on one day."""
    steps = [f"due+{n}d" for n in (1, 3, 5)]
    climb = [
        {"key": f"climb-{to}", "at": at, "say": "late", "to": to} for at, to in zip(steps, CLIMB, strict=True)
    ]
    timed = rung_moments(rungs(climb), given, ZONE)
    assert [one.rung.to for one in timed] == (list(CLIMB) if given.due_on else [])
    told_on = [Moment(one.at, ZONE).today for one in timed]
    assert told_on == sorted(set(told_on))


@TIMELESS
@given(lines(), days(), st.lists(st.integers(0, 60 * 24 * 9), min_size=1, max_size=30))
def test_however_late_the_ticks_come_nothing_is_said_twice(
    ladder: list[dict[str, str]], given: Anchors, late: list[int]
) -> None:
    timed = rung_moments(rungs(ladder), given, ZONE)
    since, seen = None, list[str]()
    delays = cycle(late)
    while moment := next_at(timed, since):
        at = moment + timedelta(minutes=next(delays))
        said, passed = worth_saying(timed, since, Moment(at, ZONE), given)
        assert len({one.rung.to for one in said}) == len(said)
        come = [one.rung.key for one in (*said, *passed)]
        assert not set(come) & set(seen)
        assert come
        assert all(one.at <= at for one in said)
        seen += come
        since = at
    assert sorted(seen) == sorted(one.rung.key for one in timed)


# One unit through a year.

ACTS = ("meet", "close", "away", "lose", "return")
Act = tuple[int, str, int, int]


@st.composite
def acts(draw: st.DrawFn) -> list[Act]:
    """(day of the year, what happens, to which duty, how many days ahead or for how long), in order."""
    one = st.tuples(st.integers(0, 364), st.sampled_from(ACTS), st.integers(0, 5), st.integers(0, 30))
    return sorted(draw(st.lists(one, max_size=12)))


def plan_text(meeting: list[dict[str, str]], report: list[dict[str, str]], symbol: str = "1-KH/A") -> str:
    """JSON is YAML: a meeting each quarter, a report each half year, a confirmation without a day."""
    head = {"symbol": symbol, "date": "2026-01-01", "issuer": "A", "title": "B", "starts": "2026-01-01"}
    return json.dumps(
        {
            "plan": {**head, "ends": "2026-12-31"},
            "topics": [
                {
                    "key": "chuyen-de",
                    "title": "Chuyên đề",
                    "meeting": "thematic",
                    "every": "quarter",
                    "ladder": "m",
                }
            ],
            "duties": [
                {
                    "key": "bao-cao",
                    "do": "report",
                    "title": "Báo cáo",
                    "due": {"every": "half_year"},
                    "ladder": "r",
                },
                {"key": "viec", "do": "confirm", "title": "Việc", "due": {"undated": True}},
            ],
            "ladders": {"m": meeting, "r": report},
        }
    )


def plan_of(folder: Path, text: str) -> PlanText:
    path = folder / "plan.yaml"
    path.write_text(text, "utf-8")
    return read_plan(path, agendas=ROOT / "templates" / "agendas")


@contextmanager
def fresh(ground: Ground) -> Iterator[tuple[World, Path]]:
    """A world of its own for each example: a committee with a leader, a cell with two secretaries."""
    folder = Path(tempfile.mkdtemp(prefix="year-"))
    ground.clear(folder)
    db = Database(ground.engine)
    try:
        world = World(db, at_local(NEW_YEAR, time(6), ZONE))
        world.units(("D", "Đảng ủy", "dang_uy", "", None), ("C", "Chi bộ", "chi_bo", "co_quan", "D"))
        people(db, world.at)
        yield world, folder
    finally:
        db.close()
        shutil.rmtree(folder)


def people(db: Database, at: datetime) -> None:
    posts = (("C", "secretary"), ("C", "secretary"), ("D", "leader"))
    with db.write() as session:
        for (code, role), place in zip(posts, count(1), strict=False):
            unit = session.scalars(select(Unit).where(Unit.code == code)).one()
            person = Person(created_at=at)
            session.add(Contact(person=person, channel="web", place=str(place), used_at=at))
            session.flush()
            session.add(Membership(person_id=person.id, unit_id=unit.id, role=role, since=at))


def act(world: World, one: Act, meeting_days: set[date]) -> None:
    _, what, which, number = one
    with world.db.write() as session:
        first = session.get_one(Person, 1)
        duties = session.scalars(select(Duty).where(Duty.state == "open").order_by(Duty.id)).all()
        duty = duties[which % len(duties)] if duties else None
        if what == "away":
            first.away_until = world.moment.today + timedelta(days=number)
        elif what == "lose":
            contact = session.scalars(select(Contact).where(Contact.person_id == 1)).one()
            lose_contact(session, contact, "blocked", world.at)
        elif what == "return":
            session.execute(update(Contact).values(lost_at=None))
        elif what == "close" and duty:
            close_duty(session, duty, world.moment.today, world.moment)
        elif what == "meet" and duty and duty.kind == "meeting":
            moment = world.at + timedelta(days=number, hours=1 + which)
            unit = session.get_one(Unit, duty.unit_id)
            set_meeting(session, unit, duty, moment, "", world.moment)
            meeting_days.add(Moment(moment, ZONE).today)


def deliver(world: World) -> None:
    """What is due goes out."""
    with world.db.write() as session:
        due = (Message.state == "waiting", Message.due_at <= world.at)
        session.execute(update(Message).where(*due).values(state="sent", sent_at=Message.due_at))


def live(world: World, happens: list[Act], late: list[int]) -> set[date]:
    """A year: every tick that is due, each late by so many minutes, and what people do in between."""
    meeting_days: set[date] = set()
    delays, todo = cycle(late), list(happens)
    end = at_local(LAST + timedelta(days=45), time.min, ZONE)
    for turn in count():
        assert turn < 1000, "the ladders have an end"
        with world.db.read() as session:
            following = reminders.next_reminder_moment(session)
        acted = at_local(NEW_YEAR + timedelta(days=todo[0][0]), time(10), ZONE) if todo else None
        if acted and (following is None or acted <= following):
            world.at = max(world.at, acted)
            deliver(world)
            act(world, todo.pop(0), meeting_days)
        elif following is None or following > end:
            return meeting_days
        else:
            world.at = max(world.at, following + timedelta(minutes=next(delays)))
            deliver(world)
            world.tick(reminders.say_reminders)
    return meeting_days


@ANY_YEAR
@given(
    lines(),
    lines(("opens", "safe", "due")),
    acts(),
    st.lists(st.sampled_from([0, 0, 0, 3, 50, 700, 4000]), min_size=1, max_size=9),
)
def test_a_year_of_one_unit(
    sqlite_ground: Ground,
    meeting: list[dict[str, str]],
    report: list[dict[str, str]],
    happens: list[Act],
    late: list[int],
) -> None:
    with fresh(sqlite_ground) as (world, folder):
        world.load(plan_of(folder, plan_text(meeting, report)), owner="D")
        meeting_days = live(world, happens, late)
        moved = sum(what == "meet" for _, what, *_ in happens)
        with world.db.read() as session:
            rows = session.execute(
                select(Reminder, Duty, Demand, Message)
                .join(Duty, Duty.id == Reminder.duty_id)
                .join(Demand, Demand.id == Duty.demand_id)
                .join(Message, Message.id == Reminder.message_id)
            ).all()
        heard: dict[tuple[int, str], set[int]] = {}
        for said, duty, demand, message in rows:
            ladder = {line["key"]: line for line in demand.rungs}
            assert duty.done_at is None or said.at < duty.done_at or said.kind == ReminderKind.DONE
            assert duty.state == "open" or message.state != "waiting" or said.kind == ReminderKind.DONE
            assert Moment(said.at, ZONE).today >= duty.announced_on
            ahead = timedelta(days=10 if duty.kind == "meeting" else 0)
            earliest = safe_day(duty.opens_on - ahead) if ahead else duty.opens_on
            assert earliest <= duty.announced_on <= duty.opens_on
            _awake(message.due_at, meeting_days)
            if said.person_id == 3:
                assert not is_weekend(Moment(message.due_at, ZONE).today)
            key = said.rung.partition("@")[0]
            if key in (ReminderKind.CATCH_UP, ReminderKind.DONE):
                continue
            line = ladder[key]
            assert (said.person_id == 3) == (line.get("to") == "above")
            heard.setdefault((duty.id, said.rung), set()).add(said.person_id)
            if line.get("to") != "above":
                assert len(heard[duty.id, said.rung]) == 1, "one secretary speaks, and one stands in"
        for duty_id in {number for number, _ in heard}:
            names = [rung for number, rung in heard if number == duty_id]
            longest = max(len(meeting), len(report), 3)
            assert len(names) <= longest * (1 + moved)


def test_what_climbs_while_the_program_was_down_in_the_evening_comes_in_the_morning(
    sqlite_ground: Ground,
) -> None:
    """The deputy is called at 16:00; the program is back at 3:40 in the night, and at 22:00 another time."""
    ladder = [
        {"key": "first", "at": "due-30d", "say": "topic", "when": "always", "to": "secretary"},
        {"key": "climb", "at": "due-28d 16:00", "say": "topic", "when": "always", "to": "deputy"},
    ]
    for late in (700, 360):
        with fresh(sqlite_ground) as (world, folder):
            world.load(plan_of(folder, plan_text(ladder[:1], ladder)), owner="D")
            live(world, [], [late])
            with world.db.read() as session:
                climbed = select(Message.due_at).join(Reminder, Reminder.message_id == Message.id)
                moments = session.scalars(climbed.where(Reminder.rung.startswith("climb"))).all()
            assert moments
            for moment in moments:
                _awake(moment, set())


def _awake(moment: datetime, meeting_days: set[date]) -> None:
    wall = moment.astimezone(ZONE)
    if wall.date() in meeting_days:
        assert time(6) <= wall.time() < QUIET_FROM
    else:
        assert QUIET_UNTIL <= wall.time() < QUIET_FROM
        assert not is_holiday(wall.date())


def told(world: World) -> list[tuple[str, str, int]]:
    with world.db.read() as session:
        rows = session.execute(
            select(Demand.title, Reminder.rung, Reminder.person_id)
            .join(Duty, Duty.id == Reminder.duty_id)
            .join(Demand, Demand.id == Duty.demand_id)
        )
        return sorted((row[0], row[1], row[2]) for row in rows)


@settings(ANY_YEAR, max_examples=4)
@given(lines(), lines(("opens", "safe", "due")))
def test_the_order_of_loading_changes_nothing(
    sqlite_ground: Ground, meeting: list[dict[str, str]], report: list[dict[str, str]]
) -> None:
    texts = [plan_text(meeting, report), plan_text(report, report, "2-KH/A").replace("Việc", "Thêm")]
    found = []
    for order in (texts, texts[::-1]):
        with fresh(sqlite_ground) as (world, folder):
            for text in order:
                world.load(plan_of(folder, text), owner="D")
            live(world, [], [0])
            found.append(told(world))
    assert found[0] == found[1]
    assert found[0]
