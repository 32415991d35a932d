"""Bytes in a folder of this machine, each file whole or not at all."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

_CHUNK = 2**20


class Folder:
    """What is not there is a FileNotFoundError, every other trouble another OSError."""

    def __init__(self, path: Path) -> None:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path = path.resolve()

    def put(self, key: str, source: Path | bytes) -> None:
        place = self._path / key
        place.parent.mkdir(mode=0o700, exist_ok=True)
        with closing(BytesIO(source) if isinstance(source, bytes) else source.open("rb")) as content:
            _write_whole(content, place)

    def read(self, key: str) -> bytes:
        return (self._path / key).read_bytes()

    def stream(self, key: str) -> Iterator[bytes]:
        file = (self._path / key).open("rb")
        return _pieces(file)

    def size(self, key: str) -> int:
        return (self._path / key).stat().st_size

    def keys(self) -> Iterator[str]:
        return (place.relative_to(self._path).as_posix() for place in self._path.glob("*/*"))

    def delete(self, key: str) -> None:
        (self._path / key).unlink()


def _write_whole(content: BinaryIO, place: Path) -> None:
    """Under another name first, on the disk before it gets its own: neither a kill nor a power cut leaves half a file there."""
    number, name = tempfile.mkstemp(dir=place.parent, prefix=".part-")
    try:
        with os.fdopen(number, "wb") as part:
            shutil.copyfileobj(content, part, _CHUNK)
            part.flush()
            os.fsync(part.fileno())
        Path(name).replace(place)
    except BaseException:
        Path(name).unlink()
        raise
    _keep_names(place.parent)


def _keep_names(folder: Path) -> None:
    """Its new name is on the disk as well."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while piece := file.read(_CHUNK):
            yield piece
