"""How rows of a workbook are named and found: keys made from their words, and what another row calls them by."""

import hashlib
import re
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from bot.reading.words import fold

KEY = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
LONGEST = 40
Row = TypeVar("Row", bound=Hashable)


def key_typed(text: str) -> str:
    """A key as it was given; one that is none ("CĐ 1") in the letters of keys. What has none of these comes back as it is."""
    text = " ".join(text.split())
    return text if KEY.fullmatch(text) else _letters(text)[:64].strip("-") or text


def key_from(words: str) -> str:
    """A key made from a title, the same for the same words; one that was cut bears a mark of the whole."""
    letters = _letters(words)
    if len(letters) <= LONGEST:
        return letters or "x"
    return f"{letters[: LONGEST + 1].rpartition('-')[0] or letters[:LONGEST]}-{heading_mark(letters)}"


def heading_mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:6]


def _letters(text: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", fold(text)))


def made_keys(titles: Mapping[Row, str], contents: Mapping[Row, str], taken: Iterable[str]) -> dict[Row, str]:
    """A key for each row, whatever the order of the rows: from its title, and where that is not enough from all that it says.

    Rows that say the very same get the same key.
    """
    made = {row: key_from(title) for row, title in titles.items()}
    used = Counter(taken) + Counter(made.values())
    return {
        row: key if used[key] == 1 else f"{key}-{heading_mark(contents[row])}" for row, key in made.items()
    }


@dataclass
class Names:
    """What the entries of a sheet may be called by: the key exactly, else the key or title as typed, in any case and accents."""

    keys: dict[str, str] = field(default_factory=dict)
    folded: dict[str, set[str]] = field(default_factory=dict)

    def add(self, key: str, *said: str) -> None:
        """An entry; it is shown to a person by the last of `said`."""
        self.keys[key] = next((one for one in reversed(said) if one), key)
        for one in (key, *said):
            if folded := fold(one):
                self.folded.setdefault(folded, set()).add(key)

    def find(self, text: str) -> list[str]:
        """The keys that it may mean: none, one, or several that are called alike."""
        text = " ".join(text.split())
        if text in self.keys:
            return [text]
        return sorted(self.folded.get(fold(text), ()))

    @property
    def shown(self) -> list[str]:
        return list(self.keys.values())
