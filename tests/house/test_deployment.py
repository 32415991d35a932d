"""What an office installs: the image, the compose file and the proxy fit the program; the pages say what is true."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from bot import __main__ as main
from bot.settings import Settings
from tests.kit.desk import RecordingRenderer
from tests.kit.places import ROOT, ZONE

IMAGE = (ROOT / "Containerfile").read_text("utf-8")
PAGES = ("docs/running.md", "docs/incident.md")


@pytest.fixture
def compose() -> Any:
    return yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))


def test_the_image_holds_what_the_program_needs_and_no_more() -> None:
    copied = set(re.findall(r"^COPY (\S+) ", IMAGE, re.MULTILINE))
    assert copied == {"requirements.txt", "bot", "handlers", "schedules", "templates"}
    assert all((ROOT / name).exists() for name in copied)
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"}
    assert let_in == copied
    outside = {path.name for path in ROOT.iterdir() if path.is_dir() and (path / "__init__.py").exists()}
    assert outside - copied <= {"tests", "benchmarks"}


def test_the_image_runs_without_root_and_compiler() -> None:
    assert re.search(r"^USER chibo$", IMAGE, re.MULTILINE)
    assert IMAGE.index("USER chibo") < IMAGE.index("ENTRYPOINT")
    assert "--only-binary :all:" in IMAGE
    assert "--require-hashes" in IMAGE
    assert not re.search(r"\b(gcc|build-essential|--privileged)\b", IMAGE)


def test_every_setting_that_the_image_and_compose_name_is_one(compose: Any) -> None:
    known = {name.upper() for name in Settings.model_fields}
    given = set(re.findall(r"([A-Z_]{5,})=", IMAGE[IMAGE.index("ENV ") :].split("USER")[0]))
    assert given - {"PYTHONUNBUFFERED"} <= known
    assert set(compose["services"]["app"]["environment"]) - {"POSTGRES_PASSWORD"} <= known


def test_only_the_proxy_is_seen_from_outside_and_it_is_believed(compose: Any) -> None:
    services = compose["services"]
    assert [name for name, one in services.items() if "ports" in one] == ["proxy"]
    address = services["proxy"]["networks"]["inside"]["ipv4_address"]
    app = services["app"]
    assert app["environment"]["FORWARDED_ALLOW"] == address
    assert (app["read_only"], app["cap_drop"]) == (True, ["ALL"])
    assert app["environment"]["POSTGRES_PASSWORD"] == ""  # it stands in the address alone
    assert {volume.partition(":")[2] for volume in app["volumes"]} == set(
        re.findall(r'"(/\w+)"', re.search(r"VOLUME (.*)", IMAGE)[1])  # type: ignore[index]
    )


def test_the_proxy_keeps_the_watch_from_strangers() -> None:
    proxy = (ROOT / "Caddyfile").read_text("utf-8")
    assert re.search(r"@inside path /metrics /readyz /livez /health\n\s+respond @inside 404", proxy)
    assert not re.search(r"^\s*log\b", proxy, re.MULTILINE)


def test_caddy_understands_its_file(tmp_path: Path) -> None:
    caddy = shutil.which("caddy")
    if caddy is None:
        pytest.skip("caddy is not installed: apt-get install caddy")
    done = subprocess.run(
        [caddy, "validate", "--adapter", "caddyfile", "--config", str(ROOT / "Caddyfile")],
        env={"SITE": "chibo.example", "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Valid configuration" in done.stdout + done.stderr


def commands() -> set[str]:
    return set(get_command(main.app).commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize("page", PAGES)
def test_every_command_and_setting_that_a_page_names_is_one(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    named = set(re.findall(r"python -m bot ([a-z]+)", text))
    assert named <= commands()
    settings = {name.upper() for name in Settings.model_fields}
    given = set(re.findall(r"\b([A-Z]+_[A-Z_]+)\b", text)) - {"POSTGRES_PASSWORD", "ROOT_CODE"}
    assert given <= settings, given - settings
    links = re.findall(r"\]\(([\w./-]+)\)", text)
    assert links
    assert [link for link in links if not (ROOT / "docs" / link).is_file()] == []


def test_the_page_of_running_names_what_keeps_an_office_going() -> None:
    text = (ROOT / "docs/running.md").read_text("utf-8")
    for word in ("backup", "restore", "check", "run", "units", "plan", "invite"):
        assert word in commands()
        assert f"python -m bot {word}" in text
    parts = re.findall(r"^## (.+)$", text, re.MULTILINE)
    wanted = [
        "Install",
        "The first admin",
        "Update",
        "Back up",
        "Restore",
        "Move to another machine",
        "Watch",
    ]
    assert parts[: len(wanted)] == wanted


def test_every_trouble_that_is_told_has_a_line_in_the_page_of_incidents() -> None:
    known = RecordingRenderer(ROOT / "templates", ZONE).codes()
    text = (ROOT / "docs/incident.md").read_text("utf-8")
    sentences = yaml.safe_load((ROOT / "templates/problems/watch.yaml").read_text("utf-8"))
    for code in (*sentences, "database_unreachable", "files_unwritable"):
        assert code in known
        assert f"| `{code}` |" in text
