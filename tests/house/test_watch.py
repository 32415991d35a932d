"""The watch: what is wrong is known to whoever asks, told to the office once, and ends the program where nothing may go on."""

import asyncio
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy import text as sql
from starlette.applications import Starlette

from bot.problems import Invalid
from bot.service import watch as watching
from bot.service.logs import LineCounts
from bot.service.metrics import watch_routes
from bot.service.watch import Watch
from bot.store.db import Database, DatabaseGone
from bot.store.schema import newest_revision
from bot.tables import Contact, Message
from tests.kit.processes import SECONDS, free_port, program, settings, wait_for
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.world import World


@dataclass
class StillClock:
    dead: list[str] = field(default_factory=list)
    restarts: int = 0

    def overdue(self) -> list[str]:
        return self.dead

    def ages(self) -> Mapping[str, float]:
        return {"reminders": 3.5}


@dataclass
class StillSender:
    turned_at: float = field(default_factory=time.monotonic)
    results: Counter[tuple[str, str]] = field(default_factory=Counter)


@dataclass
class Shelf:
    fault: Exception | None = None

    def check(self) -> None:
        if self.fault:
            raise self.fault


class Office:
    """An installation whose parts do what the test says."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.clock, self.sender, self.shelf = StillClock(), StillSender(), Shelf()
        self.channel = SimpleNamespace(
            name="telegram", refused=False, token_ends=None, trouble="", paid_until=None
        )
        channels: Any = [self.channel]
        self.watch = Watch(
            world.desk,
            lambda: world.at,
            self.sender,
            self.clock,
            channels,
            self.shelf,
            {"FILES_URL": folder},
        )

    def troubles(self) -> list[str]:
        self.watch.look()
        return [trouble.code for trouble in self.watch.troubles()]


def begin_here(world: World) -> None:
    world.units(("DUK", "Đảng ủy Khối mẫu", "dang_uy", "", None))


pytestmark = begins(begin_here)


@pytest.fixture
def admin(world: World) -> Talker:
    return world.registered("DUK", "admin")


@pytest.fixture
def office(world: World, admin: Talker, tmp_path: Path) -> Office:
    return Office(world, tmp_path)


def heard(admin: Talker) -> list[str]:
    return [reply.text for reply in admin.looks() if "👉 Đồng chí báo người quản trị kỹ thuật" in reply.text]


def test_nothing_is_wrong(office: Office, admin: Talker) -> None:
    assert office.troubles() == []
    assert office.watch.findings.revision == newest_revision()
    assert heard(admin) == []


def fill_disk(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "DISK_LOW", 2**60)


def kill_clock(office: Office, _monkeypatch: pytest.MonkeyPatch) -> None:
    office.clock.restarts += 1


def take_token_back(office: Office, _monkeypatch: pytest.MonkeyPatch) -> None:
    office.channel.refused = True


def let_token_end(office: Office, _monkeypatch: pytest.MonkeyPatch) -> None:
    office.channel.token_ends = office.world.at + timedelta(days=2)


def trouble_keys(office: Office, _monkeypatch: pytest.MonkeyPatch) -> None:
    office.channel.trouble = "zalo_oa_connect"


Harm = Callable[[Office, pytest.MonkeyPatch], None]


@pytest.mark.parametrize(
    ("harm", "code", "said"),
    [
        (fill_disk, "disk_low", "Máy chủ sắp hết đĩa, chỉ còn"),
        (kill_clock, "clock_dead", "Đồng hồ nhắc việc vừa ngừng và đã được khởi động lại"),
        (take_token_back, "channel_refused", "telegram không còn nhận mã truy cập"),
        (
            trouble_keys,
            "zalo_oa_connect",
            "đang chờ, không mất. Người quản trị kỹ thuật chạy: python -m bot zalo",
        ),
        (let_token_end, "token_ends", "Mã truy cập telegram của trợ lý hết hạn "),
    ],
)
@pytest.mark.logs_errors
def test_the_office_hears_once(
    office: Office, admin: Talker, monkeypatch: pytest.MonkeyPatch, harm: Harm, code: str, said: str
) -> None:
    second = Office(office.world, Path(office.watch._folders["FILES_URL"]))  # another replica
    harm(office, monkeypatch)
    harm(second, monkeypatch)
    assert office.troubles() == [code]
    assert second.troubles() == [code]
    office.troubles()
    [text] = heard(admin)
    assert said in text
    assert "docs/incident.md" in text


@pytest.mark.logs_errors
def test_the_office_hears_elsewhere_of_a_channel_that_is_dead(office: Office, admin: Talker) -> None:
    with office.world.db.write() as session:
        [here] = session.scalars(select(Contact).where(Contact.place == admin.address.place))
        web = Contact(channel="web", place="beside", person_id=here.person_id, used_at=here.used_at)
        session.add(web)
        here.channel = "telegram"
    trouble_keys(office, pytest.MonkeyPatch())
    office.troubles()
    with office.world.db.read() as session:
        told = session.scalars(select(Message).where(Message.key.startswith("trouble:")))
        assert [message.channel for message in told] == ["web"]


def test_the_office_hears_of_a_last_day_in_time(office: Office, admin: Talker, tmp_path: Path) -> None:
    office.channel.paid_until = office.world.moment.today + timedelta(days=31)
    told = []
    for _ in range(34):
        for one in (office, Office(office.world, tmp_path)):  # started anew each day
            one.channel.paid_until = office.channel.paid_until
            assert one.troubles() == []
        told.append([reply.text.splitlines()[0] for reply in admin.looks()])
        office.world.later(days=1)
    days = {day: lines for day, lines in enumerate(told) if lines}
    assert list(days) == [1, 24, 30]
    assert all(len(lines) == 1 for lines in days.values())
    assert "Telegram: gói dịch vụ còn dùng được đến hết" in days[24][0]
    assert days[24][0].endswith("(còn 7 ngày).")


@pytest.mark.logs_errors
def test_what_comes_again_another_day_is_told_again(office: Office, admin: Talker) -> None:
    for days, told in ((0, 1), (0, 0), (1, 1)):
        office.world.later(days=days)
        office.channel.refused = False
        assert office.troubles() == []
        office.channel.refused = True
        assert office.troubles() == ["channel_refused"]
        assert len(heard(admin)) == told


def test_what_keeps_it_from_writing_is_known_to_who_asks(
    office: Office, admin: Talker, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.shelf.fault = OSError("gone")
    office.sender.turned_at -= 61
    assert office.troubles() == ["sender_dead", "files_unwritable"]
    office.shelf.fault = None
    office.sender.turned_at += 61
    monkeypatch.setattr(watching, "STORE_SECONDS", -1.0)
    assert office.troubles() == []
    office.watch._looked_at -= 61
    assert [trouble.code for trouble in office.watch.troubles()] == ["watch_stale"]
    assert heard(admin) == []


@pytest.mark.logs_errors
async def test_a_look_that_fails_is_not_the_end(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(watching, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(watching, "_low", lambda _disks: 1 / 0)
    running = asyncio.create_task(office.watch.run())
    end = time.monotonic() + SECONDS
    while len([one for one in caplog.records if one.message == "watch.look failed"]) < 2:
        assert time.monotonic() < end
        assert not running.done()
        await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.wait([running])


def test_a_folder_that_is_gone_has_no_free_space_to_tell(office: Office, tmp_path: Path) -> None:
    office.watch._folders = {"FILES_URL": tmp_path / "gone"}
    assert office.troubles() == []
    assert office.watch.findings.disks == {}


def test_a_schema_of_a_newer_program_ends_it(office: Office, db: Database) -> None:
    for version, error in (("9999", Invalid), (None, DatabaseGone)):
        with db.write() as session:
            session.execute(sql("DELETE FROM alembic_version"))
            if version:
                session.execute(sql("INSERT INTO alembic_version VALUES (:v)"), {"v": version})
        try:
            with pytest.raises(error):
                office.watch.look()
        finally:
            with db.write() as session:
                session.execute(sql("DELETE FROM alembic_version"))
                session.execute(sql("INSERT INTO alembic_version VALUES (:v)"), {"v": newest_revision()})
    assert office.troubles() == []


def asker(office: Office, token: str, lines: LineCounts | None = None) -> httpx.AsyncClient:
    app = Starlette(routes=watch_routes(office.watch, lines or LineCounts(), token))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x")


@pytest.mark.logs_errors
async def test_who_watches_is_answered(office: Office) -> None:
    async with asker(office, "") as client:
        assert (await client.get("/livez")).text == "ok"
        office.troubles()
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()) == (200, {"ready": True, "troubles": []})
        office.clock.dead = ["reminders"]
        office.troubles()
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()) == (503, {"ready": False, "troubles": ["clock_dead"]})
        assert (await client.get("/livez")).status_code == 200
        assert (await client.get("/metrics")).status_code == 404


MEASURE = re.compile(r'[a-z_]+(\{[a-z_]+="[^"\n]*"(,[a-z_]+="[^"\n]*")*\})? -?[0-9.e+-]+')


async def test_measures_are_for_who_holds_the_token(office: Office) -> None:
    lines = LineCounts()
    lines.counts["ERROR"] += 2
    office.sender.results["telegram", "sent"] += 7
    office.channel.token_ends = ends = datetime(2030, 1, 1, tzinfo=UTC)
    office.troubles()
    async with asker(office, "a long token", lines) as client:
        for given in ({}, {"authorization": "Bearer a long toke"}, {"authorization": "a long token"}):
            refused = await client.get("/metrics", headers=given)
            assert (refused.status_code, refused.text) == (401, "")
        answer = await client.get("/metrics", headers={"authorization": "Bearer a long token"})
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    told = answer.text.splitlines()
    assert [line for line in told if not line.startswith("# ") and not MEASURE.fullmatch(line)] == []
    assert 'chibo_messages_total{channel="telegram",result="sent"} 7.0' in told
    assert 'chibo_log_lines_total{level="ERROR"} 2.0' in told
    assert 'chibo_tick_age_seconds{tick="reminders"} 3.5' in told
    assert f'chibo_schema{{revision="{newest_revision()}"}} 1.0' in told
    assert "chibo_ready 1.0" in told
    (ends_at,) = [line.split()[1] for line in told if line.startswith("chibo_token_ends_timestamp_seconds{")]
    assert float(ends_at) == ends.timestamp()
    kinds = re.findall(r"^# TYPE (\S+) ", answer.text, re.MULTILINE)
    assert len(set(kinds)) == len(kinds) > 10


def ended(process: subprocess.Popen[bytes], log: Path) -> str:
    assert process.wait(SECONDS) == 1, log.read_text("utf-8")
    return log.read_text("utf-8")


@pytest.mark.process
def test_a_running_program_that_loses_its_database_says_so_and_stops(tmp_path: Path) -> None:
    port = free_port()
    url, given = f"http://127.0.0.1:{port}", settings(f"sqlite:///{tmp_path}/bot.db", tmp_path, port)
    with program("run", url=url, log=tmp_path / "log", settings=given) as process:
        assert httpx.get(f"{url}/readyz").json() == {"ready": True, "troubles": []}
        assert httpx.get(f"{url}/livez").text == "ok"
        (tmp_path / "bot.db").unlink()
        said = ended(process, tmp_path / "log")
    assert f"DATABASE_URL: Tệp cơ sở dữ liệu {tmp_path}/bot.db vừa bị xóa" in said
    assert not (tmp_path / "bot.db").exists()


@pytest.mark.process
def test_a_running_program_whose_database_a_newer_one_takes_says_so_and_stops(tmp_path: Path) -> None:
    port = free_port()
    url, given = f"http://127.0.0.1:{port}", settings(f"sqlite:///{tmp_path}/bot.db", tmp_path, port)
    with program("run", url=url, log=tmp_path / "log", settings=given) as process:
        with sqlite3.connect(tmp_path / "bot.db", timeout=SECONDS) as connection:
            connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.close()
        said = ended(process, tmp_path / "log")
    assert "DATABASE_URL: Cơ sở dữ liệu ở bản 9999, do một bản trợ lý mới hơn ghi" in said
    again = subprocess.run(
        [sys.executable, "-m", "bot", "run"],
        env={"PATH": "/usr/bin:/bin", **given},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert again.returncode == 1
    assert "bản này không đọc được nên không chạy" in again.stderr


@pytest.mark.process
def test_at_its_start_it_says_what_fails_and_answers_all_the_same(tmp_path: Path) -> None:
    port, nowhere = free_port(), free_port()
    url, given = f"http://127.0.0.1:{port}", settings(f"sqlite:///{tmp_path}/bot.db", tmp_path, port)
    given |= {
        "TELEGRAM_TOKEN": "1:unheard",
        "TELEGRAM_API_URL": f"http://127.0.0.1:{nowhere}",
        "FILES_URL": f"s3://bucket?endpoint=http://127.0.0.1:{nowhere}&region=x&access_key_id=a&secret_access_key=b",
        "METRICS_TOKEN": "mt",
    }
    log = tmp_path / "log"
    with program("run", url=url, log=log, settings=given) as process:
        wait_for(url, process, log)
        end = time.monotonic() + SECONDS
        while "telegram: Chưa tới được telegram" not in log.read_text("utf-8"):
            assert time.monotonic() < end, log.read_text("utf-8")
            time.sleep(0.1)
        while httpx.get(f"{url}/readyz").status_code == 200:
            assert time.monotonic() < end
            time.sleep(0.1)
        assert "files_unwritable" in httpx.get(f"{url}/readyz").json()["troubles"]
        measured = httpx.get(f"{url}/metrics", headers={"authorization": "Bearer mt"}).text
        assert 'chibo_trouble{code="files_unwritable"} 1' in measured
        process.send_signal(signal.SIGTERM)
        assert process.wait(SECONDS) == 0
    said = log.read_text("utf-8")
    assert "FILES_URL: Không ghi được vào kho tệp" in said
    assert "1:unheard" not in said
