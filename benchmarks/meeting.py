"""Processor time of a whole meeting of fifteen steps with forty notes, against the bare writing of the same rows."""

import itertools
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from statistics import median

from sqlalchemy import insert, select, update

from benchmarks.children import Api
from benchmarks.figures import Row
from benchmarks.grounds import Grounds, desk_of, opened, write_talkers
from benchmarks.whole import APRIL
from bot.messages import Address, Incoming
from bot.store.db import Database
from bot.tables import Meeting, Membership, Message, Note
from bot.talk.desk import Desk
from bot.talk.receive import receive

TIMES = 5
NOTES = 40
COUNTS = "25/28, vắng 2 có phép, 1 không"
YARDSTICK = "the same rows, bare"


def measure(grounds: Grounds, _api: Api) -> Iterator[Row]:
    for kind in ("sqlite", "postgresql"):
        with grounds.fresh(kind) as url:
            places = write_talkers(url, TIMES + 1)
            with opened(url) as db:
                desk = desk_of(db)
                events = whole_meeting(desk, places[0])  # warm
                led = middle([partial(whole_meeting, desk, place) for place in places[1:]])
                bare = middle([partial(bare_rows, db, place, events) for place in places[1:]])
        yield Row(
            f"meeting.{kind}.cpu_ms",
            f"a meeting, 15 steps, {NOTES} notes, {kind}: processor time",
            led,
            "ms",
            bare,
            YARDSTICK,
        )
        yield Row(
            f"meeting.{kind}.event_cpu_ms",
            f"one event of it, {kind}: processor time",
            led / events,
            "ms",
            bare / events,
            YARDSTICK,
        )


def middle(runs: list[Callable[[], object]]) -> float:
    """Of this process alone: what a PostgreSQL server spends is its own."""
    spent = []
    for run in runs:
        began = time.process_time()
        run()
        spent.append(time.process_time() - began)
    return median(spent)


def whole_meeting(desk: Desk, place: int) -> int:
    """From `/hop` to `Kết thúc`; answers how many events it took. Fails unless everything has been kept."""
    ids = itertools.count(1)

    def send(text: str = "", payload: str = "") -> None:
        number = next(ids)
        at = APRIL + timedelta(seconds=number)
        receive(desk, Incoming(f"{place}:{number}", Address("telegram", str(place)), at, text, payload))

    with desk.db.read() as session:
        unit = session.scalars(select(Membership.unit_id).where(Membership.person_id == place)).one()
    send(text="/hop")
    send(payload=f"meet.plain:{unit}")
    meeting = _meeting(desk, unit)
    notes = [NOTES // 15 + (step < NOTES % 15) for step in range(15)]
    for step in range(15):
        if meeting.steps[step].asks == "tasks":  # what is typed there is a task
            notes[step], notes[step + 1] = 0, notes[step] + notes[step + 1]
        for number in range(notes[step]):
            send(text=f"Ý kiến {number} ở bước {step}: nhất trí với báo cáo, đề nghị bổ sung giải pháp")
        if meeting.steps[step].asks == "attendance":
            send(payload=f"meet.count:{meeting.id}:{step}")
            send(text=COUNTS)
            send(text="đúng")
        else:
            send(payload=f"meet.next:{meeting.id}:{step}")
    send(payload=f"meet.end:{meeting.id}")
    with desk.db.read() as session:
        kept = session.scalars(select(Note.id).where(Note.meeting_id == meeting.id)).all()
        if session.get_one(Meeting, meeting.id).state != "held" or len(kept) != NOTES:
            raise RuntimeError("the meeting was not kept whole")
    return next(ids) - 1


def _meeting(desk: Desk, unit: int) -> Meeting:
    with desk.db.read() as session:
        return session.scalars(select(Meeting).where(Meeting.unit_id == unit)).one()


def bare_rows(db: Database, place: int, events: int) -> None:
    """As many transactions, each with an answer; the notes, the steps and the counts by hand-written statements."""
    with db.read() as session:
        meeting = session.scalar(select(Meeting.id).order_by(Meeting.id.desc()).limit(1))
    answer = {"person_id": place, "contact_id": place, "channel": "telegram", "state": "waiting"}
    answer |= {"priority": 0, "attempts": 0, "error": "", "created_at": APRIL, "due_at": APRIL}
    note = {"meeting_id": meeting, "person_id": place, "at": APRIL, "message_ref": "", "kind": "text"}
    note |= {"digest": "", "name": "", "media_type": ""}
    for number in range(events):
        with db.write() as session:
            session.execute(insert(Message), [{**answer, "body": {"text": f"Bước {number}", "choices": []}}])
            if number < NOTES:
                session.execute(insert(Note), [{**note, "step": number % 15, "text": f"Ý kiến {number}"}])
            else:
                session.execute(update(Meeting).where(Meeting.id == meeting).values(step=number % 15))
