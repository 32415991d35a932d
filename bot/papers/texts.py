"""How single facts are written in the papers: notes as paragraphs, counts, shares, text that a document can hold."""

import re
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

ILLEGAL = re.compile("[^\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u007f-\u0084\u0086-\u009f]")
"""What XML cannot hold, or should not."""


def text_lines(texts: Iterable[str]) -> list[str]:
    """Each text as paragraphs; its first one with a dash, unless it has one."""
    found: list[str] = []
    for text in texts:
        parts = [part.strip() for part in clean_text(text).splitlines() if part.strip()]
        if parts and parts[0][0] not in "-–+•":
            parts[0] = f"- {parts[0]}"
        found += parts
    return found


def two_digits(number: int | None) -> str | None:
    """Papers write counts below ten with a nought before them."""
    return None if number is None else f"{number:02}" if number else "0"


def percent_text(ratio: Fraction | None) -> str | None:
    """To a tenth, as the chat shows it."""
    return None if ratio is None else f"{float(ratio) * 100:.1f}%".replace(".", ",").replace(",0%", "%")


def clean_text(value: Any) -> Any:
    """`value` with every text in it free of characters that a document cannot hold."""
    if isinstance(value, str):
        return ILLEGAL.sub("", value.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    if isinstance(value, list):
        return [clean_text(one) for one in value]
    if isinstance(value, dict):
        return {key: clean_text(one) for key, one in value.items()}
    return value
