"""Whatever a text of this house calls by its path or module is there: nothing of a former name stands in code, docs or templates."""

import re
from pathlib import Path

import pytest

from tests.kit.places import ROOT

FOLDERS = ("bot", "handlers", "schedules", "templates", "tests", "docs", "benchmarks")
PATHS = re.compile(rf"(?<![\w./-])((?:{'|'.join(FOLDERS)})/[\w./-]*\w)")
MODULES = re.compile(r"(?<![\w./-])((?:bot|handlers|schedules|tests)(?:\.[a-z_]+)+)\b")
TEXTS = {".md", ".yaml", ".html", ".toml", ".css", ".js"}
MOVED_ON = ROOT / "bot" / "migrations" / "versions"
"""Migrations speak of what was."""


def texts() -> list[Path]:
    found = [
        path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.suffix in {*TEXTS, ".py"}
    ]
    return sorted({*found, ROOT / "README.md", ROOT / "Makefile", ROOT / "pyproject.toml"})


def exists(path: str) -> bool:
    return (ROOT / path).exists() or next(iter(ROOT.glob(f"{path}*")), None) is not None


def is_module(name: str) -> bool:
    """Whether its longest part that is a module has the rest of it."""
    parts = name.split(".")
    for count in range(len(parts), 0, -1):
        base = ROOT.joinpath(*parts[:count])
        source = base.with_suffix(".py") if base.with_suffix(".py").is_file() else base / "__init__.py"
        if count == len(parts) and (base.is_dir() or source.is_file()):
            return True
        if source.is_file() and count > 1:
            return re.search(rf"\b{parts[count]}\b", source.read_text("utf-8")) is not None
    return False


def former_names(path: Path) -> list[str]:
    text = path.read_text("utf-8")
    found = [name for name in PATHS.findall(text) if not exists(name)]
    if path.suffix in TEXTS:
        found += [name for name in MODULES.findall(text) if not is_module(name)]
    return found


def test_paths_and_modules_that_are_named_exist() -> None:
    wrong = {
        str(path.relative_to(ROOT)): found
        for path in texts()
        if MOVED_ON not in path.parents and (found := former_names(path))
    }
    assert wrong == {}


@pytest.mark.parametrize(
    "text", ["see bot/" + "domain/apart.py", "`python -m bot.documents`", "bot.web.app.build"]
)
def test_a_former_name_is_found(tmp_path: Path, text: str) -> None:
    page = tmp_path / "page.md"
    page.write_text(text, "utf-8")
    assert former_names(page)
