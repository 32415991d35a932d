"""Our words are spelt one way, one thing has one word, and words about buttons are left out where there are none."""

import re
from collections.abc import Iterator
from pathlib import Path

from bot.channels.typed import say_instead
from bot.wording import read_words
from tests.kit.places import ROOT

TEMPLATES = ROOT / "templates"
OLD_TONES = re.compile(r"(?:(?<!q)u[ỳýỷỹỵ]|o[àáảãạèéẻẽẹ])\b", re.IGNORECASE)
"""The mark on the second vowel where it belongs on the first: "huỷ" for "hủy", "khoá" for "khóa"; "quý" is right."""
ONE_WORD = {
    "Tiếp tục họp": "Họp tiếp",
    "người trông máy chủ": "người quản trị kỹ thuật",
}
"""What was said in two ways, and how it is said."""
QUOTED = re.compile(r"“[^”]*”|<[^<>]*>")


def lines(*besides: str) -> Iterator[tuple[str, str]]:
    """Every line of our words without what is told to programmers alone; `besides`: folders that are passed over."""
    for path in sorted(TEMPLATES.rglob("*")):
        name = path.relative_to(TEMPLATES)
        if path.suffix not in {".html", ".yaml", ".txt"} or name.parts[0] in besides:
            continue
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            told = re.sub(r"\{#.*?#\}", "", line)
            if not told.lstrip().startswith("#"):
                yield f"{name.as_posix()}:{number}", told


def guides() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "docs" / "vi").glob("*.md")):
        yield from ((path.name, line) for line in path.read_text("utf-8").splitlines())


def test_tones_stand_where_they_belong() -> None:
    """People write it either way and are read either way (templates/enquiries/words.yaml)."""
    found = [f"{place} {line}" for place, line in [*lines(), *guides()] if OLD_TONES.search(line)]
    assert found == []


def test_one_thing_has_one_word() -> None:
    found = [
        f"{place}: {said}, not {two}"
        for place, line in [*lines(), *guides()]
        for two, said in ONE_WORD.items()
        if two.lower() in line.lower()
    ]
    assert found == []


def test_pages_are_turned_by_the_same_two_labels() -> None:
    turned = [
        (place, label)
        for place, line in lines("web")
        for label in re.findall(r"""\b(?:button|pick)\("([^"]*\b(?:Trang|Kỳ) (?:trước|sau)[^"]*)\"""", line)
    ]
    assert len(turned) > 20
    assert {label for _, label in turned} == {"⬅️ Trang trước", "Trang sau ➡️", "⬅️ Kỳ trước", "Kỳ sau ➡️"}


def test_no_button_is_spoken_of_where_there_is_none() -> None:
    instead = tuple(read_words(Path(TEMPLATES, "talk", "typed.yaml"))["instead"].items())
    passed_over = ("web", "demo", "cli", "documents", "talk/typed.yaml", "talk/smtp.yaml")
    left = [
        f"{place} {said}"
        for place, line in lines("web", "demo", "cli", "documents")
        if not place.startswith(passed_over) and "workbook.yaml" not in place
        if re.search(
            r"\b(?:bấm|nhấn|nút)\b", QUOTED.sub("", said := say_instead(line, instead)), re.IGNORECASE
        )
    ]
    assert left == []


def test_a_title_for_each_unit_never_shows_its_empty_place() -> None:
    """A demand's title may have a place for the unit's name ("Chuyển báo cáo của {unit}"); a duty's has been filled in."""
    left = [
        f"{place} {line}"
        for place, line in lines()
        if re.search(r"(?<!duty\.)\bdemand\.title\b", line) and "{unit}" not in line
    ]
    assert left == []


def test_every_command_of_the_menu_is_explained_in_the_help() -> None:
    menu = read_words(TEMPLATES / "talk" / "commands.yaml")
    helped = (TEMPLATES / "talk" / "help.html").read_text("utf-8")
    assert [name for name in menu if f"/{name} – " not in helped] == ["trogiup"]


def test_a_plan_calls_the_kinds_and_sectors_of_units_as_their_list_does() -> None:
    plan = read_words(TEMPLATES / "plans" / "workbook.yaml")["lists"]
    units = read_words(TEMPLATES / "words.yaml")["units"]
    assert plan["kinds"] == {**units["kinds"], "any": "Tất cả"}
    assert plan["sectors"] == units["sectors"]


def test_the_agendas_that_everybody_has_call_nobody_a_cell() -> None:
    """They serve a committee too, where its plan names none of its own."""
    default = ("agendas/regular.yaml", "agendas/thematic.yaml")
    assert [line for place, line in lines() if place.startswith(default) and "chi bộ" in line.lower()] == []


def test_no_word_stands_twice_in_a_row() -> None:
    """ "Đảng bộ bộ phận" alone is called so."""
    twice = re.compile(r"\b([^\W\d_]+) \1\b", re.IGNORECASE)
    found = [
        f"{place} {word[0]}"
        for place, line in [*lines(), *guides()]
        for word in twice.finditer(re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "§", line))
        if word[0].lower() != "bộ bộ"
    ]
    assert found == []
