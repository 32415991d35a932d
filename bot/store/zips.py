"""Bounded looks inside ZIP archives and the XML in them, as Office and OpenDocument files are made."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO
from xml.parsers import expat

from bot.problems import Invalid
from bot.store.compound import PART_LIMIT

DIRECTORY_LIMIT = 4 * 2**20


@contextmanager
def open_archive(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open the ZIP at `path`; whatever is broken in it while it is open raises Invalid `file_damaged`."""
    with path.open("rb") as file:
        _refuse_long_directory(file)
        try:
            with zipfile.ZipFile(file) as opened:
                yield opened
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            struct.error,
            ValueError,
            NotImplementedError,
        ) as error:
            raise Invalid("file_damaged") from error


def _refuse_long_directory(file: BinaryIO) -> None:
    # zipfile reads the whole list of entries at once: millions of empty ones would fill the memory.
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - 65_557))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        raise Invalid("file_damaged")
    if int.from_bytes(tail[at + 12 : at + 16], "little") > DIRECTORY_LIMIT:
        raise Invalid("file_zip")


def read_part(opened: zipfile.ZipFile, name: str, limit: int = PART_LIMIT) -> bytes:
    """Inflate the first `limit` bytes of an entry. Raises Invalid: `file_damaged` (also: no such entry), `file_encrypted`."""
    try:
        info = opened.getinfo(name)
    except KeyError:
        raise Invalid("file_damaged") from None
    if info.flag_bits & 0x1:
        raise Invalid("file_encrypted")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Invalid("file_damaged")
    with opened.open(info) as part:
        return part.read(limit)


def parse_xml(
    data: bytes,
    *,
    start: Callable[[str, dict[str, str]], Any],
    end: Callable[[str], Any] = lambda _name: None,
    text: Callable[[str], Any] = lambda _text: None,
) -> None:
    """Feed XML, possibly cut off, to the handlers under local names. Raises Invalid `file_damaged`; a DTD counts as that."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = lambda name, attributes: start(
        _local(name), {_local(key): value for key, value in attributes.items()}
    )
    parser.EndElementHandler = lambda name: end(_local(name))
    parser.CharacterDataHandler = text
    try:
        parser.Parse(data, len(data) < PART_LIMIT)
    except expat.ExpatError as error:
        raise Invalid("file_damaged") from error


def _refuse_doctype(*_declaration: object) -> None:
    raise Invalid("file_damaged")


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def ooxml_parts(opened: zipfile.ZipFile) -> dict[str, str]:
    """Map each part named in [Content_Types].xml to its content type, and each default as `*.ext`."""
    parts: dict[str, str] = {}

    def note(tag: str, attributes: dict[str, str]) -> None:
        kind = attributes.get("ContentType", "").strip()
        if tag == "Override":
            parts[attributes.get("PartName", "").lstrip("/")] = kind
        elif tag == "Default":
            parts[f"*.{attributes.get('Extension', '')}"] = kind

    parse_xml(read_part(opened, "[Content_Types].xml"), start=note)
    return parts
