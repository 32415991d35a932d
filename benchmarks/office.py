"""The rooms of the office's page over ten thousand units, a secretary in each, a day on which every one was reminded."""

import time
from collections.abc import Iterator
from datetime import timedelta
from statistics import median
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from benchmarks.children import Api
from benchmarks.figures import Row, key
from benchmarks.grounds import Grounds, desk_of
from benchmarks.plan import gather_statistics, planned
from benchmarks.summary import MONDAY, aggregate, hold_meetings, middle, write_leaders
from bot.people.roles import roles_of
from bot.store.db import Database
from bot.tables import Contact, Membership, Message, Person, Role, Unit
from bot.web.office.look import Look
from bot.web.office.pages import ROOMS, Room, room_facts

SIZE, OFFICE = 10_000, 900_000
TIMES = 5
ASKED = (
    *((room, {}) for room in ROOMS),
    (ROOMS[0], {"find": "chi bộ 77"}),
    (ROOMS[0], {"unit": "2"}),
    (ROOMS[1], {"demand": "1"}),
    (ROOMS[5], {"find": "chi bộ 77"}),
)


def measure(grounds: Grounds, _api: Api) -> Iterator[Row]:
    for kind in ("sqlite", "postgresql"):
        with planned(grounds, kind, SIZE) as (db, _):
            with db.write() as session:
                write_leaders(session)
                hold_meetings(session)
                write_people(session)
            gather_statistics(db)
            plain = middle(lambda _turn, db=db: aggregate(db))  # type: ignore[misc]
            for room, asked in ASKED:
                what = " ".join([room.name, *asked])
                spent = worked(db, room, asked)
                name = key("office", *what.split(), SIZE, kind, "cpu_ms")
                yield Row(
                    name, f"{what}, processor: {SIZE:,} units, {kind}", spent, "ms", plain, "one aggregate"
                )


def worked(db: Database, room: Room, asked: dict[str, str]) -> float:
    """The processor time of this process alone."""
    desk, spent = desk_of(db), []
    for _ in range(TIMES):
        began = time.process_time()
        with db.read() as session:
            look = Look(session, desk, OFFICE, roles_of(session, OFFICE), desk.moment(MONDAY), asked)
            facts = {"asset": lambda name: name, **room_facts(look, room, "/w/x")}
            desk.render.page(f"web/office/{room.name}.html", facts)
        spent.append(time.process_time() - began)
    return median(spent)


def write_people(session: Session) -> None:
    """The office of the whole, and who leads each cell, with a message of today and of the two days before."""
    cells = list(session.scalars(select(Unit.id).where(Unit.kind == "chi_bo").order_by(Unit.id)))
    ids = [OFFICE, *(OFFICE + 1 + number for number in range(len(cells)))]
    names = {"created_at": MONDAY, "consent_version": 1, "reminder_hour": 8, "weekends": False}
    session.execute(insert(Person), [{"id": id, "name": f"Nguyễn Văn {id}", **names} for id in ids])
    held = zip(ids, [1, *cells], [Role.ADMIN, *[Role.SECRETARY] * len(cells)], strict=True)
    session.execute(
        insert(Membership), [{"person_id": p, "unit_id": u, "role": r, "since": MONDAY} for p, u, r in held]
    )
    reached = {"channel": "telegram", "used_at": MONDAY}
    session.execute(
        insert(Contact), [{"id": id, "person_id": id, "place": f"office{id}", **reached} for id in ids]
    )
    session.execute(insert(Message), [message for back in range(3) for message in _messages(ids, back)])


def _messages(ids: list[int], back: int) -> Iterator[dict[str, Any]]:
    at = MONDAY - timedelta(days=back)
    for id in ids:
        yield {
            "person_id": id,
            "contact_id": id,
            "channel": "telegram",
            "priority": 5,
            "state": "sent",
            "body": {"text": "x"},
            "created_at": at,
            "due_at": at,
            "sent_at": at,
            "error": "",
        }
