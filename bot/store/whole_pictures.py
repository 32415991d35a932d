"""Whether a picture's file ends where the picture does: a broken upload leaves a page whose lower part is nowhere."""

import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO

from bot.problems import Invalid
from bot.store import filetypes

_MOST_PIECES = 200_000


def prove_whole(path: Path, media_type: str) -> None:
    """Raises Invalid(file_cut) for a PNG, WEBP or HEIC that breaks off. (What a JPEG lacks is shown to its sender on the page.)"""
    ends = _ENDS.get(media_type)
    if ends is None:
        return
    with path.open("rb") as file:
        if not ends(file, path.stat().st_size):
            raise Invalid("file_cut")


def _png_ends(file: BinaryIO, size: int) -> bool:
    at = 8
    for _ in range(_MOST_PIECES):
        file.seek(at)
        head = file.read(8)
        if len(head) < 8:
            return False
        at += 12 + int.from_bytes(head[:4], "big")
        if head[4:] == b"IEND":
            return at <= size
    return True


def _webp_ends(file: BinaryIO, size: int) -> bool:
    return int(struct.unpack("<I", file.read(8)[4:].ljust(4, b"\xff"))[0]) + 8 <= size + 1


def _heic_ends(file: BinaryIO, size: int) -> bool:
    """Its boxes (ISO 14496-12) fill the file; the last may say no size, and ends with it."""
    at = 0
    for _ in range(_MOST_PIECES):
        file.seek(at)
        head = file.read(16)
        length = int.from_bytes(head[:4], "big")
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        if at == size or not length:
            return True
        if len(head) < 8 or length < 8:
            return False
        at += length
        if at > size:
            return False
    return True


_ENDS: Mapping[str, Callable[[BinaryIO, int], bool]] = {
    filetypes.PNG: _png_ends,
    filetypes.WEBP: _webp_ends,
    filetypes.HEIC: _heic_ends,
}
