"""Reads the figures of a report: one number, or several in a line, each with its own words in any order."""

import re
from collections.abc import Mapping

from bot.problems import Invalid
from bot.reading.words import (
    AROUND_NUMBER,
    NO_WORDS,
    POLITE,
    number_at,
    quoted_words,
    read_number,
    word_tokens,
)

MOST_TEXT = 500
APART = re.compile(r"[,;\n]|(?<!\S)(?:và|va)(?!\S)|\.\s", re.IGNORECASE)
GROUPED = re.compile(r"(?<![\d.,])(\d{1,3})\.(\d{3})(?![\d.,])")
DECIMAL = re.compile(r"\d[.,]\d")
NONE_OF = frozenset({*NO_WORDS, "chua"})
AROUND = AROUND_NUMBER | frozenset({"cai", "nguoi", "ban", "luot", "duoc", "nao"})


def read_figures(text: str, titles: Mapping[str, str], asked: str) -> dict[str, int]:
    """The numbers that a line gives, by the keys of `titles`: "3 mô hình, 28 kế hoạch cá nhân"; a number alone answers `asked`.

    Raises Invalid("figures_unclear", said=…) where it is not certain which number is meant for what, and then nothing
    of the line is taken; Invalid("number_unclear") for one that is no count.
    """
    line = GROUPED.sub(r"\1\2", text)
    if DECIMAL.search(line):
        raise Invalid("number_unclear", said=quoted_words(text))
    clauses = [clause.strip() for clause in APART.split(line) if clause.strip(" .:")]
    if len(clauses) < 2:
        clause = clauses[0] if clauses else text
        said = _named(clause, titles)
        return said or {asked: read_number(clause)}
    found: dict[str, int] = {}
    for clause in clauses:
        named = _named(clause, titles)
        if len(named) != 1 or named.keys() & found.keys():
            raise Invalid("figures_unclear", said=quoted_words(clause))
        found |= named
    return found


def _named(clause: str, titles: Mapping[str, str]) -> dict[str, int]:
    """The one number of a clause for the one title that its words are of; nothing where they are not certain."""
    tokens = [token for token in word_tokens(clause) if token.isalpha() or token.isdecimal()]
    if "-" in clause and re.search(r"-\s*\d", clause):
        return {}
    number, rest = _number_of(tokens)
    if number is None:
        return {}
    keys = _titled(rest, titles)
    return {keys[0]: number} if len(keys) == 1 else {}


def _number_of(tokens: list[str]) -> tuple[int | None, list[str]]:
    """The number, and the words beside it; None where there is none, or more than one."""
    digits = [at for at, token in enumerate(tokens) if token.isdecimal()]
    if digits:
        at = digits[0]
        fits = len(digits) == 1 and len(tokens[at]) <= 5
        return (int(tokens[at]) if fits else None), tokens[:at] + tokens[at + 1 :]
    core = [token for token in tokens if token not in POLITE]
    if core and core[0] in NONE_OF:
        return 0, core[1:]
    for at in range(len(tokens)):
        if read := number_at(tokens, at, pairs=True):
            return read[0], tokens[:at] + tokens[read[1] :]
    return None, tokens


def _titled(words: list[str], titles: Mapping[str, str]) -> list[str]:
    """The keys of the titles that these words are, else of those that they are a part of."""
    bare = [word for word in words if word not in AROUND]
    whole = {key: word_tokens(title) for key, title in titles.items()}
    for said in (words, bare):
        if said and (same := [key for key, title in whole.items() if title == said]):
            return same
    return [key for key, title in whole.items() if bare and _runs_in(bare, title)]


def _runs_in(said: list[str], title: list[str]) -> bool:
    return any(title[at : at + len(said)] == said for at in range(len(title)))
