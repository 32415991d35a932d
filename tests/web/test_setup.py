"""The first steps in the browser: who holds the word that the program has printed, and nobody else, becomes the first office."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import func, select

from bot.channels import CHANNELS
from bot.composition import compose
from bot.settings import with_channels
from bot.store.db import Database
from bot.tables import Contact, Invite, Unit
from bot.web import tries
from bot.web.setup import WORD_LIFE, FirstWord, first_word
from tests.kit.talker import Talker
from tests.kit.wording import labels, reads_well
from tests.kit.world import World

ENTRY = re.compile(r'name="entry" value="([^"]+)"')


@dataclass
class Fresh:
    """The real application with nobody in it."""

    world: World
    client: httpx.AsyncClient
    first: FirstWord

    async def entry(self) -> str:
        found = ENTRY.search((await self.client.get("/setup")).text)
        assert found
        return found[1]

    async def sends(self, **given: str) -> httpx.Response:
        facts = {"word": self.first.word, "name": "Đảng ủy xã Bình Minh", "kind": "dang_uy"}
        return await self.client.post("/setup", data=facts | given)

    def count(self, table: type[Any]) -> int:
        with self.world.db.read() as session:
            return session.scalar(select(func.count()).select_from(table)) or 0

    def admin(self) -> Talker:
        """Whoever sits at the web chat that has been opened."""
        with self.world.db.read() as session:
            place = session.scalars(select(Contact.place).where(Contact.channel == "web")).one()
        talker = self.world.person(place, "web")
        talker.looks()
        return talker


@contextmanager
def opened(db: Database, folder: Path) -> Iterator[Fresh]:
    world = World(db)
    first = first_word(db, world.at)
    assert first is not None
    facts: dict[str, Any] = {
        "files_url": SecretStr(str(folder / "files")),
        "public_url": "https://chibo.example",
    }
    settings = with_channels(CHANNELS)(_env_file=None, **facts)
    service = compose(settings, db, lambda: world.at, first=first)
    wire = httpx.ASGITransport(service.app, raise_app_exceptions=False)
    try:
        yield Fresh(world, httpx.AsyncClient(transport=wire, base_url="https://chibo.example"), first)
    finally:
        service.stopped()


@pytest.fixture
def fresh(db: Database, tmp_path: Path) -> Iterator[Fresh]:
    with opened(db, tmp_path) as fresh:
        yield fresh


async def test_from_the_word_to_the_first_cell(fresh: Fresh) -> None:
    page = await fresh.client.get("/setup")
    assert page.status_code == 200
    assert fresh.first.word not in page.text
    done = await fresh.sends(entry=await fresh.entry())
    assert done.status_code == 303
    assert done.headers["location"].startswith("/w/")
    assert (await fresh.client.get(done.headers["location"])).status_code == 200
    admin = fresh.admin().taps("Đồng ý").says("Nguyễn Văn Một")
    assert "Chưa có đơn vị nào dưới <b>Đảng ủy xã Bình Minh</b>" in admin.last.text
    assert {"➕ Tạo đơn vị cấp dưới", "Mã mời"} <= set(labels(admin))
    admin.taps("Tạo đơn vị cấp dưới").says("Chi bộ Thôn 1").says("28").taps("Đồng ý").taps("Mã mời bí thư")
    assert "Mã mời:" in admin.last.text
    assert (await fresh.client.get("/setup")).status_code == 404
    assert (await fresh.sends()).status_code == 404
    assert first_word(fresh.world.db, fresh.world.at) is None
    reads_well(admin)


async def test_a_word_is_good_once_and_a_form_sent_twice_leads_to_one_chat(fresh: Fresh) -> None:
    entry = await fresh.entry()
    first, second = await fresh.sends(entry=entry), await fresh.sends(entry=entry)
    assert first.headers["location"] == second.headers["location"]
    other = await fresh.sends()
    assert other.status_code == 410
    assert "không dùng được nữa" in other.text
    assert (await fresh.client.get("/setup")).status_code == 410
    assert (fresh.count(Unit), fresh.count(Invite), fresh.count(Contact)) == (1, 1, 1)


async def test_the_word_ends_after_an_hour(fresh: Fresh) -> None:
    fresh.world.at += WORD_LIFE - timedelta(seconds=1)
    assert (await fresh.client.get("/setup")).status_code == 200
    fresh.world.at += timedelta(seconds=1)
    assert (await fresh.client.get("/setup")).status_code == 410
    assert (await fresh.sends()).status_code == 410
    assert fresh.count(Unit) == 0


async def test_a_wrong_word_keeps_what_was_typed_and_is_slowed_down(
    fresh: Fresh, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tries, "PAUSE_SECONDS", 0)
    for _ in range(tries.WRONG_TRIES):
        page = await fresh.sends(word="QQQQ-7777", name='Đảng ủy "Ánh Dương" <b>', kind="dang_bo_co_so")
        assert page.status_code == 403
    assert "Từ dùng một lần chưa đúng" in page.text
    assert 'value="Đảng ủy &#34;Ánh Dương&#34; &lt;b&gt;"' in page.text
    assert 'value="dang_bo_co_so" selected' in page.text
    assert (await fresh.sends(word="", name="x")).status_code == 429
    assert fresh.count(Unit) == 0
    said = fresh.first.word.replace("-", " ").lower()
    assert (await fresh.sends(word=said)).status_code == 303


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": " "}, "Thiếu tên đơn vị"),
        ({"name": "–"}, "Thiếu tên đơn vị"),
        ({"name": "Đảng ủy " + "a" * 200}, "dài quá 200 ký tự"),
        ({"kind": "hội"}, "Chưa hiểu “hội”"),
    ],
)
async def test_what_is_wrong_is_said_on_the_page_and_the_word_stays_good(
    fresh: Fresh, given: dict[str, str], said: str
) -> None:
    page = await fresh.sends(**given)
    assert (page.status_code, said in page.text) == (400, True)
    assert fresh.count(Unit) == 0
    assert (await fresh.sends()).status_code == 303


async def test_a_list_that_was_read_before_has_its_committee(fresh: Fresh) -> None:
    fresh.world.units(("DUX", "Đảng ủy xã Cũ", "dang_uy", "", None))
    page = await fresh.client.get("/setup")
    assert "Đảng ủy xã Cũ" in page.text
    assert 'name="name"' not in page.text
    fresh.world.units(("DUY", "Đảng ủy xã Hai", "dang_uy", "", None), ("C", "Chi bộ 1", "chi_bo", "", "DUY"))
    assert "<select" in (await fresh.client.get("/setup")).text
    assert "chọn cấp ủy" in (await fresh.sends()).text
    with fresh.world.db.read() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "DUY")).one()
    assert (await fresh.sends(unit=str(unit.id))).status_code == 303
    admin = fresh.admin().taps("Đồng ý").taps("Bỏ qua")
    assert "Quản trị" in labels(admin)
    assert fresh.count(Unit) == 3


async def test_who_breaks_off_begins_again_with_a_new_word(fresh: Fresh, tmp_path: Path) -> None:
    assert (await fresh.sends()).status_code == 303
    with opened(fresh.world.db, tmp_path) as again:
        assert again.first.word != fresh.first.word
        assert (await again.sends(word=fresh.first.word)).status_code == 403
        assert (await again.sends()).status_code == 303
    assert fresh.count(Unit) == 1
