"""One installation with a clock that the test moves; the database is real, only the wire is not."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select

from bot.calendar import Moment, at_local
from bot.duties.loading import load_plan
from bot.messages import Address
from bot.people.invitations import create_invitation
from bot.plans.plan import PlanText
from bot.store.db import Database
from bot.tables import Role, Unit
from bot.talk.desk import Desk
from tests.kit.desk import make_desk
from tests.kit.files import MemoryShelf
from tests.kit.places import ZONE
from tests.kit.talker import Talker

APRIL = datetime(2022, 4, 1, 1, 0, tzinfo=UTC)  # 08:00 on 1 April 2022 in Viet Nam


def morning(day: date) -> Moment:
    """Ten o'clock on that day in Viet Nam."""
    return Moment(at_local(day, time(10), ZONE), ZONE)


@dataclass(frozen=True)
class Step:
    """What is done to a world, and with what: equal ones bring equal worlds to the same place."""

    does: Callable[..., "Talker | None"]
    given: tuple[object, ...]

    def __call__(self, world: "World") -> "Talker | None":
        return self.does(world, *self.given)


class World:
    """One installation with a clock that the test moves."""

    def __init__(self, db: Database, at: datetime = APRIL) -> None:
        self.db = db
        self.at = at
        self.ids = itertools.count(1)
        self.shelf = MemoryShelf()
        self.talkers: dict[Address, Talker] = {}
        self.desk = make_desk(db, shelf=self.shelf)
        self.take: Callable[[Step], Talker | None] = lambda step: step(self)
        """How a step is taken that many tests begin with."""

    @property
    def moment(self) -> Moment:
        return Moment(self.at, ZONE)

    def local(self, text: str) -> datetime:
        """ "2022-04-05 19:30" in Viet Nam."""
        wanted = datetime.fromisoformat(text)
        return at_local(wanted.date(), wanted.time(), ZONE)

    def go(self, text: str) -> None:
        self.at = self.local(text)

    def later(self, **span: float) -> None:
        self.at += timedelta(**span)

    def units(self, *rows: tuple[str, str, str, str, str | None]) -> None:
        """(code, name, kind, sector, parent code), parents first."""
        self.take(Step(World._set_up, rows))

    def _set_up(self, *rows: tuple[str, str, str, str, str | None]) -> None:
        with self.db.write() as session:
            for code, name, kind, sector, parent_code in rows:
                parent = session.scalar(select(Unit).where(Unit.code == parent_code)) if parent_code else None
                unit = Unit(
                    code=code, name=name, kind=kind, sector=sector, parent_id=parent.id if parent else None
                )
                session.add(unit)
                session.flush()
                unit.path = f"{parent.path if parent else '/'}{unit.id}/"

    def load(self, text: PlanText, owner: str = "DUK") -> None:
        self.take(Step(World._load, (text, owner)))

    def _load(self, text: PlanText, owner: str) -> None:
        with self.db.write() as session:
            unit = session.scalars(select(Unit).where(Unit.code == owner)).one()
            load_plan(session, text, unit, self.moment)

    def invite(self, unit_code: str, role: str) -> str:
        with self.db.write() as session:
            unit = session.scalars(select(Unit).where(Unit.code == unit_code)).one()
            return create_invitation(session, unit, Role(role), self.at)[0]

    def person(self, name: str = "", channel: str = "telegram") -> "Talker":
        talker = Talker(self, Address(channel, name or f"{next(self.ids)}"))
        self.talkers[talker.address] = talker
        return talker

    def registered(self, unit_code: str, role: str, **facts: object) -> "Talker":
        """A person who has gone through the registration."""
        talker = self.take(registration(unit_code, role, **facts))
        assert talker is not None
        return talker

    def _register(self, unit_code: str, role: str, given: tuple[tuple[str, object], ...]) -> "Talker":
        facts = dict(given)
        talker = self.person(channel=str(facts.get("channel", "telegram")))
        talker.says(f"/start {self.invite(unit_code, role)}")
        talker.taps("Đồng ý")
        if "tên gì" in talker.last.text:
            talker.says(str(facts["name"])) if facts.get("name") else talker.taps("Bỏ qua")
        if role == "secretary" and "bao nhiêu đảng viên" in talker.last.text:
            talker.says(str(facts.get("members", 28)))
        if role == "secretary" and "ngày nào trong tháng" in talker.last.text:
            talker.says(str(facts.get("meeting_day", 5)))
        assert any(choice.label.endswith("Cài đặt") for choice in talker.choices), talker.last.text
        return talker

    def tick(self, does: Callable[[Desk, datetime], int]) -> int:
        """What the clock does now; how much there was to do."""
        return does(self.desk, self.at)


def registration(unit_code: str, role: str, **facts: object) -> Step:
    """What `registered` does."""
    return Step(World._register, (unit_code, role, tuple(sorted(facts.items()))))
