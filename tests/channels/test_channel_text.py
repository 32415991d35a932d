"""Long text cut into parts."""

import html
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.channels.text import plain_text, split_html, utf16_length

TAG = re.compile(r"<(/?)([a-z]+)[^<>]*>")
WORDS = "Đồng chí báo cáo kết quả sinh hoạt chuyên đề tháng này trước ngày hai mươi lăm. "


def tight(text: str) -> str:
    return "".join(text.split())


def assert_balanced(part: str) -> None:
    opened: list[str] = []
    for closing, name in TAG.findall(part):
        if closing:
            assert opened.pop() == name
        else:
            opened.append(name)
    assert opened == []
    # What is left of "<" and "&" once tags and entities are gone would be half a tag or half an entity.
    assert not re.search(r"[<>]|&(?!#?\w+;)", TAG.sub("", part))


said = st.text(
    st.one_of(st.sampled_from("aộ <>&\"'\n 😀\u00a0"), st.characters(codec="utf-8")), max_size=90
).map(html.escape)
pieces = st.one_of(said, st.sampled_from(["\n\n", "\n", " ", "&amp;", "&#128512;", "x" * 70]))
tags = st.sampled_from([("<b>", "</b>"), ("<i>", "</i>"), ('<a href="https://x.vn/?a=1&amp;b=2">', "</a>")])
trees = st.recursive(
    pieces,
    lambda inner: st.one_of(
        st.lists(inner, max_size=5).map("".join),
        st.tuples(tags, inner).map(lambda pair: pair[0][0] + pair[1] + pair[0][1]),
    ),
    max_leaves=25,
)


@given(trees, st.integers(64, 300))
@example("<b>" * 30 + "x" + "</b>" * 30, 64)
@example("😀" * 200, 65)
@example("<b>" + "\n\n" * 100 + "</b>", 64)
def test_parts_fit_are_balanced_and_lose_nothing(text: str, limit: int) -> None:
    parts = split_html(text, limit)
    assert all(len(part.encode("utf-16-le")) // 2 <= limit for part in parts)
    assert tight("".join(map(plain_text, parts))) == tight(plain_text(text))
    for part in parts:
        assert plain_text(part).strip()
        assert_balanced(part)


@given(trees)
def test_what_fits_stays_as_it_is(text: str) -> None:
    whole = text.strip(" \t\r\n")
    assert split_html(text, 100_000) == ([whole] if plain_text(whole).strip() else [])


@pytest.mark.parametrize(
    ("glue", "other"), [("\n\n", "\n"), ("\n\n", " "), ("\n \n", "\n"), ("\n", " "), (" ", "")]
)
def test_the_best_cut_is_taken(glue: str, other: str) -> None:
    first, second, third = "a" * 20, "b" * 20, "c" * 30
    assert split_html(f"{first}{other}{first}{glue}{second}{other}{third}", 80) == [
        f"{first}{other}{first}",
        f"{second}{other}{third}",
    ]


def test_a_heading_is_not_left_alone_though_a_blank_line_follows() -> None:
    lines = "\n".join(["c" * 30] * 4)
    assert split_html(f"Tiêu đề\n\n{lines}", 100)[0] == "Tiêu đề\n\n" + "\n".join(["c" * 30] * 2)


def test_open_tags_are_closed_and_opened_again() -> None:
    text = f'<b>{"a" * 30} <a href="u">{"b" * 40}</a></b>'
    assert split_html(text, 70) == [
        f"<b>{'a' * 30}</b>",
        f'<b><a href="u">{"b" * 40}</a></b>',
    ]
    parts = split_html(f'<b><a href="u">{"x" * 100}</a></b>', 64)
    assert [part.count("x") for part in parts] == [41, 41, 18]
    assert all(part.startswith('<b><a href="u">x') and part.endswith("x</a></b>") for part in parts)


def test_a_tag_that_ends_at_the_cut_is_not_opened_again() -> None:
    text = f"<b>{'a' * 50}\n</b>{'b' * 50}"
    assert split_html(text, 64) == [f"<b>{'a' * 50}</b>", "b" * 50]


def test_units_outside_the_first_plane_count_twice() -> None:
    assert utf16_length("a😀ộ") == 4
    assert split_html("😀" * 40, 64) == ["😀" * 32, "😀" * 8]


def test_an_entity_is_never_cut() -> None:
    assert split_html("x" * 62 + "&amp;y", 64) == ["x" * 62, "&amp;y"]


def test_a_non_breaking_space_holds_together() -> None:
    text = "a" * 40 + " " + "25\u00a0đồng\u00a0chí" + " " + "b" * 20
    assert split_html(text, 64) == ["a" * 40 + " 25\u00a0đồng\u00a0chí", "b" * 20]


def test_words_outlive_markup_that_leaves_no_room() -> None:
    text = f'<a href="{"u" * 100}">a &lt; b</a>'
    assert split_html(text, 64) == ["a &lt; b"]


def test_markup_that_closes_nothing_is_left_out_of_a_cut_text() -> None:
    parts = split_html(f"{'a' * 60}</i> <b>{'b' * 60}", 70)
    assert parts == ["a" * 60, f"<b>{'b' * 60}</b>"]


@pytest.mark.parametrize("text", ["", " \n\t", "<b> </b>", "<b></b>"])
def test_blank_text_makes_no_part(text: str) -> None:
    assert split_html(text, 4096) == []


def test_a_limit_too_small_for_any_markup_is_refused() -> None:
    with pytest.raises(ValueError, match="64"):
        split_html(WORDS, 63)


def test_a_long_real_text() -> None:
    text = "\n\n".join(f"<b>Mục {n}</b>\n{WORDS * 3}" for n in range(60))
    parts = split_html(text, 4096)
    assert len(parts) == 4
    assert all(part.startswith("<b>Mục ") and part.endswith(".") for part in parts)
    assert sum(utf16_length(part) for part in parts[:-1]) > 3 * 3600


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<b>a</b> &lt;b&gt; &amp;amp; &quot;&#39;&#x1F600;", "a <b> &amp; \"'😀"),
        ('<a href="https://x.vn">xem</a>', "xem"),
        ("5 < 6 & 7 > 2 &copy &unknown;", "5 < 6 & 7 > 2 &copy &unknown;"),
    ],
)
def test_plain(text: str, expected: str) -> None:
    assert plain_text(text) == expected
