"""Whether a PDF made here will show every Vietnamese letter: which font stands for Times New Roman, and what it lacks."""

import shutil
import subprocess
import unicodedata
from dataclasses import dataclass

from bot.papers.converting import find_converter

WANTED = "Times New Roman"
SECONDS = 20
MARKS = {"BREVE": "a", "CIRCUMFLEX ACCENT": "aeo", "HORN": "ou", "": "aeiouy"}
TONES = ("", "GRAVE ACCENT", "ACUTE ACCENT", "HOOK ABOVE", "TILDE", "DOT BELOW")


def _combining(name: str) -> str:
    return unicodedata.lookup(f"COMBINING {name}") if name else ""


def _letters() -> frozenset[str]:
    vowels = {
        unicodedata.normalize("NFC", vowel + _combining(mark) + _combining(tone))
        for mark, bases in MARKS.items()
        for vowel in bases
        for tone in TONES
    }
    small = {*vowels, unicodedata.lookup("LATIN SMALL LETTER D WITH STROKE")}
    return frozenset(letter for one in small for letter in (one, one.upper()) if not letter.isascii())


LETTERS = _letters()


@dataclass(frozen=True, slots=True)
class Font:
    """The font that is used for `WANTED`; `lacking`: the Vietnamese letters that it does not have, in order."""

    family: str
    lacking: str


def font_of_papers() -> Font | None:
    """None where no PDF is made here (LibreOffice is not installed), or nobody can be asked about fonts (no fontconfig)."""
    asker = shutil.which("fc-match")
    if asker is None or find_converter() is None:
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
