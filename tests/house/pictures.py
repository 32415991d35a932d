"""Makes the pictures of README and of docs/vi anew: the demo's phones, walked as people walk them (`make pictures`)."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from urllib.parse import urljoin

import httpx
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from tests.house.a4_page import PRINTED, print_page
from tests.kit.browser import chromium
from tests.kit.documents import pdf
from tests.kit.places import ROOT
from tests.kit.processes import free_port, phone_of, program

FOLDER = ROOT / "docs" / "pictures"
GUIDE = ROOT / "docs" / "vi" / "pictures"
SIZE = {"width": 390, "height": 780}
TALL = {"width": 390, "height": 1900}
"""One message is taken whole, however long it is."""
COLOURS = 64
"""Enough for our few; a picture then weighs some tens of kilobytes."""
SECONDS = 120
NEW_CELLS = ("Chi bộ Bảo tàng", "Chi bộ Bưu điện", "Chi bộ Nhà hát", "Chi bộ Trung tâm Y tế")


@dataclass(frozen=True)
class Phone:
    """Somebody's web chat; every step waits for its answer."""

    page: Page

    @property
    def newest(self) -> Locator:
        return self.page.locator("article.bot").last

    def press(self, label: str) -> None:
        """The last button whose label, without its picture, begins so."""
        self._answered(self.page.get_by_role("button", name=re.compile(rf"^\W*{label}")).last.click)

    def say(self, words: str) -> None:
        def send() -> None:
            self.page.locator("#text").fill(words)
            self.page.locator("#send").click()

        self._answered(send)

    def hand(self, file: Path) -> None:
        self._answered(lambda: self.page.locator("#files").set_input_files(file))

    def _answered(self, act: Callable[[], None]) -> None:
        seen = self.page.locator("article.bot").count()
        act()
        expect(self.page.locator("article.bot").nth(seen)).to_be_visible(timeout=SECONDS * 1000)

    def take(self, name: str) -> None:
        self.page.mouse.move(0, 0)
        keep(self.newest.screenshot(), GUIDE / name)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    GUIDE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, chromium() as browser:
        folder = Path(scratch)
        address = f"127.0.0.1:{free_port()}"
        url = f"http://{address}"
        words = ("demo", "--listen", address, "--folder", str(folder / "demo"))
        with program(*words, url=url, log=folder / "log", settings={}):
            move(url, "next")
            picture(browser, phone_of(url, "secretary"), "secretary.png")
            secretary = phone(browser, phone_of(url, "secretary"))
            take_secretary(secretary, folder)
            move(url, "week")
            picture(browser, phone_of(url, "leader"), "leader.png")
            take_leader(phone(browser, phone_of(url, "leader")), url)
            take_office(phone(browser, url + enter_office(browser, folder, url)), url, folder)
        print_page(browser, PRINTED)


def move(url: str, to: str) -> None:
    httpx.post(f"{url}/demo/move?to={to}", timeout=SECONDS).raise_for_status()


def phone(browser: Browser, address: str) -> Phone:
    page = browser.new_page(viewport=TALL, device_scale_factor=2)  # type: ignore[arg-type]
    page.goto(address)
    expect(page.locator("article.bot").last).to_be_visible(timeout=SECONDS * 1000)
    return Phone(page)


def picture(browser: Browser, address: str, name: str) -> None:
    page = browser.new_page(viewport=SIZE)  # type: ignore[arg-type]
    page.goto(address)
    expect(page.locator("article.bot").last).to_be_visible(timeout=SECONDS * 1000)
    keep(page.screenshot(), FOLDER / name)
    page.close()


def keep(taken: bytes, path: Path) -> None:
    image = Image.open(BytesIO(taken)).convert("RGB")
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def take_secretary(secretary: Phone, folder: Path) -> None:
    """A reminder, a result in one line, a step of the meeting, its end, a report handed in."""
    secretary.take("nhac-viec.png")
    secretary.say("25/28, vắng 2 có phép, 1 không phép")
    secretary.press("Hôm nay")
    secretary.take("mot-dong.png")
    secretary.say("/huy")
    secretary.say("/hop")
    secretary.press("Bắt đầu họp")
    secretary.take("buoc-hop.png")
    secretary.press("Tiếp")
    secretary.press("Điểm danh")
    secretary.say("25/28, vắng 2 có phép, 1 không phép")
    secretary.take("diem-danh.png")
    secretary.press("Đúng")
    while secretary.page.get_by_role("button", name="Kết thúc", exact=True).count() == 0:
        secretary.press("Tiếp")
    secretary.press("Kết thúc")
    secretary.take("ket-qua.png")
    report = folder / "Báo cáo quý II.pdf"
    report.write_bytes(pdf(["Bao cao quy II"]))
    secretary.press("Nộp: ")
    secretary.hand(report)
    secretary.press("Xong")
    secretary.take("nop-bao-cao.png")


def take_leader(leader: Phone, url: str) -> None:
    """A report to look at, a period's figures, the picture to forward, who has not yet done it."""
    leader.say("/tonghop quý 2")
    leader.take("tong-hop-ky.png")
    leader.press("Ảnh để gửi")
    sent = leader.page.locator("article.bot a.file").last
    expect(sent).to_be_visible(timeout=SECONDS * 1000)
    keep(httpx.get(address_of(sent, url)).content, GUIDE / "anh-de-gui.png")
    leader.say("/start")
    leader.press("Báo cáo chờ xem")
    leader.press("1. ")
    leader.take("xem-bao-cao.png")
    leader.say("/tonghop")
    leader.press("Chưa: T4")
    leader.take("chua-xong.png")


def address_of(file: Locator, url: str) -> str:
    return urljoin(url, file.get_attribute("href") or "")


def enter_office(browser: Browser, folder: Path, url: str) -> str:
    """Invites an office by the command line, as one does, and registers it; the path of its web chat."""
    settings = {"DATABASE_URL": f"sqlite:///{folder}/demo/demo.db", "PUBLIC_URL": url}
    said = run_bot("invite", "DUK", "--role", "admin", settings=settings, folder=folder)
    page = browser.new_page(viewport=TALL)  # type: ignore[arg-type]
    page.goto(re.findall(r"http\S+", said)[0])
    page.get_by_role("button").first.click()
    expect(page.locator("article.bot").last).to_be_visible(timeout=SECONDS * 1000)
    office = Phone(page)
    office.press("Đồng ý")
    office.press("Bỏ qua")
    return page.url.removeprefix(url)


def run_bot(*words: str, settings: dict[str, str], folder: Path) -> str:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **settings}
    command = [sys.executable, "-m", "bot", *words]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=True
    ).stdout


def take_office(office: Phone, url: str, folder: Path) -> None:
    """The office's page, and the slips of paper for cells that nobody leads yet."""
    for name in NEW_CELLS:
        office.say("/quantri")
        office.press("Đơn vị")
        office.press("Thêm đơn vị")
        office.say(name)
        office.say("20")
        office.press("Đồng ý")
    office.say("/quantri")
    office.take("quan-tri.png")
    office.press("Mã mời cho tất cả")
    office.press("Đảng ủy Khối mẫu")
    office.press("Phiếu in, tệp Word")
    sent = office.page.locator("article.bot a.file").last
    expect(sent).to_be_visible(timeout=SECONDS * 1000)
    slips = folder / "slips.docx"
    slips.write_bytes(httpx.get(address_of(sent, url)).content)
    draw_sheet(slips, GUIDE / "phieu-moi.png")
    office.say("/quantri")
    office.press("Ai đã đăng ký")
    office.take("ai-da-dang-ky.png")


def draw_sheet(word: Path, into: Path) -> None:
    """The first page, as LibreOffice sees it; wants Debian's libreoffice-writer and poppler-utils."""
    profile = f"-env:UserInstallation=file://{word.parent}/office"
    run_quietly(
        "soffice", "--headless", profile, "--convert-to", "pdf", "--outdir", str(word.parent), str(word)
    )
    drawn = word.with_suffix("")
    run_quietly("pdftoppm", "-r", "80", "-png", "-singlefile", str(word.with_suffix(".pdf")), str(drawn))
    keep(drawn.with_suffix(".png").read_bytes(), into)
    with Image.open(into) as sheet:
        grey = sheet.convert("L")
    inked = grey.point(lambda light: 255 if light < 250 else 0).getbbox()
    assert inked is not None
    grey.crop((0, 0, grey.width, inked[3] + inked[1])).save(into, optimize=True)


def run_quietly(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


if __name__ == "__main__":
    main()
