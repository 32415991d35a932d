"""One order for lists of units: as a person counts, CB2 before CB10, thôn 2 before thôn 10."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, TypeVar

RUN = re.compile(r"\d+")
T = TypeVar("T")


class Placed(Protocol):
    """A unit as far as its place in a list goes."""

    @property
    def id(self) -> int: ...
    @property
    def parent_id(self) -> int | None: ...
    @property
    def code(self) -> str: ...


def natural_key(text: str) -> str:
    """A key whose plain order is the natural one: each number stands behind the count of its digits."""
    folded = unicodedata.normalize("NFC", text).casefold()
    return RUN.sub(lambda found: f"{len(found[0].lstrip('0')):02}{found[0].lstrip('0')}", folded)


def in_tree_order(units: Iterable[Placed]) -> list[int]:
    """The ids of the units, those above first and each with what stands below it, siblings in natural order.

    A unit whose superior is not among them stands where a root does.
    """
    rows = sorted(units, key=lambda unit: natural_key(unit.code))
    known = {unit.id for unit in rows}
    below: dict[int | None, list[int]] = {}
    for unit in rows:
        below.setdefault(unit.parent_id if unit.parent_id in known else None, []).append(unit.id)
    found: list[int] = []
    waiting = below.get(None, [])[::-1]
    while waiting:
        found.append(unit_id := waiting.pop())
        waiting += below.get(unit_id, [])[::-1]
    return found


def in_natural_order(items: Iterable[T], code: Callable[[T], str]) -> Sequence[T]:
    """The items by the natural order of their codes."""
    return sorted(items, key=lambda item: natural_key(code(item)))
