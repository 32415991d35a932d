"""What stands on the first page of a file, as text: where a stamp would be."""

import logging
import re
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

from pypdf import PageObject, PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError

from bot.problems import Invalid
from bot.store import filetypes
from bot.store.compound import PART_LIMIT, Compound
from bot.store.zips import ooxml_parts, open_archive, parse_xml, read_part

_LINES = 150
_PAGES = 3
_PDF_PROPERTIES = ("/Title", "/Subject", "/Keywords")
_PDF_CONTENT_LIMIT, _LATER_CONTENT_LIMIT = 2 * 2**20, 2**17
_PDF_SECONDS = 1.0
"""No further page is looked at after so long: what takes longer than it may is refused, and a heavy drawing is no stamp."""
_LATER_PARTS_LIMIT = 2 * PART_LIMIT
"""Bytes that are looked at of all the parts beside the first."""
_DOC_RUN = 64 * 1024
_SHARED_CELL = re.compile(
    rb"""<(?:\w+:)?c\s[^<>]*\bt=["']s["'][^<>]*>(?:<(?:\w+:)?f\b[^<>]*>[^<>]*</[^<>]*>)?<(?:\w+:)?v>(\d{1,9})<"""
)
_PEOPLE = frozenset({"creator", "initial-creator", "lastModifiedBy", "printed-by"})
"""Mật is a given name too."""
_PROPERTIES = (".core-properties+xml", ".custom-properties+xml")
_HEADER_CODES = re.compile(r'&(?:"[^"]*"|\d+|K[0-9A-Fa-f]{6}|[A-Z&])')


def _pdf_text(path: Path) -> str:
    # What pypdf says about a damaged file quotes pieces of it; those do not belong in a log.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    began = time.monotonic()
    with path.open("rb") as file:
        try:
            reader = PdfReader(file, strict=False)
            if reader.is_encrypted and not reader.decrypt(""):
                raise FileNotDecryptedError("a password is needed")
            first = list(_page_texts(reader.pages[0], _PDF_CONTENT_LIMIT))
            return "\n".join([*first, *_later_texts(reader, time.monotonic() - began)])
        except (DependencyError, FileNotDecryptedError) as error:
            raise Invalid("file_encrypted") from error
        # A broken PDF makes pypdf fail in a dozen ways, KeyError and RecursionError among them.
        except Exception as error:
            raise Invalid("file_damaged") from error


def _later_texts(reader: PdfReader, spent: float) -> list[str]:
    """What the properties and the next pages say, as far as it can be read; `spent`: seconds gone for the first page."""
    texts: list[str] = []
    began = time.monotonic() - spent
    with suppress(Exception):
        texts += [str(value) for key, value in (reader.metadata or {}).items() if key in _PDF_PROPERTIES]
    for at in range(1, _PAGES):
        if time.monotonic() - began > _PDF_SECONDS:
            break
        with suppress(Exception):
            texts += _page_texts(reader.pages[at], _LATER_CONTENT_LIMIT)
    return texts


def _page_texts(page: PageObject, limit: int) -> Iterable[str]:
    contents = page.get_contents()
    if contents is not None and len(contents.get_data()) <= limit:
        yield page.extract_text()
        # The second look keeps the columns of a letterhead apart.
        yield page.extract_text(extraction_mode="layout")
    for note in page.annotations or ():
        yield str(note.get_object().get("/Contents", ""))


def _paragraphs(data: bytes, paragraphs: frozenset[str], texts: frozenset[str]) -> list[str]:
    """List the lines of the outer and the nested paragraphs (a text box lies within one) in an XML part."""
    lines: list[str] = []
    stack: list[list[str]] = []
    inside: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag in paragraphs:
            stack.append([])
        if tag in texts:
            inside.append(tag)
        if tag == "textpath":  # the WordArt of a watermark
            lines.append(attributes.get("string", ""))
        if stack and tag in ("tab", "s"):
            stack[-1].append("\t" if tag == "tab" else " ")
        if stack and tag in ("br", "cr", "line-break"):
            stack[-1].append("\n")

    def end(tag: str) -> None:
        if tag in texts:
            inside.pop()
        if tag in paragraphs:
            lines.append("".join(stack.pop()))

    def text(piece: str) -> None:
        if stack and inside:
            stack[-1].append(piece)

    parse_xml(data, start=start, end=end, text=text)
    return lines


_OOXML_KINDS = frozenset({"p"}), frozenset({"t"})


def _later_parts(opened: zipfile.ZipFile, parts: Iterable[str]) -> Iterator[bytes]:
    """The parts beside the first, up to a limit of them all. One that is missing hides nothing and damages nothing."""
    left = _LATER_PARTS_LIMIT
    for part in parts:
        with suppress(Invalid):
            data = read_part(opened, part)
            left -= len(data)
            if left < 0:
                return
            yield data


def _later_lines(
    opened: zipfile.ZipFile, parts: Iterable[str], paragraphs: frozenset[str], texts: frozenset[str]
) -> list[str]:
    lines: list[str] = []
    for data in _later_parts(opened, parts):
        with suppress(Invalid):
            lines += _paragraphs(data, paragraphs, texts)[:_LINES]
    return lines


def _property_lines(opened: zipfile.ZipFile, parts: Iterable[str]) -> list[str]:
    """The values of properties (title, subject, category, state, own ones), each on a line of its own; no names of people."""
    lines: list[str] = []
    inside: list[str] = []

    def start(tag: str, _attributes: dict[str, str]) -> None:
        inside.append(tag)

    def end(_tag: str) -> None:
        inside.pop()

    def text(piece: str) -> None:
        if inside and inside[-1] not in _PEOPLE:
            lines.append(piece)

    for data in _later_parts(opened, parts):
        with suppress(Invalid):
            parse_xml(data, start=start, end=end, text=text)
        inside.clear()
    return lines


def _of_kind(parts: Mapping[str, str], *endings: str) -> list[str]:
    """The parts whose content type ends so; those with numbers in their order."""
    found = [part for part, kind in parts.items() if kind.endswith(endings) and not part.startswith("*")]
    return sorted(found, key=lambda part: (len(part), part))


def _docx_text(path: Path) -> str:
    lines: list[str] = []
    with open_archive(path) as opened:
        parts = ooxml_parts(opened)
        edges = _of_kind(parts, ".header+xml", ".footer+xml")
        for part in edges[:12] + _of_kind(parts, f"{filetypes.DOCX}.main+xml")[:1]:
            lines += _paragraphs(read_part(opened, part), *_OOXML_KINDS)[:_LINES]
        notes = _of_kind(parts, ".footnotes+xml", ".endnotes+xml")
        lines += _later_lines(opened, edges[12:] + notes, *_OOXML_KINDS)
        lines += _property_lines(opened, _of_kind(parts, *_PROPERTIES))
    return "\n".join(lines)


def _odt_text(path: Path) -> str:
    kinds = frozenset({"p", "h"})
    with open_archive(path) as opened:
        lines = _paragraphs(read_part(opened, "content.xml"), kinds, kinds)[:_LINES]
        if "styles.xml" in opened.namelist():
            lines += _paragraphs(read_part(opened, "styles.xml"), kinds, kinds)[:_LINES]
        lines += _property_lines(opened, ["meta.xml"])
    return "\n".join(lines)


def _xlsx_text(path: Path) -> str:
    headers = frozenset({"oddHeader", "firstHeader", "oddFooter", "firstFooter", "evenHeader", "evenFooter"})
    paragraphs, texts = headers | {"si", "is"}, headers | {"t"}
    strings: list[str] = []
    lines: list[str] = []
    with open_archive(path) as opened:
        parts = ooxml_parts(opened)
        sheets = _of_kind(parts, ".worksheet+xml")
        if "xl/sharedStrings.xml" in opened.namelist():
            strings = _paragraphs(read_part(opened, "xl/sharedStrings.xml"), paragraphs, texts)
        for found in [
            strings,
            *(_paragraphs(read_part(opened, part), paragraphs, texts) for part in sheets[:1]),
        ]:
            lines += found[:_LINES] + found[-6:]
        for data in _later_parts(opened, sheets[1:]):
            with suppress(Invalid):
                found = _paragraphs(data, paragraphs, texts)
                lines += _shared_cells(data, strings) + found[:_LINES] + found[-6:]
        lines += _property_lines(opened, _of_kind(parts, *_PROPERTIES))
    return "\n".join(_HEADER_CODES.sub("\n", line) for line in lines)


def _shared_cells(sheet: bytes, strings: Sequence[str]) -> list[str]:
    """The first texts of a sheet's cells that stand among the workbook's shared strings."""
    numbers = [int(found[1]) for found in islice(_SHARED_CELL.finditer(sheet), _LINES)]
    return [strings[number] for number in numbers if number < len(strings)]


def _pptx_text(path: Path) -> str:
    with open_archive(path) as opened:
        parts = ooxml_parts(opened)
        first, *later = _of_kind(parts, ".slide+xml") or [""]
        lines = _paragraphs(read_part(opened, first), *_OOXML_KINDS) if first else []
        later += _of_kind(parts, ".slideMaster+xml", ".notesSlide+xml")
        lines += _later_lines(opened, later, *_OOXML_KINDS)
        lines += _property_lines(opened, _of_kind(parts, *_PROPERTIES))
    return "\n".join(lines)


def _doc_text(path: Path) -> str:
    with path.open("rb") as file:
        compound = Compound(file)
        head = compound.read("WordDocument", 512)
        if len(head) < 32 or head[:2] not in (b"\xec\xa5", b"\xdc\xa5"):
            raise Invalid("file_damaged")
        if head[11] & 0x01:
            raise Invalid("file_encrypted")
        start = min(int.from_bytes(head[24:28], "little"), PART_LIMIT)
        end = min(int.from_bytes(head[28:32], "little"), PART_LIMIT)
        runs = [compound.read("WordDocument", _DOC_RUN, start=start)]
        # Footnotes, heads and feet of the pages follow the text.
        if end > start + _DOC_RUN:
            runs.append(compound.read("WordDocument", _DOC_RUN, start=end - _DOC_RUN))
    return "\n".join(_old_text(run) for run in runs)


def _old_text(run: bytes) -> str:
    # The text is UTF-16 or one byte a letter, changing from piece to piece: the wrong reading is noise without words.
    readings = (
        run.decode("utf-16-le", "replace"),
        run[1:].decode("utf-16-le", "replace"),
        run.decode("latin-1"),
    )
    return "\n".join(re.sub(r"[\x00-\x08\x0b-\x1f]", "\n", reading) for reading in readings)


def _table_text(path: Path) -> str:
    """The first cells of a table saved as text, each on a line of its own, as each encoding would have them."""
    with path.open("rb") as file:
        head = file.read(64 * 1024)
    readings = (head.decode("utf-8", "replace"), head.decode("utf-16", "replace"), head.decode("latin-1"))
    return "\n".join(re.sub(r'[,;|\t"]', "\n", reading) for reading in readings)


_READERS: Mapping[str, Callable[[Path], str]] = {
    filetypes.PDF: _pdf_text,
    filetypes.DOCX: _docx_text,
    filetypes.ODT: _odt_text,
    filetypes.XLSX: _xlsx_text,
    filetypes.PPTX: _pptx_text,
    filetypes.DOC: _doc_text,
    filetypes.CSV: _table_text,
}


def first_page_text(path: Path, media_type: str) -> str:
    """The lines of the first page of the file at `path`, of a type that `filetypes.sniff_type` gave; "" where none can be read.

    Read are: the text and notes of the first three pages of a PDF and its properties; headers, footers, watermarks, the first
    paragraphs, tables and text boxes, notes and properties of DOCX and ODT; the first strings, each sheet's first cells, header
    and footer, and the properties of XLSX; slides, masters, notes and properties of PPTX; the first 64 KB of a DOC's text runs and
    their last, where its notes and headers are; the cells in the first 64 KB of a CSV. NOT seen are: pictures and anything drawn
    as one (a scanned PDF, a photographed or pasted stamp), XLS and PPT beyond their name, properties of DOC, later pages, parts
    beyond 4 MB, and a PDF page of more than 2 MB of drawing (the second and third: 128 KB, and only if the first was quick).
    Raises Invalid: `file_damaged`, `file_encrypted` (a password keeps the text from being read).
    """
    read = _READERS.get(media_type)
    return read(path) if read else ""
