"""Words, and pictures, that want nothing."""

import pytest

from bot.reading.courtesy import Courtesy, read_courtesy


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("👍", "assent"),
        ("👍🏻 👍", "assent"),
        ("✅", "assent"),
        ("/-strong", "assent"),
        ("🙏🙏", "thanks"),
        ("❤️", "thanks"),
        ("/-heart /-rose", "thanks"),
        ("👍🙏", "thanks"),
        ("👍 25", None),
        ("🙏 xin phép vắng", None),
        ("😡", None),
        ("/-", None),
        ("", None),
    ],
)
def test_pictures_alone_say_what_they_mean(said: str, kind: Courtesy | None) -> None:
    assert read_courtesy(said) == kind
