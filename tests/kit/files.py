"""Files as an adapter hands them over, and the shelf of a test that they lie on."""

import hashlib
from pathlib import Path

from bot.messages import File


def stored(name: str, content: bytes = b"%PDF-1.4 test") -> File:
    """A file as an adapter hands it over, already in the store."""
    return File(hashlib.sha256(content).hexdigest(), name, len(content), "application/pdf")


class MemoryShelf:
    """Files of a test."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def read(self, digest: str) -> bytes:
        return self.files[digest]

    def drop(self, digest: str) -> None:
        self.files.pop(digest, None)

    def keep(self, name: str, source: Path) -> File:
        content = source.read_bytes()
        file = stored(name, content)
        self.files[file.digest] = content
        return file
