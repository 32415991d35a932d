"""docs/vi tells what stands on the screen: labels, commands, pictures; the secretary's page is one sheet."""

import re
import unicodedata
from pathlib import Path

import pytest
from pypdf import PdfReader

from handlers import COMMANDS
from tests.house.a4_page import PRINTED, SOURCE, print_page
from tests.kit.browser import chromium
from tests.kit.places import ROOT

GUIDES = sorted((ROOT / "docs" / "vi").glob("*.md"))
PICTURES = ROOT / "docs" / "vi" / "pictures"
NAMED_IN_WORDS = {"mở trợ lý để xem", "Văn phòng (quản trị)", "Xin lỗi đồng chí, trợ lý gặp lỗi"}
"""What is quoted and is no button: it stands word for word in some template."""
MOST_BYTES = 150_000

LABEL = re.compile(r"""(?:button|pick)\(\(?"([^"]+)\"""")
OTHERWISE = re.compile(r"""(?:if|else) \(?"([^"]+)\"""")


def stripped(label: str) -> str:
    """Without the picture in front or behind, and without what opens a list."""
    return re.sub(r"^\W+|\W+$", "", label)


def templates() -> str:
    files = (path for path in (ROOT / "templates").rglob("*") if path.suffix in {".html", ".yaml"})
    return "\n".join(path.read_text("utf-8") for path in files)


def labels() -> set[str]:
    """What stands on buttons of the talk, and on those of the web page."""
    text = templates()
    web = (ROOT / "templates" / "web" / "chat.html").read_text("utf-8")
    written = re.findall(r"<span>([^<]+)</span></button>|<button[^>]*data-do[^>]*>([^<]+)</button>", web)
    chosen = [
        label
        for line in text.splitlines()
        if re.search("button\\(|pick\\(", line)
        for label in OTHERWISE.findall(line)
    ]
    found = [*LABEL.findall(text), *chosen, *(one for pair in written for one in pair if one)]
    return {stripped(label) for label in found}


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_what_a_guide_quotes_stands_on_the_screen(guide: Path) -> None:
    text, known, everything = guide.read_text("utf-8"), labels(), templates()
    quoted = re.findall("“([^”]+)”", text)
    assert quoted
    assert {word for word in quoted if word not in NAMED_IN_WORDS and stripped(word) not in known} == set()
    assert all(word in everything or word == "Văn phòng (quản trị)" for word in NAMED_IN_WORDS)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_the_commands_of_a_guide_are_commands(guide: Path) -> None:
    named = re.findall(r"`(/\w+)", guide.read_text("utf-8"))
    assert named
    assert set(named) <= set(COMMANDS)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_a_guide_is_composed_and_its_links_lead_somewhere(guide: Path) -> None:
    text = guide.read_text("utf-8")
    assert unicodedata.is_normalized("NFC", text)
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert links
    assert [link for link in links if not (guide.parent / link).exists()] == []


def test_every_picture_is_shown_and_light() -> None:
    shown = {
        name for guide in GUIDES for name in re.findall(r"\(pictures/([^)]+)\)", guide.read_text("utf-8"))
    }
    assert shown == {path.name for path in PICTURES.iterdir()}
    assert [path.name for path in PICTURES.iterdir() if path.stat().st_size > MOST_BYTES] == []


def words_of(pdf: Path) -> list[str]:
    return " ".join(page.extract_text() for page in PdfReader(pdf).pages).split()


@pytest.mark.browser
def test_the_page_of_the_secretary_is_one_sheet(tmp_path: Path) -> None:
    with chromium() as browser:
        print_page(browser, tmp_path / "anew.pdf")
    sheet = PdfReader(tmp_path / "anew.pdf")
    assert len(sheet.pages) == 1
    assert (round(sheet.pages[0].mediabox.width), round(sheet.pages[0].mediabox.height)) == (595, 842)


def test_what_is_printed_says_what_the_page_says() -> None:
    """`make pictures` prints it anew."""
    assert len(PdfReader(PRINTED).pages) == 1
    printed = "".join(words_of(PRINTED))
    lines = [re.sub(r"\*\*|`|^[#>-]+ ", "", line) for line in SOURCE.read_text("utf-8").splitlines()]
    missing = [
        line for line in lines if line and not line.startswith("|") and "".join(line.split()) not in printed
    ]
    assert missing == []
