"""What openpyxl does not tell of an XLSX package: merged cells, and the strict form of the format made into the usual one."""

import re
from io import BytesIO
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile

MOST_MERGED = 20_000
CHUNK = 2**20
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s+ref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')
_LONGEST = 80
"""Bytes of one such element; so much of a chunk is looked at again with the next one."""
_STRICT = b"http://purl.oclc.org/ooxml/"
_USUAL = b"http://schemas.openxmlformats.org/"
_NAMESPACES = tuple(
    (_STRICT + strict, _USUAL + usual)
    for strict, usual in (
        (b"spreadsheetml/main", b"spreadsheetml/2006/main"),
        (b"officeDocument/relationships", b"officeDocument/2006/relationships"),
        (b"drawingml/main", b"drawingml/2006/main"),
        (b"drawingml/chart", b"drawingml/2006/chart"),
        (b"drawingml/spreadsheetDrawing", b"drawingml/2006/spreadsheetDrawing"),
    )
)


def merged_ranges(archive: ZipFile, part: str) -> tuple[tuple[int, int, int, int], ...]:
    """First row, first column, last row, last column of the first 20,000 merged places of a sheet's part."""
    from openpyxl.utils import range_boundaries  # its libraries take memory that most days need not

    if part not in archive.NameToInfo:
        return ()
    found: list[tuple[int, int, int, int]] = []
    seen: set[bytes] = set()
    with archive.open(part) as opened:
        rest = b""
        while len(found) < MOST_MERGED and (chunk := opened.read(CHUNK)):
            text = rest + chunk
            for ref in (match[1] for match in _MERGED.finditer(text)):
                if ref not in seen:
                    seen.add(ref)
                    left, top, right, bottom = range_boundaries(ref.decode())
                    found.append((int(top or 1), int(left or 1), int(bottom or 1), int(right or 1)))
            rest = text[-_LONGEST:]
    return tuple(found)


def is_strict(file: IO[bytes]) -> bool:
    """Whether the workbook was saved as "Strict Open XML"."""
    with ZipFile(file) as archive:
        try:
            with archive.open("xl/workbook.xml") as opened:
                return _STRICT in opened.read(4096)
        except KeyError:
            return False


def transitional_package(file: IO[bytes]) -> bytes:
    """The same package under the names that are usual. The caller has bounded what it unpacks to."""
    out = BytesIO()
    with ZipFile(file) as archive, ZipFile(out, "w", ZIP_DEFLATED) as written:
        for entry in archive.infolist():
            content = archive.read(entry)
            if entry.filename.endswith((".xml", ".rels")):
                for strict, usual in _NAMESPACES:
                    content = content.replace(strict, usual)
            written.writestr(entry.filename, content)
    return out.getvalue()
