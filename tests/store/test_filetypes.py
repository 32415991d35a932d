"""File types are read from the bytes: what is taken, what is refused and as what, and what cannot harm on the way."""

import io
import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from docx import Document
from openpyxl import Workbook

from bot.problems import Invalid
from bot.store import filetypes
from bot.store.compound import Compound
from bot.store.filetypes import (
    AAC,
    CSV,
    DOC,
    DOCX,
    HEIC,
    JPEG,
    M4A,
    ODT,
    OGG,
    PDF,
    PNG,
    PPT,
    PPTX,
    WEBP,
    XLS,
    XLSX,
    sniff_type,
)
from bot.store.zips import open_archive, read_part

NONE = 0xFFFFFFFF


def ole2(*streams: str, inner: tuple[str, ...] = (), size: int = 4096) -> bytes:
    """An OLE2 file with these streams at its root (each pointing at the same sectors), `inner` in a storage below."""
    count = size // 512
    directory_sectors = -(-(1 + len(streams) + 1 + len(inner)) // 4)
    first = 1 + directory_sectors

    def entry(name: str, kind: int, right: int, child: int) -> bytes:
        raw = (name + "\0").encode("utf-16-le")
        return struct.pack(
            "<64sHBB3I36sIQ", raw, len(raw), kind, 1, NONE, right, child, b"", first, size if kind == 2 else 0
        )

    pool = 1 + len(streams)
    entries = [entry("Root Entry", 5, NONE, 1)]
    entries += [entry(name, 2, at + 1, NONE) for at, name in enumerate(streams, 1)]
    entries.append(entry("ObjectPool", 1, NONE, pool + 1 if inner else NONE))
    entries += [
        entry(name, 2, at + 1 if at < pool + len(inner) else NONE, NONE)
        for at, name in enumerate(inner, pool + 1)
    ]
    fat = [0xFFFFFFFD, *range(2, first), 0xFFFFFFFE, *range(first + 1, first + count), 0xFFFFFFFE]
    head = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + b"\0" * 16
        + struct.pack("<5H", 62, 3, 0xFFFE, 9, 6)
        + b"\0" * 10
    )
    head += struct.pack("<8I", 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0) + struct.pack(
        "<109I", 0, *[NONE] * 108
    )
    table = struct.pack("<128I", *fat, *[NONE] * (128 - len(fat)))
    return (
        head
        + table
        + b"".join(entries).ljust(512 * directory_sectors, b"\0")
        + bytes(range(256)) * (size // 256)
    )


def zipped(parts: dict[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as new:
        for name, data in parts.items():
            new.writestr(name, data)
    return out.getvalue()


def ooxml(*kinds: str) -> bytes:
    overrides = "".join(
        f'<Override PartName="/part{at}.xml" ContentType="{kind}"/>' for at, kind in enumerate(kinds)
    )
    types = f'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{overrides}</Types>'
    return zipped({"[Content_Types].xml": types, "word/document.xml": "<d/>"})


def odf(media_type: str, manifest: str = "<manifest/>") -> bytes:
    return zipped({"mimetype": media_type, "content.xml": "<d/>", "META-INF/manifest.xml": manifest})


def word() -> bytes:
    out = io.BytesIO()
    Document().save(out)
    return out.getvalue()


def sheet() -> bytes:
    out = io.BytesIO()
    Workbook().save(out)
    return out.getvalue()


def put(tmp_path: Path, data: bytes, name: str = "x") -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


VOICE = b"OggS\0\2" + b"\0" * 22 + b"\x01\x13OpusHead\1\1" + b"\0" * 30
LATE_PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\nstartxref\n9\n%%EOF\n"
TAKEN = {
    "pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", PDF),
    "pdf after a byte order mark": (b"\xef\xbb\xbf\r\n%PDF-1.4\n", PDF),
    "pdf after the head of a mail": (b"Content-Type: application/pdf\n\n" + LATE_PDF, PDF),
    "pdf after a thousand bytes": (b"\0" * 1024 + LATE_PDF, PDF),
    "jpeg": (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\0" * 40, JPEG),
    "jpeg of a phone": (b"\xff\xd8\xff\xe1\x12\x34Exif\0\0" + b"\0" * 40, JPEG),
    "png": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 20, PNG),
    "webp": (b"RIFF\x24\0\0\0WEBPVP8X" + b"\0" * 30, WEBP),
    "heic": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 30, HEIC),
    "heic under the general brand": (b"\0\0\0\x1cftypmif1\0\0\0\0mif1miafheic" + b"\0" * 30, HEIC),
    "voice message": (VOICE, OGG),
    "vorbis": (b"OggS\0\2" + b"\0" * 22 + b"\x01\x1e\x01vorbis" + b"\0" * 30, OGG),
    "sound of a phone": (b"\0\0\0\x1cftypM4A \0\0\0\0M4A mp42isom" + b"\0" * 30, M4A),
    "sound of a phone as it streams it": (bytes.fromhex("fff1604001bffc00c800802380") * 9, AAC),
    "table of commas": ("Mã,Tên\nCB1,Chi bộ 1\n".encode(), CSV),
    "table in UTF-16": ("Mã\tTên\r\nCB1\tChi bộ 1\r\n".encode("utf-16"), CSV),
    "table with its sign in the first line": (b"sep=;\r\nMa;Ten\r\nCB1;Chi bo\r\n", CSV),
    "table in old letters": (b"M\xb7;T\xaan\nCB1;Chi b\xe9\n", CSV),
    "old workbook that was cut off": (ole2("Workbook")[:1024] + "Workbook".encode("utf-16-le"), XLS),
    "docx": (word(), DOCX),
    "xlsx": (sheet(), XLSX),
    "pptx": (ooxml(f"{PPTX}.main+xml"), PPTX),
    "odt": (odf(ODT), ODT),
    "doc": (ole2("WordDocument", "1Table"), DOC),
    "doc with a table inside": (ole2("WordDocument", inner=("Workbook",)), DOC),
    "xls": (ole2("Workbook"), XLS),
    "xls of Excel 95": (ole2("Book"), XLS),
    "ppt": (ole2("Current User", "PowerPoint Document"), PPT),
}

REFUSED = {
    "empty": (b"", "file_type"),
    "exe": (b"MZ\x90\0\3\0\0\0" + b"\0" * 100, "file_type"),
    "exe with a zip behind": (b"MZ\x90\0" + b"\0" * 100 + word(), "file_type"),
    "text": (b"Bao cao thang 11", "file_type"),
    "letter of two lines": (b"Kinh gui dong chi\nBao cao da xong", "file_type"),
    "text that speaks of PDF": (b"xem %PDF-1.4", "file_type"),
    "text with a picture's tail": (b"Bao cao\xff\xd9", "file_type"),
    "html": (b"<!DOCTYPE html><html><body>x", "file_page"),
    "html named doc": (b"<html xmlns:o='urn:schemas-microsoft-com:office:office'>", "file_page"),
    "table of a web program named xls": (b"\xef\xbb\xbf\r\n<table border=1><tr><td>x", "file_page"),
    "sheet in XML": (
        b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>',
        "file_page",
    ),
    "svg": (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "file_type"),
    "rtf": (b"{\\rtf1\\ansi}", "file_type"),
    "gif": (b"GIF89a" + b"\0" * 40, "file_picture"),
    "jpeg 2000": (b"\x00\x00\x00\x0cjP  \r\n\x87\n" + b"\0" * 40, "file_picture"),
    "sound": (b"RIFF\x24\0\0\0WAVEfmt " + b"\0" * 40, "file_type"),
    "video in ogg": (b"OggS\0\2" + b"\0" * 22 + b"\x01\x2a\x80theora" + b"\0" * 30, "file_type"),
    "mp3": (b"ID3\x03\0\0\0\0" + b"\0" * 40, "file_type"),
    "avif": (b"\0\0\0\x1cftypavif\0\0\0\0mif1avifmiaf" + b"\0" * 30, "file_picture"),
    "bmp": (b"BM" + b"\0" * 40, "file_picture"),
    "tiff": (b"II*\0" + b"\0" * 40, "file_picture"),
    "page of a mail that speaks of PDF": (
        b"Content-Type: text/plain\n\n%PDF-1.4 was sent to you",
        "file_type",
    ),
    "pdf after more than readers look through": (b"x" * 1030 + LATE_PDF, "file_type"),
    "video": (b"\0\0\0\x18ftypisom\0\0\0\0mp42isom" + b"\0" * 30, "file_type"),
    "zip": (zipped({"a.txt": "a", "b.docx": word()}), "file_zip"),
    "empty zip": (zipped({}), "file_zip"),
    "rar": (b"Rar!\x1a\x07\x01\0" + b"\0" * 60, "file_zip"),
    "rar 4": (b"Rar!\x1a\x07\0\xcf" + b"\0" * 60, "file_zip"),
    "7z": (b"7z\xbc\xaf\x27\x1c\0\4" + b"\0" * 60, "file_zip"),
    "gzip": (b"\x1f\x8b\x08\x00" + b"\0" * 60, "file_zip"),
    "docm": (ooxml("application/vnd.ms-word.document.macroEnabled.main+xml"), "file_macro"),
    "xlsm": (ooxml("application/vnd.ms-excel.sheet.macroEnabled.main+xml"), "file_macro"),
    "docx with a macro part": (
        ooxml(f"{DOCX}.main+xml", "application/vnd.ms-office.vbaProject"),
        "file_macro",
    ),
    "dotx": (ooxml(f"{DOCX[:-8]}template.main+xml"), "file_type"),
    "epub": (odf("application/epub+zip"), "file_type"),
    "ods": (odf("application/vnd.oasis.opendocument.spreadsheet"), "file_ods"),
    "odt under a password": (odf(ODT, '<m:encryption-data m:checksum="x"/>'), "file_encrypted"),
    "docx under a password": (ole2("EncryptionInfo", "EncryptedPackage"), "file_encrypted"),
    "doc with macros": (ole2("WordDocument", "Macros"), "file_macro"),
    "xls with macros": (ole2("Workbook", "_VBA_PROJECT_CUR"), "file_macro"),
    "msi": (ole2("SummaryInformation"), "file_type"),
    "docx cut off": (word()[:-2000], "file_damaged"),
    "docx whose list is broken": (word().replace(b"PK\x01\x02", b"PK\x09\x09"), "file_damaged"),
    "content types that are no xml": (zipped({"[Content_Types].xml": "<Types"}), "file_damaged"),
    "content types with a DTD": (zipped({"[Content_Types].xml": "<!DOCTYPE t><Types/>"}), "file_damaged"),
    "a rare compression": (zipped({"[Content_Types].xml": "<Types/>"}, zipfile.ZIP_LZMA), "file_damaged"),
    "doc cut off in its head": (ole2("WordDocument")[:300], "file_damaged"),
    "doc cut off before its directory": (ole2("WordDocument")[:1024], "file_damaged"),
    "doc with an absurd sector size": (
        ole2("WordDocument")[:30] + b"\x40" + ole2("WordDocument")[31:],
        "file_damaged",
    ),
}


@pytest.mark.parametrize("case", TAKEN)
def test_taken(tmp_path: Path, case: str) -> None:
    data, media_type = TAKEN[case]
    assert sniff_type(put(tmp_path, data, "virus.exe")) == media_type


@pytest.mark.parametrize("case", REFUSED)
def test_refused(tmp_path: Path, case: str) -> None:
    data, code = REFUSED[case]
    with pytest.raises(Invalid) as refused:
        sniff_type(put(tmp_path, data, "bao-cao.pdf"))
    assert refused.value.code == code


def test_every_type_has_an_extension_of_its_own() -> None:
    known = {**filetypes.EXTENSIONS, **filetypes.SOUNDS, **filetypes.TABLES}
    assert {media_type for _, media_type in TAKEN.values()} == set(known)
    every = [extension for taken in known.values() for extension in taken]
    assert len(every) == len(set(every))


def test_an_entry_under_a_zip_password(tmp_path: Path) -> None:
    data = bytearray(ooxml(f"{DOCX}.main+xml"))
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + flags] |= 1
    with pytest.raises(Invalid, match="file_encrypted"):
        sniff_type(put(tmp_path, bytes(data)))


def test_a_zip_bomb_is_not_inflated(tmp_path: Path) -> None:
    bomb = zipped({"[Content_Types].xml": b"<Types>" + b" " * 200_000_000})
    path = put(tmp_path, bomb)
    del bomb
    tracemalloc.start()
    try:
        with pytest.raises(Invalid, match="file_type"):
            sniff_type(path)
        assert tracemalloc.get_traced_memory()[1] < 16 * 2**20
    finally:
        tracemalloc.stop()


def test_a_zip_with_an_endless_list_of_entries_is_not_listed(tmp_path: Path) -> None:
    data = bytearray(word())
    at = data.rindex(b"PK\x05\x06") + 12
    data[at : at + 4] = (5 * 2**20).to_bytes(4, "little")
    with pytest.raises(Invalid, match="file_zip"):
        sniff_type(put(tmp_path, bytes(data)))


def test_a_missing_part_is_damage(tmp_path: Path) -> None:
    with (
        open_archive(put(tmp_path, word())) as opened,
        pytest.raises(Invalid, match="file_damaged"),
    ):
        read_part(opened, "word/none.xml")


def test_a_compound_file_gives_its_streams(tmp_path: Path) -> None:
    with put(tmp_path, ole2("WordDocument", "1Table", size=8192)).open("rb") as file:
        compound = Compound(file)
        assert compound.names == {"WordDocument", "1Table", "ObjectPool"}
        assert compound.read("WordDocument", 10_000) == bytes(range(256)) * 32
        assert compound.read("WordDocument", 4, start=1000) == bytes([232, 233, 234, 235])


def test_a_compound_file_whose_chain_bites_its_tail_ends(tmp_path: Path) -> None:
    data = bytearray(ole2("WordDocument"))
    data[512 + 4 : 512 + 8] = (1).to_bytes(4, "little")
    assert sniff_type(put(tmp_path, bytes(data))) == DOC


def test_a_compound_file_whose_chain_leaves_the_file_is_damaged(tmp_path: Path) -> None:
    data = bytearray(ole2("WordDocument"))
    data[512 + 4 : 512 + 8] = (100).to_bytes(4, "little")
    with pytest.raises(Invalid, match="file_damaged"):
        sniff_type(put(tmp_path, bytes(data)))
