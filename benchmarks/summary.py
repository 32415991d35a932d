"""A leader's summary over ten thousand units, against one hand-written aggregate over the same rows."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from statistics import median

from sqlalchemy import insert, select, text, update
from sqlalchemy.orm import Session

from benchmarks.children import Api
from benchmarks.figures import Row
from benchmarks.grounds import FIRST_PLACE, Grounds, desk_of
from benchmarks.plan import SIZES, gather_statistics, planned
from benchmarks.spent import Spent, as_the_program_runs, spent_by
from benchmarks.subjects import server_of
from bot.messages import Address, Incoming
from bot.people.people import CONSENT_VERSION
from bot.people.roles import units_below
from bot.periods import summed_period
from bot.store.db import Database
from bot.summaries.period import sum_period
from bot.summaries.picture import draw_picture
from bot.summaries.picturing import picture_facts
from bot.tables import Attendance, Contact, Duty, Meeting, MeetingDuty, Membership, Person
from bot.talk.desk import Desk
from bot.talk.receive import receive
from schedules import summaries

MONDAY = datetime(2022, 5, 9, 3, 0, tzinfo=UTC)
"""10:00 of a Monday in Viet Nam: the day of the weekly summary."""
YEAR_END = datetime(2022, 12, 30, 3, 0, tzinfo=UTC)
"""All that the plan asks of the year has opened."""
YEAR, PARTS = "/tonghop 2022", "/tonghop 2022 tung don vi"
TIMES = 3
MANY = 10_000
AGGREGATE = text(
    """
    SELECT demand_id, count(*),
           sum(CASE WHEN state = 'done' AND on_time THEN 1 ELSE 0 END),
           sum(CASE WHEN state = 'done' AND NOT on_time THEN 1 ELSE 0 END),
           sum(CASE WHEN state = 'open' THEN 1 ELSE 0 END)
    FROM duties
    WHERE path >= '/1/' AND path < '/10' AND state <> 'withdrawn' AND opens_on <= :today
    GROUP BY demand_id
    """
)


def measure(grounds: Grounds, _api: Api, sizes: Sequence[int] = SIZES) -> Iterator[Row]:
    dearest: dict[int, float] = {}
    for kind in ("sqlite", "postgresql"):
        for size in sizes:
            with planned(grounds, kind, size) as (db, _):
                with db.write() as session:
                    write_leaders(session)
                    hold_meetings(session)
                gather_statistics(db)
                found = summaries_of(db, server_of(grounds, kind), f"summary.{size}.{kind}")
                for row in found:
                    yield replace(row, what=f"{row.what}: {size:,} units, {kind}")
            dearest[size] = max(dearest.get(size, 0.0), found[0].figure)
    for size, spent in dearest.items():
        yield Row(f"summary.{size}.cpu_ms", f"/tonghop, the dearer: {size:,} units", spent, "ms")


def summaries_of(db: Database, server: Sequence[int], name: str) -> list[Row]:
    """Each by the processor time of this process; what the database server worked beside it is among the costs."""
    desk = desk_of(db)
    asked: dict[str, tuple[str, Callable[[int], object]]] = {
        "cpu_ms": ("/tonghop", lambda turn: ask(desk, turn)),
        "weekly_cpu_ms": ("weekly summary", partial(summarise, desk)),
        "year_cpu_ms": ("/tonghop of the year", lambda turn: ask(desk, turn, YEAR, YEAR_END)),
        "parts_cpu_ms": ("the year by committee", lambda turn: ask(desk, turn, PARTS, YEAR_END)),
        "picture_cpu_ms": ("the picture of the year", lambda _turn: draw(desk)),
    }
    plain, plain_served, _ = worked(lambda _turn: aggregate(db), server)
    rows = []
    for figure, (what, run) in asked.items():
        prepare = partial(make_due, desk) if figure == "weekly_cpu_ms" else None
        spent, served, seconds = worked(run, server, prepare)
        costs = {figure.replace("cpu_ms", "ms"): seconds * 1000}
        if server:
            costs[figure.replace("cpu_ms", "server_cpu_ms")] = served * 1000
        beside = (
            f"one aggregate (and {plain_served * 1000:.0f} ms in the server)" if server else "one aggregate"
        )
        rows.append(Row(f"{name}.{figure}", what, spent, "ms", plain, beside, costs))
    return rows


def middle(run: Callable[[int], None]) -> float:
    spent = []
    for turn in range(TIMES):
        began = time.perf_counter()
        run(turn)
        spent.append(time.perf_counter() - began)
    return median(spent)


def worked(
    run: Callable[[int], object], server: Sequence[int], prepare: Callable[[int], None] | None = None
) -> tuple[float, float, float]:
    """Seconds of the processor in this process and by the clock, the middle of a few times; in the database server, whose
    time is told in hundredths of a second, their mean. What prepares each time is not among them."""
    own, by_clock, served = [], [], Spent()
    with as_the_program_runs():
        for turn in range(TIMES):
            if prepare is not None:
                prepare(turn)
            before, cpu, began = spent_by(server), time.process_time(), time.perf_counter()
            run(turn)
            own.append(time.process_time() - cpu)
            by_clock.append(time.perf_counter() - began)
            served += spent_by(server) - before
    return median(own), served.cpu / TIMES, median(by_clock)


def hold_meetings(session: Session) -> None:
    """Nine cells of ten have held April's meeting, one of them late, and counted who was there."""
    due = select(Duty.id, Duty.unit_id).where(Duty.kind == "meeting", Duty.due_on == date(2022, 4, 30))
    held = [(row.id, row.unit_id) for row in session.execute(due) if row.unit_id % 10]
    for late in (False, True):
        ids = [duty for duty, unit in held if (unit % 10 == 1) == late]
        done = update(Duty).execution_options(synchronize_session=False)
        done = done.values(state="done", done_at=MONDAY, on_time=not late, present=25, obliged=28)
        for start in range(0, len(ids), MANY):
            session.execute(done.where(Duty.id.in_(ids[start : start + MANY])))
    shared: dict[str, object] = {
        "topic_id": None,
        "kind": "regular",
        "state": "held",
        "place": "",
        "step": 0,
    }
    times = {"started_at": MONDAY, "ended_at": MONDAY, "planned_at": MONDAY, "created_at": MONDAY}
    session.execute(insert(Meeting), [{"id": d, "unit_id": unit, **shared, **times} for d, unit in held])
    session.execute(insert(MeetingDuty), [{"meeting_id": d, "duty_id": d} for d, _ in held])
    counts = {"total": 28, "present": 25, "absent_excused": 2, "absent_unexcused": 1, "exempt": 0}
    entered = {"entered_by": FIRST_PLACE, "entered_at": MONDAY}
    session.execute(insert(Attendance), [{"meeting_id": d, **counts, **entered} for d, _ in held])


def write_leaders(session: Session) -> None:
    for number in range(FIRST_PLACE, FIRST_PLACE + TIMES):
        person = Person(id=number, created_at=MONDAY, consent_version=CONSENT_VERSION, consented_at=MONDAY)
        session.add(person)
        session.flush()
        session.add(Contact(person_id=number, channel="telegram", place=str(number), used_at=MONDAY))
        session.add(Membership(person_id=number, unit_id=1, role="leader", since=MONDAY))


def aggregate(db: Database) -> None:
    with db.read() as session:
        found = session.execute(AGGREGATE, {"today": date(2022, 5, 9)}).all()
    if not found:
        raise RuntimeError("no duties")


def make_due(desk: Desk, turn: int) -> None:
    """One leader's weekly summary."""
    with desk.db.write() as session:
        session.execute(
            update(Membership)
            .where(Membership.person_id == FIRST_PLACE + turn)
            .values(next_summary_at=MONDAY, summed_on=MONDAY.date() - timedelta(days=7))
        )


def summarise(desk: Desk, _turn: int) -> None:
    """What the clock does for one leader: counts, names, text, message, commit."""
    if summaries.tell_leaders(desk, MONDAY) != 1:
        raise RuntimeError("no summary was written")


def draw(desk: Desk) -> None:
    """Counts and drawing; neither the file store nor a message."""
    with desk.db.read() as session:
        scope = units_below(Duty.path, "/1/")
        summary = sum_period(session, scope, summed_period("2022"), YEAR_END.date())
    facts = picture_facts(desk.render, summary, summary.months, ["Đảng ủy"], YEAR_END.date())
    draw_picture(facts, desk.render.words["picture"])


def ask(desk: Desk, turn: int, text: str = "/tonghop", at: datetime = MONDAY) -> None:
    event = Incoming(f"{text}:{turn}", Address("telegram", str(FIRST_PLACE)), at, text=text)
    if not receive(desk, event):
        raise RuntimeError("the event was taken for a repeated one")
