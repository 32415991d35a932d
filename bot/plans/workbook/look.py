"""How the cells of a plan's workbook look, and how a value is put in one without becoming anything else."""

from datetime import date
from math import ceil
from typing import Any

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

from bot.problems import Invalid

DAY_FORMAT, TEXT_FORMAT, NUMBER_FORMAT = "dd/mm/yyyy", "@", "0"
LONGEST = 32_767
LINE_HEIGHT = 15.5
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


def put(cell: Any, value: str | int | date | None, heading: str = "") -> None:
    """Text stays text, whatever it begins with; raises Invalid("sheet_cell_too_long") for more than a cell holds."""
    if isinstance(value, str):
        text = ILLEGAL_CHARACTERS_RE.sub("", value)
        if len(text) > LONGEST:
            raise Invalid("sheet_cell_too_long", field=heading, limit=LONGEST)
        cell.value = text
        cell.data_type = "s"
        cell.quotePrefix = text[:1] in {"=", "+", "-", "@", "'"}
    else:
        cell.value = value


def style(cell: Any, font: Font = PLAIN, fill: PatternFill | None = None, *, box: bool = True) -> None:
    cell.font, cell.alignment = font, WRAP
    if box:
        cell.border = BOX
    if fill is not None:
        cell.fill = fill


def height_of(*columns: tuple[str, float]) -> float:
    """A row's height for texts in columns of these widths; a spreadsheet does not always fit it by itself."""
    lines = max(
        sum(ceil(max(len(line), 1) * 1.2 / width) for line in text.split("\n")) for text, width in columns
    )
    return min(LINE_HEIGHT * lines + 4, 400)
