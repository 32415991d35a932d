"""What stands on the first page of a file, as text: where a stamp would be."""

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from pypdf import PageObject, PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError

from bot.problems import Invalid
from bot.store import filetypes
from bot.store.compound import PART_LIMIT, Compound
from bot.store.zips import ooxml_parts, open_archive, parse_xml, read_part

_LINES = 150
_PDF_CONTENT_LIMIT = 2 * 2**20
_HEADER_CODES = re.compile(r'&(?:"[^"]*"|\d+|K[0-9A-Fa-f]{6}|[A-Z&])')


def _pdf_text(path: Path) -> str:
    # What pypdf says about a damaged file quotes pieces of it; those do not belong in a log.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    with path.open("rb") as file:
        try:
            reader = PdfReader(file, strict=False)
            if reader.is_encrypted and not reader.decrypt(""):
                raise FileNotDecryptedError("a password is needed")
            return "\n".join(_page_texts(reader.pages[0]))
        except (DependencyError, FileNotDecryptedError) as error:
            raise Invalid("file_encrypted") from error
        # A broken PDF makes pypdf fail in a dozen ways, KeyError and RecursionError among them.
        except Exception as error:
            raise Invalid("file_damaged") from error


def _page_texts(page: PageObject) -> Iterable[str]:
    contents = page.get_contents()
    if contents is not None and len(contents.get_data()) <= _PDF_CONTENT_LIMIT:
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


def _docx_text(path: Path) -> str:
    lines: list[str] = []
    with open_archive(path) as opened:
        parts = ooxml_parts(opened)
        bodies = [part for part, kind in parts.items() if kind == f"{filetypes.DOCX}.main+xml"]
        edges = [part for part, kind in parts.items() if kind.endswith((".header+xml", ".footer+xml"))]
        for part in edges[:12] + bodies[:1]:
            lines += _paragraphs(read_part(opened, part), frozenset({"p"}), frozenset({"t"}))[:_LINES]
    return "\n".join(lines)


def _odt_text(path: Path) -> str:
    kinds = frozenset({"p", "h"})
    with open_archive(path) as opened:
        lines = _paragraphs(read_part(opened, "content.xml"), kinds, kinds)[:_LINES]
        if "styles.xml" in opened.namelist():
            lines += _paragraphs(read_part(opened, "styles.xml"), kinds, kinds)[:_LINES]
    return "\n".join(lines)


def _xlsx_text(path: Path) -> str:
    texts = frozenset({"t", "oddHeader", "firstHeader", "oddFooter", "firstFooter"})
    lines: list[str] = []
    with open_archive(path) as opened:
        sheets = [part for part, kind in ooxml_parts(opened).items() if kind.endswith(".worksheet+xml")]
        strings = [part for part in opened.namelist() if part == "xl/sharedStrings.xml"]
        for part in strings + sorted(sheets, key=lambda sheet: (len(sheet), sheet))[:1]:
            found = _paragraphs(read_part(opened, part), texts - {"t"} | {"si", "is"}, texts)
            lines += found[:_LINES] + found[-4:]
    return "\n".join(_HEADER_CODES.sub("\n", line) for line in lines)


def _pptx_text(path: Path) -> str:
    with open_archive(path) as opened:
        slides = [part for part, kind in ooxml_parts(opened).items() if kind.endswith(".slide+xml")]
        first = sorted(slides, key=lambda slide: (len(slide), slide))[:1]
        return "\n".join(
            line
            for part in first
            for line in _paragraphs(read_part(opened, part), frozenset({"p"}), frozenset({"t"}))
        )


def _doc_text(path: Path) -> str:
    with path.open("rb") as file:
        compound = Compound(file)
        head = compound.read("WordDocument", 512)
        if len(head) < 28 or head[:2] not in (b"\xec\xa5", b"\xdc\xa5"):
            raise Invalid("file_damaged")
        if head[11] & 0x01:
            raise Invalid("file_encrypted")
        start = int.from_bytes(head[24:28], "little")
        run = compound.read("WordDocument", 64 * 1024, start=min(start, PART_LIMIT))
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

    Read are: the text and notes of the first page of a PDF; headers, watermarks and the first paragraphs, tables and text
    boxes of DOCX and ODT; the first strings and the first sheet's header of XLSX; the first slide of PPTX; the text runs in the
    first 64 KB of a DOC; the cells in the first 64 KB of a CSV. NOT seen are: pictures and anything drawn as one (a scanned PDF,
    a photographed or pasted stamp), XLS and PPT beyond their name, later pages, and a PDF page of more than 2 MB of drawing.
    Raises Invalid: `file_damaged`, `file_encrypted` (a password keeps the text from being read).
    """
    read = _READERS.get(media_type)
    return read(path) if read else ""
