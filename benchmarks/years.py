"""Five years of a committee, cleaned up by night: what is hot is to be as quick after the fifth as after the first, and read by index."""

import itertools
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from statistics import median
from typing import Any

from sqlalchemy import MetaData, Table, func, insert, literal, null, select, text, update
from sqlalchemy.orm import Session

from benchmarks.children import Api
from benchmarks.figures import Row, key
from benchmarks.grounds import (
    FIRST_PLACE,
    ZONE,
    Grounds,
    desk_of,
    opened,
    shipped_plan,
    write_people,
    write_units,
)
from benchmarks.meeting import whole_meeting
from benchmarks.spent import Speed
from benchmarks.whole import APRIL
from bot.calendar import Moment, at_local
from bot.duties.loading import load_plan
from bot.messages import Address, Incoming
from bot.people.people import CONSENT_VERSION
from bot.plans.cloning.draft import clone_plan
from bot.plans.guidance.rules import Rules
from bot.plans.plan import PlanText
from bot.store.db import Database
from bot.tables import (
    Base,
    Contact,
    Duty,
    Meeting,
    MeetingDuty,
    Membership,
    Message,
    Person,
    Reminder,
    Role,
    Unit,
)
from bot.tables.base import UtcDateTime
from bot.talk.delivery import claim_messages
from bot.talk.desk import Desk
from bot.talk.receive import receive
from schedules.cleanup import clean_up
from schedules.reminders import say_reminders
from tests.kit.explained import explained

CELLS, YEARS = 300, 5
LEADER = 999
TALKERS, MEETERS, NOTES, IDLE = 60, 12, 3, 20
EVERY = 10
"""After so many things done it is looked how fast the machine is: years lie minutes apart."""
COPIED = ("meetings", "events", "messages", "notes", "attendances", "audit")
"""Of these one unit's real month, made by the real path, is written again for each unit and month."""
BIG = (*COPIED, "duties", "reminders", "meeting_duties")


@dataclass
class Looked:
    """Seconds by what was done, the bytes of the database, rows by table, and what was read from end to end."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    size: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    scans: set[str] = field(default_factory=set)
    speed: Speed = field(default_factory=Speed)

    @contextmanager
    def clock(self, what: str) -> Iterator[None]:
        if sum(map(len, self.seconds.values())) % EVERY == 0:
            self.speed.look()
        began = time.perf_counter()
        yield
        self.seconds[what].append(time.perf_counter() - began)


def measure(grounds: Grounds, _api: Api) -> Iterator[Row]:
    for kind in ("sqlite", "postgresql"):
        looked: dict[int, Looked] = {}
        with grounds.fresh(kind) as url, opened(url) as db:
            desk = desk_of(db)
            begin(desk)
            for year in range(1, YEARS + 1):
                live_through(desk, year)
                if year in (1, YEARS):
                    looked[year] = look(desk, year)
        yield from rows(kind, looked[1], looked[YEARS])


def rows(kind: str, first: Looked, last: Looked) -> Iterator[Row]:
    beside = f"year {YEARS} against year 1"
    for what, seconds in last.seconds.items():
        yield Row(
            key("years", kind, what, "ms"),
            f"{what}, {kind}",
            median(seconds),
            "ms",
            median(first.seconds[what]),
            beside,
        )
    yield Row(
        f"years.{kind}.loop_ms",
        f"a loop that is always the same, {kind}",
        median(last.speed.seen),
        "ms",
        median(first.speed.seen),
        beside,
    )
    yield Row(f"years.{kind}.size_mib", f"size, {kind}", last.size / 2**20, "MiB", first.size / 2**20, beside)
    for name in BIG:
        yield Row(
            f"years.{kind}.rows_of_{name}",
            f"rows of {name}, {kind}",
            last.rows[name],
            "",
            first.rows[name],
            beside,
        )
    yield Row(
        f"years.{kind}.scans",
        f"big tables read from end to end, {kind}",
        len(last.scans),
        "",
        beside="; ".join(sorted(last.scans)),
    )


def begin(desk: Desk) -> None:
    """The committee, its people, and one unit's month by the real path, whose rows are kept as patterns."""
    with desk.db.write() as session:
        root = write_units(session, CELLS)
        places = write_people(session, CELLS)
        session.add(Person(id=LEADER, created_at=APRIL, consent_version=CONSENT_VERSION, consented_at=APRIL))
        session.flush()
        session.add(
            Contact(id=LEADER, person_id=LEADER, channel="telegram", place=str(LEADER), used_at=APRIL)
        )
        session.add(Membership(person_id=LEADER, unit_id=root.id, role=Role.LEADER, since=APRIL))
        load_plan(session, plan_of(1), root, Moment(APRIL, ZONE))
    whole_meeting(desk, places[0])
    say_reminders(desk, APRIL)
    with desk.db.write() as session:
        for name in COPIED:
            whose = f" WHERE person_id = {places[0]}" if name == "messages" else ""
            session.execute(text(f"CREATE TABLE pattern_{name} AS SELECT * FROM {name}{whose}"))


@cache
def plan_of(year: int) -> PlanText:
    """The shipped plan of that year; what a person would have to decide stays as it was."""
    draft = clone_plan(shipped_plan(), 2021 + year, Rules(), defaultdict(lambda: "?"))
    head = draft.head.model_copy(update={"symbol": f"{year}-KH", "date": date(2020 + year, 12, 20)})
    return draft.model_copy(update={"decide": (), "head": head})


def live_through(desk: Desk, year: int) -> None:
    """Twelve months of talk, meetings and reminders of all units, each with its nights."""
    for month in range(1, 13):
        at = at_local(date(2021 + year, month, 12), APRIL.time(), ZONE)
        with desk.db.write() as session:
            if month == 1:
                load_plan(session, plan_of(year), session.get_one(Unit, 1), Moment(at, ZONE))
            write_month(session, f"{year}-{month}", at)
        gather_statistics(desk.db)
        while clean_up(desk, at + timedelta(days=20)):
            pass


def gather_statistics(db: Database) -> None:
    """PostgreSQL clears and counts by itself, a little later than this."""
    if not db.sqlite:
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def write_month(session: Session, month: str, at: datetime) -> None:
    moment = literal(at, UtcDateTime())
    owner, unit = Membership.person_id, Membership.unit_id
    times = dict.fromkeys(
        ("at", "created_at", "due_at", "sent_at", "started_at", "ended_at", "entered_at"), moment
    )
    times["planned_at"] = moment
    who = dict.fromkeys(("person_id", "contact_id", "led_by", "entered_by"), owner)
    held = {"unit_id": unit, "topic_id": null(), "state": literal("held")}
    own: dict[str, dict[str, Any]] = {
        "meetings": held,
        "messages": {
            "key": null(),
            "state": literal("sent"),
            "unit_id": null(),
            "meeting_id": null(),
            "held_by": null(),
        },
        "notes": {"meeting_id": Meeting.id},
        "attendances": {"meeting_id": Meeting.id},
    }
    for name in COPIED:
        table: Table = Base.metadata.tables[name]
        pattern = table.to_metadata(MetaData(), name=f"pattern_{name}")
        given = {**times, **who, **own.get(name, {})}
        if name == "events":
            given["id"] = (
                literal(f"{month}:")
                + func.cast(owner, Base.metadata.tables["events"].c.id.type)
                + pattern.c.id
            )
        names = [c.name for c in table.columns if c.name != "id" or name == "events"]
        rows = select(*(given.get(one, pattern.c[one]) for one in names)).select_from(pattern)
        rows = rows.join(Membership, Membership.role == Role.SECRETARY)
        if name in ("notes", "attendances"):
            rows = rows.join(Meeting, (Meeting.unit_id == unit) & (Meeting.started_at == moment))
        session.execute(insert(table).from_select(names, rows))
    tell_month(session, month, moment, at)


def tell_month(session: Session, month: str, moment: Any, at: datetime) -> None:
    """The month's duties are reminded of and done."""
    until = at.date() + timedelta(days=20)
    due = (Duty.due_on > at.date() - timedelta(days=12), Duty.due_on <= until)
    last = select(Message.person_id, func.max(Message.id).label("id")).where(Message.created_at == moment)
    told = last.group_by(Message.person_id).subquery()
    for rung in range(4):
        values = [
            Duty.id,
            literal(f"{month}:{rung}"),
            told.c.person_id,
            told.c.id,
            literal("rung"),
            moment,
            moment,
        ]
        rows = select(*values).join(Membership, Membership.unit_id == Duty.unit_id)
        rows = rows.join(told, told.c.person_id == Membership.person_id).where(*due)
        names = ["duty_id", "rung", "person_id", "message_id", "kind", "rung_at", "at"]
        session.execute(insert(Reminder).from_select(names, rows))
    meant = select(Meeting.id, Duty.id).join(Duty, Duty.unit_id == Meeting.unit_id)
    meant = meant.where(Meeting.started_at == moment, Duty.kind == "meeting", *due)
    session.execute(insert(MeetingDuty).from_select(["meeting_id", "duty_id"], meant))
    over = update(Duty).where(Duty.state == "open", Duty.due_on <= until)
    done = {"state": "done", "done_at": at, "on_time": True, "next_reminder_at": None}
    session.execute(over.values(done).execution_options(synchronize_session=False))


def look(desk: Desk, year: int) -> Looked:
    """What people and ticks do in the April that follows."""
    day = next(day for n in range(7) if (day := date(2022 + year, 4, 10) + timedelta(days=n)).weekday() == 1)
    at = at_local(day, APRIL.time(), ZONE)
    with desk.db.write() as session:
        load_plan(session, plan_of(year + 1), session.get_one(Unit, 1), Moment(at - timedelta(days=90), ZONE))
    gather_statistics(desk.db)
    found = Looked()
    with desk.db.read() as session:
        found.rows = {name: session.scalar(select(func.count()).select_from(text(name))) or 0 for name in BIG}
        if desk.db.sqlite:
            found.size = (
                session.scalar(text("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"))
                or 0
            )
        else:
            found.size = session.scalar(text("SELECT pg_database_size(current_database())")) or 0
    places = [FIRST_PLACE + year * TALKERS % CELLS + n for n in range(TALKERS)]
    with found.clock("the tick of reminders, with what is due"):
        say_reminders(desk, at)
    do_all_of_it(desk, places[:2], at, Looked(), year)  # warm
    put_down(desk)
    with explained(desk.db, found.rows) as asked:
        do_all_of_it(desk, places[2:4], at, Looked(), year)
    found.scans = asked.scans
    put_down(desk)
    do_all_of_it(desk, places[4:], at, found, year)
    put_down(desk)
    return found


def do_all_of_it(desk: Desk, places: list[int], at: datetime, found: Looked, year: int) -> None:
    ids = itertools.count(1)

    def send(place: int, what: str, said: str = "", payload: str = "") -> None:
        number = next(ids)
        moment = at + timedelta(seconds=number)
        event_id = f"look:{year}:{places[0]}:{number}"
        with found.clock(what):
            fresh = receive(desk, Incoming(event_id, Address("telegram", str(place)), moment, said, payload))
        if not fresh:
            raise RuntimeError(f"the event was taken for a repeated one: {event_id}")

    for place in places:
        send(place, "/thangnay", "/thangnay")
        send(place, "/tinhhinh", "/tinhhinh")
        send(LEADER, "/tinhhinh of the leader", "/tinhhinh")
    for place in places[:MEETERS]:
        lead(desk, place, send)
    for _ in range(IDLE):
        with found.clock("the tick of reminders, with nothing due"):
            say_reminders(desk, at)
        with found.clock("a turn of the sender"), desk.db.write() as session:
            claim_messages(session, at, ["telegram"], 1)


def put_down(desk: Desk) -> None:
    """Nothing is left of it that runs or waits."""
    with desk.db.write() as session:
        session.execute(
            text("UPDATE messages SET state = 'sent', sent_at = created_at WHERE state = 'waiting'")
        )
        session.execute(text("UPDATE meetings SET state = 'cancelled' WHERE state = 'running'"))
        session.execute(text("UPDATE dialogs SET flow = ''"))


def lead(desk: Desk, place: int, send: Any) -> None:
    unit = place - FIRST_PLACE + 3
    send(place, "/hop", "/hop")
    send(place, "a meeting begun", "", f"meet.plain:{unit}")
    with desk.db.read() as session:
        running = select(Meeting.id).where(Meeting.unit_id == unit, Meeting.state == "running")
        meeting = session.scalars(running).one()
    for step in range(3):
        for number in range(NOTES):
            send(
                place,
                "a note",
                f"Ý kiến {number} ở bước {step}: nhất trí với báo cáo, đề nghị bổ sung giải pháp",
            )
        send(place, "Tiếp", "", f"meet.next:{meeting}:{step}")
