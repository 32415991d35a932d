"""How a file of units was read, for who has sent it: what was passed over and why, and faults that are alike in one line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.problems import Problem
from bot.units.tables import Passed

NAMED = 3
QUOTED = ("no_name", "unclear", "group", "total", "foot")
"""Rows of which the first words are told, so that one that was meant as a unit is seen."""


@dataclass(frozen=True, slots=True)
class PassedRows:
    """Rows of one sheet that were passed over for one reason: "1–3, 7"; `texts` are the first words of some of them."""

    sheet: str
    why: str
    rows: str
    count: int
    texts: tuple[str, ...] = ()


def passed_rows(passed: Iterable[Passed]) -> list[PassedRows]:
    """The rows that were not read, put together by sheet and reason, in the order of the file; of headings nobody needs to hear."""
    groups: dict[tuple[str, str], list[Passed]] = {}
    for one in passed:
        if one.why == "header":
            continue
        groups.setdefault((one.sheet, one.why), []).append(one)
    return [
        PassedRows(
            sheet,
            why,
            _ranges(sorted(one.number for one in some)),
            len(some),
            tuple(one.text for one in some[:NAMED]) if why in QUOTED else (),
        )
        for (sheet, why), some in groups.items()
    ]


def _ranges(numbers: Sequence[int]) -> str:
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][1] + 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    shown = [str(first) if first == last else f"{first}–{last}" for first, last in parts]
    return ", ".join(shown[:8]) + (", …" if len(shown) > 8 else "")


def alike_problems(problems: Iterable[Problem]) -> list[Problem]:
    """One problem for all that say the same, with the first of their places and how many there are."""
    places: dict[tuple[str, str], list[str]] = {}
    first: dict[tuple[str, str], Problem] = {}
    for one in problems:
        key = one.code, str(sorted((name, str(fact)) for name, fact in one.facts.items()))
        places.setdefault(key, []).append(one.place)
        first.setdefault(key, one)
    return [Problem(_places(places[key]), one.code, one.facts) for key, one in first.items()]


def _places(places: Sequence[str]) -> str:
    if len(places) <= NAMED:
        return ", ".join(places)
    return ", ".join(places[:NAMED]) + f" … ({len(places)})"
