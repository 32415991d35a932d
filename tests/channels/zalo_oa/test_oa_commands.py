"""An Official Account on the command line and in the browser: the consent, and what `check` says of the account."""

import asyncio
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx
import pytest

from bot.channels.zalo_oa.connect import Consents, Outcome, keys_of
from bot.channels.zalo_oa.settings import ZaloOASettings
from bot.commands import zalo
from bot.commands.common import say_line
from bot.composition import compose
from bot.settings import read_settings
from bot.store.db import connect_database
from bot.store.vault import DatabaseVault
from bot.talk.receive import utc_now
from tests.channels.zalo_oa.keys_api import APP, APP_SECRET, FIRST, KeyApi, served
from tests.kit.cli import run

BACK = "https://chibo.example/zalo/oa/connected"


@contextmanager
def serving(api: KeyApi) -> Iterator[KeyApi]:
    """In a thread with a loop of its own: a command has another."""
    loop, ready = asyncio.new_event_loop(), threading.Event()
    over = asyncio.Event()

    async def serve() -> None:
        async with served(api):
            ready.set()
            await over.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    ready.wait()
    yield api
    loop.call_soon_threadsafe(over.set)
    thread.join()
    loop.close()


@pytest.fixture
def zalo_api() -> Iterator[KeyApi]:
    with serving(KeyApi()) as api:
        yield api


@pytest.fixture
def installed(
    zalo_api: KeyApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_template: Path
) -> KeyApi:
    shutil.copy(sqlite_template, tmp_path / "test.db")
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "DATABASE_URL": f"sqlite:///{tmp_path}/test.db",
        "FILES_URL": str(tmp_path / "files"),
        "PUBLIC_URL": "https://chibo.example",
        "ZALO_OA_APP_ID": APP,
        "ZALO_OA_APP_SECRET": APP_SECRET,
        "ZALO_OA_SECRET": "s",
        "ZALO_OA_API_URL": zalo_api.url,
        "ZALO_OAUTH_URL": zalo_api.url,
    }.items():
        monkeypatch.setenv(name, value)
    return zalo_api


def consented(api: KeyApi, address: str) -> str:
    """The account's owner says yes on Zalo's page; where the browser goes then."""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    api.codes["the-code"] = asked["code_challenge"]
    return f"{asked['redirect_uri']}?{urlencode({'code': 'the-code', 'state': asked['state']})}"


async def visit(address: str) -> httpx.Response:
    """The running program, which another process is, has this address opened by a browser."""
    settings = read_settings()
    db = connect_database(settings.database_url.get_secret_value())
    service = compose(settings, db, utc_now)
    transport = httpx.ASGITransport(app=service.app)
    async with httpx.AsyncClient(transport=transport, base_url=settings.url) as browser:
        answer = await browser.get(address)
    for channel in service.channels:
        await channel.stop()
    service.stopped()
    db.close()
    return answer


class Desk:
    """Somebody before the terminal: does with the printed address what the test says, and types what that answers."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *does: Any) -> None:
        self.printed: list[dict[str, Any]] = []
        self.does = does
        self._say = say_line
        monkeypatch.setattr(zalo, "say_line", self.say)
        monkeypatch.setattr(zalo, "_typed_lines", self.typed)

    def say(self, template: str, **facts: Any) -> None:
        self.printed.append(facts)
        self._say(template, **facts)

    def typed(self) -> "asyncio.Queue[str]":
        lines: asyncio.Queue[str] = asyncio.Queue()
        for do in self.does:
            if said := do(self.printed[0]["address"]):
                lines.put_nowait(said)
        return lines


def test_the_running_program_takes_the_consent(installed: KeyApi, monkeypatch: pytest.MonkeyPatch) -> None:
    pages: list[httpx.Response] = []

    def consent(address: str) -> None:
        back = consented(installed, address)
        with ThreadPoolExecutor(1) as thread:
            pages.extend(thread.submit(asyncio.run, visit(one)).result() for one in (back, back))

    Desk(monkeypatch, consent)
    printed = run("zalo", "connect").output
    assert f"Zalo đưa trình duyệt về {BACK};" in printed
    assert "█" in printed
    assert "Đã nối; từ nay khóa tự làm mới." in printed
    assert "Đảng ủy Phường 3, doanh nghiệp; gói Tăng trưởng, dùng đến hết 31/12/2026" in printed
    assert [page.status_code for page in pages] == [200, 200]
    assert all("Official Account đã nối với trợ lý" in page.text for page in pages)
    assert len(installed.asked) == 1
    for secret in ("access-1", "refresh-1", APP_SECRET):
        assert secret not in printed + pages[0].text


def test_the_address_is_pasted_where_no_program_runs(
    installed: KeyApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    Desk(
        monkeypatch,
        lambda address: "không hiểu\n",
        lambda address: f"{BACK}?code=the-code&state=another\n",
        lambda address: consented(installed, address) + "\n",
    )
    printed = run("zalo", "connect", "--back", "https://other.example/back").output
    assert printed.count("Địa chỉ này không phải của lần nối này.") == 2
    assert "Zalo đưa trình duyệt về https://other.example/back;" in printed
    assert "Đã nối" in printed


def test_what_is_refused_is_said(installed: KeyApi, monkeypatch: pytest.MonkeyPatch) -> None:
    Desk(monkeypatch, lambda address: consented(installed, address).replace("the-code", "another"))
    printed = run("zalo", "connect", code=1).output
    assert "zalo_oa: Zalo chưa cho phép: chủ tài khoản chưa đồng ý" in printed


def test_it_waits_for_a_while_only(installed: KeyApi, monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([Outcome.AWAITED, Outcome.TAKEN, Outcome.OVER])
    monkeypatch.setattr(Consents, "outcome", lambda self, state: next(times))
    monkeypatch.setattr(zalo, "LOOK_SECONDS", 0.01)
    Desk(monkeypatch)
    assert "Lần nối này đã quá 15 phút" in run("zalo", "connect", code=1).output


def test_without_an_application_it_says_what_is_missing(
    installed: KeyApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ZALO_OA_APP_ID")
    assert "Cần ZALO_OA_APP_ID, ZALO_OA_APP_SECRET" in run("zalo", "connect", code=1).output


@pytest.mark.parametrize("query", ["", "?code=x", "?code=x&state=y", "?state=%00&code=%F0"])
def test_a_stranger_learns_nothing(installed: KeyApi, query: str) -> None:
    page = asyncio.run(visit(f"/zalo/oa/connected{query}"))
    assert page.status_code == 400
    assert "Lần nối này đã quá 15 phút hoặc đã có lần nối khác." in page.text
    assert installed.asked == []
    assert asyncio.run(visit("/zalo/oa/connected")).headers["referrer-policy"] == "no-referrer"


def test_check_says_what_the_account_is(installed: KeyApi, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "zalo_oa: Zalo OA chưa nối với trợ lý" in run("check").output
    monkeypatch.setenv("ZALO_OA_REFRESH_TOKEN", FIRST)
    printed = run("check").output
    assert "zalo_oa: Đảng ủy Phường 3, doanh nghiệp; gói Tăng trưởng, dùng đến hết 31/12/2026\n" in printed
    assert run("check").output == printed
    assert len(installed.asked) == 1
    installed.refusals["/v2.0/oa/quota/message"] = -224
    assert "không gửi được tin qua ứng dụng" in run("check").output


def test_check_asks_nobody_where_there_is_no_account(
    installed: KeyApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ZALO_OA_APP_ID")
    assert "zalo_oa" not in run("check").output


def test_what_is_typed_is_heard_line_by_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", iter(["\n", "one\n", "two\n"]))

    async def heard() -> list[str]:
        lines = zalo._typed_lines()
        return [await lines.get(), await lines.get()]

    assert asyncio.run(heard()) == ["one\n", "two\n"]


def test_the_vault_forgets_the_proof(installed: KeyApi, monkeypatch: pytest.MonkeyPatch) -> None:
    Desk(monkeypatch, lambda address: consented(installed, address))
    run("zalo", "connect")
    settings = read_settings()
    db = connect_database(settings.database_url.get_secret_value())
    assert '"verifier":""' in DatabaseVault(db).read("zalo_oa_consent")
    db.close()


@pytest.mark.logs_errors
async def test_the_program_speaks_as_soon_as_the_consent_is_there(installed: KeyApi) -> None:
    settings = read_settings()
    db = connect_database(settings.database_url.get_secret_value())
    service = compose(settings, db, utc_now)
    oa = next(one for one in service.channels if one.name == "zalo_oa")
    await oa.start()
    assert oa.trouble == "zalo_oa_not_connected"
    _, consents = keys_of(cast(ZaloOASettings, settings.of(type(oa))), DatabaseVault(db), utc_now)
    address = consents.address(await asyncio.to_thread(consents.begin), BACK)
    [way] = oa.ways_back()
    query = dict(parse_qsl(urlsplit(consented(installed, address)).query))
    assert await way.take(query) == (True, "zalo_oa_connected")
    assert oa.trouble == ""
    assert oa.link("X") == "https://zalo.me/3662729599332560487"
    assert oa.paid_until == date(2026, 12, 31)
    await oa.stop()
    service.stopped()
    db.close()
