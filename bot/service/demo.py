"""The demo: a sample committee, a clock that the page can move, other cells that act by themselves, two phones on one page."""

import asyncio
import shutil
import time as wall
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from ipaddress import ip_address
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import SecretStr
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.calendar import Moment, at_local
from bot.duties.loading import load_plan
from bot.duties.outlook import open_duties
from bot.meetings.attendance import AttendanceCounts
from bot.meetings.meetings import held_before
from bot.people.people import CONSENT_VERSION
from bot.people.roles import MAY
from bot.plans.plan import PlanText
from bot.problems import Invalid
from bot.settings import Settings
from bot.store.db import Database
from bot.tables import Contact, Membership, Message, MessageState, Person, Priority, Role, Unit
from bot.talk import delivery, outbox
from bot.talk.desk import Desk
from bot.talk.render import Renderer
from bot.units.rows import UnitRow
from bot.units.tree import write_units
from bot.web.site import site_of

MARK = ".demo"
"""Stands in a folder that the demo has made, and that it may therefore empty."""
START = date(2022, 4, 1)
FIRST_HOUR = time(7, 0)
ACT_AT = time(20, 0)
FARTHEST = timedelta(days=120)
PEOPLE = ((Role.SECRETARY, "CB01"), (Role.LEADER, "DUK"))
OTHER_CELLS = (
    select(Unit)
    .where(Unit.kind == "chi_bo", Unit.code.not_in([code for _, code in PEOPLE]))
    .order_by(Unit.id)
)
"""They act by themselves; each has a secretary who is told as everybody is."""
STEPS = {"next": FARTHEST, "day": timedelta(days=1), "week": timedelta(days=7)}


def prepare_demo(folder: Path, listen: str, *, keep: bool) -> Settings:
    """The demo's own settings; loopback only, and fresh data unless `keep`. Raises Invalid(demo_loopback)."""
    host = listen.rpartition(":")[0].strip("[]")
    if host != "localhost" and not (host and _loopback(host)):
        raise Invalid("demo_loopback", said=listen)
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).exists():
        raise Invalid("demo_folder", said=str(folder))
    if folder.exists() and not keep:
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).touch()
    return Settings(
        _env_file=None,
        database_url=SecretStr(f"sqlite:///{folder.resolve()}/demo.db"),
        files_url=SecretStr(str(folder.resolve() / "files")),
        listen=listen,
        public_url="",
    )


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


class Demo:
    """The stage: it moves the clock from event to event, so that everything on the way happens at its own time."""

    def __init__(self, db: Database, zone: ZoneInfo, render: Renderer, folder: Path) -> None:
        self._db = db
        self._zone = zone
        self._render = render
        self._folder = folder
        self._base = at_local(START, FIRST_HOUR, zone)
        self._since = wall.monotonic()
        self._turn = asyncio.Lock()
        self._places: dict[str, int] = {}
        self._tick: Callable[[], None]
        self._next: Callable[[], datetime | None]
        self._wake: Callable[[], None]
        self._desk: Desk

    def now(self) -> datetime:
        return self._base + timedelta(seconds=wall.monotonic() - self._since)

    def _set(self, moment: datetime) -> None:
        self._base, self._since = moment, wall.monotonic()

    def attach(
        self,
        desk: Desk,
        tick: Callable[[], None],
        following: Callable[[], datetime | None],
        wake: Callable[[], None],
    ) -> None:
        self._desk, self._tick, self._next, self._wake = desk, tick, following, wake

    def set_up(self, rows: Sequence[UnitRow], plan: PlanText) -> None:
        """The sample committee, its plan, the two people of the page and one in every other cell; nothing twice."""
        with self._db.write() as session:
            write_units(session, rows, Moment(at_local(START, FIRST_HOUR, self._zone), self._zone))
            last = session.scalar(select(func.max(Message.created_at)))
            if last is not None and last > self._base:
                self._set(last)
            owner = session.scalars(select(Unit).where(Unit.parent_id.is_(None))).one()
            load_plan(session, plan, owner, Moment(self.now(), self._zone))
            for role, code in PEOPLE:
                unit = session.scalars(select(Unit).where(Unit.code == code)).one()
                self._places[role] = self._welcome(session, role, unit)
            for unit in session.scalars(OTHER_CELLS):
                self._register(session, Role.SECRETARY, unit, f"demo-{unit.code}")

    def _welcome(self, session: Session, role: Role, unit: Unit) -> int:
        """The contact of one of the two phones."""
        place = f"demo-{role}"
        known = session.scalar(select(Contact).where(Contact.place == place))
        if known is not None:
            return known.id
        contact = self._register(session, role, unit, place)
        reply = self._render.reply(f"demo/hello_{role}", {"unit": unit})
        outbox.post_message(session, contact, reply, self.now())
        return contact.id

    def _register(self, session: Session, role: Role, unit: Unit, place: str) -> Contact:
        """Somebody who has the role; who was there already is left as they are."""
        known = session.scalar(select(Contact).where(Contact.place == place))
        if known is not None:
            return known
        at = self.now()
        person = Person(created_at=at, consent_version=CONSENT_VERSION, consented_at=at, reminder_hour=8)
        contact = Contact(person=person, channel="web", place=place, used_at=at, seq=0, wrong_codes=0)
        session.add_all([person, contact])
        session.flush()
        session.add(
            Membership(
                person_id=person.id,
                unit_id=unit.id,
                role=role,
                since=at,
                next_summary_at=at if role in MAY["sum"] else None,
                summed_on=Moment(at, self._zone).today,
            )
        )
        return contact

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/demo/clock", self.clock, methods=["GET"]),
            Route("/demo/move", self.move, methods=["POST"]),
        ]

    async def page(self, request: Request) -> Response:
        links = self._desk.links
        phones = {role: _path(links.web_chat(contact_id)) for role, contact_id in self._places.items()}
        return site_of(request).page("demo", phones=phones, now=self.now())

    async def clock(self, request: Request) -> Response:
        now = self.now()
        return JSONResponse({"now": self._render.moment(now)})

    async def move(self, request: Request) -> Response:
        """Moves the clock; answers which phone has something new."""
        how = request.query_params.get("to", "")
        if how not in STEPS:
            return JSONResponse({"now": self._render.moment(self.now())}, status_code=400)
        async with self._turn:
            before = await asyncio.to_thread(self._counts)
            await self._catch_up()
            target = self.now() + STEPS[how]
            while self.now() < target:
                if how == "next" and before != await asyncio.to_thread(self._counts):
                    break
                await self._step(target)
            after = await asyncio.to_thread(self._counts)
        new = [role for role, contact_id in self._places.items() if after[contact_id] != before[contact_id]]
        return JSONResponse({"now": self._render.moment(self.now()), "new": new})

    async def _step(self, target: datetime) -> None:
        """Goes to whatever comes next: a tick that has something to do, a message that is due, the cells' evening."""
        now = self.now()
        evening = at_local(Moment(now, self._zone).today, ACT_AT, self._zone)
        if evening <= now:
            evening += timedelta(days=1)
        following = [
            evening,
            target,
            await asyncio.to_thread(self._next),
            await asyncio.to_thread(self._next_due),
        ]
        moment = min(m for m in following if m is not None and m > now)
        self._set(moment)
        if moment == evening:
            await asyncio.to_thread(self._act)
        await self._catch_up()

    async def _catch_up(self) -> None:
        await asyncio.to_thread(self._tick)
        await self._drain()

    def _next_due(self) -> datetime | None:
        with self._db.read() as session:
            return session.scalar(
                select(func.min(Message.due_at)).where(
                    Message.state == MessageState.WAITING, Message.due_at > self.now()
                )
            )

    def _counts(self) -> dict[int, int]:
        """How much each phone has been told by the clock, not counting answers."""
        with self._db.read() as session:
            rows = session.execute(
                select(Message.contact_id, func.count())
                .where(Message.state == MessageState.SENT, Message.priority == Priority.BULK)
                .group_by(Message.contact_id)
            )
            found = {row[0]: int(row[1]) for row in rows}
        return {contact_id: found.get(contact_id, 0) for contact_id in self._places.values()}

    async def _drain(self) -> None:
        """Waits until the sender has delivered what is due, so that the page shows it at its own time."""
        for _ in range(100):
            self._wake()
            if not await asyncio.to_thread(self._due):
                return
            await asyncio.sleep(0.02)

    def _due(self) -> int:
        with self._db.read() as session:
            claimable = delivery.claimable_messages(session, self.now(), ["web"], dict.fromkeys(Priority, 1))
            leased = select(Message.id).where(Message.state == MessageState.WAITING, Message.attempts > 0)
            return len(claimable) + len(session.scalars(leased).all())

    def _act(self) -> None:
        """The other cells: most meet on their usual day, some late, some never; counts that add up."""
        at = self.now()
        today = Moment(at, self._zone).today
        with self._db.write() as session:
            for number, unit in enumerate(session.scalars(OTHER_CELLS)):
                place = Contact.place == f"demo-{unit.code}"
                secretary = session.scalars(select(Contact.person_id).where(place)).one()
                for duty in open_duties(session, unit.id, today, ["meeting"]):
                    if _meets(number, unit.meeting_day or 5, duty.due_on, today):
                        counts = _counts_of(unit.members or 20, number + today.month)
                        held_before(
                            session,
                            unit,
                            duty,
                            at - timedelta(minutes=90),
                            counts,
                            secretary,
                            Moment(at, self._zone),
                        )


def _meets(number: int, usual: int, due: date | None, today: date) -> bool:
    """Cells 0–5 of eight meet in time, the seventh three days late, the eighth never."""
    manner = number % 8
    if manner == 7 or due is None:
        return False
    if manner == 6:
        return today >= due + timedelta(days=3)
    return (today.year, today.month) == (due.year, due.month) and today.day >= min(usual + number % 3, 27)


def _counts_of(members: int, salt: int) -> AttendanceCounts:
    excused, unexcused, exempt = salt % 3, int(salt % 5 == 0), int(salt % 4 == 0)
    return AttendanceCounts(members, members - excused - unexcused - exempt, excused, unexcused, exempt)


def _path(link: str) -> str:
    """The page may be opened under any loopback name."""
    return "/" + link.split("/", 3)[3]
