"""The demo as a newcomer meets it: one command, a page with two phones, a clock that moves."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import FrameLocator, Page, expect
from pypdf import PdfWriter

from tests.kit.browser import chromium
from tests.kit.processes import free_port, phone_of, program

SECONDS = 120
"""So long is waited for what must happen; no test asserts how long it takes."""

WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[str]:
    address = f"127.0.0.1:{free_port()}"
    url = f"http://{address}"
    words = ("demo", "--listen", address, "--folder", str(tmp_path / "demo"))
    with program(*words, url=url, log=tmp_path / "log", settings={}):
        yield url


@pytest.mark.process
def test_the_clock_brings_reminder_and_summary(demo: str) -> None:
    assert "Bản thử" in httpx.get(demo).text
    secretary, leader = phone_of(demo, "secretary"), phone_of(demo, "leader")
    moved = httpx.post(f"{demo}/demo/move?to=next", timeout=SECONDS).json()
    assert moved == {"now": "8h00 thứ Sáu 01/4/2022", "new": ["secretary"]}
    assert "03-NQ/TW" in httpx.get(secretary).text
    moved = httpx.post(f"{demo}/demo/move?to=week", timeout=SECONDS).json()
    assert "leader" in moved["new"]
    assert "chưa đơn vị nào họp" in httpx.get(leader).text
    later = httpx.post(f"{demo}/demo/move?to=day", timeout=SECONDS).json()
    assert "09/4/2022" in later["now"]
    assert httpx.post(f"{demo}/demo/move?to=yesterday").status_code == 400


@pytest.mark.long
@pytest.mark.process
def test_a_year_passes_without_a_fault(demo: str) -> None:
    for _ in range(40):
        moved = httpx.post(f"{demo}/demo/move?to=week", timeout=SECONDS)
        assert moved.status_code == 200, moved.text
    assert httpx.get(f"{demo}/health").json()["waiting"] == 0


@pytest.mark.browser
def test_a_newcomer_walks_the_main_job(demo: str, tmp_path: Path) -> None:
    report = tmp_path / "báo cáo quý II.pdf"
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.write(report)
    with chromium() as browser:
        page = browser.new_page(viewport=WIDE)  # type: ignore[arg-type]
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
        page.add_init_script(COUNT_TAPS)
        page.goto(demo)
        page.get_by_role("button", name="Tới lần nhắc kế tiếp").click()
        expect(page.locator("#said")).to_have_text("Có tin mới trên điện thoại của bí thư.")
        secretary, leader = page.frame_locator("#secretary iframe"), page.frame_locator("#leader iframe")
        expect(newest(secretary)).to_contain_text("03-NQ/TW")
        page.screenshot(path=tmp_path / "reminder-wide.png")

        press(secretary, "Bắt đầu họp")
        walk(secretary)
        press(secretary, "Kết thúc")
        expect(newest(secretary)).to_contain_text("Đã kết thúc buổi họp")
        expect(newest(secretary)).to_contain_text("đúng hạn")

        secretary.get_by_role("button", name=re.compile("Nộp: ")).last.click()
        expect(newest(secretary)).to_contain_text("gửi tệp")
        secretary.locator("#files").set_input_files(report)
        expect(newest(secretary)).to_contain_text("Đã nhận 1 tệp")
        press(secretary, "Xong")
        expect(newest(secretary)).to_contain_text("Đã nộp")

        page.get_by_role("button", name="+1 tuần").click()
        expect(page.locator("#said")).to_contain_text("lãnh đạo", timeout=SECONDS * 1000)
        expect(newest(leader)).to_contain_text("đã họp")
        assert 10 < page.evaluate("window.taps") < 23
        page.screenshot(path=tmp_path / "summary-wide.png")
        leader.get_by_role("button", name=re.compile("Chưa: T4")).last.click()
        expect(newest(leader)).to_contain_text("Còn 2 đơn vị chưa xong")
        leader.get_by_role("button", name=re.compile("Nhắc 2 đơn vị")).last.click()
        expect(newest(leader)).to_contain_text(re.compile("ời nhắc tới 2 đơn vị"))
        on_a_phone(browser.new_page(viewport=PHONE), demo, tmp_path)  # type: ignore[arg-type]
        assert faults == []


COUNT_TAPS = """
window.top.taps = window.top.taps || 0;
addEventListener("click", (event) => {
  if (event.isTrusted && event.target.closest("button")) window.top.taps += 1;
}, true);
"""
"""Of both phones and of the desk around them."""


def on_a_phone(page: Page, demo: str, tmp_path: Path) -> None:
    """The same page on a narrow screen: one phone at a time, chosen by a tab, and nothing wider than the screen."""
    page.goto(demo)
    expect(page.locator("#secretary")).to_be_visible()
    expect(page.locator("#leader")).to_be_hidden()
    page.get_by_role("button", name="Lãnh đạo").click()
    expect(page.locator("#leader")).to_be_visible()
    expect(newest(page.frame_locator("#leader iframe"))).to_contain_text("2 đơn vị")
    page.screenshot(path=tmp_path / "summary-phone.png")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def newest(phone: FrameLocator):  # type: ignore[no-untyped-def]
    return phone.locator("article.bot").last


def press(phone: FrameLocator, label: str) -> None:
    phone.get_by_role("button", name=label, exact=True).last.click()


def walk(phone: FrameLocator) -> None:
    """Through the whole agenda, with the counts in one line."""
    for number in range(1, 40):
        expect(newest(phone)).to_contain_text(re.compile(f"Bước {number}/|Đã qua"))
        if phone.get_by_role("button", name="Kết thúc", exact=True).count():
            return
        if phone.get_by_role("button", name="Điểm danh", exact=True).count():
            press(phone, "Điểm danh")
            expect(newest(phone)).to_contain_text("hôm nay có mặt thế nào?")
            phone.locator("#text").fill("25/28, vắng 2 có phép, 1 không phép")
            phone.locator("#send").click()
            expect(newest(phone)).to_contain_text("Số liệu điểm danh")
            press(phone, "Đúng")
            expect(newest(phone)).to_contain_text("Ai làm thư ký?")
            press(phone, "Tiếp")
        else:
            press(phone, "Tiếp")
    raise AssertionError("the agenda does not end")
