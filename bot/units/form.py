"""The words of the units' table: what its columns and values are called, and what means the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from bot.reading.words import fold, plain_words
from bot.units.rows import COLUMNS
from bot.wording import read_words

LISTED = {"kind": "kinds", "sector": "sectors", "meeting_shift": "shifts"}


@dataclass(frozen=True)
class UnitsForm:
    """The words of the form: `labels` of columns and of values (words.yaml, `units`), `sheet` (units/workbook.yaml)."""

    labels: Mapping[str, Mapping[str, str]]
    sheet: Mapping[str, Any]

    @cached_property
    def headings(self) -> dict[str, str]:
        """The column that each fixed name and each label means, folded."""
        return {fold(name): name for name in COLUMNS} | {
            fold(label): name for name, label in self.labels["columns"].items()
        }

    def values(self, column: str) -> Mapping[str, str]:
        """What may stand in a cell of this column, folded, and the code that it means."""
        return self._listed.get(column, {})

    @cached_property
    def _listed(self) -> dict[str, dict[str, str]]:
        return {column: self._values(column) for column in LISTED}

    def _values(self, column: str) -> dict[str, str]:
        labels = self.labels[LISTED[column]]
        known = {fold(word): code for word, code in self.sheet["also"].get(column, {}).items()}
        known |= {fold(code): code for code in labels}
        return known | {fold(label): code for code, label in labels.items()}

    def example(self, code: str) -> bool:
        """Whether a row with this code is the form's example."""
        return plain_words(code).startswith(plain_words(self.sheet["mark"]))

    def label(self, column: str, code: str) -> str:
        return self.labels[LISTED[column]].get(code, code)


@cache
def read_units_form(templates: Path) -> UnitsForm:
    """The files are ours and are read once in a run."""
    return UnitsForm(
        read_words(templates / "words.yaml")["units"], read_words(templates / "units" / "workbook.yaml")
    )
