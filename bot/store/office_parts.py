"""What Office and OpenDocument files say in all the places where a stamp can stand: text, boxes, notes, comments, properties."""

import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from html import unescape
from itertools import islice
from pathlib import Path

from bot.problems import Invalid
from bot.store import filetypes
from bot.store.compound import PART_LIMIT
from bot.store.lookalikes import mark_given_name
from bot.store.zips import ooxml_parts, open_archive, parse_xml, read_part

_LINES = 150
_LATER_PARTS_LIMIT = 2 * PART_LIMIT
"""Bytes that are looked at of all the parts beside the first."""
_PARAGRAPHS = frozenset({"p", "cm"})
_TEXTS = frozenset({"t", "delText", "text"})
_ODT_PARAGRAPHS = frozenset({"p", "h", "title", "desc"})
_SHEET_HEADS = frozenset({"oddHeader", "firstHeader", "oddFooter", "firstFooter", "evenHeader", "evenFooter"})
_SHEET_PARAGRAPHS = _SHEET_HEADS | {"si", "is", "text", "p"}
_SHEET_TEXTS = _SHEET_HEADS | {"t", "text"}
_HEADER_CODES = re.compile(r'&(?:"[^"]*"|\d+|K[0-9A-Fa-f]{6}|[A-Z&])')
_CELLS = frozenset({"tc", "table-cell"})
_OLD_CAPITALS = re.compile(r"\.Vn\w+H")
"""The fonts of TCVN 5712 in which small letters look like capitals."""
_SHARED_CELL = re.compile(
    rb"""<(?:\w+:)?c\s[^<>]*\bt=["']s["'][^<>]*>(?:<(?:\w+:)?f\b[^<>]*>[^<]*</[^<>]*>)?<(?:\w+:)?v>(\d{1,9})<"""
)
_COUNTED_CELL = re.compile(
    rb"""<(?:\w+:)?c\s[^<>]*\bt=["']str["'][^<>]*>(?:<(?:\w+:)?f\b[^<>]*(?:/>|>[^<]*</[^<>]*>))?<(?:\w+:)?v[^<>]*>([^<]{1,200})<"""
)
"""A text that a formula gave."""
_PEOPLE = frozenset({"creator", "initial-creator", "lastModifiedBy", "printed-by", "Author"})
"""Mật is a given name too."""
_PROPERTIES = (".core-properties+xml", ".custom-properties+xml")
_WORDLESS = [
    "theme+xml",
    "themeOverride+xml",
    "styles+xml",
    "stylesWithEffects+xml",
    "settings+xml",
    "fontTable+xml",
    "webSettings+xml",
    "numbering+xml",
    "relationships+xml",
    "tableStyles+xml",
    "presProps+xml",
    "viewProps+xml",
    "calcChain+xml",
    "chartstyle+xml",
    "chartcolorstyle+xml",
    "diagramLayout+xml",
    "diagramStyle+xml",
    "diagramColors+xml",
    "extended-properties+xml",
    "document.glossary+xml",
    "people+xml",
    "persons+xml",
    "commentAuthors+xml",
]
"""Kinds of parts in which nothing is said, or people are named."""


class _Lines:
    """Gathers the lines of the outer and the nested paragraphs (a text box lies within one) in an XML part."""

    def __init__(self, paragraphs: frozenset[str], texts: frozenset[str]) -> None:
        self.lines: list[str] = []
        self._paragraphs, self._texts = paragraphs, texts
        self._stack: list[list[str]] = []
        self._inside = self._cells = 0
        self._capitals = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in self._paragraphs:
            self._stack.append([])
        if tag in self._texts:
            self._inside += 1
        if tag in _CELLS:
            self._cells += 1
        if tag == "textpath":  # the WordArt of a watermark
            self.lines.append(attributes.get("string", ""))
        if tag in ("docPr", "cNvPr"):  # what stands for a picture where it is not shown
            self.lines += [attributes.get("descr", ""), attributes.get("title", "")]
        if self._stack and tag in ("tab", "s"):
            self._stack[-1].append("\t" if tag == "tab" else " ")
        if self._stack and tag in ("br", "cr", "line-break"):
            self._stack[-1].append("\n")
        self._note_capitals(tag, attributes)

    def _note_capitals(self, tag: str, attributes: dict[str, str]) -> None:
        """Letters that are typed small and shown as capitals count as what is shown."""
        if tag == "r":
            self._capitals = False
        elif tag in ("caps", "smallCaps"):
            self._capitals |= attributes.get("val", "1") not in ("0", "false", "off")
        elif tag == "rPr":
            self._capitals |= attributes.get("cap", "none") != "none"
        elif tag == "rFonts":
            self._capitals |= bool(_OLD_CAPITALS.fullmatch(attributes.get("ascii", "")))

    def end(self, tag: str) -> None:
        if tag in self._texts:
            self._inside -= 1
        if tag in self._paragraphs:
            line = "".join(self._stack.pop())
            self.lines.append(mark_given_name(line) if self._cells else line)
        if tag in _CELLS:
            self._cells -= 1

    def text(self, piece: str) -> None:
        if self._stack and self._inside:
            self._stack[-1].append(piece.upper() if self._capitals else piece)


def _lines_of(
    data: bytes, paragraphs: frozenset[str] = _PARAGRAPHS, texts: frozenset[str] = _TEXTS
) -> list[str]:
    found = _Lines(paragraphs, texts)
    parse_xml(data, start=found.start, end=found.end, text=found.text)
    return found.lines


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
    opened: zipfile.ZipFile,
    parts: Iterable[str],
    paragraphs: frozenset[str] = _PARAGRAPHS,
    texts: frozenset[str] = _TEXTS,
) -> list[str]:
    lines: list[str] = []
    for data in _later_parts(opened, parts):
        with suppress(Invalid):
            lines += _lines_of(data, paragraphs, texts)[:_LINES]
    return lines


def property_lines(parts: Iterable[bytes]) -> list[str]:
    """The values of properties (title, subject, category, state, own ones), each on a line of its own; no names of people."""
    lines: list[str] = []
    inside: list[str] = []

    def text(piece: str) -> None:
        if not _PEOPLE.intersection(inside):
            lines.append(piece)

    for data in parts:
        with suppress(Invalid):
            parse_xml(data, start=lambda tag, _: inside.append(tag), end=lambda _: inside.pop(), text=text)
        inside.clear()
    return lines


def _parts(opened: zipfile.ZipFile) -> dict[str, str]:
    """Every part that is there by its content type, which stands under its own name or under its extension."""
    kinds = {name.lower(): kind for name, kind in ooxml_parts(opened).items()}
    return {
        name: kinds.get(name.lower()) or kinds.get(f"*.{name.rpartition('.')[2].lower()}", "")
        for name in opened.namelist()
    }


def _of_kind(parts: Mapping[str, str], *endings: str) -> list[str]:
    """The parts whose content type ends so; those with numbers in their order."""
    found = [part for part, kind in parts.items() if kind.endswith(endings)]
    return sorted(found, key=lambda part: (len(part), part))


def _others(parts: Mapping[str, str], read: Iterable[str]) -> list[str]:
    """All parts in which something may be said, but for those that have been read."""
    known = {*read, *_of_kind(parts, *_WORDLESS), *_of_kind(parts, *_PROPERTIES)}
    return [part for part in _of_kind(parts, "+xml") if part not in known]


def _properties(opened: zipfile.ZipFile, parts: Mapping[str, str]) -> list[str]:
    return property_lines(_later_parts(opened, _of_kind(parts, *_PROPERTIES)))


def docx_text(path: Path) -> str:
    lines: list[str] = []
    with open_archive(path) as opened:
        parts = _parts(opened)
        first = _of_kind(parts, ".header+xml", ".footer+xml")[:12]
        first += _of_kind(parts, f"{filetypes.DOCX}.main+xml")[:1] or ["word/document.xml"]
        for part in first:
            lines += _lines_of(read_part(opened, part))[:_LINES]
        lines += _later_lines(opened, _others(parts, first))
        lines += _properties(opened, parts)
    return "\n".join(lines)


def pptx_text(path: Path) -> str:
    with open_archive(path) as opened:
        parts = _parts(opened)
        slides = _of_kind(parts, ".slide+xml")
        lines = _lines_of(read_part(opened, slides[0])) if slides else []
        lines += _later_lines(opened, slides[1:] + _others(parts, slides))
        lines += _properties(opened, parts)
    return "\n".join(lines)


def xlsx_text(path: Path) -> str:
    lines: list[str] = []
    with open_archive(path) as opened:
        parts = _parts(opened)
        sheets, words = _of_kind(parts, ".worksheet+xml"), _of_kind(parts, ".sharedStrings+xml")[:1]
        strings = [line for part in words for line in _sheet_lines(read_part(opened, part))]
        lines += strings[:_LINES] + strings[-6:]
        first = [read_part(opened, part) for part in sheets[:1]]
        for data in [*first, *_later_parts(opened, sheets[1:])]:
            with suppress(Invalid):
                found = _sheet_lines(data)
                lines += [*_cells(data, strings), *found[:_LINES], *found[-6:]]
        rest = _others(parts, sheets + words)
        lines += _later_lines(opened, rest, _SHEET_PARAGRAPHS, _SHEET_TEXTS)
        lines += _sheet_names(opened, _of_kind(parts, f"{filetypes.XLSX}.main+xml"))
        lines += _properties(opened, parts)
    return "\n".join(map(without_header_codes, lines))


def without_header_codes(line: str) -> str:
    """A header of a sheet without the codes for fonts, sizes and places between its words."""
    return _HEADER_CODES.sub("\n", line)


def _sheet_lines(data: bytes) -> list[str]:
    return _lines_of(data, _SHEET_PARAGRAPHS, _SHEET_TEXTS)


def _cells(sheet: bytes, strings: Sequence[str]) -> Iterator[str]:
    """The first texts of a sheet's cells that stand among the workbook's shared strings, or that formulas gave."""
    for found in islice(_SHARED_CELL.finditer(sheet), _LINES):
        if int(found[1]) < len(strings):
            yield strings[int(found[1])]
    for found in islice(_COUNTED_CELL.finditer(sheet), _LINES):
        yield unescape(found[1].decode("utf-8", "replace"))


def _sheet_names(opened: zipfile.ZipFile, parts: Iterable[str]) -> list[str]:
    names: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            names.append(attributes.get("name", ""))

    for data in _later_parts(opened, parts):
        with suppress(Invalid):
            parse_xml(data, start=start)
    return names


def odt_text(path: Path) -> str:
    with open_archive(path) as opened:
        lines = _lines_of(read_part(opened, "content.xml"), _ODT_PARAGRAPHS, _ODT_PARAGRAPHS)[:_LINES]
        if "styles.xml" in opened.namelist():
            lines += _lines_of(read_part(opened, "styles.xml"), _ODT_PARAGRAPHS, _ODT_PARAGRAPHS)[:_LINES]
        lines += property_lines(_later_parts(opened, ["meta.xml"]))
    return "\n".join(lines)
