"""A leader's summary over ten thousand units, against one hand-written aggregate over the same rows."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from statistics import median

from sqlalchemy import insert, select, text, update
from sqlalchemy.orm import Session

from benchmarks.children import Api
from benchmarks.figures import Row
from benchmarks.grounds import FIRST_PLACE, Grounds, desk_of
from benchmarks.plan import SIZES, planned
from bot.messages import Address, Incoming
from bot.people.people import CONSENT_VERSION
from bot.people.roles import units_below
from bot.periods import summed_period
from bot.store.db import Database
from bot.summaries.period import sum_period
from bot.summaries.picture import draw_picture
from bot.summaries.picturing import picture_facts
from bot.summaries.sheets.asked import AskedTable
from bot.summaries.table import period_workbook, read_table_words
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


def measure(grounds: Grounds, _api: Api) -> Iterator[Row]:
    for kind in ("sqlite", "postgresql"):
        for size in SIZES:
            with planned(grounds, kind, size) as (db, _):
                with db.write() as session:
                    write_leaders(session)
                    hold_meetings(session)
                gather_statistics(db)
                desk = desk_of(db)
                plain = middle(lambda _turn, db=db: aggregate(db))  # type: ignore[misc]
                unasked = middle(lambda turn, desk=desk: summarise(desk, turn))  # type: ignore[misc]
                asked = middle(lambda turn, desk=desk: ask(desk, turn))  # type: ignore[misc]
                year = worked(lambda turn, desk=desk: ask(desk, turn, YEAR, YEAR_END))  # type: ignore[misc]
                parts = worked(lambda turn, desk=desk: ask(desk, turn, PARTS, YEAR_END))  # type: ignore[misc]
                drawn = worked(lambda _turn, desk=desk: draw(desk))  # type: ignore[misc]
                written = worked(lambda _turn, desk=desk: write_table(desk))  # type: ignore[misc]
            what, name = f"{size:,} units, {kind}", f"summary.{size}.{kind}"
            yield Row(f"{name}.weekly_ms", f"weekly summary: {what}", unasked, "ms", plain, "one aggregate")
            yield Row(f"{name}.ms", f"/tonghop: {what}", asked, "ms", plain, "one aggregate")
            yield Row(
                f"{name}.year_cpu_ms",
                f"/tonghop of the year, processor: {what}",
                year,
                "ms",
                plain,
                "one aggregate",
            )
            yield Row(
                f"{name}.parts_cpu_ms",
                f"the year by committee, processor: {what}",
                parts,
                "ms",
                plain,
                "one aggregate",
            )
            yield Row(
                f"{name}.picture_cpu_ms",
                f"the picture of the year, processor: {what}",
                drawn,
                "ms",
                plain,
                "one aggregate",
            )
            yield Row(
                f"{name}.workbook_cpu_ms",
                f"the workbook of April, processor: {what}",
                written,
                "ms",
                plain,
                "one aggregate",
            )


def gather_statistics(db: Database) -> None:
    """PostgreSQL does so by itself soon after such a change, and its plans depend on it; SQLite never does."""
    if not db.sqlite:
        with db.engine.begin() as connection:
            connection.execute(text("ANALYZE"))


def middle(run: Callable[[int], None]) -> float:
    spent = []
    for turn in range(TIMES):
        began = time.perf_counter()
        run(turn)
        spent.append(time.perf_counter() - began)
    return median(spent)


def worked(run: Callable[[int], object]) -> float:
    """The processor time of this process alone: what a database server works beside it is not in it."""
    spent = []
    for turn in range(TIMES):
        began = time.process_time()
        run(turn)
        spent.append(time.process_time() - began)
    return median(spent)


def hold_meetings(session: Session) -> None:
    """Nine cells of ten have held April's meeting, one of them late, and counted who was there."""
    due = select(Duty.id, Duty.unit_id).where(Duty.kind == "meeting", Duty.due_on == date(2022, 4, 30))
    held = [(row.id, row.unit_id) for row in session.execute(due) if row.unit_id % 10]
    for late in (False, True):
        ids = [duty for duty, unit in held if (unit % 10 == 1) == late]
        done = update(Duty).where(Duty.id.in_(ids)).execution_options(synchronize_session=False)
        session.execute(done.values(state="done", done_at=MONDAY, on_time=not late))
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


def summarise(desk: Desk, turn: int) -> None:
    """What the clock does for one leader: counts, names, text, message, commit."""
    with desk.db.write() as session:
        session.execute(
            update(Membership)
            .where(Membership.person_id == FIRST_PLACE + turn)
            .values(next_summary_at=MONDAY, summed_on=MONDAY.date() - timedelta(days=7))
        )
    if summaries.tell_leaders(desk, MONDAY) != 1:
        raise RuntimeError("no summary was written")


def draw(desk: Desk) -> None:
    """Counts and drawing; neither the file store nor a message."""
    with desk.db.read() as session:
        scope = units_below(Duty.path, "/1/")
        summary = sum_period(session, scope, summed_period("2022"), YEAR_END.date())
    facts = picture_facts(desk.render, summary, summary.months, ["Đảng ủy"], YEAR_END.date())
    draw_picture(facts, desk.render.words["picture"])


def write_table(desk: Desk, period: str = "2022-04") -> int:
    """All sheets of the period; answers how many bytes they are."""
    asked, moment = summed_period(period), desk.moment(YEAR_END)
    table = AskedTable(units_below(Duty.path, "/1/"), ["Đảng ủy"], moment, period, asked)
    with desk.db.read() as session:
        return len(period_workbook(session, table, read_table_words(desk.render.folder)))


def ask(desk: Desk, turn: int, text: str = "/tonghop", at: datetime = MONDAY) -> None:
    event = Incoming(f"{text}:{turn}", Address("telegram", str(FIRST_PLACE)), at, text=text)
    if not receive(desk, event):
        raise RuntimeError("the event was taken for a repeated one")
