"""How the cells of every workbook look, and how a value is put in one without becoming anything else."""

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from math import ceil
from typing import Any
from weakref import WeakKeyDictionary

from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.cell_style import StyleArray
from openpyxl.worksheet.worksheet import Worksheet

from bot.problems import Invalid
from bot.workbooks.letters import column_letter

Value = str | int | float | date | None

TEXT_FORMAT, NUMBER_FORMAT, SHARE_FORMAT, DAY_FORMAT = "@", "0", "0.0%", "dd/mm/yyyy"
_FORMATS: dict[type, str] = {str: TEXT_FORMAT, int: NUMBER_FORMAT, float: SHARE_FORMAT, date: DAY_FORMAT}
LONGEST = 32_767
QUOTED = frozenset("=+-@'")
"""Text that begins so would be run as a formula."""
LINE_HEIGHT = 15.5
LETTER = 1.2
"""So wide is a letter, as the widths of columns are counted."""
NAME = "Times New Roman"

PLAIN, BOLD = Font(name=NAME, size=12), Font(name=NAME, size=12, bold=True)
TITLE = Font(name=NAME, size=16, bold=True, color="A4161A")
SUBTITLE = Font(name=NAME, size=13, bold=True, color="A4161A")
HEADING = Font(name=NAME, size=12, bold=True, color="FFFFFF")
HINT = Font(name=NAME, size=11, italic=True, color="595959")

HEADING_FILL, NEEDED_FILL = PatternFill("solid", fgColor="7A5C5C"), PatternFill("solid", fgColor="A4161A")
INPUT_FILL, LABEL_FILL = PatternFill("solid", fgColor="FFFBEA"), PatternFill("solid", fgColor="F4E6E6")
THIN = Side(style="thin", color="C9B8B8")
BOX = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
WRAP = Alignment(wrap_text=True, vertical="top")
WRAP_LEFT = Alignment(wrap_text=True, vertical="top", horizontal="left")
CENTRED = Alignment(wrap_text=True, vertical="center", horizontal="center")
TOP_CENTRED = Alignment(wrap_text=True, vertical="top", horizontal="center")

Look = tuple[Font, PatternFill | None, Alignment, bool]
_STYLES: WeakKeyDictionary[Any, dict[tuple[int, ...], tuple[Look, StyleArray]]] = WeakKeyDictionary()
"""By the workbook: what a cell without any style becomes by a look that it has met. The library would go through every part of the look
for every cell, which is most of the time of a workbook."""


def put(cell: Any, value: Value, heading: str = "") -> None:
    """Text stays text, whatever it begins with: what a person has named must not be run, also after it has been edited in
    the spreadsheet. A number with a fraction is a share. Raises Invalid("sheet_cell_too_long") for more than a cell holds."""
    if isinstance(value, str):
        value = clean_text(value, heading)
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"
        cell.quotePrefix = value[:1] in QUOTED
    if value is not None:
        cell.number_format = _FORMATS[type(value)]


def clean_text(text: str, heading: str = "") -> str:
    """As a cell can hold it. Raises as `put`."""
    text = unicodedata.normalize("NFC", ILLEGAL_CHARACTERS_RE.sub("", text))
    if len(text) > LONGEST:
        raise Invalid("sheet_cell_too_long", field=heading, limit=LONGEST)
    return text


def style(
    cell: Any,
    font: Font = PLAIN,
    fill: PatternFill | None = None,
    alignment: Alignment = WRAP,
    *,
    box: bool = True,
) -> None:
    """Dresses a cell; what `put` has said of its value stays."""
    known = _STYLES.setdefault(cell.parent.parent, {})
    look = font, fill, alignment, box
    name = tuple(map(id, look))
    if name not in known:
        known[name] = look, _style_of(cell, look)
    style = StyleArray(known[name][1])
    if cell._style is not None:
        style.numFmtId, style.quotePrefix = cell._style.numFmtId, cell._style.quotePrefix
    cell._style = style


def _style_of(cell: Any, look: Look) -> StyleArray:
    font, fill, alignment, box = look
    bare: Any = WriteOnlyCell(cell.parent)
    bare.font, bare.alignment = font, alignment
    if box:
        bare.border = BOX
    if fill is not None:
        bare.fill = fill
    return StyleArray(bare._style)


def set_widths(sheet: Any, widths: Iterable[float]) -> None:
    for number, width in enumerate(widths, start=1):
        sheet.column_dimensions[column_letter(number)].width = width


def height_of(texts: Iterable[Value], widths: Sequence[float]) -> float:
    """A row's height for these texts in columns of these widths; a spreadsheet does not always fit it by itself."""
    return height_of_lines(lines_of(map(str, texts), widths))


def lines_of(values: Iterable[Value], widths: Sequence[float]) -> int:
    """So many lines the longest text among these values takes."""
    most = 1
    for value, width in zip(values, widths, strict=False):
        if isinstance(value, str) and (len(value) * LETTER > width or "\n" in value):
            most = max(most, sum(ceil(max(len(line), 1) * LETTER / width) for line in value.split("\n")))
    return most


def height_of_lines(lines: int) -> float:
    return min(LINE_HEIGHT * lines + 4, 400)


def set_paper(sheet: Any) -> None:
    """Printed on A4 across, as wide as the paper."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", Worksheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
