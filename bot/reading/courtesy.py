"""Reads words that want nothing: a greeting, thanks, or that something has been understood."""

import re
import unicodedata
from typing import Literal

from bot.reading.words import fold, says_received, words_of

Courtesy = Literal["greeting", "thanks", "assent"]

AROUND = words_of("a da nhe nha thua em toi dong chi tro ly bot ban cac cho minh")
SAID: dict[Courtesy, tuple[frozenset[str], frozenset[str]]] = {
    "thanks": (
        frozenset(("cam_on", "thanks", "thank")),
        words_of("rat nhieu xin chan thanh trong vang ok you lam"),
    ),
    "greeting": (words_of("chao alo hello hi"), words_of("xin kinh buoi sang trua chieu")),
    "assent": (words_of("vang ok oke okie okay duoc u um uhm"), words_of("roi tot qua lam")),
}
"""Of each the words one of which is said, and those that may stand beside it."""


ALIKE = frozenset(("vàng", "dược", "lâm", "lam"))
"""Names of people and places that are such a word but for their marks."""


def read_courtesy(text: str) -> Courtesy | None:
    """None where anything else is said."""
    if ALIKE.intersection(re.findall(r"\w+", unicodedata.normalize("NFC", text).lower())):
        return None
    words = fold(text).replace("cam on", "cam_on").split()
    left = {word for word in words if word not in AROUND}
    for kind, (heads, beside) in SAID.items():
        if left & heads and left <= heads | beside:
            return kind
    alone = words and not left and words[0] == "da"
    return "assent" if alone or says_received(text) else None
