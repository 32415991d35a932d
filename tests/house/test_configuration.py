"""Settings: read once, everything wrong said at once, secrets never printed."""

from pathlib import Path

import pytest

from bot.channels.telegram.channel import Telegram
from bot.channels.telegram.settings import TelegramSettings
from bot.problems import Rejected
from bot.settings import Settings, read_settings
from tests.kit.desk import RecordingRenderer
from tests.kit.places import ROOT, ZONE


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def wrong(monkeypatch: pytest.MonkeyPatch, **given: str) -> dict[str, str]:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(Rejected) as caught:
        read_settings()
    return {problem.place: problem.code for problem in caught.value.problems}


def test_everything_has_a_default() -> None:
    settings = read_settings()
    assert settings.database_url.get_secret_value() == "sqlite:///data/chibo.db"
    assert (settings.host, settings.port) == ("127.0.0.1", 8080)
    assert settings.url == "http://127.0.0.1:8080"
    assert settings.zone.key == "Asia/Ho_Chi_Minh"


def test_a_file_is_read_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("LISTEN=127.0.0.1:9000\nPUBLIC_URL=https://chibo.example/\n", "utf-8")
    monkeypatch.setenv("LISTEN", "[::1]:9001")
    settings = read_settings()
    assert (settings.host, settings.port) == ("::1", 9001)
    assert settings.url == "https://chibo.example"


def test_all_that_is_wrong_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    found = wrong(
        monkeypatch,
        DATABASE_URL="mysql://x",
        LISTEN="8080",
        PUBLIC_URL="chibo.example",
        TIMEZONE="Asia/Nowhere",
        LOG_LEVEL="LOUD",
        TELEGRAM_WEBHOOK="perhaps",
    )
    assert found == {
        "DATABASE_URL": "setting_database",
        "LISTEN": "setting_listen",
        "PUBLIC_URL": "setting_url",
        "TIMEZONE": "setting_timezone",
        "LOG_LEVEL": "setting_log_level",
        "TELEGRAM_WEBHOOK": "setting_bool",
    }


@pytest.mark.parametrize("url", ["", "nonsense", "://", "sqlite"])
def test_a_database_that_is_none(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    if not url:
        monkeypatch.setenv("DATABASE_URL", url)
        assert read_settings().database_url.get_secret_value().startswith("sqlite")  # empty means the default
    else:
        assert wrong(monkeypatch, DATABASE_URL=url) == {"DATABASE_URL": "setting_database"}


def test_a_webhook_needs_token_secret_and_https(monkeypatch: pytest.MonkeyPatch) -> None:
    needed = {"TELEGRAM_TOKEN": "1:a", "TELEGRAM_SECRET": "s", "PUBLIC_URL": "https://chibo.example"}
    assert wrong(monkeypatch, TELEGRAM_WEBHOOK="1", **dict(list(needed.items())[:2])) == {
        "TELEGRAM_WEBHOOK": "setting_webhook"
    }
    monkeypatch.setenv("PUBLIC_URL", needed["PUBLIC_URL"])
    telegram = read_settings().of(Telegram)
    assert isinstance(telegram, TelegramSettings)
    assert telegram.telegram_webhook


def test_every_problem_has_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    known = RecordingRenderer(ROOT / "templates", ZONE).codes()
    assert set(wrong(monkeypatch, LISTEN="x", TIMEZONE="y", DATABASE_URL="z").values()) <= known


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_TOKEN", "123:very-secret")
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:very-secret@host/db")
    shown = repr(read_settings()) + str(read_settings())
    assert "very-secret" not in shown


def test_settings_cannot_be_changed() -> None:
    settings = read_settings()
    with pytest.raises(ValueError, match="frozen"):
        settings.listen = "x"  # type: ignore[misc]
