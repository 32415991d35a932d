"""A channel is a folder and a line: one that only tests/channels/pigeon knows is opened, written to, answered and closed."""

import asyncio
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from bot.channels import CHANNELS
from bot.channels.base import Channel
from bot.composition import compose
from bot.service.service import Service
from bot.settings import Core, with_channels
from bot.store.db import connect_database
from bot.talk.receive import utc_now
from tests.channels.pigeon.channel import Pigeon
from tests.kit.processes import free_port

KINDS: tuple[type[Channel], ...] = (*CHANNELS, Pigeon)
SECONDS = 120


def settings(tmp_path: Path, **given: object) -> Core:
    facts = {
        "database_url": SecretStr(f"sqlite:///{tmp_path}/test.db"),
        "files_url": SecretStr(str(tmp_path / "files")),
        "listen": f"127.0.0.1:{free_port()}",
    }
    return with_channels(KINDS)(_env_file=None, **{**facts, **given})  # type: ignore[arg-type]


@pytest.fixture
def folder(tmp_path: Path, sqlite_template: Path) -> Path:
    (tmp_path / "test.db").write_bytes(sqlite_template.read_bytes())
    return tmp_path


async def test_a_third_channel_talks(folder: Path) -> None:
    facts = settings(folder, pigeon_loft="mái đình")
    db = connect_database(facts.database_url.get_secret_value())
    service = compose(facts, db, utc_now, kinds=KINDS)
    pigeon = next(one for one in service.channels if isinstance(one, Pigeon))
    ready = asyncio.Event()
    service.ready = ready.set
    running = asyncio.create_task(service.run())
    try:
        async with asyncio.timeout(SECONDS):
            await ready.wait()
            await talk(facts.url, pigeon)
    finally:
        await end(service, running)
        db.close()
    assert pigeon.started
    assert pigeon.stopped


async def talk(url: str, pigeon: Pigeon) -> None:
    async with httpx.AsyncClient(base_url=url) as client:
        note = {"number": 1, "from": "chuồng 4", "text": "xin chào"}
        assert (await client.post("/pigeon", json=note)).status_code == 200
        while not pigeon.flown:  # noqa: ASYNC110 - the list has no event
            await asyncio.sleep(0.02)
    place, text = pigeon.flown[0]
    assert place == "chuồng 4"
    assert "mã" in text


async def end(service: Service, running: asyncio.Task[None]) -> None:
    import signal

    signal.raise_signal(signal.SIGTERM)
    async with asyncio.timeout(SECONDS):
        await running


def test_its_link_stands_beside_the_others(folder: Path) -> None:
    facts = settings(folder, pigeon_loft="mái đình", public_url="https://chibo.example")
    db = connect_database(facts.database_url.get_secret_value())
    service = compose(facts, db, utc_now, kinds=KINDS)
    links = service.app.state.site.links
    assert links.invitation("ABCD-EFGH") == [
        ("web", "https://chibo.example/w/new/ABCD-EFGH"),
        ("pigeon", "pigeon://mái đình/ABCD-EFGH"),
    ]
    db.close()


def test_without_its_settings_it_is_not_there(folder: Path) -> None:
    facts = settings(folder)
    db = connect_database(facts.database_url.get_secret_value())
    service = compose(facts, db, utc_now, kinds=KINDS)
    assert [one.name for one in service.channels] == ["web"]
    assert {"/pigeon", "/telegram"} & {route.path for route in service.app.routes} == set()
    db.close()


def test_its_own_faults_are_known(tmp_path: Path) -> None:
    facts = settings(tmp_path, pigeon_loft="mái đình", pigeon_grain=False)
    assert Pigeon.faults(facts.of(Pigeon), "") == {"pigeon_grain": "setting_wrong"}  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", CHANNELS)
def test_a_channel_names_its_settings_after_itself(kind: type[Channel]) -> None:
    assert [name for name in kind.Settings.model_fields if not name.startswith(kind.name)] == []
