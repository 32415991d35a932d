"""Photographed pages made into one PDF, or into a sheet of small pictures with their numbers; one picture in memory at a time.

A picture is opened aside: a small file may claim to be as large as a house, or be made to keep its decoder busy for ever.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

from PIL import Image, ImageDraw, ImageFont

from bot.problems import Invalid, Problem, Rejected
from bot.reports.scan_pdf import Jpeg, write_pdf
from bot.store.aside import Elsewhere, Here
from bot.store.photographs import fitted_size, open_photograph

T = TypeVar("T")

Page = Callable[[], bytes] | Path
"""Where a picture's bytes come from: read when its turn has come, and let go of before the next one."""

LADDER = ((2000, 80), (2000, 65), (1800, 55), (1600, 45))
"""Longest side and JPEG quality: the first by which a page fits into its room, else the last."""
WHOLE = 9_500_000
LEAST_ROOM, MOST_ROOM = 300_000, 1_000_000
"""Bytes: the pages share `WHOLE`, but none gets so little that it could not be read."""

PICTURE_SECONDS = 20.0
"""A photograph of 200 million dots takes two or three where nothing else runs."""

CELL, EDGE, DIGITS = 320, 8, 44
"""Pixels of the sheet: a picture's place, what stays white around it, the height of its number."""

_CLOCKWISE = {
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}


def make_pdf(
    pages: Iterable[Page], target: Path, *, turns: Sequence[int] = (), aside: Elsewhere | None = None
) -> None:
    """Write a PDF of one upright A4 page for each picture (JPEG, PNG, WEBP, HEIC), in their order, to `target`.

    A page lies or stands as its picture does; of the picture only what is seen gets in, nothing that the camera noted.
    `turns` are degrees clockwise (0, 90, 180, 270) page by page, none for those beyond its end.
    Raises Rejected when a picture cannot be used: each problem has the page's number from 1 as its place and in its
    facts (`page`), and is `scan_damaged`, `scan_too_large` (`most`, in millions of pixels), or `scan_unseen` where `aside`, by
    default this process, gave it up for its time or memory. Nothing is written then.
    Raises ValueError without pages, and OSError as a page's source does.
    """
    sources = list(pages)
    if not sources:
        raise ValueError("a PDF needs a page")
    problems: list[Problem] = []
    try:
        with target.open("wb") as out:
            write_pdf(out, _encoded_pages(sources, turns, problems, aside or Here()))
        if problems:
            raise Rejected(problems)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _encoded_pages(
    sources: Sequence[Page], turns: Sequence[int], problems: list[Problem], aside: Elsewhere
) -> Iterator[Jpeg]:
    """The pages up to the first that cannot be used; the problems of that and of all that follow."""
    room = max(LEAST_ROOM, min(MOST_ROOM, WHOLE // len(sources)))
    for number, source in enumerate(sources, 1):
        try:
            # Not held by a name, so that it is gone before the next one is read.
            page = _open_aside(aside, scanned_page, source, _turn(turns, number), room)
        except Invalid as bad:
            problems.append(_problem(bad, number))
            continue
        if not problems:
            yield page


def scanned_page(content: bytes, turn: int, room: int) -> Jpeg:
    """One page of the PDF, in `room` bytes if it can be; raises as `open_photograph` does."""
    picture, _ = open_photograph(content, LADDER[0][0])
    return _encoded(_turned(picture, turn), room)


def small_of(content: bytes, turn: int, side: int) -> tuple[Image.Image, bool]:
    """`open_photograph` with a turn."""
    picture, missing = open_photograph(content, side)
    return _turned(picture, turn), missing


def _open_aside(aside: Elsewhere, work: Callable[..., T], source: Page, *facts: Any) -> T:
    try:
        return aside.call(work, _content(source), *facts, seconds=PICTURE_SECONDS)
    except Invalid as bad:
        if bad.code == "file_unseen":
            raise Invalid("scan_unseen") from bad
        raise


def contact_sheet(
    pages: Iterable[Page], target: Path, *, turns: Sequence[int] = (), aside: Elsewhere | None = None
) -> list[Problem]:
    """Write a JPEG with a small upright picture of each page and its number to `target`; arguments as for `make_pdf`.

    Answers the problems of the pictures that cannot be used, as `make_pdf` would raise them; their places are crossed out.
    Beside them `scan_cut`: a page whose lower part seems to be missing is shown as far as it goes.
    """
    sources = list(pages)
    if not sources:
        raise ValueError("a sheet needs a page")
    columns = min(len(sources), 4 if len(sources) <= 20 else 5)
    sheet = Image.new("RGB", (columns * CELL, -(-len(sources) // columns) * CELL), "white")
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(DIGITS)
    problems = []
    for number, source in enumerate(sources, 1):
        left, top = (number - 1) % columns * CELL, (number - 1) // columns * CELL
        try:
            turn = _turn(turns, number)
            picture, missing = _open_aside(aside or Here(), small_of, source, turn, CELL - 2 * EDGE)
            if missing:
                problems.append(_problem(Invalid("scan_cut"), number))
            sheet.paste(picture, (left + (CELL - picture.width) // 2, top + (CELL - picture.height) // 2))
        except Invalid as bad:
            problems.append(_problem(bad, number))
            near, far = EDGE, CELL - EDGE
            pen.line((left + near, top + near, left + far, top + far), "gray", 4)
            pen.line((left + near, top + far, left + far, top + near), "gray", 4)
        _write_number(pen, font, number, left + EDGE, top + EDGE)
        pen.rectangle((left, top, left + CELL - 1, top + CELL - 1), outline="lightgray")
    sheet.save(target, "JPEG", quality=80)
    return problems


def _write_number(
    pen: ImageDraw.ImageDraw, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, number: int, x: int, y: int
) -> None:
    _, _, width, height = pen.textbbox((0, 0), str(number), font)
    pen.rectangle((x, y, x + width + 16, y + height + 12), "black")
    pen.text((x + 8, y + 4), str(number), "white", font)


def _content(source: Page) -> bytes:
    return source.read_bytes() if isinstance(source, Path) else source()


def _turn(turns: Sequence[int], number: int) -> int:
    return turns[number - 1] if number <= len(turns) else 0


def _problem(bad: Invalid, number: int) -> Problem:
    return Problem(str(number), bad.code, {"page": number, **bad.facts})


def _turned(picture: Image.Image, turn: int) -> Image.Image:
    return picture.transpose(_CLOCKWISE[turn]) if turn in _CLOCKWISE else picture


def _encoded(picture: Image.Image, room: int) -> Jpeg:
    out = BytesIO()
    for side, quality in LADDER:
        out = BytesIO()
        if max(picture.size) > side:
            picture = picture.resize(fitted_size(picture.size, side), Image.Resampling.LANCZOS)
        picture.save(out, "JPEG", quality=quality, optimize=True)
        if out.tell() <= room:
            break
    return Jpeg(out.getvalue(), *picture.size, grey=picture.mode == "L")
