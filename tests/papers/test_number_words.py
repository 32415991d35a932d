"""Numbers in words, as the papers say them."""

from pathlib import Path

import pytest

from bot.papers.forms import numerals_of, read_paper_words
from bot.papers.number_words import Numerals, in_words
from bot.reading.words import read_number

FOLDER = Path(__file__).resolve().parent.parent.parent / "templates" / "documents"

TABLE = (
    (0, "không"),
    (1, "một"),
    (4, "bốn"),
    (5, "năm"),
    (10, "mười"),
    (11, "mười một"),
    (14, "mười bốn"),
    (15, "mười lăm"),
    (20, "hai mươi"),
    (21, "hai mươi mốt"),
    (24, "hai mươi bốn"),
    (25, "hai mươi lăm"),
    (55, "năm mươi lăm"),
    (91, "chín mươi mốt"),
    (100, "một trăm"),
    (101, "một trăm linh một"),
    (105, "một trăm linh năm"),
    (110, "một trăm mười"),
    (111, "một trăm mười một"),
    (115, "một trăm mười lăm"),
    (121, "một trăm hai mươi mốt"),
    (500, "năm trăm"),
    (555, "năm trăm năm mươi lăm"),
    (1000, "một nghìn"),
    (1005, "một nghìn không trăm linh năm"),
    (1015, "một nghìn không trăm mười lăm"),
    (1021, "một nghìn không trăm hai mươi mốt"),
    (1100, "một nghìn một trăm"),
    (2026, "hai nghìn không trăm hai mươi sáu"),
    (10_000, "mười nghìn"),
    (15_005, "mười lăm nghìn không trăm linh năm"),
    (21_000, "hai mươi mốt nghìn"),
    (100_000, "một trăm nghìn"),
    (105_050, "một trăm linh năm nghìn không trăm năm mươi"),
    (999_999, "chín trăm chín mươi chín nghìn chín trăm chín mươi chín"),
)


@pytest.fixture(scope="module")
def numerals() -> Numerals:
    return numerals_of(read_paper_words(FOLDER))


@pytest.mark.parametrize(("value", "said"), TABLE)
def test_numbers_are_said(numerals: Numerals, value: int, said: str) -> None:
    assert in_words(value, numerals) == said


@pytest.mark.parametrize("value", [-1, 1_000_000])
def test_what_is_too_large_has_no_words(numerals: Numerals, value: int) -> None:
    with pytest.raises(ValueError):
        in_words(value, numerals)


def test_what_is_written_is_read_back(numerals: Numerals) -> None:
    """The reader of a person's numbers understands every one up to 99,999 that is tried."""
    for value in [*range(1, 1300), *range(1300, 100_000, 977)]:
        assert read_number(in_words(value, numerals)) == value
