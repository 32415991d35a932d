"""Plans as Excel workbooks, for an office that has never seen YAML: the empty form, a plan written, a plan read."""

from pathlib import Path

from bot.plans.plan import PlanText
from bot.plans.workbook.drawing import draw_workbook
from bot.plans.workbook.reading import plain_values
from bot.plans.workbook.rows import SheetFindings, rows_of_tables
from bot.plans.workbook.shape import words_of_sheets
from bot.plans.workbook.writing import rows_of_plan
from bot.plans.yaml_in import whole_plan
from bot.workbooks.book import read_book


def read_plan_workbook(path: Path, templates: Path) -> PlanText:
    """The plan in the workbook `path`, the very same that `read_plan` gives for its YAML file.

    `templates` is the folder of all wording, with the shipped agendas. Raises Rejected with all problems of the workbook,
    each placed as "file.xlsx Sheet!C7".
    """
    agendas = templates / "agendas"
    found = SheetFindings(path.name, words=words_of_sheets(templates, agendas))
    tables = rows_of_tables(read_book(path), found)
    return whole_plan(found, plain_values(tables, found), agendas=agendas)


def write_plan(plan: PlanText, path: Path, *, templates: Path) -> None:
    """Writes the workbook that `read_sheet` reads back as this plan. Raises Invalid("sheet_cell_too_long", field=...)."""
    words = words_of_sheets(templates, templates / "agendas")
    draw_workbook(path, words, rows_of_plan(plan, words, templates / "agendas"))


def write_template(path: Path, *, agendas: Path, templates: Path) -> None:
    """Writes the empty form, with its guide and an example; drop-downs offer the agendas shipped in `agendas`."""
    draw_workbook(path, words_of_sheets(templates, agendas), {})
