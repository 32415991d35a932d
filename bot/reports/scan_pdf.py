"""A PDF with one picture a page, written out page by page, so that none of them stays in memory."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

A4 = (595.28, 841.89)
_HEAD = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
_CATALOG, _TREE, _FIRST = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Jpeg:
    """An encoded picture, in RGB or with `grey` in shades of grey; its size in pixels."""

    content: bytes
    width: int
    height: int
    grey: bool


class _Objects:
    """What has been written and where it stands."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._places: dict[int, int] = {}
        out.write(_HEAD)

    def put(self, number: int, entries: str, stream: bytes | None = None) -> None:
        self._places[number] = self._out.tell()
        length = "" if stream is None else f"/Length {len(stream)}"
        self._out.write(f"{number} 0 obj\n<<{entries}{length}>>\n".encode())
        if stream is not None:
            self._out.writelines((b"stream\n", stream, b"\nendstream\n"))
        self._out.write(b"endobj\n")

    def end(self) -> None:
        start, size = self._out.tell(), len(self._places) + 1
        self._out.write(f"xref\n0 {size}\n0000000000 65535 f \n".encode())
        for number in range(1, size):
            self._out.write(f"{self._places[number]:010} 00000 n \n".encode())
        tail = f"trailer\n<</Size {size}/Root {_CATALOG} 0 R>>\nstartxref\n{start}\n%%EOF\n"
        self._out.write(tail.encode())


def write_pdf(out: BinaryIO, pictures: Iterable[Jpeg]) -> int:
    """Write to `out`, from where it stands at its beginning, an A4 page for each picture, which fills it as far as it
    can without being cut; the page lies when the picture is wider than high. Answers the number of pages.
    """
    objects = _Objects(out)
    pages: list[int] = []
    for at, picture in enumerate(pictures):
        image, drawing, page = range(_FIRST + 3 * at, _FIRST + 3 * at + 3)
        across, up = A4 if picture.height >= picture.width else reversed(A4)
        scale = min(across / picture.width, up / picture.height)
        wide, high = picture.width * scale, picture.height * scale
        left, bottom = (across - wide) / 2, (up - high) / 2
        objects.put(
            image,
            f"/Type/XObject/Subtype/Image/Width {picture.width}/Height {picture.height}/BitsPerComponent 8"
            f"/ColorSpace/{'DeviceGray' if picture.grey else 'DeviceRGB'}/Filter/DCTDecode",
            picture.content,
        )
        drawn = f"q {wide:.2f} 0 0 {high:.2f} {left:.2f} {bottom:.2f} cm /Picture Do Q"
        objects.put(drawing, "", drawn.encode())
        objects.put(
            page,
            f"/Type/Page/Parent {_TREE} 0 R/MediaBox[0 0 {across} {up}]/Contents {drawing} 0 R"
            f"/Resources<</XObject<</Picture {image} 0 R>>>>",
        )
        pages.append(page)
    objects.put(_CATALOG, f"/Type/Catalog/Pages {_TREE} 0 R")
    kids = " ".join(f"{page} 0 R" for page in pages)
    objects.put(_TREE, f"/Type/Pages/Count {len(pages)}/Kids[{kids}]")
    objects.end()
    return len(pages)
