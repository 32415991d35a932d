"""The office's page as a person sees it: wide and on a phone, by the keyboard, without JavaScript, in the light and in the dark."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from bot.store.db import connect_database
from bot.tables import Contact
from tests.kit.browser import chromium
from tests.kit.installation import Installation, running
from tests.kit.plans import MONTHLY, shipped
from tests.kit.processes import SECONDS
from tests.kit.talker import Talker
from tests.kit.ticking import tick_through
from tests.kit.world import World

ROOMS = ("units", "open", "files", "plans", "registered", "messages?day=2022-04-26", "costs", "errors")
CELLS = 40
LONG = "Chi bộ Trường Tiểu học và Trung học cơ sở Nguyễn Thị Minh Khai số"

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def begin_here(world: World) -> Talker:
    """A committee of forty cells, some of them led, on a day of April."""
    world.units(("DUK", "Đảng ủy phường", "dang_uy", "", None))
    world.units(*((f"CB{n:02}", f"{LONG} {n}", "chi_bo", "", "DUK") for n in range(1, CELLS + 1)))
    world.load(shipped(MONTHLY))
    office = world.registered("DUK", "admin", channel="web")
    for number in (1, 2, 3):
        world.registered(f"CB{number:02}", "secretary", channel="web", name="Nguyễn Văn Ta")
    tick_through(world, "2022-04-28 09:00", office)
    return office


@pytest.fixture(scope="module")
def site(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> Iterator[tuple[Installation, str]]:
    folder = tmp_path_factory.mktemp("office")
    target = folder / "test.db"
    target.write_bytes(sqlite_template.read_bytes())
    db = connect_database(f"sqlite:///{target}")
    world = World(db)
    office = begin_here(world)
    with db.read() as session:
        contact = session.scalars(select(Contact).where(Contact.place == office.address.place)).one()
    db.close()
    with running(f"sqlite:///{target}", folder, whole=True) as site:
        site.at = world.at
        chat = site.links.path(site.links.web_chat(contact.id, contact.key))
        yield site, f"http://127.0.0.1:{site.port}{chat}"


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_every_room_fits(browser: Browser, site: tuple[Installation, str], width: int, dark: bool) -> None:
    """Nothing runs over the edge, and nothing is against the page's own rules."""
    page = browser.new_page(
        viewport={"width": width, "height": 800}, color_scheme="dark" if dark else "light"
    )
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    for room in ROOMS:
        page.goto(f"{site[1]}/office/{room}")
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, room
        shorter = "all => all.filter(one => one.offsetHeight < 43).map(one => one.textContent)"
        assert page.locator("main button, .office > nav a, .find input").evaluate_all(shorter) == [], room
    wide = page.locator(".office > nav").bounding_box()
    main = page.locator("main").bounding_box()
    assert wide is not None
    assert main is not None
    assert (main["x"] >= wide["x"] + wide["width"]) == (width == 1280)
    assert (main["y"] >= wide["y"] + wide["height"]) == (width != 1280)
    page.close()
    assert faults == []


def test_by_the_keyboard_alone(browser: Browser, site: tuple[Installation, str]) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.set_default_timeout(SECONDS * 1000)
    page.goto(f"{site[1]}/office/units")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Đến phần chính của trang")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    assert outline(page) != "none"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Tìm theo mã hoặc tên đơn vị")).to_be_focused()
    page.keyboard.type("minh khai so 17")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Tìm thấy 1 đơn vị.")).to_be_visible()
    button = page.get_by_role("button", name=f"Xem {LONG} 17")
    button.focus()
    assert outline(page) != "none"
    page.keyboard.press("Enter")
    expect(page.locator(".bot .bubble").last).to_contain_text(f"{LONG} 17")
    page.get_by_role("link", name="Văn phòng", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Cây đơn vị")
    page.close()


def outline(page: Page) -> str:
    style: str = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    return style


def test_without_javascript(browser: Browser, site: tuple[Installation, str]) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    context.set_default_timeout(SECONDS * 1000)
    page = context.new_page()
    page.goto(f"{site[1]}/office/registered")
    expect(page.get_by_text(f"Đã đăng ký 3/{CELLS} chi bộ")).to_be_visible()
    page.get_by_role("button", name=f"Cấp mã {LONG} 7", exact=False).first.click()
    expect(page.locator(".bot .bubble").last).to_contain_text(f"{LONG} 7")
    page.goto(f"{site[1]}/office/registered")
    row = page.locator("tr", has_text="CB07")
    expect(row.get_by_role("button", name="Thu hồi mã")).to_be_visible()
    context.close()
