"""The web chat as a person sees it: a real browser, a real server, a real outbox."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from bot.channels.web.icons import ICONS
from bot.messages import Choice, Reply
from bot.tables import Contact, Event, Message
from tests.kit.browser import chromium
from tests.kit.installation import PNG, Installation, running
from tests.kit.processes import SECONDS

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 800}

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def site(tmp_path: Path, sqlite_template: Path) -> Iterator[Installation]:
    target = tmp_path / "test.db"
    target.write_bytes(sqlite_template.read_bytes())
    with running(f"sqlite:///{target}", tmp_path) as site:
        yield site


Opener = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser, site: Installation) -> Iterator[Opener]:
    """Opens a page of the site; fails when the page has logged an error, such as a breach of the content policy."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_page(
        path: str, *, size: dict[str, int] = PHONE, script: bool = True, quiet: bool = True
    ) -> Page:
        context = browser.new_context(
            viewport={"width": size["width"], "height": size["height"]},
            java_script_enabled=script,
            locale="vi-VN",
            reduced_motion="reduce",
        )
        context.set_default_timeout(SECONDS * 1000)
        contexts.append(context)
        page = context.new_page()
        if quiet:
            page.on(
                "console", lambda message: faults.append(message.text) if message.type == "error" else None
            )
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(f"http://127.0.0.1:{site.port}{path}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


def bubbles(page: Page) -> list[str]:
    return [text.partition(":")[2].strip() for text in page.locator(".bubble").all_inner_texts()]


def expect_lines(page: Page, count: int) -> None:
    expect(page.locator(".line[data-seq]")).to_have_count(count)


def write(page: Page, text: str) -> None:
    page.get_by_label("Nội dung tin nhắn").fill(text)
    page.get_by_role("button", name="Gửi", exact=True).click()


def said(site: Installation) -> list[str]:
    with site.db.read() as session:
        return list(session.scalars(select(Event.said).order_by(Event.seq)))


def test_typing_and_pressing(site: Installation, opened: Opener) -> None:
    page = opened(site.chat())
    write(page, "Xin chào <b>")
    expect_lines(page, 2)
    assert bubbles(page)[0] == "Xin chào <b>"
    expect(page.locator(".me .when")).to_have_text(re.compile(r"^\d+h\d\d$"))
    page.get_by_role("button", name="Có", exact=True).click()
    expect_lines(page, 4)
    assert bubbles(page)[2:] == ["Có", "Đã nhận lựa chọn yes 1."]
    expect(page.locator(".choices")).to_have_count(0)
    page.reload()
    expect_lines(page, 4)
    assert bubbles(page)[2:] == ["Có", "Đã nhận lựa chọn yes 1."]
    write(page, "tiếp")
    expect_lines(page, 6)
    assert said(site) == ["Xin chào <b>", "Có", "tiếp"]


def test_a_server_that_stops_and_starts_again(site: Installation, opened: Opener) -> None:
    contact = site.contact()
    page = opened(site.chat(contact), quiet=False)
    write(page, "một")
    expect_lines(page, 2)
    site.stop()
    write(page, "hai")
    write(page, "ba")
    expect(page.locator(".me.unsent")).to_have_count(2)
    expect(page.get_by_role("status")).to_have_text("Mất kết nối, đang nối lại…")
    site.start()
    site.tell(contact, Reply("lời nhắc"))
    expect(page.locator(".me.unsent")).to_have_count(0, timeout=SECONDS * 1000)
    expect_lines(page, 7)
    expect(page.get_by_role("status")).to_be_hidden()
    write(page, "bốn")
    expect_lines(page, 9)
    assert said(site) == ["một", "hai", "ba", "bốn"]
    numbers = [
        int(n or 0) for n in page.locator(".line").evaluate_all("all => all.map(one => one.dataset.seq)")
    ]
    assert numbers == list(range(1, 10))


@pytest.mark.logs_errors
def test_what_was_not_sent_survives_a_reload(site: Installation, opened: Opener) -> None:
    page = opened(site.chat(), quiet=False)
    site.broken = True
    write(page, "một")
    write(page, "hai")
    expect(page.locator(".me.unsent .when").first).to_have_text("chờ có mạng để gửi…")
    page.reload()
    expect(page.locator(".me.unsent")).to_have_count(2)
    site.broken = False
    expect_lines(page, 4)
    assert said(site) == ["một", "hai"]
    page.reload()
    expect_lines(page, 4)
    expect(page.locator(".me.unsent")).to_have_count(0)


def test_an_answer_that_got_lost_does_not_double_the_line(site: Installation, opened: Opener) -> None:
    page = opened(site.chat(), quiet=False)
    lost: list[object] = []

    def lose_first(route) -> None:  # type: ignore[no-untyped-def]
        if not lost:
            lost.append(route.fetch())
            route.abort()
        else:
            route.continue_()

    page.route("**/say", lose_first)
    write(page, "chỉ một lần")
    expect_lines(page, 2)
    expect(page.locator(".me.unsent")).to_have_count(0)
    page.wait_for_timeout(1500)
    assert said(site) == ["chỉ một lần"]
    assert len(bubbles(page)) == 2


def test_two_windows_of_one_chat(site: Installation, opened: Opener) -> None:
    chat = site.chat()
    first, second = opened(chat), opened(chat, size=DESK)
    expect(first.locator("#composer")).to_be_visible()
    write(first, "từ cửa sổ một")
    for page in (first, second):
        expect_lines(page, 2)
    write(second, "từ cửa sổ hai")
    for page in (first, second):
        expect_lines(page, 4)
        assert bubbles(page)[0] == "từ cửa sổ một"
        assert bubbles(page)[2] == "từ cửa sổ hai"


def test_without_a_stream_the_page_asks(site: Installation, opened: Opener) -> None:
    contact = site.contact()
    chat = site.chat(contact)
    page = opened(chat, quiet=False)
    page.route("**/events*", lambda route: route.abort())
    page.reload()
    site.tell(contact, Reply("không qua luồng", ((Choice("Có", "yes:3"),),)))
    expect_lines(page, 1)
    page.get_by_role("button", name="Có", exact=True).click()
    expect_lines(page, 3)


def test_files(site: Installation, opened: Opener, tmp_path: Path) -> None:
    page = opened(site.chat())
    good, bad, big = tmp_path / "Ảnh họp.png", tmp_path / "x.zip", tmp_path / "to.pdf"
    good.write_bytes(PNG)
    bad.write_bytes(b"PK\x03\x04")
    big.write_bytes(b"%PDF-" + b"0" * (3 * 2**20))
    page.locator("#files").set_input_files([good, bad])
    expect_lines(page, 2)
    assert bubbles(page) == ["Ảnh họp.png\n x.zip", "Đã nhận 1 tệp, từ chối 1."]
    expect(page.locator(".me .bubble svg.ico")).to_have_count(2)
    page.locator("#files").set_input_files([big])
    expect(page.locator(".me.refused .when")).to_have_text("Tệp quá lớn, mỗi lần gửi được nhiều nhất 3 MB.")
    stored = site.received[0].files[0]
    assert site.store.read(stored.digest) == PNG
    with site.db.read() as session:
        contact = session.scalars(select(Event.contact_id)).first()
    assert contact is not None
    site.tell(contact, Reply("Tệp của đồng chí", files=(stored,)))
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("Ảnh họp.png")).click()
    assert download.value.suggested_filename == "Ảnh họp.png"


@pytest.mark.logs_errors
def test_a_file_and_the_words_after_it_keep_their_order(
    site: Installation, opened: Opener, tmp_path: Path
) -> None:
    page = opened(site.chat(), quiet=False)
    (tmp_path / "a.png").write_bytes(PNG)
    site.broken = True
    page.locator("#files").set_input_files([tmp_path / "a.png"])
    write(page, "Xong")
    expect(page.get_by_role("button", name="Hủy gửi")).to_be_visible()
    expect(page.locator(".me.unsent")).to_have_count(2)
    site.broken = False
    expect_lines(page, 4)
    assert said(site) == ["📎 a.png", "Xong"]
    site.broken = True
    with page.expect_response(lambda answer: answer.status >= 500):  # nothing is on its way any more
        page.locator("#files").set_input_files([tmp_path / "a.png"])
    page.get_by_role("button", name="Hủy gửi").click()
    expect(page.locator(".me.unsent")).to_have_count(0)
    site.broken = False
    write(page, "thôi")
    expect_lines(page, 6)
    assert said(site) == ["📎 a.png", "Xong", "thôi"]


def test_the_keyboard_alone(site: Installation, opened: Opener) -> None:
    page = opened(site.chat(), size=DESK)
    expect(page.get_by_label("Nội dung tin nhắn")).to_be_focused()
    page.keyboard.type("dòng một")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("dòng hai")
    page.keyboard.press("Enter")
    expect_lines(page, 2)
    assert said(site) == ["dòng một\ndòng hai"]
    expect(page.get_by_label("Nội dung tin nhắn")).to_be_focused()
    for _ in range(3):
        page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="Có", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect_lines(page, 4)
    site.tell(_contact(site), Reply("Tiếp?", ((Choice("Tiếp tục", "yes:2"),),)))
    expect_lines(page, 5)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Tiếp tục")).to_be_focused()
    page.keyboard.press("Space")
    expect_lines(page, 7)
    assert said(site)[1:] == ["Có", "Tiếp tục"]


def _contact(site: Installation) -> int:
    with site.db.read() as session:
        contact = session.scalars(select(Event.contact_id)).first()
    assert contact is not None
    return contact


def test_a_vietnamese_input_method_is_not_cut_short(site: Installation, opened: Opener) -> None:
    page = opened(site.chat())
    page.get_by_label("Nội dung tin nhắn").fill("tiê")
    page.get_by_label("Nội dung tin nhắn").dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    page.wait_for_timeout(200)
    expect(page.get_by_label("Nội dung tin nhắn")).to_have_value("tiê")
    assert said(site) == []


def test_the_reader_above_is_left_in_peace(site: Installation, opened: Opener) -> None:
    contact = site.contact()
    page = opened(site.chat(contact))
    for number in range(12):
        write(page, f"tin {number}")
        expect_lines(page, 2 * number + 2)
    scroller = page.locator("#scroll")
    scroller.evaluate("one => { one.scrollTop = -600; }")
    seen = "() => [...document.querySelectorAll('.line')].map(one => Math.round(one.getBoundingClientRect().top))"
    before = page.evaluate(seen)
    site.tell(contact, Reply("Lời nhắc\n" * 5))
    expect_lines(page, 25)
    assert page.evaluate(seen)[:24] == pytest.approx(before, abs=1)
    pill = page.get_by_role("button", name=re.compile("Tin mới"))
    expect(pill).to_be_visible()
    pill.click()
    expect(pill).to_be_hidden()
    expect(page.locator(".line").last).to_be_in_viewport()
    site.tell(contact, Reply("Nữa"))
    expect_lines(page, 26)
    expect(page.locator(".line").last).to_be_in_viewport()
    expect(pill).to_be_hidden()


LONG = "\n".join(["Dòng đầu tiên", *(f"dòng {number}" for number in range(2, 60)), "Dòng cuối cùng"])


@pytest.mark.parametrize("size", [{"width": 320, "height": 568}, PHONE, DESK])
def test_a_long_answer_is_shown_from_its_first_line(
    site: Installation, opened: Opener, size: dict[str, int]
) -> None:
    contact = site.contact()
    page = opened(site.chat(contact), size=size)
    write(page, "ngắn")
    expect_lines(page, 2)
    page.wait_for_timeout(2500)  # what comes at once is one answer
    site.tell(contact, Reply(LONG, ((Choice("Tiếp tục", "yes:9"),),)))
    expect_lines(page, 3)
    assert_starts_in_sight(page, "Dòng đầu tiên")
    more = page.get_by_role("button", name="Xem tiếp")
    more.click()
    expect(page.get_by_role("button", name="Tiếp tục")).to_be_in_viewport(ratio=1)
    expect(more).to_be_hidden()
    page.reload()
    expect_lines(page, 3)
    assert_starts_in_sight(page, "Dòng đầu tiên")


def test_an_answer_of_two_messages_is_shown_from_the_first(site: Installation, opened: Opener) -> None:
    contact = site.contact()
    page = opened(site.chat(contact))
    write(page, "một")
    expect_lines(page, 2)
    page.wait_for_timeout(2500)
    site.tell(contact, Reply("Câu trả lời ngắn."))
    site.tell(contact, Reply(LONG))
    expect_lines(page, 4)
    assert_starts_in_sight(page, "Câu trả lời ngắn.")
    write(page, "hai")
    expect_lines(page, 6)
    expect(page.locator(".line").last).to_be_in_viewport()


def test_a_long_answer_without_javascript(site: Installation, opened: Opener) -> None:
    contact = site.contact()
    page = opened(site.chat(contact), script=False)
    write(page, "dài " * 900)
    own = page.locator(".me .bubble").last
    assert own.bounding_box()["y"] >= -1  # type: ignore[index]


def assert_starts_in_sight(page: Page, words: str) -> None:
    """The line that begins with these words shows its beginning, below whatever stands above the talk."""
    box = page.locator(".bubble", has_text=words).last.bounding_box()
    room = page.locator("#scroll").bounding_box()
    assert box is not None
    assert room is not None
    assert room["y"] <= box["y"] < room["y"] + room["height"] / 2


def test_signs_are_drawings_that_nobody_reads_aloud(site: Installation, opened: Opener) -> None:
    contact = site.contact()
    page = opened(site.chat(contact))
    expect(page.locator("#composer")).to_be_visible()
    choices = ((Choice("✅ Đúng", "yes:4"),),)
    site.tell(contact, Reply("⚠️ <b>Quá hạn</b>\n👉 Bấm nút.", choices))
    for _ in ("as it comes", "after a reload"):
        expect_lines(page, 1)
        names = page.locator(".bot use").evaluate_all("all => all.map(one => one.href.baseVal)")
        assert names == [f"/static/icons.svg#{name}" for name in ("warn", "next", "ok")]
        drawn = page.locator(".bot use").evaluate_all("all => all.map(one => one.getBBox().width)")
        assert min(drawn) > 1, "the sprite was not drawn"
        expect(page.get_by_role("button", name="Đúng", exact=True)).to_be_visible()
        page.reload()
    page.get_by_role("button", name="Đúng", exact=True).click()
    expect_lines(page, 3)
    assert said(site) == ["✅ Đúng"]


def test_every_drawing_is_in_the_sprite() -> None:
    sprite = (Path(__file__).parent.parent.parent / "templates" / "web" / "icons.svg").read_text("utf-8")
    assert sorted(re.findall('symbol id="([^"]+)"', sprite)) == sorted(ICONS)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_both_schemes_can_be_read(site: Installation, opened: Opener, scheme: str) -> None:
    page = opened(site.chat())
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    write(page, "Xin chào")
    expect_lines(page, 2)
    for where in (".bot .bubble", ".me .bubble", ".row button", "#send", ".name", ".when", "#text"):
        assert page.locator(where).last.evaluate(CONTRAST) >= 4.5, where
    dark = page.locator("body").evaluate("one => getComputedStyle(one).backgroundColor")
    assert (sum(int(part) for part in re.findall(r"\d+", dark)) < 200) == (scheme == "dark")


CONTRAST = """one => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = parts(colour).map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  let behind = one;
  while (parts(getComputedStyle(behind).backgroundColor)[3] === 0) behind = behind.parentElement;
  const [high, low] = [light(getComputedStyle(one).color), light(getComputedStyle(behind).backgroundColor)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}"""


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_box_shrinks_at_twice_the_type(site: Installation, opened: Opener, width: int) -> None:
    page = opened(site.chat(), size={"width": width, "height": 844})
    write(page, "Xin chào")
    expect_lines(page, 2)
    boxes = "#text, #send, .attach, .row button"
    sizes = "all => all.map(one => [one.offsetWidth, one.offsetHeight])"
    before = page.locator(boxes).evaluate_all(sizes)
    page.evaluate("document.documentElement.style.fontSize = '212.5%'")
    after = page.locator(boxes).evaluate_all(sizes)
    for small, large in zip(before, after, strict=True):
        assert large[0] >= min(small[0], 0.75 * width)
        assert large[1] >= small[1]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    text = page.locator("#text")
    text.fill("M")
    assert text.evaluate("one => one.clientHeight >= one.scrollHeight")


def test_older_lines_are_a_press_away(site: Installation, opened: Opener) -> None:
    contact = site.contact()
    with site.db.write() as session:
        session.get_one(Contact, contact).seq = 100
        for number in range(1, 101):
            row = Event(
                id=f"web:{contact}:n{number}",
                contact_id=contact,
                at=site.now(),
                seq=number,
                said=f"tin {number}",
            )
            session.add(row)
    page = opened(site.chat(contact))
    expect_lines(page, 60)
    expect(page.locator("#l100")).to_be_in_viewport()
    page.get_by_role("link", name="Xem các tin trước").click()
    expect_lines(page, 100)
    expect(page.locator("#l41")).to_be_in_viewport()
    expect(page.get_by_role("link", name="Xem các tin trước")).to_have_count(0)


def test_without_javascript(site: Installation, opened: Opener, tmp_path: Path) -> None:
    page = opened(site.chat(), script=False)
    write(page, "không có mã")
    expect(page.locator(".bubble").last).to_contain_text("Đồng chí vừa viết")
    page.get_by_role("button", name="Không", exact=True).click()
    expect(page.locator(".bubble").last).to_contain_text("Đã nhận lựa chọn no 1.")
    (tmp_path / "a.png").write_bytes(PNG)
    page.locator("#files").set_input_files([tmp_path / "a.png"])
    page.get_by_role("button", name="Gửi tệp đã chọn").click()
    expect(page.locator(".bubble").last).to_contain_text("Đã nhận 1 tệp")
    expect(page.locator(".bubble").last).to_be_in_viewport()
    assert said(site) == ["không có mã", "Không", "📎 a.png"]


def test_the_upload_page(site: Installation, opened: Opener, tmp_path: Path) -> None:
    page = opened(site.links.path(site.links.upload(site.contact("telegram"))))
    (tmp_path / "Biên bản.png").write_bytes(PNG)
    (tmp_path / "x.zip").write_bytes(b"PK\x03\x04")
    results = page.locator("#results")
    page.get_by_role("button", name="Gửi").click()
    expect(results).to_contain_text("chọn tệp trước")
    for _ in range(2):
        page.get_by_label("Chụp ảnh").set_input_files([tmp_path / "Biên bản.png"])
    expect(page.locator("#chosen li")).to_have_count(2)
    page.get_by_role("button", name="chọn lại").click()
    expect(page.locator("#chosen")).to_be_hidden()
    page.get_by_label("Chụp ảnh").set_input_files([tmp_path / "Biên bản.png"])
    page.get_by_label("Chọn tệp").set_input_files([tmp_path / "x.zip"])
    page.get_by_role("button", name="Gửi").click()
    expect(results).to_contain_text("✓ Đã nhận: Biên bản.png")
    expect(results).to_contain_text("“x.zip”")
    expect(page.locator("#progress")).to_be_hidden()
    (tmp_path / "to.pdf").write_bytes(b"%PDF-" + b"0" * (3 * 2**20))
    page.get_by_label("Chọn tệp").set_input_files([tmp_path / "to.pdf"])
    page.get_by_role("button", name="Gửi").click()
    expect(results).to_contain_text("quá lớn")
    assert len(site.received) == 1


def test_a_link_that_no_longer_opens(site: Installation, opened: Opener) -> None:
    page = opened(site.chat(), quiet=False)
    page.route("**/say", lambda route: route.fulfill(status=403, json={"error": 403}))
    write(page, "thử")
    expect(page.locator(".me.refused .when")).to_have_text("không gửi được")
    expect(page.get_by_role("status")).to_contain_text("không dùng được nữa")


@pytest.mark.parametrize(
    "size",
    [
        PHONE,
        DESK,
        {"width": 320, "height": 480},
        {"width": 195, "height": 422},
        {"width": 640, "height": 400},
    ],
)
def test_everything_fits(site: Installation, opened: Opener, size: dict[str, int]) -> None:
    contact = site.contact()
    chat = site.chat(contact)
    page = opened(chat, size=size)
    write(page, "Chữ-dài-không-có-khoảng-trắng-" * 8)
    expect_lines(page, 2)
    for path in ("", chat, "/", "/w/new/ABCD-EFGH", site.links.path(site.links.upload(contact))):
        if path:
            page.goto(f"http://127.0.0.1:{site.port}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], path
    page.goto(f"http://127.0.0.1:{site.port}{chat}")
    low = page.locator("button:visible, .attach").evaluate_all("all => all.map(one => one.offsetHeight)")
    assert min(low) >= 48
    box = page.locator("#composer").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= size["height"] + 1
    expect(page.locator(".line").last).to_be_in_viewport()


def test_nothing_waits_after_all_of_it(site: Installation, opened: Opener) -> None:
    page = opened(site.chat())
    for number in range(5):
        write(page, f"nhanh {number}")
    expect_lines(page, 10)
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        with site.db.read() as session:
            if not session.scalars(select(Message).where(Message.state == "waiting")).first():
                break
    assert said(site) == [f"nhanh {number}" for number in range(5)]
    # That the page has been visited is kept; nothing of what was said.
    assert page.evaluate("Object.keys(localStorage).filter(name => !name.startsWith('ring:')).length") == 0
