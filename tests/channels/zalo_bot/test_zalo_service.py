"""The whole program on Zalo, and what goes wrong on the way: nothing is lost, and nothing is done twice."""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import func, select

from bot.channels import CHANNELS
from bot.composition import compose
from bot.settings import Core, with_channels
from bot.store.db import Database, connect_database
from bot.tables import Event, Message, MessageState
from bot.talk.receive import utc_now
from tests.channels.zalo_bot.api import JSON, PLACE, SECONDS, SECRET, TOKEN, Api, said, served
from tests.kit.processes import free_port

HEADERS = {"X-Bot-Api-Secret-Token": SECRET}


class House:
    def __init__(self, api: Api, db: Database, url: str) -> None:
        self.api, self.db = api, db
        self.client = httpx.AsyncClient(base_url=url, headers=HEADERS, timeout=SECONDS)

    async def brought(self, raw: JSON) -> int:
        return (await self.client.post("/zalo", json=raw)).status_code

    def count(self, *conditions: object) -> int:
        with self.db.read() as session:
            return session.scalar(select(func.count(Message.id)).where(*conditions)) or 0  # type: ignore[arg-type]

    def events(self) -> int:
        with self.db.read() as session:
            return session.scalar(select(func.count(Event.id))) or 0

    async def until_sent(self, number: int) -> None:
        async with asyncio.timeout(SECONDS):
            while self.count(Message.state == MessageState.SENT) < number:  # noqa: ASYNC110 - rows have no event
                await asyncio.sleep(0.05)


@pytest.fixture
def folder(tmp_path: Path, sqlite_template: Path) -> Path:
    (tmp_path / "test.db").write_bytes(sqlite_template.read_bytes())
    return tmp_path


@pytest.fixture
async def house(folder: Path) -> AsyncIterator[House]:
    listen = f"127.0.0.1:{free_port()}"
    async with served(Api()) as api:
        api.verifies = True
        facts: dict[str, object] = {
            "database_url": SecretStr(f"sqlite:///{folder}/test.db"),
            "files_url": SecretStr(str(folder / "files")),
            "listen": listen,
            "public_url": f"http://{listen}",
            "zalo_token": SecretStr(TOKEN),
            "zalo_api_url": api.url,
            "zalo_webhook": True,
            "zalo_secret": SecretStr(SECRET),
        }
        settings: Core = with_channels(CHANNELS)(_env_file=None, **facts)  # type: ignore[arg-type]
        db = connect_database(settings.database_url.get_secret_value())
        service = compose(settings, db, utc_now)
        running = asyncio.create_task(service.run())
        house = House(api, db, settings.url)
        async with asyncio.timeout(SECONDS):
            while not api.verified:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        yield house
        await house.client.aclose()
        signal.raise_signal(signal.SIGTERM)
        async with asyncio.timeout(SECONDS):
            await running
        db.close()


async def test_the_address_answers_when_zalo_tries_it(house: House) -> None:
    assert house.api.verified == 200
    assert len(house.api.called("setWebhook")) == 1


async def test_an_event_that_is_delivered_again_is_answered_once(house: House) -> None:
    raw = said("xin chào", "m1")
    assert await asyncio.gather(*(house.brought(raw) for _ in range(3))) == [200, 200, 200]
    await house.until_sent(1)
    assert await house.brought(raw) == 200
    assert await house.brought({"ok": True, "result": raw}) == 200
    assert house.events() == 1
    assert house.count() == 1
    assert [values["chat_id"] for values in house.api.called("sendMessage")] == [PLACE]


async def test_events_in_another_order_are_all_heard(house: House) -> None:
    for number in (3, 1, 2, 5, 4):
        other = {"id": f"p{number}", "chat_type": "PRIVATE"}
        assert await house.brought(said("xin chào", f"m{number}", chat=other)) == 200
    await house.until_sent(5)
    assert Counter(values["chat_id"] for values in house.api.called("sendMessage")) == Counter(
        f"p{number}" for number in range(1, 6)
    )


async def test_a_proxys_page_and_a_busy_zalo_lose_nothing(house: House) -> None:
    house.api.break_down("sendMessage")
    assert await house.brought(said("xin chào", "m1")) == 200
    await house.until_sent(1)
    assert len(house.api.texts) == 2
    assert house.count() == 1


async def test_a_dropped_answer_repeats_the_message_and_not_the_work(house: House) -> None:
    house.api.dropped = 1
    assert await house.brought(said("xin chào", "m1")) == 200
    await house.until_sent(1)
    assert len(house.api.texts) == 2
    assert len(set(house.api.texts)) == 1
    assert (house.events(), house.count()) == (1, 1)


async def test_somebody_else_brings_nothing(house: House) -> None:
    answer = await house.client.post("/zalo", json=said("25"), headers={"X-Bot-Api-Secret-Token": "x"})
    assert answer.status_code == 403
    assert house.events() == 0
