"""`check` looks whether a PDF made on this machine will show every Vietnamese letter."""

import shutil
from pathlib import Path

import pytest

from bot.commands.check import check_installation
from bot.papers import fonts
from bot.papers.fonts import LETTERS, Font, font_of_papers, letters_in
from bot.problems import Rejected
from bot.settings import Settings
from bot.store.db import connect_database
from bot.store.schema import migrate_schema
from bot.talk.render import Renderer
from tests.kit.places import ROOT, ZONE

WHOLE = "20-7e a0-36f 1ea0-1ef9"
LATIN_ONLY = (
    "20-7e a0-17f 192 1fa-1ff"  # the serif of Debian's fonts-liberation: no ơ, ư and nothing of 1EA0 to 1EF9
)


def machine(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, charset: str, office: bool = True, script: str = ""
) -> None:
    """A machine whose fontconfig answers so."""
    monkeypatch.setenv("PATH", str(folder))
    programs = {"fc-match": script or f"printf '%s' 'Liberation Serif,Liberation|{charset}'"}
    if office:
        programs["soffice"] = "exit 0"
    for name, words in programs.items():
        (folder / name).write_text(f"#!/bin/sh\n{words}\n")
        (folder / name).chmod(0o755)


def test_there_are_as_many_letters_as_the_language_has() -> None:
    assert (
        len(LETTERS) == 2 * 67
    )  # twelve vowels with five tones each, seven letters of their own, both cases
    assert letters_in(WHOLE) == LETTERS
    assert letters_in("") == frozenset()
    assert letters_in("e0 1ef9") == frozenset("àỹ")


def test_a_font_with_all_letters_is_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine(tmp_path, monkeypatch, charset=WHOLE)
    assert font_of_papers() == Font("Liberation Serif", "")


def test_a_font_without_them_is_told_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine(tmp_path, monkeypatch, charset=LATIN_ONLY)
    database = f"sqlite:///{tmp_path}/a.db"
    db = connect_database(database)
    migrate_schema(db)
    db.close()
    settings = Settings(_env_file=None, database_url=database, files_url=f"file://{tmp_path}/files")
    render = Renderer(ROOT / "templates", ZONE)
    with pytest.raises(Rejected) as raised:
        check_installation(settings, ROOT, render)
    [problem] = raised.value.problems
    said = render.sentence(problem.code, problem.facts)
    assert said.startswith("Bản PDF sẽ thiếu chữ: phông Liberation Serif không có ")
    assert "fonts-liberation2" in said
    machine(tmp_path, monkeypatch, charset=WHOLE)
    assert check_installation(settings, ROOT, render)["database"] == "sqlite"


@pytest.mark.parametrize("lack", ["office", "fontconfig", "answer"])
def test_where_no_pdf_is_made_or_nobody_can_be_asked_nothing_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lack: str
) -> None:
    machine(
        tmp_path,
        monkeypatch,
        charset=LATIN_ONLY,
        office=lack != "office",
        script="exit 1" if lack == "answer" else "",
    )
    if lack == "fontconfig":
        (tmp_path / "fc-match").unlink()
    assert font_of_papers() is None


@pytest.mark.skipif(shutil.which("fc-match") is None, reason="fontconfig is not installed")
def test_this_machines_own_answer_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "find_converter", lambda: "soffice")
    found = font_of_papers()
    assert found is not None
    assert found.family
    assert set(found.lacking) <= LETTERS
