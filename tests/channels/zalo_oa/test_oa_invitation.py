"""Whoever is invited to an Official Account is told to follow it: one that is not followed is answered to nobody."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot import __main__ as main
from bot.settings import Core
from bot.store.db import Database
from tests.kit.cli import UNITS, run

LINK = "https://zalo.me/3662729599332560487"


async def ways(settings: Core, db: Database) -> dict[str, Callable[[str], str]]:
    return {"zalo_oa": lambda code: LINK}


def test_an_invitation_says_how_to_enter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/test.db")
    monkeypatch.setenv("FILES_URL", str(tmp_path / "files"))
    monkeypatch.setattr(main, "_entrances", ways)
    run("units", "import", UNITS)
    printed = run("invite", "CB01", "--role", "secretary").output
    assert f"zalo_oa: {LINK} (mở ra, bấm Quan tâm rồi gõ mã)\n" in printed
