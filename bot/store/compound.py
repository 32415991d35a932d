"""The storage in which Office kept its files before 2007, and keeps those under a password: OLE2, read with bounded looks."""

import struct
from array import array
from collections.abc import Iterator
from typing import BinaryIO

from bot.problems import Invalid

PART_LIMIT = 2 * 2**20
"""Bytes that are looked at of one part of a file."""
_LAST_SECTOR_ID = 0xFFFFFFFA
_SHORT_SECTOR = 64


class Compound:
    """The storage of an OLE2 file: the streams that lie at its root. Raises Invalid `file_damaged` where it is broken."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        head = file.read(512)
        if len(head) < 512 or head[30] not in (9, 12):
            raise Invalid("file_damaged")
        self._sector_size = 1 << head[30]
        self._fat = self._read_fat(head)
        directory = self._chain(int.from_bytes(head[48:52], "little"), PART_LIMIT)
        self._streams = dict(_root_streams(directory))
        self.names = frozenset(self._streams)
        self._least, self._short_fat_at = struct.unpack("<2I", head[56:64])
        self._short_at, self._short_size = struct.unpack("<2I", directory[116:124].ljust(8, b"\0"))

    def read(self, name: str, limit: int, *, start: int = 0) -> bytes:
        """Give up to `limit` bytes of a stream from `start` on."""
        first, size = self._streams[name]
        chain = self._chain if size >= self._least else self._short_chain
        return chain(first, min(size, start + limit))[start : start + limit]

    def _short_chain(self, number: int, limit: int) -> bytes:
        """Short streams share one stream, in sectors of their own."""
        whole = self._chain(self._short_at, min(self._short_size, PART_LIMIT))
        fat = array("I")
        numbers = self._chain(self._short_fat_at, len(whole) // _SHORT_SECTOR * 4)
        fat.frombytes(numbers[: len(numbers) // 4 * 4])
        found = bytearray()
        while number < _LAST_SECTOR_ID and len(found) < limit:
            if number >= len(fat):
                raise Invalid("file_damaged")
            found += whole[number * _SHORT_SECTOR : (number + 1) * _SHORT_SECTOR].ljust(_SHORT_SECTOR, b"\0")
            number = fat[number]
        return bytes(found[:limit])

    def _sector(self, number: int) -> bytes:
        self._file.seek((number + 1) * self._sector_size)
        return self._file.read(self._sector_size)

    def _read_fat(self, head: bytes) -> "array[int]":
        numbers = list(struct.unpack("<109I", head[76:512]))
        following, count = struct.unpack("<2I", head[68:76])
        for _ in range(min(count, 1024)):
            if following >= _LAST_SECTOR_ID:
                break
            block = self._sector(following)
            if len(block) < self._sector_size:
                raise Invalid("file_damaged")
            *more, following = struct.unpack(f"<{self._sector_size // 4}I", block)
            numbers += more
        fat: array[int] = array("I")
        for number in numbers:
            if number < _LAST_SECTOR_ID:
                block = self._sector(number)
                fat.frombytes(block[: len(block) // 4 * 4])
        return fat

    def _chain(self, number: int, limit: int) -> bytes:
        found = bytearray()
        while number < _LAST_SECTOR_ID and len(found) < limit:
            block = self._sector(number)
            if not block or number >= len(self._fat):
                raise Invalid("file_damaged")
            found += block
            number = self._fat[number]
        return bytes(found[:limit])


def _root_streams(directory: bytes) -> Iterator[tuple[str, tuple[int, int]]]:
    # Only the root's own children: a table embedded in a letter has a Workbook too, further down.
    entries = [directory[at : at + 128] for at in range(0, len(directory) - 127, 128)]
    if not entries:
        raise Invalid("file_damaged")
    waiting = [int.from_bytes(entries[0][76:80], "little")]
    seen: set[int] = set()
    while waiting:
        number = waiting.pop()
        if number in seen or number >= len(entries):
            continue
        seen.add(number)
        entry = entries[number]
        length = int.from_bytes(entry[64:66], "little")
        name = entry[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
        yield name, (int.from_bytes(entry[116:120], "little"), int.from_bytes(entry[120:124], "little"))
        waiting += struct.unpack("<2I", entry[68:76])
