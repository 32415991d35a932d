"""The shape of a plan's workbook: its sheets, their columns, where each value goes, and the words it is written in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from bot.plans.yaml_in import read_agenda
from bot.problems import Rejected
from bot.wording import read_words

Form = Literal[
    "text", "prose", "title", "words", "key", "day", "period", "within", "days", "yes", "moment",
    "choice", "choices", "codes", "texts", "part", "topic", "topics", "variant", "thing", "agenda", "ladder",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet (in the head a row). `path` is where its value goes in an entry of the plan; `listed` names the
    list of labels of a closed choice; `usual` is the value that a blank cell means, and that is therefore not written."""

    name: str
    path: tuple[str, ...]
    form: Form
    listed: str = ""
    needed: bool = False
    usual: str = ""


@dataclass(frozen=True, slots=True)
class SheetTable:
    """A sheet with a heading and a row for each entry; in an `upright` one the headings stand below each other."""

    name: str
    columns: tuple[Column, ...]
    upright: bool = False

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


def _column(name: str, form: Form, listed: str = "", *, needed: bool = False, usual: str = "") -> Column:
    return Column(name, (name,), form, listed, needed, usual)


def _which(at: str) -> tuple[Column, ...]:
    return (
        Column(f"{at}_kinds", (at, "kinds"), "choices", "kinds"),
        Column(f"{at}_sectors", (at, "sectors"), "choices", "sectors"),
        Column(f"{at}_direct", (at, "direct"), "yes"),
        Column(f"{at}_units", (at, "units"), "codes"),
        Column(f"{at}_except", (at, "except"), "codes"),
    )


def _due(name: str, form: Form, listed: str = "", usual: str = "") -> Column:
    return Column(f"due_{name}", ("due", name), form, listed, usual=usual)


HEAD = SheetTable(
    "head",
    (
        _column("symbol", "text"),
        _column("date", "day"),
        _column("issuer", "text", needed=True),
        _column("title", "text", needed=True),
        _column("starts", "day", needed=True),
        _column("ends", "day", needed=True),
        _column("merging", "choice", "merging"),
        _column("choosing", "choices", "choosing"),
        _column("announce", "days"),
        _column("recipients", "texts"),
    ),
    upright=True,
)
DOCUMENTS = SheetTable(
    "documents",
    (
        Column("part", (), "part", "parts", needed=True),
        Column("topic", (), "topic"),
        Column("variant", (), "variant"),
        _column("type", "text", needed=True),
        _column("symbol", "text"),
        _column("date", "day"),
        _column("issuer", "text"),
        _column("title", "text"),
        _column("via", "text"),
        _column("url", "text"),
        _column("file", "text"),
    ),
)
TOPICS = SheetTable(
    "topics",
    (
        _column("key", "key"),
        _column("title", "text", needed=True),
        _column("meeting", "choice", "meetings", needed=True),
        _column("period", "period"),
        _column("every", "choice", "spans"),
        _column("gaps", "yes"),
        *_which("who"),
        _column("agenda", "agenda", "agendas"),
        _column("guests", "texts"),
        _column("choose", "yes"),
        _column("theme", "key"),
        _column("follows", "topic"),
        _column("ladder", "ladder", "ladders", usual="meeting"),
        _column("asks_last", "yes"),
    ),
)
VARIANTS = SheetTable(
    "variants",
    (
        Column("topic", (), "topic", needed=True),
        _column("key", "key"),
        *_which("who"),
        _column("title", "text"),
    ),
)
DUTIES = SheetTable(
    "duties",
    (
        _column("key", "key"),
        _column("title", "title", needed=True),
        _column("do", "choice", "does", needed=True),
        *_which("who"),
        _column("to", "text"),
        _column("via", "text"),
        Column("due", ("due",), "choice", "operators", needed=True),
        _due("day", "day"),
        _due("every", "choice", "periods"),
        _due("within", "within"),
        _due("from", "day"),
        _due("to", "day"),
        _due("days", "days"),
        _due("count", "choice", "counts", "calendar"),
        _due("topics", "topics"),
        _column("waits", "thing"),
        _column("reports_on", "topic"),
        _column("opens", "day"),
        _column("for_each", "choice", "for_each_unit"),
        *_which("of"),
        _column("ladder", "ladder", "ladders"),
        _column("without_files", "yes"),
        _column("material_for", "topic"),
        _column("material_variant", "variant"),
    ),
)
FIGURES = SheetTable(
    "figures",
    (
        Column("duty", (), "thing", needed=True),
        _column("key", "key"),
        _column("title", "text", needed=True),
        _column("kind", "choice", "figures", usual="number"),
        _column("optional", "yes"),
        _column("known", "choice", "known"),
    ),
)
LADDERS = SheetTable(
    "ladders",
    (
        Column("name", (), "text", needed=True),
        _column("key", "key"),
        _column("at", "moment", needed=True),
        _column("say", "choice", "says", needed=True),
        _column("when", "choice", "whens", usual="always"),
        _column("to", "choice", "tos", usual="secretary"),
    ),
)
AGENDAS = SheetTable(
    "agendas",
    (
        Column("name", (), "text", needed=True),
        Column("agenda", (), "key"),
        _column("phase", "text"),
        _column("title", "title", needed=True),
        _column("words", "words"),
        _column("owner", "text"),
        _column("asks", "choice", "asks", usual="none"),
        _column("optional", "yes"),
        _column("least_minutes", "days"),
        _column("most_minutes", "days"),
        _column("after", "yes"),
        _column("for_each", "choice", "for_each_document"),
        _column("key", "key"),
    ),
)
DECISIONS = SheetTable(
    "decisions", (_column("field", "text", needed=True), _column("why", "text", needed=True))
)

TABLES = (HEAD, DOCUMENTS, TOPICS, VARIANTS, DUTIES, FIGURES, LADDERS, AGENDAS, DECISIONS)
UNREAD = ("guide", "example", "lists")

WITH_OPERATOR: dict[str, frozenset[str]] = {
    "before": frozenset({"due_day"}),
    "by": frozenset({"due_day"}),
    "every": frozenset({"due_every", "due_within", "due_from", "due_to"}),
    "after_meeting": frozenset({"due_days", "due_count", "due_topics"}),
    "before_meeting": frozenset({"due_days", "due_count", "due_topics"}),
    "after_waiting": frozenset({"due_days", "due_count"}),
    "undated": frozenset(),
}
"""The columns that go with each way of giving a deadline."""
NEEDED_WITH = {"before": "due_day", "by": "due_day"} | dict.fromkeys(
    ("after_meeting", "before_meeting", "after_waiting"), "due_days"
)
DUE_COLUMNS = tuple(column.name for column in DUTIES.columns if column.path[:1] == ("due",))[1:]


@dataclass(frozen=True)
class Words:
    """templates/plans/workbook.yaml; `lists` maps each closed list's codes to their labels, shipped agendas among them."""

    sheets: Mapping[str, str]
    columns: Mapping[str, Mapping[str, Any]]
    lists: Mapping[str, Mapping[str, str]]
    suggested: Mapping[str, Mapping[str, list[str]]]
    texts: Mapping[str, Any]
    example: Mapping[str, Any]

    def heading(self, table: SheetTable, name: str) -> str:
        return str(self.columns[table.name][name]["heading"])

    def help(self, table: SheetTable, name: str) -> str:
        return str(self.columns[table.name][name]["help"])

    def labels(self, column: Column) -> Mapping[str, str]:
        return self.lists.get(column.listed, {})


@lru_cache(maxsize=8)
def words_of_sheets(templates: Path, agendas: Path) -> Words:
    """The wording in the folder `templates`, and the titles of the agendas in the folder `agendas`; read once, not to be changed."""
    given = read_words(templates / "plans" / "workbook.yaml")
    lists = {name: dict(labels) for name, labels in given["lists"].items()}
    lists["agendas"] = dict(_shipped(agendas))
    return Words(
        given["sheets"], given["columns"], lists, given["suggested"], given["texts"], given["example"]
    )


def _shipped(agendas: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(agendas.glob("*.yaml")):
        try:
            yield path.stem, read_agenda(path).title
        except Rejected:
            yield path.stem, path.stem  # what is wrong with it is said when a plan uses it
