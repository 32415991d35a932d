"""Looks for a stamp of secrecy on a photographed page, with an OCR library that an office may add (`.[ocr]`).

A second net, and no promise: it knows no Vietnamese marks, it misses what is pale, small or blurred, and of a scanned PDF it sees
the first page alone. It runs aside, and never loads anything from the network: its models come with the package, and are named by
their files.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from pypdf import PdfReader

from bot.problems import Invalid
from bot.store import filetypes
from bot.store.page_reading import LIBRARY
from bot.store.photographs import open_photograph
from bot.store.secrecy import seen_stamp

SIDE = 1280
LONGEST = 9
"""A stamp's line is so many times as long as it is high, at most; the lines of a text are longer, and are not read at all."""
MARGIN = 6

ShortLines = Callable[[Image.Image], Sequence[str]]


def page_bears_stamp(path: Path, media_type: str, read: ShortLines | None = None) -> bool:
    """Whether a short line on the photographed page reads like a stamp; `read` gives the short lines of a picture (default: the
    library's). Raises Invalid as `open_photograph` does."""
    picture = _page(path, media_type)
    return picture is not None and any(map(seen_stamp, (read or _short_lines)(picture)))


def _page(path: Path, media_type: str) -> Image.Image | None:
    content = _first_scan(path) if media_type == filetypes.PDF else path.read_bytes()
    return open_photograph(content, SIDE)[0].convert("RGB") if content else None


def _first_scan(path: Path) -> bytes:
    """The largest picture on the first page of a PDF, if that is a page which somebody has scanned or photographed."""
    try:
        images = PdfReader(path, strict=False).pages[0].images
        largest = max((image.data for image in images), key=len, default=b"")
        with Image.open(BytesIO(largest)) as opened:
            upright = BytesIO()
            opened.convert("RGB").save(upright, "JPEG", quality=90)
            return upright.getvalue()
    except Exception:  # noqa: BLE001 - a broken picture fails in a dozen ways, and hides nothing that could be read
        return b""


@cache
def _engine() -> Any:
    from rapidocr import RapidOCR

    spec = find_spec(LIBRARY)
    if spec is None or not spec.submodule_search_locations:
        raise Invalid("file_unseen")
    models = Path(spec.submodule_search_locations[0]) / "models"
    named = {f"{part}.model_path": str(_model(models, part)) for part in ("Det", "Rec", "Cls")}
    threads = {f"EngineConfig.onnxruntime.{name}_op_num_threads": 1 for name in ("intra", "inter")}
    return RapidOCR(params={"Global.log_level": "critical", **named, **threads})


def _model(folder: Path, part: str) -> Path:
    found = sorted(folder.glob(f"*_{part.lower()}_*.onnx"))
    if not found:
        raise Invalid("file_unseen")
    return found[0]


def _short_lines(picture: Image.Image) -> list[str]:
    engine = _engine()
    boxes = engine(picture, use_det=True, use_cls=False, use_rec=False).boxes
    lines: list[str] = []
    for piece in _short_pieces(picture, [] if boxes is None else boxes.tolist()):
        lines += engine(piece, use_det=False, use_cls=False, use_rec=True).txts or ()
    return lines


def _short_pieces(picture: Image.Image, boxes: Sequence[Sequence[Sequence[float]]]) -> Iterator[Image.Image]:
    """The places of short lines, cut out and lying on their long side, one way up and the other; a box is four corners in order."""
    for corners in boxes:
        low, high = sorted((math.dist(corners[0], corners[1]), math.dist(corners[1], corners[2])))
        if low and high / low > LONGEST:
            continue
        across, down = [x for x, _ in corners], [y for _, y in corners]
        near, far = (min(across) - MARGIN, min(down) - MARGIN), (max(across) + MARGIN, max(down) + MARGIN)
        piece = picture.crop((max(0, int(near[0])), max(0, int(near[1])), int(far[0]), int(far[1])))
        lying = piece if piece.width >= piece.height else piece.transpose(Image.Transpose.ROTATE_90)
        yield from (lying, lying.transpose(Image.Transpose.ROTATE_180))
