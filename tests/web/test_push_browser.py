"""The web chat on a phone's lock screen: a real browser, a real worker, and a push service of the tests' own."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Error, Page, Worker, expect
from sqlalchemy import select

from bot.messages import Choice, Reply
from bot.people.places import withdraw_place
from bot.tables import Contact, Event
from tests.kit.browser import chromium
from tests.kit.devices import rings_on_web
from tests.kit.installation import Installation, running
from tests.kit.processes import SECONDS
from tests.kit.push_service import Device

pytestmark = pytest.mark.browser

SUBSCRIBE = """
(() => {
  if (location.protocol !== 'http:') return;
  const given = %s;
  let kept = sessionStorage.getItem('subscribed');
  const made = () => ({ endpoint: given.endpoint, options: {}, toJSON: () => given,
    unsubscribe: async () => { kept = null; sessionStorage.removeItem('subscribed'); return true; } });
  PushManager.prototype.getSubscription = async () => kept ? made() : null;
  PushManager.prototype.subscribe = async (options) => {
    kept = options.applicationServerKey;
    sessionStorage.setItem('subscribed', kept);
    return made();
  };
})();
"""
"""A headless browser has no push service: its subscription is one at ours."""
REMINDER = Reply(
    "📅 <b>Chưa đặt lịch họp</b>\nChuyên đề quý II\n⏰ Hạn Chủ nhật 12/4, còn 5 ngày\n\n👉 Đồng chí đặt lịch.",
    ((Choice("Đặt lịch", "month"),),),
    quick=(Choice("Đã nhận", "yes:7"), Choice("Nhắc chiều", "no:7")),
)


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


@dataclass
class Phone:
    """One browser with one page of the talk, and what its push service brings."""

    site: Installation
    context: BrowserContext
    page: Page
    chat: str
    device: Device
    brought: int = 0
    registrations: list[dict[str, Any]] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.site.port}"

    @property
    def worker(self) -> Worker:
        return self.context.service_workers[0]

    def in_worker(self, code: str) -> None:
        """A browser may just be ending an idle worker: then the next one is asked."""
        for left in reversed(range(5)):
            try:
                self.worker.evaluate(code)
            except Error:
                if not left:
                    raise
                self.page.wait_for_timeout(500)
            else:
                return

    def visit(self, hash: str = "") -> None:
        self.page.goto(f"{self.origin}{self.chat}{hash}")

    def watch(self) -> CDPSession:
        watching = self.context.new_cdp_session(self.page)
        watching.on(
            "ServiceWorker.workerRegistrationUpdated",
            lambda event: self.registrations.extend(event["registrations"]),
        )
        watching.send("ServiceWorker.enable")
        return watching

    def bring(self) -> None:
        """What the push service has taken since reaches the browser."""
        self.wait_for(lambda: len(self.site.push.taken) > self.brought)
        watching = self.watch()
        self.wait_for(lambda: bool(self.registrations))
        for taken in self.site.push.taken[self.brought :]:
            watching.send(
                "ServiceWorker.deliverPushMessage",
                {
                    "origin": self.origin,
                    "registrationId": self.registrations[-1]["registrationId"],
                    "data": json.dumps(taken.word),
                },
            )
        self.brought = len(self.site.push.taken)

    def bring_until_shown(self) -> None:
        """A page that is just opening tidies away what it shows itself, so what is not there after a while is brought once more."""
        last = self.brought
        for _ in range(5):
            self.brought = last
            self.bring()
            for _ in range(100):
                if self.shown():
                    return
                self.page.wait_for_timeout(50)
        raise AssertionError("it has not come")

    def wait_for(self, there: Callable[[], object]) -> None:
        for _ in range(SECONDS * 20):
            if there():
                return
            self.page.wait_for_timeout(50)
        raise AssertionError("it has not come")

    def shown(self) -> list[dict[str, Any]]:
        """What lies on the lock screen."""
        found = self.page.evaluate(
            "async () => (await (await navigator.serviceWorker.getRegistration('/w/')).getNotifications())"
            ".map(one => ({ title: one.title, body: one.body, tag: one.tag, actions: one.actions.map(a => a.title) }))"
        )
        return list(found)

    def press(self, action: str = "") -> None:
        """The notification, or one of its buttons. What it opens is noted in `opened`: a machine's press opens no window."""
        self.worker.evaluate(
            """async (action) => {
              self.opened = [];
              self.clients.openWindow = async (address) => { self.opened.push(address); };
              const [lying] = await self.registration.getNotifications();
              let done = Promise.resolve();
              const event = new NotificationEvent('notificationclick', { notification: lying, action: action });
              event.waitUntil = (work) => { done = work; };
              self.dispatchEvent(event);
              await done.catch((error) => { if (error.name !== 'InvalidAccessError') throw error; });
            }""",
            action,
        )

    def opened(self) -> list[str]:
        return list(self.worker.evaluate("self.opened"))


Taken = Callable[..., Phone]


@pytest.fixture
def phone(browser: Browser, site: Installation) -> Iterator[Taken]:
    """A phone that has been given the link; fails when its page logs an error."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def take(
        contact: int, *, width: int = 390, allows: bool = True, agent: str | None = None, before: str = ""
    ) -> Phone:
        context = browser.new_context(
            viewport={"width": width, "height": 844},
            locale="vi-VN",
            reduced_motion="reduce",
            user_agent=agent,
            permissions=["notifications"] if allows else [],
        )
        context.set_default_timeout(SECONDS * 1000)
        contexts.append(context)
        device = site.push.device()
        context.add_init_script(SUBSCRIBE % json.dumps(device.subscription()))
        context.add_init_script(before)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        made = Phone(site, context, page, site.chat(contact), device)
        made.visit()
        return made

    yield take
    for context in contexts:
        context.close()
    assert faults == []


def rings(site: Installation, contact: int) -> bool:
    with site.db.read() as session:
        return contact in rings_on_web(session, {contact})


def agree(phone: Phone) -> None:
    phone.visit()
    phone.page.get_by_role("button", name="Nhận", exact=True).click()
    expect(phone.page.get_by_text("Xong. Lời nhắc sẽ hiện trên điện thoại này")).to_be_visible()
    phone.page.get_by_role("button", name="Đóng").click()


def said(site: Installation) -> list[str]:
    with site.db.read() as session:
        return list(session.scalars(select(Event.said).order_by(Event.seq)))


QUESTION = "Nhận lời nhắc trên điện thoại này?"


def test_it_can_be_installed(site: Installation, phone: Taken) -> None:
    contact = site.contact()
    one = phone(contact)
    agree(one)
    asked = one.context.new_cdp_session(one.page)
    found = asked.send("Page.getAppManifest")
    assert found["errors"] == []
    manifest = json.loads(found["data"])
    assert (manifest["name"], manifest["lang"], manifest["scope"]) == ("Trợ lý chi bộ", "vi", "/w/")
    assert manifest["start_url"] == one.chat
    for icon in manifest["icons"]:
        size = one.page.evaluate(
            "src => new Promise(done => { const i = new Image(); i.onload = () => done([i.naturalWidth, i.naturalHeight]); i.src = src; })",
            icon["src"],
        )
        assert "x".join(map(str, size)) == icon["sizes"]
    # A browser without a profile is never asked to install; nothing else stands in the way.
    left = [one["errorId"] for one in asked.send("Page.getInstallabilityErrors")["installabilityErrors"]]
    assert set(left) <= {"in-incognito"}


def test_the_question_comes_once_and_not_on_the_first_visit(site: Installation, phone: Taken) -> None:
    contact = site.contact()
    one = phone(contact)
    bell = one.page.get_by_role("button", name="Lời nhắc")
    expect(bell).to_be_visible()
    expect(one.page.get_by_text(QUESTION)).to_be_hidden()
    one.visit()
    expect(one.page.get_by_text(QUESTION)).to_be_visible()
    one.page.get_by_role("button", name="Để sau").click()
    one.visit()
    expect(bell).to_be_visible()
    expect(one.page.get_by_text(QUESTION)).to_be_hidden()
    assert not rings(site, contact)
    bell.click()
    one.page.get_by_role("button", name="Nhận", exact=True).click()
    expect(one.page.get_by_text("Xong.")).to_be_visible()
    assert rings(site, contact)
    one.visit()
    bell.click()
    expect(one.page.get_by_text("Điện thoại này đang nhận lời nhắc.")).to_be_visible()
    one.page.get_by_role("button", name="Thôi nhận").click()
    expect(one.page.get_by_text("Điện thoại này thôi nhận lời nhắc.")).to_be_visible()
    assert not rings(site, contact)


def test_a_reminder_on_the_lock_screen_opens_the_talk_at_it(site: Installation, phone: Taken) -> None:
    contact = site.contact()
    one = phone(contact)
    agree(one)
    number = site.tell(contact, REMINDER, unasked=True)
    one.bring_until_shown()
    [shown] = one.shown()
    assert shown["title"] == "📅 Chưa đặt lịch họp"
    assert shown["body"] == "Chuyên đề quý II\n⏰ Hạn Chủ nhật 12/4, còn 5 ngày"
    assert shown["actions"] == ["Đã nhận", "Nhắc chiều"]
    for _ in range(12):
        site.tell(contact, Reply("Tin sau đó.\n" * 8))
    expect(one.page.locator(".line")).to_have_count(13)
    one.page.goto("about:blank")
    one.press()
    assert one.opened() == [f"{one.chat}#m{number}"]
    one.visit(f"#m{number}")
    expect(one.page.get_by_text("Chưa đặt lịch họp")).to_be_in_viewport(ratio=1)
    one.wait_for(lambda: not one.shown())  # what is read there lies on the lock screen no more


def test_a_reminder_is_shown_in_the_talk_that_is_open(site: Installation, phone: Taken) -> None:
    contact = site.contact()
    one = phone(contact)
    agree(one)
    site.tell(contact, REMINDER, unasked=True)
    one.bring_until_shown()
    for _ in range(12):
        site.tell(contact, Reply("Tin sau đó.\n" * 8))
    expect(one.page.locator(".line")).to_have_count(13)
    one.press()
    assert one.opened() == []
    expect(one.page.get_by_text("Chưa đặt lịch họp")).to_be_in_viewport(ratio=1)


def test_a_notification_is_answered_without_opening_anything(site: Installation, phone: Taken) -> None:
    contact = site.contact()
    one = phone(contact)
    agree(one)
    site.tell(contact, REMINDER, unasked=True)
    one.bring_until_shown()
    one.page.goto("about:blank")
    one.press("0")
    assert one.opened() == []
    assert said(site) == ["Đã nhận"]
    assert [event.payload for event in site.received] == ["yes:7"]
    one.visit()
    expect(one.page.get_by_text("Đã nhận lựa chọn yes 7.")).to_be_visible()
    assert one.shown() == []


@pytest.mark.logs_errors
def test_an_answer_that_does_not_get_through_opens_the_talk(site: Installation, phone: Taken) -> None:
    contact = site.contact()
    one = phone(contact)
    agree(one)
    number = site.tell(contact, REMINDER, unasked=True)
    one.bring_until_shown()
    one.page.goto("about:blank")
    site.broken = True
    one.press("1")
    assert one.opened() == [f"{one.chat}#m{number}"]
    assert said(site) == []


def test_newer_words_about_the_same_take_the_place_of_older(site: Installation, phone: Taken) -> None:
    contact = site.contact()
    one = phone(contact)
    agree(one)
    site.tell(contact, Reply("một"), unasked=True)
    one.bring_until_shown()
    for title in ("hai", "ba"):
        site.push.taken.append(site.push.taken[-1])
        site.push.taken[-1].word["title"] = title
        one.bring()
    one.wait_for(lambda: [shown["title"] for shown in one.shown()] == ["ba"])


def test_without_a_network_the_last_talk_is_there_and_keeps_what_is_typed(
    site: Installation, phone: Taken
) -> None:
    contact = site.contact()
    one = phone(contact)
    site.tell(contact, Reply("Họp chi bộ lúc 19h30"))
    agree(one)
    one.visit()
    expect(one.page.get_by_text("Họp chi bộ lúc 19h30")).to_be_visible()
    site.stop()
    one.visit()
    expect(one.page.get_by_text("Họp chi bộ lúc 19h30")).to_be_visible()
    assert one.page.locator("#composer").evaluate("form => getComputedStyle(form).display") == "flex"
    one.page.get_by_label("Nội dung tin nhắn").fill("25/28, vắng 3")
    one.page.get_by_role("button", name="Gửi", exact=True).click()
    expect(one.page.locator(".me.unsent")).to_have_count(1)
    one.visit()
    expect(one.page.locator(".me.unsent")).to_have_count(1)
    site.start()
    expect(one.page.locator(".me.unsent")).to_have_count(0)
    assert said(site) == ["25/28, vắng 3"]


KEPT = "async () => (await Promise.all((await caches.keys()).map(async name => (await (await caches.open(name)).keys()).map(one => one.url)))).flat()"


def test_whoever_has_not_agreed_keeps_nothing(site: Installation, phone: Taken) -> None:
    one = phone(site.contact())
    one.visit()
    expect(one.page.get_by_text(QUESTION)).to_be_visible()
    assert one.page.evaluate(KEPT) == []
    assert one.page.evaluate("async () => (await navigator.serviceWorker.getRegistrations()).length") == 0


@pytest.mark.parametrize("seen", ["open", "closed"])
def test_a_link_that_has_ended_leaves_nothing_on_the_phone(
    site: Installation, phone: Taken, seen: str
) -> None:
    contact = site.contact()
    one = phone(contact)
    agree(one)
    one.visit()
    one.wait_for(lambda: any(url.endswith("/w/kept") for url in one.page.evaluate(KEPT)))
    assert not any(one.chat in url for url in one.page.evaluate(KEPT))
    if seen == "closed":
        one.page.goto(f"{one.origin}/")
    with site.db.write() as session:
        withdraw_place(session, session.get_one(Contact, contact), site.now())
    assert not rings(site, contact)
    site.tell(contact, REMINDER, unasked=True)
    if seen == "closed":
        one.visit()
        expect(one.page.get_by_text("Đường dẫn đã hết hạn hoặc bị thu hồi")).to_be_visible()
    else:
        expect(one.page.get_by_role("status")).to_contain_text("không dùng được nữa")
    one.wait_for(lambda: not any(url.endswith("/w/kept") for url in one.page.evaluate(KEPT)))
    assert site.push.taken == []


def test_a_talk_that_was_kept_yesterday_is_kept_no_more(site: Installation, phone: Taken) -> None:
    one = phone(site.contact())
    agree(one)
    one.visit()
    one.wait_for(lambda: any(url.endswith("/w/kept") for url in one.page.evaluate(KEPT)))
    site.stop()
    one.in_worker("() => { const now = Date.now; Date.now = () => now() + 25 * 3600 * 1000; }")
    with pytest.raises(Exception, match="ERR_"):
        one.visit()
    one.page.wait_for_url("chrome-error://**")  # its page of the error comes later than the error
    site.start()
    one.visit()
    expect(one.page.locator("#composer")).to_be_visible()


IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"


@pytest.mark.parametrize("width", [390, 320])
def test_an_iphone_is_told_how_to_put_it_on_the_home_screen(
    site: Installation, phone: Taken, width: int
) -> None:
    one = phone(site.contact(), agent=IPHONE, before="delete window.PushManager;", width=width)
    one.visit()
    expect(one.page.get_by_text("chọn “Thêm vào MH chính”")).to_be_visible()
    assert one.page.evaluate("document.documentElement.scrollWidth") <= width
    one.page.get_by_role("button", name="Đóng").click()
    one.visit()
    expect(one.page.get_by_role("button", name="Lời nhắc")).to_be_visible()
    expect(one.page.get_by_text("chọn “Thêm vào MH chính”")).to_be_hidden()


def test_a_browser_that_cannot_ring_says_so_when_asked(site: Installation, phone: Taken) -> None:
    one = phone(site.contact(), before="delete window.PushManager;")
    one.visit()
    bell = one.page.get_by_role("button", name="Lời nhắc")
    expect(bell).to_be_visible()
    expect(one.page.locator("#ring")).to_be_hidden()
    bell.click()
    expect(one.page.get_by_text("Trình duyệt này không nhận được lời nhắc.")).to_be_visible()


REFUSE = "Notification.requestPermission = async () => 'denied'; Object.defineProperty(Notification, 'permission', { get: () => window.denies ? 'denied' : 'default' });"


def test_a_permission_that_is_denied_is_said_with_what_to_do(site: Installation, phone: Taken) -> None:
    contact = site.contact()
    one = phone(contact, allows=False, before=REFUSE)
    one.visit()
    one.page.get_by_role("button", name="Nhận", exact=True).click()
    expect(one.page.get_by_text("Điện thoại đang chặn thông báo của trang này.")).to_be_visible()
    assert not rings(site, contact)
    one.page.get_by_role("button", name="Đóng").click()
    one.page.evaluate("window.denies = true")
    one.page.get_by_role("button", name="Lời nhắc").click()
    expect(one.page.get_by_text("vào mục Thông báo")).to_be_visible()


def test_a_push_service_that_nobody_named_is_no_trouble_of_the_person(
    site: Installation, phone: Taken
) -> None:
    contact = site.contact()
    site.push.host = "elsewhere.example"
    one = phone(contact)
    one.visit()
    one.page.get_by_role("button", name="Nhận", exact=True).click()
    expect(one.page.get_by_text("Trình duyệt này không nhận được lời nhắc.")).to_be_visible()
    assert not rings(site, contact)


def test_a_server_that_is_away_keeps_the_question(site: Installation, phone: Taken) -> None:
    contact = site.contact()
    one = phone(contact)
    one.visit()
    expect(one.page.get_by_text(QUESTION)).to_be_visible()
    one.context.route("**/device", lambda route: route.abort())
    one.page.get_by_role("button", name="Nhận", exact=True).click()
    expect(one.page.get_by_text("Đồng chí thử lại sau ít phút.")).to_be_visible()
    one.context.unroute("**/device")
    one.visit()
    one.page.get_by_role("button", name="Nhận", exact=True).click()
    expect(one.page.get_by_text("Xong.")).to_be_visible()
    assert rings(site, contact)
