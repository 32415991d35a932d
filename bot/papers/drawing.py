"""Draws the templates that ship, from their outlines and the layout of a form; an office changes the result in Word."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from docx import Document
from docx.document import Document as Docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.enum.text import WD_LINE_SPACING, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from bot.papers.forms import Layout

Lines = Sequence[dict[str, Any]]
LANGUAGE = "vi-VN"
NARROW = 20
"""A column of a grid up to so many millimetres holds numbers: they stand in its middle."""
STYLES = {
    "body": "Paper Body",
    "closing": "Paper Closing",
    "dots": "Paper Dots",
    "item": "Paper Item",
    "phase": "Paper Phase",
    "heading": "Paper Heading",
    "title": "Paper Title",
    "about": "Paper About",
    "line": "Paper Line",
    "strong": "Paper Strong Line",
    "slanted": "Paper Slanted Line",
    "party": "Paper Party",
    "rule": "Paper Rule",
    "name": "Paper Name",
    "label": "Paper Recipients",
    "recipient": "Paper Recipient",
    "cell": "Paper Cell",
    "gap": "Paper Gap",
}


def draw_template(outline: Lines, layout: Layout, target: Path) -> None:
    """Writes one template; `outline` is a paper of outlines.yaml."""
    document = Document()
    _set_page(document, layout)
    _set_styles(document, layout)
    _number_pages(document, layout)
    for sample in list(document.element.body.iterchildren(qn("w:p"))):
        document.element.body.remove(sample)
    _Drawing(document, layout).lines(outline)
    properties = document.core_properties
    properties.author = properties.comments = properties.title = properties.last_modified_by = ""
    properties.language = LANGUAGE
    document.save(str(target))


class _Drawing:
    def __init__(self, document: Docx, layout: Layout) -> None:
        self.document = document
        self.layout = layout

    def lines(self, outline: Lines) -> None:
        for line in outline:
            if "when" in line:
                self._around(f"if {line['when']}", line["then"], "endif", line.get("otherwise"))
            elif "each" in line:
                self._around(f"for {line['each']}", line["then"], "endfor")
            else:
                [(name, given)] = line.items()
                self._one(name, given)

    def _around(self, opening: str, inner: Lines, closing: str, otherwise: Lines | None = None) -> None:
        self._one("body", f"{{%p {opening} %}}")
        self.lines(inner)
        if otherwise:
            self._one("body", "{%p else %}")
            self.lines(otherwise)
        self._one("body", f"{{%p {closing} %}}")

    def _one(self, name: str, given: Any) -> None:
        if name == "head":
            self._columns(given, gap=False)
        elif name == "sign":
            self._columns(given, gap=True)
        elif name == "grid":
            self._grid(given)
        else:
            self.document.add_paragraph(given, STYLES[name])

    def _columns(self, given: dict[str, Lines], *, gap: bool) -> None:
        """Two columns without borders: the head of the paper, and its signatures."""
        if gap:
            self.document.add_paragraph("", STYLES["line"]).paragraph_format.keep_with_next = True
        table = self._table(1, self.layout.columns)
        _set_cell_margins(table, 0)
        _keep_rows_whole(table)
        for cell, lines in zip(table.rows[0].cells, (given["left"], given["right"]), strict=True):
            for number, line in enumerate(lines):
                [(name, text)] = line.items()
                paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
                paragraph.style = self.document.styles[STYLES[name]]
                paragraph.add_run(text)
                paragraph.paragraph_format.keep_with_next = gap and number < len(lines) - 1
        self.document.add_paragraph("", STYLES["gap"])

    def _grid(self, given: dict[str, Any]) -> None:
        """A table with a row for each of something."""
        table = self._table(4, given["widths"])
        table.style = self.document.styles["Table Grid"]
        _keep_rows_whole(table)
        heads, opening, row, closing = table.rows
        self._row(heads.cells, given["heads"], bold=True)
        heads._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        self._row(opening.cells, [f"{{%tr for {given['each']} %}}"])
        self._row(row.cells, given["cells"])
        for cell, width in zip(row.cells, given["widths"], strict=True):
            if width <= NARROW:
                cell.paragraphs[0].alignment = ALIGN.CENTER
        self._row(closing.cells, ["{%tr endfor %}"])
        self.document.add_paragraph("", STYLES["gap"])

    def _row(self, cells: Sequence[_Cell], texts: Sequence[str], *, bold: bool = False) -> None:
        for number, cell in enumerate(cells):
            paragraph = cell.paragraphs[0]
            paragraph.style = self.document.styles[STYLES["cell"]]
            paragraph.add_run(texts[number] if number < len(texts) else "").bold = bold or None
            if bold or number == 0:
                paragraph.alignment = ALIGN.CENTER

    def _table(self, rows: int, widths: Sequence[float]) -> Table:
        table: Table = self.document.add_table(rows, len(widths))
        table.autofit = False
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
            for cell in column.cells:
                cell.width = Mm(width)
        return table


def _set_page(document: Docx, layout: Layout) -> None:
    section, page = document.sections[0], layout.page
    section.page_width, section.page_height = Mm(page.width), Mm(page.height)
    section.top_margin, section.bottom_margin = Mm(page.top), Mm(page.bottom)
    section.left_margin, section.right_margin = Mm(page.left), Mm(page.right)
    section.header_distance = section.footer_distance = Mm(page.top / 2)


def _set_styles(document: Docx, layout: Layout) -> None:
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = layout.font, Pt(layout.body.size)
    fonts = normal.element.get_or_add_rPr().get_or_add_rFonts()
    for name in list(fonts.attrib):
        if name.endswith("Theme"):
            del fonts.attrib[name]
    for name in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(name), layout.font)
    for old in document.styles.element.iter(qn("w:lang")):
        old.set(qn("w:val"), LANGUAGE)
    normal.paragraph_format.space_after = Pt(0)
    body = layout.body
    centred, text = {"align": ALIGN.CENTER}, {"align": ALIGN.JUSTIFY, "first": body.first_line}
    looks: dict[str, dict[str, Any]] = {
        "body": {**text, "after": body.after},
        "closing": {**text, "after": body.after, "next": True},
        "dots": {**text, "after": body.after, "align": ALIGN.LEFT, "leader": True},
        "item": {**text, "after": body.after, "bold": True, "next": True},
        "phase": {**text, "after": body.after, "bold": True, "italic": True, "next": True},
        "heading": {**text, "before": body.after, "after": body.after, "bold": True, "next": True},
        "title": {**centred, "before": 18, "size": layout.title, "bold": True, "line": layout.title + 6},
        "about": {**centred, "size": layout.about, "bold": True, "after": 0},
        "line": centred,
        "strong": {**centred, "bold": True},
        "slanted": {**centred, "italic": True, "before": 6},
        "party": {**centred, "size": layout.party.size, "bold": True, "line": layout.party.size + 5},
        "rule": {**centred, "size": 2, "line": 4},
        "name": {**centred, "bold": True, "before": layout.signature_gap},
        "label": {"align": ALIGN.LEFT, "size": layout.recipients.label, "underline": True},
        "recipient": {"align": ALIGN.LEFT, "size": layout.recipients.item, "line": 15},
        "cell": {"align": ALIGN.LEFT, "before": 2, "after": 2, "line": 0},
        "gap": {"align": ALIGN.LEFT, "line": body.after},
    }
    for name, look in looks.items():
        _add_style(document, STYLES[name], layout, **look)
    _draw_rule(document, layout)


def _add_style(
    document: Docx,
    name: str,
    layout: Layout,
    *,
    align: Any,
    size: float = 0,
    bold: bool = False,
    italic: bool = False,
    underline: bool = False,
    first: float = 0,
    before: float = 0,
    after: float = 0,
    line: float | None = None,
    next: bool = False,
    leader: bool = False,
) -> None:
    """`line` None: exactly that of the body; 0: as high as its text."""
    style: Any = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style, style.quick_style = document.styles["Normal"], True
    style.font.size = Pt(size or layout.body.size)
    style.font.bold, style.font.italic, style.font.underline = bold, italic, underline
    shape = style.paragraph_format
    shape.alignment, shape.keep_with_next = align, next
    shape.first_line_indent = Mm(first) if first else None
    shape.space_before, shape.space_after = Pt(before), Pt(after)
    if line != 0:
        shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(line or layout.body.line)
    if leader:
        width = Mm(layout.page.width - layout.page.left - layout.page.right)
        shape.tab_stops.add_tab_stop(width, WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)


def _draw_rule(document: Docx, layout: Layout) -> None:
    """A rule as long as the text above it: the border of an empty paragraph that is indented to the text's width."""
    style: Any = document.styles[STYLES["rule"]]
    side = (layout.columns[1] - layout.party.rule) / 2
    style.paragraph_format.left_indent = style.paragraph_format.right_indent = Mm(side)
    borders, top = OxmlElement("w:pBdr"), OxmlElement("w:top")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "0"), ("color", "000000")):
        top.set(qn(f"w:{name}"), value)
    borders.append(top)
    properties = style.element.get_or_add_pPr()
    properties.insert_element_before(borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc")


def _number_pages(document: Docx, layout: Layout) -> None:
    """The number stands in the middle of the head of every page but the first."""
    section = document.sections[0]
    section.different_first_page_header_footer = not layout.page_number.first_page
    paragraph: Paragraph = section.header.paragraphs[0]
    paragraph.style, paragraph.alignment = document.styles["Normal"], ALIGN.CENTER
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = paragraph.add_run()
        run.font.size = Pt(layout.page_number.size)
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._r.append(element)


def _keep_rows_whole(table: Table) -> None:
    for row in table.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _set_cell_margins(table: Table, width: int) -> None:
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        edge = OxmlElement(f"w:{side}")
        edge.set(qn("w:w"), str(width))
        edge.set(qn("w:type"), "dxa")
        margins.append(edge)
    properties = table._tbl.tblPr
    properties.insert(list(properties).index(properties.find(qn("w:tblLook"))), margins)
