"""A conversation as a script: people who say and tap, and what came back; the database is real, only the wire is not."""

import hashlib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.calendar import at_local
from bot.duties.loading import load_plan
from bot.messages import Address, Choice, File, Incoming, Refusal, Reply
from bot.people.people import create_invitation
from bot.plans.guidance.rules import Rules, read_rules
from bot.plans.plan import PlanText
from bot.plans.yaml_in import read_agenda, read_plan
from bot.reading.words import fold
from bot.reminders.look_ahead import foresee_messages
from bot.scores.sheets import ScoreSheets, read_sheets
from bot.store.db import Database
from bot.tables import Contact, Message, Plan, Unit
from bot.talk import outbox
from bot.talk.desk import Desk
from bot.talk.receive import receive
from bot.talk.render import Renderer
from handlers import ROUTES
from schedules import reminders
from tests.kit.screens import SCREENS, Screen

ROOT = Path(__file__).resolve().parent.parent.parent
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
APRIL = datetime(2022, 4, 1, 1, 0, tzinfo=UTC)  # 08:00 on 1 April 2022 in Viet Nam
RENDERED: set[str] = set()
"""The templates that conversations of this run have shown."""


def message_templates() -> set[str]:
    """What may be said in a chat; pages, the command line and parts of templates are none."""
    folder = ROOT / "templates"
    found = {path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*/*.html")}
    return {
        name
        for name in found
        if not name.startswith(("web/", "demo/", "cli/")) and "/_" not in name and name != "reminders/one"
    }


class RecordingRenderer(Renderer):
    def reply(self, name, context, question=None):  # type: ignore[no-untyped-def]
        RENDERED.add(name)
        return super().reply(name, context, question)


class PlainLinks:
    def web_chat(self, contact_id: int) -> str:
        return f"https://chibo.example/w/{contact_id}"

    def upload(self, contact_id: int) -> str:
        return f"https://chibo.example/u/{contact_id}"

    def export(self, person_id: int) -> str:
        return f"https://chibo.example/x/{person_id}"

    def file(self, file: File) -> str:
        return f"https://chibo.example/f/{file.digest[:8]}"

    def invitation(self, code: str) -> list[tuple[str, str]]:
        return [("web", f"https://chibo.example/w/new/{code}")]


class MemoryShelf:
    """Files of a test."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def read(self, digest: str) -> bytes:
        return self.files[digest]

    def keep(self, name: str, source: Path) -> File:
        content = source.read_bytes()
        file = stored(name, content)
        self.files[file.digest] = content
        return file


@cache
def rules() -> Rules:
    return read_rules(ROOT / "schedules" / "rules.yaml")


@cache
def sheets() -> ScoreSheets:
    return read_sheets(ROOT / "schedules" / "scores")


@cache
def renderer() -> RecordingRenderer:
    """One for the whole run: it compiles every template once."""
    return RecordingRenderer(ROOT / "templates", ZONE)


@cache
def shipped(name: str) -> PlanText:
    return read_plan(ROOT / "schedules" / "plans" / name, agendas=ROOT / "templates" / "agendas")


class World:
    """One installation with a clock that the test moves."""

    def __init__(self, db: Database, at: datetime = APRIL) -> None:
        self.db = db
        self.at = at
        self.ids = itertools.count(1)
        self.shelf = MemoryShelf()
        self.desk = Desk(
            db=db,
            render=renderer(),
            routes=ROUTES,
            zone=ZONE,
            links=PlainLinks(),
            shelf=self.shelf,
            facts={
                "regular_agenda": read_agenda(ROOT / "templates" / "agendas" / "regular.yaml"),
                "rules": rules(),
                "sheets": sheets(),
            },
            foresee=partial(foresee_messages, say_due=reminders.say_due),
        )

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
        with self.db.write() as session:
            for code, name, kind, sector, parent_code in rows:
                parent = session.scalar(select(Unit).where(Unit.code == parent_code)) if parent_code else None
                unit = Unit(
                    code=code, name=name, kind=kind, sector=sector, parent_id=parent.id if parent else None
                )
                session.add(unit)
                session.flush()
                unit.path = f"{parent.path if parent else '/'}{unit.id}/"

    def load(self, text: PlanText, owner: str = "DUK") -> Plan:
        with self.db.write() as session:
            unit = session.scalars(select(Unit).where(Unit.code == owner)).one()
            return load_plan(session, text, unit, self.at, ZONE)[0]

    def invite(self, unit_code: str, role: str) -> str:
        with self.db.write() as session:
            unit = session.scalars(select(Unit).where(Unit.code == unit_code)).one()
            return create_invitation(session, unit, role, self.at)[0]

    def person(self, name: str = "", channel: str = "telegram") -> "Talker":
        return Talker(self, Address(channel, name or f"{next(self.ids)}"))

    def registered(self, unit_code: str, role: str, **facts: object) -> "Talker":
        """A person who has gone through the registration."""
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

    def tick(self, tick) -> int:  # type: ignore[no-untyped-def]
        return int(tick(self.desk, self.at))


@dataclass
class Talker:
    """A person at one place of one channel."""

    world: World
    address: Address
    screen: Screen = field(init=False)

    def __post_init__(self) -> None:
        self.screen = SCREENS[self.address.channel]()

    @property
    def got(self) -> tuple[Reply, ...]:
        return tuple(self.screen.messages)

    @property
    def last(self) -> Reply:
        return self.screen.messages[-1] if self.screen.messages else Reply("")

    def _event(self, **facts: object) -> Incoming:
        event = Incoming(f"{self.address}:{next(self.world.ids)}", self.address, self.world.at)
        return replace(event, **facts)  # type: ignore[arg-type]

    def sends(self, event: Incoming) -> "Talker":
        receive(self.world.desk, event)
        self.screen.speak()
        self.world.later(seconds=2)
        self.looks()
        return self

    def says(self, text: str, **facts: object) -> "Talker":
        return self.sends(self._event(text=text, **facts))

    def taps(self, label: str) -> "Talker":
        """Taps a button of the newest message that still shows it; its label may be given in part.

        As on the channel itself, the buttons of the message are gone afterwards."""
        place, choice = self._shown(label)
        self.screen.press(place)
        return self.sends(self._event(payload=choice.payload, label=choice.label))

    def presses(self, payload: str) -> "Talker":
        """What no button on the screen says: a forged press, or one that was on its way while the buttons went."""
        return self.sends(self._event(payload=payload))

    def hands(self, *files: File, album: str = "", refused: Sequence[Refusal] = ()) -> "Talker":
        return self.sends(self._event(files=files, album=album, refused=tuple(refused)))

    def edits(self, ref: str, text: str) -> "Talker":
        return self.sends(self._event(text=text, message_ref=ref, edited=True))

    def find(self, label: str) -> Choice:
        return self._shown(label)[1]

    def _shown(self, label: str) -> tuple[int, Choice]:
        wanted = fold(label)
        tappable = self.screen.tappable()
        for place, choice in tappable:
            if wanted in fold(choice.label):
                return place, choice
        raise AssertionError(
            f"no button {label!r} in {[c.label for _, c in tappable]}; last: {self.last.text}"
        )

    @property
    def choices(self) -> list[Choice]:
        """The buttons that stand under the newest message."""
        newest = len(self.screen.messages) - 1
        return [choice for place, choice in self.screen.tappable() if place == newest]

    def looks(self) -> list[Reply]:
        """Delivers what is due for this place and shows what is new."""
        new = []
        with self.world.db.write() as session:
            contact = session.scalar(
                select(Contact).where(
                    Contact.channel == self.address.channel, Contact.place == self.address.place
                )
            )
            if contact is None:
                return []
            while True:
                claimed = [
                    c
                    for c in outbox.claim_messages(session, self.world.at, [self.address.channel], 1000)
                    if c.contact_id == contact.id
                ]
                if not claimed:
                    break
                outbox.settle_messages(session, [outbox.Outcome(c, "sent") for c in claimed], self.world.at)
                new += [c.reply for c in claimed]
            self._unclaim(session, contact.id)
        for reply in new:
            self.screen.show(reply)
        return new

    def _unclaim(self, session, contact_id: int) -> None:  # type: ignore[no-untyped-def]
        """Gives back what the claim took for others, so that everyone looks for oneself."""
        for message in session.scalars(
            select(Message).where(
                Message.state == "waiting", Message.contact_id != contact_id, Message.attempts > 0
            )
        ):
            message.due_at, message.attempts = min(message.due_at, self.world.at), 0

    def __iter__(self) -> Iterator[Reply]:
        return iter(self.got)


def stored(name: str, content: bytes = b"%PDF-1.4 test") -> File:
    """A file as an adapter hands it over, already in the store."""
    return File(hashlib.sha256(content).hexdigest(), name, len(content), "application/pdf")
