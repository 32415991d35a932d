"""Whether a PDF made here will show every Vietnamese letter: which font stands for Times New Roman, and what it lacks."""

import shutil
import subprocess
import unicodedata
from dataclasses import dataclass

from bot.documents.converting import converter

WANTED = "Times New Roman"
SECONDS = 20
VOWELS = ("a", "a\u0306", "a\u0302", "e", "e\u0302", "i", "o", "o\u0302", "o\u031b", "u", "u\u031b", "y")
TONES = ("", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323")
SMALL = {unicodedata.normalize("NFC", vowel + tone) for vowel in VOWELS for tone in TONES} | {"\u0111"}
LETTERS = frozenset(letter for one in SMALL for letter in (one, one.upper()) if not letter.isascii())


@dataclass(frozen=True, slots=True)
class Font:
    """The font that is used for `WANTED`; `lacking`: the Vietnamese letters that it does not have, in order."""

    family: str
    lacking: str


def font_of_papers() -> Font | None:
    """None where no PDF is made here (LibreOffice is not installed), or nobody can be asked about fonts (no fontconfig)."""
    asker = shutil.which("fc-match")
    if asker is None or converter() is None:
        return None
    command = [asker, "-f", "%{family}|%{charset}", WANTED]
    try:
        told = subprocess.run(  # noqa: S603 - our own command, no shell
            command, capture_output=True, text=True, timeout=SECONDS, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    family, _, charset = told.partition("|")
    held = letters_in(charset)
    return Font(family.partition(",")[0], "".join(sorted(LETTERS - held)))


def letters_in(charset: str) -> frozenset[str]:
    """Those of the Vietnamese letters that stand in a character set as fontconfig writes it: "20-7e a0-17f 1ea0-1ef9"."""
    spans = []
    for part in charset.split():
        first, _, last = part.partition("-")
        spans.append((int(first, 16), int(last or first, 16)))
    return frozenset(one for one in LETTERS if any(first <= ord(one) <= last for first, last in spans))
