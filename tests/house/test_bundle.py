"""What installs without the internet: built here, put into an empty place in a network that leads nowhere, started there."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bundle.build import HERE, PLATFORMS, PROGRAM, PYTHONS, build, wanted, write_hashes
from tests.kit.places import ROOT

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
REQUIREMENTS = (ROOT / "requirements.txt").read_text("utf-8")

TRIAL = """
import fcntl, socket, struct, subprocess, sys, time, urllib.error, urllib.request
with socket.socket() as one:  # a new network has nothing but its own loopback, which is down
    fcntl.ioctl(one, 0x8914, struct.pack("16sH14x", b"lo", 0x41))
    one.bind(("127.0.0.1", 0))
    port = one.getsockname()[1]
try:
    socket.create_connection(("192.0.2.1", 80), 5).close()
    sys.exit("there is a network")
except OSError:
    pass
subprocess.run(["sh", sys.argv[1] + "/install.sh", "--no-service", sys.argv[2]], check=True)
settings = {"PATH": "/usr/bin:/bin", "LISTEN": f"127.0.0.1:{port}"}
program = subprocess.Popen([".venv/bin/python", "-m", "bot", "run"], cwd=sys.argv[2], env=settings)
try:
    end = time.monotonic() + 300
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=10) as answer:
                print("livez", answer.status)
                break
        except urllib.error.URLError:
            if program.poll() is not None or time.monotonic() > end:
                sys.exit("the program did not start")
            time.sleep(0.1)
finally:
    program.terminate()
    program.wait()
print("ended", program.returncode)
"""


STANDS_IN = """#!/bin/sh
case "$*" in
  "-m venv --clear "*) echo venv >>"$CALLS"; rm -rf "$4"; mkdir -p "$4/bin"; cp "$0" "$4/bin/python"; echo "version = $VERSION" >"$4/pyvenv.cfg" ;;
  "-m pip install "*) echo pip >>"$CALLS"; exit "$PIP_ENDS" ;;
  *python_version*) echo "$VERSION" ;;
esac
"""
"""For Python: it writes down what it is called for, and does nothing of it."""


def install(bundle: Path, target: Path) -> "subprocess.CompletedProcess[str]":
    """By root in a network of its own; user and group are those of this process there.

    pip compiles nothing ahead: what the program reads of its packages, it compiles when it starts.
    """
    return subprocess.run(
        ["unshare", "--net", "--map-root-user", sys.executable, "-c", TRIAL, str(bundle), str(target)],
        env={
            "PATH": "/usr/bin:/bin",
            "HOME": str(target.parent),
            "PYTHON": sys.executable,
            "PIP_COMPILE": "0",
        },
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.long
@pytest.mark.process
def test_the_linux_half_installs_migrates_and_answers_without_a_network(tmp_path: Path) -> None:
    target = tmp_path / "chibo"
    folder = build(tmp_path, ["linux"], [PYTHON])
    done = install(folder, target)
    assert done.returncode == 0, done.stdout + done.stderr
    said = done.stdout
    assert "Cơ sở dữ liệu đã ở bản mới nhất." in said
    assert "Mọi thứ đều đúng" in said
    assert "livez 200\nended 0" in said
    assert (target / "data").stat().st_mode & 0o777 == 0o700
    assert (target / ".env").stat().st_mode & 0o777 == 0o600

    # A newer one over it: what people have said stays, and a copy of it was made before anything was replaced.
    (target / ".env").write_text("LOG_LEVEL=WARNING\n")
    (target / "bot" / "gone.py").write_text("")
    again = install(folder, target)
    assert again.returncode == 0, again.stdout + again.stderr
    assert (target / ".env").read_text() == "LOG_LEVEL=WARNING\n"
    assert not (target / "bot" / "gone.py").exists()
    assert len(list((target / "data").glob("before-*.tar"))) == 1


@pytest.mark.process
def test_a_damaged_bundle_is_refused_before_anything_is_touched(tmp_path: Path) -> None:
    folder = build(tmp_path, ["linux"], [])
    with (folder / "templates" / "words.yaml").open("ab") as harmed:
        harmed.write(b"#")
    done = install(folder, tmp_path / "chibo")
    assert done.returncode != 0
    assert "! Thư mục cài bị thiếu hoặc hỏng tệp: chép lại từ bản gốc." in done.stderr
    assert not (tmp_path / "chibo").exists()


@pytest.mark.process
def test_packages_are_installed_anew_where_they_or_python_have_changed(tmp_path: Path) -> None:
    folder, target, calls = tmp_path / "bundle", tmp_path / "chibo", tmp_path / "calls"
    for name in ("bot", "handlers", "schedules", "templates"):
        (folder / name).mkdir(parents=True)
    for name in ("bundle/install.sh", "requirements.txt", ".env.example"):
        shutil.copy(ROOT / name, folder)
    (folder / "VERSION").write_text("1\n")
    write_hashes(folder)
    python = tmp_path / "python"
    python.write_text(STANDS_IN)
    python.chmod(0o700)

    def called(version: str = "3.11.2", pip_ends: int = 0) -> list[str]:
        calls.write_text("")
        done = subprocess.run(
            ["sh", str(folder / "install.sh"), "--no-service", str(target)],
            env={
                "PATH": "/usr/bin:/bin",
                "PYTHON": str(python),
                "CALLS": str(calls),
                "VERSION": version,
                "PIP_ENDS": str(pip_ends),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == pip_ends, done.stdout + done.stderr
        return calls.read_text().split()

    assert called() == ["venv", "pip"]
    assert called() == []
    assert called("3.11.3") == ["venv", "pip"]
    (target / ".venv" / "requirements.txt").write_text("alembic==1.0\n")
    assert called("3.11.3") == ["venv", "pip"]
    assert called("3.11.3") == []
    assert called("3.13.1", pip_ends=1) == ["venv", "pip"]
    assert called("3.13.1") == ["venv", "pip"]
    assert called("3.13.1") == []


def test_each_half_takes_the_packages_of_its_own_system() -> None:
    def names(platform: str) -> set[str]:
        return {line.split("==")[0] for line in wanted(REQUIREMENTS, platform, "3.13")}

    assert names("windows") - names("linux") == {"colorama"}
    assert names("linux") <= names("windows")
    assert all(
        " ; " not in line and "--hash=sha256:" in line for line in wanted(REQUIREMENTS, "windows", "3.11")
    )


def test_the_hashes_name_every_file(tmp_path: Path) -> None:
    (tmp_path / "bot").mkdir()
    (tmp_path / "bot" / "one.py").write_text("1")
    (tmp_path / "hai.txt").write_text("2")
    write_hashes(tmp_path)
    assert re.findall(r"^[0-9a-f]{64}  (\S+)$", (tmp_path / "SHA256SUMS").read_text(), re.MULTILINE) == [
        "bot/" + "one.py",
        "hai.txt",
    ]


def test_the_bundle_holds_what_the_program_needs() -> None:
    image = (ROOT / "Containerfile").read_text("utf-8")
    assert set(re.findall(r"^COPY (\S+) ", image, re.MULTILINE)) <= set(PROGRAM)
    assert {path.name for path in (ROOT / "bundle").iterdir() if path.is_file()} == {*HERE, "build.py"}


def script(name: str) -> str:
    return (ROOT / "bundle" / name).read_text("utf-8-sig")


@pytest.mark.parametrize("name", ["install.ps1", "service.ps1"])
def test_windows_reads_the_scripts_as_they_are_written(name: str) -> None:
    """No PowerShell runs here: what would break such a script in silence is looked for."""
    raw = (ROOT / "bundle" / name).read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")  # else Windows PowerShell takes it for its own code page
    bare = re.sub(r"(?m)(^|\s)#.*$", "", script(name))
    strings = re.findall(r"'(?:[^'\n])*'|\"(?:[^\"\n])*\"", bare)
    assert [
        text for text in strings if text[0] == '"' and re.search("[“”„]", text)
    ] == []  # they end a string there
    rest = re.sub(r"'(?:[^'\n])*'|\"(?:[^\"\n])*\"", "", bare)
    assert not re.search("['\"“”‘’]", rest)
    for opened, closed in ("()", "{}", "[]"):
        assert rest.count(opened) == rest.count(closed), opened
    assert "&&" not in rest  # Windows PowerShell 5.1 has none
    called = set(re.findall(r"^\s*(?:& )?([A-Z]\w+-\w+)", rest, re.MULTILINE))
    own = set(re.findall(r"^function ([\w-]+)", rest, re.MULTILINE))
    assert called - own <= {
        *("Write-Host", "New-Item", "Set-Location", "Remove-Item", "Copy-Item", "Register-ScheduledTask"),
        *("Disable-ScheduledTask", "Enable-ScheduledTask", "Start-ScheduledTask", "Stop-ScheduledTask"),
        *("Get-Process", "Start-Sleep"),
    }
    assert own <= called | set(re.findall(r"(?:= |-not \()([A-Z]\w+-\w+)", rest))


@pytest.mark.parametrize(
    ("name", "wheels"), [("install.sh", "wheels/linux"), ("install.ps1", r"wheels\windows")]
)
def test_both_scripts_do_the_same_steps_and_fetch_nothing(name: str, wheels: str) -> None:
    text = script(name)
    for word in ("--no-index", "--find-links", "--require-hashes", "--only-binary", wheels, "SHA256SUMS"):
        assert word in text, word
    assert re.findall(r"(\d)/6", text)[0] == "1"
    assert set(re.findall(r"(\d)/6", text)) == set("123456")
    assert not re.search(r"https?://|curl|wget|Invoke-WebRequest|apt-get", text)
    copied = ("bot", "handlers", "schedules", "templates", "requirements.txt", ".env.example", "VERSION")
    assert all(one in text for one in copied)
    order = [
        text.index(word)
        for word in ("backup", "--clear", "migrate", "'check'" if "ps1" in name else "bot check")
    ]
    assert order == sorted(order)
    for python in PYTHONS:
        assert python.replace("3.", "") in re.sub(r"3\.1\[123\]", "11 12 13", text)


def test_every_place_that_the_scripts_name_is_in_the_bundle() -> None:
    there = {*HERE, *PROGRAM, "SHA256SUMS", "VERSION", "wheels"}
    for name in ("install.sh", "install.ps1"):
        named = re.findall(r"\$here/([\w.-]+)|\$Here\\([\w.-]+)", script(name))
        found = {one or other for one, other in named} - {"$Name"}
        assert found
        assert found <= there
    assert set(PLATFORMS) == {"linux", "windows"}


def test_the_page_takes_the_service_from_the_bundle() -> None:
    page = (ROOT / "docs/running.md").read_text("utf-8")
    assert "sed 's#@TARGET@#/srv/chibo/app#' bundle/chibo.service" in page
    unit = script("chibo.service")
    for line in ("WorkingDirectory=@TARGET@", "ReadWritePaths=@TARGET@/data", "Restart=always", "User=chibo"):
        assert f"\n{line}\n" in unit
    assert "make bundle" in page
