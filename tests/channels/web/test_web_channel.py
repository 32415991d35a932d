"""The web chat as a channel that rings: the key by which browsers know it, and where it cannot ring."""

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from bot.channels.base import Tools
from bot.channels.web.channel import VAPID_KEY, Web
from bot.channels.web.sealing import decoded
from bot.composition import discreet_words
from bot.store.db import Database
from bot.store.vault import DatabaseVault
from bot.talk.push_book import DatabasePushBook
from tests.kit.places import ZONE
from tests.kit.push_service import CURVE

AT = datetime(2026, 4, 1, 2, tzinfo=UTC)


async def started(db: Database, url: str) -> Web:
    tools = Tools(
        *(lambda event: True, lambda name, path, place: None, lambda file: b"", lambda place: True),  # type: ignore[arg-type]
        lambda: AT,
        url,
        vault=DatabaseVault(db),
        pushes=DatabasePushBook(db, lambda: AT, ZONE, url, discreet_words()),
    )
    web = Web.open(Web.Settings(), tools)
    await web.start()
    await web.stop()
    return web


async def test_its_key_is_made_once_and_kept(db: Database) -> None:
    first, again = [await started(db, "https://chibo.example") for _ in range(2)]
    assert first.push_key == again.push_key
    ec.EllipticCurvePublicKey.from_encoded_point(CURVE, decoded(first.push_key))
    assert "PRIVATE KEY" in DatabaseVault(db).read(VAPID_KEY)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "http://chibo.example"])
async def test_without_https_it_cannot_ring_and_makes_no_key(db: Database, url: str) -> None:
    web = await started(db, url)
    assert web.push_key == ""
    assert DatabaseVault(db).read(VAPID_KEY) == ""
    await web.listen()  # there is nothing to wait for
