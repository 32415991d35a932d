"""What a file is, read from its bytes and never from its name, with bounded looks inside ZIP and OLE2."""

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

from bot.problems import Invalid
from bot.store.compound import Compound
from bot.store.zips import DIRECTORY_LIMIT, ooxml_parts, open_archive, read_part

PDF = "application/pdf"
DOC = "application/msword"
XLS = "application/vnd.ms-excel"
PPT = "application/vnd.ms-powerpoint"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
ODT = "application/vnd.oasis.opendocument.text"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
JPEG = "image/jpeg"
PNG = "image/png"
WEBP = "image/webp"
HEIC = "image/heic"
OGG = "audio/ogg"
M4A = "audio/mp4"
AAC = "audio/aac"
CSV = "text/csv"

EXTENSIONS: Mapping[str, tuple[str, ...]] = {
    PDF: (".pdf",),
    DOC: (".doc",),
    DOCX: (".docx",),
    XLS: (".xls",),
    XLSX: (".xlsx",),
    PPT: (".ppt",),
    PPTX: (".pptx",),
    ODT: (".odt",),
    JPEG: (".jpg", ".jpeg", ".jfif"),
    PNG: (".png",),
    WEBP: (".webp",),
    HEIC: (".heic", ".heif"),
}
"""Every type that is taken, with the extensions it may bear; the first is given to a file that bears another."""

SOUNDS: Mapping[str, tuple[str, ...]] = {OGG: (".ogg", ".oga", ".opus"), M4A: (".m4a",), AAC: (".aac",)}
"""Recorded sound, which is taken where something is noted, and nowhere else."""

TABLES: Mapping[str, tuple[str, ...]] = {CSV: (".csv", ".tsv", ".txt")}
"""Tables saved as text, which are taken where a list of units is asked for, and nowhere else."""

_ARCHIVES = (
    "application/x-rar-compressed",
    "application/vnd.rar",
    "application/x-7z-compressed",
    "application/x-gzip",
    "application/x-bzip2",
    "application/x-xz",
    "application/x-tar",
    "application/zip",
    "application/vnd.ms-cab-compressed",
)
_PDF_HEAD = re.compile(rb"%PDF-[12]\.\d")
_PDF_HEAD_WITHIN = 1024
"""Bytes that may stand before the header, as readers of PDF have always allowed."""
_PAGE = re.compile(
    rb"[\xef\xbb\xbf\s]*(?:<\?[^>]*>\s*)*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|table|meta|(?:\w+:)?workbook)\b",
    re.I | re.S,
)
"""A web page, or a table in its form, as many programs write one under the name of an Excel file."""
_OTHER_PICTURES = (
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (b"\0\0\0\x0cJXL ", "JPEG XL"),
    (b"\xff\x0a", "JPEG XL"),
)
_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def sniff_type(path: Path) -> str:
    """Give the media type of the file at `path`, one of `EXTENSIONS`, `SOUNDS` or `TABLES`, from its bytes alone.

    Raises Invalid: `file_type` (not on the list), `file_macro`, `file_ods`, `file_page` (a web page under another
    name), `file_picture` (`kind`: a picture of another kind), `file_zip` (an archive), `file_encrypted` (an Office
    file under a password) or `file_damaged`. Inflates a few MB at the most, whatever an archive claims to hold.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith(b"PK\x03\x04"):
        return _zip_type(path)
    if head.startswith(_OLE2):
        return _ole2_type(path)
    # Own signatures, because puremagic also calls JPEG 2000 a JPEG and any RIFF (sound, video) a WEBP.
    if head.lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(b"%PDF-"):
        return PDF
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return WEBP
    if _is_heic(head):
        return HEIC
    if head.startswith(b"OggS") and (b"OpusHead" in head[:64] or b"\x01vorbis" in head[:64]):
        return OGG
    if b"M4A " in _brands(head):
        return M4A
    if head[:1] == b"\xff" and head[1:2] and head[1] & 0xF6 == 0xF0:  # ADTS, as phones stream it
        return AAC
    if _is_late_pdf(path, head):
        return PDF
    if _PAGE.match(head):
        raise Invalid("file_page")
    if kind := _other_picture(head):
        raise Invalid("file_picture", kind=kind)
    if _is_table(head):
        return CSV
    raise Invalid("file_zip" if _is_archive(head) else "file_type")


def _is_late_pdf(path: Path, head: bytes) -> bool:
    """A PDF with something before it, as a mail program or a scanner leaves it; a text that speaks of PDF holds no objects."""
    if not _PDF_HEAD.search(head[: _PDF_HEAD_WITHIN + 8]) or head[:2] == b"MZ":
        return False
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 4096))
        return b"startxref" in file.read()


def _is_table(head: bytes) -> bool:
    """Lines of text, in whatever encoding, parted into the same number of pieces."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head[: len(head) // 2 * 2].decode("utf-16", "replace")
    elif b"\0" in head[:2]:
        text = head[: len(head) // 2 * 2].decode(
            "utf-16-le" if head[1:2] == b"\0" else "utf-16-be", "replace"
        )
    else:
        text = head.decode("utf-8-sig", "ignore")
    if text.startswith(("{", "<")) or any(char < " " and char not in "\t\r\n" for char in text):
        return False
    lines = [line for line in text.splitlines() if line.strip() and not line.lower().startswith("sep=")]
    return len(lines) > 1 and any(min(line.count(sign) for line in lines[:2]) > 0 for sign in ",;\t|")


def _other_picture(head: bytes) -> str:
    brands = _brands(head)
    if brands & {b"avif", b"avis"}:
        return "AVIF"
    return next((kind for start, kind in _OTHER_PICTURES if head.startswith(start)), "")


def _is_heic(head: bytes) -> bool:
    return not _brands(head).isdisjoint((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"))


def _brands(head: bytes) -> set[bytes]:
    """What a file in boxes (ISO 14496-12) says that it can be read as."""
    if head[4:8] != b"ftyp":
        return set()
    brands = head[8 : min(int.from_bytes(head[:4], "big"), 256)]
    return {brands[i : i + 4] for i in range(0, len(brands), 4)}


def _is_archive(head: bytes) -> bool:
    import puremagic  # its table takes memory that most days need not

    try:
        matches = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return False
    return any(match.mime_type in _ARCHIVES and match.offset >= 0 for match in matches)


# ZIP: OOXML and ODF


def _zip_type(path: Path) -> str:
    with open_archive(path) as opened:
        names = set(opened.namelist())
        if "[Content_Types].xml" in names:
            return _ooxml_type(opened)
        if "mimetype" in names:
            return _odf_type(opened, names)
    raise Invalid("file_zip")


def _ooxml_type(opened: zipfile.ZipFile) -> str:
    kinds = set(ooxml_parts(opened).values())
    if any("macroenabled" in kind.lower() or "vbaproject" in kind.lower() for kind in kinds):
        raise Invalid("file_macro")
    for media_type in (DOCX, XLSX, PPTX):
        if f"{media_type}.main+xml" in kinds:
            return media_type
    raise Invalid("file_type")


def _odf_type(opened: zipfile.ZipFile, names: set[str]) -> str:
    kind = read_part(opened, "mimetype", 200).strip()
    if kind != ODT.encode():
        raise Invalid("file_ods" if kind == ODS.encode() else "file_type")
    manifest = "META-INF/manifest.xml"
    if manifest in names and b"encryption-data" in read_part(opened, manifest):
        raise Invalid("file_encrypted")
    return ODT


# OLE2: DOC, XLS and PPT


def _names_workbook(path: Path) -> bool:
    """Whether a file whose storage is broken still says that it is an old workbook: it is to be saved anew then."""
    with path.open("rb") as file:
        head = file.read(DIRECTORY_LIMIT)
    return "Workbook".encode("utf-16-le") in head and "Encrypted".encode("utf-16-le") not in head


def _ole2_type(path: Path) -> str:
    try:
        with path.open("rb") as file:
            names = Compound(file).names
    except Invalid:
        if _names_workbook(path):
            return XLS
        raise
    if names & {"EncryptedPackage", "EncryptionInfo", "EncryptedSummary"}:
        raise Invalid("file_encrypted")
    if names & {"Macros", "_VBA_PROJECT_CUR", "VBA"}:
        raise Invalid("file_macro")
    for stream, media_type in (
        ("WordDocument", DOC),
        ("Workbook", XLS),
        ("Book", XLS),
        ("PowerPoint Document", PPT),
    ):
        if stream in names:
            return media_type
    raise Invalid("file_type")
