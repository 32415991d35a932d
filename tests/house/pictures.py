"""Makes the pictures of README anew: the demo's two phones as a newcomer sees them (`make pictures`)."""

import tempfile
from io import BytesIO
from pathlib import Path

import httpx
from PIL import Image
from playwright.sync_api import Browser, expect

from tests.kit.browser import chromium
from tests.kit.places import ROOT
from tests.kit.processes import free_port, phone_of, program

FOLDER = ROOT / "docs" / "pictures"
SIZE = {"width": 390, "height": 780}
COLOURS = 64
"""Enough for our few; a picture then weighs some ten kilobytes."""
SECONDS = 120


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, chromium() as browser:
        folder = Path(scratch)
        address = f"127.0.0.1:{free_port()}"
        url = f"http://{address}"
        words = ("demo", "--listen", address, "--folder", str(folder / "demo"))
        with program(*words, url=url, log=folder / "log", settings={}):
            move(url, "next")
            picture(browser, phone_of(url, "secretary"), "secretary.png")
            move(url, "week")
            picture(browser, phone_of(url, "leader"), "leader.png")


def move(url: str, to: str) -> None:
    httpx.post(f"{url}/demo/move?to={to}", timeout=SECONDS).raise_for_status()


def picture(browser: Browser, address: str, name: str) -> None:
    page = browser.new_page(viewport=SIZE)  # type: ignore[arg-type]
    page.goto(address)
    expect(page.locator("article.bot").last).to_be_visible(timeout=SECONDS * 1000)
    taken = Image.open(BytesIO(page.screenshot()))
    taken.quantize(COLOURS, dither=Image.Dither.NONE).save(FOLDER / name, optimize=True)
    page.close()


if __name__ == "__main__":
    main()
