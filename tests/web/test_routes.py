"""Every address of the web application, knocked at with every key that does not open it, or no longer.

The rows are compared with the application's own routes, so that a new one without a row is found here.
"""

import io
import time
import uuid
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import func, select, update
from starlette.routing import Route

from bot.channels import CHANNELS
from bot.channels.web import sealing
from bot.channels.web.channel import Bell, Hub
from bot.composition import compose
from bot.messages import File
from bot.people.calendars import calendar_key, end_calendar
from bot.people.invitations import INVITE_DAYS
from bot.people.places import KEY_LIFE, withdraw_place
from bot.service.service import Service
from bot.settings import with_channels
from bot.store import files as store
from bot.store.db import Database
from bot.store.links import EXPORT_LIFE, FILE_LIFE, UPLOAD_LIFE, SignedLinks
from bot.tables import (
    Contact,
    Event,
    Invite,
    Meeting,
    MeetingKind,
    Membership,
    Message,
    Note,
    Person,
    PushSubscription,
    Unit,
)
from tests.kit.plans import MONTHLY, shipped
from tests.kit.push_service import Device
from tests.kit.rows import TALK, rows_of
from tests.kit.talker import Talker
from tests.kit.world import World

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 17 + b"\0\0\0\0IEND" + b"\0" * 4
NO_CODE = "QQQQ-7777"
UNIT, SAID, RULED = "Chi bộ Bưu điện", "Phòng họp kín số 9", "Bien ban rieng"
PAPER = PNG + RULED.encode()
UNITS = (
    ("DUK", "Đảng ủy Khối mẫu", "dang_uy", "", None),
    ("DUA", "Đảng ủy Sở Công", "dang_bo_co_so", "", "DUK"),
    ("DUB", "Đảng ủy Sở Nông", "dang_bo_co_so", "", "DUK"),
    ("A1", UNIT, "chi_bo", "", "DUA"),
    ("B1", "Chi bộ Thanh tra", "chi_bo", "", "DUB"),
)
RIGHT = "right"

Cases = Mapping[str, int]
CASES = ("own", "nothing", "foreign", "expired", "tampered", "revoked", "role lost")


def answers(*statuses: int) -> Cases:
    return dict(zip(CASES, statuses, strict=True))


OPEN = answers(200, 200, 200, 200, 200, 200, 200)
CHAT = answers(200, 403, 200, 403, 403, 403, 200)
"""A link of the web chat or for uploads. Another's opens what is the other's; without a role one is a stranger in it."""

ROUTES: Mapping[tuple[str, str], tuple[str, Cases]] = {
    ("GET", "/"): ("", OPEN),
    ("GET", "/health"): ("", OPEN),
    ("GET", "/static/{name}"): ("", OPEN),
    ("GET", "/livez"): ("", OPEN),
    ("GET", "/readyz"): ("", OPEN),
    ("GET", "/metrics"): ("metrics", answers(200, 401, 401, 401, 401, 401, 401)),
    ("POST", "/telegram"): ("telegram", answers(400, 403, 403, 403, 403, 403, 403)),
    ("GET", "/setup"): ("", answers(404, 404, 404, 404, 404, 404, 404)),
    ("POST", "/setup"): ("", answers(404, 404, 404, 404, 404, 404, 404)),
    ("GET", "/w/new"): ("code", answers(303, 303, 303, 303, 303, 303, 303)),
    ("GET", "/w/new/{code}"): ("code", OPEN),
    ("POST", "/w/new/{code}"): ("code", answers(303, 404, 303, 410, 404, 410, 303)),
    ("GET", "/w/worker.js"): ("", OPEN),
    ("GET", "/w/{token}"): ("w", CHAT),
    ("GET", "/w/{token}/app.webmanifest"): ("w", CHAT),
    ("POST", "/w/{token}/device"): ("w", answers(204, 403, 204, 403, 403, 403, 403)),
    ("DELETE", "/w/{token}/device"): ("w", answers(204, 403, 204, 403, 403, 403, 204)),
    ("GET", "/w/{token}/events"): ("w", CHAT),
    ("GET", "/w/{token}/talk"): ("w", CHAT),
    ("POST", "/w/{token}/say"): ("w", CHAT),
    ("POST", "/w/{token}/files"): ("w", CHAT),
    ("GET", "/u/{token}"): ("u", CHAT),
    ("POST", "/u/{token}"): ("u", CHAT),
    ("POST", "/zalo"): ("telegram", answers(200, 403, 403, 403, 403, 403, 403)),
    ("GET", "/f/{token}"): ("f", answers(200, 403, 403, 403, 403, 403, 403)),
    ("GET", "/f/{token}/page"): ("f", answers(200, 403, 403, 403, 403, 403, 403)),
    ("GET", "/x/{token}"): ("x", answers(200, 403, 200, 403, 403, 403, 403)),
    ("GET", "/w/{token}/office"): ("o", answers(200, 403, 200, 403, 403, 403, 403)),
    ("GET", "/w/{token}/office/{room}"): ("o", answers(200, 403, 200, 403, 403, 403, 403)),
    ("GET", "/c/{token}.ics"): ("c", answers(200, 404, 200, 200, 404, 200, 200)),
    ("GET", "/c/{token}"): ("c", answers(200, 403, 200, 200, 403, 403, 403)),
}
"""(method, path): which key it asks for, and what is answered in each of CASES. Telegram is heard, and brings no update. A calendar's
link does not expire, and shows an empty calendar once it has ended. The first steps are there for no process without a word
(test_setup.py)."""
SHOWS = {
    "/w/{token}": SAID,
    "/w/{token}/events": SAID,
    "/w/{token}/talk": SAID,
    "/x/{token}": UNIT,
    "/w/{token}/office": UNIT,
    "/w/{token}/office/{room}": UNIT,
    "/c/{token}.ics": UNIT,
    "/f/{token}": RULED,
}
"""What one's own key shows, so that what the others do not show means something."""


@dataclass
class House:
    """The real application over a database in which two secretaries and two leaders have registered by the web."""

    world: World
    service: Service
    client: httpx.AsyncClient
    folder: Path

    @property
    def links(self) -> SignedLinks:
        links: SignedLinks = self.service.app.state.site.links
        return links

    @property
    def hub(self) -> Hub:
        hub: Hub = self.service.app.state.site.hub
        return hub

    @cached_property
    def paper(self) -> File:
        (self.folder / "a").write_bytes(PAPER)
        return store.take_in(store.open_store(str(self.folder / "files")), "y-kien.png", self.folder / "a")

    def contact(self, talker: Talker) -> Contact:
        with self.world.db.read() as session:
            return session.scalars(select(Contact).where(Contact.place == talker.address.place)).one()

    def keys_of(self, secretary: Talker, leader: Talker, unit: str) -> dict[str, str]:
        lead, above = self.contact(secretary), self.contact(leader)
        made = {
            "w": self.links.web_chat(lead.id, lead.key),
            "u": self.links.upload(lead.id, lead.key),
            "f": self.links.file(self.paper, lead.id, lead.key),
            "o": self.links.web_chat(above.id, above.key),
            "x": self.links.export(above.id, above.key),
            "c": self.links.calendar(above.person_id, self.calendar(above)),
        }
        keys = {kind: link.rpartition("/")[2] for kind, link in made.items()}
        return keys | {"code": self.world.invite(unit, "secretary"), "metrics": RIGHT, "telegram": RIGHT}

    def calendar(self, contact: Contact) -> int:
        with self.world.db.write() as session:
            return calendar_key(session.get_one(Person, contact.person_id))

    def kept(self) -> set[str]:
        """What lies in the store."""
        return {path.name for path in (self.folder / "files").rglob("*") if path.is_file()}


@contextmanager
def opened(db: Database, url: str, folder: Path) -> Iterator[House]:
    world = World(db)
    facts: dict[str, Any] = {
        "database_url": SecretStr(url),
        "files_url": SecretStr(str(folder / "files")),
        "telegram_token": SecretStr("1:abcdefghij"),
        "telegram_webhook": True,
        "telegram_secret": SecretStr(RIGHT),
        "zalo_token": SecretStr("1:abcdefghij"),
        "zalo_webhook": True,
        "zalo_secret": SecretStr(RIGHT),
        "metrics_token": SecretStr(RIGHT),
        "web_push_hosts": "push.example",
        "public_url": "https://chibo.example",
    }
    service = compose(with_channels(CHANNELS)(_env_file=None, **facts), db, lambda: world.at)
    wire = httpx.ASGITransport(service.app, raise_app_exceptions=False)
    try:
        yield House(
            world, service, httpx.AsyncClient(transport=wire, base_url="https://chibo.example"), folder
        )
    finally:
        service.stopped()


def _note_file(house: House, secretary: Talker) -> None:
    """A file that was noted in a meeting of the secretary's unit."""
    with house.world.db.write() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "A1")).one()
        meeting = Meeting(unit_id=unit.id, kind=MeetingKind.REGULAR, created_at=house.world.at)
        meeting.planned_at = house.world.at
        session.add(meeting)
        session.flush()
        facts = {"meeting_id": meeting.id, "person_id": house.contact(secretary).person_id}
        paper = {"digest": house.paper.digest, "name": house.paper.name}
        session.add(Note(step=0, text="", at=house.world.at, **facts, **paper))


@dataclass
class People:
    mine: Talker
    above: Talker
    other: Talker
    other_above: Talker


@pytest.fixture
def house(
    db: Database,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    one_process_apart: None,
) -> Iterator[House]:
    with opened(db, database_url, tmp_path) as house:
        house.world.units(*UNITS)
        house.world.load(shipped(MONTHLY))

        async def end_stream(_bell: Bell, _seconds: float) -> bool:
            house.hub.closed = True
            return False

        monkeypatch.setattr(Bell, "wait", end_stream)  # a stream says what there is, and ends
        yield house


@pytest.fixture
def people(house: House) -> People:
    roles = (("A1", "secretary"), ("DUA", "leader"), ("B1", "secretary"), ("DUB", "leader"))
    people = People(*(house.world.registered(*role, channel="web") for role in roles))
    people.mine.says(SAID)
    _note_file(house, people.mine)
    return people


def keys_for(house: House, people: People, case: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What is knocked with; whatever has to happen for it has happened."""
    own = house.keys_of(people.mine, people.above, "A1")
    if case == "nothing":
        return dict.fromkeys(own, "-") | {"code": NO_CODE}
    if case == "foreign":
        return _foreign_keys(house, people)
    if case == "tampered":
        return {kind: ("A" if key[0] != "A" else "B") + key[1:] for kind, key in own.items()}
    if case == "expired":
        return _outlived(house, own, monkeypatch)
    if case == "revoked":
        _revoke(house, people)
    if case == "role lost":
        with house.world.db.write() as session:
            session.execute(update(Membership).values(ended_at=house.world.at))
        house.world.later(minutes=1)
    return own | ({} if case == "own" else {"metrics": "", "telegram": ""})


def _foreign_keys(house: House, people: People) -> dict[str, str]:
    """Somebody else's own keys; of the file the link that was made for somebody who may not read it."""
    return house.keys_of(people.other, people.other_above, "B1") | {"metrics": "wrong", "telegram": "wrong"}


def _outlived(house: House, own: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The clock of everything goes on until none of these keys is good."""
    late = KEY_LIFE + timedelta(days=1)
    assert late > max(UPLOAD_LIFE, EXPORT_LIFE, FILE_LIFE, timedelta(days=INVITE_DAYS))
    house.world.at += late
    stamp = int(time.time() + late.total_seconds())
    monkeypatch.setattr("itsdangerous.timed.TimestampSigner.get_timestamp", lambda _self: stamp)
    return own | {"metrics": "", "telegram": ""}


def _revoke(house: House, people: People) -> None:
    """The office or their owner has withdrawn the places and the invitations."""
    with house.world.db.write() as session:
        for talker in (people.mine, people.above):
            contact = session.get_one(Contact, house.contact(talker).id)
            withdraw_place(session, contact, house.world.at)
            end_calendar(session.get_one(Person, contact.person_id))
        session.execute(update(Invite).values(expires_at=house.world.at))


async def knock(house: House, method: str, path: str, key: str) -> httpx.Response:
    """As a browser does it, with whatever such an address is sent."""
    house.hub.closed = False
    own, query = {"id": str(uuid.uuid4())}, f"?code={key}" if path == "/w/new" else ""
    sent: dict[str, Any] = {"headers": {"accept": "application/json"}}
    if path == "/metrics":
        sent["headers"]["authorization"] = f"Bearer {key}"
    elif path in ("/telegram", "/zalo"):
        name = "x-telegram-bot-api-secret-token" if path == "/telegram" else "x-bot-api-secret-token"
        sent |= {"headers": {name: key}, "json": {}}
    elif path.endswith("/say"):
        sent["json"] = {**own, "text": "xem việc tháng này"}
    elif path.endswith("/device"):
        sent["json"] = Device().subscription()
    elif method == "POST" and path != "/w/new/{code}":
        sent |= {"data": own, "files": [("files", ("ảnh.png", PNG, "image/png"))]}
    named = path.replace("{name}", "chat.css").replace("{token}", key).replace("{code}", key)
    named = named.replace("{room}", "units")
    return await house.client.request(method, named + query, **sent)


def shown_in(answer: httpx.Response) -> str:
    """What one reads in it, in a workbook as well."""
    if not answer.content.startswith(b"PK"):
        return answer.content.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        return unescape("".join(book.read(name).decode("utf-8", "replace") for name in book.namelist()))


def test_every_route_is_in_the_table(house: House) -> None:
    found = {
        (method, route.path)
        for route in house.service.app.routes
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
    }
    assert found == set(ROUTES)
    assert len(house.service.app.routes) == len({path for _, path in found})


@pytest.mark.parametrize("case", CASES)
async def test_every_route_with_every_key(
    house: House, people: People, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = keys_for(house, people, case, monkeypatch)
    spoken = (
        (*TALK, "persons", "consents") if case == "role lost" else ()
    )  # a stranger costs a line and a sentence
    before, kept = rows_of(house.world.db, spoken), house.kept()
    for (method, path), (kind, statuses) in ROUTES.items():
        answer = await knock(house, method, path, keys.get(kind, ""))
        assert answer.status_code == statuses[case], (method, path)
        shown = shown_in(answer)
        secrets = [secret for secret in (UNIT, SAID, RULED) if secret in shown]
        assert (SHOWS.get(path, "-") in secrets) == (case == "own" and path in SHOWS), (method, path)
        assert case == "own" or secrets == [], (method, path)
    if case not in ("own", "foreign"):
        assert house.kept() == kept
        assert rows_of(house.world.db, spoken) == before


async def test_another_key_writes_in_its_own_name_alone(house: House, people: People) -> None:
    keys = _foreign_keys(house, people)
    mine, above = house.contact(people.mine), house.contact(people.above)

    def theirs() -> list[object]:
        with house.world.db.read() as session:
            return [
                session.scalar(select(func.count()).where(table.contact_id.in_((mine.id, above.id))))
                for table in (Event, Message)
            ]

    before = theirs()
    for (method, path), (kind, _) in ROUTES.items():
        await knock(house, method, path, keys.get(kind, ""))
    assert theirs() == before
    assert house.contact(people.mine).seq == mine.seq


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        ("role lost", "Đồng chí không còn mở được tệp này"),
        ("foreign", "xin văn phòng cấp ủy mã mời mới"),
        ("expired", "bấm vào tên tệp một lần nữa"),
        ("revoked", "chỉ dành cho người được gửi"),
    ],
)
async def test_a_file_that_opens_no_more_says_what_to_do(
    house: House, people: People, case: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = keys_for(house, people, case, monkeypatch)["f"]
    page = await house.client.get(f"/f/{key}")
    assert page.status_code == 403
    assert sentence in page.text


async def test_a_link_that_ends_while_a_device_is_on_its_way_rings_nowhere(
    house: House, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = keys_for(house, people, "own", monkeypatch)["w"]
    fits = sealing.fits_device

    def fits_meanwhile(p256dh: str, auth: str) -> bool:
        _revoke(house, people)
        return fits(p256dh, auth)

    monkeypatch.setattr(sealing, "fits_device", fits_meanwhile)
    answer = await knock(house, "POST", "/w/{token}/device", key)
    assert answer.status_code == 403
    with house.world.db.read() as session:
        assert session.scalar(select(func.count()).select_from(PushSubscription)) == 0
