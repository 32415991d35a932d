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


SIGNS: dict[Courtesy, re.Pattern[str]] = {
    "thanks": re.compile("[🙏❤♥💐🌹🌷🌸🥰😍😊🙂😄😀🤝]|/-(?:heart|rose)"),
    "assent": re.compile("[👍👌🆗✅✔☑👏💪🫡]|/-(?:strong|ok)"),
}
"""Pictures that say so, and how Zalo writes two of its own."""
_BESIDE_SIGNS = re.compile("[\\s\U0001f3fb-\U0001f3ff\ufe0f\u200d]+")

ALIKE = frozenset(("vàng", "dược", "lâm", "lam"))
"""Names of people and places that are such a word but for their marks."""
NAMES_TOO = words_of("vang duoc")
"""Those that are names as well, as they are typed."""
NAMED = re.compile(rf"(?:dong chi|d c|dc) (?:{'|'.join(sorted(NAMES_TOO))})")


def read_courtesy(text: str) -> Courtesy | None:
    """None where anything else is said."""
    marked = re.findall(r"\w+", unicodedata.normalize("NFC", text).lower())
    if ALIKE.intersection(marked) or is_addressed(text):
        return None
    if shown := _read_signs(text):
        return shown
    words = fold(text).replace("cam on", "cam_on").split()
    left = {word for word in words if word not in AROUND}
    for kind, (heads, beside) in SAID.items():
        if left & heads and left <= heads | beside:
            return kind
    alone = words and not left and words[0] == "da"
    return "assent" if alone or says_received(text) else None


def is_addressed(text: str) -> bool:
    """ "Đồng chí Được": by that a courtesy that is a name as well is one."""
    return NAMED.fullmatch(fold(text)) is not None


def may_be_name(text: str) -> bool:
    """Whether a courtesy may as well be somebody's name: "Vang" without marks, "Được"."""
    whole = unicodedata.normalize("NFC", text).lower().strip(" .,!")
    return whole in NAMES_TOO or whole == "được"


def _read_signs(text: str) -> Courtesy | None:
    """Where nothing but such pictures was sent."""
    left, shown = text, [kind for kind, signs in SIGNS.items() if signs.search(text)]
    for signs in SIGNS.values():
        left = signs.sub("", left)
    return shown[0] if shown and not _BESIDE_SIGNS.sub("", left) else None
