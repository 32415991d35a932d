"""Real ways to ask find the answer that was meant in an office's file of 25; what is no question of it finds none."""

import pytest

from bot.enquiries.index import Index
from bot.enquiries.lexicon import read_lexicon
from bot.reading.asked_words import asks_something, looks_like_a_question
from tests.kit.enquiries import FOUND, HELD, HELD_NONE, NOT_FOUND, OFFICE
from tests.kit.places import TEMPLATES

LEXICON = read_lexicon(TEMPLATES / "enquiries" / "words.yaml")
INDEX = Index(LEXICON, [(one.question, *one.others) for one in OFFICE])


def first(text: str) -> int | None:
    found = INDEX.find(text)
    return found[0].place if found else None


def test_the_table_is_as_long_as_it_says() -> None:
    assert len(OFFICE) == 25
    assert len(FOUND) >= 40
    assert len(NOT_FOUND) >= 15


@pytest.mark.parametrize(("text", "place"), FOUND)
def test_what_is_meant_comes_first(text: str, place: int) -> None:
    assert first(text) == place


@pytest.mark.parametrize("text", NOT_FOUND + HELD_NONE)
def test_nothing_is_claimed_of_other_things(text: str) -> None:
    assert first(text) is None


def test_words_that_nothing_was_tuned_by_are_mostly_found_and_never_taken_for_another() -> None:
    found = [(text, first(text), place) for text, place in HELD]
    assert [one for one in found if one[1] not in (None, one[2])] == []
    assert sum(answer == place for _, answer, place in found) >= 26


def test_every_question_finds_itself_without_diacritics() -> None:
    for place, one in enumerate(OFFICE):
        assert first(one.question) == place
        assert first(" ".join(LEXICON.spelled_out(one.question))) == place


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        ("mat khua", "mat_khau"),  # crossed
        ("mat khaau", "mat_khau"),  # too much, and what a keyboard leaves that is off
        ("nghij quyet", "nghi_quyet"),
    ],
)
def test_one_mistake_in_a_longer_word_is_mended(text: str, thing: str) -> None:
    assert thing in INDEX._said(text)


def test_a_short_word_is_never_mended() -> None:
    assert "mat_khau" not in INDEX._said("mat khu")


@pytest.mark.parametrize(
    "text",
    [
        "mấy phút là đủ?",
        "lam sao dang nhap so tay",
        "nộp bằng ảnh đc ko ạ",
        "chuyển sinh hoạt cần giấy tờ gì",
        "họp xong phải làm thế nào vậy đồng chí",
        "the dang vien bi mat thi bao ai",
    ],
)
def test_questions_look_like_questions(text: str) -> None:
    assert looks_like_a_question(text)


@pytest.mark.parametrize(
    "text",
    [
        "vắng 3: 2 có phép, 1 không",
        "tôi nộp báo cáo rồi",
        "máy in hỏng",
        "đầu tháng tôi bận",
        "trời hôm nay đẹp quá",
        "linh tinh",
    ],
)
def test_statements_do_not(text: str) -> None:
    assert not asks_something(text)


def test_a_word_or_two_are_no_question_for_the_office() -> None:
    assert asks_something("sao?")
    assert not looks_like_a_question("sao thế?")
