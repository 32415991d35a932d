"""Tables saved as text (CSV, tabs, semicolons) in the encodings that offices still have, as the sheet they would be."""

import csv
import re
import unicodedata
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

from bot.problems import Problem, Rejected
from bot.reading.old_letters import OLD_LETTERS
from bot.reading.words import fold
from bot.workbooks.book import Cell, WorkSheet, typed_indent

DELIMITERS = ",;\t|"
MOST_TEXT = 64 * 2**20
_SEP = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_FAMILIAR = ("chi bo", "dang bo", "dang uy", "dang vien", "don vi", "so ", "ten ")


def read_text_table(path: Path) -> WorkSheet:
    """The rows of a text file, numbered as a spreadsheet shows them.

    Raises Rejected: units_unreadable (no text), text_quote_open (`row`: a quotation mark without its other one).
    """
    text = _decoded(path.read_bytes()[:MOST_TEXT], path.name)
    delimiter = ""
    if found := _SEP.match(text):
        delimiter = found[1]
    lines = text[found.end() :] if found else text  # a spreadsheet does not count this line
    rows = _parted(lines, delimiter or _delimiter(lines), path.name)
    return WorkSheet("", {number: row for number, row in rows.items() if row})


def _decoded(content: bytes, name: str) -> str:
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return _with(content, encoding, name)
    if content[1:2] == b"\0" or content[:1] == b"\0":
        return _with(content, "utf-16-le" if content[1:2] == b"\0" else "utf-16-be", name)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _old(content, name)


def _with(content: bytes, encoding: str, name: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise Rejected([Problem(name, "units_unreadable")]) from error


def _old(content: bytes, name: str) -> str:
    """Text from before Unicode: whichever reading has the words that such a table must have."""
    readings = (
        unicodedata.normalize("NFC", content.decode("cp1258", "replace")),
        *(read(content.decode("latin-1")) for read in OLD_LETTERS),
    )
    if b"\0" in content:
        raise Rejected([Problem(name, "units_unreadable")])
    counts = [sum(fold(text).count(word) for word in _FAMILIAR) for text in readings]
    if not any(counts):
        raise Rejected([Problem(name, "units_unreadable")])
    return readings[counts.index(max(counts))]


def _delimiter(text: str) -> str:
    """The sign that parts most of the first lines into most pieces."""
    first = text.splitlines()[:30]
    return max(DELIMITERS, key=lambda sign: sum(min(line.count(sign), 40) for line in first))


def _parted(text: str, delimiter: str, name: str) -> dict[int, dict[int, Cell]]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: dict[int, dict[int, Cell]] = {}
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            rows[number] = _cells(number, cells)
    except csv.Error as error:
        raise Rejected([Problem(name, "text_quote_open", {"row": number + 1})]) from error
    return rows


def _cells(number: int, cells: Sequence[str]) -> dict[int, Cell]:
    return {
        column: Cell(number, column, text.strip(), indent=typed_indent(text))
        for column, text in enumerate(cells, 1)
        if text.strip()
    }
