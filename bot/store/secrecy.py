"""The stamps of state secrecy (MẬT, TỐI MẬT, TUYỆT MẬT), read from text, file names and first pages.

Source of the rule: Luật Bảo vệ bí mật nhà nước số 117/2025/QH15 (10/12/2025, in force from 01/3/2026): what is
stamped may not be kept on or sent over machines that are connected to the Internet.
"""

import logging
import re
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path

from pypdf import PageObject, PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError

from bot.problems import Invalid
from bot.store import filetypes
from bot.store.compound import PART_LIMIT, Compound
from bot.store.filetypes import ooxml_parts, open_archive, parse_xml, read_part

_DEGREES = frozenset({"MẬT", "TỐIMẬT", "TUYỆTMẬT"})
# The same in the encodings before Unicode, TCVN3 (.VnTime) and VNI, as they look when read as Latin-1.
_OLD_FONTS = frozenset({"MËT", "TèIMËT", "TUYÖTMËT", "MAÄT", "TOÁIMAÄT", "TUYEÄTMAÄT"})
_DEGREE = r"(?:(?:TỐI|TUYỆT)\s+)?MẬT"

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_COLUMNS = re.compile(r"\t+|\s{2,}|\s*[|│┃]\s*")
_COMPANY = re.compile(
    r"\b(?:H[ỎO][ẢA] TỐC|THƯỢNG KHẨN|KHẨN|DỰ THẢO|TÀI LIỆU|VĂN BẢN|HỒ SƠ|ĐỘ(?= +(?:TỐI|TUYỆT))|BẢN SỐ\W{0,3}[\d/]+)(?!\w)"
)
_LABEL = re.compile(
    r"độ\s+mật\s*[:：=–-][^\w☐□]*(?:(?:tối|tuyệt)\s+mật|mật)(?!\w)(?!\W*(?:tối|tuyệt|mật|độ|mã|khẩu))",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"[(\[]\s?(?:(?:tối|tuyệt)\s+)?mật\s?[)\]]", re.IGNORECASE)
_AT_LINE_START = re.compile(
    rf"\W*{_DEGREE} (?:ĐẢNG CỘNG SẢN|CỘNG H[ÒO][ÀA]|[A-ZĐ]\w*[^\W\dA-Z]\w*.{{0,60}}, ngày\b)"
)
_AT_LINE_END = re.compile(
    rf"(?:^\W*VIỆT NAM|ĐẢNG CỘNG SẢN VIỆT NAM|^(?:Số|SỐ|\d).{{0,60}}[-/][A-ZĐ]\w*) {_DEGREE}\W*$"
)
_JOINED_BEFORE = ("bí", "bảo", "cơ", "thân", "trăng", "huyền")


def bears_secrecy_stamp(text: str) -> bool:
    """Tell whether a line of `text` (any Unicode form) bears a stamp of secrecy, and not only the word in a sentence."""
    line_before = ""
    for raw in unicodedata.normalize("NFC", text).splitlines():
        line = _INVISIBLE.sub("", raw).replace("\u00a0", " ").strip()
        if line and _line_stamped(line, wrapped=line_before.endswith(_JOINED_BEFORE)):
            return True
        if line:
            line_before = _letters(line[-40:]).casefold()
    return False


def _line_stamped(line: str, *, wrapped: bool) -> bool:
    if _alone(line, wrapped=wrapped):
        return True
    columns = [part for part in _COLUMNS.split(line) if part]
    # Two degrees side by side are the heads of a table about secrecy, not a stamp.
    if len(columns) > 1 and sum(_alone(column, wrapped=False) for column in columns) == 1:
        return True
    if _LABEL.search(line) or any(
        _after_symbol(line[: found.start()]) for found in _BRACKETED.finditer(line)
    ):
        return True
    # A PDF loses the gap between the two columns of a letterhead.
    words = " ".join(line.split())
    return len(words) <= 200 and bool(_AT_LINE_START.match(words) or _AT_LINE_END.search(words))


def _alone(part: str, *, wrapped: bool) -> bool:
    if len(part) > 80 or any(mark in part for mark in "☐□:?…"):
        return False
    letters = _letters(_COMPANY.sub("", part))
    bracketed = part[0] in "([{*<«"
    if letters in _DEGREES or letters in _OLD_FONTS:
        return bracketed or not (wrapped and letters == "MẬT")
    return letters.upper() in _DEGREES and (bracketed or (letters[0].isupper() and not wrapped))


def _letters(part: str) -> str:
    # Spaces and stars fall out; a PDF may also set the marks of a letter apart from it.
    kept = "".join(char for char in part if char.isalnum() or unicodedata.combining(char))
    return unicodedata.normalize("NFC", kept)


def _after_symbol(before: str) -> bool:
    symbol = before[-80:].rsplit(maxsplit=1)[-1:]
    return bool(symbol and re.search(r"[-/]", symbol[0]) and re.search(r"[A-ZĐ]", symbol[0]))


# File names

_NAME_WORDS = re.compile(r"[^\W_]+")
_NAME_BRACKETED = re.compile(r"[(\[]\s*(?:(?:tối|tuyệt|toi|tuyet)[\s_-]*)?(?:mật|mat)\s*[)\]]", re.IGNORECASE)
_JOINED_AFTER = frozenset({"khẩu", "mã", "ong", "độ", "thiết", "danh", "thư", "lệnh", "đường", "vụ", "ngữ"})
_SYMBOL_WORD = re.compile(
    r"\d+[a-z]?|BC|QĐ|QD|KH|CV|TB|KL|NQ|HD|CT|CTr|TTr|BB|ĐA|DA|QC|TW|TU|ĐU|DU|HU|ĐUK|UBND|VP"
)
_ASCII_JOINED_BEFORE = frozenset(
    {"bao", "bi", "co", "than", "vang", "gap", "ra", "be", "lam", "kin", "hai", "khuon"}
)


def stamped_name(name: str) -> bool:
    """Tell whether a file name says that the file is secret, as in `123-BC_MAT.docx` or `Báo cáo (Mật).pdf`.

    Without diacritics "mat" is also mặt, mất and mắt: it counts in brackets, after TUYET or TOI, and in capitals
    at the end after a document symbol or a dash.
    """
    stem = unicodedata.normalize("NFC", _INVISIBLE.sub("", name)).strip()
    stem = re.sub(r"\.[A-Za-z]{2,4}x?$", "", stem)
    if _NAME_BRACKETED.search(stem):
        return True
    words = list(_NAME_WORDS.finditer(stem))
    return any(_word_stamped(stem, words, at) for at in range(len(words)))


def _word_stamped(stem: str, words: list[re.Match[str]], at: int) -> bool:
    word = words[at][0]
    low = word.casefold()
    before = words[at - 1][0] if at else ""
    after = words[at + 1][0].casefold() if at + 1 < len(words) else ""
    gap = stem[words[at - 1].end() : words[at].start()] if at else ""
    if low in ("tốimật", "tuyệtmật", "tuyetmat"):
        return True
    if low == "mật":
        if before.casefold() in ("tối", "tuyệt"):
            return True
        if before.casefold() in _JOINED_BEFORE or after in _JOINED_AFTER:
            return False
        leads = not at and not stem[words[0].end() :].startswith(" ")
        return word == "MẬT" or not after or leads
    if low == "mat" and before.casefold() == "tuyet":
        return True
    if low == "mat" and before.casefold() == "toi":
        return not after or (at == 1 and after != "tran")
    if word != "MAT":
        return False
    if not after:
        symbol = bool(_SYMBOL_WORD.fullmatch(before))
        dashed = (
            bool(gap.strip(" ")) and not before.isupper() and before.casefold() not in _ASCII_JOINED_BEFORE
        )
        return symbol or dashed
    return not at and bool(
        re.match(r"[\s_-]+\d+[\s_-]*(?:BC|QĐ|QD|KH|CV|TB|KL|NQ|HD|CT)\b", stem[words[0].end() :])
    )


# First pages

_LINES = 150
_PDF_CONTENT_LIMIT = 2 * 2**20
_HEADER_CODES = re.compile(r'&(?:"[^"]*"|\d+|K[0-9A-Fa-f]{6}|[A-Z&])')


def secret_file(path: Path, media_type: str, name: str) -> bool:
    """Tell whether the file at `path`, of a type that `filetypes.sniff` gave, bears a stamp in its name or first page.

    Read are: the text and notes of the first page of a PDF; headers, watermarks and the first paragraphs, tables and text
    boxes of DOCX and ODT; the first strings and the first sheet's header of XLSX; the first slide of PPTX; the text runs in the
    first 64 KB of a DOC; the cells in the first 64 KB of a CSV. NOT seen are: pictures and anything drawn as one (a scanned PDF, a photographed or pasted
    stamp), XLS and PPT beyond their name, later pages, and a PDF page of more than 2 MB of drawing.
    Raises Invalid: `file_damaged`, `file_encrypted` (a password keeps the text from being read).
    """
    if stamped_name(name):
        return True
    read = _READERS.get(media_type)
    return read is not None and bears_secrecy_stamp(read(path))


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


_READERS: dict[str, Callable[[Path], str]] = {
    filetypes.PDF: _pdf_text,
    filetypes.DOCX: _docx_text,
    filetypes.ODT: _odt_text,
    filetypes.XLSX: _xlsx_text,
    filetypes.PPTX: _pptx_text,
    filetypes.DOC: _doc_text,
    filetypes.CSV: _table_text,
}
