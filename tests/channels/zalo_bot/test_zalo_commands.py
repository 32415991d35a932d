"""Zalo on the command line: an invitation with a picture for a phone, and what `check` warns of."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import segno

from bot import __main__ as main
from bot.channels.zalo_bot.channel import ZaloBot
from bot.commands.common import picture_of
from bot.settings import Core
from bot.store.db import Database
from tests.kit.cli import UNITS, run

LINK = "https://zalo.me/bot.VDKyGxQvc"


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_template: Path) -> str:
    shutil.copy(sqlite_template, tmp_path / "test.db")
    address = f"sqlite:///{tmp_path}/test.db"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", address)
    monkeypatch.setenv("FILES_URL", str(tmp_path / "files"))
    return address


async def ways(settings: Core, db: Database) -> dict[str, Callable[[str], str]]:
    return {"web": lambda code: f"https://chibo.example/w/new/{code}", "zalo": lambda code: LINK}


def test_an_invitation_shows_the_bot_to_a_phone(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    run("units", "import", UNITS)
    monkeypatch.setattr(main, "_entrances", ways)
    printed = run("invite", "CB01", "--role", "secretary").output
    assert re.match(r"code: [A-Z2-9]{4}-[A-Z2-9]{4}\n", printed)
    assert f"zalo: {LINK} (mở ra rồi gõ mã)\n" in printed
    assert "web: https://chibo.example/w/new/" in printed
    drawn = [line for line in printed.splitlines() if set(line) <= set("█▀▄ ") and "█" in line]
    assert drawn == picture_of(LINK).splitlines()[: len(drawn)]
    size = segno.make(LINK, error="m", micro=False).symbol_size()[0]
    assert len(drawn[0]) == size


def test_it_is_not_shown_where_zalo_is_full(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    run("units", "import", UNITS)
    monkeypatch.setattr(main, "_entrances", ways)
    monkeypatch.setattr(main, "full_channels", lambda abilities, session: {"zalo"})
    printed = run("invite", "CB01", "--role", "secretary").output
    assert "zalo: đã đủ người\n" in printed
    assert "█" not in printed
    assert LINK not in printed


def test_check_warns_of_polling(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "polling" not in run("check").output
    monkeypatch.setenv("ZALO_TOKEN", "1:abc")
    printed = run("check").output
    assert "Mọi thứ đều đúng" in printed
    assert "zalo: Zalo đang hỏi tin (polling), chỉ để dùng thử" in printed
    monkeypatch.setenv("ZALO_WEBHOOK", "1")
    assert "ZALO_WEBHOOK: Bật webhook cần ZALO_TOKEN, ZALO_SECRET" in run("check", code=1).output


def test_its_name_is_that_of_its_settings() -> None:
    assert ZaloBot.name == "zalo"
