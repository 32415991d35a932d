"""Invitations on paper: eight slips on a page of A4, to be cut, each with its code and a QR code for each way in."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import segno
from docx import Document
from docx.document import Document as Docx
from docx.enum.table import WD_ALIGN_VERTICAL, WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import Table, _Cell

from bot.wording import read_words

FONT = "Times New Roman"
COLUMNS, ROWS = 2, 4
WIDTH, HEIGHT = 95.0, 69.0
"""Of a slip, in mm: two beside each other and four below each other fill a page with margins of 10 mm."""
QR, WAY = 24.0, 29.0
MOST_WAYS = 3


@dataclass(frozen=True, slots=True)
class Slip:
    """What one slip says; `ways`: what a way in is called, and its address."""

    unit: str
    role: str
    code: str
    until: str
    ways: Sequence[tuple[str, str]]


def draw_slips(slips: Sequence[Slip], folder: Path, target: Path) -> None:
    """Writes them as DOCX. `folder` is templates/documents, whose slips.yaml says what each tells."""
    words: Mapping[str, str] = read_words(folder / "slips.yaml")
    document = Document()
    _set_page(document)
    rows = -(-len(slips) // COLUMNS)
    table = document.add_table(rows, COLUMNS)
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    cells = [cell for row in table.rows for cell in row.cells]
    _set_sizes(table)
    for cell, slip in zip(cells, slips, strict=False):
        _draw(cell, slip, words)
    _end_without_page(document)
    document.save(str(target))


def _set_page(document: Docx) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = section.left_margin = section.right_margin = Mm(10)
    section.header_distance = section.footer_distance = Mm(4)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = FONT, Pt(11)
    fonts = normal.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(name), FONT)
    normal.paragraph_format.space_after = Pt(0)
    document.core_properties.author = document.core_properties.comments = ""


def _set_sizes(table: Table) -> None:
    for row in table.rows:
        row.height, row.height_rule = Mm(HEIGHT), WD_ROW_HEIGHT_RULE.EXACTLY
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell in row.cells:
            cell.width = Mm(WIDTH)
            cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER


def _draw(cell: _Cell, slip: Slip, words: Mapping[str, str]) -> None:
    _line(cell, slip.unit, 13, bold=True, first=True)
    _line(cell, words["role"].format(role=slip.role), 11)
    _line(cell, words["code"].format(code=slip.code), 15, bold=True)
    _ways(cell, slip.ways[:MOST_WAYS])
    _line(cell, words["first"], 10)
    _line(cell, words["second"].format(until=slip.until), 10)


def _ways(cell: _Cell, ways: Sequence[tuple[str, str]]) -> None:
    """The codes beside each other, each above the name of its channel."""
    table = cell.add_table(1, len(ways)) if ways else None
    for place, (name, address) in zip(table.rows[0].cells if table else (), ways, strict=True):
        place.width = Mm(WAY)
        code = place.paragraphs[0]
        code.alignment = ALIGN.CENTER
        code.add_run().add_picture(_qr(address), width=Mm(QR))
        _line(place, name, 10)
        place.paragraphs[1].alignment = ALIGN.CENTER


def _line(cell: _Cell, text: str, size: float, *, bold: bool = False, first: bool = False) -> None:
    paragraph = cell.paragraphs[0] if first else cell.add_paragraph()
    run = paragraph.add_run(text)
    run.font.size, run.bold = Pt(size), bold or None


def _qr(address: str) -> io.BytesIO:
    drawn = io.BytesIO()
    segno.make(address, error="m").save(drawn, kind="png", scale=6, border=2)
    drawn.seek(0)
    return drawn


def _end_without_page(document: Docx) -> None:
    """Word wants a paragraph behind a table; of this size it does not make a page of its own."""
    last = document.add_paragraph()
    last.paragraph_format.line_spacing = Pt(1)
    last.add_run().font.size = Pt(1)
