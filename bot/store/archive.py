"""The file that a backup is: a tar of members that any tool opens, and behind it a line with the hash of every byte before."""

import hashlib
import io
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from bot.problems import Invalid

SEAL = b"sha256 "
SEAL_LENGTH = len(SEAL) + 64 + 1
_CHUNK = 2**20


class Archive:
    """Members are added one after another and never held in memory, however large."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = _Hashing(out)
        self._tar = tarfile.TarFile(fileobj=self._out, mode="w", format=tarfile.PAX_FORMAT)  # type: ignore[arg-type]

    def add(self, name: str, content: bytes) -> None:
        self.add_stream(name, len(content), io.BytesIO(content))

    def add_stream(self, name: str, size: int, content: Any) -> None:
        """`content` gives at least `size` bytes by `read`."""
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o600
        self._tar.addfile(member, content)
        self._tar.members.clear()  # type: ignore[attr-defined]  # else the tar remembers every member

    def seal(self) -> None:
        self._tar.close()
        self._out.raw.write(SEAL + self._out.hash.hexdigest().encode() + b"\n")


class _Hashing:
    """Writes on and hashes what it has written."""

    def __init__(self, raw: BinaryIO) -> None:
        self.raw, self.hash, self._at = raw, hashlib.sha256(), 0

    def write(self, part: bytes) -> int:
        self.hash.update(part)
        self._at += len(part)
        return self.raw.write(part)

    def tell(self) -> int:
        return self._at


@contextmanager
def new_archive(file: Path) -> Iterator[Archive]:
    """The archive stands under its name only when it is whole and on the disk; until then it is `file` with `.part`.

    Only its owner may read it: it holds everything that people have said.
    """
    part = file.with_name(file.name + ".part")
    part.unlink(missing_ok=True)
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:  # noqa: PTH123 - a path of pathlib has no mode
            archive = Archive(out)
            yield archive
            archive.seal()
            out.flush()
            os.fsync(out.fileno())
        part.replace(file)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def members_of(file: Path) -> Iterator[tuple[str, BinaryIO, int]]:
    """(name, content, size) of every member in order; the content is to be read before the next one is asked for.

    Raises Invalid(backup_damaged) unless every byte is as it was written.
    """
    _prove(file)
    with tarfile.open(file, "r:") as tar:
        while (member := tar.next()) is not None:
            content = tar.extractfile(member)
            if content is None:
                raise Invalid("backup_damaged")
            yield member.name, content, member.size  # type: ignore[misc]
            tar.members.clear()  # type: ignore[attr-defined]


def _prove(file: Path) -> None:
    found = hashlib.sha256()
    left = file.stat().st_size - SEAL_LENGTH
    with file.open("rb") as source:
        while left > 0:
            part = source.read(min(_CHUNK, left))
            if not part:
                break
            found.update(part)
            left -= len(part)
        seal = source.read()
    if left != 0 or seal != SEAL + found.hexdigest().encode() + b"\n":
        raise Invalid("backup_damaged")
