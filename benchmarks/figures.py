"""A figure beside its yardstick under a name that stays, the table of them, and the same as JSON."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """`ratio` is figure over yardstick as it stands; whether more is better is in the unit ("/s": yes, "s" and "ms": no).

    `key` is the figure's name, its last word its unit (`plan.10000.sqlite.s`) or, where the ratio is what counts, `ratio_to_…`.
    A figure of the unit "ms" is given in seconds. `costs` are further figures of the same thing, in the unit that ends their names.
    """

    key: str
    what: str
    figure: float
    unit: str
    yardstick: float | None = None
    beside: str = ""
    costs: Mapping[str, float] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        return self.figure / self.yardstick if self.yardstick else None

    def named(self) -> dict[str, float]:
        """Every figure of this row under its name."""
        scale = 1000 if self.unit == "ms" else 1
        stem, _, last = self.key.rpartition(".")
        found = {f"{stem}.{name}": value for name, value in self.costs.items()}
        if last.startswith("ratio_to_"):
            return found | {self.key: self.ratio or 0.0}
        found[self.key] = self.figure * scale
        if self.yardstick is not None and self.ratio is not None:
            found |= {f"{self.key}.yardstick": self.yardstick * scale, f"{self.key}.ratio": self.ratio}
        return found


def key(*words: object) -> str:
    """The words as a name: "/tonghop of the year" and 10000 give `tonghop_of_the_year.10000`."""
    return ".".join(re.sub(r"[^a-z0-9.]+", "_", str(word).lower()).strip("_") for word in words)


def names(rows: Iterable[Row]) -> dict[str, float]:
    """All figures by their names; raises ValueError when two have the same."""
    found: dict[str, float] = {}
    for row in rows:
        new = row.named()
        if twice := found.keys() & new.keys():
            raise ValueError(f"named twice: {', '.join(sorted(twice))}")
        found |= new
    return found


def write_json(path: Path, machine: Mapping[str, object], rows: Iterable[Row]) -> None:
    """`machine`: what it was measured on; `figures`: a number for each name."""
    path.write_text(json.dumps({"machine": machine, "figures": names(rows)}, indent=1) + "\n")


def table(title: str, rows: Iterable[Row]) -> str:
    cells = [("", "figure", "yardstick", "ratio", "")]
    cells += [
        (
            row.what,
            amount(row.figure, row.unit),
            amount(row.yardstick, row.unit),
            "" if row.ratio is None else f"{row.ratio:.2f}",
            ", ".join([row.beside] * bool(row.beside) + [_cost(*cost) for cost in row.costs.items()]),
        )
        for row in rows
    ]
    widths = [max(len(line[column]) for line in cells) for column in range(5)]
    lines = []
    for what, figure, yardstick, ratio, beside in cells:
        numbers = f"{figure:>{widths[1]}}  {yardstick:>{widths[2]}}  {ratio:>{widths[3]}}"
        lines.append(f"{what:<{widths[0]}}  {numbers}  {beside}".rstrip())
    return "\n".join([title, *lines])


def _cost(name: str, value: float) -> str:
    return f"{name} {value:.2f}" if value < 100 else f"{name} {value:.0f}"


def amount(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    if unit == "ms":
        return f"{value * 1000:.1f} ms"
    shown = f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.2f}"
    return f"{shown} {unit}".rstrip()
