"""The web chat on a phone's lock screen: a real browser, a real worker, and a push service of the tests' own."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, Worker, expect
from sqlalchemy import select

from bot.messages import Choice, Reply
from bot.people.devices import rings_on_web
from bot.tables import Event
from tests.kit.browser import chromium
from tests.kit.installation import Installation, running
from tests.kit.processes import SECONDS
from tests.kit.push_service import Device

pytestmark = pytest.mark.browser

SUBSCRIBE = """
(() => {
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
