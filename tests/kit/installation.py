"""The web application of a small bot that echoes, served as in earnest: a real server, a real outbox."""

import asyncio
import atexit
import shutil
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import uvicorn
from sqlalchemy import func, select

from bot.channels.base import Tools, WayIn
from bot.channels.web.channel import Hub, Web
from bot.composition import discreet_words
from bot.messages import Incoming, Reply
from bot.store import files
from bot.store.db import Database, connect_database
from bot.store.intake import Intake
from bot.store.links import SignedLinks, own_secret
from bot.store.vault import DatabaseVault
from bot.tables import Contact, Event, Membership, Message, Person, Unit
from bot.talk import outbox
from bot.talk.chat import Chat
from bot.talk.desk import Flow, Routes
from bot.talk.gathering import Gathering
from bot.talk.push_book import DatabasePushBook
from bot.talk.render import Renderer
from bot.talk.sender import Sender
from bot.web import app as web
from handlers import ROUTES as EVERYTHING
from tests.kit.apart import kept_inspector
from tests.kit.desk import make_desk
from tests.kit.places import TEMPLATES, ZONE
from tests.kit.processes import SECONDS
from tests.kit.push_service import PushService

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 17 + b"\0\0\0\0IEND" + b"\0" * 4

LIMIT = 3 * 2**20

ECHO = {
    "said": "Đồng chí vừa viết:\n<b>{{ chat.event.text }}</b>\n{{ button('Xem <việc> tháng này', 'month') }}{{ button('Có', 'yes', 1) }}{{ button('Không', 'no', 1, beside=True) }}",
    "pressed": "Đã nhận lựa chọn {{ name }} {{ rest|join(',') }}.",
    "got": "Đã nhận {{ chat.event.files|length }} tệp, từ chối {{ chat.event.refused|length }}.",
    "started": "Chào đồng chí, mã {{ code }}.{{ button('Bắt đầu', 'yes', 0) }}",
}


def _echo(chat: Chat) -> None:
    if chat.event.text == "nổ":
        raise RuntimeError("on purpose")
    chat.say("echo/said")


def _start(chat: Chat) -> None:
    chat.say("echo/started", code=chat.command.rest if chat.command else "")


def _pressed(name: str):  # type: ignore[no-untyped-def]
    def action(chat: Chat, *rest: str) -> None:
        chat.say("echo/pressed", name=name, rest=rest)

    return action


ROUTES = Routes(
    commands={"/start": _start},
    actions={name: _pressed(name) for name in ("month", "yes", "no")},
    flows=dict[str, Flow](),
    admit=lambda _chat: True,
    unknown=_echo,
    files=lambda chat: chat.say("echo/got"),
    edited=_echo,
    edit_note=lambda _chat: False,
    group=_echo,
)


def make_templates() -> Path:
    """The real pages and sentences, with a tiny bot's wording beside them."""
    folder = Path(tempfile.mkdtemp(prefix="echo-"))
    atexit.register(shutil.rmtree, folder)
    for name in ("web", "problems", "words.yaml"):
        (folder / name).symlink_to(TEMPLATES / name)
    for kind, wording in (("echo", ECHO), ("talk", {"apology": "Lỗi {{ code }}", "failure": "{{ code }}"})):
        (folder / kind).mkdir()
        for name, text in wording.items():
            (folder / kind / f"{name}.html").write_text(text, "utf-8")
    return folder


@cache
def renderer(whole: bool) -> Renderer:
    """One for a whole run: it compiles every template once."""
    return Renderer(TEMPLATES if whole else make_templates(), ZONE)


@dataclass
class Installation:
    """One installation of the echo bot, served on a port of this machine by a server that can be stopped and started."""

    url: str
    db: Database
    folder: Path
    at: datetime | None = None
    broken: bool = False
    mute: bool = False
    whole: bool = False
    """It is the real bot, with all that it says, in the place of the echo."""
    push: PushService = field(default_factory=PushService)
    """What stands in the place of the browsers' push services."""
    received: list[Incoming] = field(default_factory=list)
    updates: list[tuple[bytes, str]] = field(default_factory=list)
    port: int = 0

    def __post_init__(self) -> None:
        self.store = files.open_store(str(self.folder / "store"))
        with self.db.write() as session:
            self.secret = own_secret(session)
        self.render = renderer(self.whole)
        ways = {
            "telegram": lambda code: f"https://t.me/x?start={code}",
            "web": Web("https://chibo.example").link,
        }
        self.links = SignedLinks(self.secret, "https://chibo.example", ways)

    def now(self) -> datetime:
        return self.at or datetime.now(UTC)

    async def take(self, event: Incoming) -> bool:
        if self.broken:
            raise OSError("the database is away")
        self.received.append(event)
        return await self.gathering.receive(event)

    async def webhook(self, body: bytes, headers: Mapping[str, str]) -> int:
        secret = headers.get("x-telegram-bot-api-secret-token", "")
        self.updates.append((body, secret))
        return 200 if secret == "right" else 403

    def start(self) -> None:
        self.inspector = kept_inspector()
        self.intake = Intake(self.db, self.store, self.inspector, self.now)
        self.hub = Hub()
        self.web = Web("https://chibo.example", self.push.host, self._tools(), self.push.hand_over)
        outlets = [] if self.mute else [self.web]
        self.sender = Sender(self.db, outlets, self.now, delivered=self.hub.notify, idle=0.05)
        self.desk = make_desk(
            self.db,
            render=self.render,
            routes=EVERYTHING if self.whole else ROUTES,
            links=self.links,
            wake=lambda: self.sender.wake(),
        )
        self.gathering = Gathering(self.desk)
        app = web.build_site(
            self.desk,
            self.take,
            self.links,
            self.hub,
            self.intake.take,
            self.store.stream,
            self.now,
            ways_in=[WayIn("/telegram", self.webhook)],
            upload_limit=LIMIT,
            web=self.web,
        )
        self.app = app
        config = uvicorn.Config(
            app,
            "127.0.0.1",
            self.port,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=2,
            ws="none",
        )
        self.server = uvicorn.Server(config)
        # A server that does not end must not keep the whole run from ending.
        self.thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self.thread.start()
        end = time.monotonic() + SECONDS
        while not self.server.started:
            assert self.thread.is_alive()
            assert time.monotonic() < end
            time.sleep(0.01)
        self.port = self.server.servers[0].sockets[0].getsockname()[1]

    def _tools(self) -> Tools:
        book = DatabasePushBook(self.db, self.now, ZONE, "https://chibo.example", discreet_words())
        return Tools(
            *(self.take, self.intake.take, lambda file: b"", lambda place: True, self.now),
            "https://chibo.example",
            vault=DatabaseVault(self.db),
            pushes=book,
        )

    async def _serve(self) -> None:
        await self.web.start()
        sending = asyncio.create_task(self.sender.run())
        pushing = asyncio.create_task(self.web.listen())
        await self.server.serve()
        pushing.cancel()
        await asyncio.wait([pushing])
        await self.web.stop()
        self.sender.stop()
        await sending

    def stop(self) -> None:
        self.hub.close()
        self.server.should_exit = True
        self.thread.join(SECONDS)
        assert not self.thread.is_alive()
        self.gathering.close()

    def contact(self, channel: str = "web", *, role: str = "secretary") -> int:
        """Somebody who holds the role, or none with ""."""
        with self.db.write() as session:
            contact = Contact(
                person=Person(created_at=self.now()),
                channel=channel,
                place=uuid.uuid4().hex,
                used_at=self.now(),
            )
            session.add(contact)
            session.flush()
            if role:
                unit = Unit(code=contact.place[:8], name="Chi bộ thôn 1", kind="chi_bo")
                session.add(unit)
                session.flush()
                unit.path = f"/{unit.id}/"
                session.add(
                    Membership(person_id=contact.person_id, unit_id=unit.id, role=role, since=self.now())
                )
            return contact.id

    def chat(self, contact_id: int | None = None) -> str:
        return self.links.path(self.links.web_chat(contact_id or self.contact()))

    def tell(self, contact_id: int, reply: Reply, *, unasked: bool = False) -> int:
        """Answers the message's number."""
        with self.db.write() as session:
            contact = session.get_one(Contact, contact_id)
            message = outbox.post_message(session, contact, reply, self.now(), bulk=unasked)
            session.flush()
            number = message.id
        self.sender.wake()
        return number

    def count(self, model: type[Event] | type[Message] | type[Contact]) -> int:
        with self.db.read() as session:
            return session.scalar(select(func.count()).select_from(model)) or 0


@contextmanager
def running(database_url: str, folder: Path, *, whole: bool = False) -> Iterator[Installation]:
    db = connect_database(database_url)
    site = Installation(database_url, db, folder, whole=whole)
    site.start()
    try:
        yield site
    finally:
        site.stop()
        db.close()
