"""Fills a Word template with what is known of a meeting."""

import zipfile
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from docx.opc.exceptions import PackageNotFoundError
from docx.table import Table
from docxtpl import DocxTemplate  # type: ignore[import-untyped]
from jinja2 import StrictUndefined, TemplateSyntaxError, UndefinedError
from jinja2.sandbox import SandboxedEnvironment
from lxml import etree  # type: ignore[import-untyped]

from bot.papers.collecting import KINDS
from bot.papers.facts import MinutesFacts
from bot.papers.forms import PaperForm, read_forms, read_paper_words
from bot.papers.tags import Wording
from bot.papers.wording import Tags
from bot.problems import Problem, Rejected


class _Template(DocxTemplate):  # type: ignore[misc]
    """A template whose filled-in text must be sound: docxtpl alone would drop what is not."""

    def build_xml(self, context: Any, jinja_env: Any = None) -> Any:
        xml = super().build_xml(context, jinja_env)
        etree.fromstring(xml.encode("utf-8"))
        return xml


def render_paper(kind: str, facts: MinutesFacts, folder: Path, target: Path) -> None:
    """Writes the paper `kind` ("BB", "NQ", "BC") as DOCX to `target`, from the template of `folder` (templates/documents).

    The form is the one in force on the day of the meeting. What nobody has entered is a visible blank. Raises Rejected
    with one problem where the template or the form cannot be used: paper_template_missing, paper_template_unreadable,
    paper_template_syntax (near), paper_template_unknown (name), paper_template_crossed, paper_template_failed.
    """
    if kind not in KINDS:
        raise ValueError(f"no paper is of the kind {kind!r}")
    forms, words = read_forms(folder), read_paper_words(folder)
    form = forms.on(facts.day)
    tags = Wording(form, forms.of(facts.unit.kind), words).tags(kind, facts)
    fill_template(template_path(kind, form, folder), tags, words["blank"], _stamp(kind, facts), target)


def fill_template(path: Path, tags: Tags, blank: str, stamp: datetime, target: Path) -> None:
    """Writes the template with these tags as DOCX to `target`; `stamp` goes into the file's properties. Raises Rejected as
    `render_paper`."""
    document = _filled(path, tags, tag_environment(blank))
    properties = document.docx.core_properties
    properties.created = properties.modified = stamp.astimezone(UTC).replace(tzinfo=None)
    for table in document.docx.tables:
        _keep_last_row_company(table)
    document.save(target)


def _keep_last_row_company(table: Table) -> None:
    """No sum alone at the head of a page, no heads alone at the foot of one."""
    rows = list(table.rows)
    for row in (rows[0], rows[-2]) if len(rows) > 1 else ():
        for cell in row.cells:
            for paragraph in cell.paragraphs:
                paragraph.paragraph_format.keep_with_next = True


def _stamp(kind: str, facts: MinutesFacts) -> datetime:
    """The moment in the file's properties: of the day that the paper bears."""
    day, known = facts.dated(kind), facts.ended or facts.began
    return known if known and known.date() == day else datetime.combine(day, time(12), UTC)


def template_path(kind: str, form: PaperForm, folder: Path) -> Path:
    """The template of a kind; one with the first day of an older form in its name serves that form alone."""
    dated = folder / f"{kind}.{form.first.isoformat()}.docx"
    return dated if dated.is_file() else folder / f"{kind}.docx"


def tag_environment(blank: str) -> SandboxedEnvironment:
    """How tags are filled in: escaped, an unknown fact as `blank`, a name that is no tag as an error."""
    return SandboxedEnvironment(
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: blank if value is None or value == "" else value,
    )


def _filled(path: Path, tags: Tags, env: SandboxedEnvironment) -> DocxTemplate:
    try:
        document = _Template(path)
        document.render(tags, env, autoescape=True)
    except Exception as error:
        raise Rejected([_problem(path, error)]) from error
    return document


def _problem(path: Path, error: Exception) -> Problem:
    """What is wrong with the template, for whoever has edited it."""
    if isinstance(error, PackageNotFoundError | FileNotFoundError) and not path.is_file():
        return Problem(path.name, "paper_template_missing", {"name": path.name})
    if isinstance(error, PackageNotFoundError | zipfile.BadZipFile | KeyError | OSError):
        return Problem(path.name, "paper_template_unreadable", {"name": path.name})
    if isinstance(error, UndefinedError):
        return Problem(path.name, "paper_template_unknown", {"name": path.name, "error": str(error)})
    if isinstance(error, TemplateSyntaxError):
        near = " ".join(" ".join(getattr(error, "docx_context", ())).split())
        facts = {"name": path.name, "near": near[:200], "error": error.message or ""}
        return Problem(path.name, "paper_template_syntax", facts)
    if isinstance(error, etree.XMLSyntaxError):
        return Problem(path.name, "paper_template_crossed", {"name": path.name})
    return Problem(path.name, "paper_template_failed", {"name": path.name, "error": str(error)[:200]})
