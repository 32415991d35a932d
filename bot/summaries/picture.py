"""One picture of a period that a leader can forward: three boxes of what was expected, and the same month by month.

Drawn so that it can be read on a telephone 390 pixels wide. No unit stands on it but the one that it speaks of: it ranks nobody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageColor, ImageDraw, ImageFont

from bot.duties.period_counts import Count

WIDTH, MARGIN, GAP = 1080, 48, 24
BOX_HEIGHT, BOX_EDGE = 256, 20
ROW, BAR = 76, 52
LABEL, TOTAL = 190, 200
"""The width of a month's name before its bar, and of its figures behind it."""
FONTS = Path(__file__).parent / "fonts"
INK, PALE, PAPER, EMPTY = "#1f2328", "#57606a", "#ffffff", "#eaeef2"
COLOURS = {"on_time": "#1a7f37", "late": "#9a6700", "open": "#6e7781"}
TINTS = {"on_time": "#dafbe1", "late": "#fff1c2", "open": "#eaeef2"}
"""Told apart by their brightness too, and each has its name."""
BLENDS = (
    *((ink, PAPER) for ink in (INK, PALE, *TINTS.values())),
    *((PAPER, colour) for colour in COLOURS.values()),
    *((ink, TINTS[name]) for name, colour in COLOURS.items() for ink in (INK, colour)),
    (PALE, TINTS["open"]),
)
"""What stands on what: its edges have the colours between the two."""
SHADE = 16
"""So far those lie from each other: nearer ones would be taken for one of the two."""
LONGEST = 3
"""So many lines may the names of the units take."""


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What is written on it, in words that are ready; `months`: each month's short name and its count."""

    title: str
    units: str
    as_of: str
    told: str
    before: str
    overdue: str
    count: Count
    months: Sequence[tuple[str, Count]]


def draw_picture(facts: PictureFacts, words: Mapping[str, Any]) -> bytes:
    """A PNG. `words`: "boxes" (by on_time, late, open) and "months", the heading of the bars."""
    tall = Image.new("RGB", (WIDTH, 2600), PAPER)
    pen = ImageDraw.Draw(tall)
    y = _heading(pen, facts)
    y = _boxes(pen, facts, words, y)
    if facts.months:
        y = _months(pen, facts.months, words, y)
    out = BytesIO()
    drawn = tall.crop((0, 0, WIDTH, y + MARGIN))
    drawn.quantize(palette=_palette(), dither=Image.Dither.NONE).save(out, "PNG", compress_level=3)
    return out.getvalue()


@cache
def _palette() -> Image.Image:
    """All colours that the picture has: with them it is half as large, and written in a fifth of the time."""
    colours: set[tuple[int, ...]] = set()
    for pair in BLENDS:
        ink, ground = (ImageColor.getrgb(colour) for colour in pair)
        steps = max(abs(a - b) for a, b in zip(ink, ground, strict=True)) // SHADE
        colours |= {
            tuple(a + (b - a) * step // steps for a, b in zip(ink, ground, strict=True))
            for step in range(steps + 1)
        }
    image = Image.new("P", (1, 1))
    image.putpalette([part for colour in sorted(colours) for part in colour])
    return image


@cache
def _font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONTS / f"LiberationSans-{'Bold' if bold else 'Regular'}.ttf", size)


def _heading(pen: ImageDraw.ImageDraw, facts: PictureFacts) -> int:
    y = MARGIN
    pen.text((MARGIN, y), facts.title, INK, _font(64, bold=True))
    y += 88
    for line in _wrapped(pen, facts.units, _font(42)):
        pen.text((MARGIN, y), line, INK, _font(42))
        y += 54
    pen.text((MARGIN, y), facts.as_of, PALE, _font(36))
    y += 72
    pen.text((MARGIN, y), facts.told, INK, _font(60, bold=True))
    y += 80
    if facts.before:
        pen.text((MARGIN, y), facts.before, PALE, _font(40))
        y += 60
    return y + 8


def _wrapped(pen: ImageDraw.ImageDraw, text: str, font: ImageFont.FreeTypeFont) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and pen.textlength(longer, font) <= WIDTH - 2 * MARGIN:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines if len(lines) <= LONGEST else [*lines[: LONGEST - 1], lines[LONGEST - 1] + " …"]


def _boxes(pen: ImageDraw.ImageDraw, facts: PictureFacts, words: Mapping[str, Any], y: int) -> int:
    width = (WIDTH - 2 * MARGIN - 2 * GAP) // 3
    for place, name in enumerate(COLOURS):
        left = MARGIN + place * (width + GAP)
        pen.rounded_rectangle((left, y, left + width, y + BOX_HEIGHT), BOX_EDGE, TINTS[name])
        middle = left + width / 2
        pen.text(
            (middle, y + 84), str(getattr(facts.count, name)), COLOURS[name], _font(104, bold=True), "mm"
        )
        pen.text((middle, y + 168), words["boxes"][name], INK, _font(42), "mm")
        if name == "open" and facts.overdue:
            pen.text((middle, y + 212), facts.overdue, PALE, _font(34), "mm")
    return y + BOX_HEIGHT + 48


def _months(
    pen: ImageDraw.ImageDraw, months: Sequence[tuple[str, Count]], words: Mapping[str, Any], y: int
) -> int:
    pen.text((MARGIN, y), words["months"], INK, _font(42, bold=True))
    y += 72
    most = max(count.expected for _, count in months) or 1
    for name, count in months:
        pen.text((MARGIN, y + BAR / 2), name, INK, _font(40), "lm")
        _bar(pen, count, most, y)
        pen.text(
            (WIDTH - MARGIN, y + BAR / 2), f"{count.done}/{count.expected}", INK, _font(40, bold=True), "rm"
        )
        y += ROW
    return y


def _bar(pen: ImageDraw.ImageDraw, count: Count, most: int, y: int) -> None:
    """As long as what was expected, beside the months that ask for most."""
    left, whole = float(MARGIN + LABEL), WIDTH - 2 * MARGIN - LABEL - TOTAL
    for name, colour in COLOURS.items():
        number = getattr(count, name)
        right = left + whole * number / most
        if number:
            pen.rectangle((round(left), y, round(right), y + BAR), colour)
            if right - left > pen.textlength(str(number), _font(34, bold=True)) + 12:
                pen.text(((left + right) / 2, y + BAR / 2), str(number), PAPER, _font(34, bold=True), "mm")
        left = right
