"""The office's questions and answers as an XLSX file: written with what there is, or an example; read back."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from bot.enquiries.file import LONGEST_ANSWER, LONGEST_OTHERS, LONGEST_QUESTION, MOST, EnquiryRow
from bot.problems import Problem, Rejected
from bot.reading.words import fold, plain_words
from bot.wording import read_words
from bot.workbooks.book import Cell, WorkSheet, read_book
from bot.workbooks.letters import column_letter
from bot.workbooks.look import HINT
from bot.workbooks.page import Page
from bot.workbooks.table import ColumnHead, write_table

COLUMNS = ("question", "answer", "others")
NEEDED = COLUMNS[:2]
LIMITS = {"question": LONGEST_QUESTION, "answer": LONGEST_ANSWER, "others": LONGEST_OTHERS}
GOES = {"-", "–", "—"}
"""What stands in the place of an answer where the question is to go."""
HEADING_WITHIN = 20
"""So many rows are looked through for the heading."""
HELP_WIDTHS = (28, 96)


def _form(templates: Path) -> Mapping[str, Any]:
    return read_words(templates / "enquiries" / "workbook.yaml")


def write_enquiry_book(rows: Sequence[EnquiryRow], path: Path, *, templates: Path) -> None:
    """Writes these questions, or an example where there are none."""
    form, book = _form(templates), Workbook()
    sheet: Any = book.worksheets[0]
    sheet.title = form["sheet"]
    heads = [ColumnHead(form["columns"][name], form["widths"][name], name in NEEDED) for name in COLUMNS]
    lines = [(row.question, row.answer, "\n".join(row.others)) for row in rows]
    write_table(sheet, heads, lines or [tuple(form["example"][name] for name in COLUMNS)])
    if not rows:
        for cell in sheet[2]:
            cell.font = HINT
    page = Page(book.create_sheet(form["help"]), HELP_WIDTHS)
    for name in COLUMNS:
        page.line([form["columns"][name], form["about"][name]])
    for note in form["notes"]:
        page.across(note)
    book.save(path)


def read_enquiry_book(path: Path, templates: Path) -> list[EnquiryRow]:
    """The rows below the heading of the first sheet that has one.

    Raises Rejected with every fault, by its cell: enquiry_header, enquiry_empty, enquiry_no_answer, enquiry_no_question,
    enquiry_long, enquiry_twice, enquiry_too_many, those of a cell and of `book.read_book`.
    """
    form = _form(templates)
    for sheet in read_book(path):
        head = _heading(sheet, form) if not sheet.hidden else None
        if head is not None:
            return _rows(sheet, head, form)
    raise Rejected([Problem("", "enquiry_header", {"known": list(form["columns"].values())})])


def _heading(sheet: WorkSheet, form: Mapping[str, Any]) -> tuple[int, dict[str, int]] | None:
    """The row of the heading and its columns by what they mean."""
    meant = {fold(label): name for name, label in form["columns"].items()}
    for number in sorted(sheet.rows)[:HEADING_WITHIN]:
        cells = sheet.rows[number].items()
        found = {meant[fold(cell.text)]: column for column, cell in cells if fold(cell.text) in meant}
        if found.keys() >= set(NEEDED):
            return number, found
    return None


def _rows(sheet: WorkSheet, head: tuple[int, dict[str, int]], form: Mapping[str, Any]) -> list[EnquiryRow]:
    rows: list[EnquiryRow] = []
    faults: list[Problem] = []
    first: dict[str, int] = {}
    for number in (n for n in sorted(sheet.rows) if n > head[0]):
        cells = {name: sheet.rows[number].get(column) for name, column in head[1].items()}
        texts = {name: cell.text.strip() if cell else "" for name, cell in cells.items()}
        if not any(texts.values()) or plain_words(texts["question"]).startswith(plain_words(form["mark"])):
            continue
        row = EnquiryRow(texts["question"], _answer(texts["answer"]), _others(texts.get("others", "")))
        places = {name: f"{column_letter(column)}{number}" for name, column in head[1].items()}
        faults += _faults(cells, texts, places, form)
        if row.mark and row.mark in first:
            faults.append(Problem(places["question"], "enquiry_twice", {"first": first[row.mark]}))
        first.setdefault(row.mark, number)
        rows.append(row)
    if len(rows) > MOST:
        faults = [Problem("", "enquiry_too_many", {"most": MOST})]
    if not rows:
        faults = [Problem("", "enquiry_empty")]
    if faults:
        raise Rejected(faults)
    return rows


def _faults(
    cells: Mapping[str, Cell | None],
    texts: Mapping[str, str],
    places: Mapping[str, str],
    form: Mapping[str, Any],
) -> Iterator[Problem]:
    for name, cell in cells.items():
        if cell is not None and cell.fault:
            yield Problem(cell.place, cell.fault, {"value": cell.text})
        if cell is not None and len(texts[name]) > LIMITS[name]:
            facts = {"field": form["columns"][name], "most": LIMITS[name]}
            yield Problem(cell.place, "enquiry_long", facts)
    if not fold(texts["question"]):
        yield Problem(places["question"], "enquiry_no_question")
    elif not texts["answer"] and not (cells["answer"] and cells["answer"].fault):
        yield Problem(places["answer"], "enquiry_no_answer")


def _answer(text: str) -> str:
    return "" if text in GOES else text


def _others(text: str) -> tuple[str, ...]:
    said = (" ".join(one.split()) for one in re.split(r"[\n;]", text))
    return tuple(dict.fromkeys(one for one in said if fold(one)))
