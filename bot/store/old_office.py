"""What the files of Office before 2007 say: DOC, XLS and PPT, in bounded looks."""

import re
import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from bot.problems import Invalid
from bot.store.compound import PART_LIMIT, Compound
from bot.store.lookalikes import mark_given_name
from bot.store.office_parts import without_header_codes

_RUN = 64 * 1024
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f]")
_PROPERTIES = ("\x05SummaryInformation", "\x05DocumentSummaryInformation")

# Kinds of records in a workbook ([MS-XLS] 2.3), and how far into each its text begins.
_SHARED, _GOES_ON, _SEALED = 0x00FC, 0x003C, 0x002F
_TEXTS = {0x0014: 0, 0x0015: 0, 0x0204: 6, 0x0207: 0}
"""Header, footer, a cell's own text, a text that a formula gave."""
_SHEET_NAME = 0x0085
_SLIDE_TEXT = re.compile(rb"[\xa0\xa8\xba]\x0f(....)", re.DOTALL)
"""The head of a text in a presentation ([MS-PPT] 2.9): TextCharsAtom, TextBytesAtom, CString; then its length."""


def doc_text(path: Path) -> str:
    """Raises Invalid: file_damaged, file_encrypted."""
    with path.open("rb") as file:
        compound = Compound(file)
        head = compound.read("WordDocument", 512)
        if len(head) < 32 or head[:2] not in (b"\xec\xa5", b"\xdc\xa5"):
            raise Invalid("file_damaged")
        if head[11] & 0x01:
            raise Invalid("file_encrypted")
        start = min(int.from_bytes(head[24:28], "little"), PART_LIMIT)
        end = min(int.from_bytes(head[28:32], "little"), PART_LIMIT)
        runs = [compound.read("WordDocument", _RUN, start=start)]
        # Footnotes, heads and feet of the pages follow the text.
        if end > start + _RUN:
            runs.append(compound.read("WordDocument", _RUN, start=end - _RUN))
        return "\n".join([*map(_every_reading, runs), *_property_lines(compound)])


def _every_reading(run: bytes) -> str:
    # The text is UTF-16 or one byte a letter, changing from piece to piece: the wrong reading is noise without words.
    readings = (
        run.decode("utf-16-le", "replace"),
        run[1:].decode("utf-16-le", "replace"),
        run.decode("latin-1"),
        run.decode("cp1258", "replace"),
    )
    return "\n".join(_CONTROLS.sub("\n", reading) for reading in readings)


def _property_lines(compound: Compound) -> Iterator[str]:
    """Of the properties, among which their author is named."""
    for name in _PROPERTIES:
        with suppress(Invalid, KeyError):
            found = compound.read(name, _RUN)
            readings = _every_reading(found) + "\n" + _CONTROLS.sub("\n", found.decode("utf-8", "replace"))
            yield from map(mark_given_name, readings.split("\n"))


def xls_text(path: Path) -> str:
    """Raises Invalid: file_damaged, file_encrypted. One whose storage is broken is read as it lies there: its sender is told to save
    it anew."""
    with path.open("rb") as file:
        try:
            compound = Compound(file)
        except Invalid:
            file.seek(0)
            return _every_reading(file.read(8 * _RUN))
        stream = compound.read("Workbook" if "Workbook" in compound.names else "Book", PART_LIMIT)
        lines = [without_header_codes(line) for line in _workbook_lines(stream)]
        return "\n".join([*lines, *_property_lines(compound)])


def _records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + size]
        at += 4 + size


def _workbook_lines(stream: bytes) -> Iterator[str]:
    shared = _SharedStrings()
    follows = 0
    for kind, body in _records(stream):
        if kind == _SEALED:
            raise Invalid("file_encrypted")
        if kind == _SHARED:
            yield from shared.read(body[8:])
        elif kind == _GOES_ON and follows == _SHARED:
            yield from shared.go_on(body)
        elif kind == _GOES_ON:  # of a text box, or of a note
            yield _letters(body[1:], wide=bool(body[:1] and body[0] & 1))
        elif kind in _TEXTS:
            yield from _SharedStrings().read(body[_TEXTS[kind] :])
        elif kind == _SHEET_NAME and len(body) > 8:
            yield _letters(body[8:], wide=bool(body[7] & 1))
        follows = follows if kind == _GOES_ON else kind


class _SharedStrings:
    """Texts one after the other: how many letters, how they are kept, what else goes with them, the letters."""

    def __init__(self) -> None:
        self._left = 0
        self._begun = ""

    def read(self, body: bytes) -> Iterator[str]:
        at = 0
        while at + 3 <= len(body):
            count, flags = struct.unpack_from("<HB", body, at)
            runs = int.from_bytes(body[at + 3 : at + 5], "little") if flags & 8 else 0
            beside = at + 3 + (2 if flags & 8 else 0)
            extra = int.from_bytes(body[beside : beside + 4], "little") if flags & 4 else 0
            at = beside + (4 if flags & 4 else 0)
            size = count * (2 if flags & 1 else 1)
            text = _letters(body[at : at + size], wide=bool(flags & 1))
            self._left, self._begun = count - len(text), text
            if self._left > 0:
                break
            yield text
            at += size + 4 * runs + extra

    def go_on(self, body: bytes) -> Iterator[str]:
        """A record may end within a text; how its letters are kept is said again then."""
        if self._left <= 0 or not body:
            yield from self.read(body)
            return
        wide = bool(body[0] & 1)
        size = self._left * (2 if wide else 1)
        yield self._begun + _letters(body[1 : 1 + size], wide=wide)
        yield from self.read(body[1 + size :])


def _letters(raw: bytes, *, wide: bool) -> str:
    return raw[: len(raw) // 2 * 2].decode("utf-16-le", "replace") if wide else raw.decode("latin-1")


def ppt_text(path: Path) -> str:
    """Raises Invalid: file_damaged."""
    with path.open("rb") as file:
        compound = Compound(file)
        stream = compound.read("PowerPoint Document", PART_LIMIT)
        return "\n".join([*_slide_lines(stream), *_property_lines(compound)])


def _slide_lines(stream: bytes) -> Iterator[str]:
    for found in _SLIDE_TEXT.finditer(stream):
        size = int.from_bytes(found[1], "little")
        if size <= _RUN and stream[max(0, found.start() - 2)] & 0x0F == 0:
            text = _letters(stream[found.end() : found.end() + size], wide=found[0][0] != 0xA8)
            yield _CONTROLS.sub("\n", text)
