"""The first steps in the browser as whoever has just installed it takes them: the word of the terminal, the committee, the first cell."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.kit.browser import chromium
from tests.kit.processes import SECONDS, free_port, program, settings

COMMITTEE, CELL = "Đảng ủy xã Bình Minh", "Chi bộ Thôn Đông"
WIDTH = 390
PRINTED = re.compile(r"/setup và nhập từ (\S+)")

pytestmark = pytest.mark.browser


@pytest.fixture
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def printed_word(log: Path) -> str:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        if found := PRINTED.search(log.read_text("utf-8")):
            return found[1]
        time.sleep(0.05)
    raise AssertionError(log.read_text("utf-8"))


def opened(browser: Browser, url: str) -> Page:
    """A phone that has never been here."""
    page = browser.new_context(viewport={"width": WIDTH, "height": 844}, locale="vi-VN").new_page()
    page.set_default_timeout(SECONDS * 1000)
    page.goto(f"{url}/setup")
    return page


def begins(page: Page, word: str) -> None:
    page.get_by_label("Từ dùng một lần").fill(word)
    page.get_by_label("Tên cấp ủy").fill(COMMITTEE)
    page.get_by_label("Loại tổ chức").select_option(label="Đảng ủy")
    page.get_by_role("button", name="Bắt đầu").click()


def answered(page: Page, text: str) -> None:
    expect(page.locator(".bot .bubble").last).to_contain_text(text)


def says(page: Page, text: str) -> None:
    page.get_by_label("Nội dung tin nhắn").fill(text)
    page.get_by_role("button", name="Gửi", exact=True).click()


def taps(page: Page, label: str) -> None:
    """By the beginning of its words: `Không đồng ý` is not `Đồng ý`."""
    page.locator(".choices button", has_text=re.compile(rf"^\W*{label}")).last.click()


def test_from_the_printed_word_to_the_first_secretary(
    browser: Browser, tmp_path: Path, sqlite_template: Path
) -> None:
    target, port = tmp_path / "test.db", free_port()
    target.write_bytes(sqlite_template.read_bytes())
    url, given = f"http://127.0.0.1:{port}", settings(f"sqlite:///{target}", tmp_path, port)
    with program("run", url=url, log=tmp_path / "log", settings=given | {"PYTHONUNBUFFERED": "1"}):
        word = printed_word(tmp_path / "log")
        page, late = opened(browser, url), opened(browser, url)
        assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH
        begins(page, "QQQQ-7777")
        expect(page.get_by_role("alert")).to_contain_text("Từ dùng một lần chưa đúng")
        expect(page.get_by_label("Tên cấp ủy")).to_have_value(COMMITTEE)
        begins(page, word.lower())
        page.wait_for_url(re.compile("/w/"))
        begins(late, word)  # whoever has read it too, and is slower
        expect(late.get_by_role("heading", level=1)).to_have_text("Từ này không dùng được nữa")
        taps(page, "Đồng ý")
        taps(page, "Bỏ qua")
        answered(page, f"Chưa có đơn vị nào dưới {COMMITTEE}")
        taps(page, "Tạo đơn vị cấp dưới")
        says(page, CELL)
        says(page, "28")
        answered(page, CELL)
        taps(page, "Đồng ý")
        taps(page, "Mã mời bí thư")
        answered(page, "Mã mời:")
        late.goto(f"{url}/setup")
        expect(late.get_by_role("heading", level=1)).to_have_text("Không có trang này")
