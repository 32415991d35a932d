"""Reads a typed command: the slash of any keyboard, capitals, the bot's name, a comma, marks that a keyboard has put in."""

import difflib
import re
from collections.abc import Collection
from dataclasses import dataclass

from bot.reading.words import fold

SLASHES = "/／⁄∕\\"
BETWEEN = " \t\n,.:;!?=-–—_…。，：！？"
WRITTEN = re.compile(
    rf"\s*[{re.escape(SLASHES)}]\s*(?P<word>[^\s@{re.escape(BETWEEN)}]+)(?:@\S*)?(?P<rest>.*)", re.DOTALL
)
LONGEST = 3
"""A command may be written as so many words: "/tháng này" for "/thangnay"."""
LIKENESS = 0.8


@dataclass(frozen=True, slots=True)
class Command:
    """`name` as the table of commands has it ("/start"), or as typed where it is none of them; `rest` is what follows."""

    name: str
    rest: str = ""


def read_command(text: str, known: Collection[str]) -> Command | None:
    """The command that a text is meant as; None for a text that does not begin with a slash. `known`: "/start", "/hop"…"""
    found = WRITTEN.fullmatch(text)
    if found is None:
        return None
    word, rest = fold(found["word"]).replace(" ", ""), found["rest"].strip(BETWEEN)
    return _whole(word, rest, known) or _glued(found["word"], rest, known) or _alike(word, rest, known)


def read_bare_command(text: str, known: Collection[str]) -> str:
    """The command whose name alone is typed without its slash: "tinh hinh", "Việc tháng này" is none; "" for anything else."""
    name = "/" + fold(text).replace(" ", "")
    return name if name in known else ""


def _whole(word: str, rest: str, known: Collection[str]) -> Command | None:
    """The word itself, or with the next ones where somebody writes it as two: "/tháng này"."""
    if f"/{word}" in known:
        return Command(f"/{word}", rest)
    words, joined = rest.split(), word
    for count, more in enumerate(words[: LONGEST - 1], 1):
        joined += fold(more).replace(" ", "")
        if f"/{joined}" in known:
            return Command(f"/{joined}", " ".join(words[count:]))
    return None


def _glued(word: str, rest: str, known: Collection[str]) -> Command | None:
    """ "/startABCD-EFGH": the space before the code is missing."""
    start = "/start"
    if start in known and fold(word).startswith("start"):
        return Command(start, f"{word[len(start) - 1 :]} {rest}".strip())
    return None


def _alike(word: str, rest: str, known: Collection[str]) -> Command:
    """A slip of a letter, also one that a Vietnamese keyboard makes ("/stảt"), where only one command is that near."""
    near = difflib.get_close_matches(f"/{word}", known, n=2, cutoff=LIKENESS)
    return Command(near[0], rest) if len(near) == 1 and word else Command(f"/{word}", rest)
