"""A database of several hosts: the address in both ways of writing it, a dead host before the living one, one that only reads."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text as sql
from typer.testing import CliRunner

from bot import __main__ as main
from bot.problems import Invalid, Rejected
from bot.settings import read_settings
from bot.store.address import database_address, database_hosts
from bot.store.db import connect_database

TARGET = "target_session_attrs"


@pytest.mark.parametrize(
    ("url", "hosts", "target"),
    [
        (
            "postgresql://u:p%40x@h1:5432,h2:6543/db?target_session_attrs=primary",
            ["h1:5432", "h2:6543"],
            "primary",
        ),
        ("postgresql://u:p@h1,h2,h3/db", ["h1:5432", "h2:5432", "h3:5432"], "read-write"),
        ("postgres://u:p@h1:1,h2/db", ["h1:1", "h2:5432"], "read-write"),
        ("postgresql://u:p@[::1]:1,[fe80::2]/db", ["::1:1", "fe80::2:5432"], "read-write"),
        ("postgresql://u:p@/db?host=h1:1&host=h2:2", ["h1:1", "h2:2"], "read-write"),
        ("postgresql://u:p@/db?host=h1,h2&port=1,2", ["h1:1", "h2:2"], "read-write"),
        ("postgresql://u:p@/db?host=h1,h2&port=7&target_session_attrs=any", ["h1:7", "h2:7"], "any"),
        (
            "postgresql+psycopg://u:p@h1,h2?target_session_attrs=read-write",
            ["h1:5432", "h2:5432"],
            "read-write",
        ),
        ("postgresql://u:a,b@h1/db", ["h1:5432"], None),
        ("postgresql://u:p@h1:7/db", ["h1:7"], None),
        ("postgresql:///db?host=/run/socket", ["/run/socket"], None),
        ("sqlite:///data/a,b.db", [], None),
    ],
)
def test_however_hosts_are_written(url: str, hosts: list[str], target: str | None) -> None:
    found = database_address(url)
    assert database_hosts(found) == hosts
    assert found.query.get(TARGET) == target
    assert found.database in ("db", None, "data/a,b.db")


def test_user_and_password_stay() -> None:
    found = database_address("postgresql://u:p%40x@h1,h2/db")
    assert (found.username, found.password) == ("u", "p@x")


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("postgresql://u:sesame@h1:x,h2:2/db", "setting_database_hosts"),
        ("postgresql://u:sesame@h1,/db", "setting_database_hosts"),
        ("postgresql://u:sesame@/db?host=h1,h2,h3&port=1,2", "setting_database_hosts"),
        ("postgresql://u:sesame@h1,h2/db?target_session_attrs=standby", "setting_database_target"),
        ("postgresql://u:sesame@h1:port/db", "setting_database"),
        ("mysql://u:sesame@h1,h2/db", "setting_database"),
    ],
)
def test_a_wrong_address_is_said_without_its_password(
    url: str, code: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(Invalid, match=code) as refused:
        database_address(url)
    assert "sesame" not in repr(refused.value)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(Rejected, match=f"DATABASE_URL: {code}$"):
        read_settings()
    result = CliRunner().invoke(main.app, ["check"])
    assert result.exit_code == 1
    assert "DATABASE_URL: " in result.output
    assert "sesame" not in result.output


@pytest.fixture
def read_only_port(tmp_path: Path) -> Iterator[int]:
    """A server of the test's own that takes no writing, as one that follows another."""
    folder = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))), None)
    found = shutil.which("initdb") or (str(folder) if folder else None)
    if found is None or (os.getuid() == 0 and shutil.which("runuser") is None):
        pytest.skip("initdb is not installed: apt-get install postgresql")
    programs = Path(found).parent
    home = Path(subprocess.check_output(["mktemp", "-d", "/tmp/readonly.XXXXXX"], text=True).strip())
    before: list[str] = []
    if os.getuid() == 0:
        shutil.chown(home, "postgres")
        before = ["runuser", "-u", "postgres", "--"]
    data = str(home / "data")
    subprocess.run(
        [*before, str(programs / "initdb"), "-D", data, "-A", "trust", "-U", "postgres", "--no-sync"],
        check=True,
        capture_output=True,
    )
    port = free_port()
    words = [
        "-D", data, "-p", str(port), "-c", "listen_addresses=127.0.0.1", "-k", str(home),
        "-c", "default_transaction_read_only=on", "-c", "fsync=off",
    ]  # fmt: skip
    control = [*before, str(programs / "pg_ctl"), "-D", data, "-w"]
    subprocess.run(
        [*control, "-l", str(home / "log"), "-o", " ".join(words[2:]), "start"],
        check=True,
        capture_output=True,
    )
    try:
        yield port
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=True, capture_output=True)
        shutil.rmtree(home)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def several(database_url: str, *ports: int) -> str:
    """The test's database as the last host behind others on this machine."""
    address = database_address(database_url)
    own = str(address.query.get("host") or address.host)
    hosts = ",".join(["127.0.0.1"] * len(ports) + [own])
    numbers = ",".join([*map(str, ports), str(address.port or address.query.get("port") or 5432)])
    user = f"{address.username or ''}:sesame"
    return f"postgresql://{user}@/{address.database}?host={hosts}&port={numbers}&{TARGET}=read-write"


only_postgresql = pytest.mark.parametrize("ground", ["postgresql"], indirect=True)


@only_postgresql
@pytest.mark.usefixtures("db")
def test_a_dead_host_in_front_is_passed_over(
    database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    dead = free_port()
    url = several(database_url, dead)
    db = connect_database(url)
    with db.write() as session:
        assert session.scalar(sql("SELECT current_database()")) == database_address(database_url).database
    db.close()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("FILES_URL", str(tmp_path / "files"))
    monkeypatch.delenv("TELEGRAM_TOKEN", raising=False)
    printed = CliRunner().invoke(main.app, ["check"]).output
    assert "đang ghi vào" in printed
    assert f"trong các máy 127.0.0.1:{dead}, " in printed
    assert "sesame" not in printed


@only_postgresql
@pytest.mark.process
@pytest.mark.usefixtures("db")
def test_a_host_that_only_reads_is_passed_over(database_url: str, read_only_port: int) -> None:
    db = connect_database(several(database_url, free_port(), read_only_port))
    with db.write() as session:
        assert session.scalar(sql("SELECT current_database()")) == database_address(database_url).database
        assert session.scalar(sql("SHOW transaction_read_only")) == "off"
    db.close()


def test_check_names_the_hosts_of_which_none_answers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    first, second = free_port(), free_port()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", f"postgresql://u:sesame@127.0.0.1:{first},127.0.0.1:{second}/office")
    monkeypatch.setenv("FILES_URL", str(tmp_path / "files"))
    monkeypatch.delenv("TELEGRAM_TOKEN", raising=False)
    result = CliRunner().invoke(main.app, ["check"])
    assert result.exit_code == 1
    assert f"Trong các máy cơ sở dữ liệu 127.0.0.1:{first}, 127.0.0.1:{second} không máy nào" in result.output
    assert "sesame" not in result.output
