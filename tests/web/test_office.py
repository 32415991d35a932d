"""The office's page: each room to each role, within its own tree alone; its buttons are the chat's."""

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import select, update

from bot.channels import CHANNELS
from bot.composition import compose
from bot.settings import with_channels
from bot.store.links import SignedLinks
from bot.tables import Contact, Membership
from tests.kit.plans import MONTHLY, shipped
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.world import World

ROOMS = ("units", "open", "files", "plans", "registered", "messages", "costs", "errors")
SUMS = ROOMS[:3]


def begin_here(world: World) -> None:
    world.units(
        ("DUK", "Đảng ủy Khối mẫu", "dang_uy", "", None),
        ("DUA", "Đảng ủy Sở Công", "dang_bo_co_so", "", "DUK"),
        ("DUB", "Đảng ủy Sở Nông", "dang_bo_co_so", "", "DUK"),
        ("A1", "Chi bộ Bưu điện", "chi_bo", "", "DUA"),
        ("A2", "Chi bộ Bến xe", "chi_bo", "", "DUA"),
        ("B1", "Chi bộ Thanh tra", "chi_bo", "", "DUB"),
    )
    world.load(shipped(MONTHLY))


pytestmark = begins(begin_here)


class Pages:
    """The office's page of somebody who has registered by the web."""

    def __init__(self, world: World, links: SignedLinks, client: httpx.AsyncClient) -> None:
        self.world, self.links, self.client = world, links, client

    def chat(self, talker: Talker) -> str:
        with self.world.db.read() as session:
            place = select(Contact).where(Contact.place == talker.address.place)
            contact = session.scalars(place).one()
            return self.links.path(self.links.web_chat(contact.id, contact.key))

    async def get(self, talker: Talker, room: str = "", **asked: object) -> httpx.Response:
        given = {name: str(value) for name, value in asked.items()}
        return await self.client.get(f"{self.chat(talker)}/office{room and '/'}{room}", params=given)

    async def text(self, talker: Talker, room: str = "", **asked: object) -> str:
        answer = await self.get(talker, room, **asked)
        assert answer.status_code == 200, answer.text
        return html.unescape(answer.text)

    async def press(self, talker: Talker, value: str) -> str:
        """The chat, as a browser without JavaScript gets it."""
        said = await self.client.post(
            f"{self.chat(talker)}/say", data={"press": value}, follow_redirects=False
        )
        assert said.status_code == 303
        return said.headers["location"]


@pytest.fixture
async def pages(world: World, tmp_path: Path) -> Iterator[Pages]:  # type: ignore[misc]
    facts = {"files_url": SecretStr(str(tmp_path / "files")), "public_url": "https://chibo.example"}
    settings = with_channels(CHANNELS)(_env_file=None, **facts)
    service = compose(settings, world.db, lambda: world.at)
    wire = httpx.ASGITransport(service.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=wire, base_url="https://chibo.example") as client:
        yield Pages(world, service.app.state.site.links, client)
    service.stopped()


def person(world: World, unit: str, role: str, **facts: object) -> Talker:
    return world.registered(unit, role, channel="web", **facts)


def buttons(page: str) -> list[dict[str, str]]:
    return [json.loads(value) for value in re.findall(r"name=\"press\" value='([^']+)'", page)]


@pytest.mark.parametrize(
    ("role", "opened"),
    [("secretary", ()), ("follower", SUMS), ("leader", SUMS), ("admin", ROOMS)],
)
async def test_each_role_and_each_room(
    world: World, pages: Pages, role: str, opened: tuple[str, ...]
) -> None:
    somebody = person(world, "A1" if role == "secretary" else "DUA", role)
    for room in ROOMS:
        answer = await pages.get(somebody, room)
        assert answer.status_code == (200 if room in opened else 403), room
        if room in opened:
            named = re.findall(r'<li><a href="[^"]*/office/(\w+)"', answer.text)
            assert set(named) == set(opened)
        else:
            assert "Phòng này dành cho người khác" in answer.text
    answer = await pages.get(somebody)
    assert answer.status_code == (200 if opened else 403)
    assert (await pages.get(somebody, "khác")).status_code == 404


async def test_a_role_that_ends_closes_the_page(world: World, pages: Pages) -> None:
    office = person(world, "DUA", "admin")
    assert "Trang văn phòng" in (await pages.client.get(pages.chat(office))).text
    with world.db.write() as session:
        session.execute(update(Membership).values(ended_at=world.at))
    assert {(await pages.get(office, room)).status_code for room in ROOMS} == {403}
    assert "Trang văn phòng" not in (await pages.client.get(pages.chat(office))).text
