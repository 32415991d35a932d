"""Documents that other programs have written, byte by byte."""

import struct
import zipfile
from pathlib import Path


def pdf(lines: list[str], *, note: str = "", pages: int = 1) -> bytes:
    """A PDF whose one-byte font maps to Unicode through a ToUnicode table, as a printer driver writes it."""
    letters = sorted({char for line in lines for char in line} | {" "})
    codes = {char: 33 + at for at, char in enumerate(letters)}
    table = "\n".join(f"<{codes[char]:02X}> <{char.encode('utf-16-be').hex()}>" for char in letters)
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /T def\n1 begincodespacerange <00> <FF> "
        f"endcodespacerange\n{len(letters)} beginbfchar\n{table}\nendbfchar\nendcmap end end"
    ).encode()
    shown = "".join(f"<{bytes(codes[char] for char in line).hex()}> Tj 0 -20 Td\n" for line in lines)
    content = f"BT /F1 12 Tf 72 720 Td\n{shown}ET".encode()
    widths = " ".join(["500"] * 223)
    notes = f"/Annots [<< /Type /Annot /Subtype /FreeText /Rect [0 0 9 9] /Contents <FEFF{note.encode('utf-16-be').hex()}> >>]"
    kids = " ".join("3 0 R" for _ in range(pages))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>".encode(),
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R {notes if note else ''} /Resources << /Font << /F1 5 0 R >> >> >>".encode(),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        f"<< /Type /Font /Subtype /TrueType /BaseFont /Times /FirstChar 33 /LastChar 255 /Widths [{widths}] /ToUnicode 6 0 R >>".encode(),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(cmap), cmap),
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    xref = len(out)
    out += b"xref\n0 7\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer << /Size 7 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % xref


def doc(text: bytes, *, flags: int = 0, magic: bytes = b"\xec\xa5", shift: int = 9) -> bytes:
    """An OLE2 file with one stream, WordDocument: a head of 512 bytes, then `text`; sectors of 2**`shift` bytes."""
    stream = (
        magic
        + b"\0" * 8
        + struct.pack("<H", flags)
        + b"\0" * 12
        + struct.pack("<II", 512, 512 + len(text))
        + b"\0" * 480
        + text
    )
    return compound("WordDocument", stream, shift=shift)


def compound(name: str, stream: bytes, *, shift: int = 9) -> bytes:
    """An OLE2 file with one stream of this name, filled up to 4096 bytes; sectors of 2**`shift` bytes."""
    sector = 1 << shift
    stream = stream.ljust(max(4096, -(-len(stream) // sector) * sector), b"\0")
    count = len(stream) // sector
    chain = [*range(3, 2 + count), 0xFFFFFFFE]
    fat = struct.pack(
        f"<{sector // 4}I", *[0xFFFFFFFD, 0xFFFFFFFE, *chain, *[0xFFFFFFFF] * (sector // 4 - 2 - count)]
    )
    none = 0xFFFFFFFF

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        raw = (name + "\0").encode("utf-16-le")
        return struct.pack("<64sHBB3I36sIQ", raw, len(raw), kind, 1, none, none, child, b"", start, size)

    directory = (entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry(name, 2, none, 2, len(stream))).ljust(
        sector, b"\0"
    )
    head = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + b"\0" * 16
        + struct.pack("<5H", 62, 3, 0xFFFE, shift, 6)
        + b"\0" * 10
    )
    head += struct.pack("<6I", 1, 1, 0, 4096, 0xFFFFFFFE, 0) + struct.pack("<2I", 0xFFFFFFFE, 0)
    return (head + struct.pack("<109I", 0, *[none] * 108)).ljust(sector, b"\0") + fat + directory + stream


def office(path: Path, parts: dict[str, tuple[str, str]]) -> Path:
    """An Office file of parts by name: the content type, and the XML; "" for one that is named and missing."""
    kinds = "".join(
        f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, (kind, _) in parts.items()
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        new.writestr("[Content_Types].xml", f"<Types>{kinds}</Types>")
        for name, (_, xml) in parts.items():
            if xml:
                new.writestr(name, xml)
    return path


def runs(words: str) -> str:
    return f'<a:x xmlns:a="urn:a"><a:p><a:r><a:t>{words}</a:t></a:r></a:p></a:x>'
