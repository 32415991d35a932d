"""What is no sentence any more is looked through by no pattern: of thousands of blanks or commas one would never come to an end."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.calendar import Moment
from bot.meetings.held_line import read_held_line
from bot.reading.held_words import read_held_words
from bot.reading.moments import without_put_off, without_setting
from bot.reading.put_off_words import read_put_off
from bot.reading.second_thoughts import said_anew
from bot.reading.typed_commands import named_command

MOMENT = Moment(datetime(2026, 4, 2, 2, tzinfo=UTC), ZoneInfo("Asia/Ho_Chi_Minh"))


@pytest.mark.parametrize(
    "many", [" ", "\n", ",", ", ", ". ", "–", "🙏", "ạ ", "nhé ", "nha ", "nhờ em ", "25, "]
)
@pytest.mark.parametrize("begins", ["", "họp ", "hoãn ", "để sau "])
def test_it_says_nothing(begins: str, many: str) -> None:
    text = begins + many * (20_000 // len(many)) + "x"
    assert without_setting(text) == without_put_off(text) == text
    assert read_put_off(text) == said_anew(text) == named_command(text) == ""
    assert read_held_words(text) is None
    assert read_held_line(text, 28, MOMENT) is None


def test_what_is_polite_at_the_end_is_passed_over_however_often() -> None:
    assert read_put_off("hoãn" + " nha" * 150) == "other_day"
    assert read_put_off("hoãn" + " nha" * 150 + " x") == ""
