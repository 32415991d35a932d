"""`make bundle`: a folder that installs the program without the internet, on Linux and on Windows.

It holds the program, the packages for each Python named, the hashes of all of it, and the scripts that install it.
Packages come from wherever this machine's pip is set up to fetch them, by the hashes of requirements.txt.
"""

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from packaging.markers import Marker

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = ("bot", "handlers", "schedules", "templates", "requirements.txt", ".env.example", "LICENSE")
HERE = ("install.sh", "install.ps1", "service.ps1", "run.cmd", "chibo.service", "HUONG-DAN.txt")
PYTHONS = ("3.11", "3.12", "3.13")
"""Debian 12, Ubuntu 24.04, Debian 13 as they come; Windows takes any."""
PLATFORMS: Mapping[str, Sequence[str]] = {
    "linux": ["manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64", "manylinux1_x86_64"],
    "windows": ["win_amd64"],
}
"""glibc 2.28 and newer: Debian 10, Ubuntu 20.04, RHEL 8."""


def there(platform: str, python: str) -> dict[str, str]:
    """What the marks of requirements.txt are held against, where the packages will be installed."""
    windows = platform == "windows"
    return {
        "os_name": "nt" if windows else "posix",
        "sys_platform": "win32" if windows else "linux",
        "platform_system": "Windows" if windows else "Linux",
        "platform_machine": "AMD64" if windows else "x86_64",
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
        "python_version": python,
        "python_full_version": f"{python}.0",
    }


def wanted(requirements: str, platform: str, python: str) -> Iterator[str]:
    """The entries of requirements.txt that are needed there, without their marks: pip would hold those against this machine."""
    for entry in re.split(r"\n(?=[a-z])", requirements):
        first, _, rest = entry.partition("\n")
        name, _, mark = first.rstrip(" \\").partition(" ; ")
        if not mark or Marker(mark).evaluate(there(platform, python)):
            yield f"{name} \\\n{rest}"


def fetch(into: Path, platform: str, python: str) -> None:
    """Raises CalledProcessError where a package has no wheel for that platform."""
    text = (ROOT / "requirements.txt").read_text("utf-8")
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.write("\n".join(wanted(text, platform, python)))
        file.flush()
        kinds = [word for tag in PLATFORMS[platform] for word in ("--platform", tag)]
        command = [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"),
            *("--require-hashes", "--only-binary", ":all:", "--python-version", python, *kinds),
            *("--dest", str(into), "-r", file.name),
        ]
        subprocess.run(command, check=True)  # noqa: S603 - our own command, no shell


def copy_program(into: Path) -> None:
    for name in PROGRAM:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, into / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, into / name)
    for name in HERE:
        shutil.copy(ROOT / "bundle" / name, into / name)


def write_hashes(folder: Path) -> None:
    """A line a file, as sha256sum reads it."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n"
        for path in files
    ]
    (folder / "SHA256SUMS").write_text("".join(lines), "utf-8", newline="\n")


def build(where: Path, platforms: Sequence[str], pythons: Sequence[str]) -> Path:
    """Answers the folder, anew under `where`."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    folder = where / f"tro-ly-chi-bo-{version}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    copy_program(folder)
    (folder / "VERSION").write_text(f"{version}\n", "utf-8")
    for platform in platforms:
        for python in pythons:
            fetch(folder / "wheels" / platform, platform, python)
    write_hashes(folder)
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("where", type=Path)
    parser.add_argument("--platform", action="append", choices=list(PLATFORMS))
    parser.add_argument("--python", action="append")
    given = parser.parse_args()
    folder = build(given.where, given.platform or list(PLATFORMS), given.python or PYTHONS)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"{folder}: {size / 2**20:.0f} MiB")


if __name__ == "__main__":
    main()
