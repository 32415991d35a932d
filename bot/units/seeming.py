"""Whether what was given as a list of units seems to be a plan."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from bot.plans.workbook.shape import UNREAD, words_of_sheets
from bot.reading.words import fold
from bot.workbooks.book import WorkSheet

TITLE_WITHIN = 30
"""A plan says what it is in one of so many first rows."""
TITLES = ("huong dan", "chuong trinh")
FORM_SHEETS = 2


def is_plan_form(sheets: Iterable[WorkSheet], templates: Path) -> bool:
    """Whether these are the sheets of the plan's workbook, some of which look like lists of units."""
    words = words_of_sheets(templates, templates / "agendas").sheets
    own = {fold(name) for key, name in words.items() if key not in UNREAD}
    return len(own & {fold(sheet.title) for sheet in sheets}) >= FORM_SHEETS


def is_titled_plan(sheets: Sequence[WorkSheet]) -> bool:
    """Whether a cell near the top is such a title: "KẾ HOẠCH sinh hoạt chuyên đề", or how a plan's YAML file begins."""
    return any(
        fold(cell.text).startswith("ke hoach") or fold(cell.text) in TITLES or cell.text.startswith("plan:")
        for sheet in sheets
        if not sheet.hidden
        for number in sorted(sheet.rows)[:TITLE_WITHIN]
        for cell in sheet.rows[number].values()
    )
