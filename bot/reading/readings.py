"""Which of a topic's documents are there to be read."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.reading.words import fold

BACKDROP = ("ma ket", "maket", "mau ma ket", "phong", "mau phong")
"""The type of a document that is none, folded."""


def documents_to_read(documents: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those of a topic's documents that are there to be read: a plan may list the backdrop (ma két) among them, which the
    preparations give as a text of its own."""
    return [one for one in documents if fold(str(one.get("type", ""))) not in BACKDROP]
