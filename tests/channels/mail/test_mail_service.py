"""The whole program with a mail server: a message of the outbox goes out as a letter whose link opens the reader's talk."""

import asyncio
import re
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import select

from bot.channels import CHANNELS
from bot.composition import compose
from bot.messages import Choice, Reply
from bot.settings import Core, with_channels
from bot.store.db import Database, connect_database
from bot.tables import Contact, Membership, Message, MessageState, Person, Role, Unit
from bot.talk.outbox import post_message
from bot.talk.receive import utc_now
from tests.channels.mail.post import Post, open_post
from tests.kit.processes import free_port

ADDRESS = "lanhdao@xa.example"
SECONDS = 60


@pytest.fixture
def folder(tmp_path: Path, sqlite_template: Path) -> Path:
    (tmp_path / "test.db").write_bytes(sqlite_template.read_bytes())
    return tmp_path


def settings(folder: Path, post: Post) -> Core:
    listen = f"127.0.0.1:{free_port()}"
    facts: dict[str, object] = {
        "database_url": SecretStr(f"sqlite:///{folder}/test.db"),
        "files_url": SecretStr(str(folder / "files")),
        "listen": listen,
        "public_url": f"http://{listen}",
        "smtp_url": SecretStr(f"smtp://127.0.0.1:{post.port}?from=troly@chibo.example&tls=none"),
    }
    return with_channels(CHANNELS)(_env_file=None, **facts)  # type: ignore[arg-type]


def leader_with_mail(db: Database) -> None:
    at = utc_now()
    with db.write() as session:
        unit = Unit(code="DUK", name="Đảng ủy Khối mẫu", kind="dang_uy")
        person = Person(created_at=at, consent_version=4)
        session.add_all([unit, person])
        session.flush()
        unit.path = f"/{unit.id}/"
        session.add(Membership(person_id=person.id, unit_id=unit.id, role=Role.LEADER, since=at))
        contact = Contact(person_id=person.id, channel="smtp", place=ADDRESS, used_at=at - timedelta(days=1))
        session.add(contact)
        session.flush()
        buttons = ((Choice("📊 Tổng hợp", "sum"),),)
        post_message(
            session, contact, Reply("<b>T11: 38/45 đã họp</b>\n\n👉 Đồng chí bấm “Tổng hợp”.", buttons), at
        )


@asynccontextmanager
async def running(facts: Core, db: Database) -> AsyncIterator[None]:
    service = compose(facts, db, utc_now)
    ready = asyncio.Event()
    service.ready = ready.set
    task = asyncio.create_task(service.run())
    try:
        async with asyncio.timeout(SECONDS):
            await ready.wait()
        yield
    finally:
        signal.raise_signal(signal.SIGTERM)
        async with asyncio.timeout(SECONDS):
            await task


async def settled(db: Database) -> Message:
    """The letter, once it is known what became of it at first."""
    async with asyncio.timeout(SECONDS):
        while True:
            with db.read() as session:
                found = session.scalars(select(Message).where(Message.channel == "smtp")).one()
            if found.state == MessageState.SENT or found.error:
                return found
            await asyncio.sleep(0.05)


async def is_said(url: str, code: str) -> int:
    """The status of /readyz once it says that."""
    async with httpx.AsyncClient(base_url=url) as client, asyncio.timeout(SECONDS):
        while True:
            found = await client.get("/readyz")
            if code in found.text:
                return found.status_code
            await asyncio.sleep(0.2)


async def test_a_letter_leads_to_the_talk(folder: Path) -> None:
    with open_post() as post:
        facts = settings(folder, post)
        db = connect_database(facts.database_url.get_secret_value())
        leader_with_mail(db)
        async with running(facts, db):
            letter = await settled(db)
            assert letter.state == MessageState.SENT
            link = re.findall(r"(http://\S+/w/\S+)", post.last.get_body(("plain",)).get_content())[0]  # type: ignore[union-attr]
            async with httpx.AsyncClient(follow_redirects=True) as client:
                page = await client.get(link)
            assert page.status_code == 200
            assert "T11: 38/45 đã họp" in page.text
            assert "Tổng hợp</button>" in page.text.replace("\n", "")
        assert post.last["Message-ID"].startswith(f"<{letter.id}.")
        assert [to for _, to, _ in post.letters] == [ADDRESS]
        db.close()


@pytest.mark.logs_errors
async def test_a_stopped_server_stops_nothing_else(folder: Path) -> None:
    """The sender is refused: the letter waits, and who looks is told."""
    with open_post(answers={"MAIL": "550 5.7.60 not allowed to send as this sender"}) as post:
        facts = settings(folder, post)
        db = connect_database(facts.database_url.get_secret_value())
        leader_with_mail(db)
        async with running(facts, db):
            letter = await settled(db)
            assert (letter.state, letter.error) == (MessageState.WAITING, "asked to wait")
            assert await is_said(facts.url, "smtp_sender_refused") == 503
        assert post.letters == []
        db.close()
