"""What stands on the first page of a file, as text: where a stamp would be."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from bot.store import filetypes
from bot.store.office_parts import docx_text, odt_text, pptx_text, xlsx_text
from bot.store.old_office import doc_text, ppt_text, xls_text


def _pdf_text(path: Path) -> str:
    from bot.store.pdf_pages import pdf_text  # its libraries take memory that most days need not

    return pdf_text(path)


def _table_text(path: Path) -> str:
    """The first cells of a table saved as text, each on a line of its own, as each encoding would have them."""
    with path.open("rb") as file:
        head = file.read(64 * 1024)
    readings = [head.decode(code, "replace") for code in ("utf-8", "utf-16", "latin-1", "cp1258")]
    return "\n".join(re.sub(r'[,;|\t"]', "\n", reading) for reading in readings)


_READERS: Mapping[str, Callable[[Path], str]] = {
    filetypes.PDF: _pdf_text,
    filetypes.DOCX: docx_text,
    filetypes.ODT: odt_text,
    filetypes.XLSX: xlsx_text,
    filetypes.PPTX: pptx_text,
    filetypes.DOC: doc_text,
    filetypes.XLS: xls_text,
    filetypes.PPT: ppt_text,
    filetypes.CSV: _table_text,
}


def first_page_text(path: Path, media_type: str) -> str:
    """The lines of the first page of the file at `path`, of a type that `filetypes.sniff_type` gave; "" where none can be read.

    Read are: the text, notes, stamps and form fields of the first three pages of a PDF and its properties; headers, footers,
    watermarks, the first 150 paragraphs with tables and text boxes, foot- and endnotes, comments, drawings and diagrams, what
    stands for pictures, and properties of DOCX, ODT and PPTX (of these every slide, layout and master, with notes); the first
    strings, each sheet's name, first cells (hidden sheets too), header, footer, comments and text boxes, and the properties of
    XLSX; the same but for drawings and comments of an XLS; the texts of a PPT; the first 64 KB of a DOC's text runs and their last,
    where its notes and headers are; the properties of these three; the cells in the first 64 KB of a CSV. What is in a table by itself as "Mật" may be somebody's given name and is passed over. NOT seen are: pictures and anything
    drawn as one (a scanned PDF, a photographed or pasted stamp), files within files, letters that only a style makes capitals, later
    pages, parts beyond 4 MB, and a PDF page of more than 2 MB of drawing (the second and third: 128 KB, and only if the first was
    quick). Raises Invalid: `file_damaged`, `file_encrypted` (a password keeps the text from being read).
    """
    read = _READERS.get(media_type)
    return read(path) if read else ""
