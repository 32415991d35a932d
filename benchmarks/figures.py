"""A figure beside its yardstick, and the table of them."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """`ratio` is figure over yardstick as it stands; whether more is better is in the unit ("/s": yes, "s": no)."""

    what: str
    figure: float
    unit: str
    yardstick: float | None = None
    beside: str = ""

    @property
    def ratio(self) -> str:
        return f"{self.figure / self.yardstick:.2f}" if self.yardstick else ""


def table(title: str, rows: Iterable[Row]) -> str:
    cells = [("", "figure", "yardstick", "ratio", "")]
    cells += [
        (row.what, amount(row.figure, row.unit), amount(row.yardstick, row.unit), row.ratio, row.beside)
        for row in rows
    ]
    widths = [max(len(line[column]) for line in cells) for column in range(5)]
    lines = []
    for what, figure, yardstick, ratio, beside in cells:
        numbers = f"{figure:>{widths[1]}}  {yardstick:>{widths[2]}}  {ratio:>{widths[3]}}"
        lines.append(f"{what:<{widths[0]}}  {numbers}  {beside}".rstrip())
    return "\n".join([title, *lines])


def amount(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    if unit == "ms":
        return f"{value * 1000:.1f} ms"
    shown = f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.2f}"
    return f"{shown} {unit}".rstrip()
